"""Money: what the right and wrong decisions of a model are worth a month, with an interval.

Recall and false-alarm rate are the model's; how frequent the class is in real life is the world's. Money a case is

    rate · (fn + recall · (tp − fn)) + (1 − rate) · (tn + false_alarm_rate · (fp − tn))

so a base rate that differs from that of the data only changes `rate` (prior shift: Saerens, Latinne and Decaestecker,
Neural Computation 2002). Intervals are by MOVER (Zou and Donner, Statistics in Medicine 2008) on Wilson's limits of
both rates, and of the base rate where that comes from the rows too; differences of two models are paired, row by row,
by Bonett and Price (2012) within each class. They count what the test rows leave open. What the user entered is taken
as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import LEVEL, Interval, quantile, wilson, wilson_limits
from core.language import _
from core.worth.threshold import Corners, Counts
from core.worth.values import Values

__all__ = ["Pairs", "Values", "break_even_rate", "money", "money_difference", "money_values", "real_precision"]

@dataclass(frozen=True)
class Pairs:
    """On the same rows: how often only one of two models raises an alarm, in each class.

    Attributes:
        ours, theirs: rows of the class for which only our, or only their, model raises an alarm.
        ours_other, theirs_other: the same among the other rows.
        positives, negatives: rows of the class, and others.
    """

    ours: int
    theirs: int
    ours_other: int
    theirs_other: int
    positives: int
    negatives: int

    @classmethod
    def of(cls, truth: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> Pairs:
        """Count.

        Args:
            truth, ours, theirs: (n,) bool: of the class; alarms of both models.
        """
        positives = int(np.count_nonzero(truth))
        only, other = ours & ~theirs, theirs & ~ours
        hits = int(np.count_nonzero(only & truth)), int(np.count_nonzero(other & truth))
        return cls(*hits, int(np.count_nonzero(only)) - hits[0], int(np.count_nonzero(other)) - hits[1], positives, len(truth) - positives)


def money(counts: Counts, values: Values) -> Interval:
    """Money a month with a 95 % interval.

    Args:
        counts: rows of each kind, of rows on which the threshold was not chosen.
        values: what they are worth; with a `rate` the base rate is taken as known, without one it is that of the
            rows, and its uncertainty counts too.

    Returns:
        Money a month in the currency. Undefined where the rows lack one of the classes.

    Example:
        >>> money(Counts(40, 10, 10, 40), Values(tp=80, fp=-10)).value
        31000.0
    """
    if not counts.positives or not counts.negatives:
        return Interval.undefined(_("The judged rows are all of one class, so nothing can be said about money."))
    recall, alarms = counts.tp / counts.positives, counts.fp / counts.negatives
    rate = counts.positives / counts.rows if values.rate is None else values.rate
    of_class, of_others = values.fn + recall * (values.tp - values.fn), values.tn + alarms * (values.fp - values.tn)
    parts = [
        (rate * (values.tp - values.fn), recall, *_limits(counts.tp, counts.positives)),
        ((1 - rate) * (values.fp - values.tn), alarms, *_limits(counts.fp, counts.negatives)),
    ]  # fmt: skip
    if values.rate is None:
        parts.append((of_class - of_others, rate, *_limits(counts.positives, counts.rows)))
    return _added(rate * of_class + (1 - rate) * of_others, parts, values.cases)


def money_difference(pairs: Pairs, values: Values, level: float = LEVEL) -> Interval:
    """Money a month that our model brings more than theirs, paired on the same rows.

    Args:
        pairs: where the two disagree.
        values: as in `money`.
        level: of the interval; raise it when several models are compared.
    """
    if not pairs.positives or not pairs.negatives:
        return Interval.undefined(_("The judged rows are all of one class, so nothing can be said about money."))
    rate = pairs.positives / (pairs.positives + pairs.negatives) if values.rate is None else values.rate
    of_class = _paired(pairs.ours, pairs.theirs, pairs.positives, level)
    of_others = _paired(pairs.ours_other, pairs.theirs_other, pairs.negatives, level)
    gains = values.tp - values.fn, values.fp - values.tn
    parts = [(rate * gains[0], *of_class), ((1 - rate) * gains[1], *of_others)]
    if values.rate is None:
        rows = pairs.positives + pairs.negatives
        parts.append((gains[0] * of_class[0] - gains[1] * of_others[0], rate, *_limits(pairs.positives, rows, level)))
    return _added(rate * gains[0] * of_class[0] + (1 - rate) * gains[1] * of_others[0], parts, values.cases)


def money_values(corners: Corners, values: Values) -> np.ndarray:
    """Money a month at every corner, (m + 1,); NaN where the rows lack one of the classes."""
    if not corners.positives or not corners.negatives:
        return np.full(len(corners.tp), np.nan)
    rate = corners.positives / (corners.positives + corners.negatives) if values.rate is None else values.rate
    of_class = values.fn + corners.tp / corners.positives * (values.tp - values.fn)
    of_others = values.tn + corners.fp / corners.negatives * (values.fp - values.tn)
    return np.asarray(values.cases * (rate * of_class + (1 - rate) * of_others))


def break_even_rate(counts: Counts, values: Values) -> float | None:
    """The share of the class in real life below which the alarms of this model cost more than they bring.

    None where that is at no share, or for lack of rows.
    """
    gain, cost = values.found_gain, values.alarm_cost
    if not counts.positives or not counts.negatives or gain <= 0 or cost <= 0:
        return None
    brings, costs = counts.tp / counts.positives * gain, counts.fp / counts.negatives * cost
    return costs / (brings + costs) if brings + costs else None


def real_precision(counts: Counts, rate: float | None = None) -> Interval:
    """Share of alarms that are right, at the base rate of real life.

    The odds are rate/(1 − rate) · recall/false_alarm_rate. MOVER on the logarithm of the ratio of two shares (Zou
    and Donner 2008).

    Args:
        counts: rows of each kind.
        rate: share of the class in real life; None: as in the rows, then this is the usual precision.
    """
    if rate is None:
        return wilson(counts.tp, counts.tp + counts.fp, reason=_("The model raises no alarm."))
    if not counts.positives or not counts.negatives or not counts.tp + counts.fp:
        return Interval.undefined(_("The model raises no alarm."))
    recall, alarms = counts.tp / counts.positives, counts.fp / counts.negatives
    value = rate * recall / (rate * recall + (1 - rate) * alarms)
    ours, theirs = _limits(counts.tp, counts.positives), _limits(counts.fp, counts.negatives)
    if not counts.tp or not counts.fp:  # the logarithm of nothing: the far limits of both rates together
        return Interval(value, _precision(rate, ours[0], theirs[1]), _precision(rate, ours[1], theirs[0]))
    down = math.hypot(math.log(recall / ours[0]), math.log(theirs[1] / alarms))
    up = math.hypot(math.log(ours[1] / recall), math.log(alarms / theirs[0]))
    odds = value / (1 - value)
    return Interval(value, odds * math.exp(-down) / (1 + odds * math.exp(-down)), odds * math.exp(up) / (1 + odds * math.exp(up)))


def _precision(rate: float, recall: float, alarms: float) -> float:
    total = rate * recall + (1 - rate) * alarms
    return rate * recall / total if total else 0.0


def _limits(count: int, total: int, level: float = LEVEL) -> tuple[float, float]:
    low, high = wilson_limits(np.array([count]), np.array([total]), level)
    return float(low[0]), float(high[0])


def _paired(ours: int, theirs: int, rows: int, level: float) -> tuple[float, float, float]:
    """Difference of two shares on the same rows and its limits (Bonett and Price 2012)."""
    more, fewer = (ours + 1) / (rows + 2), (theirs + 1) / (rows + 2)
    reach = quantile(level) * math.sqrt((more + fewer - (more - fewer) ** 2) / (rows + 2))
    value = (ours - theirs) / rows
    return value, min(value, more - fewer - reach), max(value, more - fewer + reach)


def _added(value: float, parts: list[tuple[float, float, float, float]], cases: float) -> Interval:
    """MOVER: the distances of each part to its limits, times its weight, added as squares."""
    def reach(down: bool) -> float:
        return math.hypot(*(weight * (middle - low if (weight > 0) == down else high - middle) for weight, middle, low, high in parts))

    return Interval(cases * value, cases * (value - reach(True)), cases * (value + reach(False)))
