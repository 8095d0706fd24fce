"""Learning itself: `model.fit` with the tap, and the best weights at the end.

Inputs are NumPy arrays on every engine: Keras' own pipeline for them was measured as faster than a
hand-written one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from core.recipes.plan import Plan
from core.runs.spec import RunSpec
from core.training.checkpoint import CheckpointWriter
from core.training.recorder import Recorder
from core.training.stream import Course, Tap

__all__ = ["Fitted", "Lesson", "fit", "steps_per_call"]

VALIDATION_BATCH = 256  # rows; validation needs no small batches
CALL_S = 0.04  # a block of steps takes at most about this long, so that Stop answers within 100 ms
FLOPS = 10e9  # a step needs about 6 × rows × parameters; two slow cores manage this many a second
MOST_STEPS = 16
SLOW_KINDS = {"convolution", "recurrent"}


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
    """How a training ended; the model then holds the weights of `best_epoch` (0: none was finite).

    Attributes:
        reason: done, patience, stop or not_finite.
        epochs: epochs done, a stopped one included.
        best_epoch: from 1; 0 when there is nothing to keep.
        seconds: of the whole fit.
    """

    reason: str
    epochs: int
    best_epoch: int
    seconds: float


def fit(
    model: Any, lesson: Lesson, spec: RunSpec, recorder: Recorder, stop: Callable[[], bool], checkpoints: CheckpointWriter | None = None
) -> Fitted:
    """Train a compiled model and leave its best weights in it.

    Args:
        model: compiled Keras model with inputs named as in the lesson.
        lesson: rows to learn from.
        spec: epochs, batch size, patience, seed.
        recorder: gets the events.
        stop: asked about ten times a second; True ends the training after the current step.
        checkpoints: gets each best epoch; None: none is kept on the disk.

    Raises:
        DiskFull, OSError: the recorder can write no more.
    """
    training = spec.training
    course = Course(training.epochs, len(lesson.y), training.batch_size, training.patience, lesson.metric_scale, spec.seed)
    keras.utils.set_random_seed(spec.seed)  # the order of the rows, dropout
    tap = Tap(model, course, recorder, stop, checkpoints)
    recorder.training(True)
    start = time.monotonic()
    try:
        model.fit(
            lesson.x, lesson.y, batch_size=training.batch_size, epochs=training.epochs, sample_weight=lesson.weights, verbose=0,
            validation_data=(lesson.val_x, lesson.val_y) if len(lesson.val_y) else None,
            validation_batch_size=max(training.batch_size, VALIDATION_BATCH), callbacks=tap,
        )  # fmt: skip
    finally:
        recorder.training(False)
    if tap.best is not None:
        model.set_weights(list(tap.best.weights))
    return Fitted(tap.reason, tap.epoch, tap.best.epoch if tap.best else 0, time.monotonic() - start)


def steps_per_call(plan: Plan, rows: int, batch_size: int) -> int:
    """How many steps TensorFlow takes in one call: many for small dense networks, one for all others.

    A call has a fixed cost near a step of a small network's own (2.2 times as fast with ten of them),
    but Stop is only looked at between calls, so a block must stay short.

    Args:
        plan: the network.
        rows: training rows.
        batch_size: rows of one step.

    Returns:
        1 … 16.
    """
    if any(layer.kind in SLOW_KINDS for layer in plan.layers):
        return 1  # a step's cost does not follow from its parameters
    step_s = 6 * batch_size * max(1, plan.parameters) / FLOPS
    return max(1, min(MOST_STEPS, math.ceil(rows / batch_size), int(CALL_S / step_s)))
