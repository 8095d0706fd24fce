"""Each finding that offers a repair: the click works, and the finding is gone."""

import numpy as np
import pytest

from core.dataset.findings import CHECKS, collect
from core.dataset.repairs import REPAIRS
from core.dataset.schema import Repair
from tests.dataset.findings.found import Columns, draft, random
from tests.dataset.findings.test_leak import given
from tests.dataset.findings.test_moments import days
from tests.dataset.findings.test_rows import customers
from tests.dataset.findings.test_spelling import coded, mixed
from tests.dataset.made import people


def conflicting() -> Columns:
    columns = people(200)
    for name in ("age", "income", "job"):
        columns[name][100] = columns[name][0]
    columns["churn"][0], columns["churn"][100] = "yes", "no"
    return columns


def with_number(name: str, values: np.ndarray) -> Columns:
    columns = people(300)
    columns.pop("age")
    return {name: np.round(values, 2).tolist(), **columns}


def far() -> np.ndarray:
    values = random().normal(100, 10, 300)
    values[5] = 9000
    return values


def ages() -> np.ndarray:
    values = random().uniform(20, 60, 300)
    values[5] = -4
    return values


def with_words(name: str, cells: list[object]) -> Columns:
    columns = people(len(cells))
    return {name: cells, **columns}


CASES: dict[str, Columns] = {
    "near_identical_labels": people(240) | {"churn": ["yes", "YES", "no"] * 80},
    "boolean_spellings": people(240) | {"churn": ["yes", "true", "no", "0"] * 60},
    "mixed_types": mixed(20),
    "numbers_as_text": with_words("fee", [f"{value:.1f}".replace(".", ",") for value in random().uniform(1, 5000, 300)]),
    "sentinel_values": coded(-999),
    "missing_spellings": with_words("town", ["Rome", "Oslo", "not available"] * 100),
    "duplicate_rows": {name: cells + cells[:3] for name, cells in people(200).items()},
    "conflicting_duplicates": conflicting(),
    "possible_leak": with_words("hint", [f"it is {answer}" for answer in people(300)["churn"]]),
    "leak_across_split": given(6),
    "outliers": with_number("load", far()),
    "impossible_values": with_number("age", ages()),
    "time_order": with_words("day", list(days(300))),
    "repeated_group": {"customer_id": customers()["customer_id"], **people(300)},
    "ambiguous_dates": with_words("day", [f"{1 + i % 12:02}/{1 + i // 12 % 12:02}/2024" for i in range(300)]),
    "high_cardinality": with_words("street", [f"street {i % 140}" for i in range(300)]),
    "skewed_scale": with_number("sales", random().lognormal(3, 1.5, 300)),
}


LEFT_TO_THE_ENCODER = ("skewed_scale",)  # the table stays as it is


@pytest.mark.parametrize("code", CASES)
def test_the_click_works_and_the_finding_is_gone(code: str) -> None:
    before = draft(CASES[code])
    found = [finding for finding in before.findings if finding.code == code]
    assert len(found) == 1
    assert found[0].repair
    after = before.with_choices(repairs=[Repair(code=code, column=found[0].column)])
    assert [finding.message for finding in after.findings if finding.code == code] == []
    left = [finding.message for finding in collect(after.facts) if finding.code == code]
    assert left == [] or code in LEFT_TO_THE_ENCODER
    assert after.repairs[0].decided or code in ("time_order", "repeated_group")


def test_every_repair_that_can_be_offered_is_known() -> None:
    codes = {check.__name__ for check in CHECKS}
    assert set(CASES) <= set(REPAIRS) & codes
