"""Paired tests of every metric: the difference is that of `evaluate`, the error that of the bootstrap, the test the promised one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from core.dataset.schema import Task
from core.evaluation.evaluate import evaluate
from core.evaluation.influence import SCORED, influence, row_losses
from core.evaluation.paired import TESTS, Paired, paired, prepare
from core.evaluation.predictions import Predictions
from tests.evaluation.made import predictions
from tests.evaluation.pairs_made import pair


def judged(ours: Predictions, theirs: Predictions, metric: str) -> Paired:
    return paired(prepare(ours, metric), prepare(theirs, metric))


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS, Task.REGRESSION])
def test_every_metric_has_a_difference_a_test_and_an_interval(task: Task) -> None:
    ours, theirs = pair(task)
    mine, other = evaluate(ours).metrics, evaluate(theirs).metrics
    for metric in mine:
        found = judged(ours, theirs, metric)
        assert found.value == pytest.approx((mine[metric].value or 0) - (other[metric].value or 0), abs=1e-12), metric
        assert found.p_value is not None and 0 <= found.p_value <= 1 and found.test in TESTS, metric
        if metric == "mape":  # the true values lie on both sides of 0, so some share has no bound
            assert found.error is None and "near 0" in found.reason
            continue
        assert found.error is not None and found.error > 0, metric
        back = judged(theirs, ours, metric)
        assert (back.value, back.error, back.p_value) == pytest.approx((-(found.value or 0), found.error, found.p_value), rel=1e-9), metric


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        (Task.BINARY, "roc_auc"), (Task.BINARY, "average_precision"), (Task.BINARY, "log_loss"), (Task.BINARY, "brier"), (Task.MULTICLASS, "roc_auc"),
        (Task.MULTICLASS, "average_precision"), (Task.MULTICLASS, "roc_auc_weighted"), (Task.MULTICLASS, "brier"), (Task.REGRESSION, "rmse"),
        (Task.REGRESSION, "r2"), (Task.REGRESSION, "mae"), (Task.REGRESSION, "median_absolute_error"),
    ],
)  # fmt: skip
def test_errors_are_those_of_the_bootstrap(task: Task, metric: str) -> None:
    ours, theirs = pair(task, 500)
    rng, gaps = np.random.default_rng(0), []
    for _ in range(80):
        drawn = rng.integers(0, 500, 500)
        gaps.append(judged(ours.take(drawn), theirs.take(drawn), metric).value if metric != "median_absolute_error" else _median_gap(ours, theirs, drawn))
    assert judged(ours, theirs, metric).error == pytest.approx(np.std(np.array(gaps, float)), rel=0.3)


def _median_gap(ours: Predictions, theirs: Predictions, drawn: np.ndarray) -> float:
    return float(np.median(np.abs(ours.scores - ours.truth)[drawn]) - np.median(np.abs(theirs.scores - theirs.truth)[drawn]))


@pytest.mark.parametrize("metric", ["log_loss", "brier"])
def test_means_of_losses_are_the_paired_t_test(metric: str) -> None:
    ours, theirs = pair(Task.BINARY, 900)
    found = judged(ours, theirs, metric)
    expected = stats.ttest_rel(row_losses(ours, metric), row_losses(theirs, metric))
    interval = expected.confidence_interval()
    assert found.test == "influence" and found.p_value == pytest.approx(expected.pvalue)
    assert found.error == pytest.approx((interval.high - interval.low) / 2 / stats.t.ppf(0.975, 899))


def test_few_rows_are_judged_by_permutation() -> None:
    ours, theirs = pair(Task.REGRESSION, 10)
    expected = stats.permutation_test((row_losses(ours, "mae") - row_losses(theirs, "mae"),), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=False)
    found = judged(ours, theirs, "mae")
    assert found.test == "permutation" and found.p_value == pytest.approx(expected.pvalue)


def test_influences_sum_to_nothing() -> None:
    for task in (Task.BINARY, Task.MULTICLASS, Task.REGRESSION):
        ours, _ = pair(task)
        for metric in SCORED & set(evaluate(ours).metrics):
            found = influence(ours, metric)
            assert found is not None and found.parts.sum() == pytest.approx(0, abs=1e-12), metric


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS, Task.REGRESSION])
def test_a_model_beside_itself_is_never_better(task: Task) -> None:
    ours, _ = pair(task)
    for metric in evaluate(ours).metrics:
        found = judged(ours, ours, metric)
        assert found.value == 0 and found.p_value == 1, metric


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS, Task.REGRESSION])
def test_a_handful_of_rows_does_not_crash(task: Task, rows: int) -> None:
    rng = np.random.default_rng(rows)
    truth = rng.integers(0, 2, rows) if task is Task.BINARY else rng.integers(0, 3, rows)
    width = {Task.BINARY: 2, Task.MULTICLASS: 3}.get(task)
    if width is None:
        one, other = predictions(task, rng.normal(size=rows), rng.normal(size=rows)), None
        other = predictions(task, one.truth, rng.normal(size=rows))
    else:
        draw = [rng.dirichlet(np.ones(width), rows) for _ in range(2)]
        one, other = predictions(task, truth, draw[0]), predictions(task, truth, draw[1])
    for metric in evaluate(one).metrics:
        found = judged(one, other, metric)
        assert all(number is None or math.isfinite(number) for number in (found.value, found.error, found.p_value)), metric


def test_medians_of_many_rows_have_the_error_of_the_bootstrap() -> None:
    few, many = (judged(*pair(Task.REGRESSION, rows), "median_absolute_error") for rows in (19_999, 20_001))
    assert (few.test, many.test) == ("bootstrap", "influence")
    assert few.error is not None and many.error == pytest.approx(few.error, rel=0.15)


def test_thresholds_move_decisions_only() -> None:
    ours, _ = pair(Task.BINARY)
    low, high = prepare(ours, "recall", 0.1), prepare(ours, "recall", 0.9)
    assert (paired(low, high).value or 0) > 0
    assert paired(prepare(ours, "roc_auc", 0.1), prepare(ours, "roc_auc", 0.9)).value == 0


def test_other_rows_or_metrics_are_refused() -> None:
    ours, theirs = pair(Task.BINARY)
    with pytest.raises(ValueError, match="same rows and metric"):
        paired(prepare(ours, "f1"), prepare(theirs.take(np.arange(5)), "f1"))
    with pytest.raises(ValueError, match="same rows and metric"):
        paired(prepare(ours, "f1"), prepare(theirs, "accuracy"))


def test_without_rows_or_test_the_reason_is_said() -> None:
    ours, theirs = pair(Task.BINARY)
    none = ours.take(np.zeros(0, np.int64))
    assert "no rows" in judged(none, none, "accuracy").reason
    assert "no paired test" in judged(ours, theirs, "unheard_of").reason
