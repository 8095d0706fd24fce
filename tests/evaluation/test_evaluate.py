"""One evaluation: the promised names, honest gaps, and a JSON document that comes back as it went."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Part, Task
from core.evaluation.evaluate import Evaluation, evaluate
from core.evaluation.metrics import METRICS
from tests.evaluation.made import binary, many_labels, multiclass, predictions, regression

AVERAGES = {f"{name}_{how}" for name in ("precision", "recall", "specificity", "f1") for how in ("macro", "weighted")}
COMMON = {"accuracy", "balanced_accuracy", "roc_auc", "average_precision", "log_loss", "mcc", "brier", "ece"} | AVERAGES
BINARY = {"precision", "recall", "specificity", "f1"}
MULTICLASS = {"roc_auc_weighted", "average_precision_weighted"}
MANY_LABELS = {
    "subset_accuracy", "hamming_loss", "precision_micro", "recall_micro", "f1_micro", "roc_auc", "roc_auc_weighted", "roc_auc_micro",
    "average_precision", "average_precision_weighted", "average_precision_micro", "ranking_average_precision", "log_loss", "brier",
} | AVERAGES  # fmt: skip
REGRESSION = {"rmse", "mae", "r2", "median_absolute_error", "mape"}


def check_document(evaluation: Evaluation) -> None:
    text = json.dumps(evaluation.to_json(), allow_nan=False)
    back = Evaluation.from_json(json.loads(text))
    assert back.to_json() == evaluation.to_json()
    assert back.metrics == evaluation.metrics
    if evaluation.confusion is not None:
        np.testing.assert_array_equal(back.confusion, evaluation.confusion)


def test_binary_names() -> None:
    found = evaluate(predictions(Task.BINARY, *binary(np.random.default_rng(0), 100), ("no", "yes")))
    assert set(found.metrics) == COMMON | BINARY
    assert found.metrics["recall"] == found.per_class["yes"]["recall"]
    assert found.metrics["roc_auc"] == found.per_class["yes"]["roc_auc"]
    assert found.headline == found.metrics["accuracy"]
    check_document(found)


def test_multiclass_names() -> None:
    found = evaluate(predictions(Task.MULTICLASS, *multiclass(np.random.default_rng(0), 100)))
    assert set(found.metrics) == COMMON | MULTICLASS
    assert set(found.per_class) == {"c0", "c1", "c2", "c3"}
    assert sum(found.class_rows.values()) == found.rows == 100
    check_document(found)


def test_regression_names() -> None:
    found = evaluate(predictions(Task.REGRESSION, *regression(np.random.default_rng(0), 100)))
    assert set(found.metrics) == REGRESSION
    assert found.confusion is None and found.per_class == {}
    check_document(found)


def test_names_of_many_labels() -> None:
    found = evaluate(predictions(Task.MANY_LABELS, *many_labels(np.random.default_rng(0), 100)))
    assert set(found.metrics) == MANY_LABELS
    assert found.confusion is None and set(found.per_class) == set(found.class_rows) == {"c0", "c1", "c2", "c3"}
    check_document(found)


def test_every_name_is_explained() -> None:
    assert set(METRICS) == COMMON | REGRESSION | BINARY | MULTICLASS | MANY_LABELS


def test_documents_of_before_still_load() -> None:
    """`evaluation.json` of a run from before specificity, MCC, Brier score and calibration error were there."""
    old = evaluate(predictions(Task.BINARY, *binary(np.random.default_rng(0), 50), ("no", "yes"))).to_json()
    new = {"specificity", "mcc", "brier", "ece", "specificity_macro", "specificity_weighted"}
    old["metrics"] = {name: value for name, value in old["metrics"].items() if name not in new}
    back = Evaluation.from_json(old)
    assert set(back.metrics) == COMMON - new | {"precision", "recall", "f1"}


def test_only_the_part_is_judged() -> None:
    p = predictions(Task.BINARY, np.array([0, 1]), np.array([[1.0, 0], [1, 0]]), part=Part.VALIDATION)
    assert evaluate(p, Part.VALIDATION).metrics["accuracy"].value == 0.5
    assert evaluate(p, Part.TEST).rows == 0


@pytest.mark.parametrize("task", list(Task))
def test_no_rows_are_said_and_not_crashed_on(task: Task) -> None:
    scores = np.zeros(0) if task is Task.REGRESSION else np.zeros((0, 3 if task is Task.MULTICLASS else 2))
    found = evaluate(predictions(task, np.zeros((0, 2)) if task is Task.MANY_LABELS else np.zeros(0), scores))
    assert all(interval.value is None and interval.reason for interval in found.metrics.values())
    check_document(found)


@pytest.mark.parametrize("task", list(Task))
def test_one_row_is_judged(task: Task) -> None:
    scores = np.array([2.0]) if task is Task.REGRESSION else np.eye(3 if task is Task.MULTICLASS else 2)[[1]]
    found = evaluate(predictions(task, np.array([[0, 1]]) if task is Task.MANY_LABELS else np.array([1]), scores))
    assert found.headline.value == 1.0
    check_document(found)


def test_a_class_absent_from_the_test_rows() -> None:
    found = evaluate(predictions(Task.BINARY, np.zeros(5, int), np.full((5, 2), 0.5), ("no", "yes")))
    assert found.metrics["accuracy"].value == 0
    assert found.metrics["recall"].value is None and "of this class" in found.metrics["recall"].reason
    assert found.metrics["roc_auc"].value is None
    check_document(found)


def test_the_majority_baseline_has_no_precision() -> None:
    found = evaluate(predictions(Task.BINARY, np.array([0, 0, 0, 1]), np.tile([0.75, 0.25], (4, 1)), ("no", "yes")))
    assert found.metrics["precision"].value is None and found.metrics["precision"].reason == "No row was given this class."
    assert (found.metrics["f1"].value, found.metrics["roc_auc"].value, found.metrics["accuracy"].value) == (0, 0.5, 0.75)
    check_document(found)


def test_a_thousand_classes_stay_a_small_document() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random((3_000, 1_000))
    found = evaluate(predictions(Task.MULTICLASS, rng.integers(0, 1_000, 3_000), scores / scores.sum(1, keepdims=True)))
    assert len(json.dumps(found.to_json())) < 2_000_000
    check_document(found)


@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from(list(Task)))
def test_anything_can_be_judged(seed: int, rows: int, task: Task) -> None:
    rng = np.random.default_rng(seed)
    if task is Task.REGRESSION:
        made = predictions(task, rng.integers(0, 2, rows).astype(float), rng.integers(0, 2, rows).astype(float))
    elif task is Task.MANY_LABELS:
        made = predictions(task, rng.integers(0, 2, (rows, 3)), rng.integers(0, 3, (rows, 3)) / 2)
    else:
        classes = 2 if task is Task.BINARY else 4
        scores = rng.integers(0, 3, (rows, classes)) + 0.1
        made = predictions(task, rng.integers(0, classes, rows), scores / scores.sum(1, keepdims=True))
    check_document(evaluate(made))
