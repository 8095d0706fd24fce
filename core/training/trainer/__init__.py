"""The trainer: takes training steps on one engine, as fast as the engine can, and can be put to sleep and woken.

Keras' `fit` decides itself when it looks at the clock, in which order rows come and when it waits for the
device. Here the driver (`core.training.fit`) decides: a trainer takes as many steps as it is told in one
call of compiled code, with the rows resident on the device, and says what the loss is only when asked. The
arithmetic of a step is Keras' own `train_step`, so the numbers are those of `fit`.

Rows come in an order that follows from seed and epoch alone: the same on every engine, in every run of a
race, and after a run was killed and resumed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from core.runs.spec import RunSpec
    from core.training.fit import Lesson

__all__ = ["Numbers", "Snapshot", "Trainer", "order_of_rows", "steps_of", "trainer_of"]


@dataclass(frozen=True)
class Numbers:
    """What a trainer has to say: means over the rows seen.

    Attributes:
        loss: the loss, perhaps not finite.
        metric: the network's first metric (accuracy, mean absolute error), unscaled; None: it has none.
    """

    loss: float
    metric: float | None


@dataclass(frozen=True)
class Snapshot:
    """Everything that decides how the learning goes on, as host arrays of the trainer's own.

    Attributes:
        epoch: the epoch it is in, from 1.
        batch: steps of this epoch that are done.
        weights: in the order of `model.get_weights()`.
        seeds: random state of the layers (dropout), in the order in which the model holds them.
        optimizer: in the order of `model.optimizer.variables`, iterations and learning rate included.
        metrics: running sums of loss and metrics of this epoch.
    """

    epoch: int
    batch: int
    weights: tuple[np.ndarray, ...]
    seeds: tuple[np.ndarray, ...]
    optimizer: tuple[np.ndarray, ...]
    metrics: tuple[np.ndarray, ...]


class Trainer(Protocol):
    """One network, its rows, and the compiled code that brings them together.

    Attributes:
        steps_per_epoch: steps of one epoch, the last perhaps with fewer rows.
        epoch: the epoch it is in, from 1; 0 before the first.
        batch: steps of this epoch that are done.
        precision: float32 or bfloat16, of the arithmetic of a step.
    """

    steps_per_epoch: int
    epoch: int
    batch: int

    @property
    def precision(self) -> str: ...

    def start_epoch(self, epoch: int) -> None:
        """Begin an epoch (from 1): rows in the order of (seed, epoch), metrics at zero."""

    def advance(self, steps: int) -> int:
        """Take at most so many steps, never past the end of the epoch; may return before the device is done.

        Returns:
            The steps taken; 0 at the end of the epoch.
        """

    def numbers(self) -> Numbers:
        """Loss and metric over the rows of this epoch so far; waits for the device."""

    def validate(self) -> Numbers | None:
        """The same over all validation rows with the present weights; None where there are none."""

    def outputs(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Raw outputs of the present weights for a few rows, (rows, outputs) float32; for examples that the room watches."""

    def learning_rate(self) -> float:
        """The present learning rate."""

    def set_learning_rate(self, rate: float) -> None:
        """Change it from the next step on; nothing is compiled anew."""

    def snapshot(self) -> Snapshot:
        """A copy of everything, for a checkpoint; waits for the device."""

    def restore(self, snapshot: Snapshot) -> None:
        """Go on where a snapshot of this network was taken, in the middle of an epoch too."""

    def finish(self) -> None:
        """Put weights and optimizer back into the Keras model, so that it can be saved; call it before anybody uses the model."""


def order_of_rows(seed: int, epoch: int, rows: int) -> np.ndarray:
    """The order in which an epoch shows the rows: (rows,) int32, a permutation that follows from seed and epoch.

    Args:
        seed: of the run.
        epoch: from 1.
        rows: training rows.

    Example:
        >>> sorted(order_of_rows(0, 1, 4).tolist()), (order_of_rows(0, 1, 9) == order_of_rows(0, 1, 9)).all()
        ([0, 1, 2, 3], np.True_)
    """
    return np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int32)


def trainer_of(model: Any, lesson: Lesson, spec: RunSpec) -> Trainer:
    """The trainer of the engine that this process runs on.

    Args:
        model: built and compiled Keras model with inputs named as in the lesson.
        lesson: rows to learn from.
        spec: batch size and seed.
    """
    import keras

    from core.training.backend import engine_settings

    engine = str(keras.backend.backend())
    settings = engine_settings(spec.recipe, engine)
    if engine == "jax":
        from core.training.trainer.jax_trainer import JaxTrainer

        return JaxTrainer(model, lesson, spec, settings)
    from core.training.trainer.tensorflow_trainer import TensorFlowTrainer

    return TensorFlowTrainer(model, lesson, spec, settings)


def steps_of(rows: int, batch_size: int) -> int:
    """Steps of one epoch."""
    return math.ceil(rows / batch_size)
