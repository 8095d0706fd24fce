"""Training on TensorFlow: Keras' own `train_step`, many times in one call of a graph that gathers its rows itself.

On processors this is the engine for convolutions (oneDNN; XLA's are several times slower). The graph is
traced once: rows, their order, the first step and the number of steps are its inputs. While a step is
traced, layers that Keras makes of many small operations use large ones (`tensorflow_kernels`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from core.training.trainer import Numbers, Snapshot
from core.training.trainer.engine import EngineTrainer, convolves, means
from core.training.trainer.kernels import large_kernels
from core.training.trainer.tensorflow_kernels import kernel_of

if TYPE_CHECKING:
    from core.runs.spec import RunSpec
    from core.training.backend import EngineSettings
    from core.training.fit import Lesson

__all__ = ["TensorFlowTrainer"]


class TensorFlowTrainer(EngineTrainer):
    """See `core.training.trainer.Trainer`. The state stays in the Keras model's own variables."""

    def __init__(self, model: Any, lesson: Lesson, spec: RunSpec, settings: EngineSettings) -> None:
        super().__init__(model, lesson, spec, settings)
        self._lesson = _tensors((lesson.x, lesson.y, lesson.weights))
        self._validation = _tensors((lesson.val_x, lesson.val_y, None))
        self._order = tf.constant(np.zeros(self._rows, np.int32))
        self._xla = settings.xla and not (convolves(model) and not tf.config.list_physical_devices("GPU"))
        self._block = tf.function(self._steps, jit_compile=self._xla, autograph=False)
        self._last = tf.function(self._step, jit_compile=self._xla, autograph=False) if self._xla else None
        self._walk = tf.function(self._validation_steps, autograph=False)
        self._answer = tf.function(lambda inputs: model(inputs, training=False), autograph=False, reduce_retracing=True)

    # ---- what the driver calls

    def numbers(self) -> Numbers:
        """Loss and metric over the rows of this epoch so far."""
        return means(_copies(self.model.metrics_variables))

    def validate(self) -> Numbers | None:
        """The same over all validation rows with the present weights; None where there are none."""
        if not self._validation_rows:
            return None
        sums = _copies(self.model.metrics_variables)  # of the training, which may be in the middle of an epoch
        self._set_sums([np.zeros_like(value) for value in sums])
        self._walk(self._validation)
        found = means(_copies(self.model.metrics_variables))
        self._set_sums(sums)
        return found

    def outputs(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Raw outputs of the present weights for a few rows, (rows, outputs) float32."""
        return np.asarray(self._answer(_tensors(inputs)), np.float32)

    def snapshot(self) -> Snapshot:
        """A copy of everything, for a checkpoint."""
        model = self.model
        return Snapshot(
            self.epoch, self.batch, _copies(model.weights), _copies(self._seeds), _copies(model.optimizer.variables), _copies(model.metrics_variables)
        )

    def finish(self) -> None:
        """Nothing to do: the Keras model holds everything all the time."""

    # ---- what EngineTrainer calls

    def _take_order(self, order: np.ndarray) -> None:
        self._order = tf.constant(order)

    def _take_block(self, start: int, count: int) -> None:
        self._block(self._lesson, self._order, tf.constant(start), tf.constant(count))

    def _take_tail(self) -> None:
        if self._last is None:
            self._take_block(self._full_steps, 1)
        else:
            self._last(self._lesson, self._order[self._full_steps * self._batch_size :])

    def _set_sums(self, values: Sequence[np.ndarray]) -> None:
        _assign(self.model.metrics_variables, values)

    def _set_rate(self, rate: float) -> None:
        self.model.optimizer.learning_rate.assign(rate)

    def _put(self, snapshot: Snapshot) -> None:
        _assign(self.model.weights, snapshot.weights)
        _assign(self._seeds, snapshot.seeds)
        _assign(self.model.optimizer.variables, snapshot.optimizer)
        _assign(self.model.metrics_variables, snapshot.metrics)

    # ---- graphs

    def _step(self, lesson: Any, places: Any) -> None:
        batch = tf.nest.map_structure(lambda array: None if array is None else tf.gather(array, places), lesson)
        with self._step_precision(), large_kernels(self.model, kernel_of), _words_added_up(self.model.optimizer):
            self.model.train_step(batch)

    def _steps(self, lesson: Any, order: Any, start: Any, count: Any) -> None:
        """`count` steps; XLA wants to know how many rows each has, without it the last may have fewer."""
        size = self._batch_size

        def step(number: Any) -> Any:
            first = number * size
            self._step(lesson, tf.slice(order, [first], [size]) if self._xla else order[first : first + size])
            return number + 1

        tf.while_loop(lambda number: number < start + count, step, [start], parallel_iterations=1)

    def _validation_steps(self, lesson: Any) -> None:
        """All validation rows, the last batch perhaps with fewer."""
        rows, size = self._validation_rows, self._validation_batch

        def step(first: Any) -> Any:
            self.model.test_step(tf.nest.map_structure(lambda array: None if array is None else array[first : first + size], lesson))
            return first + size

        tf.while_loop(lambda first: first < rows, step, [tf.constant(0)], parallel_iterations=1)


@contextmanager
def _words_added_up(optimizer: Any) -> Iterator[None]:
    """While a step is traced, the gradients of a word that a batch holds several times are one gradient before they are clipped.

    TensorFlow hands them over row by row, and Keras 3.15 takes the length of all gradients from such rows: two of 3.0
    for one word are 4.2 long there, and 6.0 added up, as on JAX. Too short a length clips too little.
    """
    clip = optimizer._clip_gradients
    optimizer._clip_gradients = lambda gradients: clip([tf.convert_to_tensor(one) if isinstance(one, tf.IndexedSlices) else one for one in gradients])
    try:
        yield
    finally:
        del optimizer._clip_gradients


def _tensors(arrays: Any) -> Any:
    return tf.nest.map_structure(lambda array: None if array is None else tf.constant(array), arrays)


def _copies(variables: Sequence[Any]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(variable.value) for variable in variables)


def _assign(variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
