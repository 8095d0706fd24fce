"""The recorder: everything in order, status seldom but in time, a heartbeat, and a full disk survived."""

from __future__ import annotations

import errno
from typing import Any

import pytest

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
    recorder.training(True)
    until(lambda: run.status.seconds > 0.05)
    recorder.training(False)
    recorder.event("end")
    until(lambda: any(event["kind"] == "end" for event in events_of(run)))
    learned, beats = run.status.seconds, run.status.heartbeat
    until(lambda: run.status.heartbeat > beats + 2)
    recorder.close()
    assert run.status.seconds == learned


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


def test_an_illegal_move_is_not_written(run: Run) -> None:
    recorder = Recorder(run)
    recorder.status(state=RunState.PAUSED)
    recorder.close()
    assert run.status.state is RunState.QUEUED
    with pytest.raises(ValueError, match="cannot go"):
        recorder.check()
