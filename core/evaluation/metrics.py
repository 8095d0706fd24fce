"""The metrics that need scores: areas and log loss; names and directions stand in `core.evaluation.names`.

Each returns an Interval. Names are stable: the command line, the pages and the exports use them as keys.
"""

from __future__ import annotations

import math

import numpy as np

from core.evaluation.curves import Areas, areas_of, precision_error, roc_error
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
        found = areas_of(ranks)
        each[number] = one_class_areas(ranks)
        if found is not None:
            plain.add(found, number, 1.0)
            weighted.add(found, number, float(counts[number]))
    by_rows = {f"{name}_weighted": interval for name, interval in weighted.intervals(by_rows=True).items()}
    return plain.intervals() | by_rows, each


class _Average:
    """Both areas averaged over classes, and what each row adds to the error of the averages."""

    def __init__(self, truth: np.ndarray, counts: np.ndarray) -> None:
        self._truth, self._counts = truth, counts
        self._roc, self._precision = np.zeros(len(truth)), np.zeros(len(truth))
        self._weight = np.zeros(len(counts))
        self._values = np.zeros((len(counts), 2))
        self._lone = 0.0  # variance of classes with a single row, which cannot show it

    def add(self, found: Areas, number: int, weight: float) -> None:
        self._roc += weight * found.roc_parts
        self._precision += weight * found.precision_parts
        self._weight[number] = weight
        self._values[number] = found.roc_auc, found.average_precision
        self._lone += weight**2 * found.roc_auc * (1 - found.roc_auc) if self._counts[number] == 1 else 0.0

    def intervals(self, by_rows: bool = False) -> dict[str, Interval]:
        total, n = float(self._weight.sum()), len(self._truth)
        if not total:
            return dict.fromkeys(("roc_auc", "average_precision"), Interval.undefined(NOTHING_TO_RANK))
        auc, ap = (float(value) for value in self._weight @ self._values / total)
        away = self._values - (auc, ap) if by_rows else np.zeros_like(self._values)  # weights that are a sample too
        moved = float((self._counts * away[:, 0] ** 2).sum()) / n**2
        error = math.sqrt((_within(self._roc, self._truth, len(self._counts)) + self._lone) / total**2 + moved)
        spread = _norm(self._precision / total + away[self._truth, 1] / n)
        smallest, freedom = int(self._counts[self._counts > 0].min()), n / np.count_nonzero(self._weight)
        return {"roc_auc": logit_interval(auc, error, smallest, freedom), "average_precision": logit_interval(ap, spread, smallest, freedom)}


def one_class_areas(ranks: Ranking) -> dict[str, Interval]:
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
    return {"roc_auc": logit_interval(area, math.sqrt(blended), rarer, rarer), "average_precision": average_precision(ranks)}


def average_precision(ranks: Ranking) -> Interval:
    """Average precision of one class, its error from the influence of each row."""
    found = precision_error(ranks)
    if found is None:
        return Interval.undefined(NOTHING_TO_RANK)
    return logit_interval(found[0], math.sqrt(found[1]), ranks.positives, ranks.positives)


def _within(parts: np.ndarray, groups: np.ndarray, classes: int) -> float:
    """Variance of a sum of parts when rows are drawn within their class, n/(n-1) corrected."""
    n = np.bincount(groups, minlength=classes)
    means = np.bincount(groups, parts, minlength=classes) / np.maximum(n, 1)
    squares = np.bincount(groups, (parts - means[groups]) ** 2, minlength=classes)
    return float((squares * n / np.maximum(n - 1, 1)).sum())


def _norm(parts: np.ndarray) -> float:
    n = len(parts)
    return math.sqrt(float((parts * parts).sum()) * n / max(n - 1, 1))


def log_loss(truth: np.ndarray, scores: np.ndarray) -> Interval:
    """Mean of -log(probability of the true class), clipped as scikit-learn does.

    Args:
        truth: (n,) class numbers.
        scores: (n, classes) probabilities.
    """
    tiny = float(np.finfo(np.float64).eps)
    given = scores[np.arange(len(truth)), truth]
    return mean_interval(-np.log(np.clip(given, tiny, 1 - tiny)))
