"""A series: made whole or not at all, nothing is trained twice, and its file is read with suspicion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import BadSettings, Damaged, DiskFull, NotFound, QuotaExceeded
from core.recipes import make_spec
from core.runs import group
from core.runs.repeats import fold_specs, seed_specs, share_specs
from core.runs.run import Run
from core.runs.series import Series, all_series, create_series, forget_series, load_series, members_of
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.settings import settings
from core.workspace import Workspace
from tests.training.conftest import make_dataset


@pytest.fixture
def workspace(clean_home: object) -> Workspace:
    return Workspace.local()


@pytest.fixture
def spec(workspace: Workspace) -> RunSpec:
    return make_spec(make_dataset(workspace).info)


def finish(run: Run, state: RunState = RunState.FINISHED) -> None:
    for step in (RunState.STARTING, RunState.RUNNING, state):
        run.update(state=step)
    run.path("model.onnx").touch()


def test_a_series_is_its_runs(workspace: Workspace, spec: RunSpec) -> None:
    series, new = create_series(workspace, "folds", fold_specs(spec, 3), " Mine ")
    assert load_series(workspace, series.id) == series and series.name == "Mine" and series.dataset == spec.dataset
    assert [run.id for run in new] == list(series.runs) and {run.status.state for run in new} == {RunState.QUEUED}
    assert [run.spec.fold for run in members_of(series, workspace)] == [0, 1, 2]


def test_what_was_trained_is_not_trained_again(workspace: Workspace, spec: RunSpec) -> None:
    mine = Run.create(workspace.runs_folder, spec.model_copy(update={"name": "My first"}))
    finish(mine)
    series, new = create_series(workspace, "seeds", seed_specs(spec, 3))
    assert series.runs[0] == mine.id and [run.id for run in new] == list(series.runs[1:])
    again, none = create_series(workspace, "seeds", seed_specs(spec, 3))
    assert again == series and none == []
    curve, _ = create_series(workspace, "shares", share_specs(spec, (0.5,), 3))
    assert curve.runs[3:] == series.runs


MEDDLED: dict[str, Any] = {
    "stopped by hand": lambda run: finish(run, RunState.STOPPED),
    "failed": lambda run: finish(run, RunState.FAILED),
    "another learning rate": lambda run: (run.request_learning_rate(0.1), finish(run)),
    "about to be stopped": lambda run: run.request_stop(),
}


@pytest.mark.parametrize("meddle", MEDDLED.values(), ids=MEDDLED.keys())
def test_a_run_that_was_meddled_with_is_not_taken(workspace: Workspace, spec: RunSpec, meddle: Any) -> None:
    mine = Run.create(workspace.runs_folder, spec)
    meddle(mine)
    series, new = create_series(workspace, "seeds", seed_specs(spec, 2))
    assert mine.id not in series.runs and len(new) == 2


def test_a_continued_run_is_not_taken(workspace: Workspace, spec: RunSpec) -> None:
    mine = Run.create(workspace.runs_folder, spec.model_copy(update={"continues": "r20260101-00000000"}))
    finish(mine)
    assert mine.id not in create_series(workspace, "seeds", seed_specs(mine.spec, 2))[0].runs


def test_nothing_is_left_of_a_series_that_could_not_be_stored(workspace: Workspace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Run.create(workspace.runs_folder, spec)

    def full(*_: Any) -> None:
        raise DiskFull("There is no room.")

    monkeypatch.setattr(group, "write_atomic", full)
    with pytest.raises(DiskFull):
        create_series(workspace, "seeds", seed_specs(spec, 3))
    assert [run.id for run in workspace.runs()] == [mine.id] and all_series(workspace) == []


def test_a_quota_counts_new_runs_only(workspace: Workspace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    Run.create(workspace.runs_folder, spec)
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_RUNS", "3")
    settings.cache_clear()
    assert len(create_series(workspace, "seeds", seed_specs(spec, 3))[1]) == 2
    with pytest.raises(QuotaExceeded):
        create_series(workspace, "seeds", seed_specs(spec, 4))


def test_a_curve_needs_validation_rows(workspace: Workspace, spec: RunSpec) -> None:
    folder = workspace.dataset(spec.dataset).folder
    told = json.loads((folder / "dataset.json").read_text())
    told["split"]["validation"] = 0
    (folder / "dataset.json").write_text(json.dumps(told))
    with pytest.raises(BadSettings, match="validation rows"):
        create_series(workspace, "shares", share_specs(spec, (0.5,)))
    assert workspace.runs() == []


def test_too_few_rows_are_said_before_anything_is_made(workspace: Workspace) -> None:
    small = make_spec(make_dataset(workspace, rows=20).info)
    with pytest.raises(BadSettings, match="folds need"):
        create_series(workspace, "folds", fold_specs(small, 20))
    assert workspace.runs() == []


def test_deleting_a_run_or_the_series_breaks_nothing(workspace: Workspace, spec: RunSpec) -> None:
    series, new = create_series(workspace, "seeds", seed_specs(spec, 3))
    workspace.delete(new[1].id)
    new[2].path("spec.json").write_text("{")
    assert [run.id for run in members_of(series, workspace)] == [new[0].id]
    forget_series(workspace, series.id)
    forget_series(workspace, series.id)
    assert all_series(workspace) == [] and new[0].folder.is_dir()
    with pytest.raises(NotFound, match="no series"):
        load_series(workspace, series.id)


def test_newest_first_and_of_one_dataset(workspace: Workspace, spec: RunSpec) -> None:
    other = make_spec(make_dataset(workspace, rows=100).info)
    wishes = ((spec, 2), (other, 2), (spec, 3))
    first, second, third = (create_series(workspace, "seeds", seed_specs(each, count))[0] for each, count in wishes)
    assert [series.id for series in all_series(workspace)] == [third.id, second.id, first.id]
    assert [series.id for series in all_series(workspace, spec.dataset)] == [third.id, first.id]


HOSTILE = {
    "runs that lead out": {"runs": ["../../../etc", "r20260101-00000000"]},
    "too many runs": {"runs": [f"r20260101-{i:08x}" for i in range(101)]},
    "another id": {"id": "series-20260101-ffffffff"},
    "another kind": {"kind": "poems"},
    "unknown fields": {"owner": "me"},
    "a dataset that leads out": {"dataset": "../d"},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_damaged(workspace: Workspace, spec: RunSpec, change: dict[str, Any]) -> None:
    series, _ = create_series(workspace, "seeds", seed_specs(spec, 2))
    path = workspace.folder / "series" / f"{series.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(Damaged):
        load_series(workspace, series.id)
    assert all_series(workspace) == []


def test_runs_of_other_data_are_not_members(workspace: Workspace, spec: RunSpec) -> None:
    other = Run.create(workspace.runs_folder, spec.model_copy(update={"dataset": "d-other"}))
    mine = Run.create(workspace.runs_folder, spec)
    series = Series(id="series-20260101-00000000", kind="seeds", dataset=spec.dataset, runs=(other.id, mine.id), created="")
    assert [run.id for run in members_of(series, workspace)] == [mine.id]


@pytest.mark.parametrize("name", ["", "../runs", "series/x", "series-20260101-00000000"])
def test_no_path_is_made_of_a_name(workspace: Workspace, name: str) -> None:
    with pytest.raises(NotFound):
        load_series(workspace, name)
