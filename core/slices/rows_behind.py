"""Rows behind a number: from a cell, a bin, a threshold or a slice back to the rows of the dataset.

A number says how often a model is wrong; the rows say how. First stand the rows that the models disagree about,
because there one of them knows what the other does not; within these, the worst first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.errors import NotFound
from core.evaluation.compare import Comparison, Judged
from core.evaluation.predictions import Predictions

__all__ = ["AtThreshold", "Behind", "Bin", "Cell", "Disagree", "InSlice", "Where", "Wrong", "rows_behind", "where_of"]

FAR: Final = 1.0  # predictions of numbers further apart than so many times the model's RMSE disagree


@dataclass(frozen=True)
class Cell:
    """One cell of the confusion matrix: rows of class `truth` that the model called `called`."""

    truth: int
    called: int


@dataclass(frozen=True)
class Bin:
    """Rows whose score of a class, or whose predicted value, lies from `low` up to `high` (both included).

    Attributes:
        low, high: of the score, 0 to 1; for numbers in the target's unit.
        label: number of the class; default: the second one, of a binary task the one that is looked for.
    """

    low: float
    high: float
    label: int = 1


@dataclass(frozen=True)
class AtThreshold:
    """Rows decided wrongly when every score of a class from `threshold` on counts as that class."""

    threshold: float
    label: int = 1


@dataclass(frozen=True, eq=False)
class InSlice:
    """Rows of a slice.

    Attributes:
        member: (n,) bool for the judged rows, in the order of the comparison's predictions.
        wrong: only those that the model has wrong.
    """

    member: np.ndarray
    wrong: bool = False


@dataclass(frozen=True)
class Disagree:
    """Rows that this model and another decide differently; without `other`, any other model."""

    other: str | None = None


@dataclass(frozen=True)
class Wrong:
    """All rows that the model has wrong; of numbers, all rows, since none is exactly right."""


Where = Cell | Bin | AtThreshold | InSlice | Disagree | Wrong


@dataclass(frozen=True, eq=False)
class Behind:
    """The rows that were asked for, in the order to be shown.

    Attributes:
        rows: (m,) int64 rows of the dataset, from 0.
        positions: (m,) int64 places of the same rows in the comparison's predictions.
        disagree: (m,) bool: another model decides differently, or predicts a value far from it.
        loss: (m,) float64 how wrong: 1 less the score of the true class, or the absolute error.
        total: rows that the place has; m is at most the limit.
        disagreeing: of them, those that the models disagree about.
    """

    rows: np.ndarray
    positions: np.ndarray
    disagree: np.ndarray
    loss: np.ndarray
    total: int
    disagreeing: int


def rows_behind(comparison: Comparison, model_id: str, where: Where, limit: int = 24) -> Behind:
    """Find the rows behind a number of one model.

    Args:
        comparison: of one or more models.
        model_id: whose number it is.
        where: which number.
        limit: rows wanted at most, 1 or more.

    Returns:
        Rows that the models disagree about first, and within these the worst first.

    Raises:
        NotFound: no such model, or no such class.

    Example:
        >>> from core.dataset.schema import Task
        >>> from core.evaluation.compare import Model, compare
        >>> truth, scores = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2]])
        >>> p = Predictions(Task.BINARY, ("no", "yes"), np.array([5, 6, 7]), np.full(3, 2), truth, scores)
        >>> rows_behind(compare([Model("a", "A", p)]), "a", Cell(1, 0)).rows.tolist()
        [7, 6]
    """
    one = _model(comparison, model_id)
    ours = one.model.predictions
    member = _member(ours, where, comparison, model_id)
    places = np.flatnonzero(member)
    loss = _loss(ours, places)
    rivals = _rivals(comparison, model_id, where.other if isinstance(where, Disagree) else None)
    apart = _apart(ours, [rival.model.predictions for rival in rivals], places)
    order = _worst(loss, apart, limit)
    return Behind(ours.rows[places[order]], places[order], apart[order], loss[order], len(places), int(apart.sum()))


def where_of(custom: Sequence[Any]) -> tuple[str, Where] | None:
    """What a clicked point of a chart stands for.

    Args:
        custom: the point's `customdata`: a kind, its numbers, and last the id of the model:
            ["cell", truth, called, id], ["bin", low, high, id], ["bin", low, high, label, id],
            ["threshold", t, id] or ["threshold", t, label, id]. It comes from a browser.

    Returns:
        The id of the model and the place; None where it is none of these.

    Example:
        >>> where_of(["cell", 1, 0, "r1"])
        ('r1', Cell(truth=1, called=0))
    """
    if not isinstance(custom, list | tuple) or len(custom) < 3 or not isinstance(custom[-1], str):
        return None
    kind, *numbers, model = custom
    if any(isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) for value in numbers):
        return None
    match kind, numbers:
        case "cell", [truth, called]:
            return model, Cell(int(truth), int(called))
        case "bin", [low, high]:
            return model, Bin(float(low), float(high))
        case "bin", [low, high, label]:
            return model, Bin(float(low), float(high), int(label))
        case "threshold", [threshold]:
            return model, AtThreshold(float(threshold))
        case "threshold", [threshold, label]:
            return model, AtThreshold(float(threshold), int(label))
    return None


def _model(comparison: Comparison, model_id: str) -> Judged:
    for one in comparison.models:
        if one.model.id == model_id:
            return one
    raise NotFound(f"There is no model {model_id[:80]!r} in this comparison. Choose one of those that are shown.")


def _member(p: Predictions, where: Where, comparison: Comparison, model_id: str) -> np.ndarray:
    """(n,) bool: which judged rows lie there."""
    if isinstance(where, InSlice):
        return np.asarray(where.member & _wrong(p)) if where.wrong else where.member
    if isinstance(where, Wrong):
        return _wrong(p)
    if isinstance(where, Disagree):
        return _apart(p, [one.model.predictions for one in _rivals(comparison, model_id, where.other)], np.arange(len(p)))
    if isinstance(where, Cell):
        _class(p, where.truth), _class(p, where.called)
        return np.asarray((p.truth == where.truth) & (p.decisions() == where.called))
    score = p.scores if isinstance(where, Bin) and not p.task.is_classification else p.scores[:, _class(p, where.label)]
    if isinstance(where, Bin):
        return np.asarray((score >= where.low) & (score <= where.high))
    return np.asarray((score >= where.threshold) != (p.truth == where.label))


def _class(p: Predictions, number: int) -> int:
    if not p.task.is_classification:
        raise NotFound("These models predict a number and have no classes. Ask for a range of predicted values.")
    if not 0 <= number < len(p.labels):
        raise NotFound(f"These models have no class number {number}; expected 0 to {len(p.labels) - 1}. Click another place of the chart.")
    return number


def _wrong(p: Predictions) -> np.ndarray:
    return np.asarray(p.decisions() != p.truth) if p.task.is_classification else np.ones(len(p), bool)


def _loss(p: Predictions, places: np.ndarray) -> np.ndarray:
    if p.task.is_classification:
        return np.asarray(1 - p.scores[places, p.truth[places]])
    return np.asarray(np.abs(p.scores[places] - p.truth[places]))


def _rivals(comparison: Comparison, model_id: str, other: str | None) -> list[Judged]:
    """The models to disagree with: the one named, else the other runs, else the baselines."""
    if other is not None:
        return [_model(comparison, other)]
    others = [one for one in comparison.models if one.model.id != model_id]
    return [one for one in others if one.model.kind == "run"] or others


def _apart(ours: Predictions, rivals: Sequence[Predictions], places: np.ndarray) -> np.ndarray:
    """(m,) bool: at least one rival decides differently, or predicts a value that is far away."""
    apart = np.zeros(len(places), bool)
    if ours.task.is_classification:
        mine = ours.decisions()[places]
        for rival in rivals:
            apart |= rival.decisions()[places] != mine
        return apart
    far = FAR * float(np.sqrt(((ours.scores - ours.truth) ** 2).mean())) if len(ours) else 0.0
    for rival in rivals:
        apart |= np.abs(rival.scores[places] - ours.scores[places]) > far
    return apart


def _worst(loss: np.ndarray, apart: np.ndarray, limit: int) -> np.ndarray:
    """Places of the first `limit` rows, without sorting all of them: ten million rows take a moment."""
    found = np.zeros(0, np.int64)
    for group in (np.flatnonzero(apart), np.flatnonzero(~apart)):
        left = limit - len(found)
        values = -loss[group]
        if len(group) > left > 0:
            near = np.flatnonzero(values <= np.partition(values, left - 1)[left - 1])
            group, values = group[near], values[near]
        found = np.r_[found, group[np.argsort(values, kind="stable")][: max(left, 0)]]
    return found
