"""One ROC curve for many classes: averaged over classes, by their rows, or over all pairs of row and class.

macro     at each share of false alarms the mean of the classes' shares found; every class counts alike
weighted  the same, each class by its rows
micro     every pair (row, class) is one case: does the row belong to it, and what was its probability
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from core.evaluation.curves import BAND_LEVEL, Curve, roc_area
from core.evaluation.intervals import band_limits, wilson_limits
from core.evaluation.ranking import Ranking, ranking

__all__ = ["Average", "averaged_roc", "micro_roc"]

Average = Literal["macro", "weighted", "micro"]
LINK_ROWS = 20_000  # enough to tell how the classes' errors hang together
GRID = np.unique(np.r_[np.linspace(0, 1, 201), np.geomspace(1e-3, 0.1, 60)])  # shares of false alarms, dense where curves are steep


def averaged_roc(truth: np.ndarray, scores: np.ndarray, how: Average = "macro") -> Curve | None:
    """The averaged ROC curve of a model of several classes.

    The area under the macro curve is the macro ROC AUC but for the grid of 260 shares of false alarms. The band of an
    average adds the classes' own distances, with the correlation of their errors, as squares (Zou and Donner 2008): read
    straight up it holds the curve 95-99 times in 100 (measured). That of `micro` takes the row, not the pair, as what
    was drawn, and has room along both axes: 99.

    Args:
        truth: (n,) class numbers, or for many labels (n, labels) of 0 and 1.
        scores: (n, classes) probabilities.
        how: macro, weighted or micro.

    Returns:
        The curve, without thresholds (NaN), because each class has its own; None when no class can be ranked.
    """
    if how == "micro":
        return micro_roc(truth, scores)
    counts = truth.sum(0, dtype=np.int64) if truth.ndim > 1 else np.bincount(truth, minlength=scores.shape[1])
    there = np.flatnonzero((counts > 0) & (counts < len(truth)))
    if not len(there):
        return None
    weights = counts[there] / counts[there].sum() if how == "weighted" else np.full(len(there), 1 / len(there))
    found, down, up = (np.zeros((len(there), len(GRID))) for _ in range(3))
    every = -(-len(truth) // LINK_ROWS)
    parts = np.zeros((len(there), len(range(0, len(truth), every))))
    for place, number in enumerate(there):
        ranks = ranking(truth[:, number] == 1 if truth.ndim > 1 else truth == number, scores[:, number])
        found[place], down[place], up[place] = _at_grid(ranks)
        parts[place] = ranks.to_rows(roc_area(ranks, ranks.positives, ranks.negatives)[1])[::every]
    link, middle = _links(parts), weights @ found
    below, above = (np.sqrt(np.einsum("ig,ij,jg->g", side, link, side)) for side in (weights[:, None] * down, weights[:, None] * up))
    nothing = np.full(len(GRID), math.nan)
    low, high = np.maximum(middle - below, 0), np.minimum(middle + above, 1)
    return Curve(GRID, middle, nothing, np.c_[GRID, low], np.c_[GRID, high])


def _links(parts: np.ndarray) -> np.ndarray:
    """Correlation of the classes' errors, (k, k), none below 0: a row that one class misses is often another's alarm."""
    size = np.sqrt((parts * parts).sum(1))
    size[size == 0] = 1.0
    link: np.ndarray = np.clip(parts @ parts.T / np.outer(size, size), 0, 1)
    np.fill_diagonal(link, 1.0)
    return link


def _at_grid(ranks: Ranking) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share found at each share of false alarms of the grid, and how far the truth may lie below and above.

    On a vertical step it is the upper end, as scikit-learn interpolates. Two things move a point of the curve: which
    rows of the class are found, and which threshold gives this share of false alarms (Hsieh and Turnbull 1996). The second
    is read from the curve itself, between the limits of that share; both are added as squares.
    """
    alarms, hits = np.r_[0, ranks.alarms] / ranks.negatives, np.r_[0, ranks.hits] / ranks.positives
    found = np.interp(GRID, alarms, hits)
    low, high = band_limits(found * ranks.positives, np.full(len(GRID), ranks.positives))
    left, right = band_limits(GRID * ranks.negatives, np.full(len(GRID), ranks.negatives))
    return found, np.hypot(found - low, found - np.interp(left, alarms, hits)), np.hypot(high - found, np.interp(right, alarms, hits) - found)


def micro_roc(truth: np.ndarray, scores: np.ndarray, points: int = 400) -> Curve | None:
    """The ROC curve over all pairs of row and class.

    Args:
        truth: (n,) class numbers, or for many labels (n, labels) of 0 and 1.
        scores: (n, classes).
        points: corners to keep at most.
    """
    rows, classes = scores.shape
    if rows < 1 or classes < 2:
        return None
    if truth.ndim > 1:
        is_so = truth == 1
    else:
        is_so = np.zeros(scores.shape, bool)
        is_so[np.arange(rows), truth] = True
    ranks = ranking(is_so.ravel(), scores.ravel())
    if not ranks.positives or not ranks.negatives:
        return None
    places = np.unique(np.linspace(0, len(ranks.hits) - 1, points - 1).astype(int))
    hits, alarms = np.r_[0, ranks.hits[places]], np.r_[0, ranks.alarms[places]]
    x, y = alarms / ranks.negatives, hits / ranks.positives
    n = np.full(len(x), rows)
    x_low, x_high = wilson_limits(x * rows, n, BAND_LEVEL)
    y_low, y_high = wilson_limits(y * rows, n, BAND_LEVEL)
    return Curve(x, y, np.r_[math.inf, ranks.threshold[places]], np.c_[x_high, y_low], np.c_[x_low, y_high])
