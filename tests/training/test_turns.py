"""The baton of a race with real processes: even shares, a start for all at once, and nobody holds the others up."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.runs.race import create_race, lanes_of
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.settings import settings
from core.training import turns
from core.training.backend import ROOT
from core.training.turns import Rhythm, Turn, by_turns, turn_of
from core.workspace import Workspace
from tests.training import race_lane
from tests.training.conftest import until

Start = Callable[..., subprocess.Popen[bytes]]
QUICK = Rhythm(slice_s=0.05, ready_s=20.0, stalled_s=0.5, gone_s=0.25, rest_s=0.01)


def lanes(workspace: Workspace, count: int) -> list[Run]:
    """The runs of a race of so many lanes."""
    spec = RunSpec(dataset="d-none", inputs=("a",), target="b", task="binary", recipe="mlp")
    race = create_race(workspace, [spec.model_copy(update={"seed": seed}) for seed in range(count)])
    return lanes_of(race, workspace.runs_folder)


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Start]:
    """Start the process of a lane; at the end of the test all of them are gone."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(run: Run, block_s: float = race_lane.BLOCK_S) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", race_lane.__file__, str(run.folder), str(block_s)]
        running.append(subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}))
        return running[-1]

    yield begin
    for process in running:
        process.send_signal(signal.SIGKILL)
        process.wait(20)


@contextmanager
def living(run: Run) -> Iterator[None]:
    """Hold a run as its worker would."""
    with run.path("lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def learned(run: Run) -> float:
    try:
        return float(run.path("learned").read_text() or 0)
    except FileNotFoundError:
        return 0.0


def over(home: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    (home / "end").touch()
    assert [process.wait(20) for process in processes] == [0] * len(processes)


def share(runs: list[Run], seconds: float) -> list[float]:
    """What each lane was given while all of them together learned so many seconds."""
    before = list(map(learned, runs))
    until(lambda: sum(map(learned, runs)) - sum(before) > seconds, deadline_s=20)
    return shares_since(runs, before)


def shares_since(runs: list[Run], before: list[float]) -> list[float]:
    return [learned(run) - old for run, old in zip(runs, before, strict=True)]


def is_even(shares: list[float], slice_s: float) -> bool:
    """Whether each lane had its share, to a tenth and one slice."""
    mean = sum(shares) / len(shares)
    return all(abs(each - mean) < 0.1 * mean + slice_s for each in shares)


def test_even_shares_and_nobody_holds_the_others_up(workspace: Workspace, start: Start) -> None:
    """One story, because three processes take a while to start: together, evenly, one stopped, continued, killed."""
    runs = lanes(workspace, 3)
    processes = [start(runs[0]), start(runs[1], 0.03)]
    until(lambda: runs[0].path("turn").exists() and runs[1].path("turn").exists())
    assert [learned(run) for run in runs] == [0, 0, 0]  # they wait for the third
    processes.append(start(runs[2]))
    until(lambda: all(map(learned, runs)))

    began, before, slice_s = time.monotonic(), list(map(learned, runs)), race_lane.RHYTHM.slice_s
    share(runs, 1.5)
    until(lambda: is_even(shares_since(runs, before), slice_s))  # on a busy machine a slice may last longer than it should; what one got too much it gives back
    assert sum(shares_since(runs, before)) < 1.1 * (time.monotonic() - began) + 3 * slice_s  # one at a time

    processes[0].send_signal(signal.SIGSTOP)
    stopped = time.monotonic()
    share(runs[1:], 0.2)
    assert time.monotonic() - stopped < race_lane.RHYTHM.stalled_s + 5  # of a busy machine
    processes[0].send_signal(signal.SIGCONT)
    share(runs[:1], 0.1)

    processes[1].kill()
    processes[1].wait(20)
    rest = [(run, learned(run)) for run in (runs[0], runs[2])]
    until(lambda: all(learned(run) > before + 0.1 for run, before in rest), 5.0)  # both go on, as soon as the kernel has let the lock go
    over(workspace.home, [processes[0], processes[2]])


def test_the_start_does_not_wait_for_those_that_are_over_or_too_late(workspace: Workspace) -> None:
    runs = lanes(workspace, 3)
    runs[1].update(state=RunState.STOPPED)
    assert Turn(runs[0], [runs[1]], rhythm=QUICK).wait() < 5
    late = Turn(runs[0], [runs[2]], rhythm=Rhythm(ready_s=0.1, rest_s=0.01))
    assert 0.1 <= late.wait() < 5
    late.leave()


def test_stop_ends_the_wait(workspace: Workspace) -> None:
    runs = lanes(workspace, 2)
    turn = Turn(runs[0], runs[1:], rhythm=QUICK)
    assert turn.wait(give_up=lambda: True) < 5
    turn.leave()
    turn.leave()


def test_who_was_away_gets_no_credit_for_it(workspace: Workspace) -> None:
    runs = lanes(workspace, 2)
    with living(runs[1]):
        other = turns._Slot(turns._Is.READY, charged=30.0, spoke=time.monotonic())
        runs[1].path("turn").write_bytes(other.to_bytes())
        turn = Turn(runs[0], runs[1:], rhythm=QUICK)
        turn.wait()
        mine = turns._Slot.from_bytes(runs[0].path("turn").read_bytes())
        turn.leave()
    assert mine is not None and mine.charged == 30.0


def test_who_took_very_long_is_not_put_back_for_ever(workspace: Workspace) -> None:
    runs = lanes(workspace, 2)
    with living(runs[1]):
        runs[1].path("turn").write_bytes(turns._Slot(turns._Is.READY, charged=2.0, spoke=time.monotonic()).to_bytes())
        turn = Turn(runs[0], runs[1:], rhythm=QUICK)
        turn.wait()
        turn.pass_on(3600.0)  # it was stopped for an hour in the middle of a block
        runs[1].path("turn").write_bytes(turns._Slot(turns._Is.READY, charged=2.0, spoke=time.monotonic()).to_bytes())
        turn.wait()
        mine = turns._Slot.from_bytes(runs[0].path("turn").read_bytes())
        turn.leave()
    assert mine is not None and mine.charged == 2.0 + QUICK.debt_s


@pytest.mark.parametrize(("charged", "waited_for"), [(0.0, True), (0.5, False)])
def test_who_compiles_its_first_block_is_waited_for(workspace: Workspace, charged: float, waited_for: bool) -> None:
    runs = lanes(workspace, 2)
    with living(runs[1]):
        began = time.monotonic()
        runs[1].path("turn").write_bytes(turns._Slot(turns._Is.LEARNING, charged=charged, since=began, spoke=began).to_bytes())
        turn = Turn(runs[0], runs[1:], rhythm=Rhythm(ready_s=10.0, stalled_s=0.1, rest_s=0.01))
        turn.wait(give_up=lambda: time.monotonic() > began + (0.5 if waited_for else 9.0))
        waited_s = time.monotonic() - began
        turn.leave()
    assert waited_s >= 0.5 if waited_for else waited_s < 9.0  # in a later block a silence of 0.1 s is too long


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 29, b"\0" * 29, b"y" * 4000])
def test_a_slot_of_rubbish_is_no_slot(workspace: Workspace, content: bytes) -> None:
    runs = lanes(workspace, 2)
    runs[1].path("turn").write_bytes(content)
    runs[1].update(state=RunState.STOPPED)
    turn = Turn(runs[0], runs[1:], rhythm=QUICK)
    assert turn.wait() < 5
    turn.leave()


def test_side_by_side_only_the_start_is_shared(workspace: Workspace) -> None:
    runs = lanes(workspace, 2)
    runs[1].update(state=RunState.STOPPED)
    turn = Turn(runs[0], runs[1:], turns=False, rhythm=QUICK)
    turn.wait()
    turn.pass_on(10.0)
    assert turn.wait() == 0.0
    turn.leave()


def test_waiting_costs_nearly_nothing(workspace: Workspace) -> None:
    runs = lanes(workspace, 2)
    with living(runs[1]):
        runs[1].path("turn").write_bytes(turns._Slot(turns._Is.LEARNING, spoke=time.monotonic(), since=time.monotonic() + 9).to_bytes())
        turn = Turn(runs[0], runs[1:], rhythm=Rhythm(ready_s=0.0))
        before = resource.getrusage(resource.RUSAGE_THREAD)
        end = time.monotonic() + 1.0
        assert turn.wait(give_up=lambda: time.monotonic() > end) > 0.9
        after = resource.getrusage(resource.RUSAGE_THREAD)
        turn.leave()
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.05


def test_a_run_of_no_race_has_no_turn(workspace: Workspace) -> None:
    runs = lanes(workspace, 2)
    spec = runs[0].spec
    assert turn_of(Run.create(workspace.runs_folder, spec)) is None
    assert turn_of(runs[0]) is not None


@pytest.mark.parametrize(("cores", "a_lane", "expected"), [(2, 2, True), (4, 2, False), (3, 2, True), (2, 0, False)])
def test_turns_are_taken_where_cores_are_few(monkeypatch: pytest.MonkeyPatch, cores: int, a_lane: int, expected: bool) -> None:
    monkeypatch.setattr(turns, "cores", lambda: cores)
    monkeypatch.setattr(turns, "device_kind", lambda: "cpu")
    monkeypatch.setenv("LIMELIGHT_RACE_CORES_A_LANE", str(a_lane))
    settings.cache_clear()
    assert by_turns(2) is expected


def test_lanes_on_one_graphics_processor_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "cores", lambda: 64)
    monkeypatch.setattr(turns, "device_kind", lambda: "gpu")
    assert by_turns(2)
