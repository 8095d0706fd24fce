"""What a series says: scores from the right rows, honest intervals, and verdicts that agree with SciPy."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from core.dataset.dataset import Dataset
from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.intervals import Interval
from core.recipes import make_spec
from core.runs.repeats import fold_specs, seed_specs, share_specs
from core.runs.run import Run
from core.runs.series import Kind, create_series
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.series_results import SeriesResult, judge_folds, judge_two_seeds, result_of
from core.workspace import Workspace
from tests.pages.results_made import finish
from tests.training.conftest import make_dataset


@pytest.fixture
def workspace(clean_home: object) -> Workspace:
    return Workspace.local()


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return make_dataset(workspace, rows=600)


def made(workspace: Workspace, dataset: Dataset, kind: Kind, specs: list[RunSpec], *, name: str = "Mine", skill: float = 0.8, done: int | None = None, seed: int = 0) -> SeriesResult:
    """A series whose runs say that they reached `skill`, each with a little luck; a smaller share reaches less."""
    series, runs = create_series(workspace, kind, specs, name)
    chance = np.random.default_rng(seed)
    for run in runs[:done]:
        _tell(run, 1 - (1 - skill) * run.spec.train_share**-0.3 + chance.normal(0, 0.01))
    return result_of(series, workspace)


def _tell(run: Run, value: float) -> None:
    """Leave a run as one that was judged, as far as a series looks."""
    for state in (RunState.STARTING, RunState.RUNNING, RunState.FINISHED):
        run.update(state=state)
    run.path("model.onnx").touch()
    metrics = {"accuracy": Interval(value, value - 0.02, value + 0.02).to_json(), "rmse": Interval(20 * (1 - value)).to_json()}
    parts = {"validation": metrics} if run.spec.train_share < 1 else {"validation": metrics, "test": {"accuracy": Interval(value + 0.1).to_json(), "rmse": Interval(20 * (1.1 - value)).to_json()}}
    run.save_json("evaluation.json", {part: {"metrics": found} for part, found in parts.items()})


def test_seeds_have_a_spread_and_no_interval_that_they_cannot_have(workspace: Workspace, dataset: Dataset) -> None:
    found = made(workspace, dataset, "seeds", seed_specs(make_spec(dataset.info), 4))
    kept = [json.loads(one.run.path("evaluation.json").read_text())["test"]["metrics"]["accuracy"]["value"] for one in found.scored]
    assert list(found.values) == kept and found.mean.value == pytest.approx(np.mean(kept)) and found.mean.low is None
    assert found.spread == pytest.approx(np.std(kept, ddof=1)) and (found.waiting, found.lost) == (0, 0)


def test_what_waits_and_what_is_lost_is_counted(workspace: Workspace, dataset: Dataset) -> None:
    found = made(workspace, dataset, "seeds", seed_specs(make_spec(dataset.info), 5), done=2)
    workspace.delete(found.series.runs[3])
    found.scored[1].run.path("evaluation.json").write_text("[]")
    again = result_of(found.series, workspace)
    assert (len(again.scored), again.waiting, again.lost) == (1, 2, 2) and again.spread is None


def test_nothing_is_judged_yet(workspace: Workspace, dataset: Dataset) -> None:
    found = made(workspace, dataset, "folds", fold_specs(make_spec(dataset.info), 3), done=0)
    assert found.mean.value is None and "judged yet" in found.mean.reason and found.waiting == 3
    json.dumps(found.to_json(), allow_nan=False)


def test_the_interval_of_folds_is_that_of_nadeau_and_bengio(workspace: Workspace, dataset: Dataset) -> None:
    found = made(workspace, dataset, "folds", fold_specs(make_spec(dataset.info), 5, repeats=2))
    values = np.array(found.values)
    reach = stats.t.ppf(0.975, 9) * np.sqrt((1 / 10 + 0.2 / 0.8) * values.var(ddof=1))
    assert found.mean.value == pytest.approx(values.mean()) and found.mean.high - found.mean.value == pytest.approx(reach)  # type: ignore[operator]


def test_shares_are_judged_on_the_validation_rows_and_make_a_curve(workspace: Workspace, dataset: Dataset) -> None:
    found = made(workspace, dataset, "shares", share_specs(make_spec(dataset.info), (0.1, 0.25, 0.5), 2))
    full = next(one for one in found.scored if one.spec.train_share == 1)
    told = json.loads(full.run.path("evaluation.json").read_text())
    assert set(told) == {"validation", "test"} and full.value == told["validation"]["metrics"]["accuracy"]["value"]
    assert found.curve is not None and [point.rows for point in found.curve.points] == [42, 105, 210, 420] and {len(point.values) for point in found.curve.points} == {2}
    assert found.mean.value is None and found.spread is None


def test_the_margin_of_an_error_is_a_share_of_it(workspace: Workspace) -> None:
    numbers = make_dataset(workspace, rows=600, task=Task.REGRESSION)
    found = made(workspace, numbers, "shares", share_specs(make_spec(numbers.info), (0.1, 0.25, 0.5), 2))
    assert found.metric == "rmse" and found.curve is not None
    assert found.curve.margin == pytest.approx(0.01 * found.curve.points[-1].mean)


def both(workspace: Workspace, dataset: Dataset, skills: tuple[float, float], seeds: tuple[int, int] = (0, 1)) -> tuple[SeriesResult, SeriesResult]:
    one, other = make_spec(dataset.info), make_spec(dataset.info, changes={"dropout": 0.3})
    return (
        made(workspace, dataset, "folds", fold_specs(one, 5, 2), name="Mine", skill=skills[0], seed=seeds[0]),
        made(workspace, dataset, "folds", fold_specs(other, 5, 2), name="Other", skill=skills[1], seed=seeds[1]),
    )


@pytest.mark.parametrize(("skills", "sentence"), [((0.85, 0.75), "Mine is better than Other"), ((0.75, 0.85), "Mine is worse than Other")], ids=["better", "worse"])
def test_the_same_folds_are_compared_one_by_one(workspace: Workspace, dataset: Dataset, skills: tuple[float, float], sentence: str) -> None:
    ours, theirs = both(workspace, dataset, skills)
    verdict = judge_folds(ours, theirs)
    differences = np.array(ours.values) - np.array(theirs.values)
    error = np.sqrt((1 / 10 + 0.2 / 0.8) * differences.var(ddof=1))
    assert verdict.folds == 10 and verdict.interval.value == pytest.approx(differences.mean())
    assert verdict.p_value == pytest.approx(2 * stats.t.sf(abs(differences.mean() / error), 9), rel=1e-6)
    assert verdict.chances[0] == pytest.approx(stats.t.cdf((-0.01 - differences.mean()) / error, 9), abs=1e-9)
    assert sum(verdict.chances) == pytest.approx(1) and verdict.sentence.startswith(sentence)


def test_equal_networks_are_not_told_apart(workspace: Workspace, dataset: Dataset) -> None:
    assert "no practical difference" in judge_folds(*both(workspace, dataset, (0.8, 0.8), (0, 0))).sentence  # the very same scores


def test_a_little_luck_is_no_verdict(workspace: Workspace, dataset: Dataset) -> None:
    verdict = judge_folds(*both(workspace, dataset, (0.81, 0.8)))
    assert "cannot be told yet" in verdict.sentence and max(verdict.chances) < 0.95


def test_where_less_is_better_a_smaller_error_is_better(workspace: Workspace) -> None:
    numbers = make_dataset(workspace, rows=600, task=Task.REGRESSION)
    ours, theirs = both(workspace, numbers, (0.85, 0.7))
    verdict = judge_folds(ours, theirs)
    assert verdict.metric == "rmse" and (verdict.interval.value or 0) < 0 and verdict.sentence.startswith("Mine is better than Other")


def test_other_folds_are_not_compared(workspace: Workspace, dataset: Dataset) -> None:
    spec = make_spec(dataset.info)
    three, five = (made(workspace, dataset, "folds", fold_specs(spec, folds)) for folds in (3, 5))
    with pytest.raises(BadSettings, match="fewer than two folds in common"):
        judge_folds(three, five)


def test_seeds_are_compared_with_both_kinds_of_chance(workspace: Workspace, dataset: Dataset) -> None:
    results = []
    for name, dropout, skill in (("Mine", 0.1, 0.9), ("Other", 0.3, 0.1)):
        series, runs = create_series(workspace, "seeds", seed_specs(make_spec(dataset.info, changes={"dropout": dropout}), 3), name)
        for place, run in enumerate(runs):
            finish(run, dataset, skill, seed=place)
        results.append(result_of(series, workspace))
    verdict = judge_two_seeds(*results)
    assert verdict.finding == "better" and verdict.difference.test == "seeds"
    assert verdict.difference.interval.value == pytest.approx(np.mean(results[0].values) - np.mean(results[1].values))
