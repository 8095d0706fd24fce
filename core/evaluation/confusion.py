"""The confusion matrix, and every metric that it alone decides.

Counting rows once into (classes, classes) makes all of these cost nothing more, whatever the number of
rows. Where a class was never predicted its precision does not exist: alone it is None with the reason;
in an average it counts as 0 (scikit-learn's `zero_division=0`), because ignoring a class must not help.
"""

from __future__ import annotations

import numpy as np

from core.evaluation.intervals import Interval, average_interval, wilson, wilson_limits

__all__ = ["averages", "class_shares", "confusion_matrix"]

NO_TRUTH = "None of the judged rows is of this class."
NO_PREDICTION = "No row was given this class."


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
    joint = wilson(hits, rows + called - hits, reason="The class occurs neither in the rows nor in the predictions.")
    return {
        "precision": wilson(hits, called, reason=NO_PREDICTION),
        "recall": wilson(hits, rows, reason=NO_TRUTH),
        "specificity": wilson(others - (called - hits), others, reason="All judged rows are of this class."),
        "f1": Interval(_f1(joint.value), _f1(joint.low), _f1(joint.high), joint.reason),
    }


def _f1(share: float | None) -> float | None:
    return None if share is None else 2 * share / (1 + share)


def averages(matrix: np.ndarray) -> dict[str, Interval]:
    """Accuracy, balanced accuracy, and precision, recall, F1 averaged over classes.

    `_macro` counts every class alike, `_weighted` by its rows. Classes that occur neither in the rows nor
    in the predictions are left out, as in scikit-learn.
    """
    total = int(matrix.sum())
    accuracy = wilson(int(np.trace(matrix)), total)
    if not total:
        names = ("balanced_accuracy", *(f"{m}_{a}" for a in ("macro", "weighted") for m in ("precision", "recall", "f1")))
        return {"accuracy": accuracy} | dict.fromkeys(names, accuracy)
    occurs = np.flatnonzero(matrix.sum(0) + matrix.sum(1))
    matrix = matrix[np.ix_(occurs, occurs)]
    rows, called, hits = matrix.sum(1), matrix.sum(0), np.diagonal(matrix)
    same, by_rows = np.full(len(occurs), 1 / len(occurs)), rows / total
    present = rows > 0
    recall, precision, joint = _shares(hits, rows), _shares(hits, called), _shares(hits, rows + called - hits)
    f1 = _f1s(joint[0]), _f1s(joint[1]), _f1s(joint[2])
    linked = _f1_correlation(matrix)
    return {
        "accuracy": accuracy,
        "balanced_accuracy": average_interval(*recall, weights=present / present.sum()),
        "precision_macro": average_interval(*precision, weights=same),
        "recall_macro": average_interval(*recall, weights=same),
        "f1_macro": average_interval(*f1, weights=same, correlation=linked),
        "precision_weighted": average_interval(*precision, weights=by_rows, variance=_spread(precision[0], by_rows, total)),
        "recall_weighted": accuracy,  # the same number: each row counts once
        "f1_weighted": average_interval(*f1, weights=by_rows, correlation=linked, variance=_spread(f1[0], by_rows, total)),
    }


def _f1s(shares: np.ndarray) -> np.ndarray:
    return 2 * shares / (1 + shares)


def _shares(hits: np.ndarray, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares with Wilson's limits, (k,) each; 0 without doubt where there is nothing to share."""
    low, high = wilson_limits(hits, totals)
    return hits / np.maximum(totals, 1), low, np.where(totals > 0, high, 0.0)


def _spread(values: np.ndarray, weights: np.ndarray, total: int) -> float:
    """Variance of a weighted average because the weights, the classes' shares of the rows, are a sample too."""
    return float(weights @ (values - weights @ values) ** 2) / total


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
