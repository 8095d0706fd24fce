"""What a machine does to a training: its web server is killed, native code ends the worker, its clock jumps."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.runs.run import Run
from core.runs.state import RunState
from core.training import children
from core.training.backend import ROOT
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training import fake_worker
from tests.training.conftest import bare_run, until

SERVER = """
import sys
from tests.training import fake_worker
from core.training import children
from core.training.launcher import Launcher
from core.workspace import Workspace
children.COMMAND = fake_worker.COMMAND
workspace = Workspace.local()
print("here", flush=True)
Launcher(workspace.home).submit(workspace.run(sys.argv[1]))
print("submitted", flush=True)
sys.stdin.read()
"""
YEARS_S = 10 * 365 * 86_400.0
DATES = {"core/training/twice.py", "core/training/repair.py", "core/runs/run.py", "core/runs/group.py"}  # they write or compare dates; nobody's life hangs on them


@pytest.fixture(autouse=True)
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", fake_worker.COMMAND)


def starts(run: Run) -> int:
    return len(run.path("starts").read_text().split()) if run.path("starts").exists() else 0


def killed_server(workspace: Workspace, moment_s: float | None) -> Run:
    """A web server that is killed with all its threads so long after it was about to submit a run; None: once the run learns."""
    run = bare_run(workspace)
    command = [sys.executable, "-c", SERVER, run.id]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True) as server:
        assert server.stdout is not None and server.stdout.readline() == b"here\n"
        end = time.monotonic() + (moment_s or 0.0)
        until(lambda: time.monotonic() >= end if moment_s is not None else run.status.state is RunState.RUNNING)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)
    return run


def goes_on(workspace: Workspace, run: Run) -> None:
    """The next server finds the run, wherever it was, and it ends well; only one process ever had it."""
    home = Launcher(workspace.home)
    assert home.repair() == []
    home.pump()  # as each page does
    until(lambda: (home.pump(), run.status.state is RunState.RUNNING)[1])
    assert home.state(run).state is RunState.RUNNING and run.is_locked()
    (workspace.home / "go").touch()
    until(lambda: run.status.state is RunState.FINISHED)
    (workspace.home / "go").unlink()
    assert starts(run) == 1


def test_training_outlives_the_server_that_started_it(workspace: Workspace) -> None:
    run = killed_server(workspace, None)
    assert run.is_locked() and run.status.state is RunState.RUNNING
    goes_on(workspace, run)


@pytest.mark.parametrize("kills", [2, pytest.param(30, marks=pytest.mark.nightly)])
def test_a_server_killed_while_it_starts_a_run(workspace: Workspace, kills: int) -> None:
    for moment_s in np.random.default_rng(kills).uniform(0.0, 0.15, kills):
        goes_on(workspace, killed_server(workspace, float(moment_s)))


@pytest.mark.parametrize(("file", "words"), [("abort", "ran out of memory"), ("crash", "crashed")])
def test_native_code_that_ends_the_worker_ends_nothing_else(workspace: Workspace, file: str, words: str) -> None:
    run, home = bare_run(workspace), Launcher(workspace.home)
    home.submit(run)
    until(lambda: run.status.state is RunState.RUNNING and run.path("checkpoint.npz").exists())
    (workspace.home / file).touch()
    until(lambda: home.state(run).state.is_over)
    assert run.status.state is RunState.INTERRUPTED and words in run.status.message
    (workspace.home / file).unlink()
    home.resume(run)
    until(lambda: (home.pump(), run.status.state is RunState.RUNNING)[1])
    (workspace.home / "go").touch()
    until(lambda: run.status.state is RunState.FINISHED)


def test_a_clock_that_jumps_changes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten years ahead, ten years back: a run that lives stays alive, nobody takes its place, and it ends well."""
    runs, home, real = [bare_run(workspace), bare_run(workspace)], Launcher(workspace.home), time.time
    for run in runs:
        home.submit(run)
    until(lambda: runs[0].status.state is RunState.RUNNING)
    for jump_s in (YEARS_S, -YEARS_S):
        monkeypatch.setattr(time, "time", lambda jump_s=jump_s: real() + jump_s)
        for file in runs[0].folder.iterdir():
            os.utime(file, (real() + jump_s, real() + jump_s))
        for launcher in (home, Launcher(workspace.home)):
            launcher.repair()
            launcher.pump()
            assert [launcher.state(run).state for run in runs] == [RunState.RUNNING, RunState.QUEUED]
    (workspace.home / "go").touch()
    until(lambda: (home.pump(), all(run.status.state is RunState.FINISHED for run in runs))[1])
    assert [starts(run) for run in runs] == [1, 1]


def test_nothing_that_keeps_a_run_alive_asks_for_the_date() -> None:
    asks = re.compile(r"\btime\.time\(|\bdatetime\.now\(|\butcnow\(|\bst_mtime\b")
    found = {path.relative_to(ROOT).as_posix() for folder in ("core/training", "core/runs") for path in (Path(ROOT) / folder).rglob("*.py") if asks.search(path.read_text())}
    assert found == DATES
