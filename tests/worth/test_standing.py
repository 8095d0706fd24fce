"""Who a sentence about money is about, what counts as clear, and what may be said of rows that nobody here knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.evaluation.compare import Comparison
from core.evaluation.intervals import Interval
from core.worth.cost_matrix import CostMatrix, matrix_worth
from core.worth.error_cost import Prices, error_cost
from core.worth.standing import against, monthly_mean, most_promising, runs_of
from core.worth.values import Values
from core.worth.worth import worth
from tests.worth.test_cost_matrix import VALUES, made
from tests.worth.test_error_cost import numbers
from tests.worth.test_goals import comparison


def test_the_first_of_the_best_is_chosen_among_its_kind() -> None:
    models = made(60).models
    assert most_promising(models, [1.0, 5.0], "run") == "a" and most_promising(models, [1.0, None], "baseline") == "linear"
    assert most_promising(models[:1], [None], "run") == "a" and most_promising(models[:1], [1.0], "baseline") is None
    assert most_promising([models[0], replace(models[0], model=replace(models[0].model, id="b"))], [2.0, 2.0], "run") == "a"
    assert runs_of(models) == 1 and runs_of(models[1:]) == 1


@given(st.lists(st.floats(-1e3, 1e3), min_size=12, max_size=40).filter(lambda values: np.std(values) > 1e-3), st.sampled_from([0.95, 0.99]))
def test_the_mean_of_a_month_is_that_of_scipy(values: list[float], level: float) -> None:
    found = monthly_mean(np.array(values), 30, level)
    expected = stats.ttest_1samp(values, 0).confidence_interval(level)
    assert (found.low, found.high) == pytest.approx((30 * expected.low, 30 * expected.high), rel=1e-3, abs=1e-3)


def test_one_row_has_no_limits_and_none_has_nothing() -> None:
    assert monthly_mean(np.array([2.0]), 10).value == 20 and monthly_mean(np.array([2.0]), 10).low is None and monthly_mean(np.array([]), 10).value is None


def test_the_more_are_compared_the_more_a_claim_needs() -> None:
    levels = []

    def difference(level: float) -> Interval:
        levels.append(level)
        return Interval(1.0, 1 - level, 1 + level) if level < 0.99 else Interval(1.0, -0.1, 2.1)

    assert against(difference, 1)[1] and not against(difference, 10)[1]
    assert levels == pytest.approx([0.95, 0.95, 0.995, 0.95])
    assert not against(lambda level: Interval.undefined("nothing"), 1)[1]


def from_files(one: Comparison) -> Comparison:
    return replace(one, models=tuple(replace(each, model=replace(each.model, facts={"file": f"{each.model.id}.csv"})) for each in one.models))


def test_of_files_from_elsewhere_nothing_is_said_about_a_seal() -> None:
    for ours, judge in ((comparison(), lambda one: worth(one, Values(60, -25))), (made(60), lambda one: matrix_worth(one, CostMatrix(VALUES))), (numbers(60), lambda one: error_cost(one, Prices(1, 1)))):
        assert ours.sealed and "sealed test rows" in " ".join(judge(ours).details)
        theirs = from_files(ours)
        assert not theirs.sealed and f"{theirs.rows_judged} rows of these files" in " ".join(judge(theirs).details) and "seal" not in " ".join(judge(theirs).details)
