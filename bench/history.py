"""How long a viewer waits for the whole history of a run, by its size, and whether the page ever stands still.

    python -m bench.history              1,000, 30,000 and 1,000,000 batches
    python -m bench.history 5000         this number

The run has an index, as the worker's recorder keeps one; what reading without it costs is shown beside it.
In the browser the clock runs from the chart's socket to the drawn curve, and the longest task in that time
is the longest moment in which the page could not answer.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

GOAL_S, GOAL_TASK_MS = 1.0, 50
PIECE = 10_000  # steps that are written at once
WATCH = """
window.tasks = [];
new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((one) => [one.startTime, one.duration])))
  .observe({ type: "longtask", buffered: true });
const Real = WebSocket;
window.WebSocket = class extends Real {
  constructor(address, protocols) {
    super(address, protocols);
    if (String(address).includes("/live/")) window.began = performance.now();
  }
};
"""
DRAWN = """(size) => new Promise((done) => {
  const look = () => {
    const chart = document.querySelector(".ll-live");
    const figure = document.querySelector("[data-part=plot-loss]")?.limelight;
    if (chart && Number(chart.dataset.offset) >= size && figure?.rows && figure.rows.training[0].length >= figure.history.batch.x.length) {
      const end = performance.now();
      setTimeout(() => {
        const tasks = window.tasks.filter(([start, length]) => start + length > window.began && start < end).map(([, length]) => length);
        done({ seconds: (end - window.began) / 1000, whole: end / 1000, longest: Math.max(0, ...tasks), points: figure.rows.training[0].length });
      }, 300);
    } else setTimeout(look, 5);
  };
  look();
})"""


def write_steps(path: Path, steps: int) -> None:
    """Append so many batches, and an epoch after each thousand."""
    from math import exp

    with path.open("a", encoding="utf-8") as file:
        for start in range(1, steps + 1, PIECE):
            lines = []
            for step in range(start, min(start + PIECE, steps + 1)):
                loss = exp(-3 * step / steps) + (step * 7919 % 1000) / 10_000
                epoch = (step - 1) // 1000 + 1
                lines.append(
                    f'{{"kind":"step","time_s":{step / 10},"step":{step},"epoch":{epoch},"batch":{(step - 1) % 1000 + 1},"loss":{loss:.6f},'
                    f'"metric":{1 - loss / 2:.6f},"samples_per_s":1234.5,"learned_s":{step / 10}}}\n'
                )
                if step % 1000 == 0:
                    lines.append(
                        f'{{"kind":"epoch","time_s":{step / 10},"epoch":{epoch},"step":{step},"loss":{loss:.6f},"metric":0.8,"val_loss":{loss * 1.1:.6f},'
                        f'"val_metric":0.8,"best":true,"best_epoch":{epoch},"learning_rate":0.001,"samples_per_s":1234.5,"time_left_s":42.0}}\n'
                    )
            file.write("".join(lines))


def long_run(steps: int) -> tuple[Any, str]:
    """A run that goes on and has done so many batches; returns it and its view token."""
    from core.runs.history import History
    from tests.ui import live_made as made

    run, token = made.made_run(name=f"{steps:,} batches", epochs=2000)
    made.begin(run, epochs=2000)
    made.event(run, "begin", epochs=2000, steps_per_epoch=1000, batch_size=32, rows=32_000, metric="accuracy")
    write_steps(run.events, steps)
    start, history = time.perf_counter(), History(run.events)
    while history.read():
        continue
    whole_s = time.perf_counter() - start
    history.save()
    start = time.perf_counter()
    indexed = History.load(run.events)
    indexed.read()
    kept = len(indexed.after(0))
    print(
        f"{steps:9,} batches, {run.events.stat().st_size / 1e6:6.1f} MB: the server knows them after {time.perf_counter() - start:.3f} s with the index"
        f" ({whole_s:.2f} s without), {kept:,} events stay", flush=True,
    )  # fmt: skip
    return run, token


def opened(browser: Any, address: str, size: int) -> dict[str, float]:
    """One visit by a browser that was here before."""
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    found = page.evaluate(DRAWN, size)
    page.close()
    return dict(found)


def main(counts: list[int]) -> int:
    """Print the table; 1 when a goal is missed."""
    import fcntl

    from playwright.sync_api import sync_playwright

    from bench.web import serve, stop
    from tests.browser import chromium
    from tests.e2e.conftest import ARGUMENTS, free_port

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ.update(LIMELIGHT_HOME=folder, LIMELIGHT_MAX_PARALLEL_RUNS="0")
        runs = [(steps, *long_run(steps)) for steps in counts or [1_000, 30_000, 1_000_000]]
        locks = [run.path("lock").open("wb") for _, run, _ in runs]
        for lock in locks:
            fcntl.flock(lock, fcntl.LOCK_EX)
        port = free_port()
        server, _ = serve(Path(folder), port)
        browser: Any = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS).new_context()
        browser.set_default_timeout(60_000)
        met = True
        try:
            for number, (steps, run, token) in enumerate([runs[0], *runs]):
                found = opened(browser, f"http://localhost:{port}/?view={token}", run.events.stat().st_size)
                if number == 0:
                    continue  # the first visit fills the browser's cache
                met &= found["seconds"] < GOAL_S and found["longest"] < GOAL_TASK_MS
                print(
                    f"{steps:9,} batches: drawn {found['seconds']:.2f} s after the chart began ({found['whole']:.2f} s after the address),"
                    f" longest task {found['longest']:.0f} ms, {found['points']:.0f} points", flush=True,
                )  # fmt: skip
        finally:
            browser.close()
            stop(server)
    return int(not met)


if __name__ == "__main__":
    raise SystemExit(main([int(word) for word in sys.argv[1:]]))
