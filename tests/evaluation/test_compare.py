"""Comparison: the same rows for all, runs first, and a paired difference that is right."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from core.dataset.schema import Part, Task
from core.errors import BadSettings
from core.evaluation.compare import Model, compare, paired_difference
from core.evaluation.predictions import Predictions
from tests.evaluation.made import binary, predictions, regression


def with_validation(p: Predictions) -> Predictions:
    """The same rows once more, as validation rows with other numbers."""
    parts = np.r_[p.parts, np.full(len(p), Part.VALIDATION.number)]
    return Predictions(p.task, p.labels, np.r_[p.rows, p.rows + 10_000], parts, np.r_[p.truth, p.truth], np.concatenate([p.scores, p.scores]))


def right(flags: list[int], truth: int = 1) -> Predictions:
    """Binary predictions of one class that are right where the flag is 1."""
    p = np.where(np.array(flags) == 1, 0.9, 0.1)
    return predictions(Task.BINARY, np.full(len(flags), truth), np.c_[1 - p, p], ("no", "yes"))


def test_runs_come_first_and_names_are_as_promised() -> None:
    truth, scores = binary(np.random.default_rng(0), 200)
    p = with_validation(predictions(Task.BINARY, truth, scores, ("no", "yes")))
    found = compare([Model("majority", "Most frequent", p, "baseline"), Model("r1", "One", p)]).to_json()
    assert (found["rows_judged"], found["metric"]) == (200, "accuracy")
    assert [model["run"] for model in found["models"]] == ["r1", "majority"]
    first = found["models"][0]
    assert {"run", "name", "kind", "metrics", "per_class", "confusion", "difference"} <= set(first)
    assert set(first["metrics"]["accuracy"]) == {"value", "low", "high"}
    assert first["difference"]["value"] == 0 and first["difference"]["clear"] is False
    assert found["models"][1]["difference"] is None
    json.dumps(found, allow_nan=False)


def test_only_common_rows_are_judged_in_any_order() -> None:
    truth, scores = binary(np.random.default_rng(1), 100)
    whole = predictions(Task.BINARY, truth, scores)
    part = whole.take(np.random.default_rng(2).permutation(100)[:60])
    found = compare([Model("a", "A", whole), Model("b", "B", part)])
    assert found.rows_judged == 60
    assert found.models[0].evaluation.to_json() == found.models[1].evaluation.to_json()
    assert found.models[0].model.predictions.rows.tolist() == sorted(part.rows.tolist())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ("x", "y")}, "different questions"),
        ({"rows": np.arange(1000, 1100)}, "no test row in common"),
        ({"truth": np.zeros(100, np.int64)}, "different answers"),
    ],
)
def test_what_cannot_be_compared_is_refused(change: dict[str, object], message: str) -> None:
    p = predictions(Task.BINARY, *binary(np.random.default_rng(3), 100), ("no", "yes"))
    with pytest.raises(BadSettings, match=message):
        compare([Model("a", "A", p), Model("b", "B", replace(p, **change))])  # type: ignore[arg-type]


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(BadSettings, match="no model to compare"):
        compare([])


def test_the_best_baseline_is_chosen_on_validation_rows() -> None:
    good, bad = right([1, 1, 1, 0]), right([1, 0, 0, 0])
    crossed = Predictions(  # bad on test, best on validation
        good.task, good.labels, np.arange(8), np.repeat([2, 1], 4), np.ones(8, np.int64), np.concatenate([bad.scores, good.scores])
    )
    plain = Predictions(
        good.task, good.labels, np.arange(8), np.repeat([2, 1], 4), np.ones(8, np.int64), np.concatenate([good.scores, bad.scores])
    )
    found = compare([Model("r", "R", plain), Model("linear", "L", plain, "baseline"), Model("trees", "T", crossed, "baseline")])
    assert found.models[0].difference is not None
    assert found.models[0].difference.reference == "trees"


def test_the_accuracy_difference_is_bonett_and_prices() -> None:
    """By the published formula: 30 rows only the run gets right, 10 only the baseline, of 100."""
    ours, theirs = right([1] * 30 + [0] * 10 + [1] * 60), right([0] * 30 + [1] * 10 + [1] * 60)
    found = paired_difference(Model("r", "R", ours), Model("linear", "L", theirs, "baseline"))
    win, loss = 31 / 102, 11 / 102
    reach = 1.959964 * np.sqrt((win + loss - (win - loss) ** 2) / 102)
    assert found.interval.value == pytest.approx(0.2)
    assert found.interval.low == pytest.approx(win - loss - reach, abs=1e-6)
    assert found.interval.high == pytest.approx(win - loss + reach, abs=1e-6)
    assert found.clear and found.better


def test_more_models_need_a_clearer_difference() -> None:
    ours, theirs = right([1] * 20 + [0] * 8 + [1] * 172), right([0] * 20 + [1] * 8 + [1] * 172)
    models = Model("r", "R", ours), Model("linear", "L", theirs, "baseline")
    assert paired_difference(*models, comparisons=1).clear
    assert not paired_difference(*models, comparisons=12).clear


def test_paired_differences_cover() -> None:
    """400 sets of 150 rows with a true difference of 6 points in accuracy, and one in RMSE."""
    rng = np.random.default_rng(5)
    held = {"accuracy": 0, "rmse": 0}
    for _ in range(400):
        hard = rng.random(150)
        ours, theirs = right(list((hard + rng.normal(size=150) * 0.2 < 0.86).astype(int))), right(list((hard + rng.normal(size=150) * 0.2 < 0.80).astype(int)))
        gap = paired_difference(Model("r", "R", ours), Model("b", "B", theirs)).interval
        held["accuracy"] += (gap.low or 0) <= TRUE_GAP <= (gap.high or 0)
        truth, values = regression(rng, 150)
        noisy = values + rng.normal(size=150) * 0.5
        gap = paired_difference(Model("r", "R", predictions(Task.REGRESSION, truth, values)), Model("b", "B", predictions(Task.REGRESSION, truth, noisy))).interval
        held["rmse"] += (gap.low or 0) <= np.sqrt(1.09) - np.sqrt(1.34) <= (gap.high or 0)
    assert 0.92 <= held["accuracy"] / 400 <= 0.98
    assert 0.92 <= held["rmse"] / 400 <= 0.98


_hard = np.random.default_rng(6).random(4_000_000)
_noise = np.random.default_rng(7).normal(size=4_000_000) * 0.2
TRUE_GAP = float((_hard + _noise < 0.86).mean() - (_hard + _noise < 0.80).mean())


def test_less_error_is_better() -> None:
    truth, values = regression(np.random.default_rng(8), 300)
    good, bad = predictions(Task.REGRESSION, truth, values), predictions(Task.REGRESSION, truth, values + np.random.default_rng(9).normal(size=300))
    found = paired_difference(Model("r", "R", good), Model("b", "B", bad))
    assert found.metric == "rmse" and (found.interval.value or 0) < 0
    assert found.better and found.clear
    assert not paired_difference(Model("r", "R", bad), Model("b", "B", good)).better


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_one_row_has_a_difference_without_crash(task: Task) -> None:
    one = right([1]) if task is Task.BINARY else predictions(task, np.array([1.0]), np.array([2.0]))
    found = paired_difference(Model("r", "R", one), Model("b", "B", one))
    assert found.interval.value == 0
    assert not found.clear


def test_the_table_has_limits_beside_each_number() -> None:
    p = predictions(Task.REGRESSION, *regression(np.random.default_rng(0), 50))
    frame = compare([Model("a", "=A", p), Model("mean", "B", p, "baseline")]).to_frame()
    assert frame.columns[:7] == ["id", "name", "kind", "rows", "rmse", "rmse_low", "rmse_high"]
    assert frame["rmse_low"].dtype == pl.Float64
    assert frame.height == 2


def test_undefined_numbers_are_empty_cells() -> None:
    p = right([1, 1, 0])
    frame = compare([Model("a", "A", p)]).to_frame()
    assert frame["roc_auc"].to_list() == [None]
