"""The joint table: values as scikit-learn has them, gradients as small steps give them, errors as the bootstrap finds them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from core.evaluation.joint import DECIDED, decided, decided_gap, joint_table
from tests.evaluation.made import multiclass


def confused(seed: int, classes: int = 3, rows: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth and the calls of two models that agree more often than not."""
    rng = np.random.default_rng(seed)
    truth, scores = multiclass(rng, rows, classes)
    ours = scores.argmax(1)
    return truth, ours, np.where(rng.random(rows) < 0.2, rng.integers(0, classes, rows), ours)


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.sampled_from(sorted(DECIDED)))
def test_gradients_are_small_steps(seed: int, metric: str) -> None:
    matrix = np.random.default_rng(seed).integers(1, 40, (3, 3)).astype(float)
    value, gradient = decided(matrix, metric)
    for truth in range(3):
        for call in range(3):
            step = np.zeros((3, 3))
            step[truth, call] = 1e-4
            slope = (decided(matrix + step, metric)[0] - decided(matrix - step, metric)[0]) / 2e-4
            assert gradient[truth, call] == pytest.approx(slope, rel=1e-5, abs=1e-9)
    assert float((gradient * matrix).sum()) == pytest.approx(0, abs=1e-12) and math.isfinite(value)


@pytest.mark.parametrize("seed", range(3))
def test_values_are_scikit_learns(seed: int) -> None:
    truth, ours, theirs = confused(seed)
    table = joint_table(truth, ours, theirs, 3)
    for metric, found in {
        "accuracy": metrics.accuracy_score, "balanced_accuracy": metrics.balanced_accuracy_score, "mcc": metrics.matthews_corrcoef,
        "precision_macro": lambda t, c: metrics.precision_score(t, c, average="macro", zero_division=0.0),
        "f1_weighted": lambda t, c: metrics.f1_score(t, c, average="weighted", zero_division=0.0),
        "recall_macro": lambda t, c: metrics.recall_score(t, c, average="macro", zero_division=0.0),
    }.items():  # fmt: skip
        assert decided_gap(table, metric)[0] == pytest.approx(found(truth, ours) - found(truth, theirs)), metric


@pytest.mark.parametrize("metric", ["balanced_accuracy", "f1_macro", "mcc", "precision_weighted"])
def test_errors_are_those_of_the_bootstrap(metric: str) -> None:
    truth, ours, theirs = confused(1, rows=1_500)
    rng, gaps = np.random.default_rng(0), []
    for _ in range(120):
        drawn = rng.integers(0, len(truth), len(truth))
        gaps.append(decided_gap(joint_table(truth[drawn], ours[drawn], theirs[drawn], 3), metric)[0])
    assert decided_gap(joint_table(truth, ours, theirs, 3), metric)[2] == pytest.approx(np.std(np.array(gaps, float)), rel=0.25)


def test_tables_of_many_classes_are_the_same_as_small_ones() -> None:
    truth, ours, theirs = confused(2)
    small, large = joint_table(truth, ours, theirs, 3), joint_table(truth, ours, theirs, 300)
    assert small.rows.tolist() == large.rows.tolist() and small.ours.tolist() == large.ours.tolist()
    assert decided_gap(small, "f1_macro") == pytest.approx(decided_gap(large, "f1_macro"))


def test_models_that_never_differ_are_not_certain() -> None:
    truth = np.repeat([0, 1], 50)
    for metric in DECIDED - {"accuracy"}:
        value, middle, error = decided_gap(joint_table(truth, truth, truth, 2), metric)
        assert value == 0 and middle == pytest.approx(0) and error > 0.001, metric


def test_what_is_not_defined_is_none() -> None:
    truth = np.zeros(4, np.int64)
    assert decided_gap(joint_table(truth, truth, truth, 2), "precision")[0] is None
    assert decided_gap(joint_table(truth, truth, truth, 2), "mcc")[0] is None


def test_rows_of_a_class_and_of_the_rest() -> None:
    truth, ours, theirs = np.array([1, 1, 1, 0, 0]), np.array([1, 1, 0, 0, 1]), np.array([1, 0, 0, 0, 0])
    table = joint_table(truth, ours, theirs, 2)
    assert table.right() == (1, 1, 5)
    assert table.of_class(1) == (1, 0, 3)
    assert table.of_class(1, rest=True) == (0, 1, 2)


def test_a_handful_of_calls_by_hand() -> None:
    """Class 1 is called three times by ours, all right, and three times by theirs, once right; class 0 takes the other calls."""
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    ours, theirs = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), np.array([1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0])
    value, middle, error = decided_gap(joint_table(truth, ours, theirs, 2), "precision_macro")
    assert value == pytest.approx((8 / 9 + 1) / 2 - (6 / 9 + 1 / 3) / 2)
    mine, other = 11 / 12, 7 / 12  # accuracy, towards which a class is drawn by one row
    expected = ((8 + mine) / 10 + (3 + mine) / 4) / 2 - ((6 + other) / 10 + (1 + other) / 4) / 2
    assert middle == pytest.approx(expected) and error > 0.1


def test_a_class_that_is_never_called_has_no_interval() -> None:
    truth, ours = np.array([0, 0, 1, 1, 0, 1]), np.array([0, 0, 1, 1, 0, 1])
    value, _, error = decided_gap(joint_table(truth, ours, np.zeros(6, int), 2), "precision_macro")
    assert value == pytest.approx(0.75) and np.isnan(error)
    found = decided_gap(joint_table(truth, ours, np.zeros(6, int), 2), "f1_macro")
    assert np.isfinite(found[2])
