"""The difference of two models of many labels on the same rows: which test and which interval serve which metric.

    subset accuracy                       McNemar mid-p; interval of Bonett and Price (2012)
    precision, recall, F1, specificity    delta method on each row's share (macro, weighted and micro alike), with one row
                                          of each kind of disagreement added
    areas                                 DeLong's and the influence function's shares of each row, summed over labels
    Hamming, ranking, log loss, Brier     paired t on what each row adds; up to 300 rows the p-value by sign flips

Rows are the unit throughout: a row that both models misread in five labels is one piece of evidence, not five.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.schema import Task
from core.evaluation.difference import Difference, paired_difference
from core.evaluation.many_labels_parts import (
    AREAS,
    DECIDED,
    MEANS,
    Calls,
    LabelParts,
    all_right,
    area_parts,
    decided,
    label_weights,
    row_values,
)
from core.evaluation.model import Model
from core.evaluation.paired import FEWEST_FREE, FLIP_ROWS, NO_TEST, NOT_DEFINED, Paired
from core.evaluation.predictions import Predictions
from core.evaluation.significance import bonett_price, holm, mcnemar_mid_p, sign_flip_p
from core.evaluation.student import two_sided

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison

__all__ = ["label_differences", "label_differences_json", "label_thresholds_json", "one_label", "paired_labels"]

FEW_CALLS = 10  # below, precision jumps where a gradient would glide
DRAWS = 200
USUAL = 0.5


def paired_labels(ours: Predictions, theirs: Predictions, metric: str) -> Paired:
    """Test the difference of two models of many labels.

    Args:
        ours, theirs: of the same rows in the same order.
        metric: stable name.

    Returns:
        Ours less theirs; without a value where the metric is not defined on these rows.
    """
    if metric == "subset_accuracy":
        mine, other = all_right(ours), all_right(theirs)
        wins, losses = int((mine & ~other).sum()), int((other & ~mine).sum())
        return Paired((wins - losses) / len(ours), *bonett_price(wins, losses, len(ours)), math.inf, mcnemar_mid_p(wins, losses), "mcnemar")
    if metric in DECIDED:
        return _by_calls(ours, theirs, metric)
    if metric in AREAS:
        return _by_areas(area_parts(ours, metric), area_parts(theirs, metric), metric)
    return _by_means(ours, theirs, metric) if metric in MEANS else Paired(None, None, None, 0, None, "", reason=NO_TEST)


def _by_calls(ours: Predictions, theirs: Predictions, metric: str) -> Paired:
    mine, other = Calls.of(ours), Calls.of(theirs)
    weights = None if metric.endswith("_micro") else label_weights(mine.sums(), metric)
    first, second = decided(mine, metric, weights)[0], decided(other, metric, weights)[0]
    if math.isnan(first) or math.isnan(second):
        return Paired(None, None, None, 0, None, "", reason=NOT_DEFINED)
    mine, other = _padded(mine, other, metric, weights)
    (middle, by_mine), (less, by_other) = decided(mine, metric, weights), decided(other, metric, weights)
    parts = by_mine - by_other
    variance = float((mine.rows * parts * parts).sum())
    if metric.startswith("precision_") and weights is not None:
        variance += _jumps(ours, theirs, weights)
    error = math.sqrt(variance)
    return Paired(first - second, middle - less, error, math.inf, two_sided((middle - less) / error) if error > 0 else 1.0, "delta", reference_value=second)


def _padded(mine: Calls, other: Calls, metric: str, weights: np.ndarray | None) -> tuple[Calls, Calls]:
    """Both with one row of each kind of disagreement, shared by the labels: found by one alone, called by mistake by one alone.

    As Bonett and Price (2012) do for one share: models that hardly ever differ then do not look certain.
    """
    labels, sums = mine.has.shape[1], mine.sums()
    shares = sums[1] / max(float(sums[1].sum()), 1.0) if weights is None or metric.endswith("_weighted") else weights
    kept = np.flatnonzero(shares)
    kinds = {"recall": (1,), "specificity": (0,)}.get(metric.partition("_")[0], (0, 1))
    one, none = np.eye(labels, dtype=np.uint8)[kept], np.zeros((len(kept), labels), np.uint8)
    has = np.concatenate([one if kind else none for kind in kinds for _side in range(2)])
    sides = [np.concatenate([one if side == model else none for _kind in kinds for side in range(2)]) for model in range(2)]
    rows = np.tile(shares[kept] / len(kinds), 2 * len(kinds))
    return tuple(Calls(np.r_[calls.has, has], np.r_[calls.given, given], np.r_[calls.rows, rows]) for calls, given in zip((mine, other), sides, strict=True))  # type: ignore[return-value]


def _jumps(ours: Predictions, theirs: Predictions, weights: np.ndarray) -> float:
    """Variance that the delta method misses where a model gives a label hardly ever: its table is drawn again instead."""
    rng, missing = np.random.default_rng(0), 0.0
    first, second = ours.decisions(), theirs.decisions()
    few = np.flatnonzero((weights > 0) & (np.minimum(first.sum(axis=0, dtype=np.int64), second.sum(axis=0, dtype=np.int64)) < FEW_CALLS))
    for number in few:
        cells = np.bincount(ours.truth[:, number] * 4 + first[:, number] * 2 + second[:, number], minlength=8)
        drawn = rng.multinomial(len(ours), cells / len(ours), DRAWS)
        gaps = _share(drawn[:, [6, 7]].sum(1), drawn[:, [2, 3, 6, 7]].sum(1)) - _share(drawn[:, [5, 7]].sum(1), drawn[:, [1, 3, 5, 7]].sum(1))
        smooth = float(_delta_variance(ours, theirs, int(number)))
        missing += float(weights[number]) ** 2 * max(0.0, float(gaps.var(ddof=1)) - smooth)
    return missing


def _delta_variance(ours: Predictions, theirs: Predictions, number: int) -> float:
    """Of the difference in precision of one label, by the delta method."""
    alone = np.eye(len(ours.labels))[number]
    parts = decided(Calls.of(ours), "precision_macro", alone)[1] - decided(Calls.of(theirs), "precision_macro", alone)[1]
    return float((parts * parts).sum())


def _share(hits: np.ndarray, whole: np.ndarray) -> np.ndarray:
    shares: np.ndarray = np.divide(hits, whole, out=np.zeros(len(whole)), where=whole > 0)
    return shares


def _by_areas(mine: LabelParts | None, other: LabelParts | None, metric: str) -> Paired:
    if mine is None or other is None:
        return Paired(None, None, None, 0, None, "", reason=NOT_DEFINED)
    both = LabelParts(mine.value - other.value, mine.parts - other.parts, 0.0, 0.0, (mine.lone + other.lone) / 2)
    error, freedom = math.sqrt(both.variance), max(min(mine.freedom, other.freedom), FEWEST_FREE)
    p = two_sided(both.value / error, freedom) if error > 0 else 1.0 if both.value == 0 else None
    return Paired(both.value, both.value, error, freedom, p, "delong" if metric == "roc_auc" else "influence", reference_value=other.value)


def _by_means(ours: Predictions, theirs: Predictions, metric: str) -> Paired:
    first, second = row_values(ours, metric), row_values(theirs, metric)
    gaps, n = first - second, len(ours)
    value, share = float(gaps.mean()), metric in ("hamming_loss", "ranking_average_precision")
    step = 1 / len(ours.labels) if share else 0.0  # one label more or less, in a row added for each model
    count = n + 2 * share
    middle = float(gaps.sum()) / count
    spread = float(((gaps - middle) ** 2).sum()) + (2 * step * step + 2 * middle * middle if share else 0.0)
    error = math.sqrt(spread / max(count - 1, 1) / count)
    if error <= 0:
        p = 1.0 if value == 0 else None
    else:
        p = sign_flip_p(gaps) if n <= FLIP_ROWS else two_sided(value / error, n - 1)
    bounds = (-1.0, 1.0) if share else (-math.inf, math.inf)
    test = "permutation" if n <= FLIP_ROWS else "influence"
    return Paired(value, middle, error, n - 1, p, test, bounds, reference_value=float(second.mean()))


def one_label(p: Predictions, number: int) -> Predictions:
    """The yes-or-no question about one label, as two classes."""
    yes = p.scores[:, number]
    return Predictions(Task.BINARY, ("", p.labels[number]), p.rows, p.parts, p.truth[:, number], np.c_[1 - yes, yes])


def label_differences(ours: Model, theirs: Model, metric: str = "f1") -> dict[str, Difference]:
    """How far two models of many labels are apart in each label.

    Args:
        ours, theirs: with predictions of the same rows in the same order.
        metric: of two classes.

    Returns:
        Label → ours less theirs; p-values corrected for the number of labels (Holm).
    """
    found = [_of_label(ours, theirs, number, metric) for number in range(len(ours.predictions.labels))]
    adjusted = holm([1.0 if one.p_value is None else one.p_value for one in found])
    return {
        label: one.adjusted(None if one.p_value is None else p) for label, one, p in zip(ours.predictions.labels, found, adjusted, strict=True)
    }  # fmt: skip


def _of_label(ours: Model, theirs: Model, number: int, metric: str) -> Difference:
    first, second = (replace(model, predictions=one_label(model.predictions, number)) for model in (ours, theirs))
    cut = ours.predictions.thresholds[number] if ours.predictions.thresholds else USUAL
    other = theirs.predictions.thresholds[number] if theirs.predictions.thresholds else USUAL
    return paired_difference(first, second, metric, threshold=(cut, other))



def label_differences_json(comparison: Comparison) -> dict[str, dict[str, Any]] | None:
    """Of each model but the reference, its difference to it in the F1 of each label; None where rows have one class each, or for a single model."""
    reference = next((one.model for one in comparison.models if one.model.id == comparison.reference), None)
    if comparison.task is not Task.MANY_LABELS or reference is None:
        return None
    others = [one.model for one in comparison.models if one.model.id != reference.id]
    return {model.id: {label: found.to_json() for label, found in label_differences(model, reference).items()} for model in others}


def label_thresholds_json(comparison: Comparison) -> dict[str, dict[str, float | None]] | None:
    """From which score on each model gives each label; None for a label that it never gives, and as a whole where rows have one class each."""
    if comparison.task is not Task.MANY_LABELS:
        return None
    used = {one.model.id: one.model.predictions.thresholds or (USUAL,) * len(comparison.labels) for one in comparison.models}
    return {name: {label: cut if math.isfinite(cut) else None for label, cut in zip(comparison.labels, cuts, strict=True)} for name, cuts in used.items()}
