"""Slices: every metric, with its interval and its rows, for each part that a column cuts the judged rows into.

A model that is right in 90 of 100 rows may be right in 99 of 100 old customers and in 60 of 100 new ones. Each slice
is judged by `evaluate`, exactly as the whole is, so a number means the same in both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.dataset.schema import Part, Task
from core.evaluation.confusion import averages, class_shares, confusion_matrix
from core.evaluation.evaluate import evaluate
from core.evaluation.intervals import Interval
from core.evaluation.metrics import area_metrics, headline, log_loss, one_class_areas, regression_metrics
from core.evaluation.predictions import Predictions
from core.evaluation.ranking import ranked
from core.slices.grouping import Grouping

__all__ = ["Slice", "slices"]

AREAS: Final = frozenset({"roc_auc", "average_precision"})


@dataclass(frozen=True)
class Slice:
    """One part of the judged rows with the metrics of one model.

    Attributes:
        number: of the slice in its grouping.
        conditions: (column, label) for each column that cuts.
        rows: how many.
        metrics: as in `Evaluation`, by stable name.
    """

    number: int
    conditions: tuple[tuple[str, str], ...]
    rows: int
    metrics: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """As JSON; `conditions` column by column."""
        return {
            "conditions": [{"column": column, "is": label} for column, label in self.conditions], "rows": self.rows,
            "metrics": {name: interval.to_json() for name, interval in self.metrics.items()},
        }  # fmt: skip


def slices(predictions: Predictions, grouping: Grouping, metrics: Collection[str] | None = None) -> tuple[Slice, ...]:
    """Judge a model on each slice.

    Args:
        predictions: (n,) judged rows of one model, all of one part.
        grouping: of the same rows in the same order.
        metrics: stable names of those wanted at least, which is faster; default: all that `evaluate` gives.

    Returns:
        The slices that have rows, in the order of the grouping. Each interval stands for itself: of twenty slices
        one is expected to have its true value outside. `core.slices.search` corrects for looking at many.

    Example:
        >>> from core.slices.grouping import by_number
        >>> truth, scores = np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])
        >>> p = Predictions(Task.BINARY, ("no", "yes"), np.arange(2), np.full(2, 2), truth, scores)
        >>> [(s.conditions, s.metrics["accuracy"].value) for s in slices(p, by_number("age", np.array([20.0, 60.0])))]
        [((('age', '20'),), 1.0), ((('age', '60'),), 0.0)]
    """
    order = np.argsort(grouping.codes, kind="stable")  # one sort, then every slice is a stretch of it
    ends = np.cumsum(grouping.counts)
    found = []
    for number, (end, rows) in enumerate(zip(ends, grouping.counts, strict=True)):
        if rows:
            judged = _judged(predictions.take(order[end - rows : end]), metrics)
            first = headline(predictions.task)
            ordered = ({first: judged[first]} if first in judged else {}) | judged
            found.append(Slice(number, grouping.conditions(number), int(rows), ordered))
    return tuple(found)


def _judged(part: Predictions, wanted: Collection[str] | None) -> dict[str, Interval]:
    """The metrics wanted, with as little work as they need: a page that asks for one redraws at once."""
    if wanted is not None and not part.task.is_classification:
        return regression_metrics(part.truth, part.scores)
    found: dict[str, Interval] = {}
    for name in wanted or () if part.task is not Task.MANY_LABELS else ():
        if name not in found:
            found |= _areas(part) if name in AREAS else {name: log_loss(part.truth, part.scores)} if name == "log_loss" else _counted(part)
    known = wanted is not None and all(name in found for name in wanted)
    return found if known else evaluate(part, list(Part)[int(part.parts[0])]).metrics


def _counted(part: Predictions) -> dict[str, Interval]:
    """Everything that the confusion matrix decides."""
    matrix = confusion_matrix(part.truth, part.decisions(), len(part.labels))
    return averages(matrix) | (class_shares(matrix, 1) if part.task is Task.BINARY else {})


def _areas(part: Predictions) -> dict[str, Interval]:
    if part.task is Task.BINARY:
        return one_class_areas(ranked(part, 1))
    return area_metrics(part.truth, part.scores, tuple(range(len(part.labels))))[0]
