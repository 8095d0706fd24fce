"""The tap: what leaves the training loop for the audience, and what is kept of it.

It is told of every look at the device and of every epoch. At most ten times a second it lets a look out as
a `step` event; an epoch always leaves. It keeps the best weights, counts patience, and remembers all that a
killed run needs to go on as if nothing had happened.

Its watch shows seconds of learning alone; while the driver makes the first call of a kind it stands, and the steps
taken with it cost nothing (`core.training.driver`). Speeds are of the other steps. The first epoch of a process is
not whole, therefore: it is left out of the durations from which the time left is told, unless there is no other.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.training.notices import LOOK_BACK, Facts, new_notices
from core.training.progress import Progress
from core.training.recorder import Recorder
from core.training.stopwatch import Stopwatch
from core.training.timeleft import TimeLeft, time_left
from core.training.trainer import Numbers, steps_of

if TYPE_CHECKING:
    from core.runs.spec import RunSpec
    from core.training.fit import Lesson

__all__ = ["Course", "Tap"]

STEP_S = 0.1  # at most one step event in this time …
SLACK_S = 0.01  # … but a look that comes this much early is not left for the next one
WARN_S = 0.5  # the guard rails look at all epochs at most this often
RECENT_EPOCHS = 8  # whose durations tell the time left


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

    @classmethod
    def of(cls, lesson: Lesson, spec: RunSpec) -> Course:
        """The course of a run."""
        training = spec.training
        return cls(training.epochs, len(lesson.y), training.batch_size, training.patience, lesson.metric_scale, spec.seed)

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch, the last one perhaps with fewer rows."""
        return steps_of(self.rows, self.batch_size)


class Tap:
    """Streams events, keeps the best weights, and ends what does not improve.

    Args:
        course: the training.
        recorder: gets the events.
        watch: runs while the network learns.
        facts: what the guard rails must know; None: they are silent.
        progress: what an earlier worker remembered; None: from the start.
        best: weights of that worker's best epoch.

    Attributes:
        reason: why the training ended: done, patience, stop or not_finite; empty while it goes on.
        epoch: epochs done, a stopped one included.
        best: weights of the best epoch so far; empty until an epoch ended with a finite loss.
    """

    def __init__(
        self, course: Course, recorder: Recorder, watch: Stopwatch, facts: Facts | None = None, progress: Progress | None = None, best: tuple[np.ndarray, ...] = ()
    ) -> None:
        found = progress or Progress()
        self._facts, self._said, self._warn_due = facts, list(found.notices), 0.0
        self._course = course
        self._recorder = recorder
        self._watch = watch
        self._due = 0.0  # when to let a look out again
        self._before = found.step  # steps done before this epoch
        self._began_s = found.learned_s - found.epoch_s  # where the watch stood when the epoch began
        self._waited_s = found.epoch_waited_s
        self._prepared_s = 0.0  # in this process: the watch stood, because something was compiled
        self._free = 0  # steps of this epoch that were taken meanwhile
        self._is_first = True  # this is the first epoch of the process, in its middle perhaps
        self._seen: tuple[float, int] | None = None  # watch and paid steps at the last look of this epoch
        self._durations = list(found.durations)
        self._history = list(found.history)[-LOOK_BACK:]  # what the guard rails look at
        self._best_loss, self.best_epoch, self.best = found.best_loss, found.best_epoch, best
        self._waits_since = found.waits_since
        self.epoch = found.epoch
        self.reason = found.reason

    # ---- one look

    def look(self, batch: int, numbers: Numbers) -> None:
        """Tell what the device said after so many steps of this epoch; ten times a second it leaves as an event."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + STEP_S - SLACK_S
            self._recorder.event(
                "step", step=self._before + batch, epoch=self.epoch + 1, batch=batch, loss=numbers.loss, metric=self._scaled(numbers.metric),
                samples_per_s=self._speed(batch), learned_s=round(self._watch.seconds, 3),
            )  # fmt: skip
            self._seen = (self._watch.seconds, batch - self._free)
        if not math.isfinite(numbers.loss):
            self.end("not_finite")

    def waited(self, seconds: float) -> None:
        """The run waited for its turn; that is no learning, but the epoch takes longer for it."""
        self._waited_s += seconds

    def prepared(self, seconds: float, steps: int) -> None:
        """Something was compiled while the watch stood, and so many steps of this epoch were taken with it."""
        self._prepared_s += seconds
        self._free += steps

    def _speed(self, batch: int) -> float | None:
        """Training rows a second since the last look; None where no step was taken while the watch ran."""
        now, paid = self._watch.seconds, batch - self._free
        if self._seen is None or now <= self._seen[0] or paid <= self._seen[1]:
            return None
        return round((paid - self._seen[1]) * self._course.batch_size / (now - self._seen[0]), 1)

    # ---- one epoch

    def begin_epoch(self) -> None:
        """An epoch begins, or goes on after an interruption."""
        self._seen = None if self._is_first else (self._watch.seconds, 0)

    def end_epoch(self, batch: int, learned: Numbers, validated: Numbers | None, rate: float, weights: Callable[[], tuple[np.ndarray, ...]], taught_s: float) -> None:
        """Report an epoch, keep its weights if they are the best, and decide whether to go on.

        Args:
            batch: steps of it that were done.
            learned: loss and metric over its rows.
            validated: the same over the validation rows; None: there are none.
            rate: the learning rate.
            weights: copies the present weights; called only for a best epoch.
            taught_s: where the watch stood before validation.
        """
        self.epoch += 1
        watched = learned.loss if validated is None else validated.loss
        better = math.isfinite(watched) and math.isfinite(learned.loss) and watched < self._best_loss
        if better:
            self.best, self.best_epoch, self._best_loss, self._waits_since = weights(), self.epoch, watched, self.epoch
        self._before += batch
        self._decide(learned.loss, watched)
        self._report(batch, learned, validated, rate, better, taught_s)
        self._began_s, self._waited_s, self._free, self._is_first = self._watch.seconds, 0.0, 0, False

    def _report(self, batch: int, learned: Numbers, validated: Numbers | None, rate: float, better: bool, taught_s: float) -> None:
        seconds, patience = self._watch.seconds - self._began_s, self._course.patience
        paid, taught = batch - self._free, taught_s - self._began_s
        speed = min(self._course.rows, paid * self._course.batch_size) / taught if paid > 0 and taught > 0 else None
        if not self._is_first:
            self._durations = [*self._durations, seconds + self._waited_s][-RECENT_EPOCHS:]
        left = self._left(taught * batch / paid + self._waited_s if speed else None)
        facts = {
            "epoch": self.epoch, "step": self._before, "loss": learned.loss, "metric": self._scaled(learned.metric),
            "val_loss": validated and validated.loss, "val_metric": validated and self._scaled(validated.metric),
            "best": better, "best_epoch": self.best_epoch, "learning_rate": rate,
            "samples_per_s": speed and round(speed, 1), "seconds": round(seconds, 3), "learned_s": round(self._watch.seconds, 3),
            "prepared_s": round(self._prepared_s, 3), "patience_left": max(0, patience - self.epoch + self._waits_since) if patience else None,
            "time_left_s": left and round(left.seconds, 2), "time_left_low_s": left and _rounded(left.low), "time_left_high_s": left and _rounded(left.high),
        }  # fmt: skip
        self._history = [*self._history, facts][-LOOK_BACK:]
        self._recorder.event("epoch", **facts)
        self._recorder.status(epoch=self.epoch, best_epoch=self.best_epoch)
        self._warn()

    def _left(self, first_s: float | None) -> TimeLeft | None:
        """Time left, from whole epochs; where there is none yet, from what the first would have taken had all its steps been paid for."""
        left = max(0, self._course.epochs - self.epoch)
        durations = self._durations or ([first_s] if first_s is not None else [])
        if durations:
            return time_left(durations, left)
        return None if left else TimeLeft(0.0, None, None)

    def _warn(self) -> None:
        """Let the guard rails speak; twice a second is enough, and epochs can be shorter than a look at all of them takes. At the end they always do."""
        now = time.monotonic()
        if self._facts is None or (now < self._warn_due and not self.reason):
            return
        self._warn_due = now + WARN_S
        for notice in new_notices(self._history, self._facts, self._said):
            self._said.append(notice.code)
            self._recorder.event("notice", code=notice.code, message=notice.message, epoch=notice.epoch, after=notice.after)

    def _decide(self, loss: float, watched: float) -> None:
        if not (math.isfinite(loss) and math.isfinite(watched)):
            self.end("not_finite")
        elif 0 < self._course.patience <= self.epoch - self._waits_since:
            self.end("patience")
        elif self.epoch >= self._course.epochs:
            self.end("done")

    # ---- shared

    def end(self, reason: str) -> None:
        """It is over; the first reason counts."""
        if not self.reason:
            self.reason = reason
            if reason == "stop":
                self._recorder.status(phase="stopping")

    def progress(self) -> Progress:
        """All that must be remembered at this moment."""
        learned_s = self._watch.seconds
        return Progress(
            self.epoch, self._before, self.best_epoch, self._best_loss, self._waits_since, learned_s,
            learned_s - self._began_s, self._waited_s, tuple(self._durations), tuple(self._said), tuple(self._history), self.reason,
        )  # fmt: skip

    def step(self, batch: int) -> int:
        """Steps over all epochs, `batch` of them in this one."""
        return self._before + batch

    def _scaled(self, metric: float | None) -> float | None:
        return None if metric is None else metric * self._course.metric_scale


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
