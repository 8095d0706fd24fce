// The live chart as Streamlit sees it: one instance for one place on the page, made once, told of every rerun.

const instances = new WeakMap();
const ANNOUNCE_MS = 8000; // a screen reader is not interrupted more often
const DRAW_MS = 100; // curves are drawn at most this often
const TABLE_ROWS = 200;
const SETTLE_MS = 700; // the event of an end comes a moment before status.json has the result
const FIELDS = ["loss", "metric"];

class LiveChart {
  constructor(parent) {
    this.root = parent.querySelector(".ll-live");
    this.parts = Object.fromEntries([...this.root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.sayStanding = standingWords(this.root);
    this.history = new RunHistory();
    this.wall = new ExampleWall(this.parts);
    this.figures = null;
    this.asking = new Asking();
    this.hidden = new Set();
    this.clock = setInterval(() => this.tick(), 1000);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.parts.charts);
    this.parts.table.addEventListener("toggle", () => this.tabulate());
    this.parts.smoothing.addEventListener("input", () => this.draw());
    for (const button of this.root.querySelectorAll("[data-trace]")) button.onclick = () => this.toggle(button);
    this.attention = new Attention({ rest: () => this.rest(), wake: () => this.wake(), seen: () => this.draw() });
  }

  // Called on each run of the script, and when the theme changes.
  update(data, setStateValue) {
    const before = this.data;
    this.data = data;
    this.speak(data.words);
    this.asking.update((needs) => setStateValue("needs", { ...needs, have: this.history.offset }), data.answered);
    const { state, message, phase, model } = data;
    if (before?.token !== data.token) this.begin(data);
    else if (before.over && !data.over) this.goOn({ state, message, phase });
    if (data.hidden && !this.attention.resting && this.asking.settled) this.asking.ask({ hidden: false });
    if (data.over || !this.history.status) this.history.status = { state, message, phase, model };
    else if (!this.history.told) this.history.status.phase = phase;
    this.root.classList.toggle("ll-presented", Boolean(data.presented));
    this.wall.take(data.examples);
    this.label();
    this.transport.update(data);
    this.paint();
    this.draw();
  }

  // In another language than before, everything that was said is said again.
  speak(words) {
    learnWords(words);
    const spoken = JSON.stringify(words);
    if (spoken === this.spoken) return;
    this.spoken = spoken;
    this.sayStanding();
    this.wall.shown = this.parts.processor.shown = null;
    this.tabulate();
  }

  begin(data) {
    this.transport?.stop();
    this.history.clear();
    this.told = data.state;
    this.transport = new Transport(this.history, { base: appBase(), token: data.token, ask: (needs) => this.asking.ask(needs), on: () => this.draw() });
    this.transport.start(data.transport);
    if (this.attention.resting) this.transport.rest();
  }

  // An interrupted run is resumed: by this page or by somebody else.
  goOn(status) {
    this.history.goOn(status);
    this.told = status.state;
    this.transport.again();
  }

  // In the background nothing is fetched, and Python is asked for nothing.
  rest() {
    this.transport?.rest();
    this.asking.ask({ hidden: true });
  }

  wake() {
    this.asking.ask({ hidden: false });
    this.transport?.wake();
  }

  // Words at once; curves so often that the browser has four fifths of its time for other things.
  draw() {
    this.tell();
    this.stale = true;
    if (this.drawing || document.hidden) return;
    this.drawing = true;
    setTimeout(() => requestAnimationFrame(() => this.drawCurves()), Math.max(0, (this.rested ?? 0) - performance.now()));
  }

  // One chart a frame, so that no frame is long.
  drawCurves(place = 0, spent = 0) {
    this.drawing = !this.gone && (this.figures !== null || (!this.history.empty && this.root.clientWidth > 0));
    if (!this.drawing) return;
    const began = performance.now();
    if (!place) this.stale = false;
    this.figures ??= FIELDS.map((field) => this.figure(field));
    this.figures[place].draw(this.history, this.palette, this.parts.smoothing.value ** 2 / 1000);
    const now = performance.now();
    const all = spent + now - began;
    if (place + 1 < this.figures.length) {
      requestAnimationFrame(() => this.drawCurves(place + 1, all));
      return;
    }
    write(this.parts.how, smoothingWords(this.figures[0].halfLife));
    this.drawing = false;
    this.rested = now + Math.max(DRAW_MS, 4 * all);
    if (this.stale) this.draw(); // something came between the two charts
  }

  figure(field) {
    const button = this.root.querySelector(`[data-chart=${field}] .ll-whole`);
    const figure = new CurveFigure(this.parts[`plot-${field}`], field, () => {
      button.hidden = !figure.view;
      this.draw();
    });
    for (const trace of this.hidden) figure.hidden.add(trace);
    button.onclick = () => {
      figure.release();
      button.hidden = true;
      this.draw();
    };
    return figure;
  }

  // A place that had no width yet when the last event came gets its curves as soon as it has.
  tick() {
    if (document.hidden) return;
    if (!this.figures && !this.history.empty) this.draw();
    else if (!this.history.over) this.tell();
  }

  resize() {
    if (!this.figures && !this.history.empty) this.draw();
    for (const figure of this.figures ?? []) if (figure.resize()) figure.paint();
  }

  // A click on a line's name hides it in both charts.
  toggle(button) {
    const { trace } = button.dataset;
    const visible = this.hidden.has(trace);
    if (visible) this.hidden.delete(trace);
    else this.hidden.add(trace);
    button.setAttribute("aria-pressed", String(visible));
    this.figures?.forEach((figure) => figure.show(trace, visible));
  }

  paint() {
    const palette = paletteOf(this.root, this.data.colour);
    const key = JSON.stringify(palette);
    if (key === this.painted) return;
    this.painted = key;
    this.palette = finished(palette);
    this.root.style.setProperty("--ll-line", palette.line);
  }

  tell() {
    this.follow();
    if (document.hidden || !this.transport) return;
    const { history, parts } = this;
    fillStrip(this.root, parts, history, this.data.learning_rate);
    fillNotices(parts, history, this.data.presented);
    fillMachine(parts, history);
    this.wall.fill(history);
    write(parts.note, this.transport.note);
    this.root.classList.toggle("ll-nothing", history.over && history.empty);
    for (const field of FIELDS) write(parts[`title-${field}`], finding(history, field));
    this.announce();
    if (parts.table.open && parts.rows.dataset.epochs !== String(history.epochs.length)) this.tabulate();
    this.root.dataset.way = this.transport.way;
    this.root.dataset.offset = history.offset; // last: whoever sees it sees all of the above
  }

  // What Python must hear of: that the run moved on, and that pictures are wanted.
  follow() {
    const { history } = this;
    if (history.state && history.state !== this.told) {
      this.told = history.state;
      const { state } = history;
      if (state !== this.data.state) setTimeout(() => this.gone || this.asking.ask({ moved: state }), history.told ? 0 : SETTLE_MS);
    }
    if (!this.asking.needs.examples && this.wall.lacks(history)) this.asking.ask({ examples: true });
  }

  announce() {
    const now = performance.now();
    if (now - (this.saidAt ?? -Infinity) < ANNOUNCE_MS && !this.history.over) return;
    const words = announcement(this.history);
    if (words === this.said) return;
    this.said = words;
    this.saidAt = now;
    write(this.parts.voice, words);
    this.label();
  }

  // What a screen reader says of the plots when they are reached; they are no live regions.
  label() {
    for (const field of FIELDS) this.parts[`plot-${field}`].setAttribute("aria-label", chartWords(this.history, field));
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
    this.attention.end();
    this.asking.end();
    this.transport?.stop();
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

export default function ({ parentElement, data, setStateValue }) {
  let chart = instances.get(parentElement);
  if (!chart) instances.set(parentElement, (chart = new LiveChart(parentElement)));
  chart.update(data, setStateValue);
  return () => {
    chart.destroy();
    instances.delete(parentElement);
  };
}
