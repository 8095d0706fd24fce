"""The metrics that need scores: areas, log loss, and the errors of a regression.

Each returns an Interval. Names are stable: the command line, the pages and the exports use them as keys.
"""

from __future__ import annotations

import math

import numpy as np

from core.dataset.schema import Task
from core.evaluation.curves import Areas, areas
from core.evaluation.intervals import Interval, logit_interval, mean_interval, median_interval, student_t

__all__ = ["METRICS", "area_metrics", "headline", "higher_is_better", "log_loss", "regression_metrics"]

METRICS: dict[str, str] = {
    "accuracy": "Accuracy: share of rows that are right.",
    "balanced_accuracy": "Balanced accuracy: accuracy when every class counts alike.",
    "precision": "Precision: of the rows called so, the share that are so.",
    "recall": "Recall: of the rows that are so, the share that was found.",
    "f1": "F1: precision and recall in one number (harmonic mean).",
    "precision_macro": "Precision, averaged over classes.",
    "recall_macro": "Recall, averaged over classes.",
    "f1_macro": "F1, averaged over classes.",
    "precision_weighted": "Precision, averaged over classes by their rows.",
    "recall_weighted": "Recall, averaged over classes by their rows.",
    "f1_weighted": "F1, averaged over classes by their rows.",
    "roc_auc": "ROC AUC: how often a row of the class scores above one of the others; 0.5 is a coin.",
    "average_precision": "Average precision: precision over all thresholds, weighted by what each one finds.",
    "log_loss": "Log loss: how surprised the model is by the truth; 0 is never, lower is better.",
    "rmse": "RMSE: typical error in the target's unit; large errors weigh more.",
    "mae": "MAE: mean error in the target's unit.",
    "r2": "R²: share of the variation that is explained; 0 is as good as the mean.",
    "median_absolute_error": "Median error: half of the rows are off by less.",
}
LOWER_IS_BETTER = frozenset({"log_loss", "rmse", "mae", "median_absolute_error"})
NOTHING_TO_RANK = "The judged rows are all of one class, so there is nothing to rank."


def headline(task: Task) -> str:
    """The metric that stands first for a task: accuracy for two or more classes, RMSE for numbers.

    Example:
        >>> headline(Task.REGRESSION)
        'rmse'
    """
    return "accuracy" if task.is_classification else "rmse"


def higher_is_better(metric: str) -> bool:
    """Whether more of the metric is better."""
    return metric not in LOWER_IS_BETTER


def area_metrics(truth: np.ndarray, scores: np.ndarray, positives: tuple[int, ...]) -> tuple[dict[str, Interval], dict[int, dict[str, Interval]]]:
    """ROC AUC and average precision: one class against the rest, and averaged over classes.

    The error of an average is taken from the rows' summed shares in it, so that it knows how the classes
    hang together. For two classes it is DeLong's.

    Args:
        truth: (n,) class numbers.
        scores: (n, classes).
        positives: classes to judge: (1,) for a binary task, all for more classes.

    Returns:
        The averages over the classes that occur, and the same for each class of `positives`.
    """
    roc, precision = np.zeros(len(truth)), np.zeros(len(truth))
    each: dict[int, dict[str, Interval]] = {}
    counts = np.bincount(truth, minlength=scores.shape[1])
    values: list[tuple[float, float]] = []
    lone = 0.0  # variance of classes with a single row, which cannot show it
    for number in positives:
        found = areas(truth == number, scores[:, number])
        if found is None:
            each[number] = dict.fromkeys(("roc_auc", "average_precision"), Interval.undefined(NOTHING_TO_RANK))
            continue
        roc += found.roc_parts
        precision += found.precision_parts
        values.append((found.roc_auc, found.average_precision))
        lone += found.roc_auc * (1 - found.roc_auc) if counts[number] == 1 else 0.0
        each[number] = _one_class(found, truth == number)
    if not values:
        return dict.fromkeys(("roc_auc", "average_precision"), Interval.undefined(NOTHING_TO_RANK)), each
    if len(positives) == 1:
        return each[positives[0]], each
    k, smallest = len(values), int(counts[counts > 0].min())
    auc, ap = (float(np.mean(column)) for column in zip(*values, strict=True))
    error = math.sqrt(_within(roc, truth, scores.shape[1]) + lone) / k
    return {
        "roc_auc": logit_interval(auc, error, smallest, len(truth) / k),
        "average_precision": logit_interval(ap, _norm(precision) / k, smallest, len(truth) / k),
    }, each


def _one_class(found: Areas, positive: np.ndarray) -> dict[str, Interval]:
    """Intervals of both areas: DeLong's variance, with five rows' weight of the usual one where rows are few.

    With few positives an area that is high by luck also has a variance that is small by luck. The usual
    variance is Hanley and McNeil's (1982) in Newcombe's form (2006, method 5), which depends on the area only.
    """
    count = int(positive.sum())
    rest = len(positive) - count
    area, rarer = found.roc_auc, min(count, rest)
    variance = _within(found.roc_parts, positive, 2)
    middle = (count + rest) / 2 - 1
    usual = area * (1 - area) * (1 + middle * ((1 - area) / (2 - area) + area / (1 + area))) / (count * rest)
    blended = max(variance, (rarer * variance + 5 * usual) / (rarer + 5)) if variance else 0.0
    return {
        "roc_auc": logit_interval(area, math.sqrt(blended), rarer, rarer),
        "average_precision": logit_interval(found.average_precision, _norm(found.precision_parts), count, count),
    }


def _within(parts: np.ndarray, groups: np.ndarray, classes: int) -> float:
    """Variance of a sum of parts when rows are drawn within their class, n/(n-1) corrected."""
    numbers = groups.astype(np.int64)
    n = np.bincount(numbers, minlength=classes)
    means = np.bincount(numbers, parts, minlength=classes) / np.maximum(n, 1)
    squares = np.bincount(numbers, (parts - means[numbers]) ** 2, minlength=classes)
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


def regression_metrics(truth: np.ndarray, values: np.ndarray) -> dict[str, Interval]:
    """RMSE, MAE, R² and median absolute error.

    Args:
        truth: (n,) true values.
        values: (n,) predicted values, in the same unit.
    """
    errors = np.abs(values - truth)
    unit = float(errors.max(initial=0.0)) or 1.0  # squares of very large or very small errors must not run over
    squared = mean_interval((errors / unit) ** 2)
    return {
        "rmse": Interval(_root(squared.value, unit), _root(squared.low, unit), _root(squared.high, unit), squared.reason),
        "mae": mean_interval(errors),
        "r2": _r2(truth, values),
        "median_absolute_error": median_interval(errors),
    }


def _root(value: float | None, unit: float) -> float | None:
    return None if value is None else math.sqrt(value) * unit


def _r2(truth: np.ndarray, values: np.ndarray) -> Interval:
    """R² with an interval by the delta method on log(1 - R²), which has no upper end to run into."""
    n = len(truth)
    away = truth - truth.mean() if n else truth
    unit = float(np.abs(away).max(initial=0.0))
    if n < 2 or float(truth.max()) == float(truth.min()) or not unit:
        return Interval.undefined("The true values of the judged rows are all the same, so there is no variation to explain.")
    squares, spread = ((values - truth) / unit) ** 2, (away / unit) ** 2
    left = float(squares.sum() / spread.sum())
    if left < 1e-24:
        return Interval(1.0, None, None, "Every row is predicted exactly, so the rows cannot tell how far off this is.")
    parts = squares / squares.mean() - spread / spread.mean()
    reach = student_t(n - 1) * math.sqrt(float((parts * parts).sum()) / (n - 1) / n)
    return Interval(1 - left, 1 - left * math.exp(min(reach, 700.0)), 1 - left * math.exp(-reach))
