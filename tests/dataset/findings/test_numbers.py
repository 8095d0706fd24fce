"""Findings about how numbers are spread."""

import numpy as np
import pytest

from core.dataset.schema import Severity
from tests.dataset.findings.found import all_of, column, finding, random
from tests.dataset.made import people


def with_numbers(name: str, values: object) -> dict[str, list[object]]:
    columns = people(len(values))  # type: ignore[arg-type]
    return {name: list(values), **columns}  # type: ignore[call-overload]


def test_extreme_values() -> None:
    columns = people(300)
    columns["income"][7] = -1e300
    found = finding("extreme_values", columns)
    assert (found.column, found.evidence["value"]) == ("income", -1e300)
    assert all_of("extreme_values", people(300)) == []


def test_outliers() -> None:
    values = np.round(random().normal(100, 10, 300), 2)
    values[[4, 9]] = [5000.0, 9000.0]
    found = finding("outliers", with_numbers("load", values))
    first, third = np.quantile(values, [0.25, 0.75], method="nearest")
    inside = values[(values >= first - 3 * (third - first)) & (values <= third + 3 * (third - first))]
    assert (found.column, found.count, found.rows, found.severity) == ("load", 2, (5, 10), Severity.LOOK)
    assert found.evidence == {"beyond": 2, "low": inside.min(), "high": inside.max(), "farthest": 9000.0, "median": pytest.approx(np.median(values))}
    assert found.repair.startswith("Limit to ")


@pytest.mark.parametrize("name", ["normal", "lognormal", "exponential", "uniform"])
def test_usual_distributions_have_no_outliers(name: str) -> None:
    values = getattr(random(), name)(size=5000)
    assert all_of("outliers", with_numbers("load", values)) == []


def test_a_tail_is_no_outlier() -> None:
    values = random().normal(100, 10, 300)
    values[:30] = 5000
    assert all_of("outliers", with_numbers("load", values)) == []


@pytest.mark.parametrize(("name", "value", "possible"), [("age", -3, [0.0, 120.0]), ("Age", 200, [0.0, 120.0]), ("unit_price", -5.0, [0.0, None]), ("fat percent", 140.0, [None, 100.0])])
def test_impossible_values(name: str, value: float, possible: list[float | None]) -> None:
    values = np.round(random().uniform(20, 60, 300), 1)
    values[3] = value
    columns = {key: cells for key, cells in people(300).items() if key != "age"}
    found = finding("impossible_values", {name: values.tolist(), **columns})
    assert (found.column, found.count, found.rows, found.severity, found.repair) == (name, 1, (4,), Severity.LOOK, "Read it as missing")
    assert found.evidence == {"values": [value], "count": 1, "possible": possible}


def test_possible_values_and_names_that_say_nothing() -> None:
    assert all_of("impossible_values", with_numbers("change", random().normal(size=300))) == []
    assert all_of("impossible_values", people(300)) == []


def test_where_many_values_would_be_impossible_the_name_means_something_else() -> None:
    assert all_of("impossible_values", with_numbers("price", random().normal(size=300))) == []


def test_skewed_scale_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = np.round(random().lognormal(3, 1.5, 1000), 3)
    (found,) = column(all_of("skewed_scale", with_numbers("sales", values)), "sales")
    assert found.evidence["skewness"] == pytest.approx(stats.skew(values), abs=0.01)
    assert found.evidence["99_percent_below"] == np.quantile(values, 0.99, method="nearest")
    assert (found.severity, found.repair) == (Severity.NOTE, "Use its logarithm")


@pytest.mark.parametrize("values", [random().normal(50, 5, 1000), random().exponential(size=1000), -random().lognormal(3, 1.5, 1000)], ids=["normal", "exponential", "negative"])
def test_even_scales(values: np.ndarray) -> None:
    assert all_of("skewed_scale", with_numbers("sales", values)) == []


def test_one_slip_alone_makes_no_skewed_scale() -> None:
    values = random().normal(50, 5, 1000)
    values[0] = 9000
    assert all_of("skewed_scale", with_numbers("sales", values)) == []
