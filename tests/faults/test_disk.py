"""A fault at every write, sync and rename in the life of a run: its state stays true, and nothing half-made is left.

The life is a real one from `Run.create` to the last words of `worker.main`, only that nothing is learned: the
learning is replaced by the same writes that it makes. Every call in it fails once, in three ways.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import LimelightError
from core.files import write_atomic
from core.runs.events import read_events
from core.runs.run import Run
from core.runs.state import RunState
from core.training import children, worker
from core.training.claim import Claim
from core.training.launcher import Launcher
from core.training.process import ProcessIdentity
from core.workspace import Workspace
from tests.faults.broken_disk import BrokenDisk
from tests.training.conftest import bare_run

MODEL = b"a model, whole" * 100
HEADLINE = {"name": "accuracy", "value": 0.9, "low": 0.8, "high": 1.0}
WAYS = [pytest.param(errno.ENOSPC, False, id="full for a moment"), pytest.param(errno.ENOSPC, True, id="full from then on"), pytest.param(errno.EIO, False, id="a bad block")]


@pytest.fixture
def workspace(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace whose workers run in this process and learn nothing."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(os, "setpriority", lambda *_: None)
    monkeypatch.setattr(worker, "_train", learn)
    monkeypatch.setattr(worker, "_pump", lambda run: None)
    monkeypatch.setattr(children, "start_worker", work_here)
    yield Workspace.local()
    signal.signal(signal.SIGTERM, handler)


def learn(claim: Claim) -> Any:
    """What a training writes, without the training."""
    recorder, run = claim.recorder, claim.run
    recorder.event("begin", epochs=2, steps_per_epoch=1, batch_size=8, rows=8, metric="accuracy")
    recorder.state(RunState.RUNNING, epochs=2)
    for epoch in (1, 2):
        recorder.event("step", step=epoch, epoch=epoch, batch=1, loss=1.0 / epoch, metric=0.5)
        recorder.event("epoch", epoch=epoch, step=epoch, loss=1.0 / epoch, val_loss=1.0 / epoch, best=True, best_epoch=epoch)
        recorder.check()
    for name in ("model.keras", "predictions.parquet", "model.onnx"):
        write_atomic(run.path(name), MODEL)
    run.save_json("evaluation.json", {"test": HEADLINE})
    return SimpleNamespace(reason="done", epochs=2, best_epoch=2, seconds=0.1), HEADLINE


def work_here(run: Run, backend: str, home: Path) -> ProcessIdentity | None:
    """The launcher's way to a worker, without a process."""
    worker.main([str(run.folder)])
    return ProcessIdentity.of(os.getpid())


def life(workspace: Workspace) -> None:
    """From the press on Train to the verdict."""
    worker.main([str(bare_run(workspace).folder)])


def calls_of_a_life(workspace: Workspace) -> int:
    with BrokenDisk(workspace.folder).inserted() as disk:
        life(workspace)
    return disk.asked


@pytest.mark.parametrize(("number", "for_good"), WAYS)
def test_a_fault_at_every_write_sync_and_rename(workspace: Workspace, number: int, for_good: bool) -> None:
    """Promise: after any fault and the next start of the server each run is over, readable, and says why in a sentence."""
    calls = calls_of_a_life(workspace)
    assert calls > 20
    for fail_at in range(1, calls + 1):
        with BrokenDisk(workspace.runs_folder, fail_at, number, for_good=for_good).inserted(), contextlib.suppress(LimelightError, OSError):
            life(workspace)  # an error that comes out here is told at once, to whoever pressed the button
        Launcher(workspace.home).pump()
        for folder in workspace.runs_folder.glob("[!.]*"):
            assert_true(Run(folder), fail_at)
        assert not list(workspace.runs_folder.glob("*/.*")), f"call {fail_at} left a half file"
        clean(workspace)


def assert_true(run: Run, fail_at: int) -> None:
    """The state is an end, its files bear it out, and it is told in a sentence."""
    status = run.status
    assert status.state.is_over, f"call {fail_at}: {status}"
    assert status.message.endswith((".", "kept.")), f"call {fail_at}: {status.message!r}"
    if status.state is RunState.FINISHED:
        assert all(run.path(name).read_bytes() == MODEL for name in ("model.keras", "predictions.parquet", "model.onnx")), fail_at
        assert status.headline == HEADLINE
    events, _ = read_events(run.events)
    assert all("kind" in event for event in events)
    assert not run.is_locked()


def clean(workspace: Workspace) -> None:
    for run in workspace.runs():
        workspace.delete(run.id)
