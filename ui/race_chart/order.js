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
  return `${points} ${points === "1.0" ? "point" : "points"}`;
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
  return `${whole(count)} ${count === 1 ? "epoch" : "epochs"}`;
}

// The sentence over the race.
function leadWords(ranked, field) {
  const withValue = ranked.filter((entry) => entry.value !== null);
  const over = ranked.every(({ lane }) => lane.history.over);
  if (!withValue.length) return over ? "The race is over, and no lane has finished an epoch" : startWords(ranked);
  const [first, second] = withValue;
  const share = isShare(first.lane.history, field);
  const done = first.lane.history.epochs.at(-1)?.epoch ?? 0;
  if (!second) return `${first.lane.name} has a first result: ${valueWords(first.value, share)}`;
  const gap = gapWords(first.value, second.value, share);
  if (!gap) return over ? `${first.lane.name} and ${second.lane.name} ended level` : `${first.lane.name} and ${second.lane.name} are level after ${epochWords(done)}`;
  return over ? `${first.lane.name} ended ${gap} ahead` : `${first.lane.name} leads by ${gap} after ${epochWords(done)}`;
}

function startWords(ranked) {
  const begun = ranked.filter(({ lane }) => !lane.history.empty).length;
  if (begun) return "They have started; the order shows after the first epoch";
  const states = ranked.map(({ lane }) => lane.history.state);
  if (states.every((state) => state === "queued")) return "The race waits its turn";
  return "Getting ready; nobody begins before all are";
}

function underWords(ranked, field, name) {
  const over = ranked.every(({ lane }) => lane.history.over);
  if (!ranked.some((entry) => entry.value !== null)) return "";
  const what = field === "loss" ? "loss" : name.toLowerCase();
  const less = ranked.some(({ lane }) => isShare(lane.history, field)) ? "" : "; less is better";
  return over
    ? `Measured as ${what} on the validation rows${less}. Whether that is more than luck, Compare says on the sealed test rows.`
    : `Measured as ${what} on the validation rows, which nobody learns from${less}.`;
}

// All of it in one sentence for those who cannot see it.
function spokenWords(ranked, field) {
  const share = ranked.some(({ lane }) => isShare(lane.history, field));
  const places = ranked.filter((entry) => entry.value !== null).map(({ lane, value }, place) => `${place + 1}, ${lane.name}, ${valueWords(value, share)}`);
  return `${leadWords(ranked, field)}.${places.length ? ` Places: ${places.join("; ")}.` : ""}`;
}
