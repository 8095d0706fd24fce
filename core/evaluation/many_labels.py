"""Many labels: rows that may have several labels at once, such as tags of a text or findings in a picture.

Each label is a yes-or-no question of its own, so its numbers are those of two classes; averages are over labels
(macro), over labels by their rows (weighted), or over all pairs of row and label (micro). Whole rows are judged by
the share whose labels are all right, and by the share of labels that is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.confusion import class_shares
from core.evaluation.intervals import Interval, average_interval, mean_interval, wilson
from core.evaluation.metrics import one_class_areas
from core.evaluation.ranking import ranking

__all__ = ["ManyLabels", "judge_many_labels"]

NAMES = ("precision", "recall", "specificity", "f1", "roc_auc", "average_precision")


@dataclass(frozen=True, eq=False)
class ManyLabels:
    """Metrics of a model of many labels.

    Attributes:
        per_label: label → precision, recall, specificity, f1, roc_auc, average_precision.
        metrics: exact_match (all labels of a row right), hamming_loss (share of labels wrong), and each of the
            above with `_macro`, `_weighted`; precision, recall, f1 also with `_micro`.
        counts: (labels, 2, 2) int64; axis 1 the truth, axis 2 the decision.
    """

    per_label: dict[str, dict[str, Interval]]
    metrics: dict[str, Interval]
    counts: np.ndarray


def judge_many_labels(truth: np.ndarray, scores: np.ndarray, labels: tuple[str, ...], threshold: float = 0.5) -> ManyLabels:
    """Judge a model that answers several yes-or-no questions for each row.

    Args:
        truth: (n, labels) of 0 and 1.
        scores: (n, labels) probabilities, 0 to 1.
        labels: names, in the order of the columns.
        threshold: from which probability on a label is given, 0 to 1.

    Returns:
        All metrics with 95 % intervals. Averages leave out labels for which a metric is not defined; their
        intervals take the labels as independent (Zou and Donner 2008), those of `_micro` count rows, not pairs.

    Raises:
        ValueError: the shapes do not belong together.
    """
    if truth.shape != scores.shape or truth.shape[1:] != (len(labels),):
        raise ValueError(f"Truth and scores must both have the shape (rows, {len(labels)}); received {truth.shape} and {scores.shape}.")
    so, given = truth.astype(bool), scores >= threshold
    counts = np.array([[[(~s & ~g).sum(), (~s & g).sum()], [(s & ~g).sum(), (s & g).sum()]] for s, g in zip(so.T, given.T, strict=True)], np.int64)
    each = {
        label: class_shares(counts[place].reshape(2, 2), 1) | one_class_areas(ranking(so[:, place], scores[:, place]))
        for place, label in enumerate(labels)
    }  # fmt: skip
    wrong = so != given
    metrics = {"exact_match": wilson(int((~wrong.any(1)).sum()), len(so)), "hamming_loss": mean_interval(wrong.mean(1) if wrong.size else np.zeros(0))}
    rows = so.sum(0).astype(float)
    for name in NAMES:
        known = [(each[label][name], rows[place]) for place, label in enumerate(labels) if each[label][name].value is not None]
        metrics[f"{name}_macro"] = _average([interval for interval, _ in known], np.ones(len(known)))
        metrics[f"{name}_weighted"] = _average([interval for interval, _ in known], np.array([weight for _, weight in known]))
    return ManyLabels(each, metrics | _micro(so, given), counts)


def _average(known: list[Interval], weights: np.ndarray) -> Interval:
    if not known or not weights.sum():
        return Interval.undefined("No label of these rows allows this number.")
    values, lows, highs = (np.array([getattr(interval, end) for interval in known], float) for end in ("value", "low", "high"))
    return average_interval(values, lows, highs, weights / weights.sum())


def _micro(so: np.ndarray, given: np.ndarray) -> dict[str, Interval]:
    """Precision, recall and F1 over all pairs: ratios of sums over rows, whose errors the delta method takes row by row."""
    both, had, said = (part.sum(1).astype(float) for part in (so & given, so, given))
    return {"precision_micro": _ratio(both, said), "recall_micro": _ratio(both, had), "f1_micro": _ratio(2 * both, had + said)}


def _ratio(part: np.ndarray, whole: np.ndarray) -> Interval:
    """Wilson's interval with as many rows as would give the delta method's error (effective sample size)."""
    total, n = float(whole.sum()), len(whole)
    if not total:
        return Interval.undefined("No label of these rows allows this number.")
    value = float(part.sum()) / total
    spread = float(((part - value * whole) ** 2).sum()) * n / max(n - 1, 1) / total**2
    size = value * (1 - value) / spread if spread > 0 else float(np.count_nonzero(whole))
    found = wilson(value * size, size)
    return Interval(value, found.low, found.high)
