"""Many labels: rows that may have no label, one or several at once, such as tags of a text or findings in a picture.

Each label is a yes-or-no question of its own, so its numbers are those of two classes. Averages are over labels
(`_macro`; areas without an ending), over labels by their rows (`_weighted`), or over all pairs of row and label
(`_micro`). Whole rows are judged by the share whose labels are all right, and by how their labels are ranked. Rows,
not pairs, are what was drawn: all intervals know that the labels of a row hang together (`many_labels_parts`).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.evaluation.average_precision import LeftOut, averaged_interval, left_out
from core.evaluation.confusion import class_shares
from core.evaluation.curves import areas_of
from core.evaluation.intervals import (
    Interval,
    average_interval,
    logit_interval,
    mean_interval,
    quantile,
    wilson,
    wilson_limits,
)
from core.evaluation.many_labels_parts import (
    AREAS,
    SHARES,
    Calls,
    LabelParts,
    all_right,
    averaged_areas,
    decided,
    label_factors,
    label_values,
    label_weights,
    micro_areas,
    row_values,
    weight_factors,
)
from core.evaluation.metrics import one_class_areas
from core.evaluation.predictions import Predictions
from core.evaluation.ranking import ranking
from core.language import N_

__all__ = ["judge_many_labels"]

NO_LABEL = N_("No label of these rows allows this number.")
CHUNK = 200_000


def judge_many_labels(p: Predictions) -> tuple[dict[str, Interval], dict[str, dict[str, Interval]]]:
    """Judge a model that answers a yes-or-no question about each label of each row.

    Args:
        p: judged rows of many labels.

    Returns:
        All metrics by stable name, and for each label precision, recall, specificity, F1 and both areas; each with its
        95 % interval. Averages leave out labels that no row has (specificity: that all rows have).

    Example:
        >>> from core.dataset.schema import Task
        >>> truth, scores = np.array([[1, 0], [1, 1]]), np.array([[0.9, 0.7], [0.4, 0.8]])
        >>> metrics, _each = judge_many_labels(Predictions(Task.MANY_LABELS, ("a", "b"), np.arange(2), np.full(2, 2), truth, scores))
        >>> metrics["hamming_loss"].value, round(metrics["f1_micro"].value, 3)
        (0.5, 0.667)
    """
    if not len(p):
        none = Interval.undefined(N_("There are no rows to judge."))
        return dict.fromkeys(_names(), none), {label: dict.fromkeys((*SHARES, "roc_auc", "average_precision"), none) for label in p.labels}
    calls = Calls.of(p)
    sums = calls.sums()
    shares = [class_shares(_table(sums[:, number]), 1) for number in range(len(p.labels))]
    each, found, lefts = [], [], []
    for number, own in enumerate(shares):
        ranks = ranking(p.is_of(number), p.scores[:, number])
        left, both = left_out(ranks), areas_of(ranks)
        each.append(own | one_class_areas(ranks, left))
        found.append(both if both is None or left is None else replace(both, precision_parts=ranks.to_rows(left.parts)))
        lefts.append(left.light() if left is not None else None)
    metrics = {"subset_accuracy": wilson(int(all_right(p).sum()), len(p)), "hamming_loss": _mean_share(row_values(p, "hamming_loss"))}
    metrics |= {f"{kind}_micro": _micro(calls, f"{kind}_micro") for kind in ("precision", "recall", "f1")}
    metrics |= {f"{kind}_{how}": _average(calls, sums, [one[kind] for one in shares], f"{kind}_{how}") for how in ("macro", "weighted") for kind in SHARES}
    overall = micro_areas(p)
    for name in sorted(AREAS):
        parts = overall[name] if name in overall else averaged_areas(p.truth, found, name)
        metrics[name] = _precision(parts, lefts, name) if name in ("average_precision", "average_precision_weighted") else _area(parts)
    metrics["ranking_average_precision"] = _mean_share(row_values(p, "ranking_average_precision"))
    metrics |= {name: mean_interval(row_values(p, name)) for name in ("log_loss", "brier")}
    return {name: metrics[name] for name in _names()}, dict(zip(p.labels, each, strict=True))


def _names() -> tuple[str, ...]:
    decisions = [f"{kind}_{how}" for how in ("macro", "weighted") for kind in SHARES]
    micro = ("subset_accuracy", "hamming_loss", "precision_micro", "recall_micro", "f1_micro")
    return (*micro, *decisions, *sorted(AREAS), "ranking_average_precision", "log_loss", "brier")


def _table(sums: np.ndarray) -> np.ndarray:
    """(2, 2) counts of one label from its sums: truth down, call across."""
    rows, has, given, both = (int(number) for number in sums)
    return np.array([[rows - has - given + both, given - both], [has - both, both]])


def _micro(calls: Calls, metric: str) -> Interval:
    value, parts = decided(calls, metric)
    if math.isnan(value):
        return Interval.undefined(NO_LABEL)
    return _effective(value, parts, float(np.count_nonzero((calls.has | calls.given).any(axis=1))))


def _mean_share(values: np.ndarray) -> Interval:
    """The mean of shares of the rows."""
    mean = float(values.mean())
    return _effective(mean, (values - mean) / len(values), float(len(values)))


def _effective(value: float, parts: np.ndarray, rows: float) -> Interval:
    """Wilson's interval with as many rows as would give the share the error that its parts show; `rows` where they show none."""
    n = len(parts)
    spread = float((parts * parts).sum()) * n / max(n - 1, 1)
    size = max(value * (1 - value) / spread, 1.0) if spread > 1e-18 else rows
    found = wilson(value * size, size)
    return Interval(value, found.low, found.high)


def _average(calls: Calls, sums: np.ndarray, each: list[Interval], metric: str) -> Interval:
    """MOVER with the correlation that the rows show, no narrower than Wilson's for the effective number of rows."""
    if metric == "recall_weighted":  # the same number
        return _micro(calls, "recall_micro")
    kind, _, how = metric.rpartition("_")
    weights, (values, whole) = label_weights(sums, metric), label_values(sums, kind)
    kept = np.flatnonzero(weights)
    if not len(kept):
        return Interval.undefined(NO_LABEL)
    lows, highs = (np.array([values[i] if (end := getattr(each[i], side)) is None else end for i in kept]) for side in ("low", "high"))
    factors = label_factors(kind, values, np.divide(1.0, whole, out=np.zeros(len(whole)), where=whole > 0))[:, kept]
    linked, value, moving = _correlation(calls, factors, kept), float(weights @ values), 0.0
    if how == "weighted":
        moved = np.einsum("ij,j->i", calls.has, weight_factors(sums, values, weights, value))
        moving = float((moved * moved).sum())
    found = average_interval(values[kept], lows, highs, weights[kept], linked, moving, float(weights[kept][whole[kept] == 0].sum()))
    half = weights[kept] * np.maximum((highs - lows) / (2 * quantile()), _deviations(sums, kind, value)[kept])
    variance = float(half @ linked @ half) + moving
    if variance <= 0 or not 0 < value < 1:
        return found
    size = value * (1 - value) / variance
    low, high = wilson_limits(np.array([value * size]), np.array([size]))
    return Interval(found.value, min(found.low or 0.0, float(low[0])), max(found.high or 0.0, float(high[0])))


def _deviations(sums: np.ndarray, kind: str, value: float) -> np.ndarray:
    """Standard error of each label's share, (labels,); few rows are drawn towards the average by two more, so that none looks certain.

    F1 is 2J/(1 + J), where J is the share of hits among the rows that have the label or were given it.
    """
    hits, whole = (np.array(factors, float) @ sums for factors in SHARES[kind])
    if kind == "f1":
        hits, whole, value = sums[3], whole - sums[3], value / (2 - value)
    drawn = (hits + 2 * value) / (whole + 2)
    slope = 2 / (1 + drawn) ** 2 if kind == "f1" else np.ones(len(drawn))
    found: np.ndarray = slope * np.sqrt(drawn * (1 - drawn) / np.maximum(whole, 1))
    return found


def _correlation(calls: Calls, factors: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """(kept, kept): how the labels' shares move together; 1 on the diagonal, drawn towards 0 a little where rows are few."""
    found = np.zeros((len(kept), len(kept)))
    for at in range(0, len(calls.rows), CHUNK):
        has, given = calls.has[at : at + CHUNK, kept].astype(float), calls.given[at : at + CHUNK, kept].astype(float)
        parts = factors[0] + has * factors[1] + given * factors[2] + has * given * factors[3]
        found += parts.T @ parts
    scale = np.sqrt(np.maximum(np.diagonal(found), 1e-300))
    found *= (1 - 1 / len(calls.rows)) / np.outer(scale, scale)
    np.fill_diagonal(found, 1.0)
    return found


def _precision(found: LabelParts | None, lefts: list[LeftOut | None], metric: str) -> Interval:
    """Average precision of few rows is too high, and labels of few rows look certain; see `core.evaluation.average_precision`."""
    known = [one for one in lefts if one is not None]
    if found is None or not known:
        return Interval.undefined(NO_LABEL)
    weights = np.array([one.positives for one in known], float) if metric.endswith("_weighted") else np.ones(len(known))
    return averaged_interval(known, weights / weights.sum(), found.parts)


def _area(found: LabelParts | None) -> Interval:
    if found is None:
        return Interval.undefined(NO_LABEL)
    return logit_interval(found.value, math.sqrt(found.variance), found.smallest, found.freedom)
