"""The launcher: every run once, in order, at most M at a time, and the truth about the dead."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import QuotaExceeded, UserError
from core.files import read_json
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training import children, upkeep
from core.training.backend import ROOT
from core.training.launcher import Launcher
from core.training.process import ProcessIdentity
from core.workspace import Workspace
from tests.training import fake_worker
from tests.training.conftest import bare_run, events_of, until


@pytest.fixture(autouse=True)
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", fake_worker.COMMAND)


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "2")
    settings.cache_clear()


def state(run: Run) -> RunState:
    return run.status.state


def starts(run: Run) -> list[str]:
    return run.path("starts").read_text().split() if run.path("starts").exists() else []


def runs_of(workspace: Workspace, count: int) -> list[Run]:
    """Queued runs whose creation times differ, so that their order is known without the queue."""
    runs = [bare_run(workspace) for _ in range(count)]
    for second, run in enumerate(runs):
        run.update(created=f"2026-01-01T00:00:{second:02d}.000+00:00")
    return runs


def working(runs: list[Run]) -> list[int]:
    return [number for number, run in enumerate(runs) if state(run) is RunState.RUNNING]


def kill(run: Run, number: signal.Signals = signal.SIGKILL) -> None:
    os.kill(read_json(run.path("worker.json"))["pid"], number)


def test_a_submitted_run_starts_and_finishes(workspace: Workspace) -> None:
    (run,) = runs_of(workspace, 1)
    Launcher(workspace.home).submit(run)
    until(lambda: state(run) is RunState.RUNNING)
    (workspace.home / "go").touch()
    until(lambda: state(run) is RunState.FINISHED)
    assert len(starts(run)) == 1


def test_one_at_a_time_in_order_and_the_next_starts_without_a_page(workspace: Workspace) -> None:
    runs, home = runs_of(workspace, 3), Launcher(workspace.home)
    for run in runs:
        home.submit(run)
    assert [home.position(run) for run in runs] == [0, 1, 2]
    for number in range(3):  # the worker that ends starts the next: nobody here pumps
        until(lambda expected=number: working(runs) == [expected])
        runs[number].request_stop()
    until(lambda: all(run.status.state is RunState.STOPPED for run in runs))
    assert [len(starts(run)) for run in runs] == [1, 1, 1]


def test_pumps_of_several_processes_racing_start_each_run_once(workspace: Workspace, two_at_once: None) -> None:
    runs = runs_of(workspace, 5)
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]\n"
        "import fake_worker; from pathlib import Path\n"
        "from core.training import children; from core.training.launcher import Launcher\n"
        "children.COMMAND = fake_worker.COMMAND\n"
        f"for _ in range(10): Launcher(Path({str(workspace.home)!r})).pump()\n"
    )
    racers = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", code]) for _ in range(4)]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0, 0]
    until(lambda: working(runs) == [0, 1])
    (workspace.home / "go").touch()
    until(lambda: all(state(run) is RunState.FINISHED for run in runs))
    assert [len(starts(run)) for run in runs] == [1] * 5


def test_a_lost_or_broken_queue_is_found_again_in_the_folders(workspace: Workspace) -> None:
    runs = runs_of(workspace, 4)
    first = Launcher(workspace.home)
    for run in runs:
        first.submit(run)
    until(lambda: working(runs) == [0])
    (workspace.home / "queue.db").write_bytes(b"this is no database" * 100)
    second = Launcher(workspace.home)
    second.pump()
    assert [second.position(run) for run in runs] == [0, 1, 2, 3]
    assert working(runs) == [0]


def test_the_order_survives_a_restart(workspace: Workspace) -> None:
    first, runs = Launcher(workspace.home), []
    for day in (3, 2, 1):  # submitted in another order than their clocks say
        (run,) = runs_of(workspace, 1)
        run.update(created=f"2026-01-0{day}T00:00:00.000+00:00")
        first.submit(run)
        runs.append(run)
    assert [Launcher(workspace.home).position(run) for run in runs] == [0, 1, 2]


def test_a_killed_worker_is_interrupted_and_the_next_run_starts(workspace: Workspace) -> None:
    runs, home = runs_of(workspace, 2), Launcher(workspace.home)
    for run in runs:
        home.submit(run)
    until(lambda: working(runs) == [0])
    kill(runs[0])
    until(lambda: home.state(runs[0]).state is RunState.INTERRUPTED)
    assert "killed" in runs[0].status.message
    assert events_of(runs[0])[-1]["state"] == "interrupted"
    home.pump()
    until(lambda: state(runs[1]) is RunState.RUNNING)


def test_state_never_shows_a_dead_worker_as_running_to_a_stranger(workspace: Workspace) -> None:
    (run,) = runs_of(workspace, 1)
    Launcher(workspace.home).submit(run)
    until(lambda: state(run) is RunState.RUNNING)
    worker = children._workers.pop(run.folder)  # as in another process, which cannot see the exit code
    worker.kill()
    worker.wait(20)
    assert state(run) is RunState.RUNNING  # what the dead one last wrote
    shown = Launcher(workspace.home).state(run)
    assert (shown.state, "vanished" in shown.message) == (RunState.INTERRUPTED, True)


def test_an_abort_is_taken_for_too_little_memory(workspace: Workspace) -> None:
    (run,) = runs_of(workspace, 1)
    home = Launcher(workspace.home)
    home.submit(run)
    until(lambda: state(run) is RunState.RUNNING)
    kill(run, signal.SIGABRT)
    until(lambda: home.state(run).state.is_over)
    assert run.status.state is RunState.INTERRUPTED  # the fake worker leaves a checkpoint
    assert "ran out of memory" in run.status.message
    assert "smaller batch than 64" in run.status.message


def test_a_frozen_worker_is_alive(workspace: Workspace) -> None:
    (run,) = runs_of(workspace, 1)
    home = Launcher(workspace.home)
    home.submit(run)
    until(lambda: state(run) is RunState.RUNNING)
    kill(run, signal.SIGSTOP)
    home.pump()
    assert home.state(run).state is RunState.RUNNING
    kill(run, signal.SIGCONT)
    (workspace.home / "go").touch()
    until(lambda: state(run) is RunState.FINISHED)


def test_stop_takes_a_waiting_run_out_of_the_queue(workspace: Workspace) -> None:
    runs, home = runs_of(workspace, 2), Launcher(workspace.home)
    for run in runs:
        home.submit(run)
    home.stop(runs[1])
    home.stop(runs[1])
    assert (state(runs[1]), home.position(runs[1])) == (RunState.STOPPED, 0)
    assert not runs[1].has_model
    home.stop(runs[0])
    until(lambda: state(runs[0]) is RunState.STOPPED)
    assert starts(runs[1]) == []


def test_a_worker_that_ignores_stop_is_ended(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "STOP_S", 0.2)
    monkeypatch.setattr(upkeep, "TERM_S", 0.2)
    (run,) = runs_of(workspace, 1)
    (workspace.home / "deaf").touch()
    home = Launcher(workspace.home)
    home.submit(run)
    until(lambda: state(run) is RunState.RUNNING)
    home.stop(run)
    until(lambda: (home.pump(), state(run) is RunState.STOPPED)[1])
    assert "did not react" in run.status.message


def test_a_process_that_got_a_used_number_is_never_signalled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "STOP_S", 0.0)
    monkeypatch.setattr(upkeep, "TERM_S", 0.0)
    (run,) = runs_of(workspace, 1)
    (workspace.home / "deaf").touch()
    home = Launcher(workspace.home)
    home.submit(run)
    until(lambda: state(run) is RunState.RUNNING)
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    identity = ProcessIdentity.of(stranger.pid)
    assert identity is not None
    true_identity = read_json(run.path("worker.json"))
    run.save_json("worker.json", {**identity.to_json(), "started": identity.started - 1})  # the number's former owner
    home.stop(run)
    for _ in range(5):
        home.pump()
    assert stranger.poll() is None
    assert home.state(run).state is RunState.RUNNING
    run.save_json("worker.json", true_identity)
    until(lambda: (home.pump(), state(run) is RunState.STOPPED)[1])
    assert stranger.poll() is None
    stranger.communicate(b"\n", timeout=20)


def test_a_process_that_dies_before_it_takes_the_run_is_tried_once_more(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    (run,) = runs_of(workspace, 1)
    home = Launcher(workspace.home)
    home.submit(run)
    until(lambda: (home.pump(), state(run) is RunState.FAILED)[1])
    assert "could not be started" in run.status.message


def test_a_damaged_or_deleted_run_hides_only_itself(workspace: Workspace) -> None:
    runs, home = runs_of(workspace, 4), Launcher(workspace.home)
    for run in runs:
        home.submit(run)
    until(lambda: working(runs) == [0])
    runs[1].path("status.json").write_bytes(b"\x00")
    runs[2].path("spec.json").write_bytes(b"{}")
    home.stop(runs[0])
    until(lambda: (home.pump(), state(runs[3]) is RunState.RUNNING)[1])


def test_repair_is_the_same_twice(workspace: Workspace) -> None:
    (dead,) = runs_of(workspace, 1)
    dead.update(state=RunState.STARTING)
    dead.update(state=RunState.RUNNING)
    dead.events.write_bytes(b'{"kind":"step","time_s":4.5,"step":9}\n{"kind":"st')  # torn by the kill
    Launcher(workspace.home).pump()
    once = [path.read_bytes() for path in (dead.path("status.json"), dead.events)]
    Launcher(workspace.home).pump()
    assert [path.read_bytes() for path in (dead.path("status.json"), dead.events)] == once
    assert state(dead) is RunState.INTERRUPTED
    last = json.loads(dead.events.read_text().splitlines()[-1])
    assert (last["kind"], last["state"], last["time_s"]) == ("state", "interrupted", 4.5)


def test_a_run_that_is_over_is_not_started_again(workspace: Workspace) -> None:
    (run,) = runs_of(workspace, 1)
    run.update(state=RunState.STOPPED)
    with pytest.raises(UserError, match="cannot be started again"):
        Launcher(workspace.home).submit(run)


def test_used_up_training_time_is_refused_before_the_start(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_TRAINING_S", "60")
    settings.cache_clear()
    used, run = runs_of(workspace, 2)
    used.update(state=RunState.STOPPED, seconds=61.0)
    with pytest.raises(QuotaExceeded, match="seconds of training"):
        Launcher(workspace.home).submit(run)
    assert workspace.runs() == [used]


def test_wait_hands_over_every_event_and_returns_the_end(workspace: Workspace) -> None:
    (run,) = runs_of(workspace, 1)
    (workspace.home / "go").touch()
    home, seen = Launcher(workspace.home), []
    home.submit(run)
    assert home.wait(run, seen.append).state is RunState.FINISHED
    assert seen == events_of(run)
    assert [event["state"] for event in seen if event["kind"] == "state"] == ["starting", "running", "finished"]
    assert not run.is_locked()


def test_pump_without_work_is_quick(workspace: Workspace) -> None:
    home = Launcher(workspace.home)
    home.pump()
    start = time.process_time()
    for _ in range(20):
        assert home.pump() == 0
    assert time.process_time() - start < 1.0
