"""Student's t and the binomial without SciPy: the same numbers as SciPy, in the far tails and at ten million throws too."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from core.evaluation.student import beta_share, binomial_below, t_below, t_quantile, two_sided

FREEDOMS = (1, 2, 2.5, 4, 9.7, 30, 400, 1e5, math.inf)


@given(st.floats(0.2, 1e4), st.floats(0.2, 1e4), st.floats(0, 1))
def test_the_beta_function_is_scipys(a: float, b: float, x: float) -> None:
    assert beta_share(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("t", [-40.0, -5.0, -1.96, -1e-6, 0.0, 0.3, 2.776, 12.0])
def test_t_is_scipys(freedom: float, t: float) -> None:
    expected = stats.norm.cdf(t) if math.isinf(freedom) else stats.t.cdf(t, freedom)
    assert t_below(t, freedom) == pytest.approx(expected, rel=1e-7, abs=1e-15)
    assert two_sided(t, freedom) == pytest.approx(2 * min(expected, 1 - expected), rel=1e-7, abs=1e-15)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99, 0.9996])
def test_quantiles_are_scipys(freedom: float, level: float) -> None:
    expected = stats.norm.ppf(0.5 + level / 2) if math.isinf(freedom) else stats.t.ppf(0.5 + level / 2, freedom)
    assert t_quantile(level, freedom) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("count", "total"), [(0, 1), (3, 10), (499, 1_000), (480, 1_001), (4_900, 10_000), (4_998_000, 10_000_000), (-1, 5), (5, 5)])
def test_coins_are_scipys(count: int, total: int) -> None:
    assert binomial_below(count, total) == pytest.approx(stats.binom.cdf(count, total, 0.5), rel=1e-6)


def test_infinite_statistics_are_certain() -> None:
    assert (t_below(math.inf, 3), t_below(-math.inf, 3), t_below(math.inf)) == (1, 0, 1)
