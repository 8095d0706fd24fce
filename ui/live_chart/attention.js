// Whether anybody looks at the page: a tab in the background closes its connections, and goes on where it was when it is seen again.

const ASLEEP_AFTER_MS = 2000; // a glance at another tab costs nothing either

class Attention {
  // `rest` and `wake` are called once each time; `seen` whenever the page comes to the front.
  constructor({ rest, wake, seen }) {
    Object.assign(this, { rest, wake, seen });
    this.resting = false;
    this.look = () => this.changed();
    document.addEventListener("visibilitychange", this.look);
    this.changed();
  }

  changed() {
    clearTimeout(this.timer);
    if (document.hidden) {
      this.timer = setTimeout(() => this.fallAsleep(), ASLEEP_AFTER_MS);
      return;
    }
    if (this.resting) {
      this.resting = false;
      this.wake();
    }
    this.seen();
  }

  fallAsleep() {
    if (this.resting) return;
    this.resting = true;
    this.rest();
  }

  end() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.look);
  }
}
