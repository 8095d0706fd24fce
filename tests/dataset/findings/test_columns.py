"""Findings about whole columns."""

import pytest

from core.dataset.schema import Severity
from tests.dataset.findings.found import all_of, column, draft, finding
from tests.dataset.made import people

CODES = ("empty_column", "constant_column", "identifier", "high_cardinality", "missing_values", "unreadable_values")


@pytest.mark.parametrize("code", CODES)
def test_ordinary_columns_have_none(code: str) -> None:
    assert all_of(code, people(300)) == []


def test_empty_constant_and_identifying_columns_are_left_out() -> None:
    columns = people(200) | {"gone": [""] * 200, "same": ["x"] * 200, "id": [f"u{i:05}" for i in range(200)]}
    for code, name in (("empty_column", "gone"), ("constant_column", "same"), ("identifier", "id")):
        found = finding(code, columns)
        assert (found.count, found.column, found.severity) == (1, name, Severity.NOTE)
    assert finding("identifier", columns).evidence == {"values": {"id": 200}}
    assert draft(columns).inputs == ("age", "income", "job")


def test_high_cardinality() -> None:
    """The first 20 of 140 streets have three rows, all others two: the 50 most frequent are 20·3 + 30·2 of 300 rows."""
    columns = people(300) | {"street": [f"street {i % 140}" for i in range(300)]}
    found = finding("high_cardinality", columns)
    assert (found.column, found.count) == ("street", 140)
    assert found.evidence == {"values": 140, "kept": 50, "rows_kept": 0.4}


def test_missing_values() -> None:
    columns = people(300)
    columns["age"] = ["NA"] * 30 + columns["age"][30:]
    columns["job"] = [""] * 15 + columns["job"][15:]
    columns["income"][0] = ""
    found = finding("missing_values", columns)
    assert "lacks 10% of its values" in found.message
    assert found.evidence == {"missing": {"age": 0.1, "job": 0.05}}


def test_unreadable_values() -> None:
    columns = people(300)
    columns["age"] = ["NA"] * 30 + ["inf", "abc"] + columns["age"][32:]
    found = finding("unreadable_values", columns)
    assert (found.count, found.rows, found.evidence["cells"]) == (2, (31, 32), ["inf", "abc"])


def test_of_many_columns_the_first_are_named_and_the_rest_counted() -> None:
    columns = people(300) | {f"street{k}": [f"street {(i * (k + 1)) % 149}" for i in range(300)] for k in range(24)}
    found = all_of("high_cardinality", columns)
    assert len(found) == 20
    assert (found[-1].column, found[-1].count, found[-1].repair) == (None, 5, "")
    assert found[-1].evidence["columns"] == [f"street{k}" for k in range(19, 24)]
    assert column(found, "street18")
