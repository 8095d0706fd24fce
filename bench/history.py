"""How long a viewer waits for the whole history of a run, by its size, and whether the page ever stands still.

    python -m bench.history              1,000, 30,000 and 1,000,000 batches
    python -m bench.history 5000         this number

The run has an index, as the worker's recorder keeps one; what reading without it costs is shown beside it.
In the browser two clocks run to the drawn curve: from the chart's socket, which is what the length of a history
can change, and from the address, which is what the viewer waits. The longest task is the longest moment in which the
page could not answer: from the chart's beginning on, in the page's life before it, and while steps keep coming.
Processor time is that of the page's main thread (of all of it, and of its longest task since the chart began) and of the
server; other work on the machine hardly changes it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

GOAL_S, GOAL_TASK_MS = 1.0, 200
GROWS, GROWS_EVERY_S = 40, 0.1  # steps that come while somebody looks
PIECE = 10_000  # steps that are written at once
WATCH = """
window.tasks = [];
new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((one) => [one.startTime, one.duration])))
  .observe({ type: "longtask", buffered: true });
const Real = WebSocket;
window.WebSocket = class extends Real {
  constructor(address, protocols) {
    super(address, protocols);
    if (String(address).includes("/live/")) window.began = performance.mark("chart").startTime;
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
        const longest = (from, to) => Math.max(0, ...window.tasks.filter(([start, length]) => start + length > from && start < to).map(([, length]) => length));
        const found = { seconds: (end - window.began) / 1000, whole: end / 1000, points: figure.rows.training[0].length };
        done({ ...found, longest: longest(window.began, end), before: longest(0, window.began) });
      }, 300);
    } else setTimeout(look, 5);
  };
  look();
})"""


def write_steps(path: Path, steps: int, first: int = 1) -> None:
    """Append these batches, and an epoch after each thousand."""
    from math import exp

    with path.open("a", encoding="utf-8") as file:
        for start in range(first, steps + 1, PIECE):
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


def opened(browser: Any, address: str, run: Any, steps: int, server: int) -> dict[str, float]:
    """One visit by a browser that was here before: until the curve is drawn, and then while steps keep coming."""
    page = browser.new_page()
    page.add_init_script(WATCH)
    chromium = browser.browser
    chromium.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline", "blink.user_timing"])
    began_s = spent_s(server)
    page.goto(address)
    found = dict(page.evaluate(DRAWN, run.events.stat().st_size))
    found["server_s"] = spent_s(server) - began_s
    page.evaluate("window.tasks.length = 0")
    for more in range(1, GROWS + 1):
        write_steps(run.events, steps + more, steps + more)
        page.wait_for_timeout(1000 * GROWS_EVERY_S)
    found["growing"] = page.evaluate("Math.max(0, ...window.tasks.map(([, length]) => length))")
    found |= processor(json.loads(chromium.stop_tracing())["traceEvents"])
    page.close()
    return found


def processor(trace: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds and milliseconds of the page's main thread, from the browser's own record of its tasks."""
    (mark, *_) = (one for one in trace if one["name"] == "chart" and "user_timing" in one["cat"])
    tasks = [one for one in trace if one["name"] == "RunTask" and "tdur" in one and (one["pid"], one["tid"]) == (mark["pid"], mark["tid"])]
    since = [one["tdur"] / 1000 for one in tasks if one["ts"] + one["dur"] > mark["ts"]]
    return {"page_s": sum(one["tdur"] for one in tasks) / 1e6, "longest_cpu": max(since)}


def spent_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
                found = opened(browser, f"http://localhost:{port}/?view={token}", run, steps, server.pid)
                if number == 0:
                    continue  # the first visit fills the browser's cache
                met &= found["seconds"] < GOAL_S and max(found["longest"], found["growing"]) < GOAL_TASK_MS
                print(
                    f"{steps:9,} batches: drawn {found['seconds']:.2f} s after the chart began ({found['whole']:.2f} s after the address), {found['points']:.0f} points;"
                    f" longest task {found['longest']:.0f} ms, before it {found['before']:.0f} ms, while it grows {found['growing']:.0f} ms;"
                    f" processor time of the page {found['page_s']:.2f} s, of its longest task {found['longest_cpu']:.0f} ms, of the server {found['server_s']:.2f} s", flush=True,
                )  # fmt: skip
        finally:
            browser.close()
            stop(server)
    return int(not met)


if __name__ == "__main__":
    raise SystemExit(main([int(word) for word in sys.argv[1:]]))
