"""Findings about time."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from core.dataset.schema import Severity, SplitBy
from tests.dataset.findings.found import all_of, finding, random
from tests.dataset.made import people

START = date(2024, 1, 1)


def days(rows: int, seed: int | None = None) -> list[str]:
    """One date a row, in order, or shuffled."""
    order = np.arange(rows) if seed is None else random(seed).permutation(rows)
    return [(START + timedelta(days=int(i))).isoformat() for i in order]


def test_rows_in_the_order_of_time() -> None:
    found = finding("time_order", people(300) | {"day": days(300), "churn": people(300)["churn"]})
    assert (found.column, found.repair, found.severity) == ("day", "Split by time", Severity.LOOK)
    assert (found.evidence["from"], found.evidence["to"], found.evidence["in_order"]) == ("2024-01-01", "2024-10-26", 1.0)
    assert "stand in the order" in found.message


def test_a_target_that_changes_over_time() -> None:
    when = days(600, seed=3)
    later = np.argsort(np.argsort(when)) / 600
    answers = np.where(random().random(600) < 0.2 + 0.6 * later, "yes", "no").tolist()
    found = finding("time_order", people(600) | {"day": when, "churn": answers})
    assert "“churn” changes over “day”" in found.message
    assert found.evidence["in_order"] < 0.6


def test_a_number_that_changes_over_time() -> None:
    when = days(600, seed=3)
    sales = (np.argsort(np.argsort(when)) / 100 + random().normal(0, 2, 600)).round(3).tolist()
    assert finding("time_order", people(600) | {"day": when, "sales": sales}, target="sales").column == "day"


def test_drift_is_the_square_of_cramers_v() -> None:
    stats = pytest.importorskip("scipy.stats")
    when, answers = days(600), random(2).choice(["a", "b", "c"], 600)
    answers[:200] = random(3).choice(["a", "b", "c"], 200, p=[0.7, 0.2, 0.1])
    found = finding("time_order", people(600) | {"day": when, "churn": answers.tolist()})
    table = np.array([[np.sum(answers[60 * k : 60 * k + 60] == label) for label in "abc"] for k in range(10)])
    assert found.evidence["drift"] == pytest.approx(stats.contingency.association(table, "cramer") ** 2, abs=1e-4)


def test_no_order_no_drift_no_finding() -> None:
    columns = people(300) | {"day": days(300, seed=3), "churn": people(300)["churn"]}
    assert all_of("time_order", columns) == []


def test_split_by_time_says_nothing_more_and_a_birthday_is_no_order() -> None:
    columns = people(300) | {"day": days(300), "churn": people(300)["churn"]}
    assert all_of("time_order", columns, split=SplitBy.parse("time:day")) == []
    assert all_of("time_order", {"date of birth" if name == "day" else name: cells for name, cells in columns.items()}) == []


def test_ambiguous_dates() -> None:
    cells = [f"{random(i).integers(1, 13):02}/{random(i + 500).integers(1, 13):02}/2024" for i in range(200)]
    cells[0] = "03/04/2024"
    found = finding("ambiguous_dates", people(200) | {"day": cells, "churn": people(200)["churn"]})
    assert (found.column, found.severity, found.repair, found.count) == ("day", Severity.LOOK, "Read the day first", 200)
    assert found.evidence == {"cell": "03/04/2024", "read_as": "4 March 2024", "format": "%m/%d/%Y"}


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y"])
def test_dates_that_can_be_read_one_way(form: str) -> None:
    cells = [(START + timedelta(days=i)).strftime(form) for i in range(200)]
    assert all_of("ambiguous_dates", people(200) | {"day": cells, "churn": people(200)["churn"]}) == []


def test_impossible_dates() -> None:
    cells = days(200)
    ahead = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
    cells[5:7] = ["1900-01-01", ahead]
    found = finding("impossible_values", people(200) | {"day": cells, "churn": people(200)["churn"]})
    assert (found.column, found.count, found.rows, found.evidence["values"]) == ("day", 2, (6, 7), ["1900-01-01", ahead])
    assert all_of("impossible_values", people(200) | {"day": days(200), "churn": people(200)["churn"]}) == []


def test_a_plan_for_the_future_is_meant() -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=10)
    cells = [(tomorrow + timedelta(days=i)).isoformat() for i in range(200)]
    assert all_of("impossible_values", people(200) | {"day": cells, "churn": people(200)["churn"]}) == []


@pytest.mark.parametrize(("code", "rows"), [("9999-12-31", 80), ("1970-01-01", 3)])
def test_sentinel_dates(code: str, rows: int) -> None:
    cells = days(200, seed=1)
    cells[10 : 10 + rows] = [code] * rows
    found = finding("sentinel_values", people(200) | {"until": cells, "churn": people(200)["churn"]})
    assert (found.column, found.count, found.rows[:2], found.repair) == ("until", rows, (11, 12), "")
    assert found.evidence == {"values": [code], "rows": rows, "share": rows / 200}
    assert all_of("impossible_values", people(200) | {"until": cells, "churn": people(200)["churn"]}) == []


def test_a_day_among_the_others_is_no_sentinel() -> None:
    cells = [(date(1970, 1, 1) + timedelta(days=i // 4)).isoformat() for i in range(200)]
    assert all_of("sentinel_values", people(200) | {"until": cells, "churn": people(200)["churn"]}) == []
