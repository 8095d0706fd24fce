// How new events come in: a socket; where none opens, a static file read by byte range; else through Python.
// Each way starts at the offset that the history has, so nothing is sent twice and nothing is lost on a change.

const OPEN_MS = 3000; // a socket that has not opened by then will not
const POLL_MS = 1000;
const RETRY_MS = [300, 1000, 2000, 4000, 5000];

class Transport {
  // `ask` tells Python what is needed; `on` is called after each change of the history.
  constructor(history, { base, token, ask, on }) {
    Object.assign(this, { history, base, token, ask, on });
    this.way = "";
    this.slept = ""; // the way that is to be taken again
    this.tries = 0;
    this.note = "";
  }

  start(wanted) {
    if (this.way) return;
    this.wanted ??= wanted;
    if (wanted === "polling") this.startPolling();
    else if (wanted === "fragment") this.startFragment();
    else this.openSocket(wanted === "auto");
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.timer = this.polled = this.turn = null;
    this.way = "";
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
  }

  // Nobody looks: nothing is fetched until `wake`, which goes on at the offset that the history has.
  rest() {
    this.slept = this.way;
    this.stop();
  }

  wake() {
    const way = this.slept;
    this.slept = "";
    if (way) this.start(way === "socket" ? this.wanted : way);
  }

  // The run goes on after all: what closed at its end opens again, the best way first.
  again() {
    if (this.slept) return; // it will when somebody looks
    this.stop();
    this.start(this.wanted);
  }

  openSocket(mayFall) {
    this.way = "socket";
    const address = `${this.base.replace(/^http/, "ws")}live/${this.token}?offset=${this.history.offset}`;
    const socket = new WebSocket(address);
    this.socket = socket;
    if (!this.opened && mayFall) this.timer ??= setTimeout(() => !this.opened && this.fall(), OPEN_MS);
    socket.onopen = () => {
      this.opened = true;
      this.tries = 0;
      this.say("");
    };
    socket.onmessage = (message) => socket === this.socket && this.takeFrame(JSON.parse(message.data));
    socket.onclose = (event) => socket === this.socket && this.closed(event.code, mayFall);
  }

  closed(code, mayFall) {
    this.socket = null;
    if (code === 1000) return this.say("");
    if (code === 4404) return this.say(_("This run is no longer here."));
    if (mayFall && (code === 1008 || code === 1013 || (!this.opened && this.tries > 0))) return this.fall();
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    if (this.opened) this.say(_("The connection was lost. Trying again; the training goes on."));
    this.retry = setTimeout(() => this.way === "socket" && this.openSocket(mayFall), wait * (0.8 + 0.4 * Math.random()));
    return undefined;
  }

  fall() {
    this.stop();
    this.startPolling();
  }

  takeFrame(frame) {
    if (frame.restart) this.history.clear();
    this.history.take(frame.events);
    this.history.offset = frame.offset;
    if (frame.status) this.history.setStatus(frame.status);
    this.on();
  }

  // Python makes the file reachable and gives its address in `data`; see `update`.
  startPolling() {
    this.way = "polling";
    this.ask({ feed: "polling", have: this.history.offset });
  }

  startFragment() {
    this.turn = this.polled = null;
    this.way = "fragment";
    this.ask({ feed: "fragment", have: this.history.offset });
  }

  // What Python sent with this run of the script.
  update({ feed, poll, batch }) {
    if (this.way === "polling" && feed === "polling") {
      if (batch && batch.from <= this.history.offset) this.takeBatch(batch); // a long history comes thinned, the rest from the file
      if (poll && poll !== this.polled) this.poll(poll);
      else if (!poll) this.startFragment();
    }
    if (this.way === "fragment" && batch) this.takeBatch(batch);
  }

  takeBatch(batch) {
    if (batch.from > this.history.offset) return this.startFragment(); // there is a gap: ask from where we are
    if (batch.offset < this.history.offset) return undefined;
    this.takeFrame(batch);
    return undefined;
  }

  async poll(address) {
    this.polled = address;
    const turn = (this.turn = {}); // another one begins when this one was stopped
    let failures = 0;
    while (this.turn === turn && failures < 3) {
      const found = await this.readRange(new URL(address, this.base));
      failures = found ? 0 : failures + 1;
      if (this.history.end && this.history.over) return;
      await new Promise((done) => (this.timer = setTimeout(done, POLL_MS)));
    }
    if (this.turn === turn) this.startFragment();
  }

  // Take the whole lines after our offset; true unless the file cannot be had.
  async readRange(address) {
    const { turn } = this;
    const { offset } = this.history;
    try {
      const answer = await fetch(address, { headers: { Range: `bytes=${offset}-` }, cache: "no-store" });
      if (answer.status === 416) return true; // nothing new
      if (!answer.ok) return false;
      let data = new Uint8Array(await answer.arrayBuffer());
      if (answer.status === 200) data = data.subarray(offset); // the server knows no ranges
      const end = data.lastIndexOf(10) + 1;
      if (this.turn === turn && offset === this.history.offset && end) this.takeLines(data.subarray(0, end));
      return true;
    } catch {
      return false;
    }
  }

  takeLines(data) {
    const events = [];
    for (const line of new TextDecoder().decode(data).split("\n")) {
      try {
        if (line) events.push(JSON.parse(line));
      } catch {
        continue; // a broken line costs that line and nothing else
      }
    }
    this.takeFrame({ offset: this.history.offset + data.length, events });
  }

  say(note) {
    this.note = note;
    this.on();
  }
}
