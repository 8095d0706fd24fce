"""The metrics that need scores: areas and log loss; names and directions stand in `core.evaluation.names`.

Each returns an Interval. Names are stable: the command line, the pages and the exports use them as keys.
"""

from __future__ import annotations

import math

import numpy as np

from core.evaluation.average_precision import LeftOut, average_precision_interval, averaged_interval, left_out
from core.evaluation.curves import roc_area, roc_error
from core.evaluation.intervals import Interval, logit_interval, mean_interval
from core.evaluation.names import METRICS, headline, higher_is_better, is_share
from core.evaluation.ranking import Ranking, ranking
from core.evaluation.regression_errors import regression_metrics
from core.language import N_

__all__ = [
    "METRICS", "area_metrics", "average_precision", "headline", "higher_is_better", "is_share", "log_loss", "one_class_areas", "regression_metrics",
]  # fmt: skip

NOTHING_TO_RANK = N_("The judged rows are all of one class, so there is nothing to rank.")


def area_metrics(truth: np.ndarray, scores: np.ndarray, positives: tuple[int, ...]) -> tuple[dict[str, Interval], dict[int, dict[str, Interval]]]:
    """ROC AUC and average precision: one class against the rest, and averaged over classes.

    The error of an average is taken from the rows' summed shares in it, so that it knows how the classes
    hang together. For two classes it is DeLong's.

    Args:
        truth: (n,) class numbers.
        scores: (n, classes).
        positives: classes to judge: (1,) for a binary task, all for more classes.

    Returns:
        The averages over the classes that occur (for more than one, also weighted by the classes' rows), and
        both areas for each class of `positives`.
    """
    if len(positives) == 1:
        one = one_class_areas(ranking(truth == positives[0], scores[:, positives[0]]))
        return one, {positives[0]: one}
    counts = np.bincount(truth, minlength=scores.shape[1])
    plain, weighted = _Average(truth, counts), _Average(truth, counts)
    each: dict[int, dict[str, Interval]] = {}
    for number in positives:
        ranks = ranking(truth == number, scores[:, number])
        found = left_out(ranks)
        each[number] = one_class_areas(ranks, found)
        if found is not None:
            area, parts = roc_area(ranks, ranks.positives, ranks.negatives)
            both = ranks.to_rows(parts), ranks.to_rows(found.parts)
            plain.add(area, both, found, number, 1.0)
            weighted.add(area, both, found, number, float(counts[number]))
    by_rows = {f"{name}_weighted": interval for name, interval in weighted.intervals(by_rows=True).items()}
    return plain.intervals() | by_rows, each


class _Average:
    """Both areas averaged over classes, and what each row adds to the error of the averages."""

    def __init__(self, truth: np.ndarray, counts: np.ndarray) -> None:
        self._truth, self._counts = truth, counts
        self._roc, self._precision = np.zeros(len(truth)), np.zeros(len(truth))
        self._weight = np.zeros(len(counts))
        self._values = np.zeros((len(counts), 2))
        self._left: list[LeftOut] = []
        self._lone = 0.0  # variance of classes with a single row, which cannot show it

    def add(self, area: float, parts: tuple[np.ndarray, np.ndarray], left: LeftOut, number: int, weight: float) -> None:
        self._roc += weight * parts[0]
        self._precision += weight * parts[1]
        self._weight[number] = weight
        self._values[number] = area, left.value
        self._left.append(left.light())
        self._lone += weight**2 * area * (1 - area) if self._counts[number] == 1 else 0.0

    def intervals(self, by_rows: bool = False) -> dict[str, Interval]:
        total, n = float(self._weight.sum()), len(self._truth)
        if not total:
            return dict.fromkeys(("roc_auc", "average_precision"), Interval.undefined(NOTHING_TO_RANK))
        auc, ap = (float(value) for value in self._weight @ self._values / total)
        away = self._values - (auc, ap) if by_rows else np.zeros_like(self._values)  # weights that are a sample too
        moved = float((self._counts * away[:, 0] ** 2).sum()) / n**2
        error = math.sqrt((_within(self._roc, self._truth, len(self._counts)) + self._lone) / total**2 + moved)
        smallest, freedom = int(self._counts[self._counts > 0].min()), n / np.count_nonzero(self._weight)
        parts, weights = self._precision / total + away[self._truth, 1] / n, self._weight[self._weight > 0] / total
        return {"roc_auc": logit_interval(auc, error, smallest, freedom), "average_precision": averaged_interval(self._left, weights, parts)}


def one_class_areas(ranks: Ranking, left: LeftOut | None = None) -> dict[str, Interval]:
    """ROC AUC and average precision of one class: DeLong's variance, with five rows' weight of the usual one where rows are few.

    With few positives an area that is high by luck also has a variance that is small by luck. The usual
    variance is Hanley and McNeil's (1982) in Newcombe's form (2006, method 5), which depends on the area only.
    """
    found = roc_error(ranks)
    if found is None:
        return dict.fromkeys(("roc_auc", "average_precision"), Interval.undefined(NOTHING_TO_RANK))
    area, variance = found
    count, rest = ranks.positives, ranks.negatives
    rarer, middle = min(count, rest), (count + rest) / 2 - 1
    usual = area * (1 - area) * (1 + middle * ((1 - area) / (2 - area) + area / (1 + area))) / (count * rest)
    blended = max(variance, (rarer * variance + 5 * usual) / (rarer + 5)) if variance else 0.0
    return {"roc_auc": logit_interval(area, math.sqrt(blended), rarer, rarer), "average_precision": average_precision(ranks, left)}


def average_precision(ranks: Ranking, left: LeftOut | None = None) -> Interval:
    """Average precision of one class; `left` where it is there already."""
    found = left or left_out(ranks)
    return Interval.undefined(NOTHING_TO_RANK) if found is None else average_precision_interval(found)


def _within(parts: np.ndarray, groups: np.ndarray, classes: int) -> float:
    """Variance of a sum of parts when rows are drawn within their class, n/(n-1) corrected."""
    n = np.bincount(groups, minlength=classes)
    means = np.bincount(groups, parts, minlength=classes) / np.maximum(n, 1)
    squares = np.bincount(groups, (parts - means[groups]) ** 2, minlength=classes)
    return float((squares * n / np.maximum(n - 1, 1)).sum())


def log_loss(truth: np.ndarray, scores: np.ndarray) -> Interval:
    """Mean of -log(probability of the true class), clipped as scikit-learn does.

    Args:
        truth: (n,) class numbers.
        scores: (n, classes) probabilities.
    """
    tiny = float(np.finfo(np.float64).eps)
    given = scores[np.arange(len(truth)), truth]
    return mean_interval(-np.log(np.clip(given, tiny, 1 - tiny)))
