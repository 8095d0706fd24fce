"""Slices: each is judged exactly as a whole is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score, f1_score, mean_squared_error, recall_score

from core.dataset.schema import Task
from core.evaluation.evaluate import evaluate
from core.slices.grouping import Grouping, by_category, by_number, crossed
from core.slices.slices import slices
from tests.evaluation.made import binary, many_labels, multiclass, predictions, regression


def test_each_slice_of_a_binary_task_against_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    p = predictions(Task.BINARY, *binary(rng, 900))
    cut = crossed(by_category("town", pl.Series(rng.choice(["a", "b"], 900))), by_number("age", rng.normal(size=900), bins=3))
    found = slices(p, cut)
    assert [one.number for one in found] == list(range(6)) and sum(one.rows for one in found) == 900
    for one in found:
        member = cut.member(one.number)
        truth, called = p.truth[member], p.decisions()[member]
        assert one.rows == member.sum() and one.conditions == cut.conditions(one.number)
        assert one.metrics["accuracy"].value == pytest.approx(accuracy_score(truth, called))
        assert one.metrics["recall"].value == pytest.approx(recall_score(truth, called))
        assert one.metrics["f1"].value == pytest.approx(f1_score(truth, called))
        assert next(iter(one.metrics)) == "accuracy"


@pytest.mark.parametrize("task", [Task.MULTICLASS, Task.REGRESSION])
def test_one_slice_of_all_rows_is_the_whole(task: Task) -> None:
    truth, scores = (multiclass if task is Task.MULTICLASS else regression)(np.random.default_rng(2), 200)
    p = predictions(task, truth, scores)
    (one,) = slices(p, Grouping(("all",), "category", (("all",),), np.zeros(200, np.int16)))
    assert one.metrics == evaluate(p).metrics


def test_regression_against_scikit_learn_and_slices_without_rows_are_left_out() -> None:
    rng = np.random.default_rng(3)
    p = predictions(Task.REGRESSION, *regression(rng, 100))
    codes = rng.integers(0, 2, 100).astype(np.int16) * 2
    found = slices(p, Grouping(("x",), "category", (("a",), ("b",), ("c",)), codes))
    assert [one.number for one in found] == [0, 2]
    for one in found:
        member = codes == one.number
        assert one.metrics["rmse"].value == pytest.approx(mean_squared_error(p.truth[member], p.scores[member]) ** 0.5)


def test_a_slice_of_one_row_says_what_it_cannot_say() -> None:
    truth, scores = binary(np.random.default_rng(4), 50)
    found = slices(predictions(Task.BINARY, truth, scores), Grouping(("x",), "category", (("one",), ("rest",)), np.r_[0, np.ones(49)].astype(np.int16)))
    assert found[0].rows == 1 and found[0].metrics["roc_auc"].value is None and found[0].metrics["roc_auc"].reason
    assert found[0].to_json()["conditions"] == [{"column": "x", "is": "one"}]


@pytest.mark.parametrize("task", list(Task))
def test_only_what_is_wanted_is_the_same(task: Task) -> None:
    truth, scores = {Task.BINARY: binary, Task.MULTICLASS: multiclass, Task.REGRESSION: regression, Task.MANY_LABELS: many_labels}[task](np.random.default_rng(5), 150)
    p, cut = predictions(task, truth, scores), by_number("x", np.random.default_rng(6).normal(size=150), bins=2)
    everything = slices(p, cut)
    for name in everything[0].metrics:
        for whole, one in zip(everything, slices(p, cut, (name,)), strict=True):
            assert one.metrics[name] == whole.metrics[name] and (one.number, one.rows) == (whole.number, whole.rows)
