"""Fisher's and Wilcoxon's tests against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.slices.exact_tests import RankTest, ShareTest, ranks


@pytest.mark.parametrize(("rows", "total"), [(40, 7), (500, 100), (1_000, 990), (200_000, 30_000), (1_000_000, 3)])
def test_fisher_against_scipy(rows: int, total: int) -> None:
    values = np.zeros(rows)
    values[:total] = 1
    drawn = np.unique([5, 30, rows // 7, rows // 3])
    middle = drawn * total / rows
    error = np.sqrt(middle * (1 - total / rows))
    test = ShareTest.of(values)
    for away in (1.5, 3.0, 6.0, 12.0):
        hits = np.minimum(np.ceil(middle + away * error) + 1, np.minimum(drawn, total))
        found, expected = test.p_values(drawn, hits), stats.hypergeom.sf(hits - 1, rows, total, drawn)
        near = hits > middle + error * np.sqrt(1 - drawn / rows)
        np.testing.assert_allclose(found[near], expected[near], rtol=1e-5, atol=1e-280)
        assert (found[~near] == 1).all()


@given(st.integers(2, 60).flatmap(lambda rows: st.tuples(st.just(rows), st.integers(0, rows), st.integers(1, rows), st.integers(0, rows))))
def test_fisher_is_never_below_the_exact_tail(numbers: tuple[int, int, int, int]) -> None:
    rows, total, drawn, hits = numbers
    hits = min(hits, total, drawn)
    found = ShareTest.of(np.r_[np.ones(total), np.zeros(rows - total)]).p_values(np.array([drawn]), np.array([hits]))[0]
    assert found >= stats.hypergeom.sf(hits - 1, rows, total, drawn) * (1 - 1e-9)


@pytest.mark.parametrize("ties", [False, True])
def test_wilcoxon_against_scipy(ties: bool) -> None:
    rng = np.random.default_rng(1)
    values = rng.exponential(size=300)
    values = np.floor(3 * values) if ties else values
    codes = (rng.random(300) < 0.3).astype(np.int64)
    values[codes == 1] += 0.4
    test = RankTest.of(values)
    found = test.p_values(np.bincount(codes), test.sums(codes, 2))
    for number in (0, 1):
        expected = stats.mannwhitneyu(values[codes == number], values[codes != number], alternative="greater", method="asymptotic").pvalue
        assert found[number] == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40))
def test_ranks_against_scipy(values: list[int]) -> None:
    np.testing.assert_array_equal(ranks(np.array(values, float)), stats.rankdata(values))


def test_equal_values_and_single_rows_say_nothing() -> None:
    test = RankTest.of(np.full(10, 3.0))
    assert test.p_values(np.array([4]), np.array([4 * 5.5])).tolist() == [1.0]
    assert RankTest.of(np.array([1.0])).spread == 0.0
