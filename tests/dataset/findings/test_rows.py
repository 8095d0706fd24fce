"""Findings about rows that belong together."""

import numpy as np
import pytest

from core.dataset.schema import Severity, SplitBy
from tests.dataset.findings.found import all_of, draft, finding, random
from tests.dataset.made import people


def test_blank_rows() -> None:
    columns = people(200)
    for name in columns:
        columns[name][50:60] = [""] * 10
    assert finding("blank_rows", columns).count == 10
    assert draft(columns).dropped_rows == 10
    assert all_of("blank_rows", people(200)) == []


def test_duplicate_rows_are_counted_and_shown_by_their_number() -> None:
    columns = people(200)
    for name in columns:
        columns[name][100:103] = columns[name][:3]
    found = finding("duplicate_rows", columns)
    assert (found.count, found.rows, found.severity, found.repair) == (3, (101, 102, 103), Severity.NOTE, "Keep one of each")
    assert found.evidence == {"copies": 3, "share": 0.015, "different": 197}
    assert "stay in the same part" in found.message
    assert all_of("duplicate_rows", people(200)) == []


def test_many_copies_are_worth_a_look() -> None:
    columns = {name: list(values) * 10 for name, values in people(60).items()}
    assert (finding("duplicate_rows", columns).count, finding("duplicate_rows", columns).severity) == (540, Severity.LOOK)


def test_equal_rows_of_few_possible_ones_are_natural() -> None:
    found = finding("duplicate_rows", {"flag": [0, 1] * 100, "churn": ["a", "a", "b", "b"] * 50})
    assert "not kept together" in found.message
    assert (found.severity, found.repair) == (Severity.NOTE, "")


def test_conflicting_duplicates() -> None:
    columns = people(200)
    for name in ("age", "income", "job"):
        columns[name][100:103] = columns[name][:3]
    columns["churn"][:3] = ["yes", "no", "yes"]
    columns["churn"][100:103] = ["no", "yes", "yes"]  # the third is a copy, no conflict
    found = finding("conflicting_duplicates", columns)
    assert (found.count, found.rows, found.repair, found.severity) == (4, (1, 101), "Leave them out", Severity.LOOK)
    assert found.evidence == {"rows": 4, "share": 0.02, "groups": 2, "answers": ["yes", "no"]}
    assert all_of("conflicting_duplicates", people(200)) == []


def test_conflicts_of_numbers_to_predict() -> None:
    columns = people(200) | {"price": np.round(random().random(200), 4).tolist()}
    for name in ("age", "income", "job", "churn"):
        columns[name][199] = columns[name][0]
    assert finding("conflicting_duplicates", columns, target="price").count == 2


def test_where_most_rows_conflict_none_is_wrong() -> None:
    columns = {"shelf": [i % 30 for i in range(300)], "churn": random().choice(["a", "b"], 300).tolist()}
    found = finding("conflicting_duplicates", columns)
    assert found.repair == ""
    assert "add columns" in found.message


def customers(rows: int = 300, each: int = 6) -> dict[str, list[object]]:
    return people(rows) | {"customer_id": [f"c{i // each}" for i in range(rows)]}


def test_repeated_group() -> None:
    found = finding("repeated_group", customers(), target="churn")
    assert (found.column, found.repair, found.count) == ("customer_id", "Split by “customer_id”", 50)
    known = found.evidence.pop("known_test_rows")
    assert found.evidence == {"groups": 50, "rows_a_group": 6.0}
    split = draft(customers(), target="churn")
    codes = np.array(customers()["customer_id"])
    expected = np.isin(codes[split.parts == 2], codes[split.parts == 0]).mean()
    assert known == pytest.approx(expected, abs=1e-4)


def test_split_by_the_group_says_nothing_more() -> None:
    assert all_of("repeated_group", customers(), target="churn", split=SplitBy.parse("group:customer_id")) == []


@pytest.mark.parametrize("name", ["city", "paid", "grid"])
def test_what_names_nobody_is_no_group(name: str) -> None:
    columns = customers()
    assert all_of("repeated_group", {name: columns.pop("customer_id"), **columns}, target="churn") == []


def test_a_group_of_one_row_is_none() -> None:
    assert all_of("repeated_group", customers(each=1), target="churn") == []
