"""Influence: what each row adds to a metric of scores. The difference of two models' columns is the error of their difference.

A metric that is smooth in the data is, near the truth, a sum over rows (Hampel 1974). So one pass gives the standard
error of the paired difference of any two models, with no resampling, at ten million rows as at a hundred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.dataset.schema import Task
from core.evaluation.calibration import calibration, calibration_of, confidence
from core.evaluation.curves import Areas, areas, areas_of
from core.evaluation.predictions import Predictions
from core.evaluation.ranking import ranked

__all__ = ["AREAS", "MEANS", "SCORED", "Influence", "influence", "row_losses"]

MEANS = frozenset({"log_loss", "brier", "mae", "mape", "rmse", "r2"})  # decided by the mean of a loss of each row
AREAS = frozenset({"roc_auc", "average_precision", "roc_auc_weighted", "average_precision_weighted"})
SCORED = MEANS | AREAS | {"ece"}


@dataclass(frozen=True, eq=False)
class Influence:
    """A metric of one model as a sum over rows.

    Attributes:
        value: the metric.
        parts: (n,) what each row adds to its error; they sum to 0.
        groups: (n,) class numbers where rows are drawn within their class (ROC AUC), else None.
        freedom: how many rows the error itself comes from, less one.
    """

    value: float
    parts: np.ndarray
    groups: np.ndarray | None
    freedom: float


def influence(p: Predictions, metric: str) -> Influence | None:
    """The metric of one model and what each row adds to it.

    Args:
        p: judged rows only.
        metric: one of `SCORED` that belongs to the task.

    Returns:
        None where the metric is not defined for these rows.

    Example:
        >>> p = Predictions(Task.REGRESSION, (), np.arange(2), np.array([2, 2]), np.array([1.0, 2.0]), np.array([1.5, 3.0]))
        >>> found = influence(p, "mae")
        >>> found.value, found.parts.tolist()
        (0.75, [-0.125, 0.125])
    """
    if not len(p):
        return None
    if metric in AREAS:
        return _area(p, metric)
    if metric == "ece":
        return _calibration_error(p)
    if metric == "mape" and not np.abs(p.truth).min():
        return None
    losses = row_losses(p, metric)
    n, mean = len(losses), float(losses.mean())
    free = n - 1.0
    if metric == "r2":
        away = (p.truth - p.truth.mean()) ** 2
        spread = float(away.mean())
        return Influence(1 - mean / spread, (mean / spread * away - losses) / spread / n, None, free) if spread > 0 else None
    if metric == "rmse":
        root = math.sqrt(mean)
        return Influence(root, (losses - mean) / (2 * root * n) if root else np.zeros(n), None, free)
    return Influence(mean, (losses - mean) / n, None, free)


def row_losses(p: Predictions, metric: str) -> np.ndarray:
    """What each row costs, (n,), for the metrics of `MEANS`: two models have the same metric when these have the same mean.

    For RMSE and R² that is the squared error.
    """
    losses: np.ndarray
    if metric == "log_loss":
        tiny = float(np.finfo(np.float64).eps)
        losses = -np.log(np.clip(p.scores[np.arange(len(p)), p.truth], tiny, 1 - tiny))
    elif metric == "brier" and p.task is Task.BINARY:
        losses = (p.scores[:, 1] - p.truth) ** 2
    elif metric == "brier":
        losses = np.einsum("ij,ij->i", p.scores, p.scores) - 2 * p.scores[np.arange(len(p)), p.truth] + 1
    else:
        losses = np.abs(p.scores - p.truth)
        losses = losses / np.abs(p.truth) if metric == "mape" else losses if metric == "mae" else losses * losses
    return losses


def _area(p: Predictions, metric: str) -> Influence | None:
    """Area of class 1, or averaged over the classes that occur, alike or by their rows."""
    counts = np.bincount(p.truth, minlength=len(p.labels))
    kind, by_rows, n = metric.removesuffix("_weighted"), metric.endswith("_weighted"), len(p)
    numbers = (1,) if p.task is Task.BINARY else tuple(np.flatnonzero(counts).tolist())
    total, parts, weight, values = 0.0, np.zeros(n), 0.0, np.zeros(len(counts))
    for number in numbers:
        found = areas_of(ranked(p, 1)) if p.task is Task.BINARY else areas(p.truth == number, p.scores[:, number])
        if found is None:
            continue
        own = float(counts[number]) if by_rows else 1.0
        values[number], column = _of(found, kind)
        total, weight = total + own * values[number], weight + own
        parts += own * column
    if not weight:
        return None
    value, parts = float(total / weight), parts / weight
    rarest = float(counts[1] if p.task is Task.BINARY and kind == "average_precision" else counts[counts > 0].min())
    if by_rows:  # the weights are a sample too
        return Influence(value, parts + (values[p.truth] - value) / n, None, n - 1.0)
    return Influence(value, parts, p.truth if kind == "roc_auc" else None, rarest - 1)


def _of(found: Areas, kind: str) -> tuple[float, np.ndarray]:
    return (found.roc_auc, found.roc_parts) if kind == "roc_auc" else (found.average_precision, found.precision_parts)


def _calibration_error(p: Predictions) -> Influence | None:
    """Expected calibration error with its bins held still: each row pulls its bin's mean distance up or down.

    Where a bin is calibrated to a hair the true error is smaller than this one, so the interval is rather too wide.
    """
    if p.task is Task.BINARY:
        happened, said, found = p.truth == 1, p.scores[:, 1], calibration_of(ranked(p, 1))
    else:
        happened, said = confidence(p.truth, p.scores)
        found = calibration(happened, said)
    if found is None:
        return None
    side = np.sign(found.said - found.happened)[np.minimum(np.searchsorted(found.high, said), len(found.high) - 1)]
    return Influence(found.error, (side * (said - happened) - found.error) / len(p), None, len(p) - 1.0)
