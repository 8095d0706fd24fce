// Numbers and states as people say them.

const STATES = {
  queued: N_("Waiting its turn"),
  starting: N_("Getting ready"),
  running: N_("Learning"),
  paused: N_("Paused"),
  finished: N_("Finished"),
  stopped: N_("Stopped"),
  failed: N_("Failed"),
  interrupted: N_("Interrupted"),
};

const STILL = ["queued", "starting", "paused"]; // it does not learn now, and has not ended

const PHASES = {
  stopping: N_("Stopping"),
  judging: N_("Judging on the test rows"),
  exporting: N_("Packing the model"),
};

const METRICS = { mae: N_("Mean absolute error"), mean_absolute_error: N_("Mean absolute error"), accuracy: N_("Accuracy") };

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
  if (s < 10) return _("{seconds} s", { seconds: s.toFixed(1) });
  s = Math.round(s);
  if (s < 60) return _("{seconds} s", { seconds: s });
  if (s < 3600) return s % 60 ? _("{minutes} min {seconds} s", { minutes: Math.floor(s / 60), seconds: s % 60 }) : _("{minutes} min", { minutes: s / 60 });
  const all = Math.round(s / 60);
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  return minutes ? _("{hours} h {minutes} min", { hours, minutes }) : _("{hours} h", { hours });
}

// "40 s", and where the range is known "40 s, 30–60 s".
function timeLeft({ seconds, low, high }) {
  const about = seconds < 10 ? _("A few seconds left") : _("About {time} left", { time: duration(seconds, true) });
  const wide = seconds >= 10 && low !== null && high !== null && duration(low, true) !== duration(high, true);
  if (wide && low < 10) return _("{about}, at most {time}", { about, time: duration(high, true) });
  return wide ? _("{about}, {range}", { about, range: span(duration(low, true), duration(high, true)) }) : about;
}

// Two lengths of time as a range; a unit that both have is said once.
function span(low, high) {
  const [a, b] = [low.match(/^([\d.]+) (\S+)$/), high.match(/^([\d.]+) (\S+)$/)];
  return a && b && a[2] === b[2] ? `${a[1]}–${b[1]} ${a[2]}` : `${low} – ${high}`;
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

function bytes(count) {
  if (typeof count !== "number") return "–";
  return count >= 1e9 ? `${(count / 1e9).toFixed(1)} GB` : `${whole(count / 1e6)} MB`;
}

function metricName(history) {
  const name = String(history.begin?.metric ?? "");
  const words = METRICS[name] ? _(METRICS[name]) : name.replaceAll("_", " ");
  return words ? words[0].toUpperCase() + words.slice(1) : _("Metric");
}

// What happens right now, in two or three words.
function stateWords(history) {
  const phase = history.status?.phase;
  return _((history.over ? STATES[history.state] : PHASES[phase] ?? STATES[history.state]) ?? "Connecting");
}

// A number as one types it: 0.001, not 1.00e-3.
function plainNumber(value) {
  return value >= 1e-6 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

function patienceWords(left) {
  return left > 0 ? plural("Stops after one more epoch without improvement", "Stops after {n} more epochs without improvement", left) : _("Stops now: no improvement for too long");
}

// What a guard rail says: now, or once the run has ended; "" where there is nothing to say any more. An audience can
// press nothing, so it hears what is said afterwards, where that differs.
function noticeWords({ message, after, epoch }, { ended, watched }) {
  const words = (ended || watched) && after !== undefined ? after : message;
  if (!words) return "";
  return epoch ? _("{notice} (epoch {epoch})", { notice: retold(words), epoch: whole(epoch) }) : retold(words);
}

function smoothingWords(halfLife) {
  if (!halfLife) return _("Not smoothed: the lines are the raw numbers.");
  const back = plainNumber(Number(halfLife.toPrecision(2)));
  return back === "1"
    ? _("Strong lines are moving averages in which a number 1 epoch away counts half. Faint lines are the raw numbers.")
    : _("Strong lines are moving averages in which a number {epochs} epochs away counts half. Faint lines are the raw numbers.", { epochs: back });
}

// The finding that stands over a chart.
function finding(history, field) {
  const name = field === "loss" ? _("loss") : metricName(history).toLowerCase();
  const last = history.epochs.at(-1);
  const best = history.best;
  const value = last?.[`val_${field}`];
  if (typeof value !== "number") {
    const batch = history.step?.[field];
    return typeof batch === "number" ? _("Training {metric} {value}", { metric: name, value: number(batch) }) : field === "loss" ? _("Loss") : metricName(history);
  }
  const start = _("Validation {metric} {value}", { metric: name, value: number(value) });
  if (!best || history.epochs.length === 1) return start;
  if (history.over || history.end) {
    const words = history.kept ? N_("Kept: epoch {epoch}, validation {metric} {value}") : N_("Best: epoch {epoch}, validation {metric} {value}");
    return _(words, { epoch: best.epoch, metric: name, value: number(best[`val_${field}`]) });
  }
  const byLoss = field === "loss"; // the loss decides which epoch is the best; its accuracy may not be the highest
  if (best.epoch === last.epoch) return byLoss ? _("{now}, the best epoch so far", { now: start }) : start;
  const fields = { now: start, value: number(best[`val_${field}`]), epoch: best.epoch };
  if (fields.value === number(value)) return _(byLoss ? N_("{now}, as at epoch {epoch}, the best") : N_("{now}, as at epoch {epoch}, which is kept"), fields);
  return _(byLoss ? N_("{now}; {value} at epoch {epoch}, the best") : N_("{now}; {value} at epoch {epoch}, which is kept"), fields);
}

// What a screen reader says of a chart; its numbers are read with the arrow keys.
function chartWords(history, field) {
  return _("Curve by epoch. {finding}. Left and right arrow keys read the numbers, Escape leaves.", { finding: finding(history, field) });
}

// One sentence or two for those who cannot see the chart.
function announcement(history) {
  const last = history.epochs.at(-1);
  if (history.over) return _("{state}. {finding}.", { state: _(STATES[history.state]), finding: finding(history, "metric") });
  if (!last || STILL.includes(history.state)) return stateWords(history);
  const name = metricName(history).toLowerCase();
  const value = typeof last.val_metric === "number" ? _("Validation {metric} {value}", { metric: name, value: number(last.val_metric) }) : _("Training {metric} {value}", { metric: name, value: number(last.metric) });
  const left = history.timeLeft();
  const { patience } = history.begin ?? {};
  const losing = patience > 0 && typeof last.patience_left === "number" && last.patience_left < patience;
  const look = history.looks.at(-1);
  return [
    _("Epoch {epoch} of {all}, {value}", { epoch: last.epoch, all: history.totalEpochs, value }),
    left && left.seconds >= 10 ? timeLeft(left) : "",
    losing ? patienceWords(last.patience_left) : "",
    look ? exampleWords(look) : "",
  ].filter(Boolean).join(". ");
}
