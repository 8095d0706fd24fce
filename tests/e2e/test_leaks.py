"""Visitors come and go: afterwards the server has the threads, files, sockets and processes that it had before.

A visitor here speaks Streamlit's own protocol without a browser, so that hundreds fit into seconds, and watches a run
on the live socket meanwhile.

Streamlit keeps a session for two minutes after its visitor left, at most 128 of them, in case that only the line was
bad. Each kept session holds an event loop: three file descriptors. They are counted apart.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from core.settings import settings
from core.workspace import Workspace
from tests.e2e.conftest import Server, free_port
from tests.training.conftest import bare_run, until

pytestmark = pytest.mark.browser
PAGES = ("", "data", "model", "train", "compare", "stage")
POOLED_THREADS = 8  # idle threads of pools, which come and go by themselves
SOCKETS = 3  # connections that the kernel has not yet let go
KEPT_SESSIONS = 128  # streamlit.runtime.memory_session_storage
LOOP_FILES = 3  # of an event loop: one eventpoll, and a pair of sockets that wakes it


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("leaks")
    (place / "tmp").mkdir()
    started = Server(place / "home", free_port(), {"LIMELIGHT_MAX_PARALLEL_RUNS": "0", "TMPDIR": str(place / "tmp")})
    started.start()
    yield started
    started.stop()


def visit(app: Server, page: str, view_token: str) -> None:
    """Open a page as a new visitor, wait until it is drawn, look at a run on the live socket, and leave."""
    with connect(f"ws://localhost:{app.port}/_stcore/stream", subprotocols=["streamlit"], origin=app.url, max_size=None) as socket:  # type: ignore[list-item, arg-type]
        message = BackMsg()
        message.rerun_script.page_name = page
        socket.send(message.SerializeToString())
        answer = ForwardMsg()
        while answer.WhichOneof("type") != "script_finished":
            answer.ParseFromString(bytes(socket.recv(timeout=30)))  # type: ignore[arg-type]
        with connect(f"ws://localhost:{app.port}/live/{view_token}", origin=app.url) as live:  # type: ignore[arg-type]
            assert "offset" in str(live.recv(timeout=30))


def held(process: psutil.Process, app: Server) -> dict[str, int]:
    """What the server holds, by kind."""
    opened = []
    for path in Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            opened.append(path.readlink().as_posix())
    loops = sum("eventpoll" in name for name in opened)
    return {
        "threads": process.num_threads(), "loops": loops, "files": len(opened) - LOOP_FILES * loops, "processes": len(process.children(recursive=True)),
        "temporary": len(list((app.home.parent / "tmp").rglob("*"))), "kept": sum(1 for path in app.home.rglob("*") if path.is_file()),
    }  # fmt: skip


def come_and_go(app: Server, monkeypatch: pytest.MonkeyPatch, visitors: int) -> None:
    monkeypatch.setenv("LIMELIGHT_HOME", str(app.home))
    settings.cache_clear()
    workspace = Workspace.local()
    token = workspace.share(bare_run(workspace))
    for page in PAGES * 2:  # what is made once, for whoever comes first
        visit(app, page, token)
    assert app.process
    process = psutil.Process(app.process.pid)
    before = held(process, app)
    for number in range(visitors):
        visit(app, PAGES[number % len(PAGES)], token)
    settled(lambda: held(process, app), before)


def settled(now: Callable[[], dict[str, int]], before: dict[str, int]) -> None:
    """Sessions end a moment after their visitor left."""
    allowed = {"threads": POOLED_THREADS, "loops": KEPT_SESSIONS, "files": SOCKETS, "processes": 0, "temporary": 0, "kept": 0}
    with contextlib.suppress(AssertionError):  # the figures below say more
        until(lambda: all(now()[name] <= before[name] + more for name, more in allowed.items()), 30.0)
    found = now()
    assert {name: found[name] - before[name] for name in allowed if found[name] > before[name] + allowed[name]} == {}


def test_forty_visitors_leave_nothing_behind(app: Server, clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    come_and_go(app, monkeypatch, 40)


@pytest.mark.nightly
def test_two_hundred_visitors_leave_nothing_behind(app: Server, clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    come_and_go(app, monkeypatch, 200)
