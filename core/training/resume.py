"""Where a run goes on: its own checkpoint after an interruption, or that of the run it continues."""

from __future__ import annotations

from dataclasses import replace

from core.errors import Damaged
from core.language import N_
from core.runs.run import Run
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from core.training.stream import Course
from core.training.trainer import Trainer

__all__ = ["checkpoint_of"]


def checkpoint_of(run: Run, trainer: Trainer, course: Course) -> Checkpoint | None:
    """The checkpoint from which a run goes on; None when it begins at its start.

    Args:
        run: held by this process.
        trainer: its network, not yet trained.
        course: its training.

    Raises:
        Damaged: there is a checkpoint, but nobody can go on from it.
    """
    path = run.path(CHECKPOINT_FILE)
    if not path.exists():
        return None
    checkpoint = Checkpoint.load(path)
    fits = checkpoint.fits(trainer.snapshot()) and checkpoint.now.batch <= trainer.steps_per_epoch
    if not fits or checkpoint.seed != course.seed or not checkpoint.is_finite:
        raise Damaged(N_("The checkpoint of run {id} belongs to another network, so the training cannot go on from it. Train again.").format(id=run.id))
    if checkpoint.run != run.id:  # that run was over, or stopped; this one is to learn on, with new patience, and perhaps no longer in a race
        progress = checkpoint.progress
        return replace(checkpoint, progress=replace(progress, reason="", waits_since=progress.epoch, durations=()))
    return checkpoint
