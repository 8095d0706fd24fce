// One lane as a drawing: its curves, faintly those of the others, on axes that all lanes share. SVG of our own,
// because a few hundred points need no charting library and must look right at the first moment.

const SVG = "http://www.w3.org/2000/svg";
const MOST_POINTS = 260; // of a training line
const DOTS_UP_TO = 24; // epochs
const SHAPES = {
  circle: "M-5,0A5,5 0 1 1 5,0A5,5 0 1 1 -5,0Z",
  square: "M-4.5,-4.5H4.5V4.5H-4.5Z",
  diamond: "M0,-6L6,0L0,6L-6,0Z",
  "triangle-up": "M0,-5.5L5.5,4.5H-5.5Z",
  cross: "M-2,-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
  star: "M0,-6.5L1.7,-2.2L6.2,-2L2.7,0.9L3.8,5.3L0,2.8L-3.8,5.3L-2.7,0.9L-6.2,-2L-1.7,-2.2Z",
  x: "M-5.5,-3L-3,-5.5L0,-2.5L3,-5.5L5.5,-3L2.5,0L5.5,3L3,5.5L0,2.5L-3,5.5L-5.5,3L-2.5,0Z",
};

function draw(name, attributes = {}, parent = null) {
  const element = document.createElementNS(SVG, name);
  set(element, attributes);
  parent?.append(element);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

function shape(marker) {
  return SHAPES[marker] ?? SHAPES.circle;
}

// The mark of a model, as it stands in the board and at the head of its curve.
function markOf(lane, size = 14) {
  const icon = draw("svg", { viewBox: "-7 -7 14 14", width: size, height: size, "aria-hidden": "true", class: "ll-mark" });
  draw("path", { d: shape(lane.marker), fill: lane.colour }, icon);
  return icon;
}

class Strip {
  constructor(box, lane) {
    this.lane = lane;
    this.svg = draw("svg", { class: "ll-drawing", role: "img" }, box);
    const clip = draw("clipPath", { id: `ll-clip-${lane.id}` }, this.svg);
    this.frame = draw("rect", {}, clip);
    this.grid = draw("g", { class: "ll-grid" }, this.svg);
    const inner = draw("g", { "clip-path": `url(#ll-clip-${lane.id})` }, this.svg);
    this.ghosts = draw("g", { class: "ll-ghosts" }, inner);
    this.thin = draw("path", { class: "ll-raw", stroke: lane.colour }, inner);
    this.even = draw("path", { class: "ll-training", stroke: lane.colour }, inner);
    this.thick = draw("path", { class: "ll-validation", stroke: lane.colour }, inner);
    this.dots = draw("path", { class: "ll-dots", fill: lane.colour }, inner);
    this.best = draw("circle", { class: "ll-best", r: 8, visibility: "hidden" }, this.svg);
    this.head = draw("g", { visibility: "hidden" }, this.svg);
    draw("path", { d: shape(lane.marker), fill: lane.colour }, this.head);
    this.label = draw("text", { class: "ll-label", visibility: "hidden" }, this.svg);
    this.cross = draw("line", { class: "ll-cross", visibility: "hidden" }, this.svg);
    this.wait = draw("text", { class: "ll-wait", "text-anchor": "middle" }, this.svg);
  }

  // `axes`: {x: [0, right], y: [low, high], xTicks, yTicks, xWords, yWords}; `curves`: of all lanes, this one's first.
  paint(axes, curves, width, height) {
    const [own, ...others] = curves;
    const room = { left: 52, right: 76, top: 8, bottom: 22 };
    const x = (value) => room.left + ((width - room.left - room.right) * (value - axes.x[0])) / (axes.x[1] - axes.x[0]);
    const y = (value) => height - room.bottom - ((height - room.top - room.bottom) * (value - axes.y[0])) / (axes.y[1] - axes.y[0]);
    const inside = (value) => Math.min(height - room.bottom, Math.max(room.top, y(value)));
    this.scale = { x, room, width, height };
    set(this.svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    set(this.frame, { x: room.left, y: room.top, width: width - room.left - room.right, height: height - room.top - room.bottom });
    this.paintGrid(axes, x, y, room, width, height);
    this.paintGhosts(others, x, y);
    set(this.thin, { d: line(own.training, x, y) });
    set(this.even, { d: line(own.even, x, y) });
    set(this.thick, { d: line(own.validation, x, y) });
    const dots = own.validation.length <= DOTS_UP_TO ? own.validation : [];
    set(this.dots, { d: dots.map(([a, b]) => `M${(x(a) - 2.5).toFixed(1)},${inside(b).toFixed(1)}a2.5,2.5 0 1 0 5,0a2.5,2.5 0 1 0 -5,0Z`).join("") });
    this.paintHead(own, axes, x, inside);
    this.wait.textContent = own.training.length || own.validation.length ? "" : _("The first numbers appear here");
    set(this.wait, { x: width / 2, y: height / 2 });
  }

  paintGrid(axes, x, y, room, width, height) {
    const lines = [
      ...axes.yTicks.map((value) => ({ x1: room.left, x2: width - room.right, y1: y(value), y2: y(value), text: axes.yWords(value), tx: room.left - 8, ty: y(value) + 4, anchor: "end" })),
      ...axes.xTicks.map((value) => ({ x1: x(value), x2: x(value), y1: height - room.bottom, y2: height - room.bottom + 4, text: axes.xWords(value), tx: x(value), ty: height - 4, anchor: "middle" })),
    ];
    while (this.grid.children.length < 2 * lines.length) this.grid.append(draw("line"), draw("text"));
    while (this.grid.children.length > 2 * lines.length) this.grid.lastChild.remove();
    lines.forEach((tick, number) => {
      set(this.grid.children[2 * number], { x1: tick.x1, x2: tick.x2, y1: tick.y1, y2: tick.y2 });
      const text = this.grid.children[2 * number + 1];
      set(text, { x: tick.tx, y: tick.ty, "text-anchor": tick.anchor });
      write(text, tick.text);
    });
  }

  paintGhosts(others, x, y) {
    while (this.ghosts.children.length < others.length) draw("path", {}, this.ghosts);
    others.forEach((curve, number) => set(this.ghosts.children[number], { d: line(curve.validation, x, y) }));
  }

  paintHead(own, axes, x, inside) {
    const last = own.validation.at(-1);
    set(this.head, last ? { visibility: "visible", transform: `translate(${x(last[0]).toFixed(1)},${inside(last[1]).toFixed(1)})` } : { visibility: "hidden" });
    set(this.label, last ? { visibility: "visible", x: Math.min(x(last[0]) + 13, this.scale.width - 62), y: inside(last[1]) + 4.5 } : { visibility: "hidden" });
    write(this.label, last ? axes.valueWords(last[1]) : "");
    const best = own.best;
    set(this.best, best ? { visibility: "visible", cx: x(best[0]), cy: inside(best[1]) } : { visibility: "hidden" });
  }

  // A line at one place of the axis, the same in all lanes; null takes it away.
  point(value) {
    if (value === null || !this.scale) return set(this.cross, { visibility: "hidden" });
    const { x, room, height } = this.scale;
    return set(this.cross, { visibility: "visible", x1: x(value), x2: x(value), y1: room.top, y2: height - room.bottom });
  }
}

function line(points, x, y) {
  let path = "";
  let down = false;
  for (const [a, b] of points) {
    if (b === null) down = false;
    else {
      path += `${down ? "L" : "M"}${x(a).toFixed(1)},${y(b).toFixed(1)}`;
      down = true;
    }
  }
  return path;
}
