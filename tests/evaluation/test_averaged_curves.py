"""Averaged ROC curves against scikit-learn's recipe for several classes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from core.evaluation.averaged_curves import GRID, averaged_roc
from tests.evaluation.made import many_labels, multiclass


@pytest.mark.parametrize("how", ["macro", "weighted"])
def test_the_average_is_that_of_scikit_learns_curves(how: str) -> None:
    truth, scores = multiclass(np.random.default_rng(0), 400)
    found = averaged_roc(truth, scores, how)  # type: ignore[arg-type]
    curves = [sk.roc_curve(truth == number, scores[:, number])[:2] for number in range(4)]
    each = [np.interp(GRID, x, y) for x, y in curves]
    weights = np.bincount(truth) if how == "weighted" else None
    assert found is not None
    assert found.y == pytest.approx(np.average(each, axis=0, weights=weights))
    area = sk.roc_auc_score(truth, scores, multi_class="ovr", average=how)
    assert np.trapezoid(found.y, found.x) == pytest.approx(area, abs=2e-3)
    assert (found.low[:, 1] <= found.y).all() and (found.y <= found.high[:, 1]).all()


def test_micro_is_scikit_learns_over_all_pairs() -> None:
    truth, scores = multiclass(np.random.default_rng(1), 300)
    found = averaged_roc(truth, scores, "micro")
    x, y, _ = sk.roc_curve(np.eye(4)[truth].ravel(), scores.ravel(), drop_intermediate=False)
    assert found is not None
    exact = set(zip(x.round(9), y.round(9), strict=True))
    assert set(zip(found.x.round(9), found.y.round(9), strict=True)) <= exact
    area = sk.roc_auc_score(np.eye(4)[truth], scores, average="micro")
    assert np.trapezoid(found.y, found.x) == pytest.approx(area, abs=2e-3)


@pytest.mark.parametrize("how", ["macro", "weighted", "micro"])
def test_labels_are_averaged_like_classes(how: str) -> None:
    truth, scores = many_labels(np.random.default_rng(2), 300)
    found = averaged_roc(truth, scores, how)  # type: ignore[arg-type]
    assert found is not None
    assert np.trapezoid(found.y, found.x) == pytest.approx(sk.roc_auc_score(truth, scores, average=how), abs=3e-3)


def test_one_class_has_no_curve() -> None:
    assert averaged_roc(np.zeros(5, int), np.full((5, 3), 1 / 3)) is None
