"""Intervals against SciPy, published figures, and their own edges."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.evaluation.intervals import (
    Interval,
    average_interval,
    band_limits,
    logit_interval,
    mean_interval,
    median_interval,
    student_t,
    wilson,
    wilson_limits,
)


@given(st.integers(1, 5000), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_scipys(total: int, data: st.DataObject, level: float) -> None:
    count = data.draw(st.integers(0, total))
    expected = stats.binomtest(count, total).proportion_ci(level, method="wilson")
    found = wilson(count, total, level=level)
    assert found.low == pytest.approx(expected.low, abs=1e-9)
    assert found.high == pytest.approx(expected.high, abs=1e-9)
    assert found.low is not None and found.high is not None and found.value is not None
    assert found.low <= found.value <= found.high
    assert found.low < found.high


def test_wilson_as_published() -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    for count, total, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)):
        found = wilson(count, total)
        assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (low, high)


@pytest.mark.parametrize("hits", [1, 2, 3])
def test_near_the_edge_a_band_takes_the_poisson_limit(hits: int) -> None:
    """Brown, Cai and DasGupta 2001, section 4.1: half a chi-squared quantile with twice the hits as degrees of freedom."""
    low, high = band_limits(np.array([hits, 200 - hits]), np.array([200, 200]))
    least = stats.chi2.ppf(0.05, 2 * hits) / 2 / 200
    plain = wilson_limits(np.array([hits, 200 - hits]), np.array([200, 200]))
    assert low[0] == pytest.approx(min(least, plain[0][0])) and high[1] == pytest.approx(max(1 - least, plain[1][1]))
    assert (low[1], high[0]) == (plain[0][1], plain[1][0])


def test_away_from_the_edges_a_band_is_wilsons() -> None:
    counts, totals = np.arange(4, 27), np.full(23, 30)
    assert np.array_equal(np.array(band_limits(counts, totals)), np.array(wilson_limits(counts, totals)))


def test_wilson_of_nothing_says_so() -> None:
    assert wilson(0, 0) == Interval(None, None, None, "There are no rows to judge.")
    assert [limit.tolist() for limit in wilson_limits(np.array([0]), np.array([0]))] == [[0.0], [1.0]]


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("freedom", [1, 2, 5, 8, 30, 1000])
def test_students_t_is_scipys(freedom: int, level: float) -> None:
    assert student_t(freedom, level) == pytest.approx(stats.t.ppf(0.5 + level / 2, freedom), rel=2e-3)


def test_an_average_of_one_is_the_one() -> None:
    found = average_interval(np.array([0.8]), np.array([0.7]), np.array([0.85]), np.array([1.0]))
    assert (found.low, found.high) == (pytest.approx(0.7), pytest.approx(0.85))


def test_a_difference_by_mover_as_published() -> None:
    """Newcombe 1998, "Interval estimation for the difference", method 10: 56/70 - 48/80 = 0.20 (0.0524, 0.3339)."""
    one, two = wilson(56, 70), wilson(48, 80)
    flipped = [1 - (two.value or 0), 1 - (two.high or 0), 1 - (two.low or 0)]  # p1 + (1 - p2) is p1 - p2 + 1
    values, lows, highs = (np.array(pair) for pair in zip((one.value, one.low, one.high), flipped, strict=True))
    found = average_interval(values, lows, highs, np.array([0.5, 0.5]))
    assert 2 * (found.low or 0) - 1 == pytest.approx(0.0524, abs=1e-4)
    assert 2 * (found.high or 0) - 1 == pytest.approx(0.3339, abs=1e-4)


def test_correlated_parts_reach_further() -> None:
    parts = np.array([0.8, 0.8]), np.array([0.7, 0.7]), np.array([0.9, 0.9]), np.array([0.5, 0.5])
    apart, together = average_interval(*parts), average_interval(*parts, correlation=np.ones((2, 2)))
    assert (together.low, together.high) == (pytest.approx(0.7), pytest.approx(0.9))
    assert apart.low == pytest.approx(0.8 - 0.1 / np.sqrt(2))


def test_unknown_parts_raise_only_the_upper_end() -> None:
    parts = np.array([0.8, 0.0]), np.array([0.7, 0.0]), np.array([0.9, 0.0]), np.array([0.5, 0.5])
    known, unknown = average_interval(*parts), average_interval(*parts, unknown=0.5)
    assert unknown.low == known.low
    assert unknown.high == pytest.approx((known.high or 0) + 0.5)


def test_logit_stays_between_0_and_1() -> None:
    found = logit_interval(0.99, 0.05, 10, 100)
    assert found.low is not None and found.high is not None and 0 < found.low < 0.99 < found.high < 1
    assert logit_interval(1.0, 0.0, 10, 10).low == pytest.approx(wilson(10, 10).low)
    assert logit_interval(0.5, 0.0, 10, 10) == Interval(0.5, pytest.approx(0.5), pytest.approx(0.5))


def test_logit_around_a_number_without_its_bias_still_holds_what_is_shown() -> None:
    found = logit_interval(0.6, 0.01, 10, 100, centre=0.4)
    assert found.high == 0.6 and found.low is not None and found.low < 0.4


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=40))
def test_a_mean_lies_in_its_interval(values: list[float]) -> None:
    found = mean_interval(np.array(values))
    assert found.value == pytest.approx(np.mean(values))
    if found.low is not None and found.high is not None and found.value is not None:
        assert 0 <= found.low <= found.value * (1 + 1e-9) <= found.high * (1 + 1e-9)


def test_a_mean_without_skewness_has_students_interval() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9])
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = mean_interval(values)
    assert (found.low, found.high) == (pytest.approx(expected.low, rel=2e-3), pytest.approx(expected.high, rel=2e-3))


def test_a_mean_of_a_right_skewed_sample_reaches_further_up() -> None:
    found = mean_interval(np.random.default_rng(0).exponential(size=50))
    assert found.low is not None and found.high is not None and found.value is not None
    assert found.high - found.value > found.value - found.low


@pytest.mark.parametrize("values", [[3.0], [2.0, 2.0, 2.0]])
def test_a_mean_without_spread_has_no_limits(values: list[float]) -> None:
    found = mean_interval(np.array(values))
    assert found.value == values[0]
    assert found.low is None
    assert "same" in found.reason


@pytest.mark.parametrize("rows", [6, 7, 10, 25, 100, 1001])
def test_the_median_is_enclosed_often_enough(rows: int) -> None:
    """Exactly: the limits are order statistics, so their coverage is a binomial sum."""
    found = median_interval(np.arange(rows, dtype=float))
    assert found.low is not None and found.high is not None
    outside = int(found.low)  # values below the lower limit
    assert found.high == rows - 1 - outside
    assert 1 - 2 * stats.binom.cdf(outside, rows, 0.5) > 0.9495
    assert 1 - 2 * stats.binom.cdf(outside + 1, rows, 0.5) < 0.9505


def test_few_rows_have_a_median_but_no_limits() -> None:
    found = median_interval(np.array([1.0, 2.0, 9.0]))
    assert (found.value, found.low) == (2.0, None)
    assert "3 rows" in found.reason


def test_json_never_holds_nan() -> None:
    text = json.dumps(Interval(float("nan"), float("-inf"), 1.0).to_json(), allow_nan=False)
    assert json.loads(text) == {"value": None, "low": None, "high": 1.0}
    kept = Interval(None, None, None, "because")
    assert Interval.from_json(json.loads(json.dumps(kept.to_json()))) == kept
