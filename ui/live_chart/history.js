// What the viewer knows of the run: the events, as columns that a chart can take.
// A step or epoch that was here before means that the run went back to a checkpoint (or that a reader
// sent something twice): what came after it is dropped first, so taking the same events again is harmless.

const OVER = ["finished", "stopped", "failed", "interrupted"];
const MAX_DEVICE = 512;
const MAX_LOOKS = 64;

class RunHistory {
  constructor() {
    this.clear();
  }

  clear() {
    this.offset = 0;
    this.begin = null;
    this.status = null;
    this.told = false; // the status comes from the server, so events need not be read for it
    this.device = [];
    this.energy = null; // of its learning
    this.unlearn();
  }

  // Everything that it learned.
  unlearn() {
    if (this.energy) this.energy = { ...this.energy, waiting: 0, joules: 0, learned: 0 };
    this.end = null;
    this.step = null;
    this.speed = null; // samples a second, as last known
    this.epochs = [];
    this.width = 1; // of a stretch of steps, of which only the shape is kept
    this.batch = { step: [], x: [], loss: [], metric: [], speed: [] };
    this.rates = []; // changes of the learning rate by the user
    this.resumed = []; // steps from which it went on
    this.notices = [];
    this.looks = []; // at the example rows
    this.held = { since: null, seconds: 0 }; // pauses since the last epoch closed
  }

  take(events) {
    for (const event of events) HANDLERS[event.kind]?.call(this, event);
  }

  // A run begins, goes on from a checkpoint, or begins anew because there was none yet.
  addBegin(event) {
    this.begin = event;
    const from = event.resumed_from_step ?? 0;
    if (!from) this.unlearn();
    if (this.empty) return;
    this.rewind(from + 1);
    this.epochs = this.epochs.filter((epoch) => epoch.step <= from);
    this.resumed = [...this.resumed.filter((step) => step < from), from];
  }

  addStep(event) {
    const { batch } = this;
    if (batch.step.length && event.step <= batch.step.at(-1)) this.rewind(event.step);
    batch.step.push(event.step);
    batch.x.push(this.epochOf(event));
    batch.loss.push(event.loss ?? null);
    batch.metric.push(event.metric ?? null);
    batch.speed.push(event.samples_per_s ?? null);
    this.step = event;
    this.speed = event.samples_per_s ?? this.speed;
    this.heard = performance.now();
    if (batch.step.length > MAX_POINTS) this.thin();
  }

  addEpoch(event) {
    if (this.epochs.length && event.epoch <= this.epochs.at(-1).epoch) this.epochs = before(this.epochs, event);
    this.epochs.push(event);
    this.speed = event.samples_per_s ?? this.speed;
    this.heard = performance.now();
    this.held.seconds = 0;
  }

  addState(event) {
    if (event.state === "running" || event.state === "starting") this.end = null; // it goes on after all
    this.hold(event);
    if (!this.told) this.status = { ...this.status, state: event.state, message: event.message };
  }

  // A pause takes nothing of the time that is left.
  hold({ state, time_s: now }) {
    if (state === "paused") this.held.since ??= now;
    if (state !== "running") return;
    if (this.held.since !== null) this.held.seconds += Math.max(0, now - this.held.since);
    this.held.since = null;
    this.heard = performance.now();
  }

  addRate(event) {
    this.rates = [...this.rates.filter((known) => known.step < event.step), event];
  }

  addNotice(event) {
    this.notices = [...this.notices.filter((known) => known.code !== event.code), event];
  }

  addLook(event) {
    this.looks = [...before(this.looks, event), event];
    if (this.looks.length > MAX_LOOKS) this.looks = this.looks.filter((_, i) => i % 2 || i === this.looks.length - 1);
  }

  addDevice(event) {
    this.energy = energyOfLearning(this.energy, event, this);
    this.device.push(event);
    if (this.device.length > MAX_DEVICE) this.device = this.device.slice(-MAX_DEVICE / 2);
  }

  // How the run stands, as status.json says it.
  setStatus(status) {
    this.status = status;
    this.told = true;
  }

  // It was over and is queued again: what follows comes behind what is known.
  goOn(status) {
    this.end = null;
    this.status = status;
    this.told = false;
  }

  // Fractions of an epoch, so that batches and epochs share one axis.
  epochOf(event) {
    const steps = this.begin?.steps_per_epoch;
    return steps ? event.step / steps : event.epoch;
  }

  rewind(step) {
    const length = bisect(this.batch.step, step);
    for (const values of Object.values(this.batch)) values.length = length;
    if (this.step?.step >= step) this.step = null;
  }

  thin() {
    const { batch } = this;
    for (;;) {
      const kept = stretches(batch.step, [batch.loss, batch.metric], this.width);
      for (const [name, values] of Object.entries(batch)) batch[name] = kept.map((i) => values[i]);
      if (kept.length <= MAX_POINTS / 2) return;
      this.width *= 2;
    }
  }

  get state() {
    return this.status?.state ?? "";
  }

  get over() {
    return OVER.includes(this.state);
  }

  get paused() {
    return this.state === "paused";
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

  // The best epoch, once its weights stay: a run that failed or was interrupted has no model.
  get kept() {
    if (!this.over && !this.end) return null;
    const state = this.over ? this.state : this.end.state;
    return state === "finished" || (state === "stopped" && this.status?.model !== false) ? this.best : null;
  }

  get learningRate() {
    const [rate, epoch] = [this.rates.at(-1), this.epochs.at(-1)];
    return rate && (!epoch || rate.step >= epoch.step) ? rate.value : epoch?.learning_rate ?? null;
  }

  // Seconds left, with the range in which they probably are: as the worker said at the last epoch, less the time since
  // then in which it learned; from its speed before the first epoch, and after a resume until one closes: what an epoch
  // said before that was meant for another day. None while it is not learning.
  timeLeft() {
    if (!this.step || this.end || this.state !== "running" || PHASES[this.status?.phase]) return null;
    const epoch = this.epochs.at(-1);
    if (epoch?.time_left_s == null || epoch.step <= this.resumed.at(-1)) return this.timeAtThisSpeed();
    const passed = Math.max(0, this.step.time_s - epoch.time_s - this.held.seconds + (performance.now() - this.heard) / 1000);
    const less = (seconds) => (seconds == null ? null : Math.max(0, seconds - passed));
    return { seconds: less(epoch.time_left_s), low: less(epoch.time_left_low_s), high: less(epoch.time_left_high_s) };
  }

  timeAtThisSpeed() {
    const { epochs, steps_per_epoch: steps, batch_size: size } = this.begin ?? {};
    const done = Math.max(this.step.step, this.epochs.at(-1)?.step ?? 0);
    if (!(epochs && steps && this.speed && done > 3)) return null;
    return { seconds: ((epochs * steps - done) * size) / this.speed, low: null, high: null };
  }
}

const HANDLERS = {
  begin: RunHistory.prototype.addBegin,
  step: RunHistory.prototype.addStep,
  epoch: RunHistory.prototype.addEpoch,
  state: RunHistory.prototype.addState,
  learning_rate: RunHistory.prototype.addRate,
  notice: RunHistory.prototype.addNotice,
  examples: RunHistory.prototype.addLook,
  device: RunHistory.prototype.addDevice,
  end(event) {
    this.end = event;
  },
};

// The machine's energy since a worker took the run, less what fell into other things than learning: loading, compiling,
// pauses, the turns of other lanes. A new worker counts from 0. As core.runs.learned_energy, but without going back.
function energyOfLearning(known, event, { step, epochs }) {
  if (typeof event.energy_j !== "number" || event.time_s <= known?.told) return known; // sent twice
  const { raw, waiting, joules, time, learned } = known ?? { raw: 0, waiting: 0, joules: 0, time: 0, learned: 0 };
  const more = waiting + event.energy_j - (event.energy_j < raw ? 0 : raw);
  const epoch = epochs.at(-1);
  const mark = !step || epoch?.time_s > step.time_s ? epoch : step;
  const next = { raw: event.energy_j, told: event.time_s };
  if (!(mark?.time_s > time)) return { ...next, waiting: more, joules, time, learned }; // it has not spoken since: a long step, or none
  const seconds = mark.learned_s ?? mark.time_s;
  const share = Math.min(1, Math.max(0, (seconds - learned) / (mark.time_s - time)));
  return { ...next, waiting: 0, joules: joules + share * more, time: mark.time_s, learned: seconds };
}

function before(events, event) {
  return events.filter((known) => known.epoch < event.epoch);
}
