"""More data: what would settle the open questions, the way into a series, and what series say once their runs are judged."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.recipes import make_spec
from core.runs.repeats import fold_specs, seed_specs, share_specs
from core.runs.run import Run
from core.runs.series import Kind, all_series, create_series
from core.runs.spec import RunSpec
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.pages.conftest import EVIL, Visit, assert_sound, everything, raw
from tests.pages.test_compare import charts, table


@pytest.fixture(autouse=True)
def quiet(nothing_starts: None, started: list[str]) -> None:
    """The real launcher, which finds no room for a run; no baseline is trained."""


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    found = table(workspace)
    made.baselines(found)
    return found


def judged(workspace: Workspace, dataset: Dataset, kind: Kind, specs: Sequence[RunSpec], name: str, skill: float = 0.5) -> list[Run]:
    """A series whose runs are all over; a larger share knows more."""
    _, runs = create_series(workspace, kind, specs, name)
    return [made.finish(run, dataset, skill * run.spec.train_share**0.3, seed=place) for place, run in enumerate(runs)]


def waiting(workspace: Workspace) -> list[str]:
    return [run.id for run in Launcher(workspace.home).waiting(workspace)]


def at(visit: Visit, dataset: Dataset) -> AppTest:
    return visit("compare", dataset=dataset.id, look="more")


def test_one_model_says_what_would_settle_it_and_how_to_go_on(visit: Visit, workspace: Workspace, dataset: Dataset) -> None:
    made.model(workspace, dataset, name="Only", skill=0.1)
    text = everything(at(visit, dataset))
    assert "How much more until we know" in text and "Train it several times" in text
    assert "rows would settle it in 8 of 10 cases" in text or "is settled with the" in text
    assert "Series on these data" not in text


def test_a_press_queues_seeds_and_trains_none_again(visit: Visit, workspace: Workspace, dataset: Dataset) -> None:
    mine = made.model(workspace, dataset, name="Only")
    app = at(visit, dataset)
    app.button(key="series_go").click().run()
    assert_sound(app)
    (series,) = all_series(workspace)
    assert series.kind == "seeds" and series.runs[0] == mine.id and len(series.runs) == 5 and waiting(workspace) == list(series.runs[1:])
    assert "Several seeds of Only: 1 of 5 runs are over" in [bar.proto.text.replace("\\", "") for bar in app.get("progress")][0]


@pytest.mark.parametrize(("kind", "runs"), [("folds", 5), ("shares", 12)])
def test_a_press_queues_folds_or_shares(visit: Visit, workspace: Workspace, dataset: Dataset, kind: str, runs: int) -> None:
    mine = made.model(workspace, dataset, name="Only")
    app = at(visit, dataset)
    app.get_by_key("series_way").set_value([kind] if isinstance(app.get_by_key("series_way").value, list) else kind).run()
    app.button(key="series_go").click().run()
    assert_sound(app)
    (series,) = all_series(workspace)
    assert series.kind == kind and len(series.runs) == runs
    app.button(key=f"stop_{series.id}").click().run()
    assert all(Run(workspace.runs_folder / name).stop_requested for name in series.runs if name != mine.id)


def test_what_series_say(visit: Visit, workspace: Workspace, dataset: Dataset) -> None:
    one, other = make_spec(dataset.info, name="Mine"), make_spec(dataset.info, name="Other", changes={"dropout": 0.3})
    for spec, skill in ((one, 0.7), (other, 0.2)):
        judged(workspace, dataset, "seeds", seed_specs(spec, 3), spec.name, skill)
        judged(workspace, dataset, "folds", fold_specs(spec, 5), spec.name, skill)
    judged(workspace, dataset, "shares", share_specs(one, (0.1, 0.25, 0.5), 2), "Mine", 0.7)
    app = at(visit, dataset)
    text = everything(app)
    for heading in ("From seed to seed", "Fold by fold", "Would more data help?", "Series on these data"):
        assert heading in text
    assert len(charts(app)) == 3 and "Mine" in charts(app)[0] and "Learning curve of Mine" in charts(app)[2]
    assert "Probability of worse" in text and "less than 1.0 percentage points" in text
    assert len([box for box in app.expander if "runs" in box.label]) == 5
    app.selectbox(key="folds_ours").set_value("Mine").run()
    assert_sound(app)
    assert "Mine is better than Other: the probability is" in everything(app)


def test_folds_and_shares_are_not_offered_for_comparison(visit: Visit, workspace: Workspace, dataset: Dataset) -> None:
    spec = make_spec(dataset.info, name="Mine")
    judged(workspace, dataset, "folds", fold_specs(spec, 2), "Mine")
    judged(workspace, dataset, "shares", share_specs(spec, (0.5,)), "Mine")
    made.model(workspace, dataset, name="Second")
    app = visit("compare", dataset=dataset.id)
    assert sorted(app.button_group[0].options) == ["Mine", "Second"]


def test_forgetting_a_series_keeps_its_runs(visit: Visit, workspace: Workspace, dataset: Dataset) -> None:
    runs = judged(workspace, dataset, "seeds", seed_specs(make_spec(dataset.info, name="Mine"), 2), "Mine")
    app = at(visit, dataset)
    (series,) = all_series(workspace)
    app.button(key=f"forget_{series.id}").click().run()
    assert_sound(app)
    assert all_series(workspace) == [] and all(run.folder.is_dir() for run in runs)


def test_a_deleted_run_hides_only_itself(visit: Visit, workspace: Workspace, dataset: Dataset) -> None:
    runs = judged(workspace, dataset, "seeds", seed_specs(make_spec(dataset.info, name="Mine"), 4), "Mine")
    workspace.delete(runs[2].id)
    runs[3].path("evaluation.json").write_text("{")
    text = everything(at(visit, dataset))
    assert "on average over 2 runs" in text


def test_names_of_strangers_stay_text(visit: Visit, workspace: Workspace, evil: Dataset) -> None:
    spec = make_spec(evil.info, name=EVIL[:100])
    judged(workspace, evil, "seeds", seed_specs(spec, 2), spec.name)
    judged(workspace, evil, "shares", share_specs(spec, (0.1, 0.25, 0.5), 2), spec.name)
    app = at(visit, evil)
    text = raw(app)
    assert "<img" not in text and "](javascript" not in text and ":red[" not in text
    assert all("<img" not in trace.proto.spec for trace in app.get("plotly_chart"))
