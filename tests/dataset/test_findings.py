"""Each finding, seen through a draft: what triggers it, and that ordinary data triggers none."""

import numpy as np
import pytest

from core.dataset.draft import Draft
from core.dataset.ingest import inspect
from core.dataset.schema import Finding, Severity
from core.settings import settings
from tests.dataset.made import class_folders, csv_bytes, noise, people, png, zip_bytes


def draft(columns: dict[str, list[object]]) -> Draft:
    return inspect(csv_bytes(columns), "people.csv")


def finding(code: str, columns: dict[str, list[object]]) -> Finding:
    (found,) = [finding for finding in draft(columns).findings if finding.code == code]
    assert found.message.endswith(".")
    return found


def test_ordinary_data_has_no_finding() -> None:
    assert draft(people(300)).findings == ()


def test_the_gravest_comes_first() -> None:
    columns = people(60) | {"k": ["same"] * 60}
    columns["churn"] = ["yes"] * 60
    order = [list(Severity).index(finding.severity) for finding in draft(columns).findings]
    assert order == sorted(order)
    assert len(set(order)) == 3


def test_target_missing_rows() -> None:
    columns = people(200)
    columns["churn"] = ["", "n/a", "nan", "?", *columns["churn"][4:]]
    found = finding("target_missing_rows", columns)
    assert (found.count, found.severity) == (4, Severity.LOOK)
    assert draft(columns).rows == 196
    assert draft(columns).labels == ("no", "yes")


def test_target_constant() -> None:
    assert finding("target_constant", people(60) | {"churn": ["yes"] * 60}).severity is Severity.STOP
    assert finding("target_constant", {"a": list(np.arange(60) % 7), "price": [3.14] * 60}).severity is Severity.STOP


def test_one_class_that_is_large_enough_is_not_called_constant() -> None:
    found = finding("target_constant", people(60) | {"churn": ["yes"] * 58 + ["no", "no"]})
    assert "only “yes” has at least 3 rows" in found.message


@pytest.mark.parametrize(("rows", "severity"), [(12, Severity.STOP), (60, Severity.LOOK)])
def test_too_few_rows(rows: int, severity: Severity) -> None:
    columns = people(rows, seed=1)
    assert finding("too_few_rows", columns).severity is severity


def test_small_classes_are_left_out_and_counted() -> None:
    columns = people(200)
    columns["churn"][:3] = ["maybe", "maybe", "perhaps"]
    found = finding("class_too_small", columns)
    assert found.count == 2
    assert "3 rows in all" in found.message
    assert draft(columns).labels == ("no", "yes")


def test_a_class_with_few_rows_stays() -> None:
    columns = people(200)
    columns["churn"][:4] = ["maybe"] * 4
    assert finding("class_few_rows", columns).count == 1
    assert draft(columns).labels == ("maybe", "no", "yes")


def test_an_identifier_for_a_target() -> None:
    columns = people(200) | {"y": [f"c{i}" for i in range(200)]}
    assert finding("target_identifier", columns).severity is Severity.STOP


def test_too_many_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_CLASSES", "10")
    settings.cache_clear()
    found = finding("too_many_classes", people(200) | {"y": [f"c{i % 20}" for i in range(200)]})
    assert "LIMELIGHT_MAX_CLASSES" in found.message
    assert found.severity is Severity.STOP


def test_no_inputs() -> None:
    assert "has one column" in finding("no_inputs", {"y": ["a", "b"] * 60}).message
    assert "is empty" in finding("no_inputs", {"text": [""] * 60, "k": ["v"] * 60, "label": ["a", "b"] * 30}).message
    assert "Every column but “label” is empty" in finding("no_inputs", {"text": [""] * 60, "label": ["a", "b"] * 30}).message


def test_empty_constant_and_identifying_columns_are_left_out() -> None:
    columns = people(200) | {"gone": [""] * 200, "same": ["x"] * 200, "id": [f"u{i:05}" for i in range(200)]}
    for code in ("empty_column", "constant_column", "identifier"):
        assert finding(code, columns).count == 1
    assert draft(columns).inputs == ("age", "income", "job")


def test_high_cardinality() -> None:
    columns = people(300) | {"street": [f"street {i % 140}" for i in range(300)]}
    found = finding("high_cardinality", columns)
    assert (found.column, found.count) == ("street", 140)


def test_imbalance_says_what_the_most_frequent_class_would_score() -> None:
    columns = people(200) | {"churn": ["yes"] * 10 + ["no"] * 190}
    assert "95.0% accurate" in finding("imbalance", columns).message


@pytest.mark.parametrize(
    "labels", [["yes", "YES", "no"], ["grey-blue", "Grey blue", "red"], ["ＡＢ", "AB", "c"], ["true", "yes", "false"]]
)  # fmt: skip
def test_near_identical_labels(labels: list[str]) -> None:
    columns = people(210) | {"churn": labels * 70}
    assert finding("near_identical_labels", columns).column == "churn"


def test_blanks_and_composition_make_no_new_class() -> None:
    columns = people(200) | {"churn": [" yes", "yes ", "caf\u00e9", "cafe\u0301"] * 50}
    assert draft(columns).labels == ("café", "yes")


def test_missing_and_unreadable_values() -> None:
    columns = people(300)
    columns["age"] = ["NA"] * 30 + ["inf", "abc"] + columns["age"][32:]
    assert "lacks 11% of its values" in finding("missing_values", columns).message
    assert finding("unreadable_values", columns).count == 2


def test_extreme_values() -> None:
    columns = people(300)
    columns["income"][7] = 1e300
    assert finding("extreme_values", columns).column == "income"


def test_blank_rows() -> None:
    columns = people(200)
    for name in columns:
        columns[name][50:60] = [""] * 10
    assert finding("blank_rows", columns).count == 10
    assert draft(columns).dropped_rows == 10


def test_duplicate_rows_are_counted_and_shown_by_their_number() -> None:
    columns = people(200)
    for name in columns:
        columns[name][100:103] = columns[name][:3]
    found = finding("duplicate_rows", columns)
    assert (found.count, found.rows) == (3, (101, 102, 103))
    assert "stay in the same part" in found.message
    alike = finding("duplicate_rows", {"flag": [0, 1] * 100, "churn": ["a", "a", "b", "b"] * 50})
    assert "not kept together" in alike.message


def test_possible_leak_is_named_and_left_out() -> None:
    columns = people(200)
    columns["left_on"] = ["Monday" if answer == "yes" else "never" for answer in columns["churn"]]
    assert finding("possible_leak", columns).column == "left_on"
    assert draft(columns).inputs == ("age", "income", "job")


def test_a_leak_is_an_input_only_where_it_is_all_there_is() -> None:
    answers = people(200)["churn"]
    columns = {"copy": [f"it is {answer}" for answer in answers], "churn": answers}
    assert draft(columns).inputs == ("copy",)
    assert "It is an input now" in finding("possible_leak", columns).message


def test_empty_text() -> None:
    texts = ["" if i < 7 else f"The room number {i} was clean and quiet" for i in range(200)]
    assert finding("empty_text", {"review": texts, "churn": people(200)["churn"]}).count == 7


def test_pictures_have_findings_too() -> None:
    members = class_folders(30) | {"cat/copy.png": png(noise(0)), "dog/broken.png": b"\x89PNG", "train.py": b"x"}
    codes = {finding.code for finding in inspect(zip_bytes(members), "p.zip").findings}
    assert codes == {"too_few_rows", "duplicate_rows", "pictures_skipped", "other_files"}
