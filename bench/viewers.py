"""How soon the room sees what the worker says, and what the room costs: 1, 10 and 30 viewers of one run.

    python -m bench.viewers            1, 10, 30 viewers; then a late, a hidden and a slow one
    python -m bench.viewers 1 30       these numbers

A process of its own plays the worker: ten batches a second as `append_event` writes them, each with the
clock at which it was handed over. Two viewers are real pages in Chromium, where the clock is read when the
document has changed; the others have no browser, because thirty rendered pages on two cores would measure
Chromium. They live in a process of their own and cost the server what a page costs it: a Streamlit session that
has drawn the page and asks for its fragment again as often as the server told it to, and the live socket, of
which they read every frame. Clocks are one machine's, so they can be compared.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

PACE_S = 0.1  # between two batches
STEPS_PER_EPOCH = 20
MEASURED_S = 10.0
REAL_PAGES = 2
DRAWN_S = 0.3  # until one more session has drawn its page
GOAL_MS, GOAL_SHARE = 300, 10.0
WATCH = """
window.arrivals = [];
const watch = () => {
  const chart = document.querySelector(".ll-live");
  if (!chart) return setTimeout(watch, 20);
  const note = () => chart.dataset.offset && window.arrivals.push([Number(chart.dataset.offset), Date.now()]);
  new MutationObserver(note).observe(chart, { attributes: true, attributeFilter: ["data-offset"] });
  note();
};
watch();
Object.defineProperty(document, "hidden", { get: () => Boolean(window.isHidden) });
"""
STEPS = "document.querySelector('[data-part=plot-loss]').limelight?.history.batch.step ?? []"


def play_worker(folder: Path) -> None:
    """Write batches until standard input closes; then the end of the run."""
    import fcntl
    import select

    from core.runs.events import append_event
    from core.runs.run import Run

    run, began = Run(folder), time.time()
    with run.path("lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        step = 0
        while not select.select([sys.stdin], [], [], max(0.0, began + (step + 1) * PACE_S - time.time()))[0]:
            step += 1
            epoch = (step - 1) // STEPS_PER_EPOCH + 1
            fields = {"step": step, "epoch": epoch, "batch": (step - 1) % STEPS_PER_EPOCH + 1, "loss": 1 / step, "metric": 1 - 1 / (step + 1)}
            append_event(run.events, {"kind": "step", "time_s": step * PACE_S, **fields, "samples_per_s": 1234.5, "learned_s": step * PACE_S, "at": time.time()})
            if step % STEPS_PER_EPOCH == 0:
                numbers = {"epoch": epoch, "step": step, "loss": 1 / step, "metric": 0.8, "val_loss": 1 / step, "val_metric": 0.8, "best": True, "best_epoch": epoch}
                append_event(run.events, {"kind": "epoch", "time_s": step * PACE_S, **numbers, "learning_rate": 0.001, "samples_per_s": 1234.5, "at": time.time()})


async def _listen(address: str, origin: str, delays: list[float], seen: list[int], until: float) -> None:
    import websockets

    async with websockets.connect(address, origin=origin, max_size=None) as socket:  # type: ignore[arg-type]
        since = max(time.time() + 0.5, until - MEASURED_S)
        while time.time() < until:
            try:
                frame = json.loads(await asyncio.wait_for(socket.recv(), max(0.01, until - time.time())))
            except TimeoutError:
                return
            now = time.time()
            delays += [(now - event["at"]) * 1000 for event in frame["events"] if "at" in event and event["at"] > since]
            seen += [event["step"] for event in frame["events"] if event["kind"] == "step"]


async def _keep_session(port: int, origin: str, token: str, counts: dict[str, int], until: float) -> None:
    """A Streamlit session: draw the page of an audience, then ask for its fragments as often as the server said."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    address, due = f"ws://localhost:{port}/_stcore/stream", dict[str, tuple[float, float]]()  # fragment: every so often, next at
    async with websockets.connect(address, origin=origin, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[arg-type, list-item]
        wish = BackMsg()
        wish.rerun_script.query_string = f"view={token}"
        await socket.send(wish.SerializeToString())
        while (now := time.time()) < until:
            for fragment in [name for name, (_, at) in due.items() if at <= now]:
                wish = BackMsg()
                wish.rerun_script.query_string, wish.rerun_script.fragment_id, wish.rerun_script.is_auto_rerun = f"view={token}", fragment, True
                await socket.send(wish.SerializeToString())
                due[fragment] = (due[fragment][0], now + due[fragment][0])
            soonest = min([at for _, at in due.values()] + [until])
            try:
                data = await asyncio.wait_for(socket.recv(), max(0.01, soonest - time.time()))
            except TimeoutError:
                continue
            answer = ForwardMsg()
            answer.ParseFromString(bytes(data))  # type: ignore[arg-type]
            kind = answer.WhichOneof("type")
            if kind == "auto_rerun":
                every_s = float(answer.auto_rerun.interval)
                due.setdefault(answer.auto_rerun.fragment_id, (every_s, time.time() + every_s))
            elif kind == "script_finished":
                counts["runs"] += 1


def play_viewers(count: int, port: int, token: str, until: float) -> None:
    """So many viewers that read every frame; prints their delays, how many steps they missed and how often their sessions ran."""

    async def everyone() -> None:
        address, origin = f"ws://localhost:{port}/live/{token}", f"http://localhost:{port}"
        sockets = [_listen(address, origin, delays, seen[number], until) for number in range(count)]
        sessions = [_keep_session(port, origin, token, counts, until) for _ in range(count)]
        await asyncio.gather(*sessions, *sockets)

    delays: list[float] = []
    counts = {"runs": 0}
    seen: list[list[int]] = [[] for _ in range(count)]
    asyncio.run(everyone())
    print(json.dumps({"delays": delays, "missed": sum(missed(steps) for steps in seen), **counts}))


def missed(steps: list[int]) -> int:
    """Steps that should have been seen up to the last one, and were not."""
    return (max(steps) - len(set(steps))) if steps else 0


def page_delays(page: Any, events: list[tuple[int, float]], since: float) -> list[float]:
    """For each event the milliseconds until a page's document had it."""
    arrivals = page.evaluate("window.arrivals")
    found, place = [], 0
    for end, at in events:
        while place < len(arrivals) and arrivals[place][0] < end:
            place += 1
        if at > since and place < len(arrivals):
            found.append(arrivals[place][1] - at * 1000)
    return found


def timed_events(path: Path) -> list[tuple[int, float]]:
    """(offset behind it, time) of each event that says when it was written."""
    found, end = [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        end += len(line)
        if "at" in (event := json.loads(line)):
            found.append((end, float(event["at"])))
    return found


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of all does not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def measure(viewers: int, pages: list[Any], stage: Stage) -> bool:
    """One row of the table; True when it meets the goals."""
    sockets = viewers - len(pages)
    until = time.time() + MEASURED_S + (2.0 + DRAWN_S * sockets)  # a page that is drawn first is no part of watching
    others = stage.child("--sockets", str(sockets), str(stage.port), stage.token, str(until)) if sockets else None
    time.sleep(until - MEASURED_S - time.time())
    before = sum(stage.server.cpu_times()[:2])
    time.sleep(max(0.0, until - time.time()))
    share = 100 * (sum(stage.server.cpu_times()[:2]) - before) / MEASURED_S
    told = json.loads(others.communicate()[0]) if others else {"delays": [], "missed": 0, "runs": 0}
    events = timed_events(stage.run.events)
    drawn = [delay for page in pages for delay in page_delays(page, events, until - MEASURED_S)]
    lost = told["missed"] + sum(missed(page.evaluate(STEPS)) for page in pages)
    everyone = drawn + told["delays"]
    p95 = percentile(everyone, 0.95)
    print(
        f"{viewers:3} viewers ({len(pages)} pages, {sockets} sessions with a socket, which ran {told['runs']} times): p50 {percentile(everyone, 0.5):.0f} ms, p95 {p95:.0f} ms"
        f" (in the pages {percentile(drawn, 0.95):.0f} ms), missed {lost}, server {share:.1f} % of a core", flush=True,
    )  # fmt: skip
    return p95 < GOAL_MS and share < GOAL_SHARE and not lost


class Stage:
    """A server, a run, a worker, and a browser."""

    def __init__(self, home: Path, browser: Any) -> None:
        from bench.web import serve
        from core.runs.state import RunState
        from tests.e2e.conftest import free_port
        from tests.ui import live_made as made

        os.environ.update(LIMELIGHT_HOME=str(home), LIMELIGHT_MAX_PARALLEL_RUNS="0")
        self.port, self.browser = free_port(), browser
        self.process, _ = serve(home, self.port)
        self.server = psutil.Process(self.process.pid)
        self.run, self.token = made.made_run(epochs=1000)
        made.begin(self.run, epochs=1000)
        made.event(self.run, "begin", epochs=1000, steps_per_epoch=STEPS_PER_EPOCH, batch_size=32, rows=640, metric="accuracy")
        assert self.run.status.state is RunState.RUNNING
        self.worker = self.child("--worker", str(self.run.folder), stdin=subprocess.PIPE)

    def child(self, *words: str, **more: Any) -> subprocess.Popen[bytes]:
        """This file in a process of its own."""
        return subprocess.Popen([sys.executable, "-m", "bench.viewers", *words], stdout=subprocess.PIPE, **more)

    def page(self, **options: Any) -> Any:
        """A viewer that has drawn what there is."""
        page = self.browser.new_context(viewport={"width": 1280, "height": 900}, **options).new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        page.goto(f"http://localhost:{self.port}/?view={self.token}")
        page.locator("[data-part=plot-loss] canvas").wait_for()
        return page

    def close(self) -> None:
        """End what was started."""
        for process in (self.worker, self.process):
            process.terminate()
            process.wait(20)


def late_viewer(stage: Stage) -> None:
    """Whoever comes in the middle has the same steps as whoever was there."""
    page = stage.page()
    time.sleep(1.0)
    print(f"a late viewer has {len(page.evaluate(STEPS))} steps, missed {missed(page.evaluate(STEPS))}")
    page.context.close()


def hidden_viewer(page: Any) -> None:
    """What a page costs its main thread while it is seen, and while it is not."""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")

    def busy() -> float:
        metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
        return float(metrics["ThreadTime"])

    spent = {}
    for name, hidden in (("seen", "false"), ("hidden", "true")):
        page.evaluate(f"window.isHidden = {hidden}; document.dispatchEvent(new Event('visibilitychange'))")
        before = busy()
        time.sleep(5.0)
        spent[name] = (busy() - before) / 5.0 * 100
    page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    print(f"a page's own work: {spent['seen']:.1f} % of a core while it is seen, {spent['hidden']:.1f} % in the background")


def slow_viewer(stage: Stage) -> None:
    """A phone whose line gives 1 KB a second for a while: how far it falls behind, and that it loses nothing."""
    page = stage.page()
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    line = {"offline": False, "latency": 400, "uploadThroughput": 1024, "downloadThroughput": 1024}
    client.send("Network.emulateNetworkConditions", line)
    time.sleep(8.0)
    behind = stage.run.events.stat().st_size - page.evaluate("Number(document.querySelector('.ll-live').dataset.offset)")
    client.send("Network.emulateNetworkConditions", line | {"latency": 0, "uploadThroughput": -1, "downloadThroughput": -1})
    target, start = stage.run.events.stat().st_size, time.time()
    while page.evaluate("Number(document.querySelector('.ll-live').dataset.offset)") < target and time.time() < start + 30:
        time.sleep(0.02)
    print(f"a slow phone was {behind / 1000:.1f} KB behind, caught up in {time.time() - start:.2f} s, missed {missed(page.evaluate(STEPS))}")
    page.context.close()


def main(counts: list[int]) -> int:
    """Print the table; 1 when a goal is missed."""
    from playwright.sync_api import sync_playwright

    from tests.browser import chromium
    from tests.e2e.conftest import ARGUMENTS

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        stage = Stage(Path(folder), browser)
        try:
            pages: list[Any] = []
            met = True
            for viewers in counts or [1, 10, 30]:
                pages += [stage.page() for _ in range(min(viewers, REAL_PAGES) - len(pages))]
                met &= measure(viewers, pages, stage)
            late_viewer(stage)
            hidden_viewer(pages[0])
            slow_viewer(stage)
            load = psutil.getloadavg()[0]
            print(f"load of the machine meanwhile: {load:.1f} on {psutil.cpu_count()} cores")
        finally:
            stage.close()
            browser.close()
    return int(not met)


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["--worker"]:
        play_worker(Path(words[1]))
    elif words[:1] == ["--sockets"]:
        play_viewers(int(words[1]), int(words[2]), words[3], float(words[4]))
    else:
        raise SystemExit(main([int(word) for word in words]))
