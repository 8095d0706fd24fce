// One Plotly figure that is made once and then only extended, so zoom, hover and legend stay where they are.
// The axes are ours until the viewer zooms; they move seldom and in steps, so that curves grow and the paper rests.

const BATCH = 0;
const TRAINING = 1;
const VALIDATION = 2;
const BEST = 3;
const DOTS_UP_TO = 30; // epochs; with more of them the dots hide the dashes
const ALL = [BATCH, TRAINING, VALIDATION, BEST];

class CurveFigure {
  constructor(Plotly, box, field, palette, onZoom) {
    this.Plotly = Plotly;
    this.box = box;
    this.field = field;
    this.range = { x: null, y: null };
    this.zoomed = false;
    this.drawn = { redraw: -1, batch: 0, epochs: 0, best: 0 };
    this.touch = matchMedia("(pointer: coarse)").matches;
    Plotly.newPlot(box, traces(palette), layout(palette, this.touch), {
      displayModeBar: false,
      scrollZoom: false,
      responsive: false,
      doubleClick: false, // ours, below: back to the whole run
    });
    box.on("plotly_relayout", (change) => this.heard(change, onZoom));
    box.on("plotly_doubleclick", () => onZoom(this.release()));
  }

  // Plotly reports a drag end by end (`xaxis.range[0]`), our own changes whole (`xaxis.range`).
  // Once the viewer has zoomed, the axes are theirs.
  heard(change, onZoom) {
    if (!Object.keys(change).some((name) => /axis\.range\[/.test(name))) return;
    this.zoomed = true;
    this.Plotly.relayout(this.box, { "xaxis.tickmode": "auto" });
    onZoom();
  }

  release() {
    this.zoomed = false;
    this.range = { x: null, y: null };
  }

  draw(history) {
    if (history.redraw !== this.drawn.redraw) this.replace(history);
    else this.extend(history);
    this.markBest(history);
    this.dot(history.epochs.length <= DOTS_UP_TO ? "lines+markers" : "lines");
    if (!this.zoomed) this.fit(history);
    Object.assign(this.drawn, { redraw: history.redraw, batch: history.batch.x.length, epochs: history.epochs.length });
  }

  replace(history) {
    const { epochs, batch } = history;
    const x = epochs.map((epoch) => epoch.epoch);
    const y = [batch[this.field], column(epochs, this.field), column(epochs, `val_${this.field}`)];
    this.Plotly.restyle(this.box, { x: [[...batch.x], x, [...x]], y: [[...y[0]], y[1], y[2]] }, [BATCH, TRAINING, VALIDATION]);
  }

  extend(history) {
    const { batch, epochs } = history;
    const update = { x: [], y: [] };
    const which = [];
    if (batch.x.length > this.drawn.batch) {
      update.x.push(batch.x.slice(this.drawn.batch));
      update.y.push(batch[this.field].slice(this.drawn.batch));
      which.push(BATCH);
    }
    const fresh = epochs.slice(this.drawn.epochs);
    if (fresh.length) {
      const x = fresh.map((epoch) => epoch.epoch);
      update.x.push(x, [...x]);
      update.y.push(column(fresh, this.field), column(fresh, `val_${this.field}`));
      which.push(TRAINING, VALIDATION);
    }
    if (which.length) this.Plotly.extendTraces(this.box, update, which);
  }

  markBest(history) {
    const best = history.best;
    const value = best?.[`val_${this.field}`] ?? null;
    const key = best ? `${best.epoch}/${value}` : "";
    if (key === this.drawn.best) return;
    this.drawn.best = key;
    this.Plotly.restyle(this.box, { x: [best ? [best.epoch] : []], y: [best ? [value] : []] }, [BEST]);
  }

  dot(mode) {
    if (mode === this.drawn.mode) return;
    this.drawn.mode = mode;
    this.Plotly.restyle(this.box, { mode }, [TRAINING, VALIDATION]);
  }

  // Move the axes only where the curves no longer fit, or have become far too small.
  fit(history) {
    const change = {};
    const right = bound(history);
    if (right !== this.range.x) {
      this.range.x = right;
      Object.assign(change, { "xaxis.range": [0, right * 1.015], "xaxis.tickmode": "linear", "xaxis.dtick": tick(right) });
    }
    const [low, high] = extent(history, this.field);
    if (low !== null && !holds(this.range.y, low, high)) {
      this.range.y = padded(low, high, /accuracy/.test(history.begin?.metric) && this.field === "metric");
      change["yaxis.range"] = this.range.y;
    }
    if (Object.keys(change).length) this.Plotly.relayout(this.box, change);
  }

  paint(palette) {
    const style = traces(palette);
    const paths = ["line.color", "marker.color", "marker.line.color", "opacity"];
    const change = Object.fromEntries(paths.map((path) => [path, style.map((trace) => dig(trace, path))]));
    this.Plotly.restyle(this.box, change, ALL);
    const fresh = layout(palette, this.touch);
    this.Plotly.relayout(this.box, {
      font: fresh.font,
      hoverlabel: fresh.hoverlabel,
      "xaxis.gridcolor": palette.grid,
      "yaxis.gridcolor": palette.grid,
      "xaxis.linecolor": palette.grid,
    });
  }

  show(trace, visible) {
    this.Plotly.restyle(this.box, { visible }, [trace]);
  }

  resize() {
    if (this.box.getClientRects().length === 0) return; // gone from the page: Plotly would complain
    this.Plotly.Plots.resize(this.box).catch(() => {}); // it may go while Plotly waits for its next frame
  }

  destroy() {
    this.Plotly.purge(this.box);
  }
}

function traces(palette) {
  const line = (name, more) => ({ type: "scatter", x: [], y: [], name, hovertemplate: `${name} %{y:.3~g}<extra></extra>`, ...more });
  const dots = { size: 5, color: palette.line, line: { color: palette.line } };
  const faint = { mode: "lines", opacity: palette.faint, line: { width: 1, color: palette.line }, marker: { color: palette.line }, hoverinfo: "skip", hovertemplate: null };
  return [
    line("Batches", faint),
    line("Training", { mode: "lines+markers", cliponaxis: false, line: { width: 2.5, color: palette.line }, marker: dots }),
    line("Validation", { mode: "lines+markers", cliponaxis: false, line: { width: 2.5, color: palette.line, dash: "dash" }, marker: { ...dots, symbol: "diamond" } }),
    line("Best epoch", {
      mode: "markers",
      cliponaxis: false,
      hoverinfo: "skip",
      hovertemplate: null,
      line: { color: palette.text },
      marker: { size: 15, symbol: "circle-open", color: palette.text, line: { width: 2, color: palette.text } },
    }),
  ];
}

function layout(palette, touch) {
  const axis = { gridcolor: palette.grid, linecolor: palette.grid, zeroline: false, automargin: false, fixedrange: touch };
  return {
    autosize: true,
    uirevision: "keep",
    showlegend: false,
    dragmode: touch ? false : "zoom",
    hovermode: "x unified",
    margin: { l: 50, r: 14, t: 10, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: palette.font, size: 13, color: palette.muted },
    hoverlabel: { bgcolor: palette.ground, bordercolor: palette.grid, font: { color: palette.text, family: palette.font, size: 13 } },
    xaxis: { ...axis, title: { text: "Epoch", standoff: 6, font: { size: 13 } }, showgrid: false, showline: true, range: [0, 1], unifiedhovertitle: { text: "Epoch %{x}" } },
    yaxis: { ...axis, nticks: 6 },
  };
}

function column(epochs, field) {
  return epochs.map((epoch) => epoch[field] ?? null);
}

function dig(object, path) {
  return path.split(".").reduce((inner, name) => inner?.[name], object) ?? null;
}

// The right end of the axis: the next of 1, 2, 3, 5, 10, 20, 30, 50 … that is still ahead, at most all epochs.
function bound(history) {
  const total = history.totalEpochs || 1;
  if (history.over || history.end) return Math.max(1, history.epochs.at(-1)?.epoch ?? Math.ceil(history.progress));
  for (let power = 1; power < 1e6; power *= 10) {
    for (const step of [1, 2, 3, 5]) if (step * power > history.progress) return Math.min(step * power, total);
  }
  return total;
}

function tick(right) {
  for (let power = 1; power < 1e6; power *= 10) {
    for (const step of [1, 2, 5]) if (right / (step * power) <= 8) return step * power;
  }
  return 1e6;
}

// Lowest and highest value to be shown: all epochs, and the batches without the wildest two in a hundred.
function extent(history, field) {
  const values = [...column(history.epochs, field), ...column(history.epochs, `val_${field}`)].filter((v) => v !== null);
  const batch = history.batch[field].filter((v) => v !== null);
  const sample = batch.filter((_, i) => i % Math.ceil(batch.length / 400) === 0).sort((a, b) => a - b);
  if (sample.length) values.push(sample[Math.floor(sample.length * 0.02)], sample[Math.floor((sample.length - 1) * 0.98)]);
  return values.length ? [Math.min(...values), Math.max(...values)] : [null, null];
}

function holds(range, low, high) {
  return range !== null && range[0] <= low && range[1] >= high && range[1] - range[0] <= 1.7 * Math.max(high - low, 1e-9);
}

function padded(low, high, share) {
  const room = Math.max((high - low) * 0.12, Math.abs(high) * 1e-3, 1e-6);
  const bottom = low >= 0 ? Math.max(0, low - room) : low - room;
  return [bottom, share ? Math.min(1.01, high + room) : high + room];
}
