"""Many runs, one after the other: the process that starts them keeps no thread, file, child or temporary file of any."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import psutil
import pytest

from core.errors import UserError
from core.runs.state import RunState
from core.training import children
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training import fake_worker
from tests.training.conftest import bare_run, until


@pytest.fixture
def launcher(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Launcher:
    """A launcher whose workers learn nothing and end at once."""
    monkeypatch.setattr(children, "COMMAND", fake_worker.COMMAND)
    (workspace.home / "go").touch()
    return Launcher(workspace.home)


def held(home: Path, others: frozenset[int]) -> dict[str, int]:
    """What this process holds, and the files beside the runs; children of other tests (a server, a browser) left aside."""
    process = psutil.Process()
    return {
        "threads": threading.active_count(), "files": process.num_fds(), "children": len({child.pid for child in process.children()} - others),
        "kept": sum(1 for path in home.rglob("*") if path.is_file() and "runs" not in path.parts),
    }  # fmt: skip


def train(workspace: Workspace, launcher: Launcher, runs: int) -> None:
    for _ in range(runs):
        run = bare_run(workspace)
        launcher.submit(run)
        until(lambda run=run: launcher.state(run).state.is_over and not run.is_locked())
        assert run.status.state is RunState.FINISHED
        until(lambda run=run: gone(workspace, run.id))


def gone(workspace: Workspace, run_id: str) -> bool:
    """Deleted; a worker that leaves may look at its folder for one more moment."""
    with contextlib.suppress(UserError):
        return workspace.delete(run_id) == "run"
    return False


def leave_nothing(workspace: Workspace, launcher: Launcher, runs: int) -> None:
    others = frozenset(child.pid for child in psutil.Process().children())
    train(workspace, launcher, 2)  # what is made once
    before = until(lambda: settled(launcher, workspace.home, others))
    train(workspace, launcher, runs)
    until(lambda: launcher.pump() == 0 and held(workspace.home, others) == before, 20.0)


def settled(launcher: Launcher, home: Path, others: frozenset[int]) -> dict[str, int]:
    """What is held once the last child is buried; empty before."""
    launcher.pump()
    found = held(home, others)
    return found if not found["children"] else {}


def test_eight_runs_leave_nothing_behind(workspace: Workspace, launcher: Launcher) -> None:
    leave_nothing(workspace, launcher, 8)


@pytest.mark.nightly
def test_fifty_runs_leave_nothing_behind(workspace: Workspace, launcher: Launcher) -> None:
    leave_nothing(workspace, launcher, 50)
