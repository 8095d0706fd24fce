"""One ROC curve for many classes: averaged over classes, by their rows, or over all pairs of row and class.

macro     at each share of false alarms the mean of the classes' shares found; every class counts alike
weighted  the same, each class by its rows
micro     every pair (row, class) is one case: does the row belong to it, and what was its probability
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from core.evaluation.curves import BAND_LEVEL, Curve
from core.evaluation.intervals import wilson_limits
from core.evaluation.ranking import Ranking, ranking

__all__ = ["Average", "averaged_roc", "micro_roc"]

Average = Literal["macro", "weighted", "micro"]
GRID = np.unique(np.r_[np.linspace(0, 1, 201), np.geomspace(1e-3, 0.1, 60)])  # shares of false alarms, dense where curves are steep


def averaged_roc(truth: np.ndarray, scores: np.ndarray, how: Average = "macro") -> Curve | None:
    """The averaged ROC curve of a model of several classes.

    The area under the macro curve is the macro ROC AUC but for the grid of 260 shares of false alarms. The band of an
    average adds the classes' own distances as squares (Zou and Donner 2008); that of `micro` takes the row,
    not the pair, as what was drawn.

    Args:
        truth: (n,) class numbers.
        scores: (n, classes) probabilities.
        how: macro, weighted or micro.

    Returns:
        The curve, without thresholds (NaN), because each class has its own; None when no class can be ranked.
    """
    if how == "micro":
        return micro_roc(truth, scores)
    counts = np.bincount(truth, minlength=scores.shape[1])
    there = np.flatnonzero((counts > 0) & (counts < len(truth)))
    if not len(there):
        return None
    weights = counts[there] / counts[there].sum() if how == "weighted" else np.full(len(there), 1 / len(there))
    middle, below, above = (np.zeros(len(GRID)) for _ in range(3))
    for number, weight in zip(there, weights, strict=True):
        found = _at_grid(ranking(truth == number, scores[:, number]))
        low, high = wilson_limits(found * counts[number], np.full(len(GRID), counts[number]))
        middle += weight * found
        below += (weight * (found - low)) ** 2
        above += (weight * (high - found)) ** 2
    nothing = np.full(len(GRID), math.nan)
    low, high = np.maximum(middle - np.sqrt(below), 0), np.minimum(middle + np.sqrt(above), 1)
    return Curve(GRID, middle, nothing, np.c_[GRID, low], np.c_[GRID, high])


def _at_grid(ranks: Ranking) -> np.ndarray:
    """Share found at each share of false alarms of the grid; on a vertical step its upper end, as scikit-learn interpolates."""
    alarms, hits = np.r_[0, ranks.alarms] / ranks.negatives, np.r_[0, ranks.hits] / ranks.positives
    return np.asarray(np.interp(GRID, alarms, hits))


def micro_roc(truth: np.ndarray, scores: np.ndarray, points: int = 400) -> Curve | None:
    """The ROC curve over all pairs of row and class.

    Args:
        truth: (n,) class numbers.
        scores: (n, classes).
        points: corners to keep at most.
    """
    rows, classes = scores.shape
    if rows < 1 or classes < 2:
        return None
    is_so = np.zeros(scores.shape, bool)
    is_so[np.arange(rows), truth] = True
    ranks = ranking(is_so.ravel(), scores.ravel())
    places = np.unique(np.linspace(0, len(ranks.hits) - 1, points - 1).astype(int))
    hits, alarms = np.r_[0, ranks.hits[places]], np.r_[0, ranks.alarms[places]]
    x, y = alarms / ranks.negatives, hits / ranks.positives
    n = np.full(len(x), rows)
    x_low, x_high = wilson_limits(x * rows, n, BAND_LEVEL)
    y_low, y_high = wilson_limits(hits, n, BAND_LEVEL)
    return Curve(x, y, np.r_[math.inf, ranks.threshold[places]], np.c_[x_high, y_low], np.c_[x_low, y_high])
