"""The confusion matrix, and every metric that it alone decides.

Counting rows once into (classes, classes) makes all of these cost nothing more, whatever the number of
rows. Where a class was never predicted its precision does not exist: alone it is None with the reason;
in an average it counts as 0 (scikit-learn's `zero_division=0`), because ignoring a class must not help.
"""

from __future__ import annotations

import math

import numpy as np

from core.evaluation.intervals import Interval, average_interval, quantile, wilson, wilson_limits
from core.language import N_

__all__ = ["averages", "class_shares", "confusion_matrix", "matthews"]

NO_TRUTH = N_("None of the judged rows is of this class.")
NO_PREDICTION = N_("No row was given this class.")
ONE_CLASS = N_("The judged rows are all of one class, so agreement cannot be told from chance.")


def confusion_matrix(truth: np.ndarray, decisions: np.ndarray, classes: int) -> np.ndarray:
    """Count rows by true and predicted class.

    Args:
        truth: (n,) class numbers.
        decisions: (n,) class numbers.
        classes: how many there are.

    Returns:
        (classes, classes) int64; axis 0 the truth, axis 1 the prediction.

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 0]), 2).tolist()
        [[1, 0], [1, 1]]
    """
    return np.bincount(truth * classes + decisions, minlength=classes * classes).reshape(classes, classes)


def class_shares(matrix: np.ndarray, number: int) -> dict[str, Interval]:
    """Precision, recall, specificity and F1 of one class against the rest.

    F1 is 2J/(1+J), where J is the share of hits among the rows that are of the class or were called so;
    J has Wilson's interval, and F1 the same interval passed through that rising function.
    """
    hits, rows, called = int(matrix[number, number]), int(matrix[number].sum()), int(matrix[:, number].sum())
    others = int(matrix.sum()) - rows
    joint = wilson(hits, rows + called - hits, reason=N_("The class occurs neither in the rows nor in the predictions."))
    return {
        "precision": wilson(hits, called, reason=NO_PREDICTION),
        "recall": wilson(hits, rows, reason=NO_TRUTH),
        "specificity": wilson(others - (called - hits), others, reason=N_("All judged rows are of this class.")),
        "f1": Interval(_f1(joint.value), _f1(joint.low), _f1(joint.high), joint.reason),
    }


def _f1(share: float | None) -> float | None:
    return None if share is None else 2 * share / (1 + share)


def averages(matrix: np.ndarray) -> dict[str, Interval]:
    """Accuracy, balanced accuracy, MCC, and precision, recall, specificity, F1 averaged over classes.

    `_macro` counts every class alike, `_weighted` by its rows. Classes that occur neither in the rows nor
    in the predictions are left out, as in scikit-learn.
    """
    total = int(matrix.sum())
    accuracy = wilson(int(np.trace(matrix)), total)
    if not total:
        kinds = ("precision", "recall", "specificity", "f1")
        names = ("balanced_accuracy", "mcc", *(f"{kind}_{how}" for how in ("macro", "weighted") for kind in kinds))
        return {"accuracy": accuracy} | dict.fromkeys(names, accuracy)
    occurs = np.flatnonzero(matrix.sum(0) + matrix.sum(1))
    matrix = matrix[np.ix_(occurs, occurs)]
    rows, called, hits = matrix.sum(1), matrix.sum(0), np.diagonal(matrix)
    same, by_rows = np.full(len(occurs), 1 / len(occurs)), rows / total
    others = total - rows
    left = others - (called - hits)  # rows of other classes that were left alone
    precision, f1, specificity = _shares(hits, called), _shares(hits, rows + called - hits, f1=True), _shares(left, others)
    linked, uncalled, unseen = _f1_correlation(matrix), called == 0, rows == 0
    moving = _weights_variance(matrix, precision[0], np.zeros(len(rows)), 1 / np.maximum(called, 1))
    return {
        "accuracy": accuracy,
        "balanced_accuracy": _average(hits, rows, ~unseen / (~unseen).sum()),
        "mcc": matthews(matrix),
        "precision_macro": _average(hits, called, same, same[uncalled].sum()),
        "recall_macro": _average(hits, rows, same, same[unseen].sum()),
        "specificity_macro": _average(left, others, same, same[others == 0].sum()),
        "f1_macro": average_interval(*f1, weights=same, correlation=linked),
        "precision_weighted": _average(hits, called, by_rows, by_rows[uncalled].sum(), moving),
        "recall_weighted": accuracy,  # the same number: each row counts once
        "specificity_weighted": average_interval(
            *specificity, weights=by_rows, unknown=by_rows[others == 0].sum(), variance=_moving_specificity(matrix, specificity[0])
        ),
        "f1_weighted": average_interval(
            *f1, weights=by_rows, correlation=linked, variance=_weights_variance(matrix, f1[0], 1 / (rows + called), 1 / (rows + called))
        ),
    }  # fmt: skip


def _average(hits: np.ndarray, totals: np.ndarray, weights: np.ndarray, unknown: float = 0.0, moving: float = 0.0) -> Interval:
    """An average of shares: MOVER's limits and Wilson's for the effective number of rows, brought together.

    MOVER is right where classes are treated unequally; over many classes of a few rows, and where hardly anything is
    wrong, its upper end is too low and its lower end far too low. With as many rows in one share as would give the
    average its variance, Wilson is right there. So the upper end is the further one of both, and for more than two classes
    the lower end lies halfway (measured: 86.9 % against 94.9 % for twenty classes of ten rows).
    """
    mover = average_interval(*_shares(hits, totals), weights=weights, unknown=unknown, variance=moving)
    value = min(max(mover.value or 0.0, 1e-9), 1 - 1e-9)
    drawn = (hits + 2 * value) / (totals + 2)
    variance = float((weights**2 * drawn * (1 - drawn) / np.maximum(totals, 1)).sum()) + moving
    if variance <= 0:
        return mover
    size = value * (1 - value) / variance
    lows, highs = wilson_limits(np.array([value * size]), np.array([size]))
    low = mover.low or 0.0
    return Interval(mover.value, low if len(totals) <= 2 else (low + float(lows[0])) / 2, max(mover.high or 0.0, float(highs[0])))


def _moving_specificity(matrix: np.ndarray, values: np.ndarray) -> float:
    """What the weighted specificity gains in variance because its weights are a sample too; as `_weights_variance`."""
    rows = matrix.sum(1)
    ratio = rows / np.maximum(matrix.sum() - rows, 1)
    gained = ratio * (1 - values)
    fixed = (gained.sum() - gained)[:, None] - ratio[None, :] * (1 - np.eye(len(rows)))
    return max(0.0, _variance(matrix, fixed + values[:, None]) - _variance(matrix, fixed))


def matthews(matrix: np.ndarray) -> Interval:
    """Matthews correlation of truth and calls, for any number of classes (Gorodkin 2004), on Fisher's z scale.

    The error is the delta method's on multinomial counts, as in Itaya et al. (2024), who also measured that
    Fisher's z covers best. For the error, an empty cell counts as a part of a row (half a hit, and an error
    shared by all cells of its class), so that a matrix without errors has one.

    Args:
        matrix: (classes, classes) counts; axis 0 the truth, axis 1 the prediction.

    Returns:
        -1 to 1; 0, as in scikit-learn, where all calls are of one class; undefined where all rows are.

    Example:
        >>> matthews(np.array([[5, 0], [0, 5]])).value
        1.0
    """
    if np.count_nonzero(matrix.sum(1)) < 2:
        return Interval.undefined(ONE_CLASS)
    value, _ = _correlation(matrix)
    k = len(matrix)
    counts = np.where(matrix == 0, np.where(np.eye(k, dtype=bool), 0.5, 1 / (k * (k - 1))), matrix)
    middle, gradient = _correlation(counts)
    reach = quantile() * math.sqrt(_variance(counts, gradient)) / (1 - middle**2)
    centre = math.atanh(middle)
    return Interval(value, min(value, math.tanh(centre - reach)), max(value, math.tanh(centre + reach)))


def _correlation(matrix: np.ndarray) -> tuple[float, np.ndarray]:
    """The correlation and its gradient in the cells' shares, (k, k)."""
    share = matrix / matrix.sum()
    called, rows = share.sum(0), share.sum(1)
    shared, of_calls, of_rows = float(np.trace(share) - called @ rows), float(1 - called @ called), float(1 - rows @ rows)
    if of_calls <= 1e-15 or of_rows <= 1e-15:
        return 0.0, np.zeros_like(share)
    size = math.sqrt(of_calls * of_rows)
    gradient = np.eye(len(share)) - rows[None, :] - called[:, None]
    gradient += shared * (called[None, :] / of_calls + rows[:, None] / of_rows)
    return min(1.0, max(-1.0, shared / size)), gradient / size


def _shares(hits: np.ndarray, totals: np.ndarray, f1: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares with limits for an average over them, (k,) each; all 0 where there is nothing to share.

    The limits are Wilson's. A share of one row is 0 or 1 and looks certain on one side, which is wrong on
    average over many such; so below ten rows the share is drawn towards the common one by two rows and the
    limits reach at least as far as its standard error then says. With `f1`, a share J stands for 2J/(1+J).
    """
    values = hits / np.maximum(totals, 1)
    low, high = wilson_limits(hits, totals)
    drawn = (hits + 2 * hits.sum() / max(totals.sum(), 1)) / (totals + 2)
    reach = np.where(totals < 10, quantile() * np.sqrt(drawn * (1 - drawn) / np.maximum(totals, 1)), 0.0)
    if f1:
        values, low, high = (2 * part / (1 + part) for part in (values, low, high))
        reach = reach * 2 / (1 + drawn) ** 2
    some = totals > 0
    return values, np.where(some, np.minimum(low, values - reach), 0.0), np.where(some, np.maximum(high, values + reach), 0.0)


def _weights_variance(matrix: np.ndarray, values: np.ndarray, by_truth: np.ndarray, by_call: np.ndarray) -> float:
    """What an average gains in variance because its weights, the classes' shares of the rows, are a sample too.

    Delta method on multinomial counts: the variance with moving weights less that with fixed ones.

    Args:
        matrix: (k, k) counts.
        values: (k,) precision or F1 of each class.
        by_truth, by_call: (k,) by how much of itself a value falls for one more row of the class and for one
            more call of it: 1 over its denominator, or 0 where that does not hold the count.
    """
    weights = matrix.sum(1)  # not yet over the total, which cancels in the gradient
    fixed = np.diag(weights * (by_truth + by_call)) - (weights * values * by_truth)[:, None] - (weights * values * by_call)
    return max(0.0, _variance(matrix, fixed + values[:, None]) - _variance(matrix, fixed))


def _variance(matrix: np.ndarray, gradient: np.ndarray) -> float:
    """Variance of a statistic with this gradient in the cells' shares, both (k, k)."""
    total = float(matrix.sum())
    share = matrix / total
    return float((share * (gradient - (share * gradient).sum()) ** 2).sum()) / total


def _f1_correlation(matrix: np.ndarray) -> np.ndarray:
    """Correlation of the classes' F1, (k, k): a row of one class called another hurts both.

    By the delta method on multinomial counts. Half a row is spread over the errors of each class, so that
    a matrix without errors has a correlation too.
    """
    k = len(matrix)
    if k == 1:
        return np.ones((1, 1))
    counts = matrix + 0.5 / (k - 1) * (1 - np.eye(k))
    hits, sums = np.diagonal(counts), counts.sum(0) + counts.sum(1)
    f1 = 2 * hits / sums
    own = np.where(hits > 0, (1 - f1) ** 2 * sums**2 / np.maximum(hits, 1e-300), 0.0)
    variance = own + sums - 2 * hits
    linked = (counts + counts.T) / np.sqrt(np.outer(variance, variance))
    np.fill_diagonal(linked, 1.0)
    return np.asarray(linked)
