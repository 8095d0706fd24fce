"""The loop that drives a trainer and hears everybody.

Between two calls of the engine there is time for all: numbers leave for the audience, Stop, Pause and a new
learning rate are heard, a checkpoint is taken, and in a race the machine is passed on. The calls are so
long that this costs nothing, and so short that nobody waits (`core.training.pace`).

Compiling is not learning. The first call of each kind in a process (a step, the last step of an epoch, which may
have fewer rows, a validation, an answer to the examples) is traced and compiled, which takes from nothing, in a
spare that rehearsed the run, to many seconds. So the watch stands during these calls, whoever makes them: seconds of
learning are the same for a warm and for a cold worker, and after Resume. The price is that each process takes two
steps and one validation for nothing; in a run of many epochs that is less than anybody can see. How long the watch
stood is told apart (`prepared_s` of an epoch). Turns of a race share the machine, so they count all of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from core.language import N_
from core.runs.state import RunState
from core.training.checkpoint import Checkpoint
from core.training.failures import Terminated
from core.training.fit import Extras, Fitted, Wishes
from core.training.pace import Pace
from core.training.progress import Progress
from core.training.stopwatch import Stopwatch
from core.training.stream import Course, Tap

if TYPE_CHECKING:
    from core.training.recorder import Recorder
    from core.training.trainer import Trainer
    from core.training.turns import Turn

__all__ = ["Driver"]

STEP, LAST_STEP, VALIDATION, ANSWER = "step", "last step", "validation", "answer"  # calls of the engine, each compiled when it comes first
HEAR_S = 0.05  # the user's wishes are looked at this often
PAUSED = N_("Paused. Press Resume to go on.")
NO_CHECKPOINT = N_("The last checkpoint could not be written. Learning goes on, but after an interruption what came since would be lost. Free some space on the disk.")


class Driver:
    """One training; see `core.training.fit.fit`."""

    def __init__(
        self, trainer: Trainer, course: Course, recorder: Recorder, wishes: Wishes, checkpoint: Checkpoint | None, extras: Extras
    ) -> None:
        self._trainer, self._course, self._recorder, self._wishes = trainer, course, recorder, wishes
        self._writer, self._turn, self._examples, self._extras = extras.writer, extras.turn, extras.examples, extras
        progress, best = (checkpoint.progress, checkpoint.best) if checkpoint else (Progress(), ())
        self._watch = Stopwatch(progress.learned_s)
        self._tap = Tap(course, recorder, self._watch, extras.facts, progress, best)
        self._pace = Pace()
        self._looked_s = 0.0  # where the watch stood at the last look at the device
        self._known: set[str] = set()  # calls of the engine that this process has made
        self._prepared_s = 0.0  # since the last look: spent on first calls, while the watch stood
        self._ticks = False  # the clock in the status runs
        self._hear_due = 0.0
        self._unsaved = False  # said that checkpoints cannot be written
        self._inside = False  # go on in the middle of an epoch
        if checkpoint is not None:
            trainer.restore(checkpoint.now)
            self._inside = progress.epoch < checkpoint.now.epoch
        self._rate = _shortest(trainer.learning_rate())

    def run(self) -> Fitted:
        """From the first step (of this process) to the last."""
        tap, course = self._tap, self._course
        if tap.epoch >= course.epochs:
            tap.end("done")
        self._go_on()
        try:
            if tap.reason == "stop":
                self._close_stopped()
            elif not tap.reason:
                self._heed_rate(self._trainer.batch)  # asked for while it waited
            while not tap.reason:
                self._epoch()
        finally:
            self._hold()
            if self._turn is not None:
                self._turn.leave()
        if tap.reason in {"done", "patience"}:
            self._save()
        return Fitted(tap.reason, tap.epoch, tap.best_epoch, self._watch.seconds, tap.best, tap.step(0), self._rate)

    # ---- the clocks

    def _go_on(self) -> None:
        self._watch.start()
        self._tell_clock(True)

    def _hold(self) -> None:
        self._watch.stop()
        self._tell_clock(False)

    def _tell_clock(self, ticks: bool) -> None:
        if ticks is not self._ticks:
            self._ticks = ticks
            self._recorder.training(ticks, self._watch.seconds)

    @contextmanager
    def _compiling(self, call: str, steps: int = 0) -> Iterator[None]:
        """Around a call of the engine: where it is the first of its kind the watch stands, and its steps are taken for nothing."""
        if call in self._known:
            yield
            return
        self._known.add(call)
        began = time.monotonic()
        self._hold()
        try:
            yield
        finally:
            spent = time.monotonic() - began
            self._prepared_s += spent
            self._tap.prepared(spent, steps)
            self._go_on()

    # ---- one epoch

    def _epoch(self) -> None:
        trainer, tap = self._trainer, self._tap
        if not self._inside:
            trainer.start_epoch(tap.epoch + 1)
        self._inside = False
        tap.begin_epoch()
        self._looked_s, self._prepared_s = self._watch.seconds, 0.0
        while trainer.batch < trainer.steps_per_epoch and not tap.reason:
            self._block()
        if trainer.batch:  # else Stop came while a lane waited for its turn: of an epoch without a step there is nothing to tell
            self._close()

    def _close_stopped(self) -> None:
        """Stop was obeyed by an earlier worker, which did not live to be judged: only what it had done of an epoch is told once more."""
        if self._inside and self._trainer.batch:
            self._tap.begin_epoch()
            self._close()

    def _block(self) -> None:
        trainer = self._trainer
        if self._turn is not None and not self._wait_for(self._turn):
            return
        left = trainer.steps_per_epoch - trainer.batch
        call = LAST_STEP if left == 1 else STEP
        if call in self._known:
            self._pace.sent(trainer.advance(self._pace.steps(left if LAST_STEP in self._known else left - 1)))
        else:
            with self._compiling(call, steps=1):
                self._pace.sent(trainer.advance(1))
                trainer.numbers()  # waits for the device
        if self._turn is not None or self._pace.is_due or trainer.batch >= trainer.steps_per_epoch - (LAST_STEP not in self._known):
            self._look()  # also before a last step that will be compiled: what the device still has to do is learning

    def _look(self) -> None:
        """See what the device has done, tell it, and hear what people want."""
        numbers = self._trainer.numbers()
        seconds, self._looked_s = self._watch.seconds - self._looked_s, self._watch.seconds
        prepared_s, self._prepared_s = self._prepared_s, 0.0
        self._pace.looked(0.0 if prepared_s else seconds)
        if self._turn is not None:
            self._turn.pass_on(seconds + prepared_s)
        self._tap.look(self._trainer.batch, numbers)
        self._recorder.check()
        if not self._tap.reason:
            self._hear(self._trainer.batch)

    def _close(self) -> None:
        """The end of an epoch, or of what was done of it when Stop was pressed."""
        trainer, tap = self._trainer, self._tap
        learned, taught_s = trainer.numbers(), self._watch.seconds
        with self._compiling(VALIDATION):
            validated = trainer.validate()
        tap.end_epoch(trainer.batch, learned, validated, self._rate, lambda: trainer.snapshot().weights, taught_s)
        if self._examples is not None and (rows := self._examples.look(self._answers, last=bool(tap.reason))):
            self._recorder.event("examples", epoch=tap.epoch, rows=rows)
        self._recorder.check()
        if not tap.reason:
            self._hear(0)

    def _answers(self, inputs: dict[str, Any]) -> np.ndarray:
        with self._compiling(ANSWER):
            return self._trainer.outputs(inputs)

    # ---- what people want

    def _hear(self, batch: int) -> None:
        """Heed what was asked for since the last time; `batch` steps of the present epoch are done.

        Stop comes before the machine's wish to end the process: whoever does not answer Stop soon is told to end, and
        is to keep its best weights all the same.
        """
        now = time.monotonic()
        if now >= self._hear_due:
            self._hear_due = now + HEAR_S
            self._heed_rate(batch)
            if self._wishes.pause_requested and not self._must_end():
                self._pause()
            if self._wishes.stop_requested:
                self._tap.end("stop")
                self._save()
            elif self._extras.interrupted():
                self._save()
                raise Terminated
        if self._writer is not None and self._writer.is_due and not self._tap.reason:
            self._save()

    def _heed_rate(self, batch: int) -> None:
        rate = self._wishes.learning_rate_requested
        if rate is not None and np.float32(rate) != np.float32(self._rate):
            self._rate = rate
            self._trainer.set_learning_rate(rate)
            self._recorder.event("learning_rate", step=self._tap.step(batch), epoch=self._tap.epoch + 1, value=rate)

    def _pause(self) -> None:
        """Hold still until Resume or Stop; nothing but a look at the folder now and then costs the processor anything."""
        self._save()
        self._hold()
        self._recorder.state(RunState.PAUSED, PAUSED)
        if self._turn is not None:
            self._turn.leave()
        while self._wishes.pause_requested and not self._must_end():
            time.sleep(HEAR_S)
        self._recorder.state(RunState.RUNNING)
        self._go_on()
        self._hear_due = 0.0

    def _wait_for(self, turn: Turn) -> bool:
        """Wait for our turn, and meanwhile hear what people want; False when that is Stop."""
        while not self._tap.reason:
            self._watch.stop()
            waited_s = turn.wait(self._gives_up)
            if waited_s > 0:
                self._tell_clock(False)
                self._tap.waited(waited_s)
            self._go_on()
            if not self._is_called():
                return True
            self._hear_due = 0.0
            self._hear(self._trainer.batch)
        return False

    def _gives_up(self) -> bool:
        """Asked as long as the run really waits for its turn: meanwhile its clock stands for whoever looks."""
        self._tell_clock(False)
        return self._is_called()

    def _is_called(self) -> bool:
        return self._wishes.pause_requested or self._must_end()

    def _must_end(self) -> bool:
        return self._wishes.stop_requested or self._extras.interrupted()

    # ---- the checkpoint

    def _save(self) -> None:
        """Hand over everything as it is now; the writer refuses what is not finite."""
        if self._writer is not None:
            checkpoint = Checkpoint(self._trainer.snapshot(), self._tap.best, self._tap.progress(), self._course.seed, *self._extras.signature)
            self._writer.offer(checkpoint)
            if self._writer.failure is not None and not self._unsaved:
                self._unsaved = True
                self._recorder.event("notice", code="no_checkpoint", message=NO_CHECKPOINT, epoch=self._tap.epoch, after=None)


def _shortest(rate: float) -> float:
    """A float32 as people write it: 0.003, not 0.003000000026."""
    return float(str(np.float32(rate)))
