"""Many runs, one after the other: the process that starts them keeps no thread, file, child or temporary file of any.

The temporary folder is the test's own here, which all children inherit: `workspace` sees to that for every test of
training, so each real run of either engine in them must leave it empty (`tests/training/test_worker.py` has some).
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
from pathlib import Path

import psutil
import pytest

from core.errors import UserError
from core.runs.run import Run
from core.runs.state import RunState
from core.training import children
from core.training.backend import EngineName
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training import fake_worker
from tests.training.conftest import bare_run, make_run, until

ENGINES: tuple[EngineName, EngineName] = ("tensorflow", "jax")


@pytest.fixture
def launcher(workspace: Workspace) -> Launcher:
    (workspace.home / "go").touch()
    return Launcher(workspace.home)


@pytest.fixture
def idle_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers learn nothing and end at once."""
    monkeypatch.setattr(children, "COMMAND", fake_worker.COMMAND)


def held(home: Path, others: frozenset[int]) -> dict[str, object]:
    """What this process holds, and the files beside the runs; children of other tests (a server, a browser) left aside."""
    process = psutil.Process()
    return {
        "threads": threading.active_count(), "files": process.num_fds(), "children": len({child.pid for child in process.children()} - others),
        "kept": sum(1 for path in home.rglob("*") if path.is_file() and "runs" not in path.parts),
        "temporary": sorted(path.name for path in Path(tempfile.gettempdir()).rglob("*")),
    }  # fmt: skip


def train(workspace: Workspace, launcher: Launcher, runs: int) -> None:
    for _ in range(runs):
        run = bare_run(workspace)
        launcher.submit(run)
        finish(workspace, launcher, run)


def finish(workspace: Workspace, launcher: Launcher, run: Run, state: RunState = RunState.FINISHED) -> None:
    until(lambda: (launcher.pump(), launcher.state(run).state.is_over and not run.is_locked())[1], 120.0)
    assert run.status.state is state, run.path("log.txt").read_text()[-2000:]
    assert not run.path("tmp").exists()
    until(lambda: gone(workspace, run.id))


def train_really(workspace: Workspace, launcher: Launcher, backend: EngineName) -> None:
    run = make_run(workspace, backend=backend, epochs=1)
    launcher.submit(run)
    finish(workspace, launcher, run)


def kill_while_it_exports(workspace: Workspace, launcher: Launcher, backend: EngineName) -> None:
    """`kill -9` of worker and export at the moment when TensorFlow has a temporary file."""
    run = make_run(workspace, backend=backend, epochs=1)
    launcher.submit(run)
    until(lambda: any(run.path("tmp").glob("__autograph_generated_file*")), 120.0)
    os.killpg(children._workers[run.folder.resolve()].pid, signal.SIGKILL)
    finish(workspace, launcher, run, RunState.INTERRUPTED)


def gone(workspace: Workspace, run_id: str) -> bool:
    """Deleted; a worker that leaves may look at its folder for one more moment."""
    with contextlib.suppress(UserError):
        return workspace.delete(run_id) == "run"
    return False


def other_children() -> frozenset[int]:
    return frozenset(child.pid for child in psutil.Process().children())


def leave_nothing(workspace: Workspace, launcher: Launcher, runs: int) -> None:
    others = other_children()
    train(workspace, launcher, 2)  # what is made once
    before = until(lambda: settled(launcher, workspace.home, others))
    train(workspace, launcher, runs)
    until(lambda: launcher.pump() == 0 and held(workspace.home, others) == before, 20.0)


def settled(launcher: Launcher, home: Path, others: frozenset[int]) -> dict[str, object]:
    """What is held once the last child is buried; empty before."""
    launcher.pump()
    found = held(home, others)
    return found if not found["children"] else {}


@pytest.mark.usefixtures("idle_workers")
def test_eight_runs_leave_nothing_behind(workspace: Workspace, launcher: Launcher) -> None:
    leave_nothing(workspace, launcher, 8)


@pytest.mark.nightly
@pytest.mark.usefixtures("idle_workers")
def test_fifty_runs_leave_nothing_behind(workspace: Workspace, launcher: Launcher) -> None:
    leave_nothing(workspace, launcher, 50)


@pytest.mark.nightly
def test_fifty_real_runs_leave_nothing_behind(workspace: Workspace, launcher: Launcher) -> None:
    """Half of them on either engine, half of them in a spare, and ten killed with a temporary file in use."""
    others = other_children()
    for backend in ENGINES:
        train_really(workspace, launcher, backend)  # what is made once
    before = until(lambda: settled(launcher, workspace.home, others))
    for number in range(50):
        backend = ENGINES[number % 2]
        if number % 4 < 2:
            launcher.warm(backend)
        act = kill_while_it_exports if number % 10 in (4, 9) else train_really
        act(workspace, launcher, backend)
    children.dismiss_spare()
    until(lambda: launcher.pump() == 0 and held(workspace.home, others) == before, 20.0)
