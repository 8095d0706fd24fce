"""The door of learning: what goes in (rows, a course, the user's wishes) and what comes out (the best weights)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from core.training.checkpoint import Checkpoint
    from core.training.checkpoint_writer import CheckpointWriter
    from core.training.examples import Examples
    from core.training.failures import Blowup
    from core.training.notices import Facts
    from core.training.recorder import Recorder
    from core.training.stream import Course
    from core.training.trainer import Trainer
    from core.training.turns import Turn

__all__ = ["Extras", "Fitted", "Lesson", "Wishes", "fit"]


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    Attributes:
        x, y: training inputs by name, each (rows, …), and targets (rows,).
        val_x, val_y: the same of the validation rows; `val_y` may be empty.
        weights: (rows,) float32 weight of each training row; None: all the same.
        metric_scale: see `Course`.
    """

    x: dict[str, np.ndarray]
    y: np.ndarray
    val_x: dict[str, np.ndarray]
    val_y: np.ndarray
    weights: np.ndarray | None = None
    metric_scale: float = 1.0


@dataclass(frozen=True)
class Fitted:
    """How a training ended.

    Attributes:
        reason: done, patience, stop or not_finite.
        epochs: epochs done, a stopped one included.
        best_epoch: from 1; 0 when there is nothing to keep.
        seconds: of learning, without pauses, waiting and compiling.
        weights: of the best epoch, in the order of `model.get_weights()`; empty when there is nothing to keep.
        step: steps done, over all epochs.
        learning_rate: at the end.
        blowup: what is known where the loss was no number any more.
    """

    reason: str
    epochs: int
    best_epoch: int
    seconds: float
    weights: tuple[np.ndarray, ...] = ()
    step: int = 0
    learning_rate: float = 0.0
    blowup: Blowup | None = None


class Wishes(Protocol):
    """What the user wants of a training; a `Run` is asked for its control files."""

    @property
    def stop_requested(self) -> bool:
        """End now and keep the best weights."""

    @property
    def pause_requested(self) -> bool:
        """Hold still as long as this is so."""

    @property
    def learning_rate_requested(self) -> float | None:
        """Learn on with this rate; None: with the present one."""


@dataclass(frozen=True)
class Extras:
    """Who else has a part in a training; none of them need.

    Attributes:
        writer: keeps checkpoints.
        turn: place in a race.
        examples: rows whose answers the room watches.
        facts: what the guard rails must know.
        interrupted: True: the machine wants the process to end; a checkpoint is written first.
        signature: id of the run and name of the engine, for the checkpoint.
    """

    writer: CheckpointWriter | None = None
    turn: Turn | None = None
    examples: Examples | None = None
    facts: Facts | None = None
    interrupted: Callable[[], bool] = lambda: False
    signature: tuple[str, str] = ("", "")


def fit(
    trainer: Trainer, course: Course, recorder: Recorder, wishes: Wishes, checkpoint: Checkpoint | None = None, extras: Extras | None = None
) -> Fitted:
    """Train until all epochs are done, nothing improves any more, or the user has seen enough.

    Args:
        trainer: a network that is ready to learn.
        course: epochs, batch size, patience, seed.
        recorder: gets the events.
        wishes: looked at about twenty times a second.
        checkpoint: go on from here as if nothing had happened; it must fit the trainer.
        extras: writer of checkpoints, race, examples, guard rails.

    Returns:
        How it ended, with the best weights; the trainer holds the last ones.

    Raises:
        DiskFull, OSError: the recorder can write no more.
        Terminated: `extras.interrupted` said so.
    """
    from core.training.driver import Driver

    return Driver(trainer, course, recorder, wishes, checkpoint, extras or Extras()).run()
