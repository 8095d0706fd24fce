// Colours of the theme as the canvas can read them.

// Any CSS colour as [red, green, blue] from 0 to 255; a canvas cannot read `color-mix` everywhere.
function rgb(colour) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = "#888888"; // stays where the colour is none
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function luminance(colour) {
  const [red, green, blue] = rgb(colour);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function blend(front, back, share) {
  const [a, b] = [rgb(front), rgb(back)];
  return `rgb(${a.map((value, i) => Math.round(value * share + b[i] * (1 - share))).join(",")})`;
}

// What a chart of this place on the page is painted with; `line` is the colour of the run.
function paletteOf(root, line) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim();
  const palette = { line, text: read("--st-text-color"), ground: read("--st-background-color"), grid: read("--st-border-color"), font: read("--st-font") || "system-ui" };
  return palette;
}

function finished(palette) {
  const dark = luminance(palette.ground) < 0.4;
  return { ...palette, muted: blend(palette.text, palette.ground, 0.72), faint: dark ? 0.6 : 0.4 }; // thin lines need more on a dark ground
}
