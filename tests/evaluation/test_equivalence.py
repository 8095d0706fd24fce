"""Equivalence: the two one-sided tests of statsmodels, margins in their unit, and chances that sum to one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from core.evaluation.difference import Difference
from core.evaluation.equivalence import better_probability, chances, margin_in_unit, same_p
from core.evaluation.intervals import Interval

numbers = st.floats(-1, 1)


def seen(middle: float, error: float, freedom: float = math.inf, metric: str = "accuracy") -> Difference:
    return Difference(metric, "b", Interval(middle), False, middle > 0, rows=100, middle=middle, error=error, freedom=freedom)


@pytest.mark.parametrize("margin", [0.05, 0.2, 0.6])
def test_two_one_sided_tests_are_statsmodels(margin: float) -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=40)
    b = a + rng.normal(0.1, 0.5, 40)
    gap = a - b
    expected = ttost_paired(a, b, -margin, margin)[0]
    assert same_p(seen(float(gap.mean()), float(gap.std(ddof=1) / 40**0.5), 39), margin) == pytest.approx(expected)


@given(numbers, st.floats(1e-4, 1), st.floats(0, 0.5), st.sampled_from([3.0, 20.0, math.inf]))
def test_chances_sum_to_one_and_turn_with_the_metric(middle: float, error: float, margin: float, freedom: float) -> None:
    worse, same, better = chances(seen(middle, error, freedom), margin) or (0, 0, 0)
    assert worse + same + better == pytest.approx(1) and min(worse, same, better) >= 0
    turned = chances(seen(middle, error, freedom, "rmse"), margin) or (0, 0, 0)
    assert (turned[0], turned[2]) == pytest.approx((better, worse), abs=1e-9)


def test_the_chance_is_the_normal_one() -> None:
    assert better_probability(seen(0.02, 0.01)) == pytest.approx(stats.norm.cdf(2))
    assert better_probability(seen(0.02, 0.01, 5)) == pytest.approx(stats.t.cdf(2, 5))
    assert better_probability(seen(0.0, 0.0)) == 0.5 and better_probability(seen(0.1, 0.0)) == 1


def test_margins_of_errors_are_a_share_of_the_reference() -> None:
    assert margin_in_unit("rmse", 0.01, 1_200.0) == 12 and margin_in_unit("log_loss", 0.01, 0.5) == 0.005
    assert margin_in_unit("roc_auc", 0.01, 0.9) == margin_in_unit("r2", 0.01, -3.0) == 0.01


def test_without_an_error_nothing_is_said_and_without_a_margin_nothing_is_the_same() -> None:
    unknown = Difference("accuracy", "b", Interval(0.1), False, True)
    assert same_p(unknown, 0.01) is None and chances(unknown, 0.01) is None and better_probability(unknown) is None
    assert same_p(seen(0.0, 0.001), 0.0) == 1
