// The race as Streamlit sees it: one instance for one place on the page, made once, told of every rerun.

const races = new WeakMap();
const SPEAK_MS = 10000; // a screen reader is not interrupted more often
const PAINT_MS = 120;
const SETTLE_MS = 700; // the event of an end comes a moment before status.json has the result
const HEIGHT = 150;

class RaceChart {
  constructor(parent) {
    this.root = parent.querySelector(".ll-race");
    this.parts = Object.fromEntries([...this.root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.sayStanding = standingWords(this.root);
    this.asking = new Asking();
    this.lanes = [];
    this.field = "metric";
    this.axis = "epochs";
    this.axes = new SharedAxes();
    this.board = new Board(this.parts.rows, (id) => this.open(id));
    this.observer = new ResizeObserver(() => this.paintSoon());
    this.observer.observe(this.parts.lanes);
    this.clock = setInterval(() => this.tell(), 1000);
    for (const button of this.parts.fields.querySelectorAll("button")) button.onclick = () => this.choose("field", button.dataset.field);
    for (const button of this.parts.axes.querySelectorAll("button")) button.onclick = () => this.choose("axis", button.dataset.axis);
    this.parts.lanes.addEventListener("pointermove", (event) => this.point(event));
    this.parts.lanes.addEventListener("pointerleave", () => this.lanes.forEach((lane) => lane.strip.point(null)));
    this.attention = new Attention({ rest: () => this.rest(), wake: () => this.wake(), seen: () => this.heard() });
  }

  // Called on each run of the script, and when the theme changes.
  update(data, setStateValue, setTriggerValue) {
    this.data = data;
    learnWords(data.words);
    this.sayStanding();
    this.asking.update((needs) => setStateValue("needs", needs), data.answered);
    this.openLane = (id) => setTriggerValue("open", id);
    this.told ??= data.lanes.map((lane) => lane.state).join();
    const ids = data.lanes.map((lane) => lane.id).join();
    if (ids !== this.ids) this.begin(data, ids);
    if (data.hidden && !this.attention.resting && this.asking.settled) this.wake();
    data.lanes.forEach((given, number) => this.updateLane(this.lanes[number], given));
    this.tell();
    this.paintSoon();
  }

  updateLane(lane, given) {
    lane.name = given.name;
    const { state, message, phase, model } = given;
    if (lane.over && !given.over) this.goOn(lane, { state, message, phase });
    lane.over = given.over;
    if (given.over || !lane.history.status) lane.history.status = { state, message, phase, model };
    else if (!lane.history.told) lane.history.status.phase = phase;
    lane.transport.update(given);
  }

  // An interrupted lane is resumed: by this page or by somebody else.
  goOn(lane, status) {
    lane.history.goOn(status);
    lane.transport.again();
  }

  // In the background nothing is fetched, and Python is asked for nothing.
  rest() {
    for (const lane of this.lanes) lane.transport.rest();
    this.asking.ask({ hidden: true });
  }

  wake() {
    this.asking.ask({ hidden: false });
    for (const lane of this.lanes) lane.transport.wake();
  }

  begin(data, ids) {
    this.stop();
    this.ids = ids;
    this.axes.clear();
    this.parts.lanes.replaceChildren();
    this.lanes = data.lanes.map((given) => this.made(given));
    this.lanes.forEach((lane, number) => lane.transport.start(data.lanes[number].token ? data.transport : "fragment"));
    if (this.attention.resting) this.rest();
  }

  made(given) {
    const lane = { id: given.id, name: given.name, colour: given.colour, marker: given.marker, history: new LaneHistory() };
    const figure = document.createElement("figure");
    figure.className = "ll-lane";
    const caption = document.createElement("figcaption");
    lane.caption = document.createElement("span");
    lane.beside = document.createElement("span");
    lane.beside.className = "ll-beside";
    caption.append(markOf(lane), lane.caption, lane.beside);
    figure.append(caption);
    this.parts.lanes.append(figure);
    lane.strip = new Strip(figure, lane);
    const ask = (needs) => this.asking.ask({ [lane.id]: needs });
    lane.transport = new Transport(lane.history, { base: raceBase(), token: given.token, ask, on: () => this.heard() });
    return lane;
  }

  heard() {
    this.paintSoon();
    if (this.hearing) return;
    this.hearing = true;
    setTimeout(() => {
      this.hearing = false;
      if (!this.gone) this.tell();
    }, PAINT_MS);
  }

  choose(kind, value) {
    this[kind] = value;
    this.axes.clear();
    for (const button of this.parts[kind === "field" ? "fields" : "axes"].querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset[kind] === value));
    }
    this.tell();
    this.paintSoon();
  }

  open(id) {
    this.openLane(id);
  }

  // Words and figures at once; a tab that nobody sees draws and says nothing.
  tell() {
    if (!this.lanes.length) return;
    this.move();
    if (document.hidden) return;
    const ranked = ranking(this.lanes, this.field);
    const known = this.lanes.find((lane) => lane.history.begin)?.history;
    const name = known ? metricName(known) : _("Metric");
    write(this.parts.lead, leadWords(ranked, this.field));
    write(this.parts.under, underWords(ranked, this.field, name));
    write(this.parts["value-name"], this.field === "loss" ? _("Loss") : name);
    write(this.parts.fields.querySelector("[data-field=metric]"), name);
    this.offerEnergy();
    this.board.fill(ranked, this.field);
    write(this.parts.note, this.lanes.map((lane) => lane.transport.note).find(Boolean) ?? "");
    this.root.dataset.way = [...new Set(this.lanes.map((lane) => lane.transport.way))].join(" ");
    this.speak(spokenWords(ranked, this.field));
  }

  offerEnergy() {
    const button = this.parts.axes.querySelector("[data-axis=energy]");
    const known = this.lanes.some((lane) => lane.history.hasEnergy);
    button.disabled = !known;
    button.title = known ? "" : _("This machine does not say how much energy it uses");
  }

  // The page begins anew when a lane moved on: its buttons are others then.
  move() {
    const states = this.lanes.map((lane) => lane.history.state).join();
    if (this.lanes.some((lane) => !lane.history.state) || states === this.told) return;
    this.told = states;
    if (states !== this.data.lanes.map((lane) => lane.state).join()) setTimeout(() => this.gone || this.asking.ask({ moved: states }), SETTLE_MS);
  }

  speak(words) {
    const now = performance.now();
    const over = this.lanes.every((lane) => lane.history.over);
    if (words === this.said || (now - (this.saidAt ?? -Infinity) < SPEAK_MS && !over)) return;
    this.said = words;
    this.saidAt = now;
    write(this.parts.voice, words);
  }

  paintSoon() {
    if (this.painting) return;
    this.painting = true;
    setTimeout(() => requestAnimationFrame(() => this.paint()), Math.max(0, (this.rested ?? 0) - performance.now()));
  }

  paint() {
    this.painting = false;
    const width = this.parts.lanes.clientWidth;
    if (this.gone || document.hidden || !width || !this.lanes.length) return;
    const began = performance.now();
    const curves = this.lanes.map((lane) => curvesOf(lane.history, this.axis, this.field));
    const share = this.lanes.some((lane) => isShare(lane.history, this.field));
    const axes = this.axes.fit(curves, {
      axis: this.axis,
      share,
      over: this.lanes.every((lane) => lane.history.over),
      ends: this.lanes.map((lane) => lane.history.begin?.epochs ?? 0).filter(Boolean),
      narrow: width < 560,
    });
    curves.forEach((curve, number) => (curve.even = evenOf(this.lanes[number].history, this.axis, this.field, axes.x[1])));
    this.lanes.forEach((lane, number) => {
      lane.strip.paint(axes, [curves[number], ...curves.filter((_, other) => other !== number)], width, HEIGHT);
      this.caption(lane, axes);
    });
    write(this.parts["axis-name"], _(AXES[this.axis].name));
    const now = performance.now();
    this.rested = now + Math.max(PAINT_MS, 4 * (now - began));
  }

  caption(lane, axes) {
    write(lane.caption, lane.name);
    const value = standing(lane.history, this.field);
    write(lane.beside, stateOf(lane.history));
    const fields = { name: lane.name, value: axes.valueWords(value), state: stateOf(lane.history) };
    lane.strip.svg.setAttribute("aria-label", this.spoken(lane, value, fields));
  }

  spoken(lane, value, fields) {
    if (lane.history.out) return _("{name}: not placed, it has no model. {state}.", fields);
    return value === null ? _("{name}: no result yet. {state}.", fields) : _("{name}: {value} at its best epoch. {state}.", fields);
  }

  // One finger or mouse points at the same place in all lanes.
  point(event) {
    const { scale } = this.lanes[0]?.strip ?? {};
    if (!scale) return;
    const { room, width } = scale;
    const left = event.clientX - this.parts.lanes.getBoundingClientRect().left;
    const share = (left - room.left) / (width - room.left - room.right);
    const value = share >= 0 && share <= 1 ? share * this.axes.right : null;
    for (const lane of this.lanes) {
      lane.strip.point(value);
      if (value !== null) write(lane.beside, this.there(lane, value));
    }
    clearTimeout(this.pointing);
    this.pointing = setTimeout(() => this.paintSoon(), 1500);
  }

  there(lane, value) {
    const { validation } = curvesOf(lane.history, this.axis, this.field);
    const seen = validation.filter(([x]) => x <= value + 1e-9).at(-1);
    if (!seen) return _("no result here yet");
    return _("{value} here", { value: valueWords(seen[1], isShare(lane.history, this.field)) });
  }

  stop() {
    for (const lane of this.lanes) lane.transport.stop();
  }

  destroy() {
    clearInterval(this.clock);
    clearTimeout(this.pointing);
    this.attention.end();
    this.asking.end();
    this.gone = true;
    this.observer.disconnect();
    this.stop();
  }
}

// Where this app lives, whatever path the host put it under: Streamlit's own script knows.
function raceBase() {
  const script = document.querySelector('script[type="module"][src*="static/js/"]');
  return script ? script.src.replace(/static\/js\/.*$/, "") : new URL("./", location.href).href;
}

// Write text only where it changed, so that a screen reader and the browser have nothing to do otherwise.
function write(part, text) {
  if (part && part.textContent !== text) part.textContent = text;
}

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  let race = races.get(parentElement);
  if (!race) races.set(parentElement, (race = new RaceChart(parentElement)));
  race.update(data, setStateValue, setTriggerValue);
  return () => {
    race.destroy();
    races.delete(parentElement);
  };
}
