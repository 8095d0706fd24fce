"""The tap, driven by hand with a clock of our own: what leaves the loop, when it ends, what is kept."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.training import stream
from core.training.stream import Course, Tap


class Clock:
    """Monotonic time that moves only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Tensor:
    """A number on a device: counts how often somebody waits for it."""

    waits = 0

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        Tensor.waits += 1
        return self.value


class Notes:
    """Stands in for the recorder and keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def event(self, kind: str, **fields: Any) -> None:
        self.events.append({"kind": kind, **fields})

    def status(self, **changes: Any) -> None:
        self.changes.append(changes)

    def check(self) -> None:
        if self.failure:
            raise self.failure

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]


class Model:
    """As much of a Keras model as the tap touches; its weight is the number of epochs it was told of."""

    def __init__(self) -> None:
        self.stop_training = False
        self.weight = 0.0
        self.optimizer = SimpleNamespace(learning_rate=0.01, variables=[SimpleNamespace(value=np.array([1.0]))])

    def get_weights(self) -> list[np.ndarray]:
        return [np.array([self.weight])]


class Training:
    """Plays `fit`: steps and epochs with given losses."""

    def __init__(self, clock: Clock, stop: Any = lambda: False, **course: Any) -> None:
        self.clock, self.notes, self.model = clock, Notes(), Model()
        self.course = Course(**{"epochs": 10, "rows": 100, "batch_size": 10, **course})
        self.tap = Tap(self.model, self.course, self.notes, stop)  # type: ignore[arg-type]
        self.tap.on_train_begin()

    def epoch(self, number: int, val_loss: float, *, loss: float = 0.5, step_s: float = 0.01, block: int = 1) -> None:
        self.tap.on_epoch_begin(number)
        for batch in range(block - 1, math.ceil(10 / block) * block, block):
            self.clock.now += step_s
            self.tap.on_train_batch_begin(batch)
            self.tap.on_train_batch_end(batch, {"accuracy": Tensor(0.25), "loss": Tensor(loss)})
            if self.model.stop_training:
                break
        self.tap.on_test_begin()
        self.clock.now += 0.5
        self.tap.on_test_end()
        self.model.weight = number + 1
        self.tap.on_epoch_end(number, {"accuracy": 0.25, "loss": loss, "val_accuracy": 0.75, "val_loss": val_loss})

    def run(self, losses: list[float], **how: Any) -> None:
        for number, loss in enumerate(losses):
            if not self.model.stop_training:
                self.epoch(number, loss, **how)
        self.tap.on_train_end()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stream, "time", clock)
    monkeypatch.setattr(Tensor, "waits", 0)
    return clock


def test_the_first_step_is_told_at_once_and_then_ten_a_second(clock: Clock) -> None:
    training = Training(clock)
    training.epoch(0, 0.5, step_s=0.03)
    assert [event["step"] for event in training.notes.of("step")] == [1, 5, 9]  # 0.03, 0.15, 0.27 s
    assert Tensor.waits == 6  # loss and metric of three steps; nobody waited for the other seven


def test_a_step_has_the_fields_of_the_event(clock: Clock) -> None:
    training = Training(clock)
    training.run([0.5, 0.5], step_s=0.1)
    first, second = training.notes.of("step")[0], training.notes.of("step")[11]
    assert first == {"kind": "step", "step": 1, "epoch": 1, "batch": 1, "loss": 0.5, "metric": 0.25, "samples_per_s": None}
    assert (second["step"], second["epoch"], second["batch"]) == (12, 2, 2)
    assert second["samples_per_s"] == pytest.approx(100.0, rel=1e-3)  # 10 rows in 0.1 s


def test_an_epoch_has_the_fields_of_the_event(clock: Clock) -> None:
    training = Training(clock)
    training.run([0.5, 0.4], step_s=0.1)
    assert training.notes.of("epoch")[1] == {
        "kind": "epoch", "epoch": 2, "step": 20, "loss": 0.5, "metric": 0.25, "val_loss": 0.4, "val_metric": 0.75, "best": True,
        "best_epoch": 2, "learning_rate": 0.01, "samples_per_s": 100.0, "time_left_s": 12.0,
    }  # fmt: skip  # 100 rows in 1 s of learning, 8 epochs of 1.5 s to go


def test_a_block_that_ends_past_the_epoch_counts_only_real_steps(clock: Clock) -> None:
    training = Training(clock)
    training.run([0.5, 0.4], step_s=1.0, block=4)
    assert [event["batch"] for event in training.notes.of("step")] == [4, 8, 10, 4, 8, 10]
    assert [event["step"] for event in training.notes.of("epoch")] == [10, 20]


def test_the_best_weights_are_those_of_the_lowest_validation_loss(clock: Clock) -> None:
    training = Training(clock)
    training.run([0.5, 0.3, 0.3, 0.4])
    best = training.tap.best
    assert best is not None
    assert (best.epoch, best.loss, best.step, best.weights[0].tolist()) == (2, 0.3, 20, [2.0])
    assert [event["best"] for event in training.notes.of("epoch")] == [True, True, False, False]
    assert training.tap.reason == "done"


@pytest.mark.parametrize(("patience", "epochs"), [(0, 6), (1, 3), (3, 5)])
def test_patience_ends_what_does_not_improve(clock: Clock, patience: int, epochs: int) -> None:
    training = Training(clock, patience=patience)
    training.run([0.5, 0.3, 0.4, 0.4, 0.4, 0.4])
    assert training.tap.epoch == epochs
    assert training.tap.reason == ("patience" if patience else "done")


def test_stop_ends_within_the_epoch_and_the_epoch_counts(clock: Clock) -> None:
    training = Training(clock, stop=lambda: clock.now >= 1000.35)
    training.run([0.5, 0.4], step_s=0.1)
    assert training.tap.reason == "stop"
    assert training.tap.epoch == 1
    assert training.notes.of("epoch")[0]["step"] == 4
    assert {"phase": "stopping"} in training.notes.changes
    assert training.tap.best is not None


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_it_and_the_last_good_weights_stay(clock: Clock, bad: float) -> None:
    training = Training(clock)
    training.epoch(0, 0.5)
    training.epoch(1, bad)
    assert (training.tap.reason, training.model.stop_training) == ("not_finite", True)
    assert training.tap.best is not None
    assert training.tap.best.epoch == 1


def test_a_loss_that_is_no_number_is_noticed_within_the_epoch(clock: Clock) -> None:
    training = Training(clock)
    training.run([0.5], loss=math.nan, step_s=0.2)
    assert training.notes.of("epoch")[0]["step"] == 1
    assert training.tap.best is None


def test_without_validation_rows_the_training_loss_decides(clock: Clock) -> None:
    training = Training(clock)
    training.tap.on_epoch_begin(0)
    clock.now += 1
    training.tap.on_train_batch_end(9, {"loss": 0.7})
    training.tap.on_epoch_end(0, {"loss": 0.7})
    (event,) = training.notes.of("epoch")
    assert (event["val_loss"], event["metric"], event["best"], event["samples_per_s"]) == (None, None, True, 100.0)


def test_the_error_of_a_number_is_told_in_its_own_unit(clock: Clock) -> None:
    training = Training(clock, metric_scale=200.0)
    training.run([0.5])
    (event,) = training.notes.of("epoch")
    assert (event["metric"], event["val_metric"], event["loss"]) == (50.0, 150.0, 0.5)


def test_a_full_disk_reaches_the_loop(clock: Clock) -> None:
    training = Training(clock)
    training.notes.failure = OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space left"):
        training.epoch(0, 0.5)
