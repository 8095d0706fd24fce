"""Findings about what is predicted."""

import numpy as np
import pytest

from core.dataset.schema import Severity, SplitBy
from core.settings import settings
from tests.dataset.findings.found import all_of, draft, finding
from tests.dataset.made import people


def test_target_missing_rows() -> None:
    columns = people(200)
    columns["churn"] = ["", "n/a", "nan", "?", *columns["churn"][4:]]
    found = finding("target_missing_rows", columns)
    assert (found.count, found.severity, found.evidence) == (4, Severity.LOOK, {"rows": 4, "share": 0.02})
    assert draft(columns).rows == 196
    assert draft(columns).labels == ("no", "yes")
    assert all_of("target_missing_rows", people(200)) == []


def test_target_constant() -> None:
    found = finding("target_constant", people(60) | {"churn": ["yes"] * 60})
    assert (found.severity, found.evidence) == (Severity.STOP, {"value": "yes", "rows": 60})
    assert finding("target_constant", {"a": list(np.arange(60) % 7), "price": [3.14] * 60}).severity is Severity.STOP
    assert all_of("target_constant", people(60)) == []


def test_one_class_that_is_large_enough_is_not_called_constant() -> None:
    found = finding("target_constant", people(60) | {"churn": ["yes"] * 58 + ["no", "no"]})
    assert "only “yes” has at least 3 rows" in found.message


@pytest.mark.parametrize(("rows", "severity", "needed"), [(12, Severity.STOP, 20), (60, Severity.LOOK, 100)])
def test_too_few_rows(rows: int, severity: Severity, needed: int) -> None:
    found = finding("too_few_rows", people(rows, seed=1))
    assert (found.severity, found.evidence) == (severity, {"rows": rows, "needed": needed})
    assert all_of("too_few_rows", people(100)) == []


def test_small_classes_are_left_out_and_counted() -> None:
    columns = people(200)
    columns["churn"][:3] = ["maybe", "maybe", "perhaps"]
    found = finding("class_too_small", columns)
    assert (found.count, found.evidence) == (2, {"classes": {"maybe": 2, "perhaps": 1}})
    assert "3 rows in all" in found.message
    assert draft(columns).labels == ("no", "yes")
    assert all_of("class_too_small", people(200)) == []


def test_a_class_with_few_rows_stays() -> None:
    columns = people(200)
    columns["churn"][:4] = ["maybe"] * 4
    assert finding("class_few_rows", columns).evidence == {"classes": {"maybe": 4}}
    assert draft(columns).labels == ("maybe", "no", "yes")
    columns["churn"][:10] = ["maybe"] * 10
    assert all_of("class_few_rows", columns) == []


def test_an_identifier_for_a_target() -> None:
    columns = people(200) | {"y": [f"c{i}" for i in range(200)]}
    found = finding("target_identifier", columns)
    assert (found.severity, found.evidence) == (Severity.STOP, {"values": 200, "rows": 200})
    assert all_of("target_identifier", people(200)) == []


def test_too_many_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_CLASSES", "10")
    settings.cache_clear()
    found = finding("too_many_classes", people(200) | {"y": [f"c{i % 20}" for i in range(200)]})
    assert "LIMELIGHT_MAX_CLASSES" in found.message
    assert (found.severity, found.evidence) == (Severity.STOP, {"classes": 20, "limit": 10})
    assert all_of("too_many_classes", people(200) | {"y": [f"c{i % 10}" for i in range(200)]}) == []


def test_no_inputs() -> None:
    assert "has one column" in finding("no_inputs", {"y": ["a", "b"] * 60}).message
    assert "is empty" in finding("no_inputs", {"text": [""] * 60, "k": ["v"] * 60, "label": ["a", "b"] * 30}).message
    assert "Every column but “label” is empty" in finding("no_inputs", {"text": [""] * 60, "label": ["a", "b"] * 30}).message
    assert "“a” was left out" in finding("no_inputs", {"a": list(range(2)) * 30, "label": ["x", "x", "y", "y"] * 15}, left_out=["a"]).message
    assert all_of("no_inputs", people(60)) == []


def test_imbalance_says_what_the_most_frequent_class_would_score() -> None:
    """Always “no”: 190 of 200 right; of the two classes it finds all of one and none of the other."""
    found = finding("imbalance", people(200) | {"churn": ["yes"] * 10 + ["no"] * 190})
    assert "95.0% accurate" in found.message
    assert found.evidence == {"always": "no", "accuracy": 0.95, "balanced_accuracy": 0.5}
    assert all_of("imbalance", people(200) | {"churn": ["yes"] * 42 + ["no"] * 158}) == []


def test_balanced_accuracy_of_always_the_same_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    answers = ["a"] * 260 + ["b"] * 20 + ["c"] * 20
    found = finding("imbalance", people(300) | {"churn": answers})
    assert found.evidence["accuracy"] == pytest.approx(metrics.accuracy_score(answers, ["a"] * 300), abs=1e-4)
    assert found.evidence["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(answers, ["a"] * 300), abs=1e-4)


def test_a_split_that_leaves_a_part_empty_stops() -> None:
    columns = people(100) | {"shop": ["a", "b"] * 50}
    found = finding("empty_part", columns, target="churn", split=SplitBy.parse("group:shop"))
    assert (found.severity, found.column) == (Severity.STOP, "shop")
    assert found.evidence == {"train": 50, "validation": 50, "test": 0}
    assert "“shop” leaves no rows for test" in found.message
    assert all_of("empty_part", columns | {"shop": [f"s{i % 3}" for i in range(100)]}, target="churn", split=SplitBy.parse("group:shop")) == []
