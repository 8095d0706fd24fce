"""Errors by size, and margins that keep their promise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.intervals import mean_interval
from core.evaluation.regression_errors import errors_by_size, margin, regression_metrics, shares_unbounded
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


@pytest.mark.parametrize(("truth", "unbounded"), [
    (lambda rng: rng.normal(size=400), True), (lambda rng: rng.uniform(size=400), True), (lambda rng: rng.exponential(size=400), True),
    (lambda rng: np.exp(rng.normal(2, 0.5, 400)), False), (lambda rng: rng.normal(50, 5, 400), False), (lambda rng: rng.choice([-20.0, -10, 10, 20], 400), False),
])  # fmt: skip
def test_shares_of_values_near_0_have_no_range(truth: Callable[[np.random.Generator], np.ndarray], unbounded: bool) -> None:
    """A density above 0 at 0 makes the mean of |error / truth| infinite; a power of at least 2 does not (here by far)."""
    rng = np.random.default_rng(5)
    values = truth(rng)
    assert shares_unbounded(values) is unbounded
    found = regression_metrics(values, values + rng.normal(size=400))["mape"]
    assert (found.low is None) is unbounded and found.value is not None
    assert ("near 0" in found.reason) is unbounded


def test_few_rows_that_decide_make_r2_less_certain() -> None:
    """The same errors, and one of them twenty times as large: fewer degrees of freedom, Satterthwaite's."""
    rng = np.random.default_rng(6)
    truth = rng.normal(size=50)
    errors = rng.normal(size=50)
    even, odd = errors.copy(), errors.copy()
    odd[7] = 20
    flat, steep = (regression_metrics(truth, truth + one)["r2"] for one in (even, odd))
    flat_reach, steep_reach = (np.log((1 - (one.low or 0)) / (1 - (one.value or 0))) for one in (flat, steep))
    assert steep_reach > 2 * flat_reach
