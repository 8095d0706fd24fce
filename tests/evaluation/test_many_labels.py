"""Several labels a row, against scikit-learn; intervals by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from core.dataset.schema import Task
from core.evaluation.intervals import Interval
from core.evaluation.many_labels import judge_many_labels
from core.evaluation.predictions import Predictions
from tests.evaluation.made import many_labels, predictions

AREAS = {"roc_auc": sk.roc_auc_score, "average_precision": sk.average_precision_score}


def made(rng: np.random.Generator, rows: int, labels: int = 4) -> Predictions:
    return predictions(Task.MANY_LABELS, *many_labels(rng, rows, labels))


def held(found: Interval, truth: float | None) -> bool:
    return found.low is not None and found.high is not None and truth is not None and found.low <= truth <= found.high


def test_every_number_is_scikit_learns() -> None:
    p = made(np.random.default_rng(0), 400)
    given, (found, each) = (p.scores >= 0.5).astype(int), judge_many_labels(p)
    for how in ("macro", "weighted", "micro"):
        expected = sk.precision_recall_fscore_support(p.truth, given, average=how, zero_division=0)
        assert [found[f"{name}_{how}"].value for name in ("precision", "recall", "f1")] == [pytest.approx(value) for value in expected[:3]]
        for name, score in AREAS.items():
            assert found[name if how == "macro" else f"{name}_{how}"].value == pytest.approx(score(p.truth, p.scores, average=how))
    assert found["subset_accuracy"].value == pytest.approx(sk.accuracy_score(p.truth, given))
    assert found["hamming_loss"].value == pytest.approx(sk.hamming_loss(p.truth, given))
    assert found["ranking_average_precision"].value == pytest.approx(sk.label_ranking_average_precision_score(p.truth, p.scores))
    assert found["log_loss"].value == pytest.approx(np.mean([sk.log_loss(p.truth[:, j], p.scores[:, j]) for j in range(4)]))
    assert found["brier"].value == pytest.approx(np.mean([sk.brier_score_loss(p.truth[:, j], p.scores[:, j]) for j in range(4)]))
    specificity = [sk.recall_score(p.truth[:, j], given[:, j], pos_label=0) for j in range(4)]
    assert found["specificity_macro"].value == pytest.approx(np.mean(specificity))
    assert found["specificity_weighted"].value == pytest.approx(np.average(specificity, weights=p.truth.sum(0)))
    for number, label in enumerate(p.labels):
        assert each[label]["f1"].value == pytest.approx(sk.f1_score(p.truth[:, number], given[:, number]))
        assert each[label]["roc_auc"].value == pytest.approx(sk.roc_auc_score(p.truth[:, number], p.scores[:, number]))
    assert all(held(interval, interval.value) for interval in found.values())


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 5))
def test_ranking_with_ties_and_rows_without_labels_is_scikit_learns(seed: int, rows: int, labels: int) -> None:
    rng = np.random.default_rng(seed)
    truth, scores = rng.integers(0, 2, (rows, labels)), rng.integers(0, 4, (rows, labels)) / 3
    found = judge_many_labels(predictions(Task.MANY_LABELS, truth, scores))[0]
    if labels > 1:  # scikit-learn takes a single column for classes
        assert found["ranking_average_precision"].value == pytest.approx(sk.label_ranking_average_precision_score(truth, scores))
    for name, interval in found.items():
        assert interval.low is None or held(interval, interval.value), name


def test_thresholds_move_decisions_and_nothing_else() -> None:
    p = made(np.random.default_rng(3), 200)
    cuts = (0.3, 0.6, 0.5, 0.2)
    found, usual = (judge_many_labels(one)[0] for one in (replace(p, thresholds=cuts), p))
    assert found["f1_macro"].value == pytest.approx(sk.f1_score(p.truth, p.scores >= np.array(cuts), average="macro"))
    assert found["roc_auc"] == usual["roc_auc"] and found["log_loss"] == usual["log_loss"] and found["f1_micro"] != usual["f1_micro"]


def test_a_label_that_no_row_has_counts_in_no_average() -> None:
    p = made(np.random.default_rng(2), 50)
    without = np.r_[0, 1, 3]
    p = replace(p, truth=p.truth * np.array([1, 1, 0, 1], np.uint8))
    found, each = judge_many_labels(p)
    fewer = judge_many_labels(Predictions(p.task, tuple("abc"), p.rows, p.parts, p.truth[:, without], p.scores[:, without]))[0]
    assert each["c2"]["recall"].value is None and each["c2"]["roc_auc"].reason
    for name in ("recall_macro", "precision_macro", "f1_weighted", "roc_auc", "average_precision"):
        assert found[name] == fewer[name]
    assert (found["precision_micro"].value or 0) < (fewer["precision_micro"].value or 0)  # but giving it is a mistake


def test_rows_without_any_label_say_what_they_cannot_say() -> None:
    found = judge_many_labels(predictions(Task.MANY_LABELS, np.zeros((5, 2)), np.full((5, 2), 0.1)))[0]
    assert (found["subset_accuracy"].value, found["hamming_loss"].value) == (1.0, 0.0)
    assert found["hamming_loss"].high is not None and found["hamming_loss"].high > 0.3  # five rows prove little
    for name in ("recall_macro", "f1_micro", "roc_auc", "average_precision_micro"):
        assert found[name].value is None and found[name].reason, name


def coverage(sets: int, rows: int, labels: int) -> dict[str, float]:
    """How often the interval of each metric holds what many rows show."""
    rng = np.random.default_rng(1)
    truth = {name: interval.value for name, interval in judge_many_labels(made(rng, 60_000, labels))[0].items()}
    drawn = [judge_many_labels(made(rng, rows, labels))[0] for _ in range(sets)]
    return {name: float(np.mean([held(found[name], truth[name]) for found in drawn])) for name in truth}


def test_intervals_hold_the_truth() -> None:
    found = coverage(50, 150, 3)
    assert {name: share for name, share in found.items() if share < 0.85} == {}  # of 50 sets one in 10,000 falls below by chance
    assert np.mean(list(found.values())) >= 0.92


@pytest.mark.nightly
@pytest.mark.parametrize(("rows", "labels", "least"), [(400, 4, 0.92), (60, 3, 0.86), (300, 12, 0.86)])
def test_intervals_hold_the_truth_in_a_thousand_sets(rows: int, labels: int, least: float) -> None:
    found = coverage(1_000, rows, labels)
    assert {name: share for name, share in found.items() if share < least} == {}
    assert np.mean(list(found.values())) >= 0.93
