"""The tap, driven by hand with a clock of our own: what leaves the loop, when it ends, what is kept."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core.training import stopwatch, stream
from core.training.progress import Progress
from core.training.stopwatch import Stopwatch
from core.training.stream import Course, Tap
from core.training.trainer import Numbers


class Clock:
    """Monotonic time that moves only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Notes:
    """Stands in for the recorder and keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []

    def event(self, kind: str, **fields: Any) -> None:
        self.events.append({"kind": kind, **fields})

    def status(self, **changes: Any) -> None:
        self.changes.append(changes)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]


class Training:
    """Plays the driver: looks and epochs with given losses; its weight is the number of the epoch."""

    def __init__(self, clock: Clock, progress: Progress | None = None, **course: Any) -> None:
        self.clock, self.notes = clock, Notes()
        self.course = Course(**{"epochs": 10, "rows": 100, "batch_size": 10, **course})
        self.watch = Stopwatch(progress.learned_s if progress else 0.0)
        self.tap = Tap(self.course, self.notes, self.watch, None, progress)  # type: ignore[arg-type]
        self.watch.start()

    def epoch(self, val_loss: float | None, *, loss: float = 0.5, step_s: float = 0.01, steps: int = 10) -> None:
        self.tap.begin_epoch()
        for batch in range(1, steps + 1):
            self.clock.now += step_s
            self.tap.look(batch, Numbers(loss, 0.25))
            if self.tap.reason:
                break
        taught_s = self.watch.seconds
        self.clock.now += 0.5
        validated = None if val_loss is None else Numbers(val_loss, 0.75)
        self.tap.end_epoch(batch, Numbers(loss, 0.25), validated, 0.01, lambda: (np.array([self.tap.epoch]),), taught_s)

    def run(self, losses: list[float], **how: Any) -> None:
        for loss in losses:
            if not self.tap.reason:
                self.epoch(loss, **how)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stream, "time", clock)
    monkeypatch.setattr(stopwatch, "time", clock)
    return clock


def test_the_first_look_is_told_at_once_and_then_ten_a_second(clock: Clock) -> None:
    training = Training(clock)
    training.epoch(0.5, step_s=0.033)
    assert [event["step"] for event in training.notes.of("step")] == [1, 4, 7, 10]  # 0.033, 0.132, 0.231, 0.33 s


def test_a_step_has_the_fields_of_the_event(clock: Clock) -> None:
    training = Training(clock)
    training.run([0.5, 0.5], step_s=0.1)
    first, second = training.notes.of("step")[0], training.notes.of("step")[11]
    assert first == {"kind": "step", "step": 1, "epoch": 1, "batch": 1, "loss": 0.5, "metric": 0.25, "samples_per_s": None, "learned_s": 0.1}
    assert (second["step"], second["epoch"], second["batch"], second["learned_s"]) == (12, 2, 2, 1.7)
    assert second["samples_per_s"] == pytest.approx(100.0, rel=1e-3)  # 10 rows in 0.1 s


def test_an_epoch_has_the_fields_of_the_event(clock: Clock) -> None:
    training = Training(clock, patience=3)
    training.run([0.5, 0.4], step_s=0.1)
    assert training.notes.of("epoch")[1] == {
        "kind": "epoch", "epoch": 2, "step": 20, "loss": 0.5, "metric": 0.25, "val_loss": 0.4, "val_metric": 0.75, "best": True,
        "best_epoch": 2, "learning_rate": 0.01, "samples_per_s": 100.0, "seconds": 1.5, "learned_s": 3.0, "prepared_s": 0.0, "patience_left": 3,
        "time_left_s": 12.0, "time_left_low_s": None, "time_left_high_s": None,
    }  # fmt: skip  # 100 rows in 1 s of learning, 8 epochs of 1.5 s to go


def test_the_time_left_gets_a_range_and_forgets_the_first_epoch(clock: Clock) -> None:
    training = Training(clock)
    training.epoch(0.5, step_s=3.0)  # the first of the process, so not whole
    for step_s in (0.05, 0.15, 0.10):
        training.epoch(0.5, step_s=step_s)
    event = training.notes.of("epoch")[-1]
    assert event["time_left_s"] == 9.0  # 6 epochs of 1.5 s
    assert 0 < event["time_left_low_s"] < 9.0 < event["time_left_high_s"] < 18.0


def test_steps_taken_while_the_watch_stood_are_in_no_speed_and_no_time_left(clock: Clock) -> None:
    training = Training(clock)
    tap = training.tap
    tap.begin_epoch()
    training.watch.stop()
    clock.now += 60.0  # the first call, one step
    tap.prepared(60.0, 1)
    training.watch.start()
    tap.look(1, Numbers(0.5, 0.25))
    clock.now += 0.8  # eight steps
    tap.look(9, Numbers(0.5, 0.25))
    training.watch.stop()
    clock.now += 3.0  # the last one
    tap.prepared(3.0, 1)
    training.watch.start()
    tap.look(10, Numbers(0.5, 0.25))
    tap.end_epoch(10, Numbers(0.5, 0.25), None, 0.01, lambda: (), training.watch.seconds)
    (event,) = training.notes.of("epoch")
    assert (event["seconds"], event["learned_s"], event["prepared_s"]) == (0.8, 0.8, 63.0)
    assert event["samples_per_s"] == 100.0 and event["time_left_s"] == 9.0  # 8 steps of 0.1 s were paid for, an epoch has 10
    assert [event["samples_per_s"] for event in training.notes.of("step")] == [None, 100.0, None]
    assert [event["learned_s"] for event in training.notes.of("step")] == [0.0, 0.8, 0.8]


def test_where_every_step_was_free_nothing_is_said(clock: Clock) -> None:
    training = Training(clock, rows=10)
    training.tap.begin_epoch()
    training.tap.prepared(5.0, 1)
    training.tap.end_epoch(1, Numbers(0.5, 0.25), None, 0.01, lambda: (), training.watch.seconds)
    (event,) = training.notes.of("epoch")
    assert event["time_left_s"] is None and event["samples_per_s"] is None


def test_only_what_the_guard_rails_look_at_goes_into_a_checkpoint(clock: Clock) -> None:
    training = Training(clock, epochs=400)
    training.run([0.5] * 350)
    history = training.tap.progress().history
    assert [event["epoch"] for event in history] == list(range(51, 351))
    other = Training(clock, Progress(epoch=350, history=tuple({"epoch": number} for number in range(1, 351))), epochs=400)
    assert len(other.tap.progress().history) == 300  # of an older checkpoint, which held all


def test_waiting_for_a_turn_is_no_learning_but_takes_time(clock: Clock) -> None:
    training = Training(clock)
    for _ in range(2):
        training.tap.waited(4.0)
        training.epoch(0.5, step_s=0.1)
    event = training.notes.of("epoch")[-1]
    assert (event["seconds"], event["learned_s"], event["time_left_s"]) == (1.5, 3.0, 8 * 5.5)


def test_the_best_weights_are_those_of_the_lowest_validation_loss(clock: Clock) -> None:
    training = Training(clock, epochs=4)
    training.run([0.5, 0.3, 0.3, 0.4])
    assert (training.tap.best_epoch, training.tap.best[0].tolist(), training.tap.reason) == (2, [2], "done")
    assert [event["best"] for event in training.notes.of("epoch")] == [True, True, False, False]


@pytest.mark.parametrize(("patience", "left"), [(0, [None] * 6), (1, [1, 1, 0]), (3, [3, 3, 2, 1, 0])])
def test_patience_runs_down_and_ends_what_does_not_improve(clock: Clock, patience: int, left: list[int | None]) -> None:
    training = Training(clock, patience=patience, epochs=6)
    training.run([0.5, 0.3, 0.4, 0.4, 0.4, 0.4])
    assert [event["patience_left"] for event in training.notes.of("epoch")] == left
    assert training.tap.reason == ("patience" if patience else "done")


def test_stop_is_told_and_the_epoch_counts(clock: Clock) -> None:
    training = Training(clock)
    training.tap.begin_epoch()
    training.tap.end("stop")
    training.tap.end_epoch(4, Numbers(0.5, 0.25), Numbers(0.4, 0.75), 0.01, lambda: (np.array([1]),), 0.0)
    assert (training.tap.reason, training.tap.epoch, training.tap.best_epoch) == ("stop", 1, 1)
    assert training.notes.of("epoch")[0]["step"] == 4
    assert {"phase": "stopping"} in training.notes.changes


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_it_and_the_last_good_weights_stay(clock: Clock, bad: float) -> None:
    training = Training(clock)
    training.run([0.5, bad, 0.3])
    assert (training.tap.reason, training.tap.epoch, training.tap.best_epoch) == ("not_finite", 2, 1)


def test_a_loss_that_is_no_number_is_noticed_within_the_epoch(clock: Clock) -> None:
    training = Training(clock)
    training.run([0.5], loss=math.nan, step_s=0.2)
    assert training.notes.of("epoch")[0]["step"] == 1
    assert training.tap.best == ()


def test_without_validation_rows_the_training_loss_decides(clock: Clock) -> None:
    training = Training(clock)
    training.epoch(None, loss=0.7)
    (event,) = training.notes.of("epoch")
    assert (event["val_loss"], event["val_metric"], event["best"]) == (None, None, True)
    assert training.tap.progress().best_loss == 0.7


def test_the_error_of_a_number_is_told_in_its_own_unit(clock: Clock) -> None:
    training = Training(clock, metric_scale=200.0)
    training.run([0.5])
    (event,) = training.notes.of("epoch")
    assert (event["metric"], event["val_metric"], event["loss"]) == (50.0, 150.0, 0.5)


def test_another_tap_goes_on_where_this_one_is(clock: Clock) -> None:
    training = Training(clock, patience=3)
    training.run([0.5, 0.3, 0.4], step_s=0.1)
    training.tap.begin_epoch()
    clock.now += 0.25
    other = Training(clock, Progress.from_json(training.tap.progress().to_json()), patience=3)
    other.epoch(0.4, step_s=0.0)
    event = other.notes.of("epoch")[-1]
    assert (event["epoch"], event["step"], event["patience_left"], event["seconds"], event["learned_s"]) == (4, 40, 1, 0.75, 5.25)
    assert event["time_left_s"] == 6 * 1.5  # of the whole epochs 2 and 3; this one is the first of its process
