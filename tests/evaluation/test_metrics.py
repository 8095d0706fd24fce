"""Metrics that need scores, against scikit-learn; and their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from core.dataset.schema import Task
from core.evaluation.metrics import METRICS, area_metrics, headline, higher_is_better, log_loss, regression_metrics
from tests.evaluation.made import binary, multiclass, regression

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(st.integers(0, 10_000))
def test_areas_over_classes_are_scikit_learns(seed: int) -> None:
    truth, scores = multiclass(np.random.default_rng(seed), 80)
    scores = np.round(scores, 1)  # ties
    found, each = area_metrics(truth, scores, (0, 1, 2, 3))
    present = [number for number in range(4) if (truth == number).any()]
    auc = [sk.roc_auc_score(truth == number, scores[:, number]) for number in present]
    ap = [sk.average_precision_score(truth == number, scores[:, number]) for number in present]
    assert found["roc_auc"].value == pytest.approx(np.mean(auc))
    assert found["average_precision"].value == pytest.approx(np.mean(ap))
    rows = [(truth == number).sum() for number in present]
    assert found["roc_auc_weighted"].value == pytest.approx(np.average(auc, weights=rows))
    assert found["average_precision_weighted"].value == pytest.approx(np.average(ap, weights=rows))
    assert [each[number]["roc_auc"].value for number in present] == [pytest.approx(value) for value in auc]


def test_the_average_of_two_classes_has_the_error_of_one() -> None:
    """Both columns of a binary score hold the same knowledge, so averaging them must gain nothing."""
    truth, scores = binary(np.random.default_rng(5), 2_000)
    one, _ = area_metrics(truth, scores, (1,))
    both, _ = area_metrics(truth, scores, (0, 1))
    assert both["roc_auc"].value == pytest.approx(one["roc_auc"].value)
    assert (both["roc_auc"].high or 0) - (both["roc_auc"].low or 0) == pytest.approx((one["roc_auc"].high or 0) - (one["roc_auc"].low or 0), rel=0.02)


def test_a_perfect_ranking_leaves_room_for_doubt() -> None:
    found, _ = area_metrics(np.array([0] * 20 + [1] * 5), np.c_[1 - np.arange(25) / 25, np.arange(25) / 25], (1,))
    for interval in found.values():
        assert interval.value == 1
        assert interval.low is not None and 0.3 < interval.low < 0.7


def test_one_class_has_nothing_to_rank() -> None:
    found, _ = area_metrics(np.zeros(3, int), np.full((3, 2), 0.5), (1,))
    assert found["roc_auc"].value is None
    assert "all of one class" in found["roc_auc"].reason


def test_classes_without_rows_are_left_out_of_the_average() -> None:
    truth, scores = multiclass(np.random.default_rng(6), 60, classes=3)
    wider = np.c_[scores, np.zeros(60)]
    assert area_metrics(truth, wider, (0, 1, 2, 3))[0]["roc_auc"].value == area_metrics(truth, scores, (0, 1, 2))[0]["roc_auc"].value


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_log_loss_is_scikit_learns(rows: list[tuple[int, float]]) -> None:
    truth, p = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows])
    expected = sk.log_loss(truth, np.c_[1 - p, p], labels=[0, 1])
    assert log_loss(truth, np.c_[1 - p, p]).value == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=40))
def test_regression_is_scikit_learns(rows: list[tuple[float, float]]) -> None:
    truth, values = np.array(rows).T
    found = regression_metrics(truth, values)
    assert found["rmse"].value == pytest.approx(sk.root_mean_squared_error(truth, values))
    assert found["mae"].value == pytest.approx(sk.mean_absolute_error(truth, values))
    assert found["median_absolute_error"].value == pytest.approx(sk.median_absolute_error(truth, values))
    if truth.all() and np.abs(truth).min() > 1e-9:
        assert found["mape"].value == pytest.approx(sk.mean_absolute_percentage_error(truth, values))
    elif not truth.all():
        assert found["mape"].value is None and "is 0" in found["mape"].reason
    spread = ((truth - truth.mean()) ** 2).sum()
    if found["r2"].value is None:
        assert np.ptp(truth) <= 1e-300 + 1e-15 * abs(truth).max() + 1e-140 * abs(truth - values).max()
    elif spread > 1e-9 and ((truth - values) ** 2).sum() / spread > 1e-9:
        assert found["r2"].value == pytest.approx(sk.r2_score(truth, values), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("truth", [[5.0, 5.0, 5.0], [5.0]])
def test_a_constant_target_has_no_r2(truth: list[float]) -> None:
    found = regression_metrics(np.array(truth), np.arange(len(truth), dtype=float))["r2"]
    assert found.value is None
    assert "all the same" in found.reason


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_extreme_units_change_nothing_but_the_unit(scale: float) -> None:
    truth, values = regression(np.random.default_rng(1), 30)
    usual, extreme = regression_metrics(truth, values), regression_metrics(truth * scale, values * scale)
    assert extreme["r2"].value == pytest.approx(usual["r2"].value)
    assert extreme["rmse"].high == pytest.approx((usual["rmse"].high or 0) * scale)


def test_exact_predictions_have_no_limits() -> None:
    truth, _ = regression(np.random.default_rng(0), 30)
    found = regression_metrics(truth, truth.copy())
    assert (found["rmse"].value, found["mae"].value, found["r2"].value) == (0, 0, 1)
    assert found["r2"].low is None and found["rmse"].low is None


def test_limits_enclose_the_value() -> None:
    for name, interval in regression_metrics(*(20 + part for part in regression(np.random.default_rng(2), 200))).items():  # away from 0
        assert interval.low is not None and interval.high is not None and interval.value is not None
        assert interval.low < interval.value < interval.high, name


def test_headlines_and_directions() -> None:
    assert [headline(task) for task in Task] == ["accuracy", "accuracy", "rmse", "f1_micro"]
    assert [name for name in METRICS if not higher_is_better(name)] == ["hamming_loss", "log_loss", "brier", "ece", "rmse", "mae", "median_absolute_error", "mape"]
