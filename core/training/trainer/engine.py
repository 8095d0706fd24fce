"""What the trainers of all engines share: where they are in the epoch, and in which order things lie in a snapshot.

An engine brings the compiled code: a block of whole steps, the last step of an epoch with fewer rows, a
walk over the validation rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from core.errors import Damaged
from core.language import N_
from core.training.trainer import Numbers, Snapshot, order_of_rows, steps_of

if TYPE_CHECKING:
    from core.runs.spec import RunSpec
    from core.training.backend import EngineSettings
    from core.training.fit import Lesson

__all__ = ["VALIDATION_BATCH", "EngineTrainer", "attends", "convolves", "means", "recurs"]

VALIDATION_BATCH = 256  # rows; validation needs no small batches, but where all words look at all words they would not fit the cache: 61 → 39 ms


class EngineTrainer(ABC):
    """A trainer without its compiled code.

    Attributes:
        steps_per_epoch, epoch, batch: see `Trainer`.
        model: the Keras model that is trained.
        precision: float32 or bfloat16, of the arithmetic of a step.
    """

    def __init__(self, model: Any, lesson: Lesson, spec: RunSpec, settings: EngineSettings) -> None:
        self.model = model
        self.precision = settings.precision
        self.epoch = self.batch = 0
        self._rows = len(lesson.y)
        self._batch_size = spec.training.batch_size
        self._seed = spec.seed
        self.steps_per_epoch = steps_of(self._rows, self._batch_size)
        self._full_steps = self._rows // self._batch_size  # those with as many rows as the batch size says
        self._validation_rows = len(lesson.val_y)
        self._validation_batch = self._batch_size if attends(model) else max(self._batch_size, VALIDATION_BATCH)
        _build_all_state(model, lesson)
        weights = {id(variable) for variable in model.weights}
        self._seeds = [variable for variable in model.variables if id(variable) not in weights]
        self._rate = float(model.optimizer.learning_rate)

    def start_epoch(self, epoch: int) -> None:
        """Begin an epoch (from 1): rows in the order of (seed, epoch), metrics at zero."""
        self.epoch, self.batch = epoch, 0
        self._take_order(order_of_rows(self._seed, epoch, self._rows))
        self._set_sums([np.zeros(variable.shape, variable.dtype) for variable in self.model.metrics_variables])

    def advance(self, steps: int) -> int:
        """Take at most so many steps, never past the end of the epoch; returns the steps taken."""
        taken = min(steps, self.steps_per_epoch - self.batch)
        full = min(taken, self._full_steps - self.batch)
        if full > 0:
            self._take_block(self.batch, full)
        if taken > max(0, full):
            self._take_tail()
        self.batch += taken
        return taken

    def learning_rate(self) -> float:
        """The present learning rate; does not wait for the device."""
        return self._rate

    def set_learning_rate(self, rate: float) -> None:
        """Change it from the next step on; nothing is compiled anew."""
        self._rate = rate
        self._set_rate(rate)

    def restore(self, snapshot: Snapshot) -> None:
        """Go on where a snapshot of this network was taken.

        Raises:
            Damaged: the snapshot is of another network.
        """
        groups = ((snapshot.weights, self.model.weights), (snapshot.seeds, self._seeds),
                  (snapshot.optimizer, self.model.optimizer.variables), (snapshot.metrics, self.model.metrics_variables))  # fmt: skip
        if any([array.shape for array in arrays] != [tuple(variable.shape) for variable in variables] for arrays, variables in groups):
            raise Damaged(N_("The checkpoint belongs to a network of another shape, so the training cannot go on from it. Train again."))
        self.epoch, self.batch = snapshot.epoch, snapshot.batch
        if self.epoch:
            self._take_order(order_of_rows(self._seed, self.epoch, self._rows))
        self._put(snapshot)
        self._rate = float(snapshot.optimizer[self._rate_index()])

    def _rate_index(self) -> int:
        """Where the learning rate stands among the optimizer's variables."""
        return [variable is self.model.optimizer._learning_rate for variable in self.model.optimizer.variables].index(True)

    @contextmanager
    def _step_precision(self) -> Iterator[None]:
        """While a step is traced its layers compute in `precision`, all but the answer; outside nobody sees that."""
        layers = [layer for layer in self.model.layers if layer.output is not self.model.output] if self.precision == "bfloat16" else []
        before = [layer.dtype_policy for layer in layers]
        try:
            for layer in layers:
                layer.dtype_policy = keras.dtype_policies.get("mixed_bfloat16")
            yield
        finally:
            for layer, policy in zip(layers, before, strict=True):
                layer.dtype_policy = policy

    @abstractmethod
    def _take_order(self, order: np.ndarray) -> None:
        """Show the rows of this epoch in this order."""

    @abstractmethod
    def _take_block(self, start: int, count: int) -> None:
        """Take whole steps from number `start` of the epoch (from 0) on."""

    @abstractmethod
    def _take_tail(self) -> None:
        """Take the last step, which has fewer rows than the others."""

    @abstractmethod
    def _set_sums(self, values: Sequence[np.ndarray]) -> None:
        """Set the running sums of loss and metrics."""

    @abstractmethod
    def _set_rate(self, rate: float) -> None:
        """Set the optimizer's learning rate."""

    @abstractmethod
    def _put(self, snapshot: Snapshot) -> None:
        """Put all arrays of a snapshot where the next step finds them."""


def means(sums: Sequence[np.ndarray]) -> Numbers:
    """Loss and metric from running sums, as Keras computes them: [total, count] of each, float32.

    Example:
        >>> means([np.float32(3), np.float32(2)])
        Numbers(loss=1.5, metric=None)
    """
    pairs = [(np.float32(total), np.float32(count)) for total, count in zip(sums[::2], sums[1::2], strict=True)]
    loss, *metrics = [float(total / count) if count else 0.0 for total, count in pairs]
    return Numbers(loss, metrics[0] if metrics else None)


def attends(model: Any) -> bool:
    """Whether every word of a text looks at every other: memory in the square of the words."""
    return any(isinstance(layer, keras.layers.MultiHeadAttention) for layer in model.layers)


def convolves(model: Any) -> bool:
    """Whether a network has a convolution, which XLA computes slowly on processors."""
    return any(isinstance(layer, keras.layers.Conv2D) for layer in model.layers)


def recurs(model: Any) -> bool:
    """Whether a network reads word after word: a loop of its own, which XLA computes slower inside another one."""
    return any(isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional) for layer in model.layers)


def _build_all_state(model: Any, lesson: Lesson) -> None:
    """Make the variables of optimizer and metrics, which Keras makes when it sees the first rows."""
    some = slice(0, 1)
    x = {name: array[some] for name, array in lesson.x.items()}
    model._symbolic_build(data_batch=(x, lesson.y[some], None if lesson.weights is None else lesson.weights[some]))
    if any(not isinstance(metric, keras.metrics.Mean) for group in model.metrics for metric in getattr(group, "metrics", [group])):
        raise TypeError("A trainer reads loss and metrics from running sums, so each metric must be a mean.")
