"""Curves are exact at every corner, areas are scikit-learn's, and their errors DeLong's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from core.evaluation.curves import (
    areas,
    det_curve,
    det_of,
    precision_error,
    precision_recall_curve,
    precision_recall_of,
    roc_curve,
    roc_error,
    roc_of,
    thin,
)
from core.evaluation.ranking import ranking
from tests.evaluation.made import binary

RANKED = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=60).filter(lambda rows: len({hit for hit, _ in rows}) == 2)


@given(RANKED)
def test_areas_are_scikit_learns_with_ties(rows: list[tuple[bool, int]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows], float)
    found = areas(positive, scores)
    assert found is not None
    assert found.roc_auc == pytest.approx(sk.roc_auc_score(positive, scores))
    assert found.average_precision == pytest.approx(sk.average_precision_score(positive, scores))
    assert found.roc_parts[positive].sum() == pytest.approx(0, abs=1e-12)
    assert found.roc_parts[~positive].sum() == pytest.approx(0, abs=1e-12)
    assert found.precision_parts.sum() == pytest.approx(0, abs=1e-12)


@given(RANKED)
def test_roc_corners_are_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows], float)
    curve = roc_curve(positive, scores)
    assert curve is not None
    x, y, threshold = sk.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(curve.x, x)
    np.testing.assert_allclose(curve.y, y)
    np.testing.assert_array_equal(curve.threshold, threshold)


@given(RANKED)
def test_precision_recall_corners_are_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows], float)
    curve = precision_recall_curve(positive, scores)
    assert curve is not None
    precision, recall, threshold = sk.precision_recall_curve(positive, scores)
    np.testing.assert_allclose(curve.x, recall[:-1][::-1])  # without the point (0, 1) that scikit-learn makes up
    np.testing.assert_allclose(curve.y, precision[:-1][::-1])
    np.testing.assert_array_equal(curve.threshold, threshold[::-1])


def test_influence_is_what_one_more_row_changes() -> None:
    """The parts of average precision against a numerical derivative in the weight of a row."""
    rng = np.random.default_rng(3)
    truth, scores = rng.random(40) < 0.4, rng.integers(0, 12, 40) / 12
    found = areas(truth, scores)
    assert found is not None
    for row in range(0, 40, 7):
        weights = np.ones(40)
        weights[row] += 1e-6
        changed = sk.average_precision_score(truth, scores, sample_weight=weights)
        assert (changed - found.average_precision) / 1e-6 == pytest.approx(found.precision_parts[row], abs=1e-5)


def test_parts_are_delongs_components() -> None:
    """DeLong 1988 by brute force over all pairs."""
    rng = np.random.default_rng(4)
    truth, scores = rng.random(30) < 0.4, rng.integers(0, 10, 30) / 10
    found = areas(truth, scores)
    assert found is not None
    wins = (scores[truth][:, None] > scores[~truth]) + 0.5 * (scores[truth][:, None] == scores[~truth])
    np.testing.assert_allclose(found.roc_parts[truth], (wins.mean(1) - wins.mean()) / truth.sum())
    np.testing.assert_allclose(found.roc_parts[~truth], (wins.mean(0) - wins.mean()) / (~truth).sum())


@pytest.mark.parametrize("positive", [[True, True], [False, False], [True]])
def test_one_class_cannot_be_ranked(positive: list[bool]) -> None:
    scores = np.linspace(0, 1, len(positive))
    assert areas(np.array(positive), scores) is None
    assert roc_curve(np.array(positive), scores) is None
    assert precision_recall_curve(np.array(positive), scores) is None


def test_constant_scores_rank_like_a_coin() -> None:
    found = areas(np.array([True, False, False, False]), np.full(4, 0.3))
    assert found is not None
    assert (found.roc_auc, found.average_precision) == (0.5, 0.25)


def test_the_band_encloses_the_curve() -> None:
    truth, scores = binary(np.random.default_rng(0), 300)
    for make in (roc_curve, precision_recall_curve):
        curve = make(truth == 1, scores[:, 1])
        assert curve is not None
        assert (curve.low[:, 1] <= curve.y + 1e-12).all() and (curve.y <= curve.high[:, 1] + 1e-12).all()
        assert np.minimum(curve.low[:, 0], curve.high[:, 0]).min() >= 0


def test_thinning_keeps_corners_and_ends() -> None:
    truth, scores = binary(np.random.default_rng(1), 20_000)
    curve = roc_curve(truth == 1, scores[:, 1])
    assert curve is not None
    drawn = thin(curve, 200)
    assert len(drawn.x) <= 200
    assert (drawn.x[0], drawn.y[0], drawn.x[-1], drawn.y[-1]) == (0, 0, 1, 1)
    assert {*zip(drawn.x, drawn.y, strict=True)} <= {*zip(curve.x, curve.y, strict=True)}
    assert np.abs(np.interp(np.linspace(0, 1, 500), drawn.x, drawn.y) - np.interp(np.linspace(0, 1, 500), curve.x, curve.y)).max() < 0.02
    assert thin(drawn, 300) is drawn


@given(RANKED)
def test_det_corners_are_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows], float)
    curve = det_curve(positive, scores)
    assert curve is not None
    false_alarms, missed, _ = sk.det_curve(positive, scores)
    ours = set(zip(curve.x.round(9), curve.y.round(9), strict=True))
    assert set(zip(false_alarms.round(9), missed.round(9), strict=True)) <= ours
    assert (curve.low[:, 1] <= curve.y + 1e-12).all() and (curve.y <= curve.high[:, 1] + 1e-12).all()


@given(RANKED)
def test_variances_are_those_of_the_parts(rows: list[tuple[bool, int]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows], float)
    ranks, parts = ranking(positive, scores), areas(positive, scores)
    roc, precision = roc_error(ranks), precision_error(ranks)
    assert roc is not None and precision is not None and parts is not None
    each = parts.roc_parts[positive], parts.roc_parts[~positive]
    assert (roc[0], precision[0]) == (parts.roc_auc, parts.average_precision)
    assert roc[1] == pytest.approx(sum((part**2).sum() * len(part) / max(len(part) - 1, 1) for part in each))
    assert precision[1] == pytest.approx(parts.precision_parts.var(ddof=1) * len(rows))


@pytest.mark.parametrize("make", [roc_of, precision_recall_of, det_of])
def test_fewer_points_are_corners_of_the_whole_curve(make: Any) -> None:
    truth, scores = binary(np.random.default_rng(4), 5_000)
    ranks = ranking(truth == 1, scores[:, 1])
    whole, some = make(ranks), make(ranks, 100)
    assert 60 < len(some.x) <= 100
    corners = {tuple(row) for row in np.c_[whole.x, whole.y, whole.threshold, whole.low, whole.high].tolist()}
    assert {tuple(row) for row in np.c_[some.x, some.y, some.threshold, some.low, some.high].tolist()} <= corners
    assert (some.x[0], some.y[0], some.x[-1], some.y[-1]) == (whole.x[0], whole.y[0], whole.x[-1], whole.y[-1])
