// Where the axes end and which numbers stand on them. They move seldom and in steps, so that curves grow and the paper rests.

const FINE = 0.02; // share of the batches that may leave the picture above, and as many below

// The right end: the next of 1, 2, 3, 5, 10, 20, 30, 50 … that is still ahead, at most all epochs.
function bound(history) {
  const total = history.totalEpochs || 1;
  if (history.over || history.end) return Math.max(1, history.epochs.at(-1)?.epoch ?? Math.ceil(history.progress));
  for (let power = 1; power < 1e7; power *= 10) {
    for (const step of [1, 2, 3, 5]) if (step * power > history.progress) return Math.min(step * power, total);
  }
  return total;
}

// Lowest and highest value to be shown: all epochs, and the batches without the wildest two in a hundred.
function extent(history, field) {
  let [low, high] = [Infinity, -Infinity];
  const see = (value) => {
    if (typeof value !== "number") return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const epoch of history.epochs) {
    see(epoch[field]);
    see(epoch[`val_${field}`]);
  }
  const batch = history.batch[field].filter((value) => value !== null);
  const sample = batch.filter((_, i) => i % Math.ceil(batch.length / 400) === 0).sort((a, b) => a - b);
  const wild = Math.floor(sample.length * FINE); // of few batches none
  see(sample[wild]);
  see(sample[sample.length - 1 - wild]);
  return low <= high ? [low, high] : [null, null];
}

function holds(range, low, high) {
  return range !== null && range[0] <= low && range[1] >= high && range[1] - range[0] <= 1.7 * Math.max(high - low, 1e-9);
}

function padded(low, high, share) {
  const room = Math.max((high - low) * 0.12, Math.abs(high) * 1e-3, 1e-6);
  const bottom = low >= 0 ? Math.max(0, low - room) : low - room;
  return [bottom, share ? Math.min(1.01, high + room) : high + room];
}

// Round numbers between two ends, about so many.
function ticks(low, high, about, wholeOnly = false) {
  const rough = (high - low) / Math.max(1, about);
  if (!(rough > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  if (wholeOnly) step = Math.max(1, Math.round(step));
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) found.push(n * step || 0); // no -0
  return found;
}

// Numbers of an axis with as many decimals as their steps need.
function tickWords(values) {
  const step = values.length > 1 ? Math.abs(values[1] - values[0]) : Math.abs(values[0] ?? 1);
  const most = Math.max(...values.map(Math.abs), 0);
  if (most && (most < 1e-3 || most >= 1e6)) return values.map((value) => (value ? value.toExponential(1) : "0"));
  const decimals = Math.max(0, Math.min(6, -Math.floor(Math.log10(step || 1) + 1e-9)));
  return values.map((value) => value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
}
