"""Threshold: from which score on a model says yes, with every metric at any threshold.

The scores of the two classes are sorted once. Counting at a threshold is then two binary searches, so that a slider
may move over ten million rows, and the exact corners (all thresholds that change a decision) come from the same two
arrays. A threshold is chosen on validation rows and judged on test rows (`core.worth.goals`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.evaluation.confusion import averages, class_shares
from core.evaluation.intervals import Interval, wilson
from core.language import N_

__all__ = ["ALARM_SHARE", "AT_THRESHOLD", "Corners", "Counts", "Thresholds", "metric_values", "weights_of_rate"]

AT_THRESHOLD = ("precision", "recall", "specificity", "f1", "accuracy", "balanced_accuracy", "mcc", "alarm_share")
ALARM_SHARE = N_("Alarms: share of all rows that are called so.")


@dataclass(frozen=True)
class Counts:
    """Rows of each kind at one threshold.

    Attributes:
        tp, fp, fn, tn: found, false alarm, missed, rightly left alone; rows.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def positives(self) -> int:
        """Rows that are of the class."""
        return self.tp + self.fn

    @property
    def negatives(self) -> int:
        """Rows that are not."""
        return self.fp + self.tn

    @property
    def rows(self) -> int:
        """All rows."""
        return self.positives + self.negatives

    @property
    def matrix(self) -> np.ndarray:
        """(2, 2) int64; axis 0 the truth (no, yes), axis 1 the decision (no, yes)."""
        return np.array([[self.tn, self.fp], [self.fn, self.tp]], np.int64)

    def to_json(self) -> dict[str, int]:
        """As JSON."""
        return {"tp": self.tp, "fp": self.fp, "fn": self.fn, "tn": self.tn}


@dataclass(frozen=True, eq=False)
class Corners:
    """All thresholds that decide differently, strictest first.

    Attributes:
        threshold: (m + 1,) falling: infinity (nothing is called so), then each distinct score.
        tp, fp: (m + 1,) int64, rising.
        positives, negatives: rows of the class, and of the others.
    """

    threshold: np.ndarray
    tp: np.ndarray
    fp: np.ndarray
    positives: int
    negatives: int

    def between(self, place: int) -> float:
        """The threshold of the corner `place` with the fewest decimals: it decides every row as the corner does.

        Returns:
            Infinity where nothing is called so and no probability up to 1 would do.
        """
        upper = float(self.threshold[place])
        lower = float(self.threshold[place + 1]) if place + 1 < len(self.threshold) else -math.inf
        return _shortest(lower, min(upper, 1.0)) if upper <= 1 or lower < 1 else upper


@dataclass(frozen=True, eq=False)
class Thresholds:
    """Scores of one model on one part of the rows, ready to be cut anywhere.

    Attributes:
        hits: (p,) scores of the rows that are of the class, rising.
        others: (q,) scores of the other rows, rising.

    Example:
        >>> found = Thresholds.of(np.array([False, True, False, True]), np.array([0.1, 0.9, 0.6, 0.4]))
        >>> found.counts(0.5)
        Counts(tp=1, fp=1, fn=1, tn=1)
    """

    hits: np.ndarray
    others: np.ndarray

    @classmethod
    def of(cls, truth: np.ndarray, scores: np.ndarray) -> Thresholds:
        """Sort once.

        Args:
            truth: (n,) bool or 0/1: whether a row is of the class.
            scores: (n,) finite numbers; higher means more likely of the class.
        """
        positive = np.asarray(truth).astype(bool)
        return cls(np.sort(scores[positive]), np.sort(scores[~positive]))

    def __len__(self) -> int:
        return len(self.hits) + len(self.others)

    def counts(self, threshold: float) -> Counts:
        """Rows of each kind when a score of `threshold` or more is called so; O(log n)."""
        fn, tn = (int(np.searchsorted(side, threshold, "left")) for side in (self.hits, self.others))
        return Counts(len(self.hits) - fn, len(self.others) - tn, fn, tn)

    def metrics(self, threshold: float) -> dict[str, Interval]:
        """Every metric of `AT_THRESHOLD` with its 95 % interval, as the rest of the comparison computes it."""
        return metrics_of(self.counts(threshold))

    def at(self, thresholds: np.ndarray) -> Corners:
        """Counts at many thresholds, such as those of a chart.

        Args:
            thresholds: (k,) falling.
        """
        below = [np.searchsorted(side, thresholds, "left") for side in (self.hits, self.others)]
        return Corners(thresholds, len(self.hits) - below[0], len(self.others) - below[1], len(self.hits), len(self.others))

    @cached_property
    def corners(self) -> Corners:
        """All corners; made when first asked for, O(n log n)."""
        return self.at(np.r_[np.inf, np.unique(np.concatenate([self.hits, self.others]))[::-1]])


def metrics_of(counts: Counts) -> dict[str, Interval]:
    """Every metric of `AT_THRESHOLD` from the four counts."""
    known = averages(counts.matrix) | class_shares(counts.matrix, 1)
    known |= {"alarm_share": wilson(counts.tp + counts.fp, counts.rows)}
    return {name: known[name] for name in AT_THRESHOLD}


def weights_of_rate(positives: int, negatives: int, rate: float | None) -> tuple[float, float]:
    """How much one row of the class, and one of the others, counts when the class has another share in real life.

    Recall and false-alarm rate do not depend on how frequent the class is; counts do. Weighting rows by the ratio of
    the shares makes the counts those of real life: Saerens, Latinne and Decaestecker, "Adjusting the outputs of a
    classifier to new a priori probabilities", Neural Computation 2002.

    Args:
        positives, negatives: rows in the data.
        rate: share of the class in real life, 0 to 1; None: as in the data.

    Example:
        >>> weights_of_rate(50, 50, 0.1)
        (0.2, 1.8)
    """
    if rate is None or not positives or not negatives:
        return 1.0, 1.0
    rows = positives + negatives
    return rate * rows / positives, (1 - rate) * rows / negatives


def metric_values(name: str, corners: Corners, rate: float | None = None) -> np.ndarray:
    """One metric at every corner.

    Args:
        name: of `AT_THRESHOLD`.
        corners: of one model.
        rate: share of the class in real life; None: as in the data.

    Returns:
        (m + 1,) values; NaN where the metric is not defined.
    """
    of_class, of_others = weights_of_rate(corners.positives, corners.negatives, rate)
    tp, fp = corners.tp * of_class, corners.fp * of_others
    fn, tn = corners.positives * of_class - tp, corners.negatives * of_others - fp
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(FORMULAS[name](tp, fp, fn, tn))


def _matthews(tp: Any, fp: Any, fn: Any, tn: Any) -> Any:
    root = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return np.where(root > 0, (tp * tn - fp * fn) / root, 0.0)


FORMULAS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "precision": lambda tp, fp, fn, tn: tp / (tp + fp),
    "recall": lambda tp, fp, fn, tn: tp / (tp + fn),
    "specificity": lambda tp, fp, fn, tn: tn / (tn + fp),
    "f1": lambda tp, fp, fn, tn: 2 * tp / (2 * tp + fp + fn),
    "accuracy": lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn),
    "balanced_accuracy": lambda tp, fp, fn, tn: (tp / (tp + fn) + tn / (tn + fp)) / 2,
    "mcc": _matthews,
    "alarm_share": lambda tp, fp, fn, tn: (tp + fp) / (tp + fp + fn + tn),
}


def _shortest(lower: float, upper: float) -> float:
    """The number in (lower, upper] with the fewest decimals, the nearest to `upper` of them."""
    for decimals in range(1, 17):
        rounded = float(round(math.floor(upper * 10.0**decimals) / 10.0**decimals, decimals))
        if lower < rounded <= upper:
            return rounded
    return upper
