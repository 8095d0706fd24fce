// One chart, drawn on a canvas: a few thousand points in a few milliseconds, so that no page ever waits for it.
// Axes are ours until the viewer zooms; zoom and pointer live here and survive every update.

const MARGIN = { left: 52, right: 16, top: 14, bottom: 40 };
const DOTS_UP_TO = 30; // epochs; with more of them the dots hide the dashes

class CurveFigure {
  constructor(box, field, onZoom) {
    Object.assign(this, { box, field, onZoom });
    this.hidden = new Set();
    this.halfLife = 0;
    this.release();
    this.canvas = document.createElement("canvas");
    this.tip = document.createElement("div");
    this.tip.className = "ll-tip";
    this.tip.hidden = true;
    this.voice = document.createElement("p");
    this.voice.className = "ll-voice";
    this.voice.setAttribute("aria-live", "polite");
    box.replaceChildren(this.canvas, this.tip, this.voice);
    box.limelight = this; // for whoever inspects the page
    this.pointer = new Pointer(this);
    this.resize();
  }

  release() {
    this.view = null; // what the viewer zoomed to: {x: [from, to], y: [from, to]}
    this.fitted = { x: null, y: null };
  }

  // Move the part that the viewer zoomed to so that an epoch is in it.
  bring(x) {
    const [from, to] = this.ranges.x;
    if (!this.view || (x >= from && x <= to)) return;
    const left = Math.max(0, x - (to - from) / 2);
    this.view = { ...this.view, x: [left, left + to - from] };
  }

  zoom(view) {
    this.view = view;
    this.onZoom();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!width || !height) return false;
    const scale = Math.min(3, window.devicePixelRatio || 1);
    Object.assign(this, { width, height, scale });
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    return true;
  }

  // Numbers of the picture, from the history and the slider.
  draw(history, palette, smoothing) {
    if (!this.width && !this.resize()) return;
    Object.assign(this, { history, palette });
    this.fit(history);
    const { batch, epochs } = history;
    const x = epochs.map((epoch) => epoch.epoch);
    this.halfLife = smoothing * this.fitted.x;
    const training = merged(batch.x, batch[this.field], x, column(epochs, this.field));
    const validation = [x, column(epochs, `val_${this.field}`)];
    this.rows = { training, validation };
    this.paint();
  }

  // Move the axes only where the curves no longer fit, or have become far too small.
  fit(history) {
    this.fitted.x = bound(history);
    const [low, high] = extent(history, this.field);
    const share = this.field === "metric" && /accuracy/.test(history.begin?.metric);
    if (low !== null && !holds(this.fitted.y, low, high)) this.fitted.y = padded(low, high, share);
  }

  get ranges() {
    return this.view ?? { x: [0, this.fitted.x * 1.015], y: this.fitted.y ?? [0, 1] };
  }

  get area() {
    return { left: MARGIN.left, top: MARGIN.top, width: this.width - MARGIN.left - MARGIN.right, height: this.height - MARGIN.top - MARGIN.bottom };
  }

  placeX(value) {
    const { x } = this.ranges;
    return this.area.left + ((value - x[0]) / (x[1] - x[0])) * this.area.width;
  }

  placeY(value) {
    const { y } = this.ranges;
    return this.area.top + (1 - (value - y[0]) / (y[1] - y[0])) * this.area.height;
  }

  valueAt(left, top) {
    const { area, ranges } = this;
    const x = ranges.x[0] + ((left - area.left) / area.width) * (ranges.x[1] - ranges.x[0]);
    const y = ranges.y[0] + (1 - (top - area.top) / area.height) * (ranges.y[1] - ranges.y[0]);
    return [x, y];
  }

  paint() {
    if (!this.rows) return;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.font = `13px ${this.palette.font}`;
    this.paintAxes(pen);
    pen.save();
    pen.beginPath();
    pen.rect(this.area.left, this.area.top - 8, this.area.width + 10, this.area.height + 8);
    pen.clip();
    this.paintMarks(pen);
    this.paintLines(pen);
    this.paintBest(pen);
    this.pointer.paint(pen);
    pen.restore();
  }

  paintAxes(pen) {
    const { area, palette } = this;
    const { x, y } = this.ranges;
    pen.lineWidth = 1;
    pen.strokeStyle = palette.grid;
    pen.fillStyle = palette.muted;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    const levels = ticks(y[0], y[1], area.height / 45);
    tickWords(levels).forEach((words, i) => {
      const top = Math.round(this.placeY(levels[i])) + 0.5;
      line(pen, area.left, top, area.left + area.width, top);
      pen.fillText(words, area.left - 8, top);
    });
    line(pen, area.left, area.top + area.height + 0.5, area.left + area.width, area.top + area.height + 0.5);
    pen.textBaseline = "top";
    pen.textAlign = "center";
    const epochs = ticks(x[0], x[1], area.width / 70, x[1] - x[0] >= 2);
    tickWords(epochs).forEach((words, i) => pen.fillText(words, this.placeX(epochs[i]), area.top + area.height + 6));
    pen.fillText(_("Epoch"), area.left + area.width / 2, this.height - 15);
  }

  // What the user and the machine did: another learning rate, a new beginning after an interruption.
  paintMarks(pen) {
    const { history, palette, area } = this;
    const steps = history.begin?.steps_per_epoch || 1;
    const marks = [...history.rates.map((rate) => [rate.step, _("rate {rate}", { rate: plainNumber(rate.value) })]), ...history.resumed.map((step) => [step, _("went on here")])];
    pen.strokeStyle = pen.fillStyle = palette.muted;
    pen.setLineDash([2, 4]);
    pen.lineWidth = 1;
    pen.textBaseline = "top";
    for (const [step, words] of marks) {
      const left = Math.round(this.placeX(step / steps)) + 0.5;
      line(pen, left, area.top, left, area.top + area.height);
      const right = left > area.left + area.width / 2;
      pen.textAlign = right ? "right" : "left";
      pen.fillText(words, left + (right ? -5 : 5), area.top);
    }
    pen.setLineDash([]);
  }

  paintLines(pen) {
    const { training, validation } = this.rows;
    const raw = !this.hidden.has("raw");
    const { line: colour, faint } = this.palette;
    const few = this.history.epochs.length <= DOTS_UP_TO;
    for (const [name, [x, y], dash] of [["training", training, []], ["validation", validation, [9, 6]]]) {
      if (this.hidden.has(name)) continue;
      const strong = smoothed(x, y, this.halfLife);
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = 1;
      pen.globalAlpha = faint;
      if (raw && strong !== y) this.stroke(pen, x, y);
      pen.globalAlpha = 1;
      if (name === "validation" && few) this.diamonds(pen, x, y);
      pen.setLineDash(dash);
      pen.lineWidth = 2.5;
      this.stroke(pen, x, strong);
      pen.setLineDash([]);
    }
  }

  stroke(pen, allX, allY) {
    const [x, y] = forScreen(allX, allY, ...this.ranges.x, this.area.width);
    pen.lineJoin = "round";
    pen.beginPath();
    let down = false;
    for (let i = 0; i < x.length; i += 1) {
      if (y[i] === null) {
        down = false;
        continue;
      }
      if (down) pen.lineTo(this.placeX(x[i]), this.placeY(y[i]));
      else pen.moveTo(this.placeX(x[i]), this.placeY(y[i]));
      down = true;
    }
    pen.stroke();
  }

  diamonds(pen, x, y) {
    for (let i = 0; i < x.length; i += 1) {
      if (y[i] === null) continue;
      const [left, top] = [this.placeX(x[i]), this.placeY(y[i])];
      pen.beginPath();
      pen.moveTo(left, top - 4.5);
      pen.lineTo(left + 4.5, top);
      pen.lineTo(left, top + 4.5);
      pen.lineTo(left - 4.5, top);
      pen.fill();
    }
  }

  paintBest(pen) {
    const best = this.history.best;
    const value = best?.[`val_${this.field}`] ?? best?.[this.field];
    if (typeof value !== "number" || this.hidden.has("best")) return;
    const [left, top] = [this.placeX(best.epoch), this.placeY(value)];
    pen.strokeStyle = this.palette.text;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(left, top, 8, 0, 2 * Math.PI);
    pen.stroke();
  }

  show(name, visible) {
    if (visible) this.hidden.delete(name);
    else this.hidden.add(name);
    this.paint();
  }
}

function line(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}
