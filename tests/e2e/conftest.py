"""A real headless Chromium and a real server for the tests that need both."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.files import FOLDER_MODE
from core.settings import settings
from tests.browser import chromium

playwright_api = pytest.importorskip("playwright.sync_api")
ROOT = Path(__file__).parent.parent.parent
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 45_000  # for a machine that is busy
playwright_api.expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Server:
    """`streamlit run streamlit_app.py` on a port of its own, with a home of its own."""

    command: ClassVar[tuple[str, ...]] = (sys.executable, "-m", "streamlit")
    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        command = [*self.command, "run", "streamlit_app.py", "--server.port", str(self.port), "--server.headless", "true"]
        environment = {**os.environ, "LIMELIGHT_HOME": str(self.home), "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none", **self.environment}
        with (self.home.parent / f"server-{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert self.process.poll() is None, (self.home.parent / f"server-{self.port}.log").read_text()
                try:  # a bounded pause that ends as soon as the process does
                    self.process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
        raise AssertionError("The server did not answer.")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that trains nothing by itself."""
    started = Server(tmp_path_factory.mktemp("live") / "home", free_port(), {"LIMELIGHT_MAX_PARALLEL_RUNS": "0"})
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Iterator[Server]:
    """The app as it is started on one's own machine: it trains."""
    started = Server(tmp_path_factory.mktemp("app") / "home", free_port())
    started.home.mkdir(mode=FOLDER_MODE)
    (started.home / "cache").symlink_to(compiled)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def home(server: Server, clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the test and the server work in the same LIMELIGHT_HOME."""
    monkeypatch.setenv("LIMELIGHT_HOME", str(server.home))
    settings.cache_clear()
    return server.home


@pytest.fixture(scope="package")  # not session: Playwright holds this thread's event loop, which other tests need
def browser() -> Iterator[Any]:
    path = chromium()
    if path is None and os.environ.get("CI"):
        pytest.fail("No Chromium here, and under CI the browser tests may not be skipped. Run `python tests/browser.py`.")
    if path is None:
        pytest.skip("No Chromium here; `python tests/browser.py` gets one.")
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


# An endless animation (a skeleton, a spinner) drawn without a graphics card takes half a core from the test beside this one.
STILL = """
const still = new CSSStyleSheet();
still.replaceSync("*, *::before, *::after { animation: none !important; transition: none !important; }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
"""


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open pages as different visitors; an uncaught error of our code in one of them fails the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(**options: Any) -> Any:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options))
        context.add_init_script(STILL)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
