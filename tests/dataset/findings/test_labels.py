"""Findings about words that mean the same and are written differently."""

import pytest

from core.dataset.schema import Severity
from tests.dataset.findings.found import all_of, column, draft, finding
from tests.dataset.made import people


@pytest.mark.parametrize(
    ("labels", "same"),
    [
        (["yes", "yes", "yes", "YES", "no", "no"], [["yes", "YES"]]),
        (["New York", "New York", "NewYork", "Rome", "Rome", "Rome"], [["New York", "NewYork"]]),
        (["ＡＢ", "AB", "AB", "c", "c", "c"], [["AB", "ＡＢ"]]),
        (["①", "1st", "1st", "①", "１st", "2nd"], [["1st", "１st"]]),
        (["pass", "pass", "pa\u200bss", "fail", "fail", "fail"], [["pass", "pa\u200bss"]]),
    ],
    ids=["case", "blanks", "width", "unicode", "invisible"],
)
def test_near_identical_labels(labels: list[str], same: list[list[str]]) -> None:
    found = finding("near_identical_labels", people(240) | {"churn": labels * 40})
    assert (found.column, found.severity, found.repair) == ("churn", Severity.LOOK, "Write them alike")
    assert found.evidence == {"same": same}
    classes = len(set(labels))
    assert f"count as {classes} as they stand and are {classes - 1}" in found.message


def test_punctuation_may_mean_something_so_nothing_is_repaired() -> None:
    found = finding("near_identical_labels", people(210) | {"churn": ["grey-blue", "Grey blue", "red"] * 70})
    assert (found.repair, found.evidence) == ("", {"similar": [["Grey blue", "grey-blue"]]})


@pytest.mark.parametrize("labels", [["yes", "no"], ["-1", "1", "0"], ["1.5", "15", "2"], ["a+", "a", "b"], ["<=50K", ">50K"]])
def test_labels_that_differ_are_left_alone(labels: list[str]) -> None:
    columns = people(60 * len(labels)) | {"y": labels * 60}
    assert all_of("near_identical_labels", columns, types={"y": "category"}) == []
    assert all_of("boolean_spellings", columns, types={"y": "category"}) == []


def test_blanks_around_and_composition_make_no_new_class() -> None:
    columns = people(200) | {"churn": [" yes", "yes ", "caf\u00e9", "cafe\u0301"] * 50}
    assert draft(columns).labels == ("café", "yes")
    assert all_of("near_identical_labels", columns) == []


def test_values_of_an_input_are_looked_at_too() -> None:
    columns = people(300) | {"city": ["Rome", "rome", "Oslo"] * 100, "churn": people(300)["churn"]}
    (found,) = column(all_of("near_identical_labels", columns), "city")
    assert found.evidence == {"same": [["Rome", "rome"]]}


def test_boolean_spellings_of_the_target() -> None:
    spelled = ["true", "Yes", "Y", "1", "T", "false", "No", "N", "0", "F"]
    found = finding("boolean_spellings", people(200) | {"churn": spelled * 20})
    assert (found.column, found.severity, found.repair) == ("churn", Severity.LOOK, "Read them as yes and no")
    assert (set(found.evidence["yes"]), set(found.evidence["no"])) == (set(spelled[:5]), set(spelled[5:]))
    assert "10 classes" in found.message
    assert all_of("near_identical_labels", people(200) | {"churn": spelled * 20}) == []


def test_boolean_spellings_of_an_input() -> None:
    columns = people(300) | {"member": ["yes", "no", "是", "否", "true"] * 60, "churn": people(300)["churn"]}
    found = finding("boolean_spellings", columns)
    assert (found.column, found.severity) == ("member", Severity.NOTE)
    assert found.evidence == {"yes": ["true", "yes", "是"], "no": ["no", "否"]}


@pytest.mark.parametrize("labels", [["yes", "no", "maybe"], ["yes", "true", "on"], ["true", "false"]])
def test_other_words_are_no_boolean_spellings(labels: list[str]) -> None:
    assert all_of("boolean_spellings", people(60 * len(labels)) | {"churn": labels * 60}) == []
