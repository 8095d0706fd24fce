// Rows of points that stay small and keep their shape, and the moving average drawn through them.

const MAX_POINTS = 4096;

// Keep the first, the last and the extremes of each stretch of `width` keys; stretches nest when the width
// doubles, so what stays is exact however often this happened. (core/runs/history.py does the same.)
function stretches(keys, values, width) {
  const kept = [];
  let start = 0;
  for (let i = 1; i <= keys.length; i += 1) {
    if (i < keys.length && Math.floor(keys[i] / width) === Math.floor(keys[start] / width)) continue;
    kept.push(...shape(values, start, i));
    start = i;
  }
  return kept;
}

// First, last, lowest and highest place of each column between two places, in order.
function shape(columns, start, stop) {
  const wanted = new Set([start, stop - 1]);
  for (const column of columns) {
    let low = -1;
    let high = -1;
    for (let i = start; i < stop; i += 1) {
      if (column[i] === null) continue;
      if (low < 0 || column[i] < column[low]) low = i;
      if (high < 0 || column[i] > column[high]) high = i;
    }
    if (low >= 0) wanted.add(low).add(high);
  }
  return [...wanted].sort((a, b) => a - b);
}

// At most so many points for so many pixels: more of them look the same and only cost time.
function forScreen(x, y, from, to, pixels) {
  const first = Math.max(0, bisect(x, from) - 1);
  const last = Math.min(x.length, bisect(x, to) + 2);
  if (last - first <= 4 * pixels) return [x.slice(first, last), y.slice(first, last)];
  const columns = x.slice(first, last).map((value) => ((value - from) / (to - from)) * pixels);
  const kept = stretches(columns, [y.slice(first, last)], 1).map((i) => i + first);
  return [kept.map((i) => x[i]), kept.map((i) => y[i])];
}

// The first place whose value is at least `value`.
function bisect(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// A moving average over an uneven axis, from both sides so that it does not lag behind a steep curve:
// each number counts, and half as much for every half-life that it is away.
function smoothed(x, y, halfLife) {
  if (!(halfLife > 0)) return y;
  const sum = new Float64Array(y.length);
  const weight = new Float64Array(y.length);
  const sweep = (from, to, step) => {
    let [total, weights, before] = [0, 0, null];
    for (let i = from; i !== to; i += step) {
      if (y[i] === null) continue;
      const fade = before === null ? 0 : 2 ** (-Math.abs(x[i] - before) / halfLife);
      total *= fade;
      weights *= fade;
      sum[i] += total; // without the number itself, which would count twice
      weight[i] += weights;
      total += y[i];
      weights += 1;
      before = x[i];
    }
  };
  sweep(0, y.length, 1);
  sweep(y.length - 1, -1, -1);
  return y.map((value, i) => (value === null ? null : (sum[i] + value) / (weight[i] + 1)));
}

// Two rows of points as one, ordered by x; at the same x the second comes later.
function merged(x1, y1, x2, y2) {
  const x = [];
  const y = [];
  let i = 0;
  for (let j = 0; j < x2.length; j += 1) {
    while (i < x1.length && x1[i] <= x2[j]) {
      x.push(x1[i]);
      y.push(y1[i]);
      i += 1;
    }
    x.push(x2[j]);
    y.push(y2[j]);
  }
  return [x.concat(x1.slice(i)), y.concat(y1.slice(i))];
}

function column(events, field) {
  return events.map((event) => event[field] ?? null);
}

// The means of at most so many stretches of equally many values; those without a number are left out.
function averages(values, most) {
  const known = values.filter((value) => typeof value === "number");
  const count = Math.min(most, known.length);
  return Array.from({ length: count }, (_, i) => {
    const stretch = known.slice(Math.floor((i * known.length) / count), Math.floor(((i + 1) * known.length) / count));
    return stretch.reduce((a, b) => a + b, 0) / stretch.length;
  });
}
