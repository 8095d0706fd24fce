"""The price of a point: steps chosen on validation rows, points measured on test rows, no price where nothing is clear."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.dataset.schema import Task
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.worth.price import Rates, price_of_a_point
from tests.evaluation.made import binary, regression
from tests.worth.test_goals import both
from tests.worth.test_worth import blurred


def models(*made: tuple[str, float, dict[str, float | None]], rows: int = 1_500) -> Comparison:
    rng = np.random.default_rng(0)
    validation, test = binary(rng, rows), binary(rng, rows)
    return compare([
        Model(name, name, both(Task.BINARY, ("no", "yes"), *(blurred(part, weight, rng) for part in (validation, test))), "baseline" if name == "linear" else "run", facts=facts)  # type: ignore[arg-type]
        for name, weight, facts in made
    ])  # fmt: skip


def test_by_hand() -> None:
    one = models(("linear", 0.3, {"seconds": 10.0}), ("net", 1.0, {"seconds": 3_610.0, "energy_j": 7.2e6}))
    found = price_of_a_point(one, Rates(hour=2, kwh=0.5, currency="$"))
    step = found.steps[0]
    by_id = {each.model.id: each.model.predictions for each in one.models}
    gained = [f1_score(p.truth, p.decisions()) for p in (by_id["net"], by_id["linear"])]
    assert step.points.value == pytest.approx(100 * (gained[0] - gained[1])) and step.clear
    assert step.seconds == 3_600 and step.joules == 7.2e6 and step.money == pytest.approx(2 + 2 * 0.5)
    each = step.per_point(step.money)
    assert each.value == pytest.approx(3 / step.points.value) and each.low == pytest.approx(3 / (step.points.high or 1)) and each.high == pytest.approx(3 / (step.points.low or 1))  # type: ignore[operator]
    assert "The last point of F1 cost" in found.sentence and "$" in found.sentence
    json.dumps(found.to_json(), allow_nan=False)


def test_models_that_cost_more_and_are_worse_are_no_step() -> None:
    found = price_of_a_point(models(("cheap", 1.0, {"seconds": 1.0}), ("dear", 0.2, {"seconds": 100.0}), ("untimed", 1.0, {})))
    assert found.steps == () and "no step" in found.sentence


def test_without_a_clear_gain_there_is_no_price() -> None:
    """Better on the validation rows, the same on the test rows."""
    rng = np.random.default_rng(0)
    validation, test = binary(rng, 300), binary(rng, 300)
    one = compare([
        Model("a", "A", both(Task.BINARY, ("no", "yes"), blurred(validation, 0.1, rng), test), facts={"seconds": 1.0}),
        Model("b", "B", both(Task.BINARY, ("no", "yes"), validation, test), facts={"seconds": 51.0}),
    ])  # fmt: skip
    found = price_of_a_point(one)
    assert len(found.steps) == 1 and not found.steps[0].clear and found.steps[0].points.value == 0
    assert found.steps[0].per_point(50.0).value is None and "cannot tell" in found.sentence


def test_energy_is_unknown_where_the_machine_does_not_tell() -> None:
    found = price_of_a_point(models(("a", 0.2, {"seconds": 1.0}), ("b", 1.0, {"seconds": 50.0, "energy_j": 5.0})))
    assert found.steps[0].joules is None and found.steps[0].money == pytest.approx(49 / 3600 * 0.5)


def test_a_point_of_an_error_is_one_percent_of_it() -> None:
    rng = np.random.default_rng(0)
    validation, test = regression(rng, 500), regression(rng, 500)
    worse = [(truth, values + rng.normal(0, 2, 500)) for truth, values in (validation, test)]
    one = compare([
        Model("net", "Net", both(Task.REGRESSION, (), validation, test), facts={"seconds": 60.0}),
        Model("linear", "Linear", both(Task.REGRESSION, (), *worse), "baseline", facts={"seconds": 1.0}),
    ])  # fmt: skip
    step = price_of_a_point(one).steps[0]
    errors = [each.evaluation.metrics["rmse"].value or 0 for each in one.models]
    assert step.points.value == pytest.approx(100 * (errors[1] - errors[0]) / errors[1]) and step.clear
    assert step.points.low is not None and step.points.high is not None and 0 < step.points.low < step.points.high
