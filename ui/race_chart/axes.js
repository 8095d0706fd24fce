// The axes that all lanes share: seldom moved, in steps, so that the curves grow and the paper rests.

const AXES = {
  epochs: { name: N_("Epochs"), words: (value) => whole(value) },
  seconds: { name: N_("Seconds of learning, without waiting for its turn"), words: (value) => (value < 10 ? String(Number(value.toFixed(2))) : whole(value)) },
  samples: { name: N_("Training rows seen, repetitions counted"), words: (value) => shortCount(value) },
  energy: { name: N_("Energy, in joules"), words: (value) => shortCount(value) },
};

function shortCount(value) {
  if (value < 1000) return String(Number(value.toPrecision(3)));
  return value < 1e6 ? `${Number((value / 1e3).toPrecision(3))} k` : `${Number((value / 1e6).toPrecision(3))} M`;
}

const SMOOTHING = 0.016; // of the axis: so far away a batch counts half; as much as in the live chart

// The curves of a lane on an axis: lists of [x, y]. What is validated is never smoothed: by these very points the lanes are placed.
function curvesOf(history, axis, field) {
  if (axis === "energy") history.measure();
  const { epochs } = history;
  const best = history.out ? null : history.best; // no weights stay, so none of its epochs counts
  const training = few(...trainingOf(history, axis, field));
  const value = (epoch) => epoch[`val_${field}`] ?? epoch[field] ?? null;
  const validation = epochs.map((epoch) => [history.at(epoch.step, axis), value(epoch)]);
  return { training, validation, best: best && value(best) !== null ? [history.at(best.step, axis), value(best)] : null };
}

// The training line without the noise of single batches, on an axis that ends at `right`.
function evenOf(history, axis, field, right) {
  const [x, y] = trainingOf(history, axis, field);
  return few(x, smoothed(x, y, SMOOTHING * right));
}

// Batches, and the epochs that closed among them: of a quick epoch no batch may have been told.
function trainingOf(history, axis, field) {
  const { batch, epochs } = history;
  const [step, y] = merged(batch.step, batch[field], epochs.map((epoch) => epoch.step), epochs.map((epoch) => epoch[field] ?? null));
  return [step.map((one) => history.at(one, axis)), y];
}

// So many points as a lane can show, the last one among them.
function few(x, y) {
  const stride = Math.max(1, Math.ceil(x.length / MOST_POINTS));
  const found = [];
  for (let i = 0; i < x.length; i += stride) found.push([x[i], y[i]]);
  if (x.length && (x.length - 1) % stride) found.push([x.at(-1), y.at(-1)]);
  return found;
}

class SharedAxes {
  constructor() {
    this.clear();
  }

  clear() {
    this.right = null;
    this.range = null;
  }

  // Fit what is to be seen; `ends`: where each lane would end, if that is known.
  fit(curves, { axis, share, ends, over, narrow }) {
    const far = Math.max(0, ...curves.flatMap(({ training, validation }) => [training.at(-1)?.[0] ?? 0, validation.at(-1)?.[0] ?? 0]));
    const most = ends.length && axis === "epochs" ? Math.max(...ends) : Infinity;
    const right = over && far ? (axis === "epochs" ? Math.max(1, Math.ceil(far - 1e-9)) : far) : Math.min(roundUp(far * 1.02, axis === "epochs" ? 1 : 0), most);
    this.right = right;
    const [low, high] = extentOf(curves, share);
    if (low !== null && !this.holds(low, high)) this.range = roomAround(low, high, share);
    const y = this.range ?? [0, 1];
    return {
      x: [0, right],
      y,
      xTicks: ticksOf(0, right, narrow ? 4 : 8, axis === "epochs" || axis === "samples"),
      yTicks: levelsOf(y),
      xWords: AXES[axis].words,
      yWords: (value) => (share ? `${Number((100 * value).toFixed(1))} %` : tickWords(value)),
      valueWords: (value) => valueWords(value, share),
    };
  }

  holds(low, high) {
    return this.range !== null && this.range[0] <= low && this.range[1] >= high && this.range[1] - this.range[0] <= 1.8 * Math.max(high - low, 1e-9);
  }
}

// All epochs of all lanes, and of the batches what is near them: where a curve comes from may lie outside the picture.
function extentOf(curves, higher) {
  const values = curves.flatMap(({ validation }) => validation.map(([, y]) => y)).filter((y) => typeof y === "number");
  const [from, to] = !values.length ? [0.05, 0.95] : higher ? [0.3, 0.95] : [0.05, 0.7];
  for (const { training } of curves) {
    const sorted = training.map(([, y]) => y).filter((y) => typeof y === "number").sort((a, b) => a - b);
    if (sorted.length) values.push(sorted[Math.floor((sorted.length - 1) * from)], sorted[Math.ceil((sorted.length - 1) * to)]);
  }
  return values.length ? [Math.min(...values), Math.max(...values)] : [null, null];
}

function roomAround(low, high, share) {
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 1e-3, 1e-6);
  return [low >= 0 ? Math.max(0, low - room) : low - room, share ? Math.min(1.005, high + room) : high + room];
}

// The next of 1, 2, 3, 5, 10, 20 … that is not passed yet, also below one.
function roundUp(value, least) {
  if (!(value > 0)) return Math.max(least, 1);
  for (let power = 10 ** Math.floor(Math.log10(value)); ; power *= 10) {
    for (const step of [1, 2, 3, 5]) if (step * power >= value) return Math.max(least, step * power);
  }
}

function ticksOf(low, high, count, integers) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(integers ? 1 : 0, [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => (!integers || candidate % 1 === 0) && candidate >= raw - 1e-12) ?? 1);
  const ticks = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step) ticks.push(Math.abs(value) < step * 1e-6 ? 0 : value);
  return ticks;
}

// Two levels at least, or nobody can read the scale.
function levelsOf([low, high]) {
  const levels = ticksOf(low, high, 3, false);
  return levels.length > 1 ? levels : ticksOf(low, high, 6, false);
}

function tickWords(value) {
  return Math.abs(value) >= 1000 ? whole(value) : String(Number(value.toPrecision(3)));
}
