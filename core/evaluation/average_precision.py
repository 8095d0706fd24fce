"""Average precision from few rows: how much it flatters, and how far off it may be.

A row that is found counts as a hit above itself, so from few rows of a class the number comes out too high: by 0.03 with
25 of 500 rows, by 0.1 with two (measured). And a class whose few rows happen to rank well also looks certain. So up to
5,000 rows of a class every row is left out once: the mean of these results tells the bias, their spread the error.
What is shown stays the number that other tools print; the interval lies around the number without its bias.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from core.evaluation.curves import precision_area
from core.evaluation.intervals import Interval, logit_interval
from core.evaluation.ranking import Ranking

__all__ = ["LeftOut", "average_precision_interval", "averaged_interval", "left_out"]

FEW_POSITIVES, FEW_ROWS = 5_000, 1_000_000  # with more, the bias is a hundredth of the error, and leaving out costs passes over the rows
OWN_WEIGHT = 1.0  # rows' weight that the usual variance has in one class alone
SHARED_WEIGHT = 5.0  # and in an average over classes, where a lucky class brings its neighbours down


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Average precision of one class, its bias and each row's part in its error.

    Attributes:
        value: as scikit-learn computes it.
        bias: by how much it is too high on average; 0 where it is not estimated.
        parts: (n,) in ranked order, what each row adds to the error; they sum to 0.
        variance: of the error, n/(n-1) corrected.
        positives: rows of the class.
    """

    value: float
    bias: float
    parts: np.ndarray
    variance: float
    positives: int

    def light(self) -> LeftOut:
        """Without the parts, for a list of many classes."""
        return replace(self, parts=np.zeros(0))


def left_out(ranks: Ranking) -> LeftOut | None:
    """Leave out each row of a ranking once: the jackknife (Quenouille 1956; Efron and Stein 1981), in one pass.

    Args:
        ranks: of one class against the rest.

    Returns:
        None where there is nothing to rank. With one row of the class, or more than 5,000, the parts are those of the
        influence function and the bias is 0.

    Example:
        >>> from core.evaluation.ranking import ranking
        >>> found = left_out(ranking(np.array([True, False, True]), np.array([0.9, 0.8, 0.7])))
        >>> round(found.value, 3), round(found.bias, 3)
        (0.833, 0.0)
    """
    count, n = ranks.positives, ranks.rows
    if not count or not ranks.negatives:
        return None
    value, parts = precision_area(ranks, count)
    if not (1 < count <= FEW_POSITIVES and n <= FEW_ROWS):
        return LeftOut(value, 0.0, parts, _squares(parts), count)
    hits, called = ranks.hits.astype(float), ranks.called.astype(float)
    own, before = np.diff(ranks.hits, prepend=np.int32(0)), np.maximum(called - 1, 1)
    precision = hits / called
    without_alarm, without_hit = np.where(called > 1, hits / before, precision), np.where(called > 1, (hits - 1) / before, precision)
    total = float((own * precision).sum())
    alarm_gone = (total + _from_here(own * (without_alarm - precision))) / count
    hit_gone = (total + _from_here(own * (without_hit - precision)) - without_hit) / (count - 1)
    rest = np.where(ranks.hit, ranks.spread(hit_gone), ranks.spread(alarm_gone))
    mean = float(rest.mean())
    parts = (mean - rest) * (n - 1) / n
    return LeftOut(value, (n - 1) * (mean - value), parts, _squares(parts), count)


def _from_here(values: np.ndarray) -> np.ndarray:
    return np.cumsum(values[::-1])[::-1]


def _squares(parts: np.ndarray) -> float:
    n = len(parts)
    return float(np.einsum("i,i->", parts, parts)) * n / max(n - 1, 1)  # no copy: ten million rows pass here


def average_precision_interval(found: LeftOut) -> Interval:
    """Of one class: logit scale, as Boyd, Eng and Page (2013) found best, around the value without its bias.

    The error has one row's weight of their binomial variance, so that a single row of the class has one at all.
    """
    usual, count = found.value * (1 - found.value) / found.positives, found.positives
    variance = max(found.variance, (count * found.variance + OWN_WEIGHT * usual) / (count + OWN_WEIGHT))
    return logit_interval(found.value, math.sqrt(variance), count, count + OWN_WEIGHT, found.value - found.bias)


def averaged_interval(classes: list[LeftOut], weights: np.ndarray, parts: np.ndarray) -> Interval:
    """Of an average over classes.

    A class with few rows cannot show how much they vary. To the variance of the rows' summed parts comes what each
    class's own lacks beside a binomial variance of five rows' weight, its value drawn towards the others by two rows.

    Args:
        classes: that occur.
        weights: (k,) that sum to 1.
        parts: (n,) what each row adds to the error of the average.
    """
    values, counts = np.array([one.value for one in classes]), np.array([one.positives for one in classes], float)
    value = float(weights @ values)
    drawn = (counts * values + 2 * value) / (counts + 2)
    lacking = np.maximum(0.0, drawn * (1 - drawn) / counts - [one.variance for one in classes])
    variance = _squares(parts) + float((weights**2 * SHARED_WEIGHT / (counts + SHARED_WEIGHT) * lacking).sum())
    bias = float(weights @ [one.bias for one in classes])
    return logit_interval(value, math.sqrt(variance), float(counts.min()), len(parts) / len(classes), value - bias)
