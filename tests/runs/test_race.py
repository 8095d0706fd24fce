"""A race: made whole or not at all, read with suspicion, and never in the way of its runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadSettings, Damaged, DiskFull, NotFound, QuotaExceeded
from core.identity import identity
from core.runs import group as module
from core.runs.race import all_races, create_race, forget_race, lanes_of, load_race, race_of
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.settings import settings
from core.workspace import Workspace

SPEC = RunSpec(dataset="d-one", inputs=("a",), target="b", task="binary", recipe="mlp")


def specs(count: int) -> list[RunSpec]:
    return [SPEC.model_copy(update={"seed": seed}) for seed in range(count)]


@pytest.fixture
def workspace(clean_home: Path) -> Workspace:
    return Workspace.local()


def test_a_race_is_its_runs(workspace: Workspace) -> None:
    race = create_race(workspace, specs(3), " Friday ")
    assert load_race(workspace, race.id) == race and race.name == "Friday" and race.dataset == "d-one"
    runs = lanes_of(race, workspace.runs_folder)
    assert [run.spec.seed for run in runs] == [0, 1, 2] and {run.status.state for run in runs} == {RunState.QUEUED}
    assert len({identity(run).colour for run in runs}) == 3
    assert all(race_of(run) == race for run in runs)
    assert race_of(Run.create(workspace.runs_folder, SPEC)) is None


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_race_has_two_to_four_lanes(workspace: Workspace, count: int) -> None:
    with pytest.raises(BadSettings, match="2 to 4 lanes"):
        create_race(workspace, specs(count))
    assert workspace.runs() == []


def test_all_lanes_learn_from_the_same_data(workspace: Workspace) -> None:
    with pytest.raises(BadSettings, match="different datasets"):
        create_race(workspace, [SPEC, SPEC.model_copy(update={"dataset": "d-two"})])


def test_the_same_twice_only_if_wanted(workspace: Workspace) -> None:
    twice = [SPEC, SPEC.model_copy(update={"name": "Another name"})]
    with pytest.raises(BadSettings, match="same seed"):
        create_race(workspace, twice)
    assert len(create_race(workspace, twice, same_twice=True).runs) == 2


def test_nothing_is_left_of_a_race_that_could_not_be_stored(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise DiskFull("There is no room.")

    monkeypatch.setattr(module, "write_atomic", full)
    with pytest.raises(DiskFull):
        create_race(workspace, specs(2))
    assert workspace.runs() == [] and all_races(workspace) == []


def test_a_quota_counts_all_lanes(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_RUNS", "2")
    settings.cache_clear()
    with pytest.raises(QuotaExceeded):
        create_race(workspace, specs(3))
    assert workspace.runs() == []


def test_deleting_a_run_or_the_race_breaks_nothing(workspace: Workspace) -> None:
    race = create_race(workspace, specs(3))
    workspace.delete(race.runs[1])
    assert [run.id for run in lanes_of(load_race(workspace, race.id), workspace.runs_folder)] == [race.runs[0], race.runs[2]]
    forget_race(workspace, race.id)
    forget_race(workspace, race.id)
    assert all_races(workspace) == [] and len(workspace.runs()) == 2
    with pytest.raises(NotFound, match="no race"):
        load_race(workspace, race.id)


def test_newest_first_and_a_damaged_one_hides_only_itself(workspace: Workspace) -> None:
    first, second, third = (create_race(workspace, specs(2), name) for name in "abc")
    place = workspace.folder / "races"
    (place / f"{second.id}.json").write_text("{")
    assert [race.id for race in all_races(workspace)] == [third.id, first.id]
    with pytest.raises(Damaged):
        load_race(workspace, second.id)


@pytest.mark.parametrize("name", ["", "../runs", "race-20260101-0000000", "race/x", "RACE-20260101-00000000", "race-20260101-00000000"])
def test_no_path_is_made_of_a_name(workspace: Workspace, name: str) -> None:
    with pytest.raises(NotFound):
        load_race(workspace, name)


HOSTILE = {
    "runs that lead out": {"runs": ["../../../etc", "r20260101-00000000"]},
    "too many runs": {"runs": [f"r20260101-0000000{i}" for i in range(5)]},
    "another id": {"id": "race-20260101-ffffffff"},
    "unknown fields": {"owner": "me"},
    "a name without end": {"name": "x" * 121},
    "a dataset that leads out": {"dataset": "../d"},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_damaged(workspace: Workspace, change: dict[str, Any]) -> None:
    race = create_race(workspace, specs(2))
    path = workspace.folder / "races" / f"{race.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(Damaged):
        load_race(workspace, race.id)
    assert all_races(workspace) == [] and race_of(workspace.run(race.runs[0])) is None


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[]", b"null", b"[" * 10_000, b" " * 20_000 + b"{}"], ids=["bytes", "list", "null", "deep", "long"])
def test_a_file_of_rubbish_is_damaged(workspace: Workspace, content: bytes) -> None:
    race = create_race(workspace, specs(2))
    (workspace.folder / "races" / f"{race.id}.json").write_bytes(content)
    with pytest.raises(Damaged):
        load_race(workspace, race.id)


def test_a_link_that_leads_out_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    race = create_race(workspace, specs(2))
    path = workspace.folder / "races" / f"{race.id}.json"
    outside = tmp_path / "outside.json"
    path.rename(outside)
    path.symlink_to(outside)
    assert all_races(workspace) == []
