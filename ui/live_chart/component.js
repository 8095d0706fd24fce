// The live chart as Streamlit sees it: one instance for one place on the page, made once, told of every rerun.

const instances = new WeakMap();
const ANNOUNCE_MS = 8000; // a screen reader is not interrupted more often
const DRAW_MS = 150; // curves are drawn at most this often
const TABLE_ROWS = 200;
const SETTLE_MS = 700; // the event of an end comes a moment before status.json has the result

class LiveChart {
  constructor(parent) {
    this.root = parent.querySelector(".ll-live");
    this.parts = Object.fromEntries([...this.root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.history = new RunHistory();
    this.figures = null;
    this.hidden = new Set();
    this.clock = setInterval(() => this.history.over || this.tell(), 1000);
    this.observer = new ResizeObserver(() => this.figures?.forEach((figure) => figure.resize()));
    this.observer.observe(this.parts.charts);
    this.parts.table.addEventListener("toggle", () => this.tabulate());
    for (const chart of this.root.querySelectorAll(".ll-chart")) this.wire(chart);
  }

  // Called on each run of the script, and when the theme changes.
  update(data, setStateValue, setTriggerValue) {
    const before = this.data;
    this.data = data;
    this.ask = (needs) => setStateValue("needs", needs);
    this.moved = (state) => setTriggerValue("moved", state);
    if (before?.token !== data.token || (before.over && !data.over)) this.begin(data);
    const { state, message, phase } = data;
    if (data.over || !this.history.status) this.history.status = { state, message, phase };
    else if (!this.history.told) this.history.status.phase = phase;
    this.transport.update(data);
    this.paint();
    this.draw();
  }

  begin(data) {
    this.transport?.stop();
    this.history.clear();
    this.told = data.state;
    const base = appBase();
    this.transport = new Transport(this.history, { base, token: data.token, ask: (needs) => this.ask(needs), on: () => this.draw() });
    this.transport.start(data.transport);
    this.load(base);
  }

  async load(base) {
    try {
      this.Plotly = await plotly(this.data.plotly.map((address) => new URL(address, base).href));
    } catch {
      this.parts.note.dataset.plotly = "failed";
      this.root.classList.add("ll-no-plotly");
    }
    if (this.root.isConnected) this.draw();
  }

  // Words at once; curves so often that the browser has four fifths of its time for other things,
  // and not at all in a tab that nobody sees.
  draw() {
    this.tell();
    if (!this.Plotly || this.drawing) return;
    this.drawing = true;
    setTimeout(() => requestAnimationFrame(() => this.drawCurves()), Math.max(0, (this.rested ?? 0) - performance.now()));
  }

  drawCurves() {
    this.drawing = false;
    if (this.gone || (!this.figures && (this.history.empty || !this.root.clientWidth))) return;
    const began = performance.now();
    this.figures ??= ["loss", "metric"].map((field) => this.figure(field));
    this.figures.forEach((figure) => figure.draw(this.history));
    const now = performance.now();
    this.rested = now + Math.max(DRAW_MS, 4 * (now - began));
  }

  figure(field) {
    const box = this.parts[`plot-${field}`];
    box.replaceChildren();
    const button = this.root.querySelector(`[data-chart=${field}] .ll-whole`);
    const figure = new CurveFigure(this.Plotly, box, field, this.palette, () => {
      button.hidden = !figure.zoomed;
      this.draw();
    });
    for (const trace of this.hidden) figure.show(trace, false);
    button.onclick = () => {
      figure.release();
      button.hidden = true;
      this.draw();
    };
    return figure;
  }

  // A click on a line's name hides it in both charts.
  wire(chart) {
    for (const button of chart.querySelectorAll("[data-trace]")) {
      button.onclick = () => {
        const trace = Number(button.dataset.trace);
        const visible = this.hidden.has(trace);
        if (visible) this.hidden.delete(trace);
        else this.hidden.add(trace);
        for (const twin of this.root.querySelectorAll(`[data-trace="${trace}"]`)) twin.setAttribute("aria-pressed", String(visible));
        this.figures?.forEach((figure) => figure.show(trace, visible));
      };
    }
  }

  paint() {
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    const palette = {
      line: this.data.colour,
      text: read("--st-text-color"),
      ground: read("--st-background-color"),
      grid: read("--st-border-color"),
      font: read("--st-font") || "system-ui",
    };
    palette.muted = blend(palette.text, palette.ground, 0.72);
    palette.faint = luminance(palette.ground) < 0.4 ? 0.75 : 0.45; // thin lines need more on a dark ground
    const seen = JSON.stringify(palette);
    if (seen === this.painted) return;
    this.painted = seen;
    this.palette = palette;
    this.root.style.setProperty("--ll-line", palette.line);
    this.figures?.forEach((figure) => figure.paint(palette));
  }

  tell() {
    const { history, parts } = this;
    fillStrip(this.root, parts, history);
    const failed = parts.note.dataset.plotly ? "The chart could not be loaded. The numbers here are live all the same." : "";
    write(parts.note, this.transport?.note || failed);
    this.root.classList.toggle("ll-nothing", history.over && history.empty);
    this.root.dataset.way = this.transport?.way ?? "";
    this.root.dataset.offset = history.offset;
    for (const field of ["loss", "metric"]) write(parts[`title-${field}`], finding(history, field));
    this.announce();
    if (parts.table.open && parts.rows.dataset.epochs !== String(history.epochs.length)) this.tabulate();
    if (history.state && history.state !== this.told) {
      this.told = history.state;
      const state = history.state;
      if (state !== this.data.state) setTimeout(() => this.moved(state), history.told ? 0 : SETTLE_MS);
    }
  }

  announce() {
    const words = announcement(this.history);
    const now = performance.now();
    if (words === this.said || (now - (this.saidAt ?? -Infinity) < ANNOUNCE_MS && !this.history.over)) return;
    this.said = words;
    this.saidAt = now;
    write(this.parts.voice, words);
    for (const field of ["loss", "metric"]) this.parts[`plot-${field}`].setAttribute("aria-label", `Curve by epoch. ${finding(this.history, field)}.`);
  }

  tabulate() {
    if (!this.parts.table.open) return;
    const rows = this.history.epochs.slice(-TABLE_ROWS).reverse();
    this.parts.rows.replaceChildren(...rows.map(tableRow));
    this.parts.rows.dataset.epochs = this.history.epochs.length;
    write(this.parts["table-metric"], metricName(this.history));
  }

  destroy() {
    clearInterval(this.clock);
    this.gone = true;
    this.observer.disconnect();
    this.transport?.stop();
    this.figures?.forEach((figure) => figure.destroy());
  }
}

function tableRow(epoch) {
  const row = document.createElement("tr");
  for (const value of [epoch.epoch, epoch.loss, epoch.val_loss, epoch.metric, epoch.val_metric]) {
    const cell = document.createElement(row.children.length ? "td" : "th");
    cell.textContent = row.children.length ? number(value) : String(value);
    row.append(cell);
  }
  if (epoch.best) row.classList.add("ll-best");
  return row;
}

// Where this app lives, whatever path the host put it under: Streamlit's own script knows.
function appBase() {
  const script = document.querySelector('script[type="module"][src*="static/js/"]');
  return script ? script.src.replace(/static\/js\/.*$/, "") : new URL("./", location.href).href;
}

// Plotly is loaded once a page, from the first address that has it.
function plotly(addresses) {
  window.limelightPlotly ??= (async () => {
    for (const address of addresses) {
      if (await loaded(address)) return window.Plotly;
    }
    window.limelightPlotly = undefined;
    throw new Error("no Plotly");
  })();
  return window.limelightPlotly;
}

function loaded(address) {
  return new Promise((done) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => done(Boolean(window.Plotly?.extendTraces));
    script.onerror = () => done(false);
    document.head.append(script);
  });
}

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  let chart = instances.get(parentElement);
  if (!chart) instances.set(parentElement, (chart = new LiveChart(parentElement)));
  chart.update(data, setStateValue, setTriggerValue);
  return () => {
    chart.destroy();
    instances.delete(parentElement);
  };
}
