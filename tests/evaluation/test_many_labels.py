"""Several labels a row, against scikit-learn; intervals by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from core.evaluation.many_labels import judge_many_labels

LABELS = ("red", "round", "ripe")


def made(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    base = rng.normal(size=(rows, 1))
    truth = (base + rng.normal(size=(rows, 3)) > (-0.5, 0.3, 1.2)).astype(int)
    return truth, 1 / (1 + np.exp(-(2 * truth - 1 + base + rng.normal(size=(rows, 3)))))


def test_every_number_is_scikit_learns() -> None:
    truth, scores = made(np.random.default_rng(0), 400)
    given, found = (scores >= 0.5).astype(int), judge_many_labels(truth, scores, LABELS)
    for how in ("macro", "weighted", "micro"):
        expected = sk.precision_recall_fscore_support(truth, given, average=how, zero_division=np.nan)
        assert [found.metrics[f"{name}_{how}"].value for name in ("precision", "recall", "f1")] == [pytest.approx(value) for value in expected[:3]]
    for how in ("macro", "weighted"):
        assert found.metrics[f"roc_auc_{how}"].value == pytest.approx(sk.roc_auc_score(truth, scores, average=how))
        assert found.metrics[f"average_precision_{how}"].value == pytest.approx(sk.average_precision_score(truth, scores, average=how))
    assert found.metrics["exact_match"].value == pytest.approx(sk.accuracy_score(truth, given))
    assert found.metrics["hamming_loss"].value == pytest.approx(sk.hamming_loss(truth, given))
    np.testing.assert_array_equal(found.counts, sk.multilabel_confusion_matrix(truth, given))
    assert set(found.per_label) == set(LABELS)
    for interval in found.metrics.values():
        assert (interval.low or 0) <= (interval.value or 0) <= (interval.high or 0)


def test_intervals_over_pairs_know_that_labels_hang_together() -> None:
    rng = np.random.default_rng(1)
    truth = {name: i.value or 0.0 for name, i in judge_many_labels(*made(rng, 60_000), LABELS).metrics.items()}
    sets = [judge_many_labels(*made(rng, 150), LABELS).metrics for _ in range(200)]
    for name in ("f1_micro", "precision_micro", "recall_micro", "exact_match", "hamming_loss", "f1_macro"):
        held = np.mean([(found[name].low or 0) <= truth[name] <= (found[name].high or 0) for found in sets])
        assert held >= 0.9, f"{name} covers {held:.3f}"


def test_a_label_that_no_row_has_is_left_out() -> None:
    truth, scores = made(np.random.default_rng(2), 50)
    truth[:, 2] = 0
    found = judge_many_labels(truth, scores, LABELS)
    assert found.per_label["ripe"]["recall"].value is None
    assert found.metrics["recall_macro"].value == pytest.approx(np.mean([found.per_label[name]["recall"].value for name in ("red", "round")]))


def test_shapes_that_do_not_fit_are_said() -> None:
    with pytest.raises(ValueError, match=r"shape \(rows, 3\)"):
        judge_many_labels(np.zeros((2, 2)), np.zeros((2, 3)), LABELS)
