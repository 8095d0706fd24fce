"""The cost of errors by hand, the newsvendor's offset by brute force, savings paired, and nothing chosen on test rows."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.worth.error_cost import Prices, error_cost
from tests.evaluation.made import regression
from tests.worth.test_goals import both, comparison


def numbers(rows: int = 400, better: float = 0.5) -> Comparison:
    rng = np.random.default_rng(0)
    validation, test = regression(rng, rows), regression(rng, rows)
    worse = [(truth, values + rng.normal(0, better, rows)) for truth, values in (validation, test)]
    return compare([Model("a", "A", both(Task.REGRESSION, (), validation, test)), Model("linear", "Linear", both(Task.REGRESSION, (), *worse), "baseline")])


def test_by_hand() -> None:
    """Two too high by 1 and 3 at 2 each, one too low by 4 at 5: 2 + 6 + 20 = 28."""
    assert Prices(2, 5).of(np.array([3.0, 5.0, 1.0]), np.array([2.0, 2.0, 5.0])).tolist() == [2, 6, 20]


def test_the_offset_costs_least_on_the_validation_rows() -> None:
    one, prices = numbers(), Prices(over=1, under=9, cases=1)
    found = error_cost(one, prices).models[0]
    validation = one.models[0].validation
    assert validation is not None
    def cost(offset: float) -> float:
        return float(prices.of(validation.scores + offset, validation.truth).mean())

    assert cost(found.offset) == pytest.approx(min(cost(offset) for offset in np.linspace(-3, 3, 2_001)), rel=1e-3)
    assert found.offset > 0 and (found.cost.value or 0) < (found.plain.value or 0)


def test_savings_are_paired_like_scipy() -> None:
    one, prices = numbers(), Prices(over=2, under=2, cases=500)
    found = error_cost(one, prices)
    first, second = found.models
    costs = [prices.of(each.one.model.predictions.scores + each.offset, each.one.model.predictions.truth) for each in (first, second)]
    expected = stats.ttest_rel(costs[1], costs[0]).confidence_interval()
    assert first.saved is not None and second.saved is None
    assert (first.saved.low, first.saved.high) == pytest.approx((500 * expected.low, 500 * expected.high), rel=1e-4)
    assert first.cost.value == pytest.approx(500 * costs[0].mean()) and first.clear and "saves €" in found.sentence


def test_what_is_not_clear_is_not_claimed() -> None:
    assert "leave open" in error_cost(numbers(100, better=0.01), Prices(1, 1)).sentence
    alone = error_cost(compare([numbers().models[0].model]), Prices(1, 1))
    assert "cost €" in alone.sentence and alone.models[0].offset == 0 and alone.reference is None


def test_the_document_is_plain() -> None:
    found = error_cost(numbers(), Prices(1, 3, "CHF", 200)).to_json()
    json.dumps(found, allow_nan=False)
    assert found["best"] == "a" and found["reference"] == "linear" and "CHF" in found["sentence"]


@pytest.mark.parametrize("prices", [(0, 0), (-1, 1), (float("nan"), 1)])
def test_nonsense_is_refused(prices: tuple[float, float]) -> None:
    with pytest.raises(BadSettings):
        Prices(*prices)


def test_classes_have_no_cost_of_error() -> None:
    with pytest.raises(BadSettings, match="predict classes"):
        error_cost(comparison(), Prices(1, 1))
