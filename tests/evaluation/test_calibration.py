"""Calibration against scikit-learn, and by hand where scikit-learn has nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from core.evaluation.calibration import brier, calibration, calibration_error, confidence
from core.evaluation.intervals import wilson
from tests.evaluation.made import binary, multiclass


def test_bins_are_scikit_learns_quantile_bins() -> None:
    truth, scores = binary(np.random.default_rng(0), 1_000)
    found = calibration(truth == 1, scores[:, 1])
    happened, said = calibration_curve(truth, scores[:, 1], n_bins=10, strategy="quantile")
    assert found is not None
    assert found.rows.tolist() == [100] * 10
    assert found.said == pytest.approx(said)
    assert found.happened == pytest.approx(happened)
    first = wilson(int(found.happened[0] * 100), 100)
    assert (found.happened_low[0], found.happened_high[0]) == (first.low, first.high)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.1 + 1e-9, 0.5, 0.7, 1.0])), min_size=1, max_size=60), st.integers(1, 12))
def test_each_row_is_in_one_bin_and_the_ends_say_which(rows: list[tuple[bool, float]], bins: int) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows])
    found = calibration(positive, scores, bins)
    assert found is not None and len(found.rows) <= bins
    members = [(scores >= low) & (scores <= high) for low, high in zip(found.low, found.high, strict=True)]
    assert np.sum(members, axis=0).tolist() == [1] * len(rows)
    for place, inside in enumerate(members):
        assert found.rows[place] == inside.sum()
        assert found.said[place] == pytest.approx(scores[inside].mean())
        assert found.happened[place] == pytest.approx(positive[inside].mean())
        assert found.happened_low[place] <= found.happened[place] <= found.happened_high[place]


def test_the_calibration_error_by_hand() -> None:
    """Two bins of two rows: said 0.2 and none came true, said 0.9 and half did."""
    found = calibration(np.array([False, False, True, False]), np.array([0.2, 0.2, 0.9, 0.9]))
    assert found is not None
    assert found.error == pytest.approx((0.2 + 0.4) / 2)
    assert calibration_error(found).value == pytest.approx(0.3)


def test_noise_alone_is_not_called_miscalibration_and_a_real_one_is() -> None:
    truth, scores = binary(np.random.default_rng(1), 400)
    honest = calibration_error(calibration(truth == 1, scores[:, 1]))
    boastful = calibration_error(calibration(truth == 1, scores[:, 1] ** 0.25))
    assert honest.value and honest.low == 0
    assert (boastful.low or 0) > 0.15
    assert (boastful.low or 0) < (boastful.value or 0) < (boastful.high or 0)


def test_the_upper_end_leaves_room_for_the_bins_that_are_right_by_chance() -> None:
    """No less than the number, less the bias of a folded normal, plus 1.96 errors: with large distances that bias is none."""
    rng = np.random.default_rng(2)
    said = np.repeat([0.5, 0.9], 500)
    found = calibration(rng.random(1_000) < said - 0.3, said)
    assert found is not None
    interval = calibration_error(found)
    error = np.sqrt((found.happened * (1 - found.happened) / 500).mean() / 2)
    assert (interval.high or 0) - (interval.value or 0) == pytest.approx(1.96 * error, rel=0.05)
    assert (interval.value or 0) - (interval.low or 0) == pytest.approx(1.96 * error, rel=0.05)


def test_a_model_that_is_always_right_and_sure_still_has_room_for_doubt() -> None:
    found = calibration_error(calibration(np.array([False, True] * 10), np.array([0.0, 1.0] * 10)))
    assert (found.value, found.low) == (0, 0)
    assert 0 < (found.high or 0) < 0.3


def test_no_rows_have_no_calibration() -> None:
    assert calibration(np.zeros(0, bool), np.zeros(0)) is None
    assert "no rows" in calibration_error(None).reason


@pytest.mark.parametrize("classes", [2, 5])
def test_brier_is_scikit_learns(classes: int) -> None:
    truth, scores = binary(np.random.default_rng(2), 300) if classes == 2 else multiclass(np.random.default_rng(2), 300, classes)
    expected = sk.brier_score_loss(truth, scores[:, 1] if classes == 2 else scores, labels=list(range(classes)))
    found = brier(truth, scores)
    assert found.value == pytest.approx(expected)
    assert (found.low or 0) < expected < (found.high or 0)


def test_confidence_is_that_of_the_class_chosen() -> None:
    right, sure = confidence(np.array([2, 0]), np.array([[0.1, 0.2, 0.7], [0.3, 0.5, 0.2]]))
    assert (right.tolist(), sure.tolist()) == ([True, False], [0.7, 0.5])
