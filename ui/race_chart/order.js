// Who leads, by how much, and how one says it. Only validation rows count, and nothing here says "better":
// that is for the test rows, on the page Compare.

function isShare(history, field) {
  return field === "metric" && /accuracy/.test(history.begin?.metric ?? "");
}

// The value by which a lane is placed: that of the epoch whose weights would be kept now.
function standing(history, field) {
  const epoch = history.best ?? history.epochs.at(-1);
  const value = epoch?.[`val_${field}`] ?? epoch?.[field];
  return typeof value === "number" ? value : null;
}

// Lanes from first to last; those without a number yet keep their places at the end.
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
  const withValue = ranked.filter((entry) => entry.value !== null);
  const over = ranked.every(({ lane }) => lane.history.over);
  if (!withValue.length) return over ? _("The race is over, and no lane has finished an epoch") : startWords(ranked);
  const [first, second] = withValue;
  const share = isShare(first.lane.history, field);
  const done = first.lane.history.epochs.at(-1)?.epoch ?? 0;
  if (!second) return _("{name} has a first result: {value}", { name: first.lane.name, value: valueWords(first.value, share) });
  const gap = gapWords(first.value, second.value, share);
  const fields = { name: first.lane.name, other: second.lane.name, gap, epochs: epochWords(done) };
  if (!gap) return over ? _("{name} and {other} ended level", fields) : _("{name} and {other} are level after {epochs}", fields);
  return over ? _("{name} ended {gap} ahead", fields) : _("{name} leads by {gap} after {epochs}", fields);
}

function startWords(ranked) {
  const begun = ranked.filter(({ lane }) => !lane.history.empty).length;
  if (begun) return _("They have started; the order shows after the first epoch");
  const states = ranked.map(({ lane }) => lane.history.state);
  if (states.every((state) => state === "queued")) return _("The race waits its turn");
  return _("Getting ready; nobody begins before all are");
}

function underWords(ranked, field, name) {
  const over = ranked.every(({ lane }) => lane.history.over);
  if (!ranked.some((entry) => entry.value !== null)) return "";
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
