"""Findings about how values are written."""

import numpy as np
import pytest

from core.dataset.schema import Severity
from tests.dataset.findings.found import all_of, column, finding, random
from tests.dataset.made import people


def mixed(words: int, rows: int = 400) -> dict[str, list[object]]:
    numbers: list[object] = np.round(random().normal(50, 9, rows), 1).tolist()
    numbers[10 : 10 + words] = ["about 50", "lost"] * (words // 2)
    return people(rows) | {"weight": numbers, "churn": people(rows)["churn"]}


def test_mixed_types() -> None:
    found = finding("mixed_types", mixed(20))
    assert (found.column, found.count, found.severity, found.rows) == ("weight", 20, Severity.LOOK, (11, 12, 13, 14, 15))
    assert (found.evidence["numbers"], found.evidence["others"]) == (0.95, 0.05)
    assert found.evidence["examples"][:2] == [{"row": 11, "value": "about 50"}, {"row": 12, "value": "lost"}]
    assert found.repair == "Read as numbers, the rest as missing"


@pytest.mark.parametrize("words", [0, 2, 100])
def test_no_mixture(words: int) -> None:
    """None is none; two of 400 make it numbers with two unreadable ones; a quarter is meant."""
    assert all_of("mixed_types", mixed(words)) == []


def test_a_scale_with_a_word_at_its_end_is_no_mixture() -> None:
    values = random().choice(["1", "2", "3", "4+"], 400, p=[0.4, 0.3, 0.25, 0.05]).tolist()
    assert all_of("mixed_types", people(400) | {"rooms": values, "churn": people(400)["churn"]}) == []


@pytest.mark.parametrize(("form", "style"), [("${:,.2f}", "decorated"), ("{:.1f} %", "decorated"), ("€ {:.2f}", "decorated")])
def test_numbers_as_text(form: str, style: str) -> None:
    values = [form.format(value) for value in random().uniform(900, 5000, 200)]
    found = finding("numbers_as_text", people(200) | {"fee": values, "churn": people(200)["churn"]})
    assert (found.column, found.count, found.severity, found.repair) == ("fee", 200, Severity.NOTE, "")
    assert (found.evidence["style"], found.evidence["examples"]) == (style, values[:3])


def test_a_decimal_comma_is_a_decision() -> None:
    values = [f"{value:.1f}".replace(".", ",") for value in random().uniform(1, 5000, 200)]
    found = finding("numbers_as_text", people(200) | {"fee": values, "churn": people(200)["churn"]})
    assert (found.severity, found.evidence["style"]) == (Severity.LOOK, "comma")
    assert found.repair


def test_thousands_that_may_be_decimals() -> None:
    values = [f"{value:.3f}".replace(".", ",") for value in random().uniform(1, 900, 200)]
    found = finding("numbers_as_text", people(200) | {"fee": values, "churn": people(200)["churn"]})
    assert found.severity is Severity.LOOK
    assert "read as thousands" in found.message


def test_plain_numbers_are_plain() -> None:
    assert all_of("numbers_as_text", people(200) | {"fee": [" 1.5", "-2e3"] * 100, "churn": people(200)["churn"]}) == []


def test_spellings_that_were_read_as_missing() -> None:
    columns = people(300)
    columns["age"][:12] = ["?"] * 7 + ["null"] * 3 + [""] * 2
    columns["job"][5:9] = ["-"] * 4
    found = finding("missing_spellings", columns)
    assert (found.count, found.severity) == (14, Severity.NOTE)
    assert found.evidence == {"spellings": {"?": 7, "-": 4, "null": 3}, "columns": ["age", "job"]}
    columns["age"][:12], columns["job"][5:9] = [""] * 12, [""] * 4
    assert all_of("missing_spellings", columns) == []


def test_spellings_that_were_not_read_as_missing() -> None:
    columns = people(300)
    columns["job"][:30] = ["not available"] * 30
    found = finding("missing_spellings", columns)
    assert (found.column, found.count, found.repair, found.severity) == ("job", 30, "Read it as missing", Severity.LOOK)
    assert found.evidence == {"spellings": ["not available"], "rows": 30}


def coded(code: object, rows: int = 8) -> dict[str, list[object]]:
    columns = people(300)
    columns["age"][:rows] = [code] * rows
    return columns


@pytest.mark.parametrize("code", [-1, -999, 999, 9999, -99.0])
def test_sentinel_values(code: float) -> None:
    (found,) = column(all_of("sentinel_values", coded(code)), "age")
    assert (found.count, found.rows, found.severity) == (8, (1, 2, 3, 4, 5), Severity.LOOK)
    assert found.evidence["values"] == [code]
    assert found.evidence["share"] == pytest.approx(8 / 300, abs=1e-4)
    assert found.repair == f"Read {code:g} as missing"


@pytest.mark.parametrize(("code", "rows"), [(999, 1), (99, 8), (40, 8)])
def test_one_value_alone_or_among_the_others_is_no_sentinel(code: int, rows: int) -> None:
    assert all_of("sentinel_values", coded(code, rows)) == []


def test_a_scale_around_zero_has_no_sentinel() -> None:
    assert all_of("sentinel_values", people(300) | {"trend": [-1, 0, 1] * 100, "churn": people(300)["churn"]}) == []
