"""The tap: numbers leave the training loop without slowing it down.

Keras turns every metric into a Python number before any callback sees it, which waits for the device at
every step (a fifth of an epoch for a small network on JAX). `fit` takes a whole `CallbackList` as it is,
though, and that one receives the raw tensors. So the tap is a CallbackList: it looks at a clock at each
step, and only ten times a second at the numbers, at the stop file, and at whether the loss is still a
number.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from core.training.checkpoint import Checkpoint, CheckpointWriter
from core.training.recorder import Recorder

__all__ = ["Course", "Tap"]

STEP_S = 0.1  # at most one look at the numbers in this time
RECENT_EPOCHS = 5  # whose median duration estimates the time left


@dataclass(frozen=True)
class Course:
    """What the tap must know about a training.

    Attributes:
        epochs: at most so many.
        rows: training rows, one epoch shows each once.
        batch_size: rows of one step.
        patience: stop after this many epochs without a better one; 0: never.
        metric_scale: the network's metric times this is what people read (1 for accuracy; the unit of a
            standardised target for a mean absolute error).
        seed: goes into the checkpoint.
    """

    epochs: int
    rows: int
    batch_size: int
    patience: int = 0
    metric_scale: float = 1.0
    seed: int = 0

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch, the last one perhaps with fewer rows."""
        return math.ceil(self.rows / self.batch_size)


class Tap(keras.callbacks.CallbackList):  # type: ignore[misc]  # Keras has no types
    """Streams events, keeps the best weights, stops early, and stops when told to.

    Attributes:
        reason: why the training ended: done, patience, stop or not_finite.
        epoch: epochs done, a stopped one included.
        best: the best epoch so far with its weights; None until an epoch ended with a finite loss.
    """

    def __init__(
        self, model: Any, course: Course, recorder: Recorder, stop: Callable[[], bool], checkpoints: CheckpointWriter | None = None
    ) -> None:
        super().__init__(add_history=True, model=model, epochs=course.epochs, steps=course.steps_per_epoch)
        self.reason = "done"
        self.epoch = 0
        self.best: Checkpoint | None = None
        self._course = course
        self._recorder = recorder
        self._stop = stop
        self._checkpoints = checkpoints
        self._due = 0.0  # when to look next
        self._first_batch = 0  # steps done before this epoch
        self._batch = 0  # steps done in this epoch
        self._seen: tuple[float, int] | None = None  # time and batch of the last look in this epoch
        self._epoch_began = self._learned_until = 0.0
        self._durations: list[float] = []

    # ---- one step; these two run thousands of times a second

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Nothing to do."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look at the clock; ten times a second also at the numbers."""
        self._batch = batch + 1
        now = time.monotonic()
        if now >= self._due:
            self._due = now + STEP_S
            self._look(now, logs)

    def _look(self, now: float, logs: Any) -> None:
        self._batch = min(self._batch, self._course.steps_per_epoch)  # a block of steps may end past the epoch
        loss, metric = self._numbers(logs)
        self._recorder.event(
            "step", step=self._first_batch + self._batch, epoch=self.epoch + 1, batch=self._batch,
            loss=loss, metric=metric, samples_per_s=self._speed(now),
        )  # fmt: skip
        self._seen = (time.monotonic(), self._batch)
        self._recorder.check()
        if not math.isfinite(loss):
            self._end("not_finite")
        elif self._stop():
            self._end("stop")

    def _speed(self, now: float) -> float | None:
        """Training rows a second since the last look; None where compiling would be counted in."""
        if self._seen is None or now <= self._seen[0]:
            return None
        return round((self._batch - self._seen[1]) * self._course.batch_size / (now - self._seen[0]), 1)

    # ---- one epoch

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clocks of the epoch."""
        super().on_epoch_begin(epoch, logs)
        self._epoch_began = self._learned_until = time.monotonic()
        self._batch = 0
        self._seen = None if epoch == 0 else (self._epoch_began, 0)

    def on_test_begin(self, logs: Any = None) -> None:
        """Validation begins, so learning paused here."""
        self._learned_until = time.monotonic()

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Nothing to do; without this Keras would wait for the device at each batch."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Nothing to do, likewise."""

    def on_test_end(self, logs: Any = None) -> None:
        """Nothing to do; `on_epoch_end` has the numbers."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report the epoch, keep its weights if they are the best, and decide whether to go on."""
        super().on_epoch_end(epoch, logs)
        steps = min(self._batch, self._course.steps_per_epoch)
        self._first_batch += steps
        self.epoch = epoch + 1
        loss, metric = self._numbers(logs)
        val_loss, val_metric = self._numbers(logs, "val_")
        watched = loss if val_loss is None else val_loss
        better = math.isfinite(watched) and math.isfinite(loss) and (self.best is None or watched < self.best.loss)
        if better:
            self._keep(watched)
        self._report(steps, loss, metric, val_loss, val_metric, better)
        self._recorder.check()
        self._decide(loss, watched)

    def _report(self, steps: int, loss: float, metric: Any, val_loss: Any, val_metric: Any, better: bool) -> None:
        now = time.monotonic()
        self._durations = [*self._durations[1 - RECENT_EPOCHS :], now - self._epoch_began]
        rows = min(self._course.rows, steps * self._course.batch_size)
        learned_s = max(1e-9, self._learned_until - self._epoch_began) if val_loss is not None else self._durations[-1]
        best_epoch = self.best.epoch if self.best else 0
        self._recorder.event(
            "epoch", epoch=self.epoch, step=self._first_batch, loss=loss, metric=metric, val_loss=val_loss, val_metric=val_metric,
            best=better, best_epoch=best_epoch, learning_rate=float(self.model.optimizer.learning_rate),
            samples_per_s=round(rows / learned_s, 1),
            time_left_s=round(statistics.median(self._durations) * (self._course.epochs - self.epoch), 2),
        )  # fmt: skip
        self._recorder.status(epoch=self.epoch, best_epoch=best_epoch)

    def _decide(self, loss: float, watched: float) -> None:
        if self.model.stop_training:
            return
        if not (math.isfinite(loss) and math.isfinite(watched)):
            self._end("not_finite")
        elif self._stop():
            self._end("stop")
        elif self.best and 0 < self._course.patience <= self.epoch - self.best.epoch:
            self._end("patience")

    # ---- shared

    def _keep(self, loss: float) -> None:
        optimizer = tuple(_copied(variable) for variable in self.model.optimizer.variables)
        self.best = Checkpoint(self.epoch, self._first_batch, loss, self._course.seed, tuple(self.model.get_weights()), optimizer)
        if self._checkpoints is not None:
            self._checkpoints.offer(self.best)

    def _numbers(self, logs: Any, prefix: str = "") -> tuple[Any, Any]:
        """Loss and first metric as Python numbers; this waits for the device."""
        named = {key.removeprefix(prefix): value for key, value in (logs or {}).items() if key.startswith("val_") == bool(prefix)}
        if "loss" not in named:
            return None, None
        metric = next((value for key, value in named.items() if key != "loss"), None)
        return float(named["loss"]), None if metric is None else float(metric) * self._course.metric_scale

    def _end(self, reason: str) -> None:
        self.reason = reason
        self.model.stop_training = True
        if reason == "stop":
            self._recorder.status(phase="stopping")


def _copied(variable: Any) -> Any:
    return keras.ops.convert_to_numpy(variable.value).copy()
