"""Power and the rows needed, against statsmodels and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower

from core.evaluation.difference import Difference
from core.evaluation.intervals import Interval
from core.evaluation.power import detectable, power_of, rows_needed


def seen(middle: float, error: float, rows: int = 400) -> Difference:
    return Difference("accuracy", "b", Interval(middle), False, middle > 0, rows=rows, middle=middle, error=error)


@pytest.mark.parametrize("effect", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("rows", [30, 400, 20_000])
def test_power_is_statsmodels(effect: float, rows: int) -> None:
    expected = NormalIndPower(ddof=0).power(effect, rows, 0.05, ratio=0)
    assert power_of(effect, 1 / math.sqrt(rows))[0] == pytest.approx(expected, abs=1e-9)


def test_rows_needed_are_statsmodels() -> None:
    expected = NormalIndPower().solve_power(0.05, alpha=0.05, power=0.8, ratio=0)
    assert rows_needed(seen(0.05, 1 / 20), margin=0) == math.ceil(expected)


def test_power_for_no_practical_difference_by_simulation() -> None:
    """Two one-sided tests at 5 % on 20,000 drawn differences."""
    drawn = np.random.default_rng(0).normal(0.002, 0.003, 20_000)
    inside = (np.abs(drawn) < 0.01 - 1.6449 * 0.003).mean()
    assert power_of(0.002, 0.003, margin=0.01)[1] == pytest.approx(inside, abs=0.01)


@given(st.floats(-0.2, 0.2), st.floats(1e-4, 0.1), st.floats(0, 0.05), st.integers(1, 12))
def test_with_the_rows_needed_the_power_is_there_and_with_one_fewer_it_is_not(middle: float, error: float, margin: float, comparisons: int) -> None:
    rows = rows_needed(seen(middle, error), margin, 0.8, comparisons)
    if rows is None:
        assert max(power_of(middle, error * math.sqrt(400 / 1e12), margin, comparisons)) < 0.8
        return
    assert max(power_of(middle, error * math.sqrt(400 / rows), margin, comparisons)) >= 0.8
    assert rows <= 2 or max(power_of(middle, error * math.sqrt(400 / (rows - 1)), margin, comparisons)) < 0.8


def test_more_comparisons_need_more_rows() -> None:
    assert (rows_needed(seen(0.03, 0.02), 0.01) or 0) < (rows_needed(seen(0.03, 0.02), 0.01, comparisons=11) or 0)


@pytest.mark.parametrize("difference", [seen(0.0, 0.0), Difference("rmse", "b", Interval(None), False, False)])
def test_without_an_error_nothing_is_promised(difference: Difference) -> None:
    assert rows_needed(difference, 0.01) is None and detectable(difference) is None


def test_what_more_rows_do_not_shrink_stays() -> None:
    alone, mixed = rows_needed(seen(0.05, 0.02), 0.01), rows_needed(seen(0.05, 0.02), 0.01, lasting=0.015)
    assert alone is not None and mixed is not None and mixed > alone / 2
    error = math.sqrt((0.02**2 - 0.015**2) * 400 / mixed + 0.015**2)
    assert power_of(0.05, error, 0.01)[0] == pytest.approx(0.8, abs=0.01)
    assert rows_needed(seen(0.05, 0.02), 0.01, lasting=0.0199) is None


def test_equal_models_and_no_margin_are_never_settled() -> None:
    assert rows_needed(seen(0.0, 0.01), 0.0) is None


def test_what_is_detectable_is_found_in_eight_of_ten() -> None:
    size = detectable(seen(0.0, 0.01), comparisons=3)
    assert size is not None and power_of(size, 0.01, comparisons=3)[0] == pytest.approx(0.8, abs=1e-6)
