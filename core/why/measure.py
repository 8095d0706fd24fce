"""What a model is worth on some rows, in one number, with what each row adds to its error.

Importance is a difference of two such numbers on the same rows, so its interval comes from the rows' own differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.dataset.schema import Task
from core.evaluation.curves import areas

__all__ = ["Measured", "measure", "metric_of"]

TINY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Measured:
    """A metric on some rows.

    Attributes:
        value: of the metric, turned so that more is better.
        parts: (n,) influence of each row on it; sums to about 0, and the root of its squared sum is the standard error.
    """

    value: float
    parts: np.ndarray


def metric_of(task: Task, truth: np.ndarray) -> str:
    """The metric that importance is measured by: ROC AUC for two classes, accuracy for more, RMSE for numbers.

    With two classes accuracy often does not move at all, because one of them is rare; ROC AUC sees every change of order.

    Example:
        >>> metric_of(Task.BINARY, np.array([0, 1])), metric_of(Task.BINARY, np.array([1, 1]))
        ('roc_auc', 'accuracy')
    """
    if task is Task.REGRESSION:
        return "rmse"
    return "roc_auc" if task is Task.BINARY and 0 < truth.sum() < len(truth) else "accuracy"


def measure(metric: str, truth: np.ndarray, scores: np.ndarray) -> Measured:
    """Measure answers.

    Args:
        metric: accuracy, roc_auc (two classes), log_loss or rmse.
        truth: (n,) class numbers or values.
        scores: (n, classes) probabilities or (n, 1) values.

    Returns:
        The metric; log loss and RMSE with a minus sign, so that more is always better. The influence functions are the
        row's own deviation for means, DeLong's components for ROC AUC (1988), and the delta method for RMSE.

    Example:
        >>> measure("rmse", np.array([0.0, 0.0]), np.array([[1.0], [1.0]])).value
        -1.0
    """
    n = len(truth)
    if metric == "roc_auc":
        found = areas(truth == 1, scores[:, 1])
        assert found is not None  # metric_of saw both classes
        return Measured(found.roc_auc, found.roc_parts)
    if metric == "rmse":
        squares = (scores[:, 0] - truth) ** 2
        root = float(np.sqrt(squares.mean()))
        return Measured(-root, -(squares - squares.mean()) / (2 * max(root, TINY) * n))
    if metric == "accuracy":
        chosen = scores[:, 1] >= 0.5 if scores.shape[1] == 2 else scores.argmax(axis=1)
        each = (chosen == truth).astype(float)
    else:
        each = np.log(np.clip(scores[np.arange(n), truth], TINY, 1 - TINY))
    return Measured(float(each.mean()), (each - each.mean()) / n)
