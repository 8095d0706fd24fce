// Who leads, by how much, and how one says it. Only validation rows count, and nothing here says "better":
// that is for the test rows, on the page Compare.

function isShare(history, field) {
  return field === "metric" && /accuracy/.test(history.begin?.metric ?? "");
}

// The value by which a lane is placed: that of the epoch whose weights would be kept now. Who ended without a model has none.
function standing(history, field) {
  if (history.out) return null;
  const epoch = history.best ?? history.epochs.at(-1);
  const value = epoch?.[`val_${field}`] ?? epoch?.[field];
  return typeof value === "number" ? value : null;
}

// Lanes from first to last; those without a number, or without a model, keep their places at the end.
function ranking(lanes, field) {
  const sign = lanes.some((lane) => isShare(lane.history, field)) ? -1 : 1;
  return lanes
    .map((lane, number) => ({ lane, number, value: standing(lane.history, field) }))
    .sort((a, b) => (a.value === null) - (b.value === null) || (a.value === null ? 0 : sign * (a.value - b.value)) || a.number - b.number);
}

function valueWords(value, share) {
  if (value === null) return "–";
  return share ? `${(100 * value).toFixed(1)} %` : number(value);
}

// Between two lanes: in points for shares, in the metric's own unit else; empty where they are level as one reads them.
function gapWords(a, b, share) {
  if (valueWords(a, share) === valueWords(b, share)) return "";
  if (!share) return apart(a, b);
  const points = Math.abs(Number((100 * a).toFixed(1)) - Number((100 * b).toFixed(1))).toFixed(1);
  return points === "1.0" ? _("1.0 point") : _("{points} points", { points });
}

// The difference of two numbers as they are written, not finer.
function apart(a, b) {
  const words = [a, b].map(number);
  if (words.some((text) => text.includes("e"))) return number(Math.abs(a - b));
  const decimals = Math.min(...words.map((text) => (text.split(".")[1] ?? "").length));
  const gap = Math.abs(Number(a.toFixed(decimals)) - Number(b.toFixed(decimals)));
  return decimals ? gap.toFixed(decimals) : whole(gap);
}

function epochWords(count) {
  return plural("{n} epoch", "{n} epochs", count);
}

// The sentence over the race.
function leadWords(ranked, field) {
  const placed = ranked.filter((entry) => entry.value !== null);
  const over = ranked.every(({ lane }) => lane.history.over);
  if (!placed.length && over) return noModelWords(ranked);
  if (placed.length < 2) return firstWords(ranked, placed[0], over, field);
  const [first, second] = placed;
  const gap = gapWords(first.value, second.value, isShare(first.lane.history, field));
  const fields = { name: first.lane.name, other: second.lane.name, gap, epochs: epochsDone(first) };
  if (!gap) return over ? _("{name} and {other} ended level", fields) : _("{name} and {other} are level after {epochs}", fields);
  return over ? _("{name} ended {gap} ahead", fields) : _("{name} leads by {gap} after {epochs}", fields);
}

function epochsDone({ lane }) {
  return epochWords(lane.history.epochs.at(-1)?.epoch ?? 0);
}

// The race is over, and nobody has a place.
function noModelWords(ranked) {
  if (!ranked.every(({ lane }) => lane.history.out)) return _("The race is over"); // their events are on the way
  const interrupted = ranked.some(({ lane }) => lane.history.state === "interrupted");
  return interrupted ? _("The race was interrupted; no lane has a model yet") : _("The race is over, and no lane ended with a model");
}

// At most one lane has a place: it came first, or the others are out.
function firstWords(ranked, first, over, field) {
  const left = ranked.filter(({ lane }) => !lane.history.out);
  const value = first ? valueWords(first.value, isShare(first.lane.history, field)) : "";
  if (over && left.length > 1) return _("The race is over"); // the others' events are on the way
  if (over) return _("Only {name} ended with a model: {value}", { name: first.lane.name, value });
  if (left.length === 1 && first) return _("{name} is alone in the race now: {value} after {epochs}", { name: first.lane.name, value, epochs: epochsDone(first) });
  if (left.length === 1 && ranked.length > 1) return _("{name} is alone in the race now, without a result yet", { name: left[0].lane.name });
  return first ? _("{name} has a first result: {value}", { name: first.lane.name, value }) : startWords(ranked);
}

function startWords(ranked) {
  const begun = ranked.filter(({ lane }) => !lane.history.empty).length;
  if (begun) return _("They have started; the order shows after the first epoch");
  const states = ranked.map(({ lane }) => lane.history.state);
  if (states.every((state) => state === "queued")) return _("The race waits its turn");
  return _("Getting ready; nobody begins before all are");
}

function underWords(ranked, field, name) {
  const placed = ranked.filter((entry) => entry.value !== null);
  if (!placed.length) return "";
  const over = placed.length > 1 && ranked.every(({ lane }) => lane.history.over); // of one alone nobody asks whether it was luck
  const fields = { metric: field === "loss" ? _("loss") : name.toLowerCase() };
  const more = ranked.some(({ lane }) => isShare(lane.history, field));
  if (over && more) return _("Measured as {metric} on the validation rows. Whether that is more than luck, Compare says on the sealed test rows.", fields);
  if (over) return _("Measured as {metric} on the validation rows; less is better. Whether that is more than luck, Compare says on the sealed test rows.", fields);
  if (more) return _("Measured as {metric} on the validation rows, which nobody learns from.", fields);
  return _("Measured as {metric} on the validation rows, which nobody learns from; less is better.", fields);
}

// All of it in one sentence for those who cannot see it.
function spokenWords(ranked, field) {
  const share = ranked.some(({ lane }) => isShare(lane.history, field));
  const places = ranked.filter((entry) => entry.value !== null).map(({ lane, value }, place) => `${place + 1}, ${lane.name}, ${valueWords(value, share)}`);
  const lead = leadWords(ranked, field);
  return places.length ? _("{lead}. Places: {places}.", { lead, places: places.join("; ") }) : _("{lead}.", { lead });
}
