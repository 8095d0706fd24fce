"""A fault at every write, sync and rename in the life of a run: its state stays true, and nothing half-made is left.

The life is a real one from `Run.create` to the last words of `worker.main`, only that nothing is learned: the
learning is replaced by the same writes that it makes, a checkpoint among them. Every call in it fails once, in three
ways. A life without a fault ends with a model; a life with one goes on from its checkpoint once the disk is well.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.errors import LimelightError
from core.files import write_atomic
from core.runs.events import read_events
from core.runs.run import Run
from core.runs.state import RunState
from core.training import children, claim, worker
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from core.training.checkpoint_writer import CheckpointWriter
from core.training.claim import Claim
from core.training.launcher import Launcher
from core.training.process import ProcessIdentity
from core.training.progress import Progress
from core.training.recorder import Recorder
from core.training.trainer import Snapshot
from core.workspace import Workspace
from tests.faults.broken_disk import BrokenDisk
from tests.training.conftest import bare_run

MODEL = b"a model, whole" * 100
MODEL_FILES = ("model.keras", "predictions.parquet", "model.onnx")
EPOCHS = 2
HEADLINE = {"name": "accuracy", "value": 0.9, "low": 0.8, "high": 1.0}
WAYS = [pytest.param(errno.ENOSPC, False, id="full for a moment"), pytest.param(errno.ENOSPC, True, id="full from then on"), pytest.param(errno.EIO, False, id="a bad block")]


class InStep(Recorder):
    """Its pen is as fast as the training: what was handed over before a `check` has been written, or has failed, by then."""

    def check(self) -> None:
        written = threading.Event()
        self._items.put(("mark", {"reached": written}))
        assert written.wait(20)
        super().check()

    def _take(self, kind: str, fields: dict[str, Any]) -> None:
        if kind == "mark":
            fields["reached"].set()
        else:
            super()._take(kind, fields)


@pytest.fixture
def workspace(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace whose workers run in this process and learn nothing."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(os, "setpriority", lambda *_: None)
    monkeypatch.setattr(claim, "Recorder", InStep)
    monkeypatch.setattr(worker, "_train", learn)
    monkeypatch.setattr(worker, "_pump", lambda run: None)
    monkeypatch.setattr(children, "start_worker", work_here)
    yield Workspace.local()
    signal.signal(signal.SIGTERM, handler)


def learn(held: Claim, ready: object = None) -> Any:
    """What a training writes, without the training."""
    recorder, run = held.recorder, held.run
    done = Checkpoint.load(run.path(CHECKPOINT_FILE)).progress.epoch if run.path(CHECKPOINT_FILE).exists() else 0
    recorder.event("begin", epochs=EPOCHS, steps_per_epoch=1, batch_size=8, rows=8, metric="accuracy", resumed_from_step=done)
    recorder.state(RunState.RUNNING, epochs=EPOCHS)
    for epoch in range(done + 1, EPOCHS + 1):
        recorder.event("step", step=epoch, epoch=epoch, batch=1, loss=1.0 / epoch, metric=0.5)
        recorder.event("epoch", epoch=epoch, step=epoch, loss=1.0 / epoch, val_loss=1.0 / epoch, best=True, best_epoch=epoch)
        recorder.check()
        save(run, epoch)
    recorder.status(phase="judging")
    for name in MODEL_FILES:
        write_atomic(run.path(name), MODEL)
    run.save_json("evaluation.json", {"test": HEADLINE})
    return SimpleNamespace(reason="done", epochs=EPOCHS, best_epoch=EPOCHS, seconds=0.1), HEADLINE


def save(run: Run, epoch: int) -> None:
    """The real checkpoint of a network of three numbers; where it cannot be written, learning goes on."""
    weights = (np.zeros(3, np.float32),)
    writer = CheckpointWriter(run.path(CHECKPOINT_FILE))
    writer.offer(Checkpoint(Snapshot(epoch, 1, weights, (), weights, ()), weights, Progress(epoch, epoch, epoch, 1.0), 0, run.id, "jax"))
    writer.close()


def work_here(run: Run, backend: str, home: Path) -> ProcessIdentity | None:
    """The launcher's way to a worker, without a process."""
    worker.main([str(run.folder)])
    return ProcessIdentity.of(os.getpid())


def life(workspace: Workspace) -> None:
    """From the press on Train to the verdict."""
    worker.main([str(bare_run(workspace).folder)])


def calls_of_a_life(workspace: Workspace) -> int:
    with BrokenDisk(workspace.runs_folder).inserted() as disk:
        life(workspace)
    (run,) = workspace.runs()
    assert run.status.state is RunState.FINISHED, run.status
    assert (run.status.epoch, run.status.headline) == (EPOCHS, HEADLINE)
    assert Checkpoint.load(run.path(CHECKPOINT_FILE)).progress.epoch == EPOCHS
    events, _ = read_events(run.events)
    assert [event["kind"] for event in events if event["kind"] != "device"] == ["state", "begin", "state", *["step", "epoch"] * EPOCHS, "state", "end"]
    assert_true(run, 0)
    clean(workspace)
    return disk.asked


@pytest.mark.parametrize(("number", "for_good"), WAYS)
def test_a_fault_at_every_write_sync_and_rename(workspace: Workspace, number: int, for_good: bool) -> None:
    """Promise: after any fault and the next start of the server each run is over, readable, and says why in a sentence.

    What it had learned is not lost: with a checkpoint it is finished or interrupted, and then Resume brings it to its end.
    """
    calls = calls_of_a_life(workspace)
    assert calls > 50
    ends: Counter[RunState] = Counter()
    for fail_at in range(1, calls + 1):
        with BrokenDisk(workspace.runs_folder, fail_at, number, for_good=for_good).inserted(), contextlib.suppress(LimelightError, OSError):
            life(workspace)  # an error that comes out here is told at once, to whoever pressed the button
        Launcher(workspace.home).pump()
        for folder in workspace.runs_folder.glob("[!.]*"):
            assert_true(Run(folder), fail_at)
            assert_goes_on(workspace, Run(folder), fail_at)
            ends[Run(folder).status.state] += 1
        assert not list(workspace.runs_folder.glob("*/.*")), f"call {fail_at} left a half file"
        clean(workspace)
    print(f"{calls} calls: {dict(ends)}")


def assert_true(run: Run, fail_at: int) -> None:
    """The state is an end, its files bear it out, and it is told in a sentence."""
    status = run.status
    assert status.state.is_over, f"call {fail_at}: {status}"
    assert status.message.endswith((".", "kept.")), f"call {fail_at}: {status.message!r}"
    if status.state is RunState.FINISHED:
        assert all(run.path(name).read_bytes() == MODEL for name in MODEL_FILES), fail_at
        assert status.headline == HEADLINE
    events, _ = read_events(run.events)
    assert all("kind" in event for event in events)
    assert not run.is_locked()


def assert_goes_on(workspace: Workspace, run: Run, fail_at: int) -> None:
    """A run with a checkpoint has not failed for good, and on a disk that is well Resume finishes it."""
    if not run.path(CHECKPOINT_FILE).exists():
        return
    assert run.status.state in {RunState.FINISHED, RunState.INTERRUPTED}, f"call {fail_at}: {run.status}"
    if run.status.state is RunState.INTERRUPTED:
        Launcher(workspace.home).resume(run)
        assert run.status.state is RunState.FINISHED, f"call {fail_at}, resumed: {run.status}"
        assert_true(run, fail_at)


def clean(workspace: Workspace) -> None:
    for run in workspace.runs():
        workspace.delete(run.id)
