"""`kill -9` of the real web server, and every browser closed, while one of its workers trains: the training goes on.

The server is Streamlit with this app; its visitors speak Streamlit's own protocol without a browser. By day its
workers are the real ones without the conversion to ONNX; every night also the real ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from core.files import read_json
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.e2e.conftest import Server, free_port
from tests.training import hasty_worker
from tests.training.conftest import events_of, make_dataset, make_run, until

pytestmark = pytest.mark.training
DEADLINE_S = 120.0
HASTY = f"""
import sys
from core.training import children
from streamlit.web.cli import main
children.COMMAND = {hasty_worker.COMMAND!r}
sys.argv[0] = "streamlit"
main()
"""


class HastyServer(Server):
    """The same server, whose workers convert nothing."""

    command = (sys.executable, "-c", HASTY)


@contextmanager
def look(server: Server, run: Run) -> Iterator[None]:
    """A visitor that has drawn the page of a run and stays."""
    with connect(f"ws://localhost:{server.port}/_stcore/stream", subprotocols=["streamlit"], origin=server.url, max_size=None) as socket:  # type: ignore[list-item, arg-type]
        message, answer = BackMsg(), ForwardMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = "train", f"run={run.id}"
        socket.send(message.SerializeToString())
        while answer.WhichOneof("type") != "script_finished":
            answer.ParseFromString(bytes(socket.recv(timeout=DEADLINE_S)))  # type: ignore[arg-type]
        yield


def epochs(run: Run) -> int:
    return sum(event["kind"] == "epoch" for event in events_of(run))


@pytest.mark.parametrize("kind", [HastyServer, pytest.param(Server, marks=pytest.mark.nightly)])
def test_training_outlives_browsers_and_server(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kind: type[Server]) -> None:
    run = make_run(workspace, make_dataset(workspace, 1_000), "jax", epochs=10_000, batch_size=8)
    with monkeypatch.context() as nothing_starts_here:
        nothing_starts_here.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
        settings.cache_clear()
        Launcher(workspace.home).submit(run)
    settings.cache_clear()
    first = kind(workspace.home, free_port())
    first.start()
    try:
        with look(first, run), look(first, run):
            until(lambda: epochs(run) > 0, DEADLINE_S)
            pid, server = read_json(run.path("worker.json"))["pid"], first.process
            assert server is not None and psutil.Process(pid).ppid() == server.pid  # the server's own child
        seen = epochs(run)
        until(lambda: epochs(run) > seen + 2, DEADLINE_S)  # nobody looks
        server.kill()
        server.wait(20)
        seen = epochs(run)
        until(lambda: epochs(run) > seen + 2, DEADLINE_S)  # nobody serves
    finally:
        first.stop()
    found_again(kind(workspace.home, free_port()), run, pid)


def found_again(server: Server, run: Run, pid: int) -> None:
    """The next server takes the run for what it is, and the same process ends it."""
    server.start()
    try:
        with look(server, run):
            assert run.status.state is RunState.RUNNING and run.is_locked()
        run.request_stop()
        until(lambda: run.status.state is RunState.STOPPED, DEADLINE_S)
    finally:
        server.stop()
    assert read_json(run.path("worker.json"))["pid"] == pid
    assert sum(event["kind"] == "begin" for event in events_of(run)) == 1
    assert run.path("predictions.parquet").exists() and run.path("evaluation.json").exists()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert "Traceback" not in run.path("log.txt").read_text()
