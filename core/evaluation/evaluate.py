"""Evaluation: everything we say about one model on one part of the data, as plain numbers.

Made once, when a run ends, and stored as `evaluation.json`; pages, command line and exports only read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.dataset.schema import Part, Task
from core.evaluation.calibration import Calibration, brier, calibration, calibration_error, calibration_of, confidence
from core.evaluation.confusion import averages, class_shares, confusion_matrix
from core.evaluation.intervals import Interval
from core.evaluation.many_labels import judge_many_labels
from core.evaluation.metrics import (
    area_metrics,
    average_precision,
    headline,
    log_loss,
    one_class_areas,
    regression_metrics,
)
from core.evaluation.predictions import Predictions
from core.evaluation.ranking import ranked

__all__ = ["Evaluation", "evaluate", "headline"]

DENSE_CLASSES = 50  # with more, JSON holds only the cells of the confusion matrix that are not 0


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Metrics of one model on one part of the data.

    Attributes:
        task: of the model.
        labels: classes in the order of their numbers; empty for regression.
        part: which rows were judged.
        rows: how many.
        metrics: by stable name (`core.evaluation.metrics.METRICS`); averages over classes included.
        per_class: class or label → precision, recall, specificity, f1, roc_auc, average_precision.
        class_rows: class or label → judged rows of it.
        confusion: (classes, classes) int64, truth down and prediction across; None for regression and many labels.
    """

    task: Task
    labels: tuple[str, ...]
    part: Part
    rows: int
    metrics: dict[str, Interval]
    per_class: dict[str, dict[str, Interval]] = field(default_factory=dict)
    class_rows: dict[str, int] = field(default_factory=dict)
    confusion: np.ndarray | None = None

    @property
    def headline(self) -> Interval:
        """The metric that stands first (`headline(task)`)."""
        return self.metrics[headline(self.task)]

    def to_json(self) -> dict[str, Any]:
        """A JSON document without NaN; `from_json` reads it back."""
        return {
            "task": self.task.value, "labels": list(self.labels), "part": self.part.value, "rows": self.rows,
            "metrics": _intervals(self.metrics),
            "per_class": {label: _intervals(metrics) for label, metrics in self.per_class.items()},
            "class_rows": self.class_rows,
            "confusion": _confusion_json(self.confusion),
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Evaluation:
        """The inverse of `to_json`."""
        labels = tuple(value["labels"])
        return cls(
            Task(value["task"]), labels, Part(value["part"]), value["rows"], _read(value["metrics"]),
            {label: _read(metrics) for label, metrics in value["per_class"].items()},
            dict(value["class_rows"]), _confusion(value["confusion"], len(labels)),
        )  # fmt: skip


def evaluate(predictions: Predictions, part: Part = Part.TEST) -> Evaluation:
    """Judge a model on one part of the data.

    Args:
        predictions: of one model; rows of other parts are ignored.
        part: which rows to judge; default: the sealed test rows.

    Returns:
        All metrics of the task with 95 % intervals. What cannot be computed (a class without rows,
        a constant target, no rows at all) has the value None and says why.

    Example:
        >>> truth, scores = np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]])
        >>> p = Predictions(Task.BINARY, ("no", "yes"), np.arange(2), np.array([2, 2]), truth, scores)
        >>> evaluate(p).metrics["accuracy"].value
        1.0
    """
    judged = predictions.of(part)
    if not judged.task.is_classification:
        return Evaluation(judged.task, (), part, len(judged), regression_metrics(judged.truth, judged.scores))
    if judged.task is Task.MANY_LABELS:
        metrics, by_label = judge_many_labels(judged)
        return Evaluation(judged.task, judged.labels, part, len(judged), metrics, by_label, dict(zip(judged.labels, judged.truth.sum(0, dtype=int).tolist(), strict=True)))
    matrix = confusion_matrix(judged.truth, judged.decisions(), len(judged.labels))
    binary = judged.task is Task.BINARY
    shares = [class_shares(matrix, number) for number in range(len(judged.labels))]
    metrics = averages(matrix)
    if binary:
        metrics |= {name: shares[1][name] for name in ("precision", "recall", "specificity", "f1")}
        overall, each, said = _two_classes(judged)
    else:
        overall, each = area_metrics(judged.truth, judged.scores, tuple(range(len(judged.labels))))
        said = calibration(*confidence(judged.truth, judged.scores))
    metrics |= overall | {"log_loss": log_loss(judged.truth, judged.scores)}
    metrics |= {"brier": brier(judged.truth, judged.scores), "ece": calibration_error(said)}
    return Evaluation(
        judged.task, judged.labels, part, len(judged), metrics,
        {label: shares[number] | each[number] for number, label in enumerate(judged.labels)},
        dict(zip(judged.labels, matrix.sum(1).tolist(), strict=True)), matrix,
    )  # fmt: skip


def _two_classes(judged: Predictions) -> tuple[dict[str, Interval], dict[int, dict[str, Interval]], Calibration | None]:
    """Areas of both classes and calibration, from one sort: the ranking of one class is that of the other, upside down."""
    ranks = ranked(judged, 1)
    found = one_class_areas(ranks)
    other = found | {"average_precision": average_precision(ranks.mirrored())}  # ROC AUC is the same for both
    return found, {0: other, 1: found}, calibration_of(ranks)


def _intervals(metrics: dict[str, Interval]) -> dict[str, Any]:
    return {name: interval.to_json() for name, interval in metrics.items()}


def _read(metrics: dict[str, Any]) -> dict[str, Interval]:
    return {name: Interval.from_json(value) for name, value in metrics.items()}


def _confusion_json(matrix: np.ndarray | None) -> Any:
    if matrix is None or len(matrix) <= DENSE_CLASSES:
        return None if matrix is None else matrix.tolist()
    truth, predicted = np.nonzero(matrix)
    return {"cells": np.c_[truth, predicted, matrix[truth, predicted]].tolist()}  # truth, prediction, rows


def _confusion(value: Any, classes: int) -> np.ndarray | None:
    if value is None:
        return None
    if isinstance(value, list):
        return np.array(value, np.int64).reshape(classes, classes)
    matrix = np.zeros((classes, classes), np.int64)
    for truth, predicted, rows in value["cells"]:
        matrix[truth, predicted] = rows
    return matrix
