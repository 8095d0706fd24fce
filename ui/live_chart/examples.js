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
    this.facts = this.add("dl", "ll-facts");
    this.answer = this.add("p", "ll-answer");
    this.bar = this.add("p", "ll-sure");
    this.bar.append(document.createElement("i"));
    this.bar.setAttribute("aria-hidden", "true"); // the words under it say the same
    this.truth = this.add("p", "ll-truth");
    this.way = this.add("p", "ll-way");
    this.way.setAttribute("aria-hidden", "true");
    this.picture.hidden = this.text.hidden = this.facts.hidden = this.bar.hidden = true;
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
    this.tell(material?.facts ?? []);
    this.measure(one, looks.at(-1).rows);
    write(this.answer, `${right === null ? "" : right ? "✓ " : "✗ "}${answerWords(one.answer)}`);
    write(this.truth, [typeof one.share === "number" ? _("{share} sure", { share: percent(one.share) }) : "", right ? _("right") : _("is {truth}", { truth: answerWords(one.truth) })].filter(Boolean).join(" · "));
    this.trail(looks.slice(-TICKS).map((look) => look.rows[place]));
  }

  // A few columns of a table's row.
  tell(facts) {
    this.facts.hidden = !facts.length;
    if (this.facts.children.length === facts.length) return;
    this.facts.replaceChildren(...facts.map(([name, value]) => {
      const fact = document.createElement("div");
      for (const [tag, words] of [["dt", name], ["dd", value]]) {
        const part = document.createElement(tag);
        part.textContent = part.title = words;
        fact.append(part);
      }
      return fact;
    }));
  }

  // How sure it is as a bar that grows; of a number, where it is on the way to the truth, which is a stroke.
  measure(one, rows) {
    const scale = typeof one.share === "number" ? null : numbersScale(rows);
    this.bar.hidden = scale === null && typeof one.share !== "number";
    if (this.bar.hidden) return;
    this.bar.classList.toggle("ll-number", scale !== null);
    const place = scale ? scale(one.answer) : one.share;
    this.bar.firstChild.style.transform = scale ? `translateX(${100 * place}%)` : `scaleX(${place})`;
    if (scale) this.bar.style.setProperty("--ll-truth", `${100 * scale(one.truth)}%`);
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

// Where a number stands between the lowest and the highest truth, from 0 to 1 with some room; null where there are no two.
function numbersScale(rows) {
  const truths = rows.map((row) => row.truth).filter((value) => typeof value === "number");
  const [low, high] = [Math.min(...truths), Math.max(...truths)];
  if (!(high > low)) return null;
  return (value) => Math.min(1, Math.max(0, 0.05 + (0.9 * (value - low)) / (high - low)));
}

function answerWords(value) {
  return typeof value === "number" ? number(value) : String(value);
}

function exampleWords(look) {
  const right = look.rows.filter(isRight).length;
  const epoch = whole(look.epoch);
  if (isRight(look.rows[0]) === null) return _("What it says of rows it never learned from, after epoch {epoch}", { epoch });
  return _("{right} of {all} right after epoch {epoch} · rows it never learned from", { right, all: look.rows.length, epoch });
}
