// What the viewer knows of the run: the events, as columns that a chart can take.
// A step or epoch that was here before means that the run went back to a checkpoint (or that a reader
// sent something twice): what came after it is dropped first, so taking the same events again is harmless.

const MAX_POINTS = 4000;

class RunHistory {
  constructor() {
    this.redraw = 0; // counts up whenever a curve cannot simply be extended
    this.clear();
  }

  clear() {
    this.offset = 0;
    this.begin = null;
    this.end = null;
    this.device = null;
    this.step = null;
    this.speed = null; // samples a second, as last known
    this.status = null;
    this.told = false; // the status comes from the server, so events need not be read for it
    this.epochs = [];
    this.batch = { step: [], x: [], loss: [], metric: [] };
    this.redraw += 1;
  }

  take(events) {
    for (const event of events) {
      if (event.kind === "step") this.addStep(event);
      else if (event.kind === "epoch") this.addEpoch(event);
      else if (event.kind === "begin") this.begin = event;
      else if (event.kind === "device") this.device = event;
      else if (event.kind === "end") this.end = event;
      else if (event.kind === "state") this.addState(event);
    }
  }

  addStep(event) {
    const batch = this.batch;
    if (batch.step.length && event.step <= batch.step.at(-1)) this.rewind(event.step);
    batch.step.push(event.step);
    batch.x.push(this.epochOf(event));
    batch.loss.push(event.loss ?? null);
    batch.metric.push(event.metric ?? null);
    this.step = event;
    this.speed = event.samples_per_s ?? this.speed;
    this.heard = performance.now();
    if (batch.step.length > MAX_POINTS) this.thin();
  }

  addEpoch(event) {
    const last = this.epochs.at(-1);
    if (last && event.epoch <= last.epoch) {
      this.epochs = this.epochs.filter((known) => known.epoch < event.epoch);
      this.redraw += 1;
    }
    this.epochs.push(event);
    this.speed = event.samples_per_s ?? this.speed;
    this.heard = performance.now();
  }

  addState(event) {
    if (event.state === "running" || event.state === "starting") this.end = null; // it goes on after all
    if (!this.told) this.status = { ...this.status, state: event.state, message: event.message };
  }

  // How the run stands, as status.json says it.
  setStatus(status) {
    this.status = status;
    this.told = true;
  }

  // Fractions of an epoch, so that batches and epochs share one axis.
  epochOf(event) {
    const steps = this.begin?.steps_per_epoch;
    return steps ? event.step / steps : event.epoch;
  }

  rewind(step) {
    let length = this.batch.step.length;
    while (length && this.batch.step[length - 1] >= step) length -= 1;
    for (const column of Object.values(this.batch)) column.length = length;
    this.redraw += 1;
  }

  // Keep first, last, lowest and highest loss of each bucket: the picture stays, the ends stay exact.
  thin() {
    const { loss } = this.batch;
    const count = loss.length;
    const buckets = MAX_POINTS / 8;
    const kept = [];
    for (let number = 0; number < buckets; number += 1) {
      const from = Math.floor((number * count) / buckets);
      const to = Math.floor(((number + 1) * count) / buckets);
      let low = from;
      let high = from;
      for (let i = from; i < to; i += 1) {
        if (loss[i] !== null && (loss[low] === null || loss[i] < loss[low])) low = i;
        if (loss[i] !== null && (loss[high] === null || loss[i] > loss[high])) high = i;
      }
      kept.push(...new Set([from, Math.min(low, high), Math.max(low, high), to - 1]));
    }
    for (const [name, column] of Object.entries(this.batch)) this.batch[name] = kept.map((i) => column[i]);
    this.redraw += 1;
  }

  get state() {
    return this.status?.state ?? "";
  }

  get over() {
    return ["finished", "stopped", "failed", "interrupted"].includes(this.state);
  }

  // Whether there is anything to draw.
  get empty() {
    return !this.batch.x.length && !this.epochs.length;
  }

  get totalEpochs() {
    return this.end?.epochs || this.begin?.epochs || 0;
  }

  // Epochs done, with the fraction of the present one.
  get progress() {
    return Math.max(this.batch.x.at(-1) ?? 0, this.epochs.at(-1)?.epoch ?? 0);
  }

  get best() {
    const number = this.end?.best_epoch || this.epochs.at(-1)?.best_epoch;
    return this.epochs.find((epoch) => epoch.epoch === number) ?? null;
  }

  // Seconds left: as the worker said at the last epoch, less what has passed; before the first epoch from its speed.
  secondsLeft() {
    if (!this.step || this.end || this.over || PHASES[this.status?.phase]) return null;
    const epoch = this.epochs.at(-1);
    const { epochs, steps_per_epoch: steps, batch_size: size } = this.begin ?? {};
    if (epoch?.time_left_s != null) {
      const passed = this.step.time_s - epoch.time_s + (performance.now() - this.heard) / 1000;
      return Math.max(0, epoch.time_left_s - Math.max(0, passed));
    }
    return epochs && steps && this.speed && this.step.step > 3 ? ((epochs * steps - this.step.step) * size) / this.speed : null;
  }
}
