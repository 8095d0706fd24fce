// The headline: how the run stands, in figures that do not jump. User text enters only as text.

// Write text only where it changed, so that a screen reader and the browser have nothing to do otherwise.
function write(part, text) {
  if (part && part.textContent !== text) part.textContent = text;
}

function fillStrip(root, parts, history) {
  const { begin, device } = history;
  root.dataset.state = history.state;
  write(parts.state, stateWords(history));
  write(parts.progress, progressWords(history));
  write(parts.left, timeWords(history));
  fillBar(parts, history);
  const kept = history.over || history.end ? history.best : null; // at the end the figures are those of the model that stays
  const last = kept ?? history.epochs.at(-1);
  write(parts.metric, metricName(history));
  for (const name of root.querySelectorAll("[data-value]")) {
    const field = name.dataset.value;
    write(name, number(kept || field.startsWith("val_") ? last?.[field] : latest(history, field)));
  }
  write(parts.speed, history.speed ? rounded(history.speed) : "–");
  write(parts.processor, typeof device?.cpu_percent === "number" ? `${Math.round(device.cpu_percent)} %` : "–");
  write(parts.memory, bytes(device?.memory_bytes));
  fillGpu(parts, device?.gpus ?? []);
  write(parts.backend, [begin?.backend, begin?.device].filter(Boolean).join(" · "));
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
    const kept = history.best ? ` · epoch ${whole(history.best.epoch)} is kept` : "";
    return done ? `${whole(done)} ${done === 1 ? "epoch" : "epochs"}${kept}` : "";
  }
  const total = begin?.epochs;
  if (!total) return history.status?.phase || "";
  const now = Math.min(total, Math.max(1, step?.epoch ?? 1, done));
  const closed = epochs.at(-1)?.step >= step?.step; // the last word was that of an epoch, not of a batch
  const batch = step && begin.steps_per_epoch ? ` · batch ${whole(closed ? begin.steps_per_epoch : step.batch)} of ${whole(begin.steps_per_epoch)}` : "";
  return `Epoch ${whole(now)} of ${whole(total)}${batch}`;
}

function timeWords(history) {
  if (history.end) return history.end.seconds != null ? `Took ${duration(history.end.seconds)}` : "";
  const seconds = history.secondsLeft();
  if (seconds === null) return "";
  return seconds < 10 ? "A few seconds left" : `About ${duration(seconds, true)} left`;
}

function fillBar(parts, history) {
  const total = history.begin?.epochs ?? 0;
  const ended = history.end && history.state !== "failed" && history.state !== "interrupted"; // an early end is an end, a failure is none
  const share = ended ? 1 : total ? Math.min(1, history.progress / total) : 0;
  parts.bar.style.transform = `scaleX(${share})`;
  parts.bar.parentElement.setAttribute("aria-valuenow", String(Math.round(100 * share)));
}

function fillGpu(parts, gpus) {
  parts["gpu-cell"].hidden = !gpus.length;
  if (!gpus.length) return;
  const percent = gpus.map((gpu) => gpu.percent ?? gpu.gpu_percent ?? gpu.utilization).filter((v) => typeof v === "number");
  const memory = gpus.map((gpu) => gpu.memory_bytes ?? gpu.memory_used_bytes).filter((v) => typeof v === "number");
  write(parts.gpu, percent.length ? percent.map((v) => `${Math.round(v)} %`).join(" · ") : "–");
  write(parts["gpu-memory"], memory.length ? bytes(memory.reduce((a, b) => a + b, 0)) : "");
}

// Any CSS colour as [red, green, blue] from 0 to 255; Plotly cannot read `color-mix`.
function rgb(colour) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = "#888888"; // stays where the colour is none
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function luminance(colour) {
  const [red, green, blue] = rgb(colour);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function blend(front, back, share) {
  const [a, b] = [rgb(front), rgb(back)];
  return `rgb(${a.map((value, i) => Math.round(value * share + b[i] * (1 - share))).join(",")})`;
}
