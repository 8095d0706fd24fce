"""What the web process costs: memory with three models compared, processor time of each page.

    python -m bench.web

Trains three quick models on the Titanic template, then opens every page in a real Chromium three times.
A reload is a new session and all its files, so it bounds the cost of a rerun from above. Targets: under
300 MB, under 0.5 s of processor time a page, start page under 3 s after the server was started.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from bench.road import ROOT, core
from core.dataset.samples import TEMPLATES
from tests.browser import chromium
from tests.e2e.conftest import ARGUMENTS, free_port

PAGES = ("start", "data", "model", "train", "compare", "stage")
REPEATS = 3
RUNS = 3
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def prepare(home: Path) -> dict[str, str]:
    """Three trained models and their baselines; returns the ids that the pages need."""
    template = TEMPLATES[0]
    dataset = core(home, "ingest", str(template.file), "--target", template.target)["dataset"]
    runs = [core(home, "train", dataset, "--preset", "quick", "--seed", str(seed))["run"] for seed in range(RUNS)]
    core(home, "compare", *runs, "--with-baselines")
    return {"dataset": dataset, "run": runs[0]}


def serve(home: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """Start the app; returns its process and the seconds until it answers."""
    start = time.perf_counter()
    words = ["-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"]
    environment = {**os.environ, "LIMELIGHT_HOME": str(home)}
    server = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while time.perf_counter() - start < 60:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1):
                return server, time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    raise SystemExit("The server did not answer within 60 s.")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the app and wait until it is gone."""
    server.terminate()
    server.wait(20)


def shown(page: Page, port: int) -> float:
    """Seconds until the start page stands in the browser."""
    start = time.perf_counter()
    page.goto(f"http://localhost:{port}")
    page.get_by_role("heading", level=1).first.wait_for()
    return time.perf_counter() - start


def cost(page: Page, process: psutil.Process, address: str) -> float:
    """Processor seconds that the web process needs to show one address."""
    before = sum(process.cpu_times()[:2])
    page.goto(address)
    page.locator(SETTLED).wait_for()
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_load_state("networkidle")
    return sum(process.cpu_times()[:2]) - before


def main() -> None:
    """Print start, memory and processor time a page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ids = prepare(Path(folder))
        port = free_port()
        browser: Any = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page()
        for visit in ("a browser that was never here", "a browser that was here before"):
            server, answers_s = serve(Path(folder), port)
            print(f"start page after {answers_s + shown(page, port):.2f} s in {visit} (the server answers after {answers_s:.2f} s)")
            if visit.endswith("never here"):
                stop(server)
        try:
            process = psutil.Process(server.pid)
            query = "&".join(f"{name}={value}" for name, value in ids.items())
            for name in PAGES:
                path = "" if name == "start" else name
                times = [cost(page, process, f"http://localhost:{port}/{path}?{query}") for _ in range(REPEATS + 1)]
                memory = process.memory_info().rss / 1e6
                print(f"{name:8} first {times[0]:.2f} s, then {statistics.median(times[1:]):.2f} s of processor; {memory:.0f} MB")
        finally:
            browser.close()
            stop(server)


if __name__ == "__main__":
    main()
