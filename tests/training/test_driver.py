"""The loop, with a trainer that takes no time: what it tells, what it hears, and that it goes on from any moment."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.dataset.schema import Task
from core.training import driver as module
from core.training import stopwatch, stream
from core.training.checkpoint import Checkpoint
from core.training.failures import Terminated
from core.training.fit import Extras, Fitted, fit
from core.training.notices import Facts, Guess
from core.training.stream import Course
from core.training.trainer import Numbers
from tests.training.conftest import until
from tests.training.fake_trainer import FakeTrainer
from tests.training.test_stream import Clock

LOSSES = (0.9, 0.5, 0.6, 0.4, 0.45)


class Notes:
    """Stands in for the recorder and keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.clock: list[bool] = []

    def event(self, kind: str, **fields: Any) -> None:
        self.events.append({"kind": kind, **fields})

    def status(self, **changes: Any) -> None:
        self.changes.append(changes)

    def state(self, state: str, message: str = "", **changes: Any) -> None:
        self.event("state", state=str(state))

    def training(self, on: bool, learned_s: float) -> None:
        self.clock.append(on)

    def check(self) -> None:
        pass

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]


class Wish:
    """What the user wants; tests set it."""

    stop_requested = False
    pause_requested = False
    learning_rate_requested: float | None = None


class Keeper:
    """Stands in for the writer and keeps every checkpoint."""

    failure: Exception | None = None

    def __init__(self) -> None:
        self.kept: list[Checkpoint] = []
        self.is_due = True

    def offer(self, checkpoint: Checkpoint) -> None:
        self.kept.append(checkpoint)


class Uneven:
    """A pace that looks at the device at odd places."""

    is_due = True

    def __init__(self) -> None:
        self._number = 0

    def steps(self, left: int) -> int:
        self._number += 1
        return min(left, 1 + self._number % 3)

    def sent(self, steps: int) -> None:
        pass

    def looked(self, seconds: float) -> None:
        pass


@pytest.fixture
def uneven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Pace", Uneven)
    monkeypatch.setattr(module, "HEAR_S", 0.0)


def train(trainer: FakeTrainer, wish: Any = None, checkpoint: Checkpoint | None = None, patience: int = 0, epochs: int = 5, **extras: Any) -> tuple[Fitted, Notes]:
    notes = Notes()
    course = Course(epochs, trainer.rows, trainer.batch_size, patience, 1.0, trainer.seed)
    return fit(trainer, course, notes, wish or Wish(), checkpoint, Extras(**extras)), notes  # type: ignore[arg-type]


def outcome(fitted: Fitted) -> tuple[Any, ...]:
    return fitted.reason, fitted.epochs, fitted.best_epoch, fitted.step, [weight.tobytes() for weight in fitted.weights]


def continued(kept: Checkpoint) -> Checkpoint:
    """As a run that goes on where another one was stopped takes its checkpoint."""
    return replace(kept, progress=replace(kept.progress, reason=""))


def without_times(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    clocks = ("seconds", "learned_s", "prepared_s", "samples_per_s", "time_left_s", "time_left_low_s", "time_left_high_s")
    return [{name: value for name, value in event.items() if name not in clocks} for event in events]


def test_all_epochs_are_done_and_the_best_weights_come_out() -> None:
    trainer = FakeTrainer(val_losses=LOSSES)
    fitted, notes = train(trainer)
    assert (fitted.reason, fitted.epochs, fitted.best_epoch, fitted.step) == ("done", 5, 4, 40)
    assert [event["best"] for event in notes.of("epoch")] == [True, True, False, True, False]
    after_four = FakeTrainer(val_losses=LOSSES)
    train(after_four, epochs=4)
    assert np.array_equal(fitted.weights[0], after_four.weights)
    assert notes.clock == [True, False] * 4  # it stands at the first step, the first last step, the first validation, and at the end


def test_the_first_number_comes_after_one_step_and_no_call_leaves_the_epoch() -> None:
    trainer = FakeTrainer(rows=5000, batch_size=5)
    _, notes = train(trainer, epochs=2)
    assert trainer.calls[0] == 1
    assert notes.of("step")[0]["step"] == 1
    assert sum(trainer.calls) == 2000
    assert max(trainer.calls) > 1


@pytest.mark.usefixtures("uneven")
@pytest.mark.parametrize("patience", [0, 2])
def test_from_every_checkpoint_the_same_end_is_reached(patience: int, tmp_path: Path) -> None:
    """A kill at any moment leaves one of these; going on from it gives bit for bit what an unkilled run gives."""
    keeper = Keeper()
    whole, notes = train(FakeTrainer(val_losses=LOSSES), patience=patience, writer=keeper)
    assert len(keeper.kept) > 20
    assert {kept.now.batch for kept in keeper.kept} > {1, 8}
    for checkpoint in keeper.kept:
        checkpoint.save(tmp_path / "checkpoint.npz")
        again, tail = train(FakeTrainer(val_losses=LOSSES), None, Checkpoint.load(tmp_path / "checkpoint.npz"), patience)
        assert outcome(again) == outcome(whole)
        assert again.seconds >= checkpoint.progress.learned_s
        rest = [event for event in notes.of("epoch") if event["epoch"] > checkpoint.progress.epoch]
        assert without_times(tail.of("epoch")) == without_times(rest)


@pytest.mark.usefixtures("uneven")
def test_a_run_killed_again_and_again_ends_the_same() -> None:
    whole, _ = train(FakeTrainer(val_losses=LOSSES))
    checkpoint: Checkpoint | None = None
    for kill_at in (2, 9, 11, 20, 33):
        keeper = Keeper()

        def kill(epoch: int, batch: int, at: int = kill_at) -> None:
            if (epoch - 1) * 8 + batch >= at:
                raise ConnectionAbortedError

        with pytest.raises(ConnectionAbortedError):
            train(FakeTrainer(val_losses=LOSSES, on_step=kill), None, checkpoint, writer=keeper)
        checkpoint = keeper.kept[-1] if keeper.kept else checkpoint
    assert outcome(train(FakeTrainer(val_losses=LOSSES), None, checkpoint)[0]) == outcome(whole)


@pytest.mark.usefixtures("uneven")
def test_what_is_over_is_not_learned_again() -> None:
    keeper = Keeper()
    train(FakeTrainer(val_losses=LOSSES), patience=1, writer=keeper)
    trainer = FakeTrainer()
    fitted, notes = train(trainer, None, keeper.kept[-1], patience=1)
    assert (fitted.reason, fitted.epochs, fitted.best_epoch, trainer.calls, notes.events) == ("patience", 3, 2, [], [])


@pytest.mark.usefixtures("uneven")
def test_stop_ends_inside_the_epoch_and_going_on_from_there_is_as_if_nobody_had_stopped() -> None:
    wish, keeper = Wish(), Keeper()
    keeper.is_due = False

    def press(epoch: int, batch: int) -> None:
        wish.stop_requested = (epoch, batch) >= (2, 3)

    fitted, notes = train(FakeTrainer(val_losses=LOSSES, on_step=press), wish, writer=keeper)
    assert (fitted.reason, fitted.epochs, fitted.best_epoch) == ("stop", 2, 2)
    assert 3 < notes.of("epoch")[1]["step"] - 8 < 8
    assert {"phase": "stopping"} in notes.changes
    (kept,) = keeper.kept
    assert (kept.now.epoch, kept.progress.epoch, kept.steps) == (2, 1, fitted.step)
    assert outcome(train(FakeTrainer(val_losses=LOSSES), None, continued(kept))[0]) == outcome(train(FakeTrainer(val_losses=LOSSES))[0])


@pytest.mark.usefixtures("uneven")
@pytest.mark.parametrize("stopped_at", [(1, 2), (2, 3), (3, 0)])
def test_a_stopped_run_whose_worker_died_while_it_was_judged_learns_no_more(stopped_at: tuple[int, int]) -> None:
    """What the first worker told of its last epoch is told again, to the same bits; the engine takes no step."""
    wish, keeper = Wish(), Keeper()
    keeper.is_due = False

    def press(epoch: int, batch: int) -> None:
        wish.stop_requested = (epoch, batch) >= stopped_at

    fitted, notes = train(FakeTrainer(val_losses=LOSSES, on_step=press), wish, writer=keeper)
    trainer = FakeTrainer(val_losses=LOSSES)
    again, tail = train(trainer, None, keeper.kept[-1])
    assert outcome(again) == outcome(fitted)
    assert (again.reason, trainer.calls) == ("stop", [])
    assert without_times(tail.of("epoch")) == without_times(notes.of("epoch"))[keeper.kept[-1].progress.epoch :]


def test_a_rate_asked_for_while_it_waited_is_that_of_its_first_step() -> None:
    wish, rates = Wish(), list[float]()
    wish.learning_rate_requested = 0.003
    trainer = FakeTrainer()
    trainer.on_step = lambda epoch, batch: rates.append(float(np.float32(trainer.rate)))
    _, notes = train(trainer, wish)
    assert {rate == np.float32(0.003) for rate in rates} == {True}
    (event,) = notes.of("learning_rate")
    assert (event["step"], event["epoch"]) == (0, 1)


@pytest.mark.usefixtures("uneven")
def test_a_new_learning_rate_is_told_once_and_used_from_the_next_step_on() -> None:
    wish, trainer = Wish(), FakeTrainer()

    def turn(epoch: int, batch: int) -> None:
        if (epoch, batch) == (2, 0):
            wish.learning_rate_requested = 0.003

    trainer.on_step = turn
    _, notes = train(trainer, wish)
    (event,) = notes.of("learning_rate")
    assert (event["epoch"], event["value"]) == (2, 0.003)
    assert 9 <= event["step"] <= 11
    assert [epoch["learning_rate"] for epoch in notes.of("epoch")] == [0.1, 0.003, 0.003, 0.003, 0.003]
    assert trainer.rate == np.float32(0.003)


def pausing(meanwhile: Callable[[Wish, Keeper, Notes], None]) -> tuple[Fitted, Notes, Keeper]:
    """Pause in epoch 2, do something while it pauses, and see how it ends."""
    wish, keeper, notes = Wish(), Keeper(), Notes()
    keeper.is_due = False
    wish.pause_requested = True
    trainer = FakeTrainer(val_losses=LOSSES)
    result: list[Fitted] = []
    course = Course(5, trainer.rows, trainer.batch_size)
    thread = threading.Thread(target=lambda: result.append(fit(trainer, course, notes, wish, None, Extras(writer=keeper))))  # type: ignore[arg-type]
    thread.start()
    until(lambda: notes.of("state"))
    assert trainer.calls == [1]  # it was heard after the first step
    meanwhile(wish, keeper, notes)
    thread.join(20)
    return result[0], notes, keeper


def test_pause_holds_and_resume_goes_on() -> None:
    def resume(wish: Wish, keeper: Keeper, notes: Notes) -> None:
        assert notes.clock == [True, False] * 2  # the clock stands, as it did while the first step was compiled
        assert len(keeper.kept) == 1  # a checkpoint was taken at once
        wish.pause_requested = False

    fitted, notes, _ = pausing(resume)
    assert [event["state"] for event in notes.of("state")] == ["paused", "running"]
    assert outcome(fitted) == outcome(train(FakeTrainer(val_losses=LOSSES))[0])


def test_stop_works_while_it_pauses() -> None:
    def stop(wish: Wish, keeper: Keeper, notes: Notes) -> None:
        wish.stop_requested = True

    fitted, notes, _ = pausing(stop)
    assert (fitted.reason, fitted.epochs, fitted.step) == ("stop", 1, 1)


@pytest.mark.usefixtures("uneven")
def test_the_machine_ends_it_and_nothing_is_lost() -> None:
    keeper, trainer, steps = Keeper(), FakeTrainer(val_losses=LOSSES), []
    keeper.is_due = False
    trainer.on_step = lambda epoch, batch: steps.append(batch)
    with pytest.raises(Terminated):
        train(trainer, writer=keeper, interrupted=lambda: len(steps) >= 13)
    assert keeper.kept[-1].steps == len(steps) >= 13
    assert outcome(train(FakeTrainer(val_losses=LOSSES), None, keeper.kept[-1])[0]) == outcome(train(FakeTrainer(val_losses=LOSSES))[0])


@pytest.mark.usefixtures("uneven")
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_it_and_is_never_kept(bad: float) -> None:
    keeper = Keeper()
    trainer = FakeTrainer(val_losses=LOSSES, on_step=lambda epoch, batch: bad if epoch == 3 and batch >= 2 else None)
    fitted, notes = train(trainer, writer=keeper)
    assert (fitted.reason, fitted.epochs, fitted.best_epoch) == ("not_finite", 3, 2)
    assert 18 < fitted.step <= 21
    assert all(kept.is_finite for kept in keeper.kept)
    assert len(notes.of("epoch")) == 3


@pytest.mark.usefixtures("uneven")
def test_a_checkpoint_that_cannot_be_written_is_told_once() -> None:
    keeper = Keeper()
    keeper.failure = OSError(28, "No space left on device")
    _, notes = train(FakeTrainer(), writer=keeper)
    assert [event["code"] for event in notes.of("notice")] == ["no_checkpoint"]


@pytest.mark.parametrize("every_s", [0.0, stream.WARN_S])  # a training may be over long before they look for the second time
def test_the_guard_rails_are_asked_and_speak_once(monkeypatch: pytest.MonkeyPatch, every_s: float) -> None:
    monkeypatch.setattr(stream, "WARN_S", every_s)
    facts = Facts(Guess(loss=0.1, metric=0.9), Task.BINARY, epochs=5)
    _, notes = train(FakeTrainer(rows=1000), facts=facts)
    assert [event["code"] for event in notes.of("notice")] == ["no_learning"]


@pytest.mark.usefixtures("uneven")
def test_stop_keeps_the_best_though_the_machine_wants_the_end_as_well() -> None:
    """Stop was pressed during a long call of the engine, so the process was told to end before it could listen."""
    wish, keeper = Wish(), Keeper()
    keeper.is_due = False

    def press(epoch: int, batch: int) -> None:
        wish.stop_requested = (epoch, batch) >= (2, 3)

    trainer = FakeTrainer(val_losses=LOSSES, on_step=press)
    fitted, _ = train(trainer, wish, writer=keeper, interrupted=lambda: wish.stop_requested)
    assert (fitted.reason, fitted.epochs, fitted.best_epoch, len(fitted.weights)) == ("stop", 2, 2, 1)
    assert len(keeper.kept) == 1


def test_told_to_end_while_it_pauses_it_ends_and_keeps_all() -> None:
    wish, keeper, notes = Wish(), Keeper(), Notes()
    keeper.is_due = False
    wish.pause_requested = True
    with pytest.raises(Terminated):
        fit(FakeTrainer(), Course(5, 37, 5), notes, wish, None, Extras(writer=keeper, interrupted=lambda: bool(notes.of("state"))))  # type: ignore[arg-type]
    assert [event["state"] for event in notes.of("state")] == ["paused", "running"] and keeper.kept[-1].steps == 1


COMPILE_S = {"step": 4.0, "tail": 3.0, "validation": 2.0, "outputs": 1.0}


class Compiling(FakeTrainer):
    """A trainer whose calls take time on a clock made by hand: 10 ms a step, 5 ms a validation, and far more when they come first in a process."""

    def __init__(self, clock: Clock, cold: bool = True, slow: float = 1.0, **how: Any) -> None:
        super().__init__(**how)
        self.clock, self.slow, self.left = clock, slow, dict(COMPILE_S) if cold else {}

    def takes(self, call: str, seconds: float) -> None:
        self.clock.now += self.slow * seconds + self.left.pop(call, 0.0)

    def advance(self, steps: int) -> int:
        taken = super().advance(steps)
        tail = self.batch == self.steps_per_epoch and self.rows % self.batch_size > 0
        self.takes("step", 0.01 * (taken - tail)) if taken > tail else None
        self.takes("tail", 0.01) if tail else None
        return taken

    def validate(self) -> Numbers | None:
        self.takes("validation", 0.005)
        return super().validate()

    def outputs(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        self.takes("outputs", 0.002)
        return super().outputs(inputs)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for user in (module, stream, stopwatch):
        monkeypatch.setattr(user, "time", clock)
    return clock


def test_a_cold_worker_and_a_rehearsed_one_tell_the_same_seconds_and_speeds(clock: Clock) -> None:
    told = []
    for cold in (True, False):
        trainer = Compiling(clock, cold, rows=1003, val_losses=LOSSES)
        fitted, notes = train(trainer, examples=Watched())
        told.append((fitted.seconds, [{name: value for name, value in event.items() if name != "prepared_s"} for event in notes.of("epoch")], notes))
    (cold_s, cold, notes), (warm_s, warm, warm_notes) = told
    assert cold_s == pytest.approx(warm_s) == pytest.approx(5 * 201 * 0.01 - 2 * 0.01 + 4 * (0.005 + 0.002))  # two steps, one validation and a look at examples for nothing
    assert cold == [{name: pytest.approx(value) for name, value in event.items()} for event in warm]
    assert [round(event["prepared_s"], 1) for event in notes.of("epoch")] == [9.0, 10.0, 10.0, 10.0, 10.0] and warm_notes.of("epoch")[0]["prepared_s"] < 0.05
    assert all(event["samples_per_s"] == pytest.approx(500, rel=0.01) for event in cold)  # 5 rows in 10 ms
    speeds = [event["samples_per_s"] for event in notes.of("step")]
    assert speeds[0] is None and [speed for speed in speeds if speed] == pytest.approx([500] * (len(speeds) - speeds.count(None)), rel=0.01) and speeds.count(None) <= 3
    assert [event["time_left_s"] for event in cold] == pytest.approx([4 * 2.01, 3 * 2.015, 2 * 2.015, 2.015, 0], abs=0.011)


def test_what_compiles_anew_after_an_interruption_is_no_learning(clock: Clock) -> None:
    keeper = Keeper()
    whole, first = train(Compiling(clock, rows=1003, val_losses=LOSSES), writer=keeper)
    middle = next(kept for kept in keeper.kept if kept.now.epoch == 3 and kept.now.batch > 50)
    again, notes = train(Compiling(clock, rows=1003, val_losses=LOSSES), None, middle)
    assert whole.seconds - 0.05 < again.seconds < whole.seconds  # two steps and a validation more for nothing
    assert [event["samples_per_s"] for event in notes.of("epoch")] == pytest.approx([500] * 3, rel=0.02)
    assert [event["time_left_s"] for event in notes.of("epoch")] == pytest.approx([event["time_left_s"] for event in first.of("epoch")[2:]], rel=0.02)
    learned = [event["learned_s"] for event in notes.events if "learned_s" in event]
    assert learned == sorted(learned) and learned[0] == pytest.approx(middle.progress.learned_s, abs=1e-3)


def test_one_step_an_epoch_is_still_timed(clock: Clock) -> None:
    _, notes = train(Compiling(clock, rows=5))
    assert [event["samples_per_s"] for event in notes.of("epoch")] == [None, *[pytest.approx(500, rel=0.01)] * 4]
    assert [event["time_left_s"] for event in notes.of("epoch")] == [None, *[pytest.approx(left * 0.015, abs=0.011) for left in (3, 2, 1, 0)]]


def test_what_compiles_holds_the_machine_all_the_same(clock: Clock) -> None:
    """In a race the lanes share the time of the machine, not that of learning."""
    turns = Turns(Wish())
    train(Compiling(clock, rows=1003), epochs=1, turn=turns)
    assert turns.spent[0] == pytest.approx(4.01) and turns.spent[-1] == pytest.approx(3.01) and max(turns.spent[1:-1]) < 1.0


class Turns:
    """A place in a race that keeps what happens to it."""

    def __init__(self, wish: Wish) -> None:
        self.log: list[str] = []
        self.spent: list[float] = []
        self.wish, self.notes, self.ticking = wish, Notes(), list[bool]()

    def wait(self, give_up: Callable[[], bool]) -> float:
        self.log.append("wait")
        assert not give_up()
        self.ticking += self.notes.clock[-1:]
        return 0.5

    def pass_on(self, seconds: float) -> None:
        self.log.append("pass")
        self.spent.append(seconds)

    def leave(self) -> None:
        self.log.append("leave")


def test_in_a_race_every_call_waits_for_its_turn_and_waiting_is_no_learning() -> None:
    turns, trainer = Turns(Wish()), FakeTrainer()
    fitted, notes = train(trainer, epochs=3, turn=turns)
    assert turns.log == ["wait", "pass"] * len(trainer.calls) + ["leave"]
    assert fitted.seconds < 0.5
    assert notes.of("epoch")[1]["time_left_s"] >= 0.5  # but the room has to wait for it


class StoppedAtTheBorder(Turns):
    """Stop is pressed while the lane waits for the first turn of an epoch."""

    def __init__(self, wish: Wish, trainer: FakeTrainer, epoch: int) -> None:
        super().__init__(wish)
        self.trainer, self.epoch = trainer, epoch

    def wait(self, give_up: Callable[[], bool]) -> float:
        self.wish.stop_requested = (self.trainer.epoch, self.trainer.batch) == (self.epoch, 0)
        return 0.5


@pytest.mark.parametrize("done", [0, 2])
def test_of_an_epoch_without_a_step_nothing_is_told(done: int) -> None:
    """Else its loss is 0, the best that there ever was, and the chart falls to the ground."""
    wish, keeper, trainer = Wish(), Keeper(), FakeTrainer(val_losses=LOSSES)
    keeper.is_due = False
    fitted, notes = train(trainer, wish, writer=keeper, turn=StoppedAtTheBorder(wish, trainer, done + 1))
    assert (fitted.reason, fitted.epochs, fitted.best_epoch) == ("stop", done, done)
    assert [event["epoch"] for event in notes.of("epoch")] == list(range(1, done + 1))
    assert all(event["loss"] > 0 for event in notes.of("epoch"))
    assert outcome(train(FakeTrainer(val_losses=LOSSES), None, continued(keeper.kept[-1]))[0]) == outcome(train(FakeTrainer(val_losses=LOSSES))[0])


def test_the_clock_in_the_status_stands_while_a_lane_waits() -> None:
    turns = Turns(Wish())
    fit(FakeTrainer(), Course(2, 37, 5), turns.notes, Wish(), None, Extras(turn=turns))  # type: ignore[arg-type]
    assert turns.ticking and not any(turns.ticking)


class Watched:
    """Examples that say what the network says."""

    def look(self, outputs: Callable[..., Any], last: bool = False) -> list[dict[str, Any]] | None:
        answer = outputs({"a": np.zeros((1, 1))})
        return [{"row": 1, "answer": float(answer[0, 0])}] if last else None


def test_the_last_answers_are_shown() -> None:
    trainer = FakeTrainer()
    _, notes = train(trainer, examples=Watched())
    assert notes.of("examples") == [{"kind": "examples", "epoch": 5, "rows": [{"row": 1, "answer": float(trainer.weights[0])}]}]
