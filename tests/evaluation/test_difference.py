"""Difference: interval and p-value never contradict each other in `clear`, and nothing gets NaN into JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

from core.dataset.schema import Task
from core.evaluation.difference import difference_of, paired_difference
from core.evaluation.evaluate import evaluate
from core.evaluation.model import Model
from core.evaluation.paired import Paired, paired, prepare
from tests.evaluation.made import predictions, regression
from tests.evaluation.pairs_made import pair

CASES = [Task.BINARY, Task.MULTICLASS, Task.REGRESSION]


@pytest.mark.parametrize("task", CASES)
def test_clear_needs_the_p_value_and_the_interval(task: Task) -> None:
    ours, theirs = (Model(name, name, p) for name, p in zip("ab", pair(task), strict=True))
    for metric in evaluate(ours.predictions).metrics:
        found = paired_difference(ours, theirs, metric, comparisons=3)
        assert found.adjusted_p == pytest.approx(min(1.0, 3 * (found.p_value or 0)))
        outside = not (found.interval.low or 0) <= 0 <= (found.interval.high or 0)
        assert found.clear == (outside and (found.adjusted_p or 0) < 0.05), metric
        json.dumps(found.to_json(), allow_nan=False)


def test_an_interval_that_holds_0_is_never_clear_whatever_the_p_value() -> None:
    found = difference_of(Paired(0.1, 0.09, 0.05, math.inf, 0.049, "mcnemar"), "accuracy", "b", 50)
    assert (found.interval.low or 0) < 0 and not found.clear


def test_fewer_errors_are_better() -> None:
    truth, values = regression(np.random.default_rng(0), 200)
    good, bad = (Model(str(noise), "", predictions(Task.REGRESSION, truth, values + noise * np.random.default_rng(1).normal(size=200))) for noise in (0.1, 2.0))
    for metric in ("rmse", "mae", "median_absolute_error"):
        assert paired_difference(good, bad, metric).better and not paired_difference(bad, good, metric).better
    assert paired_difference(good, bad, "r2").better


def test_two_thresholds_for_two_models() -> None:
    ours, _ = pair(Task.BINARY)
    model = Model("a", "A", ours)
    assert paired_difference(model, model, "recall", threshold=(0.2, 0.8)).better
    assert paired_difference(model, model, "recall", threshold=0.2).interval.value == 0


def _coverage(metrics: tuple[str, ...], make: Callable[[np.random.Generator, int], tuple], rows: int, sets: int) -> dict[str, float]:
    """Share of sets whose interval holds the difference of 40,000 rows."""
    rng = np.random.default_rng(8)

    def gap(metric: str, found: tuple) -> Paired:
        return paired(prepare(found[0], metric), prepare(found[1], metric))

    large = make(rng, 40_000)
    true, held = {metric: gap(metric, large).value or 0.0 for metric in metrics}, dict.fromkeys(metrics, 0)
    for _ in range(sets):
        small = make(rng, rows)
        for metric in metrics:
            interval = difference_of(gap(metric, small), metric, "b", rows).interval
            held[metric] += (interval.low or 0.0) <= true[metric] <= (interval.high or 0.0)
    return {metric: count / sets for metric, count in held.items()}


SIZES = [pytest.param(50, id="usual"), pytest.param(1_000, id="nightly", marks=pytest.mark.nightly)]


@pytest.mark.parametrize("sets", SIZES)
@pytest.mark.parametrize(("task", "rows", "metrics"), [
    (Task.BINARY, 120, ("accuracy", "balanced_accuracy", "f1", "mcc", "roc_auc", "average_precision", "brier")),
    (Task.MULTICLASS, 150, ("accuracy", "f1_macro", "roc_auc", "brier")),
    (Task.REGRESSION, 60, ("rmse", "mae", "r2")),
])  # fmt: skip
def test_intervals_of_differences_cover(task: Task, rows: int, metrics: tuple[str, ...], sets: int) -> None:
    found = _coverage(metrics, lambda rng, n: pair(task, n, int(rng.integers(1 << 30))), rows, sets)
    slack = 2.6 * (0.05 * 0.95 / sets) ** 0.5
    assert all(0.93 - slack <= held for held in found.values()), found


def test_what_is_shown_lies_in_its_interval() -> None:
    """The middle may be drawn towards 0; the number on the page is the one that was measured."""
    found = difference_of(Paired(0.3, 0.1, 0.05, math.inf, 0.04, "delta"), "precision_macro", "b", 50).interval
    assert (found.value, found.high) == (0.3, 0.3) and found.low == pytest.approx(0.1 - 1.96 * 0.05, abs=1e-4)


def test_an_interval_may_reach_further_on_one_side() -> None:
    found = difference_of(Paired(0.1, 0.1, 0.02, math.inf, 0.001, "delong", stretch=(0.5, 2.0)), "roc_auc", "b", 50).interval
    assert (found.low, found.high) == (pytest.approx(0.1 - 0.0196, abs=1e-4), pytest.approx(0.1 + 0.0784, abs=1e-4))
