"""Checkpoints: everything comes back bit for bit, a file with wrong bytes is refused, and a failed write harms nothing."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Damaged, DiskFull
from core.training import checkpoint as module
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from core.training.progress import Progress
from core.training.trainer import Snapshot

PROGRESS = Progress(
    epoch=2, step=20, best_epoch=1, best_loss=0.1 + 0.2, waits_since=1, learned_s=1.0 / 3, epoch_s=0.1, epoch_waited_s=0.0, durations=(0.1, 1e-9),
    notices=("plateau",), history=({"epoch": 1, "loss": 0.7, "val_loss": None}, {"epoch": 2, "loss": math.inf, "val_loss": 0.5}), reason="",
)  # fmt: skip


def state(number: float = 1.0, batch: int = 3) -> Checkpoint:
    """Arrays of the types that trainers have."""
    weights = tuple(np.full((3, 2), number + offset, np.float32) for offset in range(2))
    optimizer = (np.array(7, np.int32), np.array(0.003, np.float32), np.zeros((3, 2), np.float32))
    now = Snapshot(3, batch, weights, (np.array([1, 2], np.uint32),), optimizer, (np.array(0.25, np.float32), np.array(3, np.float32)))
    return Checkpoint(now, tuple(weight + 1 for weight in weights), PROGRESS, seed=7, run="r1", backend="jax")


def same(one: Checkpoint, other: Checkpoint) -> bool:
    groups = [(one.best, other.best), *((getattr(one.now, group), getattr(other.now, group)) for group in module.GROUPS)]
    equal = all(len(a) == len(b) and all(x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True)) for a, b in groups)
    facts = [(c.now.epoch, c.now.batch, c.progress, c.seed, c.run, c.backend) for c in (one, other)]
    return equal and facts[0] == facts[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CHECKPOINT_FILE


def test_what_is_saved_comes_back(path: Path) -> None:
    state().save(path)
    assert same(Checkpoint.load(path), state())
    assert list(path.parent.iterdir()) == [path]


def test_before_the_first_epoch_ends_there_is_no_best(path: Path) -> None:
    early = replace(state(), best=(), progress=Progress())
    early.save(path)
    assert same(Checkpoint.load(path), early)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_half_a_file_is_named_as_damaged(path: Path, cut: int) -> None:
    state().save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(Damaged, match="cannot be read"):
        Checkpoint.load(path)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_flipped_bytes_are_noticed_or_change_nothing(path: Path, place: int, flip: int) -> None:
    if not path.with_suffix(".whole").exists():
        state().save(path)
        path.replace(path.with_suffix(".whole"))
    data = bytearray(path.with_suffix(".whole").read_bytes())
    data[place % len(data)] ^= flip
    path.write_bytes(data)
    try:
        found = Checkpoint.load(path)
    except Damaged:
        return
    assert same(found, state())  # a date in the archive, say


@pytest.mark.parametrize("version", [1, 3])
def test_another_version_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    monkeypatch.setattr(module, "VERSION", version)
    state().save(path)
    monkeypatch.undo()
    with pytest.raises(Damaged):
        Checkpoint.load(path)


def test_a_missing_file_is_damaged(path: Path) -> None:
    with pytest.raises(Damaged):
        Checkpoint.load(path)


def test_a_failed_write_keeps_the_one_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state(1).save(path)
    monkeypatch.setattr(module.np, "savez", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(DiskFull, match="no room"):
        state(2).save(path)
    assert same(Checkpoint.load(path), state(1))
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_known(bad: float) -> None:
    assert state().is_finite
    assert not state(bad).is_finite


def test_steps_count_those_of_the_open_epoch() -> None:
    assert state().steps == 23
    assert replace(state(), progress=replace(PROGRESS, epoch=3, step=30)).steps == 30  # that epoch is closed


def test_another_network_does_not_fit() -> None:
    one = state()
    assert one.fits(state(5).now)
    assert not one.fits(replace(one.now, weights=one.now.weights[:1]))
    assert not one.fits(replace(one.now, optimizer=(*one.now.optimizer[:2], np.zeros((3, 3), np.float32))))
    assert not replace(one, best=one.best[:1]).fits(one.now)


@given(st.builds(Progress, learned_s=st.floats(0, 1e9), best_loss=st.floats(), durations=st.lists(st.floats(0, 1e6)).map(tuple), notices=st.lists(st.text()).map(tuple)))
def test_progress_survives_json_exactly(progress: Progress) -> None:
    assert repr(Progress.from_json(json.loads(json.dumps(progress.to_json())))) == repr(progress)


def test_progress_with_other_fields_is_refused() -> None:
    with pytest.raises(TypeError):
        Progress.from_json({**Progress().to_json(), "colour": "red"})
