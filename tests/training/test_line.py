"""The line of waiting runs: the lanes of a race are one party, and a party moves as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.runs.race import create_race, lanes_of
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.settings import settings
from core.training.launcher import Launcher
from core.training.line import key_of, parties
from core.training.queue import Queue
from core.workspace import Workspace

SPEC = RunSpec(dataset="d0123456789abcdef", inputs=("age",), target="left", task="binary", recipe="mlp")


@pytest.fixture
def home(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> Launcher:
    """A launcher that starts nothing."""
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    return Launcher(Workspace.local().home)


def single(workspace: Workspace, home: Launcher) -> Run:
    run = Run.create(workspace.runs_folder, SPEC)
    home.submit(run)
    return run


def race(workspace: Workspace, home: Launcher, lanes: int) -> list[Run]:
    made = create_race(workspace, [SPEC.model_copy(update={"seed": seed}) for seed in range(lanes)])
    runs = lanes_of(made, workspace.runs_folder)
    home.submit_all(runs)
    return runs


def test_the_lanes_of_a_race_are_one_party(home: Launcher) -> None:
    mine = Workspace.local()
    before, lanes, after = single(mine, home), race(mine, home, 3), single(mine, home)
    found = parties(home.waiting(mine))
    assert [list(party.runs) for party in found] == [[before], lanes, [after]]
    assert [home.position(party.runs[0]) for party in found] == [1, 2, 3]
    assert [party.race is None for party in found] == [True, False, True] and parties([]) == []


def test_one_lane_moves_with_its_race(home: Launcher) -> None:
    mine = Workspace.local()
    first, lanes, last = single(mine, home), race(mine, home, 3), single(mine, home)
    home.move(lanes[1], 1)
    assert home.waiting(mine) == [*lanes, first, last]
    home.move(last, 2)  # behind all lanes, not between them
    assert home.waiting(mine) == [*lanes, last, first]
    home.move(lanes[2], 9)
    assert home.waiting(mine) == [last, first, *lanes]


def test_lanes_that_stand_apart_come_together(home: Launcher) -> None:
    """As an older version could leave them: they start together, when the first of them does."""
    mine = Workspace.local()
    lanes, between = race(mine, home, 2), single(mine, home)
    with Queue(mine.home / "queue.db").transaction() as jobs:
        jobs.arrange([key_of(mine.home, run.folder) for run in (lanes[0], between, lanes[1])])
    assert home.waiting(mine) == [lanes[0], between, lanes[1]]
    assert [list(party.runs) for party in parties(home.waiting(mine))] == [lanes, [between]]
    home.move(between, 1)
    assert home.waiting(mine) == [between, *lanes]


def test_a_race_that_gives_up_its_place_takes_none_of_a_stranger(home: Launcher) -> None:
    mine, (stranger, _) = Workspace.local(), Workspace.create()
    lanes, theirs, later = race(mine, home, 3), single(stranger, home), single(mine, home)
    assert [home.position(run) for run in (*lanes, theirs, later)] == [1, 1, 1, 2, 3]
    home.move(later, 1)
    assert [home.position(run) for run in (later, theirs, *lanes)] == [1, 2, 3, 3, 3]
    home.move(lanes[0], 1)
    assert [home.position(run) for run in (*lanes, theirs, later)] == [1, 1, 1, 2, 3]
