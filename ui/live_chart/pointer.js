// What a pointer can do in a chart: read the numbers of an epoch, and drag a box to look closer. The keyboard reads them,
// too: arrows go from one to the next, Escape leaves; what they find is also said, politely, once the keys rest.

const DRAG_PX = 8; // less is a shaky click
const FAR = 10; // epochs of Page up and Page down
const REST_MS = 250; // a held key is not read out at every stop
const STRIDES = { ArrowRight: 1, ArrowLeft: -1, PageUp: FAR, PageDown: -FAR, Home: -Infinity, End: Infinity };

class Pointer {
  constructor(figure) {
    this.figure = figure;
    this.at = null; // where the pointer is, [left, top]
    this.from = null; // where a drag began
    this.mark = null; // what is read: {x, words}
    const { box } = figure;
    box.tabIndex = 0;
    box.setAttribute("role", "application"); // so that a screen reader leaves the arrow keys to us
    box.setAttribute("aria-roledescription", _("chart"));
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("focus", () => this.figure.rows && box.matches(":focus-visible") && this.hint());
    box.addEventListener("blur", () => this.leave());
    box.addEventListener("pointermove", (event) => this.move(event));
    box.addEventListener("pointerdown", (event) => this.down(event));
    box.addEventListener("pointerup", (event) => this.up(event));
    box.addEventListener("pointerleave", () => this.leave());
    box.addEventListener("pointercancel", () => this.leave());
    box.addEventListener("dblclick", () => figure.view && (figure.release(), figure.onZoom()));
  }

  place(event) {
    const box = this.figure.box.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  move(event) {
    this.at = this.place(event);
    this.look();
  }

  down(event) {
    this.at = this.place(event);
    if (event.pointerType === "mouse" && event.button === 0) {
      this.from = this.at;
      this.figure.box.setPointerCapture(event.pointerId);
    }
    this.look();
  }

  up(event) {
    const [from, to] = [this.from, this.place(event)];
    this.from = null;
    if (from && Math.hypot(to[0] - from[0], to[1] - from[1]) > DRAG_PX) this.figure.zoom(this.boxed(from, to));
    else this.look();
  }

  leave() {
    this.at = this.from = this.mark = null;
    clearTimeout(this.saying);
    write(this.figure.voice, "");
    this.figure.tip.hidden = true;
    this.figure.paint();
  }

  // One key: the first one begins at the newest number.
  key(event) {
    const { figure } = this;
    const stride = STRIDES[event.key];
    if (!figure.rows || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.leave();
    if (stride === undefined) return;
    const stops = this.stops();
    if (!stops.length) return;
    event.preventDefault(); // the page does not scroll meanwhile
    const last = stops.length - 1;
    const now = this.mark ? bisect(stops.map((stop) => stop.x), this.mark.x) : null;
    const next = now === null ? (stride === -Infinity ? 0 : last) : Math.min(last, Math.max(0, now + stride));
    this.at = this.from = null;
    this.mark = stops[next];
    figure.bring(this.mark.x);
    this.show();
    clearTimeout(this.saying);
    this.saying = setTimeout(() => write(figure.voice, `${this.mark.words.join(", ")}.`), REST_MS);
  }

  // Where the arrows stop: at the epochs; before the first is done, at the batches.
  stops() {
    const { history, field } = this.figure;
    if (history.epochs.length) return history.epochs.map((epoch) => this.stopOf(epoch));
    const { step, x, [field]: values } = history.batch;
    return x.map((place, i) => ({ x: place, words: [_("Step {step}", { step: whole(step[i]) }), _("Training {value}", { value: number(values[i]) })] }));
  }

  stopOf(epoch) {
    const { field } = this.figure;
    const words = [_("Epoch {epoch}", { epoch: whole(epoch.epoch) }), _("Training {value}", { value: number(epoch[field]) })];
    if (typeof epoch[`val_${field}`] === "number") words.push(_("Validation {value}", { value: number(epoch[`val_${field}`]) }));
    return { x: epoch.epoch, words };
  }

  hint() {
    this.figure.tip.replaceChildren(paragraph(_("← → read the numbers")), paragraph(_("Esc leaves")));
    this.figure.tip.style.left = `${MARGIN.left + 12}px`;
    this.figure.tip.style.right = "auto";
    this.figure.tip.hidden = false;
  }

  // The part of the paper between two corners; a flat box zooms one axis only.
  boxed(from, to) {
    const { figure } = this;
    const [x1, y1] = figure.valueAt(...from);
    const [x2, y2] = figure.valueAt(...to);
    const { x, y } = figure.ranges;
    const flat = Math.abs(to[1] - from[1]) < 2 * DRAG_PX;
    const thin = Math.abs(to[0] - from[0]) < 2 * DRAG_PX;
    return { x: thin ? x : [Math.max(0, Math.min(x1, x2)), Math.max(x1, x2)], y: flat ? y : [Math.min(y1, y2), Math.max(y1, y2)] };
  }

  look() {
    const { figure } = this;
    if (!figure.rows) return;
    const epoch = this.from ? null : this.nearest();
    this.mark = epoch && this.stopOf(epoch);
    this.show();
  }

  nearest() {
    const { epochs } = this.figure.history;
    if (!epochs.length || !this.at) return null;
    const x = this.figure.valueAt(...this.at)[0];
    return epochs.reduce((best, epoch) => (Math.abs(epoch.epoch - x) < Math.abs(best.epoch - x) ? epoch : best));
  }

  show() {
    const { figure, mark } = this;
    if (mark) figure.tip.replaceChildren(...mark.words.map(paragraph));
    figure.tip.hidden = !mark;
    figure.paint();
  }

  paint(pen) {
    const { area, palette } = this.figure;
    if (this.from && this.at) {
      pen.globalAlpha = 0.15;
      pen.fillStyle = palette.text;
      pen.fillRect(this.from[0], this.from[1], this.at[0] - this.from[0], this.at[1] - this.from[1]);
      pen.globalAlpha = 1;
    } else if (this.mark) {
      const { tip, width } = this.figure;
      const left = Math.round(this.figure.placeX(this.mark.x)) + 0.5;
      tip.style.left = left > width / 2 ? "auto" : `${left + 12}px`; // here, because the axes move under it
      tip.style.right = left > width / 2 ? `${width - left + 12}px` : "auto";
      pen.strokeStyle = palette.muted;
      pen.lineWidth = 1;
      line(pen, left, area.top, left, area.top + area.height);
    }
  }
}

function paragraph(words) {
  const line = document.createElement("p");
  line.textContent = words;
  return line;
}
