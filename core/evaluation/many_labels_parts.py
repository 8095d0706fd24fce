"""Parts: what each row adds to a metric of many labels. Rows are what was drawn, pairs of row and label are not.

Labels of one row hang together: who is urgent is rarely spam, and a model that misreads a row misreads several of its
labels. So an error is never taken over pairs; each row's share in the metric is summed over its labels first
(influence function, Hampel 1974), and the sums of two models are subtracted before they are squared.

    macro      every label counts alike; labels that no row has are left out, for all models the same
    weighted   every label counts by the rows that have it; these weights are a sample too
    micro      all pairs of row and label are one table
"""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.evaluation.curves import Areas, areas
from core.evaluation.predictions import Predictions

__all__ = [
    "AREAS", "DECIDED", "MEANS", "SHARES", "Calls", "LabelParts", "all_right", "area_parts", "averaged_areas", "decided", "label_factors", "label_values", "label_weights", "micro_areas",
    "row_values", "weight_factors",
]  # fmt: skip

SHARES: Final = {  # share of what: hits over whole, each in (1, has the label, was given it, both)
    "precision": ((0, 0, 0, 1), (0, 0, 1, 0)),
    "recall": ((0, 0, 0, 1), (0, 1, 0, 0)),
    "f1": ((0, 0, 0, 2), (0, 1, 1, 0)),
    "specificity": ((1, -1, -1, 1), (1, -1, 0, 0)),
}
DECIDED: Final = frozenset({f"{kind}_{how}" for kind in SHARES for how in ("macro", "weighted")} | {"precision_micro", "recall_micro", "f1_micro"})
AREAS: Final = frozenset(f"{kind}{how}" for kind in ("roc_auc", "average_precision") for how in ("", "_weighted", "_micro"))
MEANS: Final = frozenset({"hamming_loss", "ranking_average_precision", "log_loss", "brier"})
CHUNK = 200_000  # rows that are sorted at a time


@dataclass(frozen=True, eq=False)
class Calls:
    """Which labels rows have, and which a model gives them.

    Attributes:
        has, given: (n, labels) of 0 and 1.
        rows: (n,) how often each row counts; a part of a row where rows were added by thought.
    """

    has: np.ndarray
    given: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, p: Predictions) -> Calls:
        """Those of judged rows, each once."""
        return cls(p.truth, p.decisions(), np.ones(len(p)))

    def sums(self) -> np.ndarray:
        """(4, labels): all rows, those that have the label, that were given it, and both."""
        count = np.full(self.has.shape[1], self.rows.sum())
        return np.array([count, *(np.einsum("i,ij->j", self.rows, part) for part in (self.has, self.given, self.has & self.given))])

    def summed(self, factors: np.ndarray) -> np.ndarray:
        """(n,): over labels, the sum of what each row is (1, has, given, both) times the label's factors, (4, labels)."""
        parts = (self.has, self.given, self.has & self.given)
        found: np.ndarray = factors[0].sum() + sum(np.einsum("ij,j->i", part, factor) for part, factor in zip(parts, factors[1:], strict=True))
        return found


def label_values(sums: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """A share of each label: its value (0 of nothing) and what it is a share of, (labels,) both."""
    hits, whole = (np.array(factors, float) @ sums for factors in SHARES[kind])
    return np.divide(hits, whole, out=np.zeros(len(whole)), where=whole > 0), whole


def label_weights(sums: np.ndarray, metric: str) -> np.ndarray:
    """What each label counts in an average, (labels,), 1 in all; 0 in all where no label can count.

    Which labels count is decided by the truth alone, so that it is the same for all models.
    """
    kind, _, how = metric.rpartition("_")
    counts = (sums[0] > sums[1] if kind == "specificity" else sums[1] > 0) * (sums[1] if how == "weighted" else 1.0)
    weights: np.ndarray = counts / max(float(counts.sum()), 1e-300)
    return weights


def label_factors(kind: str, values: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """(4, labels): the influence of a row on a pull-weighted sum of shares, as factors of what the row is."""
    hits, whole = (np.array(factors, float)[:, None] for factors in SHARES[kind])
    factors: np.ndarray = (hits - whole * values) * pull
    return factors


def decided(calls: Calls, metric: str, weights: np.ndarray | None = None) -> tuple[float, np.ndarray]:
    """A metric of decisions and what each row adds to it.

    Args:
        calls: of one model.
        metric: one of `DECIDED`.
        weights: (labels,) of an average; default: from these rows.

    Returns:
        The value (NaN where it is not defined) and (n,) parts, whose sum over rows is 0.

    Example:
        >>> calls = Calls(np.array([[1, 0], [1, 1]]), np.array([[1, 1], [0, 1]]), np.ones(2))
        >>> [decided(calls, f"recall_{how}")[0] for how in ("macro", "weighted", "micro")]
        [0.75, 0.6666666666666666, 0.6666666666666666]
    """
    kind, _, how = metric.rpartition("_")
    sums = calls.sums()
    values, whole = label_values(sums, kind)
    if how == "micro":
        hits, total = (float((np.array(factors, float) @ sums).sum()) for factors in SHARES[kind])
        value = hits / total if total else math.nan
        return value, calls.summed(label_factors(kind, np.full(len(whole), value), np.full(len(whole), 1 / total if total else 0.0)))
    shares = label_weights(sums, metric) if weights is None else weights
    if not shares.sum():
        return math.nan, np.zeros(len(calls.rows))
    value = float(shares @ values)
    factors = label_factors(kind, values, np.divide(shares, whole, out=np.zeros(len(whole)), where=whole > 0))
    if how == "weighted":
        factors[1] += weight_factors(sums, values, shares, value)
    return value, calls.summed(factors)


def weight_factors(sums: np.ndarray, values: np.ndarray, shares: np.ndarray, value: float) -> np.ndarray:
    """(labels,): how a row that has the label moves a weighted average by moving its weights."""
    factors: np.ndarray = np.where(shares > 0, values - value, 0.0) / float(sums[1][shares > 0].sum())
    return factors


@dataclass(frozen=True, eq=False)
class LabelParts:
    """A metric of scores as a sum over rows.

    Attributes:
        value: the metric.
        parts: (n,) what each row adds to its error.
        freedom: how many rows the error itself comes from, less one (Welch and Satterthwaite over labels).
        smallest: rows that have the rarest label, or lack the most frequent one.
        lone: variance of labels that a single row has, which cannot show it.
    """

    value: float
    parts: np.ndarray
    freedom: float
    smallest: float
    lone: float = 0.0

    @property
    def variance(self) -> float:
        """Of the metric."""
        n = len(self.parts)
        return float((self.parts * self.parts).sum()) * n / max(n - 1, 1) + self.lone


def area_parts(p: Predictions, metric: str) -> LabelParts | None:
    """An area averaged over labels, or over all pairs of row and label.

    Args:
        p: judged rows of many labels.
        metric: one of `AREAS`.

    Returns:
        None where no label has rows with and rows without it.
    """
    kept = _kept.get(p)
    if kept is None or kept[0] != metric:
        _kept[p] = kept = (metric, _area_parts(p, metric))
    return kept[1]


_kept: weakref.WeakKeyDictionary[Predictions, tuple[str, LabelParts | None]] = weakref.WeakKeyDictionary()  # a model is in many pairs


def _area_parts(p: Predictions, metric: str) -> LabelParts | None:
    if metric.endswith("_micro"):
        return micro_areas(p)[metric]
    found = [areas(p.is_of(number), p.scores[:, number]) for number in range(len(p.labels))]
    return averaged_areas(p.truth, found, metric)


def micro_areas(p: Predictions) -> dict[str, LabelParts | None]:
    """Both areas over all pairs of row and label, from one sort; None where all pairs are alike."""
    names = ("roc_auc_micro", "average_precision_micro")
    pairs = areas(p.truth.ravel() == 1, p.scores.ravel())
    if pairs is None:
        return dict.fromkeys(names)
    fewest = float(min(np.count_nonzero(p.truth.any(axis=1)), np.count_nonzero(~p.truth.all(axis=1))))
    found: dict[str, LabelParts | None] = {}
    for name in names:
        value, column = _of(pairs, name)
        found[name] = LabelParts(value, column.reshape(p.truth.shape).sum(axis=1), fewest - 1, fewest)
    return found


def averaged_areas(has: np.ndarray, found: list[Areas | None], metric: str) -> LabelParts | None:
    """An area averaged over labels, from the areas of each.

    Args:
        has: (n, labels) of 0 and 1.
        found: one a label; None where there is nothing to rank.
        metric: one of `AREAS`, without `_micro`.
    """
    n, positives = len(has), has.sum(axis=0, dtype=np.int64)
    by_rows = metric.endswith("_weighted")
    weights = np.array([0.0 if one is None else float(count) if by_rows else 1.0 for one, count in zip(found, positives, strict=True)])
    if not weights.sum():
        return None
    weights /= weights.sum()
    rarer = np.minimum(positives, n - positives)
    values, variances, parts = np.zeros(len(found)), np.zeros(len(found)), np.zeros(n)
    for number, one in enumerate(found):
        if one is None:
            continue
        values[number], column = _of(one, metric)
        if metric.startswith("roc_auc"):  # each kind of row is drawn by itself
            column = column * np.where(has[:, number] == 1, _unbiased(positives[number]), _unbiased(n - positives[number]))
        parts += weights[number] * column
        variances[number] = float((column * column).sum()) if rarer[number] > 1 else values[number] * (1 - values[number])
    value = float(weights @ values)
    if by_rows:
        parts += np.einsum("ij,j->i", has, np.where(weights > 0, values - value, 0.0) / float(positives[weights > 0].sum()))
    shares = weights**2 * variances
    free = float(shares.sum() ** 2 / (shares**2 / np.maximum(rarer - 1, 1)).sum()) if shares.sum() else math.inf
    return LabelParts(value, parts, free, float(rarer[weights > 0].min()), float(shares[rarer == 1].sum()))


def _unbiased(rows: int) -> float:
    return math.sqrt(rows / (rows - 1)) if rows > 1 else 1.0


def _of(found: Areas, metric: str) -> tuple[float, np.ndarray]:
    return (found.roc_auc, found.roc_parts) if metric.startswith("roc_auc") else (found.average_precision, found.precision_parts)


def all_right(p: Predictions) -> np.ndarray:
    """Which rows have all labels right, none missing and none too many, (n,) bool."""
    right: np.ndarray = (p.decisions() == p.truth).all(axis=1)
    return right


def row_values(p: Predictions, metric: str) -> np.ndarray:
    """What each row adds to a mean over rows, (n,).

    Args:
        p: judged rows of many labels.
        metric: one of `MEANS`: share of labels that are wrong; label ranking average precision (Tsoumakas, Katakis and
            Vlahavas, "Mining multi-label data", 2010; 1 for a row without labels, as scikit-learn has it); log loss and
            Brier score of the labels' own questions, averaged over labels.

    Example:
        >>> from core.dataset.schema import Task
        >>> p = Predictions(Task.MANY_LABELS, ("a", "b"), np.arange(1), np.full(1, 2), np.array([[1, 0]]), np.array([[0.6, 0.8]]))
        >>> row_values(p, "ranking_average_precision").tolist(), row_values(p, "hamming_loss").tolist()
        ([0.5], [0.5])
    """
    found: np.ndarray
    if metric == "hamming_loss":
        found = (p.decisions() != p.truth).mean(axis=1)
    elif metric == "ranking_average_precision":
        found = np.concatenate([_ranked(p.truth[at : at + CHUNK], p.scores[at : at + CHUNK]) for at in range(0, max(len(p), 1), CHUNK)])
    elif metric == "brier":
        found = ((p.scores - p.truth) ** 2).mean(axis=1)
    else:
        tiny = float(np.finfo(np.float64).eps)
        found = -np.log(np.clip(np.where(p.truth == 1, p.scores, 1 - p.scores), tiny, 1 - tiny)).mean(axis=1)
    return found


def _ranked(has: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Label ranking average precision of each row; labels of equal score share the last place among them."""
    n, labels = has.shape
    if not n or not labels:
        return np.ones(n)
    order = np.argsort(-scores, axis=1)
    ordered, so = np.take_along_axis(scores, order, 1), np.take_along_axis(has, order, 1) == 1
    last = np.c_[ordered[:, 1:] != ordered[:, :-1], np.ones((n, 1), bool)]
    ends = np.minimum.accumulate(np.where(last, np.arange(labels), labels)[:, ::-1], axis=1)[:, ::-1]
    precision = np.take_along_axis(np.cumsum(so, axis=1), ends, 1) / (ends + 1)
    own = so.sum(axis=1)
    return np.where((own > 0) & (own < labels), (precision * so).sum(axis=1) / np.maximum(own, 1), 1.0)
