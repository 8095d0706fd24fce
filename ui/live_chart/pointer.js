// What a pointer can do in a chart: read the numbers of an epoch, and drag a box to look closer.

const DRAG_PX = 8; // less is a shaky click

class Pointer {
  constructor(figure) {
    this.figure = figure;
    this.at = null; // where the pointer is, [left, top]
    this.from = null; // where a drag began
    const { box } = figure;
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
    this.at = this.from = null;
    this.figure.tip.hidden = true;
    this.figure.paint();
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
    this.epoch = this.from ? null : this.nearest();
    if (this.epoch) this.tell(this.epoch);
    figure.tip.hidden = !this.epoch;
    figure.paint();
  }

  nearest() {
    const { epochs } = this.figure.history;
    if (!epochs.length || !this.at) return null;
    const x = this.figure.valueAt(...this.at)[0];
    return epochs.reduce((best, epoch) => (Math.abs(epoch.epoch - x) < Math.abs(best.epoch - x) ? epoch : best));
  }

  tell(epoch) {
    const { tip, field, width } = this.figure;
    const words = [`Epoch ${whole(epoch.epoch)}`, `Training ${number(epoch[field])}`];
    if (typeof epoch[`val_${field}`] === "number") words.push(`Validation ${number(epoch[`val_${field}`])}`);
    tip.replaceChildren(...words.map(paragraph));
    const left = this.figure.placeX(epoch.epoch);
    tip.style.left = left > width / 2 ? "auto" : `${left + 12}px`;
    tip.style.right = left > width / 2 ? `${width - left + 12}px` : "auto";
  }

  paint(pen) {
    const { area, palette } = this.figure;
    if (this.from && this.at) {
      pen.globalAlpha = 0.15;
      pen.fillStyle = palette.text;
      pen.fillRect(this.from[0], this.from[1], this.at[0] - this.from[0], this.at[1] - this.from[1]);
      pen.globalAlpha = 1;
    } else if (this.at && this.epoch) {
      const left = Math.round(this.figure.placeX(this.epoch.epoch)) + 0.5;
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
