// The visitor's language: the files here speak English, and what Python gave says it in the visitor's words.

let WORDS = {}; // English sentence → the same in the visitor's language; nothing for English
let PATTERNS = []; // of sentences that a worker wrote: [what it looks like, names of its places, the sentence]

const LETTERS = 8; // of the fixed words of a sentence, at least: with fewer anything would look like it

const N_ = (text) => text; // marks a sentence that is said later

const letters = (text) => text.replace(/\{\w+\}/g, "").replace(/[^A-Za-z]/g, "").length;

function learnWords(words) {
  if (words === WORDS) return;
  WORDS = words ?? {};
  PATTERNS = Object.entries(WORDS).filter(([english]) => english.includes("{") && letters(english) >= LETTERS).sort(([a], [b]) => letters(b) - letters(a)).map(([english, said]) => {
    const names = [];
    const look = english.split(/(\{\w+\})/).map((piece) => {
      if (!/^\{\w+\}$/.test(piece)) return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      names.push(piece.slice(1, -1));
      return "(.*?)";
    });
    return [new RegExp(`^${look.join("")}$`), names, said];
  });
}

// A sentence, its places filled in.
function _(text, fields = {}) {
  return (WORDS[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => fields[name] ?? place);
}

function plural(one, many, n, fields = {}) {
  return _(n === 1 ? one : many, { n: whole(n), ...fields });
}

// A sentence that a worker wrote in English, as `core.retelling` tells it: words of ours in it are told in turn.
function retold(text, depth = 2) {
  if (WORDS[text]) return WORDS[text];
  for (const [look, names, said] of PATTERNS) {
    const found = look.exec(text);
    if (!found) continue;
    const fields = Object.fromEntries(names.map((name, i) => [name, depth && name.endsWith("_words") ? retold(found[i + 1], depth - 1) : found[i + 1]]));
    return said.replace(/\{(\w+)\}/g, (place, name) => fields[name] ?? place);
  }
  return text;
}

// The words that stand in the HTML: gathered once, before anything else is written there. A plot's label changes with the run.
function standingWords(root) {
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.data.trim();
    if (/[A-Za-z]/.test(text)) found.push(() => (node.data = node.data.replace(node.data.trim(), _(text))));
  }
  for (const element of [root, ...root.querySelectorAll("[aria-label]:not([data-part^=plot-])")]) {
    const text = element.getAttribute("aria-label");
    if (text) found.push(() => element.setAttribute("aria-label", _(text)));
  }
  return () => found.forEach((say) => say());
}
