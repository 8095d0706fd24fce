"""Where a run goes on: from its own checkpoint, from that of the run it continues, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import Damaged
from core.runs.run import Run
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from core.training.progress import Progress
from core.training.resume import checkpoint_of
from core.training.stream import Course
from tests.training.fake_trainer import FakeTrainer

COURSE = Course(epochs=5, rows=37, batch_size=5, seed=3)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def checkpoint(run: Run) -> Checkpoint:
    trainer = FakeTrainer(seed=3)
    trainer.start_epoch(2)
    trainer.advance(4)
    return Checkpoint(trainer.snapshot(), (trainer.weights,), Progress(epoch=1, step=8, best_epoch=1, waits_since=1), 3, run.id, "jax")


def found(run: Run, written: Checkpoint, **trainer: Any) -> Checkpoint | None:
    written.save(run.path(CHECKPOINT_FILE))
    return checkpoint_of(run, FakeTrainer(**{"seed": 3, **trainer}), COURSE)


def test_without_a_checkpoint_it_begins_at_its_start(run: Run) -> None:
    assert checkpoint_of(run, FakeTrainer(), COURSE) is None


def test_its_own_checkpoint_is_taken_as_it_is(run: Run) -> None:
    written = checkpoint(run)
    for reason in ("", "patience", "stop"):
        kept = replace(written, progress=replace(written.progress, reason=reason))
        got = found(run, kept)
        assert got is not None
        assert (got.steps, got.progress) == (12, kept.progress)


@pytest.mark.parametrize("reason", ["patience", "done", "stop", ""])
def test_after_the_run_before_patience_and_time_left_begin_anew(run: Run, reason: str) -> None:
    """Whoever asks for more epochs gets them, however little patience was left; and a lane of a race that learns on alone is quicker."""
    over = Progress(epoch=4, step=32, best_epoch=1, waits_since=1, durations=(2.0, 2.0), notices=("no_learning",), reason=reason)
    got = found(run, replace(checkpoint(run), run="r-before", progress=over))
    assert got is not None
    assert got.progress == replace(over, reason="", waits_since=4, durations=())


@pytest.mark.parametrize("change", ["seed", "nan", "shape", "batch", "bytes"])
def test_what_nobody_can_go_on_from_is_named(run: Run, change: str) -> None:
    written = checkpoint(run)
    if change == "seed":
        written = replace(written, seed=4)
    elif change == "nan":
        written = replace(written, now=replace(written.now, weights=(written.now.weights[0] * float("nan"),)))
    elif change == "shape":
        written = replace(written, now=replace(written.now, weights=(written.now.weights[0][:2],)))
    elif change == "batch":
        written = replace(written, now=replace(written.now, batch=9))
    written.save(run.path(CHECKPOINT_FILE))
    if change == "bytes":
        run.path(CHECKPOINT_FILE).write_bytes(run.path(CHECKPOINT_FILE).read_bytes()[:-40])
    with pytest.raises(Damaged, match="cannot go on from it"):
        checkpoint_of(run, FakeTrainer(seed=3), COURSE)
