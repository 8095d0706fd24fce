"""Upkeep: how a run ends whose worker is gone, and what is forgotten of a run that is no more."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest

from core.runs.run import Run
from core.runs.state import RunState
from core.training import children, upkeep
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training.conftest import bare_run, until


def dead_run(workspace: Workspace, phase: str, *, checkpoint: bool = True) -> Run:
    """A run that says it works, though nobody holds it."""
    run = bare_run(workspace)
    run.update(state=RunState.STARTING)
    run.update(state=RunState.RUNNING, phase=phase)
    if checkpoint:
        run.path(CHECKPOINT_FILE).write_bytes(b"npz")
    return run


@pytest.mark.parametrize("phase", ["stopping", "judging", "exporting"])
def test_who_obeyed_stop_and_was_killed_while_judged_may_go_on(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, phase: str) -> None:
    run = dead_run(workspace, phase)
    run.request_stop()
    monkeypatch.setattr(children, "exit_code", lambda run, **_: -signal.SIGKILL)
    upkeep.settle(run)
    assert run.status.state is RunState.INTERRUPTED
    assert "killed from outside. Press Resume" in run.status.message


@pytest.mark.parametrize("checkpoint", [False, True])
def test_who_ended_before_it_obeyed_stop_is_stopped(workspace: Workspace, checkpoint: bool) -> None:
    run = dead_run(workspace, "training", checkpoint=checkpoint)
    run.request_stop()
    upkeep.settle(run)
    assert run.status.state is RunState.STOPPED
    assert ("press Continue" in run.status.message) is checkpoint


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_resumed_run_whose_process_cannot_start_keeps_its_checkpoint(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, checkpoint: bool) -> None:
    monkeypatch.setattr(children, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    run, home = bare_run(workspace), Launcher(workspace.home)
    if checkpoint:
        run.path(CHECKPOINT_FILE).write_bytes(b"npz")
    home.submit(run)
    until(lambda: (home.pump(), run.status.state.is_over)[1])
    assert run.status.state is (RunState.INTERRUPTED if checkpoint else RunState.FAILED)
    assert "could not be started" in run.status.message
    assert ("press Resume" in run.status.message) is checkpoint


def test_one_long_call_of_the_engine_is_waited_for(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop is heard between two calls: a worker that is deep in one is told soon, but it is not killed for it."""
    run, now, sent = dead_run(workspace, "training"), [0.0], []
    monkeypatch.setattr(upkeep.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(upkeep, "signal_group", lambda worker, number: sent.append((now[0], number)))
    run.request_stop()
    for now[0] in (0.0, 14.0, 16.0, 74.0, 76.0):
        upkeep._hurry(run)
    assert sent == [(16.0, signal.SIGTERM), (74.0, signal.SIGTERM), (76.0, signal.SIGKILL)]
    run.update(phase="judging")
    upkeep._hurry(run)
    assert len(sent) == 3


def test_a_deleted_run_is_forgotten(workspace: Workspace) -> None:
    run, home = dead_run(workspace, "training"), Launcher(workspace.home)
    process = children._workers[run.folder.resolve()] = subprocess.Popen(["true"])
    run.request_stop()
    upkeep._hurry(run)
    shutil.rmtree(run.folder)
    with home._queue.transaction() as jobs:
        jobs.add(home._key(run), upkeep.NOBODY)
        (job,) = jobs.all()
        assert not upkeep.is_working(workspace.home, jobs, job)
        assert not jobs.all()
    assert run.folder.resolve() not in children._workers
    assert run.folder not in upkeep._stops_seen
    process.wait(20)
