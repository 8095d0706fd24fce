"""From the click on Train to the first number on the page, in a real Chromium through the real app.

    python -m bench.start [CLICKS] [WORD ...]     default: 5 clicks each; only kinds whose name holds a word

For a table, pictures and texts: warm (a spare worker waits, compiled code is on the disk) and cold (neither).
Both moments are taken in the browser's document: the click by a listener, the first number by a MutationObserver.
The parts: page = until the run was made; worker = until a process had taken it; build = until its network stood;
step = until the first number was written; shown = until it stood on the page. Then what a spare costs while it
waits: processor seconds in half a minute, memory.
"""

from __future__ import annotations

import re
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from bench.web import serve, stop
from core.dataset.ingest import ingest
from core.dataset.samples import TEMPLATES
from core.runs.run import Run
from core.workspace import Workspace
from tests.browser import chromium
from tests.e2e.conftest import ARGUMENTS, free_port

TARGETS_S = {"table": 1.0, "pictures": 1.0, "text": 1.5}
COLD_S = 6.0
WAIT_MS = 120_000
IDLE_S = 30.0
PARTS = ("page", "worker", "build", "step", "shown")
STAMPS = """
window.limelight = {};
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".st-key-train, .st-key-train_top")) window.limelight.click ??= performance.timeOrigin + performance.now();
}, true);
new MutationObserver(() => {
  const stamps = window.limelight;
  if (stamps.first || !stamps.click) return;
  const cell = document.querySelector('[data-part="value-loss"]');
  if (cell) stamps.chart ??= performance.timeOrigin + performance.now();
  if (cell && /\\d/.test(cell.textContent)) stamps.first = performance.timeOrigin + performance.now();
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@dataclass(frozen=True)
class Click:
    """One start: seconds in all, and its parts."""

    total_s: float
    parts: tuple[float, ...]


def click(page: Page, address: str, workspace: Workspace, server: psutil.Process, *, warm: bool) -> Click:
    """Open the model page, press Train, and take the time; the run is stopped afterwards."""
    before = {run.id for run in workspace.runs()}
    page.goto(address)
    button = page.locator(".st-key-train button").first
    button.wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    if warm:
        settle(server)
    else:
        for spare in spares(server):
            spare.kill()  # the server takes its remains at the next look
        shutil.rmtree(workspace.home / "cache", ignore_errors=True)
    button.click()
    page.locator('[data-part="value-loss"]', has_text=re.compile(r"\d")).wait_for(timeout=WAIT_MS)
    stamps: dict[str, float] = page.evaluate("() => window.limelight")
    run = next(run for run in workspace.runs() if run.id not in before)
    run.request_stop()
    while not run.status.state.is_over or run.is_locked():
        time.sleep(0.05)
    return measured(stamps, run)


def measured(stamps: dict[str, float], run: Run) -> Click:
    """Where the time went, from the stamps of the browser, of the run's files and of its events."""
    clicked, first = stamps["click"] / 1000, stamps["first"] / 1000
    events = [event for event in _events(run) if event["kind"] in {"begin", "step"}]
    made, taken = run.path("spec.json").stat().st_mtime, run.path("worker.json").stat().st_mtime
    begin = next(event["time_s"] for event in events if event["kind"] == "begin")
    step = next(event["time_s"] for event in events if event["kind"] == "step")
    return Click(first - clicked, (made - clicked, taken - made, begin, step - begin, first - taken - step))


def _events(run: Run) -> list[dict[str, Any]]:
    from core.runs.events import read_events

    return read_events(run.events)[0]


def spares(server: psutil.Process) -> list[psutil.Process]:
    """The spare workers of a server."""
    return [child for child in server.children() if child.status() != psutil.STATUS_ZOMBIE and "--spare" in child.cmdline()]


def settle(server: psutil.Process) -> psutil.Process:
    """Wait until a spare has loaded its libraries and is quiet; returns it."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not (found := spares(server)):
        time.sleep(0.1)
        if time.monotonic() > deadline:
            raise SystemExit("No spare worker was started; is memory short?")
    used, quiet = -1.0, 0
    while quiet < 10:
        now = sum(found[0].cpu_times()[:2])
        quiet = quiet + 1 if now == used and now > 0.3 else 0
        used = now
        time.sleep(0.1)
    return found[0]


def idle(spare: psutil.Process) -> tuple[float, float]:
    """Processor seconds of a waiting spare in half a minute, and its memory in MB."""
    before = sum(spare.cpu_times()[:2])
    time.sleep(IDLE_S)
    return sum(spare.cpu_times()[:2]) - before, spare.memory_info().rss / 1e6


def main(words: list[str]) -> int:
    """Print a table; 1 when a median is over its target."""
    clicks = int(words[0]) if words and words[0].isdigit() else 5
    kinds = [word for word in words if not word.isdigit()] or list(TARGETS_S)
    slow = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        home, port = Path(folder), free_port()
        workspace = Workspace.local(home)
        datasets = {ready.kind: ingest(ready.file, workspace, target=ready.target).id for ready in reversed(TEMPLATES)}
        process, _ = serve(home, port)
        server, browser = psutil.Process(process.pid), playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            for kind in kinds:
                for warm in (False, True):
                    target = TARGETS_S[kind] if warm else COLD_S
                    slow += _series(browser, f"http://localhost:{port}/model?dataset={datasets[kind]}", workspace, server, kind, clicks, target, warm=warm)
                spare = settle(server)
                print(f"{'':16} the spare used {idle(spare)[0]:.2f} s of processor in {IDLE_S:.0f} s and holds {spare.memory_info().rss / 1e6:.0f} MB", flush=True)
        finally:
            browser.close()
            stop(process)
    return int(slow > 0)


def _series(browser: Any, address: str, workspace: Workspace, server: psutil.Process, kind: str, clicks: int, target: float, *, warm: bool) -> bool:
    """So many clicks of one kind; True when their median is over the target."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(STAMPS)
    page.set_default_timeout(WAIT_MS)
    if warm:
        click(page, address, workspace, server, warm=True)  # fills the cache of compiled code
    found = [click(page, address, workspace, server, warm=warm) for _ in range(clicks)]
    context.close()
    median = statistics.median(one.total_s for one in found)
    parts = ", ".join(f"{name} {statistics.median(one.parts[place] for one in found):.2f}" for place, name in enumerate(PARTS))
    times = " ".join(f"{one.total_s:.2f}" for one in found)
    print(f"{kind:9} {'warm' if warm else 'cold':5} median {median:5.2f} s (target {target} s): {times}; {parts}", flush=True)
    return median > target


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
