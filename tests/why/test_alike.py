"""Columns that move together: each measure against SciPy or a formula, and the grouping against SciPy's complete linkage."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from core.why.alike import association, groups, together


def test_two_numbers_by_spearman() -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(size=80).round(1)
    other = one + rng.normal(size=80).round(1)
    assert association(one, other) == pytest.approx(abs(stats.spearmanr(one, other).statistic))
    assert association(one, -(one**3)) == pytest.approx(1.0)
    one[:5] = np.nan
    assert association(one, other) == pytest.approx(abs(stats.spearmanr(one[5:], other[5:]).statistic))


def test_two_categories_by_cramers_v_without_its_bias() -> None:
    rng = np.random.default_rng(1)
    one = rng.integers(0, 3, 200)
    other = np.where(rng.random(200) < 0.6, one, rng.integers(0, 4, 200))
    table = np.zeros((3, 4))
    np.add.at(table, (one, other), 1)
    n, r, c = 200, 3, 4
    phi = max(0, stats.chi2_contingency(table, correction=False).statistic / n - (r - 1) * (c - 1) / (n - 1))
    expected = np.sqrt(phi / min(r - (r - 1) ** 2 / (n - 1) - 1, c - (c - 1) ** 2 / (n - 1) - 1))
    assert association(one, other) == pytest.approx(expected)
    assert association(one, one) == pytest.approx(1.0, abs=0.01)
    assert association(one, rng.integers(0, 4, 200)) < 0.15


def test_a_number_and_a_category_by_the_ratio_of_its_ranks() -> None:
    rng = np.random.default_rng(2)
    group = rng.integers(0, 3, 150)
    values = group + rng.normal(size=150)
    f = stats.f_oneway(*(stats.rankdata(values)[group == at] for at in range(3))).statistic
    n, k = 150, 3
    assert association(values, group) ** 2 == pytest.approx((f - 1) * (k - 1) / (f * (k - 1) + n - k))  # ε² as a function of F
    assert association(group, values) == association(values, group)
    assert association(np.where(group > 0, 5.0, 1.0), group) > 0.9


@given(st.integers(2, 7), st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.7]))
def test_groups_are_those_of_complete_linkage(columns: int, seed: int, close: float) -> None:
    strength = np.random.default_rng(seed).random((columns, columns))
    strength = np.maximum(strength, strength.T)
    np.fill_diagonal(strength, 1)
    ours = groups(strength, close)
    theirs = fcluster(linkage(squareform(1 - strength, checks=False), "complete"), 1 - close, "distance")
    assert sorted(map(tuple, ours)) == sorted(tuple(np.flatnonzero(theirs == one).tolist()) for one in set(theirs))
    assert all(strength[i, j] >= close for group in ours for i in group for j in group)


def test_a_table_of_all_kinds() -> None:
    rng = np.random.default_rng(3)
    age = rng.normal(size=300)
    frame = pl.DataFrame({
        "age": age, "born": -2 * age + 0.01 * rng.normal(size=300), "old": ["yes" if one > 0 else "no" for one in age],
        "colour": rng.choice(["red", "blue", None], 300).tolist(), "day": pl.Series(rng.integers(0, 10**6, 300)).cast(pl.Datetime("us")), "same": ["x"] * 300,
    })  # fmt: skip
    assert together(frame) == [("age", "born", "old"), ("colour",), ("day",), ("same",)]
    assert together(frame, close=0.95) == [("age", "born"), ("old",), ("colour",), ("day",), ("same",)]


def test_a_very_wide_table_is_left_alone() -> None:
    frame = pl.DataFrame({f"c{at}": [1.0, 2.0, 3.0] for at in range(200)})
    assert together(frame) == [(name,) for name in frame.columns]


@pytest.mark.parametrize("values", [[None, None, None], [1.0, None, None], [2.0, 2.0, 2.0]], ids=["empty", "one", "constant"])
def test_a_column_that_says_nothing_goes_with_nobody(values: list[float | None]) -> None:
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.Float64), "b": [1.0, 2.0, 3.0], "c": ["x", "y", "y"]})
    assert together(frame)[0] == ("a",)
