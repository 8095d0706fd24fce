// The example rows: what the network says of each now, and how often it was right on the way.

const TICKS = 24;

class ExampleWall {
  constructor(parts) {
    this.parts = parts;
    this.cards = new Map();
    this.pictures = new Map(); // row → {picture, text}
  }

  // What Python knows of the rows; true when a row has come that it should be asked about.
  take(materials) {
    for (const one of materials ?? []) this.pictures.set(one.row, one);
  }

  lacks(history) {
    return Boolean(history.looks.at(-1)?.rows.some((one) => !this.pictures.has(one.row)));
  }

  fill(history) {
    const look = history.looks.at(-1);
    this.parts.examples.hidden = !look;
    if (!look || (this.shown === look && this.known === this.pictures.size)) return;
    this.shown = look;
    this.known = this.pictures.size;
    write(this.parts["examples-title"], exampleWords(look));
    const rows = look.rows.map((one) => one.row).join();
    if (this.rows !== rows) this.begin(look, rows);
    this.parts.examples.classList.toggle("ll-texts", [...this.pictures.values()].some((one) => one.text && !one.picture));
    look.rows.forEach((one, i) => this.cards.get(one.row).fill(one, this.pictures.get(one.row), history.looks, i));
  }

  begin(look, rows) {
    this.rows = rows;
    this.cards = new Map(look.rows.map((one) => [one.row, new ExampleCard()]));
    this.parts["examples-list"].replaceChildren(...[...this.cards.values()].map((card) => card.item));
  }
}

class ExampleCard {
  constructor() {
    this.item = document.createElement("li");
    this.picture = this.add("img");
    this.text = this.add("p", "ll-quote");
    this.answer = this.add("p", "ll-answer");
    this.truth = this.add("p", "ll-truth");
    this.way = this.add("p", "ll-way");
    this.way.setAttribute("aria-hidden", "true");
    this.picture.hidden = this.text.hidden = true;
    this.picture.alt = "";
  }

  add(tag, name = "") {
    const part = document.createElement(tag);
    part.className = name;
    this.item.append(part);
    return part;
  }

  fill(one, material, looks, place) {
    const right = isRight(one);
    this.item.dataset.right = right === null ? "" : String(right);
    if (material?.picture && this.picture.src !== material.picture) this.picture.src = material.picture;
    this.picture.hidden = !material?.picture;
    write(this.text, material?.text ?? "");
    this.text.hidden = !material?.text;
    write(this.answer, `${right === null ? "" : right ? "✓ " : "✗ "}${answerWords(one.answer)}`);
    write(this.truth, [typeof one.share === "number" ? `${percent(one.share)} sure` : "", right ? "right" : `is ${answerWords(one.truth)}`].filter(Boolean).join(" · "));
    this.trail(looks.slice(-TICKS).map((look) => look.rows[place]));
  }

  // One tick a look, tall where the answer was right.
  trail(ones) {
    if (isRight(ones[0]) === null) return;
    while (this.way.children.length < ones.length) this.way.append(document.createElement("i"));
    ones.forEach((one, i) => (this.way.children[i].className = isRight(one) ? "ll-on" : ""));
  }
}

function isRight(one) {
  return one && typeof one.share === "number" ? one.answer === one.truth : null;
}

function answerWords(value) {
  return typeof value === "number" ? number(value) : String(value);
}

function exampleWords(look) {
  const right = look.rows.filter(isRight).length;
  const when = `after epoch ${whole(look.epoch)}`;
  if (isRight(look.rows[0]) === null) return `What it says of rows it never learned from, ${when}`;
  return `${right} of ${look.rows.length} right ${when} · rows it never learned from`;
}
