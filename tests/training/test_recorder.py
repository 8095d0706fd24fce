"""The recorder: everything in order, status seldom but in time, a heartbeat, and a full disk survived."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from core.runs.events import append_event
from core.runs.run import Run
from core.runs.state import RunState
from core.training import recorder as module
from core.training.recorder import Recorder
from core.workspace import Workspace
from tests.training.conftest import bare_run, events_of, until


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return bare_run(workspace)


def test_events_come_in_the_order_they_were_handed_over(run: Run) -> None:
    recorder = Recorder(run)
    for step in range(500):
        recorder.event("step", step=step)
    recorder.close()
    steps = [event for event in events_of(run) if event["kind"] == "step"]
    assert [event["step"] for event in steps] == list(range(500))
    times = [event["time_s"] for event in steps]
    assert times == sorted(times)


def test_a_state_is_both_event_and_status(run: Run) -> None:
    recorder = Recorder(run)
    recorder.state(RunState.STARTING, phase="loading libraries")
    until(lambda: run.status.phase == "loading libraries")  # long before it is closed
    recorder.close()
    assert run.status.state is RunState.STARTING
    assert [event["state"] for event in events_of(run) if event["kind"] == "state"] == ["starting"]


def test_the_heart_beats_and_the_device_is_seen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.01)
    recorder = Recorder(run)
    until(lambda: run.status.heartbeat >= 3)
    recorder.close()
    devices = [event for event in events_of(run) if event["kind"] == "device"]
    assert len(devices) == run.status.heartbeat
    assert devices[0]["memory_bytes"] > 0


def test_counting_epochs_writes_the_status_seldom_and_loses_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STATUS_S", 60.0)
    monkeypatch.setattr(module, "TICK_S", 60.0)
    written: list[dict[str, Any]] = []
    recorder = Recorder(run)
    update = Run.update
    monkeypatch.setattr(Run, "update", lambda self, **changes: (written.append(changes), update(self, **changes))[1])
    for epoch in range(1, 101):
        recorder.status(epoch=epoch)
    recorder.close()
    assert run.status.epoch == 100
    assert len(written) <= 2


def test_the_clock_runs_only_while_learning(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.01)
    recorder = Recorder(run)
    until(lambda: run.status.heartbeat >= 2)
    assert run.status.seconds == 0.0
    recorder.training(True, 100.0)
    until(lambda: run.status.seconds > 100.05)
    recorder.training(False, 107.25)
    recorder.event("end")
    until(lambda: any(event["kind"] == "end" for event in events_of(run)))
    until(lambda: run.status.seconds == 107.25)
    learned, beats = run.status.seconds, run.status.heartbeat
    until(lambda: run.status.heartbeat > beats + 2)
    recorder.close()
    assert run.status.seconds == learned == 107.25


def test_holding_the_clock_writes_nothing_and_its_last_word_counts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lane of a race holds it at each turn; and the last words of a worker repeat a status that may be a second old."""
    monkeypatch.setattr(module, "TICK_S", 60.0)
    written: list[dict[str, Any]] = []
    recorder = Recorder(run)
    update = Run.update
    monkeypatch.setattr(Run, "update", lambda self, **changes: (written.append(changes), update(self, **changes))[1])
    for turn in range(100):
        recorder.training(True, float(turn))
        recorder.training(False, turn + 0.5)
    recorder.event("end")
    until(lambda: any(event["kind"] == "end" for event in events_of(run)))
    assert len(written) <= 1  # the first tick
    recorder.status(state=RunState.INTERRUPTED, seconds=3.0)
    recorder.close()
    assert run.status.seconds == 99.5


def test_time_goes_on_where_the_log_of_an_earlier_worker_ends(run: Run) -> None:
    append_event(run.events, {"kind": "step", "time_s": 500.0})
    recorder = Recorder(run)
    recorder.event("step", step=1)
    recorder.close()
    assert 500.0 <= events_of(run)[-1]["time_s"] < 560.0


def test_a_full_disk_is_reported_to_the_loop_and_later_writes_are_tried(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    append, full = module.append_event, [True]

    def maybe(*arguments: Any) -> None:
        if full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(*arguments)

    monkeypatch.setattr(module, "append_event", maybe)
    recorder = Recorder(run)
    recorder.event("step", step=1)
    until(lambda: recorder.failure)
    with pytest.raises(OSError, match="No space left"):
        recorder.check()
    full[0] = False
    recorder.event("end")
    recorder.close()
    assert [event["kind"] for event in events_of(run) if event["kind"] != "device"] == ["end"]


def test_states_that_a_full_disk_refused_are_written_in_order_later(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    update, refused = Run.update, [3]

    def maybe(self: Run, **changes: Any) -> Any:
        if "state" in changes and refused[0]:
            refused[0] -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        return update(self, **changes)

    monkeypatch.setattr(Run, "update", maybe)
    recorder = Recorder(run)
    for state in (RunState.STARTING, RunState.RUNNING, RunState.FINISHED):
        recorder.state(state)
    recorder.status(epoch=7)
    until(lambda: run.status.state is RunState.FINISHED)
    recorder.close()
    assert (run.status.epoch, refused) == (7, [0])
    with pytest.raises(OSError, match="No space left"):
        recorder.check()


def test_an_illegal_move_is_not_written(run: Run) -> None:
    recorder = Recorder(run)
    recorder.status(state=RunState.PAUSED)
    recorder.close()
    assert run.status.state is RunState.QUEUED
    with pytest.raises(ValueError, match="cannot go"):
        recorder.check()
