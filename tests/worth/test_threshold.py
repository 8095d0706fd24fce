"""Counts and metrics at any threshold agree with scikit-learn; corners and short thresholds decide as the scores do."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from core.worth.threshold import AT_THRESHOLD, Counts, Thresholds, metric_values, metrics_of, weights_of_rate
from tests.evaluation.made import binary

COARSE = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=60)


def made(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    truth, scores = binary(np.random.default_rng(seed), rows)
    return truth == 1, np.round(scores[:, 1], 2)  # with ties


def expected(name: str, truth: np.ndarray, alarms: np.ndarray) -> float:
    """The same number by scikit-learn."""
    find = {
        "precision": oracle.precision_score, "recall": oracle.recall_score, "f1": oracle.f1_score, "accuracy": oracle.accuracy_score,
        "balanced_accuracy": oracle.balanced_accuracy_score, "mcc": oracle.matthews_corrcoef,
        "specificity": lambda y, p: oracle.recall_score(~y, ~p), "alarm_share": lambda _, p: p.mean(),
    }  # fmt: skip
    return float(find[name](truth, alarms))


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.5, 0.77, 0.9])
@pytest.mark.parametrize("name", AT_THRESHOLD)
def test_metrics_agree_with_scikit_learn(name: str, threshold: float) -> None:
    truth, scores = made()
    found = Thresholds.of(truth, scores).metrics(threshold)[name]
    assert found.value == pytest.approx(expected(name, truth, scores >= threshold), abs=1e-12)
    assert found.low is not None and found.high is not None and found.low <= (found.value or 0) <= found.high


@pytest.mark.parametrize("name", AT_THRESHOLD)
def test_metrics_at_all_corners_agree_with_scikit_learn(name: str) -> None:
    truth, scores = made(30)
    corners = Thresholds.of(truth, scores).corners
    values = metric_values(name, corners)
    assert corners.threshold[0] == math.inf and len(values) == len(np.unique(scores)) + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for threshold, value in zip(corners.threshold[1:], values[1:], strict=True):
            assert value == pytest.approx(expected(name, truth, scores >= threshold), abs=1e-12)


@given(COARSE)
def test_every_corner_decides_as_its_short_threshold(rows: list[tuple[bool, int]]) -> None:
    truth, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows]) / 20
    found = Thresholds.of(truth, scores)
    for place, (tp, fp) in enumerate(zip(found.corners.tp, found.corners.fp, strict=True)):
        threshold = found.corners.between(place)
        counts = found.counts(threshold)
        assert (counts.tp, counts.fp) == (tp, fp)
        assert counts.rows == len(rows) == len(found)
        assert counts.tp == np.count_nonzero(truth & (scores >= threshold))


def test_a_short_threshold_has_few_decimals() -> None:
    found = Thresholds.of(np.array([False, True]), np.array([0.31271, 0.38113]))
    assert found.corners.between(1) == 0.38 and found.corners.between(2) == 0.3 and found.corners.between(0) == 1.0


def test_scores_up_to_one_need_infinity_for_never() -> None:
    found = Thresholds.of(np.array([False, True]), np.array([0.2, 1.0]))
    assert found.corners.between(0) == math.inf and found.counts(math.inf) == Counts(0, 0, 1, 1)


def test_what_is_not_defined_says_so() -> None:
    nothing = metrics_of(Counts(0, 0, 3, 5))
    assert nothing["precision"].value is None and nothing["precision"].reason
    assert nothing["recall"].value == 0 and math.isnan(metric_values("precision", Thresholds.of(np.array([True]), np.array([0.5])).corners)[0])
    assert metrics_of(Counts(0, 0, 0, 0))["accuracy"].value is None


def test_reweighted_counts_are_those_of_a_resampled_world() -> None:
    """Repeating negatives until the class has the wanted share gives the same metrics as weights do."""
    truth, scores = made(200)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    often = 7
    repeated = np.r_[np.flatnonzero(truth), np.repeat(np.flatnonzero(~truth), often)]
    rate = positives / (positives + often * negatives)
    shifted = metric_values("precision", Thresholds.of(truth, scores).at(np.array([0.5, 0.2])), rate)
    for value, threshold in zip(shifted, (0.5, 0.2), strict=True):
        assert value == pytest.approx(expected("precision", truth[repeated], scores[repeated] >= threshold))
    assert weights_of_rate(10, 10, None) == (1, 1)
