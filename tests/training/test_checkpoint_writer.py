"""The writer of checkpoints: nobody waits for it, it writes the newest, and seldom."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from core.training import checkpoint_writer as module
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from core.training.checkpoint_writer import CheckpointWriter
from tests.training.conftest import until
from tests.training.test_checkpoint import same, state


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CHECKPOINT_FILE


def test_what_is_offered_is_written_at_once_and_replaced(path: Path) -> None:
    writer = CheckpointWriter(path, interval_s=60.0)
    for number in (1, 2, 3):
        writer.offer(state(number))
    writer.flush()
    assert same(Checkpoint.load(path), state(3))
    writer.offer(state(4))
    writer.close()
    writer.close()
    assert same(Checkpoint.load(path), state(4))


def test_it_is_due_only_after_the_interval(path: Path) -> None:
    seldom, often = CheckpointWriter(path, interval_s=60.0), CheckpointWriter(path, interval_s=0.0)
    assert not seldom.is_due
    until(lambda: often.is_due)
    seldom.offer(state())
    seldom.flush()
    assert not seldom.is_due
    for writer in (seldom, often):
        writer.close()


def test_a_slow_disk_is_asked_less_often(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        now = 100.0

        @classmethod
        def monotonic(cls) -> float:
            return cls.now

    monkeypatch.setattr(module, "time", Clock)
    monkeypatch.setattr(Checkpoint, "save", lambda self, path: setattr(Clock, "now", Clock.now + 2.0))
    writer = CheckpointWriter(path, interval_s=5.0)
    writer.offer(state())
    writer.flush()
    Clock.now = 100.0 + 39.9  # twenty times two seconds
    assert not writer.is_due
    Clock.now += 0.2
    assert writer.is_due
    writer.close()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_never_replaces_a_good_one(path: Path, bad: float) -> None:
    writer = CheckpointWriter(path)
    writer.offer(state(1))
    writer.flush()
    writer.offer(state(bad))
    writer.close()
    assert writer.failure is None
    assert same(Checkpoint.load(path), state(1))


def test_a_full_disk_is_remembered_not_raised_and_forgotten_when_it_has_room(path: Path) -> None:
    folder = path.parent / "gone"
    writer = CheckpointWriter(folder / path.name)
    writer.offer(state(1))
    writer.flush()
    assert isinstance(writer.failure, OSError)
    folder.mkdir()
    writer.offer(state(2))
    writer.close()
    assert writer.failure is None
    assert same(Checkpoint.load(folder / path.name), state(2))
