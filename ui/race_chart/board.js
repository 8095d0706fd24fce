// The leader board: one row a lane, moved to its place with a short glide, in words and figures that do not jump.

const GLIDE_MS = 450;

class Board {
  constructor(box, open) {
    this.box = box;
    this.open = open;
    this.rows = new Map();
  }

  fill(ranked, field) {
    const before = new Map([...this.rows].map(([id, row]) => [id, row.element.offsetTop]));
    const ids = ranked.map(({ lane }) => lane.id);
    for (const [id, row] of this.rows) if (!ids.includes(id)) this.drop(id, row);
    const words = ranked.map(({ lane, value }) => valueWords(value, isShare(lane.history, field)));
    ranked.forEach(({ lane, value }, number) => this.write(this.row(lane), lane, value, words.indexOf(words[number]), words[number])); // level: the same place
    if (ids.join() === this.order) return;
    this.order = ids.join();
    const focused = this.box.contains(document.activeElement) ? document.activeElement : null;
    for (const id of ids) this.box.append(this.rows.get(id).element);
    focused?.focus({ preventScroll: true });
    this.glide(before);
  }

  drop(id, row) {
    row.element.remove();
    this.rows.delete(id);
  }

  row(lane) {
    if (!this.rows.has(lane.id)) this.rows.set(lane.id, this.made(lane));
    return this.rows.get(lane.id);
  }

  made(lane) {
    const element = document.createElement("div");
    element.className = "ll-row";
    element.setAttribute("role", "row");
    const parts = Object.fromEntries(["place", "model", "value", "best", "learned", "state"].map((name) => [name, document.createElement("span")]));
    for (const [name, part] of Object.entries(parts)) {
      part.className = `ll-${name}`;
      part.setAttribute("role", "cell");
      element.append(part);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.title = _("Open this lane");
    button.onclick = () => this.open(lane.id);
    const name = document.createElement("span");
    button.append(markOf(lane), name);
    parts.model.append(button);
    const bar = document.createElement("i");
    bar.className = "ll-done";
    bar.setAttribute("aria-hidden", "true");
    bar.style.background = lane.colour;
    element.append(bar);
    return { element, parts, name, bar };
  }

  write(row, lane, value, place, words) {
    const { history } = lane;
    write(row.name, lane.name);
    write(row.parts.place, value === null ? "–" : String(place + 1));
    write(row.parts.value, words);
    write(row.parts.best, history.best && !history.out ? whole(history.best.epoch) : "–");
    write(row.parts.learned, history.learnedSeconds ? duration(history.learnedSeconds) : "–");
    write(row.parts.state, stateOf(history));
    row.element.classList.toggle("ll-first", place === 0 && value !== null);
    row.element.dataset.state = history.state;
    const total = history.begin?.epochs ?? 0;
    const ended = !history.out && (history.state === "finished" || history.state === "stopped" || Boolean(PHASES[history.status?.phase]));
    row.bar.style.transform = `scaleX(${ended ? 1 : total ? Math.min(1, history.progress / total) : 0})`;
  }

  // First, last, invert, play: each row starts where it was and slides to where it is.
  glide(before) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [id, { element }] of this.rows) {
      const moved = (before.get(id) ?? element.offsetTop) - element.offsetTop;
      if (moved) element.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], { duration: GLIDE_MS, easing: "ease-in-out" });
    }
  }
}

// How a lane stands, with how far it is.
function stateOf(history) {
  if (history.out && history.state === "stopped") return _("Stopped, no model"); // beside others that were stopped and kept theirs
  const words = stateWords(history);
  const total = history.begin?.epochs;
  if (history.over || !total || history.state !== "running") return words;
  return PHASES[history.status?.phase] ? words : _("Epoch {epoch} of {all}", { epoch: whole(Math.min(total, Math.floor(history.progress) + 1)), all: whole(total) });
}
