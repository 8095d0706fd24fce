// The load of the machine: figures, and small curves of the last minutes.

const SPARK = { width: 96, height: 28, points: 96 };
const SVG = "http://www.w3.org/2000/svg";

function fillMachine(parts, history) {
  const now = history.device.at(-1);
  if (!now || parts.processor.shown === now) return;
  parts.processor.shown = now;
  write(parts.processor, typeof now.cpu_percent === "number" ? `${Math.round(now.cpu_percent)} %` : "–");
  write(parts.memory, bytes(now.memory_bytes));
  write(parts["memory-words"], typeof now.memory_available_bytes === "number" ? _("memory, {size} free", { size: bytes(now.memory_available_bytes) }) : _("memory"));
  sparkline(parts["spark-processor"], history.device.map((event) => event.cpu_percent), 0, 100);
  fillGpu(parts, history, now.gpus ?? []);
  const energy = typeof now.energy_j === "number";
  parts["energy-cell"].hidden = !energy;
  if (energy) write(parts.energy, energyWords(history.energy.joules));
}

function fillGpu(parts, history, gpus) {
  parts["gpu-cell"].hidden = !gpus.length;
  if (!gpus.length) return;
  const all = (field) => gpus.map((gpu) => gpu[field]).filter((value) => typeof value === "number");
  const join = (values, unit) => values.map((value) => `${Math.round(value)} ${unit}`).join(" · ");
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  write(parts.gpu, all("percent").length ? join(all("percent"), "%") : "–");
  write(parts["gpu-memory"], all("memory_bytes").length ? bytes(sum(all("memory_bytes"))) : "–");
  const watts = all("power_w");
  write(parts["gpu-more"], [join(all("temperature_c"), "°C"), watts.length ? `${Math.round(sum(watts))} W` : ""].filter(Boolean).join(" · "));
  sparkline(parts["spark-gpu"], history.device.map((event) => event.gpus?.[0]?.percent), 0, 100);
}

function energyWords(joules) {
  return joules < 3600 ? `${rounded(joules)} J` : `${number(joules / 3600)} Wh`;
}

// A small curve without axes; its ends are the ends of the scale.
function sparkline(svg, all, low, high = null) {
  const values = all.filter((value) => typeof value === "number").slice(-SPARK.points);
  svg.toggleAttribute("hidden", values.length < 2);
  if (values.length < 2) return;
  const top = high ?? Math.max(...values);
  const x = (i) => (i / (values.length - 1)) * SPARK.width;
  const y = (value) => SPARK.height - 1 - ((value - low) / Math.max(top - low, 1e-12)) * (SPARK.height - 2);
  if (!svg.firstChild) svg.append(document.createElementNS(SVG, "polyline"));
  svg.setAttribute("viewBox", `0 0 ${SPARK.width} ${SPARK.height}`);
  svg.firstChild.setAttribute("points", values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(" "));
}
