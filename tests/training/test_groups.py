"""A race and a series are made once, however often and from however many places they are asked for."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import BadSettings, DiskFull, QuotaExceeded
from core.runs import group
from core.runs.race import all_races, lanes_of
from core.runs.repeats import seed_specs
from core.runs.series import all_series
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.settings import settings
from core.training.backend import ROOT
from core.training.groups import start_race, start_series
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training.conftest import make_dataset, make_run

PRESSES = 50


@pytest.fixture(autouse=True)
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()


@pytest.fixture
def spec(workspace: Workspace) -> RunSpec:
    run = make_run(workspace)
    spec = run.spec
    workspace.delete(run.id)
    return spec


def together(count: int, act: Callable[[], Any]) -> list[Any]:
    """What each of so many threads gets, or what it raises, when all begin at one moment."""
    line, answers = threading.Barrier(count), []

    def press() -> None:
        line.wait()
        try:
            answers.append(act())
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=press) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fifty_presses_make_one_race(workspace: Workspace, spec: RunSpec) -> None:
    races = together(PRESSES, lambda: start_race(Launcher(workspace.home), workspace, seed_specs(spec, 3)))
    assert len(races) == PRESSES and all_races(workspace) == [races[0]] and set(map(str, races)) == {str(races[0])}
    assert [run.id for run in Launcher(workspace.home).waiting(workspace)] == list(races[0].runs)
    assert len(workspace.runs()) == 3


def test_fifty_presses_make_one_series(workspace: Workspace, spec: RunSpec) -> None:
    made = together(PRESSES, lambda: start_series(Launcher(workspace.home), workspace, "seeds", seed_specs(spec, 4)))
    (series,) = all_series(workspace)
    assert {found.id for found, _ in made} == {series.id} and sorted(len(new) for _, new in made) == [0] * (PRESSES - 1) + [4]
    assert [run.id for run in Launcher(workspace.home).waiting(workspace)] == list(series.runs) and len(workspace.runs()) == 4


def test_several_processes_make_one_of_each(workspace: Workspace, spec: RunSpec) -> None:
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from core.runs.repeats import seed_specs
from core.runs.spec import RunSpec
from core.training.groups import start_race, start_series
from core.training.launcher import Launcher
from core.workspace import Workspace
workspace, spec = Workspace.local(), RunSpec.model_validate_json({spec.model_dump_json()!r})
print("ready", flush=True); sys.stdin.readline()
for _ in range(8):
    start_race(Launcher(workspace.home), workspace, seed_specs(spec, 2))
    start_series(Launcher(workspace.home), workspace, "seeds", seed_specs(spec.model_copy(update={{"seed": 7}}), 2))
"""
    racers = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)]
    for racer in racers:
        assert racer.stdout is not None and racer.stdout.readline() == b"ready\n"
    for racer in racers:
        racer.communicate(b"go\n", timeout=60)
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert (len(all_races(workspace)), len(all_series(workspace)), len(workspace.runs())) == (1, 1, 4)


def test_other_lanes_a_later_press_and_one_after_the_end_make_another_race(workspace: Workspace, spec: RunSpec) -> None:
    home, lanes = Launcher(workspace.home), seed_specs(spec, 2)
    first = start_race(home, workspace, lanes)
    assert start_race(home, workspace, lanes[::-1]) != first
    group.store(workspace.folder / "races", first.id, first.model_copy(update={"created": "2026-01-01T00:00:00.000+00:00"}))
    second = start_race(home, workspace, lanes)
    assert second.id != first.id
    for run in lanes_of(second, workspace.runs_folder):
        home.stop(run)
    assert start_race(home, workspace, lanes).id not in {first.id, second.id}


def test_a_series_of_which_a_run_was_stopped_is_another_one(workspace: Workspace, spec: RunSpec) -> None:
    home, specs = Launcher(workspace.home), seed_specs(spec, 2)
    first, runs = start_series(home, workspace, "seeds", specs)
    assert start_series(home, workspace, "seeds", specs) == (first, [])
    home.stop(runs[0])
    second, new = start_series(home, workspace, "seeds", specs)
    assert second.id != first.id and len(new) == 1 and runs[0].status.state is RunState.STOPPED


def test_the_second_press_is_not_refused_because_the_first_used_up_the_quota(workspace: Workspace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_RUNS", "2")
    settings.cache_clear()
    home, lanes = Launcher(workspace.home), seed_specs(spec, 2)
    assert start_race(home, workspace, lanes) == start_race(home, workspace, lanes)
    with pytest.raises(QuotaExceeded):
        start_race(home, workspace, seed_specs(spec, 3))
    assert len(workspace.runs()) == 2


def test_the_last_places_of_the_quota_are_taken_once(workspace: Workspace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who measured before either made something; and on a shared server a neighbour counts, too."""
    monkeypatch.setenv("LIMELIGHT_SHARED", "1")
    monkeypatch.setenv("LIMELIGHT_SERVER_RUNS", "3")
    settings.cache_clear()
    stranger, _ = Workspace.create()
    (workspace.runs_folder / "r20260101-00000000").mkdir()  # cannot be read, so it does not count
    home, stale = Launcher(workspace.home), workspace.usage()
    monkeypatch.setattr(Workspace, "usage", lambda self: stale)
    start_race(home, stranger, seed_specs(spec, 2))
    for start in (lambda: start_race(home, workspace, seed_specs(spec, 2)), lambda: start_series(home, workspace, "seeds", seed_specs(spec, 2))):
        with pytest.raises(QuotaExceeded, match="3 runs"):
            start()
    assert workspace.runs() == [] and home.start(workspace, spec)


def test_nothing_is_measured_while_others_wait_for_the_queue(workspace: Workspace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    home, held = Launcher(workspace.home), []
    measured = Workspace.usage

    def usage(self: Workspace, *limits: Any) -> Any:
        Launcher(workspace.home).waiting(workspace)  # would wait in vain if this thread held the queue
        held.append(1)
        return measured(self, *limits)

    monkeypatch.setattr("core.training.queue.BUSY_S", 0.1)
    monkeypatch.setattr(Workspace, "usage", usage)
    home.start(workspace, spec)
    start_race(home, workspace, seed_specs(spec, 2))
    start_series(home, workspace, "seeds", seed_specs(spec, 3))
    assert len(held) == 3


def test_however_many_wait_each_race_is_read_once_a_look(workspace: Workspace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Launcher(workspace.home)
    races = [start_race(home, workspace, seed_specs(spec.model_copy(update={"seed": 10 * number}), 2)) for number in range(4)]
    read, reads = group.read_group, []
    monkeypatch.setattr(group, "read_group", lambda *given: reads.append(given) or read(*given))
    home.pump()
    assert len(reads) == len(races)
    assert [home.position(lane) for race in races for lane in lanes_of(race, workspace.runs_folder)] == [1, 1, 2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize("error", [BadSettings, DiskFull])
def test_what_cannot_be_made_leaves_nothing_and_lets_go_of_the_queue(workspace: Workspace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def refuse(*_: Any) -> None:
        raise error("no")

    home = Launcher(workspace.home)
    with monkeypatch.context() as broken, pytest.raises(error):
        broken.setattr(group, "store", refuse)
        start_race(home, workspace, seed_specs(spec, 2))
    assert workspace.runs() == [] and home.waiting(workspace) == []
    assert start_race(home, workspace, seed_specs(spec, 2)).runs


def test_rows_that_are_too_few_are_said_before_anything_is_made(workspace: Workspace) -> None:
    small = make_run(workspace, make_dataset(workspace, rows=20)).spec
    before = workspace.runs()
    with pytest.raises(BadSettings, match="folds need"):
        start_series(Launcher(workspace.home), workspace, "folds", [small.model_copy(update={"folds": 20, "fold": fold}) for fold in range(20)])
    assert workspace.runs() == before
