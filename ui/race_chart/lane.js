// One lane: the history of its run, and how far along it was at each moment, in epochs, seconds, samples and joules.

const MOST_MARKS = 1500; // of a clock; with more, every second one goes

class LaneHistory extends RunHistory {
  clear() {
    super.clear();
    this.meter = { time: [], joules: [] };
    this.raw = 0;
    this.before = 0;
  }

  unlearn() {
    super.unlearn();
    this.clock = { step: [0], learned: [0], time: [0] };
  }

  take(events) {
    for (const event of events) {
      super.take([event]);
      if (event.kind === "step" || event.kind === "epoch") this.mark(event);
      else if (event.kind === "device" && typeof event.energy_j === "number") this.read(event);
    }
  }

  // A step that was here before means that the run went back to a checkpoint.
  mark(event) {
    const { step, learned, time } = this.clock;
    while (step.length > 1 && step.at(-1) >= event.step) for (const column of [step, learned, time]) column.pop();
    step.push(event.step);
    learned.push(event.learned_s ?? event.time_s);
    time.push(event.time_s);
    if (step.length > MOST_MARKS) this.clock = halved(this.clock);
  }

  read(event) {
    const { time, joules } = this.meter;
    if (time.length && event.time_s <= time.at(-1)) return; // sent twice
    if (event.energy_j < this.raw) this.before += this.raw; // another worker took over and counts from 0
    this.raw = event.energy_j;
    time.push(event.time_s);
    joules.push(this.before + event.energy_j);
    if (this.meter.time.length > MOST_MARKS) this.meter = halved(this.meter);
  }

  // It is over and left no model: it failed, was interrupted, or was stopped before it had one. Compare leaves it out, too.
  get out() {
    const withModel = this.state === "finished" || this.state === "stopped";
    return this.over && !(withModel && this.status.model !== false);
  }

  get hasEnergy() {
    return this.meter.joules.length > 1;
  }

  // Seconds of learning: waiting for the others' turns is not counted.
  get learnedSeconds() {
    return this.clock.learned.at(-1);
  }

  // Where a step lies on an axis.
  at(step, axis) {
    const perEpoch = this.begin?.steps_per_epoch || 1;
    if (axis === "seconds") return between(this.clock.step, this.clock.learned, step);
    if (axis === "energy") return between(this.spent.step, this.spent.joules, step);
    return (step / perEpoch) * (axis === "samples" ? this.begin?.rows || 1 : 1);
  }

  // The lane's own share of the machine's energy: that of the time in which it learned, not of its waiting.
  measure() {
    const { time, joules } = this.meter;
    const spent = { step: [0], joules: [0] };
    for (let i = 1; i < time.length; i += 1) {
      const learned = between(this.clock.time, this.clock.learned, time[i]) - between(this.clock.time, this.clock.learned, time[i - 1]);
      const share = Math.min(1, Math.max(0, learned / Math.max(1e-9, time[i] - time[i - 1])));
      spent.step.push(between(this.clock.time, this.clock.step, time[i]));
      spent.joules.push(spent.joules.at(-1) + share * (joules[i] - joules[i - 1]));
    }
    this.spent = spent;
  }
}

function halved(columns) {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.filter((_, i) => i % 2 === 0 || i === column.length - 1)]));
}

// y at x on the line through the points (xs, ys), xs rising; beyond the ends the end.
function between(xs, ys, x) {
  if (!xs.length) return 0;
  let low = 0;
  let high = xs.length - 1;
  if (x >= xs[high]) return ys[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  const width = xs[high] - xs[low];
  return width ? ys[low] + ((ys[high] - ys[low]) * Math.max(0, x - xs[low])) / width : ys[low];
}
