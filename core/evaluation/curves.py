"""ROC and precision–recall curves, exact at every corner, and the areas under them.

One sort of the scores gives both curves, both areas, and for each row how much it moved each area: the
structural components of DeLong (1988) and the influence function of average precision. From these come
standard errors in O(n log n), so a million rows need no resampling. Rows with equal scores move together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import wilson_limits

__all__ = ["Areas", "Curve", "areas", "precision_recall_curve", "roc_curve", "thin"]

BAND_LEVEL = 0.95**0.5  # each axis; both together 95 % (Campbell 1994)


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve with the rectangle in which each of its points may lie.

    Attributes:
        x, y: (m,) the corners, as shares; x rises.
        threshold: (m,) the lowest score that counts as positive at the corner; infinity at the start.
        low, high: (m, 2) for each corner the (x, y) of the band's lower and upper edge.
    """

    x: np.ndarray
    y: np.ndarray
    threshold: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas under both curves, and what each row adds to their error.

    Attributes:
        roc_auc: probability that a random positive row scores above a random negative one.
        average_precision: precision averaged over the positives found, scikit-learn's step rule.
        roc_parts: (n,) the row's share in the error of `roc_auc`; sums to 0 within each class.
        precision_parts: (n,) influence of the row on `average_precision`; sums to 0.
    """

    roc_auc: float
    average_precision: float
    roc_parts: np.ndarray
    precision_parts: np.ndarray


@dataclass(frozen=True, eq=False)
class _Steps:
    """Rows grouped by equal score, best first: what both curves are made of."""

    group: np.ndarray  # (n,) number of each row's group, in the original order
    threshold: np.ndarray  # (g,) score of each group
    hits: np.ndarray  # (g,) positives down to and including the group
    alarms: np.ndarray  # (g,) negatives down to and including the group


def _steps(positive: np.ndarray, scores: np.ndarray) -> _Steps:
    order = np.argsort(-scores)  # equal scores may come in any order: they are grouped
    ordered = scores[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]]
    group = np.empty(len(scores), np.int64)
    group[order] = np.cumsum(starts) - 1
    ends = np.r_[np.flatnonzero(starts)[1:], len(scores)] - 1
    hits = np.cumsum(positive[order], dtype=np.int64)[ends]
    return _Steps(group, ordered[ends], hits, ends + 1 - hits)


def areas(positive: np.ndarray, scores: np.ndarray) -> Areas | None:
    """Both areas of one class against the rest.

    Args:
        positive: (n,) bool, whether a row is of the class.
        scores: (n,) any numbers; higher means more likely of the class.

    Returns:
        The areas; None when the rows are all of the class or none is, so that there is nothing to rank.

    Example:
        >>> areas(np.array([False, True, False, True]), np.array([0.1, 0.9, 0.6, 0.4])).roc_auc
        0.75
    """
    total, count = len(positive), int(positive.sum())
    if not 0 < count < total:
        return None
    steps = _steps(positive, scores)
    roc_auc, roc_parts = _roc_area(steps, positive, count, total - count)
    average_precision, precision_parts = _precision_area(steps, positive, count)
    return Areas(roc_auc, average_precision, roc_parts, precision_parts)


def _roc_area(steps: _Steps, positive: np.ndarray, count: int, rest: int) -> tuple[float, np.ndarray]:
    before = np.r_[0, steps.hits[:-1]], np.r_[0, steps.alarms[:-1]]
    beaten = 1 - (before[1] + steps.alarms) / (2 * rest)  # share of negatives below a row of the group, ties half
    beating = (before[0] + steps.hits) / (2 * count)  # share of positives above it
    own = steps.hits - before[0]
    area = float((own * beaten).sum()) / count  # not @: BLAS starts threads for it, which costs more
    return area, np.where(positive, (beaten[steps.group] - area) / count, (beating[steps.group] - area) / rest)


def _precision_area(steps: _Steps, positive: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    called = steps.hits + steps.alarms
    precision, gained = steps.hits / called, np.diff(steps.hits, prepend=0) / count
    area = float((gained * precision).sum())
    below_if_hit = np.cumsum((gained * steps.alarms / called**2)[::-1])[::-1]  # what one more hit here lifts further down
    below_if_alarm = np.cumsum((gained * steps.hits / called**2)[::-1])[::-1]
    of_hit = (precision - area) / count + below_if_hit
    return area, np.where(positive, of_hit[steps.group], -below_if_alarm[steps.group])


def roc_curve(positive: np.ndarray, scores: np.ndarray) -> Curve | None:
    """Share of the class found against share of the others alarmed, for every threshold.

    Args:
        positive: (n,) bool.
        scores: (n,) numbers.

    Returns:
        The curve from (0, 0) to (1, 1), or None when there is nothing to rank.
    """
    count = int(positive.sum())
    if not 0 < count < len(positive):
        return None
    steps = _steps(positive, scores)
    hits, alarms = np.r_[0, steps.hits], np.r_[0, steps.alarms]
    rest = len(positive) - count
    x_low, x_high = wilson_limits(alarms, np.full(len(hits), rest), BAND_LEVEL)
    y_low, y_high = wilson_limits(hits, np.full(len(hits), count), BAND_LEVEL)
    return Curve(
        alarms / rest, hits / count, np.r_[np.inf, steps.threshold], np.c_[x_high, y_low], np.c_[x_low, y_high]
    )


def precision_recall_curve(positive: np.ndarray, scores: np.ndarray) -> Curve | None:
    """Share of alarms that are right against share of the class found, for every threshold.

    Args:
        positive: (n,) bool.
        scores: (n,) numbers.

    Returns:
        The curve from the strictest threshold to the loosest, or None when there is nothing to rank.
    """
    count = int(positive.sum())
    if not 0 < count < len(positive):
        return None
    steps = _steps(positive, scores)
    called = steps.hits + steps.alarms
    x_low, x_high = wilson_limits(steps.hits, np.full(len(called), count), BAND_LEVEL)
    y_low, y_high = wilson_limits(steps.hits, called, BAND_LEVEL)
    return Curve(steps.hits / count, steps.hits / called, steps.threshold, np.c_[x_low, y_low], np.c_[x_high, y_high])


def thin(curve: Curve, points: int = 300) -> Curve:
    """Keep the corners that a screen can show; the ends always stay.

    Args:
        curve: any curve.
        points: how many to keep at most, 2 or more.

    Returns:
        A curve whose corners are all corners of the old one, evenly spaced along its length.
    """
    if len(curve.x) <= points:
        return curve
    length = np.r_[0, np.cumsum(np.abs(np.diff(curve.x)) + np.abs(np.diff(curve.y)))]
    wanted = np.linspace(0, length[-1], points)
    keep = np.unique(np.r_[0, np.searchsorted(length, wanted[1:-1]), len(curve.x) - 1])
    return Curve(curve.x[keep], curve.y[keep], curve.threshold[keep], curve.low[keep], curve.high[keep])
