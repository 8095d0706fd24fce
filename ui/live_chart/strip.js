// The headline: how the run stands, in figures that do not jump. User text enters only as text.

// Write text only where it changed, so that a screen reader and the browser have nothing to do otherwise.
function write(part, text) {
  if (part && part.textContent !== text) part.textContent = text;
}

function fillStrip(root, parts, history, learningRate) {
  const { begin } = history;
  if (root.dataset.state !== history.state) root.dataset.state = history.state;
  write(parts.state, stateWords(history));
  write(parts.progress, progressWords(history));
  write(parts.left, timeWords(history));
  fillBar(parts, history);
  fillPatience(parts, history);
  const { kept } = history; // at the end the figures are those of the model that stays
  const last = kept ?? history.epochs.at(-1);
  write(parts.metric, metricName(history));
  for (const field of ["loss", "val_loss", "metric", "val_metric"]) {
    write(parts[`value-${field}`], number(kept || field.startsWith("val_") ? last?.[field] : latest(history, field)));
  }
  fillSpeed(parts, history);
  fillRate(parts, history, learningRate);
  write(parts.backend, [begin?.backend, begin?.device].filter(Boolean).map((words) => retold(words)).join(" · "));
}

// The newest training figure: a batch, or the epoch that closed after it.
function latest(history, field) {
  const epoch = history.epochs.at(-1);
  const step = history.step;
  return epoch && (!step || step.step <= epoch.step) ? epoch[field] : step?.[field];
}

function progressWords(history) {
  const { step, begin, epochs } = history;
  const done = epochs.at(-1)?.epoch ?? 0;
  if (history.over || history.end || PHASES[history.status?.phase]) {
    const epochs = plural("{n} epoch", "{n} epochs", done);
    if (!done || !history.best) return done ? epochs : "";
    const stays = history.kept || !(history.over || history.end);
    return _(stays ? N_("{epochs} · epoch {best} is kept") : N_("{epochs} · epoch {best} was the best"), { epochs, best: whole(history.best.epoch) });
  }
  const total = begin?.epochs;
  if (!total) return retold(history.status?.phase || "");
  const now = Math.min(total, Math.max(1, step?.epoch ?? 1, done));
  const closed = epochs.at(-1)?.step >= step?.step; // the last word was that of an epoch, not of a batch
  const place = { epoch: whole(now), all: whole(total) };
  if (!step || !begin.steps_per_epoch) return _("Epoch {epoch} of {all}", place);
  const [batch, batches] = [closed ? begin.steps_per_epoch : step.batch, begin.steps_per_epoch].map(whole);
  return _("Epoch {epoch} of {all} · batch {batch} of {batches}", { ...place, batch, batches });
}

function timeWords(history) {
  if (history.end) return history.end.seconds != null ? _("Took {time}", { time: duration(history.end.seconds) }) : "";
  const left = history.timeLeft();
  return left ? timeLeft(left) : "";
}

function fillBar(parts, history) {
  const total = history.begin?.epochs ?? 0;
  const ended = history.end && history.state !== "failed" && history.state !== "interrupted"; // an early end is an end, a failure is none
  const share = ended ? 1 : total ? Math.min(1, history.progress / total) : 0;
  parts.bar.style.transform = `scaleX(${share})`;
  parts.bar.parentElement.setAttribute("aria-valuenow", String(Math.round(100 * share)));
}

const MOST_DOTS = 20;

// How long it still waits for a better epoch, as a sentence and as a row of dots that run out.
function fillPatience(parts, history) {
  const { patience } = history.begin ?? {};
  const left = history.epochs.at(-1)?.patience_left;
  const on = patience > 0 && typeof left === "number" && !history.over && !history.end;
  parts.patience.hidden = !on;
  if (!on) return;
  write(parts["patience-words"], patienceWords(left));
  const key = `${left}/${patience}`;
  if (parts.dots.dataset.key === key) return;
  parts.dots.dataset.key = key;
  const count = patience <= MOST_DOTS ? patience : 0;
  parts.dots.replaceChildren(...Array.from({ length: count }, (_, i) => {
    const dot = document.createElement("i");
    if (i < left) dot.className = "ll-on";
    return dot;
  }));
}

// Samples a second, now and over the whole run.
function fillSpeed(parts, history) {
  write(parts.speed, history.speed ? rounded(history.speed) : "–");
  const { step, speed } = history.batch;
  const key = `${step.length}/${step.at(-1)}`;
  if (parts.speed.dataset.key === key) return;
  parts.speed.dataset.key = key;
  sparkline(parts["spark-speed"], averages(speed, SPARK.points), 0);
}

// `learningRate`: that of the settings, until the first epoch says what it is.
function fillRate(parts, history, learningRate) {
  const rate = history.learningRate ?? learningRate;
  write(parts.rate, typeof rate === "number" ? plainNumber(rate) : "–");
  const changed = history.rates.at(-1);
  write(parts["rate-words"], changed ? _("changed in epoch {epoch}", { epoch: whole(changed.epoch) }) : _("a step's size"));
  const rates = history.epochs.map((epoch) => epoch.learning_rate).filter((value) => typeof value === "number");
  sparkline(parts["spark-rate"], rates.some((value) => value !== rates[0]) ? rates : [], 0);
}

// What the guard rails say, each once. Once the run has ended nobody can press Stop any more, so the words change or go.
function fillNotices(parts, history, watched) {
  const ended = history.over || Boolean(history.end);
  const said = history.notices.map((notice) => noticeWords(notice, { ended, watched })).filter(Boolean);
  const key = said.join("\n");
  if (parts.notices.dataset.key === key) return;
  parts.notices.dataset.key = key;
  parts.notices.replaceChildren(...said.map((words) => {
    const item = document.createElement("li");
    item.textContent = words;
    return item;
  }));
}
