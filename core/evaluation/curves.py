"""ROC, precision-recall and DET curves, exact at every corner, and the areas under them.

One ranking of the scores gives all curves, both areas, and for each row how much it moved each area: the
structural components of DeLong (1988) and the influence function of average precision. From these come
standard errors in O(n log n), so a million rows need no resampling. Rows with equal scores move together.

Only corners that a screen can show get a band: `points` chooses them by their exact place first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import band_limits
from core.evaluation.ranking import Ranking, ranking

__all__ = [
    "Areas", "Curve", "areas", "areas_of", "det_curve", "det_of", "precision_area", "precision_error", "precision_recall_curve",
    "precision_recall_of", "roc_area", "roc_curve", "roc_error", "roc_of", "thin",
]  # fmt: skip

BAND_LEVEL = 0.95**0.5  # each axis; both together 95 % (Campbell 1994)


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve with the rectangle in which each of its points may lie.

    Attributes:
        x, y: (m,) the corners, as shares; x rises, in a DET curve it falls in steps with y.
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
    return areas_of(ranking(positive, scores))


def areas_of(ranks: Ranking) -> Areas | None:
    """The same from a ranking that is there already; parts in the order of the original rows."""
    count, rest = ranks.positives, ranks.negatives
    if not count or not rest:
        return None
    roc_auc, roc_parts = roc_area(ranks, count, rest)
    average_precision, precision_parts = precision_area(ranks, count)
    return Areas(roc_auc, average_precision, ranks.to_rows(roc_parts), ranks.to_rows(precision_parts))


def roc_error(ranks: Ranking) -> tuple[float, float] | None:
    """ROC AUC and DeLong's variance of its error, without the way back to the original rows.

    Returns:
        The area and its variance for rows drawn within their class, n/(n-1) corrected; None when there is
        nothing to rank. Both are the same for the other of two classes.
    """
    count, rest = ranks.positives, ranks.negatives
    if not count or not rest:
        return None
    area, square = roc_area(ranks, count, rest)
    np.square(square, out=square)
    ours = float(square[ranks.hit].sum())  # parts have the mean 0 in each class
    return area, ours * count / max(count - 1, 1) + (float(square.sum()) - ours) * rest / max(rest - 1, 1)


def precision_error(ranks: Ranking) -> tuple[float, float] | None:
    """Average precision and the variance of its error; None when there is nothing to rank."""
    if not ranks.positives or not ranks.negatives:
        return None
    area, square = precision_area(ranks, ranks.positives)
    np.square(square, out=square)
    return area, float(square.sum()) * ranks.rows / max(ranks.rows - 1, 1)


def roc_area(ranks: Ranking, count: int, rest: int) -> tuple[float, np.ndarray]:
    """The area, and each row's part in its error in ranked order."""
    alarms = ranks.alarms
    own, foes = np.diff(ranks.hits, prepend=np.int32(0)), np.diff(alarms, prepend=np.int32(0))
    beaten = 1 - (alarms - foes / 2) / rest  # share of negatives below a row of the group, ties half
    beating = (ranks.hits - own / 2) / count  # share of positives above it
    area = float((own * beaten).sum()) / count  # not @: BLAS starts threads for it, which costs more
    for share, rows in ((beaten, count), (beating, rest)):
        share -= area
        share /= rows
    return area, np.where(ranks.hit, ranks.spread(beaten), ranks.spread(beating))


def precision_area(ranks: Ranking, count: int) -> tuple[float, np.ndarray]:
    """The area, and each row's influence on it in ranked order."""
    precision = ranks.hits / ranks.called
    gained = np.diff(ranks.hits, prepend=np.int32(0)) / count
    area = float((gained * precision).sum())
    area = 1.0 if area > 1 - 1e-12 else area  # 49 times 1/49 is not 1, and an interval may not have the width of rounding
    gained /= ranks.called
    alarm_part = _sum_from_here(gained * precision)  # what one more alarm here lowers further down
    hit_part = _sum_from_here(gained)
    hit_part -= alarm_part  # and what one more hit lifts
    precision -= area
    precision /= count
    hit_part += precision
    return area, np.where(ranks.hit, ranks.spread(hit_part), -ranks.spread(alarm_part))


def _sum_from_here(values: np.ndarray) -> np.ndarray:
    """Sum of each number and all after it."""
    backwards = values[::-1]
    return np.cumsum(backwards, out=backwards)[::-1]


def roc_curve(positive: np.ndarray, scores: np.ndarray) -> Curve | None:
    """Share of the class found against share of the others alarmed, for every threshold.

    Args:
        positive: (n,) bool.
        scores: (n,) numbers.

    Returns:
        The curve from (0, 0) to (1, 1), or None when there is nothing to rank.
    """
    return roc_of(ranking(positive, scores))


def roc_of(ranks: Ranking, points: int | None = None) -> Curve | None:
    """The ROC curve of a ranking; with `points`, only so many of its corners, evenly along it, the ends among them."""
    count, rest = ranks.positives, ranks.negatives
    if not count or not rest:
        return None
    hits, alarms, threshold = _corners(ranks, points)
    x_low, x_high = band_limits(alarms, np.full(len(hits), rest), BAND_LEVEL)
    y_low, y_high = band_limits(hits, np.full(len(hits), count), BAND_LEVEL)
    return Curve(alarms / rest, hits / count, threshold, np.c_[x_high, y_low], np.c_[x_low, y_high])


def det_curve(positive: np.ndarray, scores: np.ndarray) -> Curve | None:
    """Share of the class missed against share of the others alarmed: detection error trade-off (Martin et al. 1997).

    Args:
        positive: (n,) bool.
        scores: (n,) numbers.

    Returns:
        The curve from (0, 1), nothing called, to (1, 0); meant for axes that are stretched by the normal
        quantile. None when there is nothing to rank.
    """
    return det_of(ranking(positive, scores))


def det_of(ranks: Ranking, points: int | None = None) -> Curve | None:
    """The DET curve of a ranking; see `roc_of` for `points`."""
    roc = roc_of(ranks, points)
    if roc is None:
        return None
    low, high = np.c_[roc.low[:, 0], 1 - roc.low[:, 1]], np.c_[roc.high[:, 0], 1 - roc.high[:, 1]]
    return Curve(roc.x, 1 - roc.y, roc.threshold, high, low)


def precision_recall_curve(positive: np.ndarray, scores: np.ndarray) -> Curve | None:
    """Share of alarms that are right against share of the class found, for every threshold.

    Args:
        positive: (n,) bool.
        scores: (n,) numbers.

    Returns:
        The curve from the strictest threshold to the loosest, or None when there is nothing to rank.
    """
    return precision_recall_of(ranking(positive, scores))


def precision_recall_of(ranks: Ranking, points: int | None = None) -> Curve | None:
    """The precision-recall curve of a ranking; see `roc_of` for `points`."""
    count = ranks.positives
    if not count or not ranks.negatives:
        return None
    hits, called, threshold = ranks.hits, ranks.called, ranks.threshold
    if points is not None and len(hits) > points:
        keep = _evenly(hits / count, hits / called, points)
        hits, called, threshold = hits[keep], called[keep], threshold[keep]
    x_low, x_high = band_limits(hits, np.full(len(called), count), BAND_LEVEL)
    y_low, y_high = band_limits(hits, called, BAND_LEVEL)
    return Curve(hits / count, hits / called, threshold, np.c_[x_low, y_low], np.c_[x_high, y_high])


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
    keep = _evenly(curve.x, curve.y, points)
    return Curve(curve.x[keep], curve.y[keep], curve.threshold[keep], curve.low[keep], curve.high[keep])


def _corners(ranks: Ranking, points: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hits, alarms and threshold of the corners of a ROC curve, the start at infinity first."""
    hits, alarms = ranks.hits, ranks.alarms
    if points is None or len(hits) < points:
        return np.r_[0, hits], np.r_[0, alarms], np.r_[math.inf, ranks.threshold]
    keep = _evenly(alarms / ranks.negatives, hits / ranks.positives, points - 1)
    return np.r_[0, hits[keep]], np.r_[0, alarms[keep]], np.r_[math.inf, ranks.threshold[keep]]


def _evenly(x: np.ndarray, y: np.ndarray, points: int) -> np.ndarray:
    """Places of so many corners, evenly spaced along the length of the curve, both ends among them."""
    length = np.abs(np.diff(x, prepend=x[0]))
    length += np.abs(np.diff(y, prepend=y[0]))
    length = np.cumsum(length, out=length)
    wanted = np.linspace(0, float(length[-1]), points)
    return np.unique(np.r_[0, np.searchsorted(length, wanted[1:-1]), len(x) - 1])
