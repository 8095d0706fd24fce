// Numbers and states as people say them.

const STATES = {
  queued: "Waiting its turn",
  starting: "Getting ready",
  running: "Learning",
  paused: "Paused",
  finished: "Finished",
  stopped: "Stopped",
  failed: "Failed",
  interrupted: "Interrupted",
};

const PHASES = {
  stopping: "Stopping",
  judging: "Judging on the test rows",
  exporting: "Packing the model",
};

const METRICS = { mae: "Mean absolute error", mean_absolute_error: "Mean absolute error", accuracy: "Accuracy" };

const THREE_DIGITS = new Intl.NumberFormat("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

// Three significant digits; a dash where there is no number yet.
function number(value) {
  if (typeof value !== "number") return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e9 ? value.toExponential(2) : THREE_DIGITS.format(value);
}

// A whole number of which only the first three digits matter.
function rounded(value) {
  return whole(Number(value.toPrecision(3)));
}

function whole(value) {
  return Math.round(value).toLocaleString("en");
}

// A length of time as one says it; `about` rounds so that a countdown does not flicker.
function duration(seconds, about = false) {
  let s = Math.max(0, seconds);
  if (about) s = s < 10 ? s : s < 60 ? Math.ceil(s / 5) * 5 : s < 600 ? Math.ceil(s / 10) * 10 : Math.ceil(s / 60) * 60;
  if (s < 10) return `${s.toFixed(1)} s`;
  s = Math.round(s);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
  const minutes = Math.round((s % 3600) / 60);
  return minutes ? `${Math.floor(s / 3600)} h ${minutes} min` : `${Math.floor(s / 3600)} h`;
}

// "40 s", and where the range is known "40 s, 30–60 s".
function timeLeft({ seconds, low, high }) {
  const about = seconds < 10 ? "A few seconds left" : `About ${duration(seconds, true)} left`;
  const wide = seconds >= 10 && low !== null && high !== null && duration(low, true) !== duration(high, true);
  if (wide && low < 10) return `${about}, at most ${duration(high, true)}`;
  return wide ? `${about}, ${span(duration(low, true), duration(high, true))}` : about;
}

// Two lengths of time as a range; a unit that both have is said once.
function span(low, high) {
  const [a, b] = [low.match(/^([\d.]+) (\S+)$/), high.match(/^([\d.]+) (\S+)$/)];
  return a && b && a[2] === b[2] ? `${a[1]}–${b[1]} ${a[2]}` : `${low} – ${high}`;
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

function plural(count, word) {
  return `${whole(count)} ${word}${count === 1 ? "" : "s"}`;
}

function bytes(count) {
  if (typeof count !== "number") return "–";
  return count >= 1e9 ? `${(count / 1e9).toFixed(1)} GB` : `${whole(count / 1e6)} MB`;
}

function metricName(history) {
  const name = String(history.begin?.metric ?? "");
  const words = METRICS[name] ?? name.replaceAll("_", " ");
  return words ? words[0].toUpperCase() + words.slice(1) : "Metric";
}

// What happens right now, in two or three words.
function stateWords(history) {
  const phase = history.status?.phase;
  return history.over ? STATES[history.state] : PHASES[phase] ?? STATES[history.state] ?? "Connecting";
}

// A number as one types it: 0.001, not 1.00e-3.
function plainNumber(value) {
  return value >= 1e-6 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

function patienceWords(left) {
  return left > 0 ? `Stops after ${left === 1 ? "one more epoch" : `${whole(left)} more epochs`} without improvement` : "Stops now: no improvement for too long";
}

function smoothingWords(halfLife) {
  if (!halfLife) return "Not smoothed: the lines are the raw numbers.";
  const back = plainNumber(Number(halfLife.toPrecision(2)));
  return `Strong lines are moving averages in which a number ${back} epoch${back === "1" ? "" : "s"} away counts half. Faint lines are the raw numbers.`;
}

// The finding that stands over a chart.
function finding(history, field) {
  const name = field === "loss" ? "loss" : metricName(history).toLowerCase();
  const last = history.epochs.at(-1);
  const best = history.best;
  const value = last?.[`val_${field}`];
  if (typeof value !== "number") {
    const batch = history.step?.[field];
    return typeof batch === "number" ? `Training ${name} ${number(batch)}` : field === "loss" ? "Loss" : metricName(history);
  }
  const start = `Validation ${name} ${number(value)}`;
  if (!best || history.epochs.length === 1) return start;
  if (history.over || history.end) return `Kept: epoch ${best.epoch}, validation ${name} ${number(best[`val_${field}`])}`;
  if (best.epoch === last.epoch) return `${start}, the best epoch so far`;
  return `${start}; ${number(best[`val_${field}`])} at epoch ${best.epoch}, the best`;
}

// One sentence or two for those who cannot see the chart.
function announcement(history) {
  const last = history.epochs.at(-1);
  if (history.over) return `${STATES[history.state]}. ${finding(history, "metric")}.`;
  if (!last || history.paused) return stateWords(history);
  const name = metricName(history).toLowerCase();
  const value = typeof last.val_metric === "number" ? `validation ${name} ${number(last.val_metric)}` : `training ${name} ${number(last.metric)}`;
  const left = history.timeLeft();
  const { patience } = history.begin ?? {};
  const losing = patience > 0 && typeof last.patience_left === "number" && last.patience_left < patience;
  const look = history.looks.at(-1);
  return [
    `Epoch ${last.epoch} of ${history.totalEpochs}, ${value}`,
    left && left.seconds >= 10 ? timeLeft(left) : "",
    losing ? patienceWords(last.patience_left) : "",
    look ? exampleWords(look) : "",
  ].filter(Boolean).join(". ");
}
