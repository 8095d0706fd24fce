"""Joint table: how often two models called a row of each class what. All that a metric of decisions can depend on.

Ten million rows become a few cells, so a difference of any such metric, with its error, costs one count. The error
comes from the metric's gradient in the cells (delta method on multinomial counts); one row of each kind of disagreement,
shared by the classes, is added first, as Bonett and Price (2012) do for accuracy, because a table without
disagreement would otherwise look certain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["DECIDED", "Joint", "decided", "decided_gap", "joint_table"]

DENSE_CELLS = 4_000_000
FEW_CALLS, FEWEST_CALLS = 10, 3
DECIDED = frozenset({
    "accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "mcc",
    *(f"{metric}_{average}" for metric in ("precision", "recall", "specificity", "f1") for average in ("macro", "weighted")),
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Joint:
    """Occupied cells of the table truth × ours × theirs.

    Attributes:
        classes: how many there are.
        truth, ours, theirs: (m,) class numbers of each cell.
        rows: (m,) how many rows are in it.
    """

    classes: int
    truth: np.ndarray
    ours: np.ndarray
    theirs: np.ndarray
    rows: np.ndarray

    def matrix(self, called: np.ndarray) -> np.ndarray:
        """Confusion matrix of one of the models, (classes, classes) float: truth down, call across."""
        flat = np.bincount(self.truth * self.classes + called, self.rows, minlength=self.classes**2)
        return flat.reshape(self.classes, self.classes)

    def of_class(self, number: int, *, rest: bool = False) -> tuple[int, int, int]:
        """Among the rows of one class (or of the rest): wins, losses and rows, where being right is calling it so (or not so)."""
        inside = (self.truth == number) != rest
        ours, theirs = (self.ours == number) != rest, (self.theirs == number) != rest
        return int(self.rows[inside & ours & ~theirs].sum()), int(self.rows[inside & theirs & ~ours].sum()), int(self.rows[inside].sum())

    def right(self) -> tuple[int, int, int]:
        """Rows that only ours gets right, that only theirs gets right, and all rows."""
        ours, theirs = self.ours == self.truth, self.theirs == self.truth
        return int(self.rows[ours & ~theirs].sum()), int(self.rows[theirs & ~ours].sum()), int(self.rows.sum())


def joint_table(truth: np.ndarray, ours: np.ndarray, theirs: np.ndarray, classes: int) -> Joint:
    """Count rows by truth and both decisions.

    Args:
        truth, ours, theirs: (n,) class numbers.
        classes: how many there are.

    Example:
        >>> joint_table(np.array([0, 1, 1]), np.array([0, 1, 0]), np.array([0, 0, 0]), 2).rows.tolist()
        [1, 1, 1]
    """
    code = (truth * classes + ours) * classes + theirs
    if classes**3 <= DENSE_CELLS:
        counts = np.bincount(code, minlength=classes**3)
        cells = np.flatnonzero(counts)
        rows = counts[cells]
    else:
        cells, rows = np.unique(code, return_counts=True)
    return Joint(classes, cells // classes**2, cells // classes % classes, cells % classes, rows)


def decided_gap(table: Joint, metric: str) -> tuple[float | None, float, float]:
    """The difference of a metric of decisions.

    Args:
        table: of both models.
        metric: one of `DECIDED`.

    Returns:
        Ours less theirs as measured (None where one of them is not defined), then middle and standard error of
        the table with the added rows. The error is NaN where no interval would hold: macro precision with a class that
        occurs and that one of the models calls under three times.
    """
    first, second = decided(table.matrix(table.ours), metric)[0], decided(table.matrix(table.theirs), metric)[0]
    padded = _padded(table, metric)
    (mine, by_mine), (other, by_other) = decided(padded.matrix(padded.ours), metric), decided(padded.matrix(padded.theirs), metric)
    parts = by_mine[padded.truth, padded.ours] - by_other[padded.truth, padded.theirs]
    total = float(padded.rows.sum())
    moved = float((padded.rows * parts).sum())
    error = math.sqrt(max(0.0, float((padded.rows * parts * parts).sum()) - moved * moved / total))
    value = None if math.isnan(first) or math.isnan(second) else first - second
    if metric == "precision_macro" and value is not None and table.classes > 1 and (fewest := _fewest_calls(table)) < FEW_CALLS:
        drawn = _few_calls(table)
        return (value, drawn[0], max(error, drawn[1])) if fewest >= FEWEST_CALLS else (value, value, math.nan)
    return value, mine - other, error


def _fewest_calls(table: Joint) -> int:
    """Calls of the class that one of the models calls least, among those that occur."""
    occurs = np.unique(np.r_[table.truth, table.ours, table.theirs])
    return int(min(np.bincount(called, table.rows, minlength=table.classes)[occurs].min() for called in (table.ours, table.theirs)))


def _few_calls(table: Joint) -> tuple[float, float]:
    """Middle and standard error of macro precision where a class is called a handful of times.

    There precision jumps where a gradient would glide: three calls, all right, look certain. So each class's precision
    is drawn towards the model's accuracy by one row (a Beta prior, as Agresti and Coull 1998 do for one share), and
    the variance is that of the rows, which knows what both models call alike, and what the prior's leaves beside it.
    """
    classes, parts, middle, unseen = table.classes, np.zeros(len(table.rows)), 0.0, 0.0
    occurs = np.unique(np.r_[table.truth, table.ours, table.theirs])
    for sign, called in ((1, table.ours), (-1, table.theirs)):
        calls = np.bincount(called, table.rows, minlength=classes)
        hits = np.bincount(called, table.rows * (called == table.truth), minlength=classes)
        drawn = (hits + hits.sum() / calls.sum()) / (calls + 1)
        middle += sign * float(drawn[occurs].mean())
        parts += sign * ((called == table.truth) - drawn[called]) / (calls[called] + 1) / len(occurs)
        spread = (drawn * (1 - drawn))[occurs]
        unseen += float((spread / (calls[occurs] + 2) - calls[occurs] * spread / (calls[occurs] + 1) ** 2).clip(0).sum()) / len(occurs) ** 2
    return middle, math.sqrt(float((table.rows * parts * parts).sum()) + unseen)


def _padded(table: Joint, metric: str) -> Joint:
    """The table with a little of each kind of disagreement in every class that has rows.

    One row a kind in all, as Bonett and Price have it: shared by the classes alike, or by their shares where rows
    count alike (`_weighted`, accuracy, MCC). The wrong call is the one that the models make most often for that class.
    """
    in_class = np.bincount(table.truth, table.rows, minlength=table.classes)
    numbers = np.flatnonzero(in_class)
    mixed = table.matrix(table.ours) + table.matrix(table.theirs)
    np.fill_diagonal(mixed, -1.0)
    wrong = mixed.argmax(1)[numbers] if table.classes > 1 else numbers
    alike = metric.endswith("_weighted") or metric in ("accuracy", "mcc")
    weight = in_class[numbers] / in_class.sum() if alike else np.full(len(numbers), 1 / max(len(numbers), 2))
    return Joint(
        table.classes, np.r_[table.truth, numbers, numbers], np.r_[table.ours, numbers, wrong],
        np.r_[table.theirs, wrong, numbers], np.r_[table.rows, weight, weight],
    )  # fmt: skip


def decided(matrix: np.ndarray, metric: str) -> tuple[float, np.ndarray]:
    """A metric of decisions and its gradient in the counts.

    Args:
        matrix: (k, k) counts, truth down and call across; may hold fractions.
        metric: one of `DECIDED`; without an average (`precision`, `recall`, `specificity`, `f1`) of class 1.

    Returns:
        The value (NaN where it is not defined) and the (k, k) gradient, whose product with the counts is 0.

    Example:
        >>> value, gradient = decided(np.array([[50.0, 10.0], [5.0, 35.0]]), "recall")
        >>> value, round(float((gradient * np.array([[50.0, 10.0], [5.0, 35.0]])).sum()) + 1, 9)
        (0.875, 1.0)
    """
    total = float(matrix.sum())
    if metric in ("accuracy", "recall_weighted"):
        value = float(np.trace(matrix)) / total
        return value, (np.eye(len(matrix)) - value) / total
    if metric == "mcc":
        return _mcc(matrix)
    of, _, average = ("recall", "", "seen") if metric == "balanced_accuracy" else metric.partition("_")
    rows, called = matrix.sum(1), matrix.sum(0)
    occurs = (rows > 0) if average == "seen" else (rows + called) > 0
    weights = {
        "": (np.arange(len(rows)) == 1).astype(float), "weighted": rows / total,
        "macro": occurs / max(occurs.sum(), 1), "seen": occurs / max(occurs.sum(), 1),
    }[average]  # fmt: skip
    values, gradient = {"recall": _recall, "precision": _precision, "f1": _f1, "specificity": _specificity}[of](matrix, rows, called, weights)
    value = float(weights @ np.nan_to_num(values)) if average else float(values[1])
    if average == "weighted":  # the weights are counts too
        gradient = gradient + (np.nan_to_num(values)[:, None] - value) / total
    return value, gradient


Found = tuple[np.ndarray, np.ndarray]


def _share(hits: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares (NaN of nothing), and one over the totals (0 of nothing)."""
    over = np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)
    return np.where(total > 0, hits * over, np.nan), over


def _recall(matrix: np.ndarray, rows: np.ndarray, called: np.ndarray, weights: np.ndarray) -> Found:
    values, over = _share(np.diagonal(matrix), rows)
    pull = weights * over
    return values, np.diag(pull) - (pull * np.nan_to_num(values))[:, None]


def _precision(matrix: np.ndarray, rows: np.ndarray, called: np.ndarray, weights: np.ndarray) -> Found:
    values, over = _share(np.diagonal(matrix), called)
    pull = weights * over
    return values, np.diag(pull) - (pull * np.nan_to_num(values))[None, :]


def _f1(matrix: np.ndarray, rows: np.ndarray, called: np.ndarray, weights: np.ndarray) -> Found:
    values, over = _share(2 * np.diagonal(matrix), rows + called)
    pull = weights * over
    each = pull * np.nan_to_num(values)
    return values, 2 * np.diag(pull) - each[:, None] - each[None, :]


def _specificity(matrix: np.ndarray, rows: np.ndarray, called: np.ndarray, weights: np.ndarray) -> Found:
    total = float(matrix.sum())
    values, over = _share(total - rows - called + np.diagonal(matrix), total - rows)
    pull = weights * over
    rises = pull * (1 - np.nan_to_num(values))
    return values, rises.sum() - rises[:, None] - pull[None, :] * (1 - np.eye(len(rows)))


def _mcc(matrix: np.ndarray) -> tuple[float, np.ndarray]:
    """Matthews' correlation of truth and call for any number of classes (Gorodkin 2004); 0 where all calls are of one class; not defined where all rows are."""
    share = matrix / matrix.sum()  # of 1, so that the squares of many rows do not run over
    rows, called = share.sum(1), share.sum(0)
    together = float(np.trace(share)) - float(rows @ called)
    of_truth, of_calls = 1 - float(rows @ rows), 1 - float(called @ called)
    scale = of_truth * of_calls
    if scale <= 0:
        return (math.nan if of_truth <= 0 else 0.0), np.zeros_like(share)
    moved = np.eye(len(share)) + np.trace(share) - rows[None, :] - called[:, None]
    spread = (2 - 2 * rows)[:, None] * of_calls + (2 - 2 * called)[None, :] * of_truth
    gradient = moved / math.sqrt(scale) - together / 2 * scale**-1.5 * spread
    # homogeneous of degree 0 once written in counts: take out what only grows the total
    return together / math.sqrt(scale), (gradient - float((gradient * share).sum())) / float(matrix.sum())
