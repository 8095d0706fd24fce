"""Checkpoints: one whole file, newest only, and a writer that nobody waits for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import Damaged
from core.training import checkpoint
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint, CheckpointWriter
from tests.training.conftest import until


def state(epoch: int) -> Checkpoint:
    arrays = tuple(np.full((3, 2), epoch + offset, np.float32) for offset in range(2))
    return Checkpoint(epoch, epoch * 10, 1 / epoch, 7, arrays, (np.array(epoch, np.int32),))


def same(one: Checkpoint, other: Checkpoint) -> bool:
    arrays = zip((*one.weights, *one.optimizer), (*other.weights, *other.optimizer), strict=True)
    facts = [(c.epoch, c.step, c.loss, c.seed, len(c.weights)) for c in (one, other)]
    return facts[0] == facts[1] and all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in arrays)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CHECKPOINT_FILE


def test_what_is_saved_comes_back(path: Path) -> None:
    state(3).save(path)
    assert same(Checkpoint.load(path), state(3))
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_half_a_file_is_named_as_damaged(path: Path, cut: int) -> None:
    state(3).save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(Damaged, match="checkpoint of run"):
        Checkpoint.load(path)


def test_a_failed_write_keeps_the_one_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state(1).save(path)
    monkeypatch.setattr(checkpoint.np, "savez", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Exception, match="no room"):
        state(2).save(path)
    assert same(Checkpoint.load(path), state(1))
    assert list(path.parent.iterdir()) == [path]


def test_only_the_newest_is_written(path: Path) -> None:
    writer = CheckpointWriter(path, interval_s=60.0)
    for epoch in (1, 2, 3):
        writer.offer(state(epoch))
    assert not path.exists()  # within the interval nothing touches the disk
    writer.close(keep=True)
    assert same(Checkpoint.load(path), state(3))


def test_a_finished_run_writes_no_checkpoint_any_more(path: Path) -> None:
    writer = CheckpointWriter(path, interval_s=60.0)
    writer.offer(state(1))
    writer.close(keep=False)
    assert not path.exists()


def test_it_writes_by_itself_when_the_interval_is_over(path: Path) -> None:
    writer = CheckpointWriter(path, interval_s=0.0)
    writer.offer(state(1))
    until(path.exists)
    writer.close(keep=False)
    assert same(Checkpoint.load(path), state(1))


def test_a_full_disk_is_remembered_not_raised(path: Path) -> None:
    writer = CheckpointWriter(path.parent / "gone" / path.name, interval_s=0.0)
    writer.offer(state(1))
    until(lambda: writer.failure)
    writer.close(keep=False)
    assert isinstance(writer.failure, OSError)
