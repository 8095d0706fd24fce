// What the browser asks of Python, one thing after another: Streamlit drops what a run of the script drew and has not sent
// yet when a fragment of it runs anew, and would take the chart off the page with its zoom and all that it has fetched.

const ANSWER_MS = 10000; // an answer that is not here by then was lost; what is wanted is asked for again

class Asking {
  constructor() {
    this.needs = {};
    this.number = 0; // of what was asked last
    this.unsent = false;
    this.waiting = null;
  }

  // Called on each run of the script: `send` hands the needs to Python, `answered` is the number of those it acted on.
  update(send, answered) {
    this.send = send;
    if (answered >= this.number) this.go(answered);
  }

  // Nothing is on its way: Python knows all that is needed.
  get settled() {
    return !this.unsent && this.waiting === null;
  }

  ask(needs) {
    Object.assign(this.needs, needs);
    this.unsent = true;
    if (this.waiting === null) this.go(this.number);
  }

  // Python has acted on everything up to a number: now it may be asked for what came up meanwhile.
  go(number) {
    this.end();
    this.number = number;
    if (!this.unsent || !this.send) return;
    this.unsent = false;
    this.number += 1;
    this.waiting = setTimeout(() => this.lost(), ANSWER_MS);
    this.send({ ...this.needs, number: this.number });
  }

  lost() {
    this.unsent = true;
    this.go(this.number);
  }

  end() {
    clearTimeout(this.waiting);
    this.waiting = null;
  }
}
