"""What a machine does to a training: its web server is killed, native code ends the worker, its clock jumps."""

from __future__ import annotations

import contextlib
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
from tests.training import fake_worker, jumping_clock
from tests.training.conftest import bare_run, events_of, until

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
PRODUCT = ("core/**/*.py", "ui/**/*.py", "pages/*.py", "streamlit_app.py")
ASKS = re.compile(r"\btime\.time(_ns)?\(|\bfrom time import\b.*\btime\b|\b(datetime|date)\.(now|utcnow|today)\(|\bst_[amc]time|\bget[amc]time\b")
DATES = {  # who may ask, and what for: nobody's life hangs on it
    "core/runs/run.py": "writes when a run was made",
    "core/runs/group.py": "writes when a race or a series was made",
    "core/training/twice.py": "two presses within seconds are one; a jump between them makes a second run",
    "core/training/repair.py": "how young a half-written file is; the name of a folder put aside",
    "core/training/compiled.py": "which compiled code is oldest, where there is too much of it",
    "core/dataset/ingest.py": "writes when a dataset was made",
    "core/dataset/findings/moments.py": "whether a column holds moments that are still to come",
    "core/parquet.py": "whether a file whose checksum was looked at is another one now",
    "core/seal.py": "writes when the test rows were looked at",
    "core/report/__init__.py": "writes when a report was made",
    "core/latency.py": "whether a model is the one that was measured",
    "core/why/job.py": "which explanations are oldest, where there are too many",
    "ui/words.py": "how long ago something was made",
    "ui/live_feed.py": "whether a status was written anew",
    "ui/state.py": "whether a dataset was written anew",
    "ui/sources.py": "whether a file to be read was changed; which uploads are oldest",
    "ui/reading.py": "whether a report was written anew",
    "ui/comparison.py": "whether simple models were trained anew",
    "ui/models.py": "whether a status was written anew",
}


@pytest.fixture(autouse=True)
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", fake_worker.COMMAND)


def starts(run: Run) -> int:
    return len(run.path("starts").read_text().split()) if run.path("starts").exists() else 0


def killed_server(workspace: Workspace, moment_s: float | None) -> Run:
    """A process that does with runs what the web server does (`test_web_server.py` has a real one); it is killed with all its threads so long after it was about to submit a run; None: once the run learns."""
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
    """Ten years ahead, ten years back, for the launcher, its worker and the dates of the files: a run that lives stays alive, and it ends well."""
    runs, home, real = [bare_run(workspace), bare_run(workspace)], Launcher(workspace.home), time.time
    for run in runs:
        home.submit(run)
    until(lambda: runs[0].status.state is RunState.RUNNING)
    for jump_s in (YEARS_S, -YEARS_S):
        jumping_clock.jump(workspace.home, jump_s)
        until(lambda jump_s=jump_s: abs(date_of_worker(runs[0]) - real() - jump_s) < YEARS_S / 2)  # it has seen it
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
    assert all(0 <= event["time_s"] < 3600 for run in runs for event in events_of(run))


def date_of_worker(run: Run) -> float:
    """What the worker of a run takes for the date."""
    with contextlib.suppress(OSError, ValueError):  # not there yet, or just being written
        return float(run.path("date").read_text())
    return 0.0


def test_nothing_that_keeps_a_run_alive_asks_for_the_date() -> None:
    found = {path.relative_to(ROOT).as_posix() for part in PRODUCT for path in sorted(Path(ROOT).glob(part)) if ASKS.search(path.read_text())}
    assert found == DATES.keys()


@pytest.mark.parametrize("asking", ["time.time()", "time.time_ns()", "from time import time", "datetime.now(UTC)", "date.today()", "path.stat().st_mtime_ns", "os.path.getmtime(path)"])
def test_each_way_to_ask_for_the_date_is_found(asking: str) -> None:
    assert ASKS.search(asking)
    assert not ASKS.search("time.monotonic() + time.process_time()")
