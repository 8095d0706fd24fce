"""Errors by size, and margins that keep their promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.intervals import mean_interval
from core.evaluation.regression_errors import errors_by_size, margin
from tests.evaluation.made import regression


def test_equally_many_rows_and_their_mean_error() -> None:
    truth, values = regression(np.random.default_rng(0), 80)
    found = errors_by_size(truth, values)
    assert found is not None and found.rows.tolist() == [10] * 8
    order = np.argsort(values)
    for place, part in enumerate(np.split(order, 8)):
        assert found.error[place] == mean_interval(np.abs(values - truth)[part])
        assert found.bias[place] == pytest.approx((values - truth)[part].mean())
        assert (found.low[place], found.high[place]) == (values[part].min(), values[part].max())


@given(st.lists(st.sampled_from([0.0, 1.0, 1.5, 7.0]), min_size=1, max_size=40), st.integers(1, 9))
def test_equal_predictions_stay_together(predicted: list[float], bins: int) -> None:
    values = np.array(predicted)
    found = errors_by_size(np.zeros(len(values)), values, bins)
    assert found is not None
    assert [int(((values >= low) & (values <= high)).sum()) for low, high in zip(found.low, found.high, strict=True)] == found.rows.tolist()
    assert found.rows.sum() == len(values) and len(found.rows) <= bins
    assert errors_by_size(np.zeros(0), np.zeros(0)) is None


def test_the_margin_by_hand() -> None:
    """19 of 20 errors are 1 to 19: the ceil(21 · 0.9) = 19th smallest is the margin."""
    learnt = np.zeros(20), np.arange(1.0, 21.0)
    found = margin(learnt, (np.zeros(4), np.array([0.0, 19.0, -19.0, 20.0])))
    assert found is not None
    assert (found.half_width, found.held.value) == (19, 0.75)
    assert margin((np.zeros(19), np.ones(19)), learnt) is None
    assert margin(learnt, (np.zeros(0), np.zeros(0))) is None


def test_the_margin_holds_nine_of_ten_on_new_rows() -> None:
    """Its guarantee is on average over validation sets: 0.9 to 0.9 + 1/(n+1)."""
    rng = np.random.default_rng(1)
    held = [margin(regression(rng, 100), regression(rng, 200)) for _ in range(300)]
    assert np.mean([found.held.value for found in held if found]) == pytest.approx(0.905, abs=0.008)
