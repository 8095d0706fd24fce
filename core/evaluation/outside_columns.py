"""Which column of a file of predictions is what: row id, truth, part, scores, and the rest to cut the rows by.

A file that another team or a vendor sends has names of its own. What can be told from names and content is told;
where two readings are possible, the file is refused with a sentence that says how to name the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from core.dataset.schema import Task
from core.errors import BadFile
from core.language import _

__all__ = ["IDS", "PARTS", "PREFIX", "TRUTHS", "Roles", "is_number", "named_column", "numbers_of", "roles_of", "sorted_labels"]

IDS: Final = ("row id", "row_id", "rowid", "row", "id", "index")
TRUTHS: Final = ("truth", "y_true", "actual", "label", "target", "true", "ground_truth", "answer")
PARTS: Final = ("part", "split", "set")
VALUES: Final = ("prediction", "predicted", "y_pred", "score", "value", "forecast")
PREFIX: Final = "score:"
SUM_OFF: Final = 0.02  # probabilities that were rounded to two digits add up to 1 so closely
MOST_CLASSES: Final = 1_000


@dataclass(frozen=True)
class Roles:
    """What each column is.

    Attributes:
        row: column of the row ids.
        truth: column of the true answers; of many labels the first of them.
        part: column that says validation or test; None: all rows are test rows.
        task: binary, multiclass, regression or many labels.
        labels: the classes, sorted, numbers as numbers; empty for regression.
        scores: column of each class; "" for the one class of two whose score follows from the other's; one column for regression.
        others: columns that the rows can be cut by.
        truths: of many labels, where each has a column of its own that says which rows have it, in the order of the labels.
    """

    row: str
    truth: str
    part: str | None
    task: Task
    labels: tuple[str, ...]
    scores: tuple[str, ...]
    others: tuple[str, ...]
    truths: tuple[str, ...] = ()


def roles_of(frame: pl.DataFrame, name: str) -> Roles:
    """Tell the columns of a file of predictions apart.

    Args:
        frame: (rows, columns) all text.
        name: of the file, for messages.

    Raises:
        BadFile: a column is missing, or it cannot be told which one is meant.
    """
    row, truth, part = (named_column(frame, wanted) for wanted in (IDS, TRUTHS, PARTS))
    if row is None or truth is None:
        raise BadFile(_(
            "{file} needs a column “row id” and a column “truth”, and one column of scores for each class; its columns are {columns}. Rename them and try again."
        ).format(file=name, columns=", ".join(frame.columns)[:300]))  # fmt: skip
    rest = [column for column in frame.columns if column not in (row, truth, part)]
    labels = _labels(frame[truth])
    named = {column[len(PREFIX) :]: column for column in rest if column.startswith(PREFIX)}
    columns = named or {column: column for column in rest if column in labels} or ({} if is_number(frame[truth]) else _numeric(frame, rest))
    if columns and (named or set(columns) & set(labels)):
        return _classes(frame, name, (row, truth, part), rest, columns, labels)
    return _number(frame, name, (row, truth, part), rest)


def numbers_of(column: pl.Series, name: str) -> np.ndarray:
    """A column of text as finite numbers, (n,) float64.

    Raises:
        BadFile: a cell is none; the message says which.
    """
    values = column.str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    if not (good := np.isfinite(values)).all():
        at = int(np.flatnonzero(~good)[0])
        raise BadFile(_("{file}: row {row} of column “{column}” is not a number: “{cell}”. Every row needs one.").format(
            file=name, row=at + 1, column=column.name, cell=str(column[at])[:40]
        ))  # fmt: skip
    return np.asarray(values, np.float64)


def _classes(frame: pl.DataFrame, name: str, found: tuple[str, str, str | None], rest: list[str], columns: dict[str, str], seen: tuple[str, ...]) -> Roles:
    """Scores of classes: one column each, or for two classes the one column of either."""
    wider = _numeric(frame, rest)
    if set(columns) < set(wider) and not _sums_to_one(frame, list(columns.values())) and _sums_to_one(frame, list(wider.values())):
        columns = wider  # a class that no row of the file has
    if len(columns) == 1 and len(seen) == 2 and next(iter(columns)) in seen:
        only = next(iter(columns))
        scores = tuple(columns[label] if label == only else "" for label in seen)
        return Roles(*found, Task.BINARY, seen, scores, _others(rest, scores))
    if missing := [label for label in seen if label not in columns]:
        raise BadFile(_("{file} has rows of the class “{label}” but no column of scores with that name. Its columns are {columns}.").format(
            file=name, label=missing[0][:60], columns=", ".join(frame.columns)[:300]
        ))  # fmt: skip
    labels = sorted_labels(columns)
    if len(labels) < 2:
        raise BadFile(_("{file} has a single class. A model can only be judged where there are at least two.").format(file=name))
    scores = tuple(columns[label] for label in labels)
    return Roles(*found, Task.BINARY if len(labels) == 2 else Task.MULTICLASS, labels, scores, _others(rest, scores))


def _number(frame: pl.DataFrame, name: str, found: tuple[str, str, str | None], rest: list[str]) -> Roles:
    """One predicted number a row."""
    if not is_number(frame[found[1]]):
        raise BadFile(_("{file} has classes in “{truth}” but no column of scores named like one of them. Its columns are {columns}.").format(
            file=name, truth=found[1], columns=", ".join(frame.columns)[:300]
        ))  # fmt: skip
    numeric = list(_numeric(frame, rest))
    value = next((column for column in rest if column.strip().lower() in VALUES), numeric[0] if len(numeric) == 1 else None)
    if value is None:
        raise BadFile(_("{file} needs one column “prediction” with the predicted number; its columns are {columns}.").format(file=name, columns=", ".join(frame.columns)[:300]))
    return Roles(*found, Task.REGRESSION, (), (value,), _others(rest, (value,)))


def named_column(frame: pl.DataFrame, wanted: tuple[str, ...]) -> str | None:
    """The column with the first of these names that there is."""
    by_name = {column.strip().lower(): column for column in reversed(frame.columns)}
    return next((by_name[name] for name in wanted if name in by_name), None)


def _labels(truth: pl.Series) -> tuple[str, ...]:
    return sorted_labels({str(value): "" for value in truth.unique() if value is not None}) if truth.n_unique() <= MOST_CLASSES else ()


def sorted_labels(labels: dict[str, str]) -> tuple[str, ...]:
    try:
        return tuple(sorted(labels, key=lambda label: (float(label), label)))
    except ValueError:
        return tuple(sorted(labels))


def is_number(column: pl.Series) -> bool:
    return bool(column.str.strip_chars().cast(pl.Float64, strict=False).is_not_null().all())


def _numeric(frame: pl.DataFrame, columns: list[str]) -> dict[str, str]:
    return {column: column for column in columns if is_number(frame[column])}


def _sums_to_one(frame: pl.DataFrame, columns: list[str]) -> bool:
    values = frame.select(pl.col(name).str.strip_chars().cast(pl.Float64, strict=False) for name in columns).to_numpy()
    return bool((np.abs(values.sum(axis=1) - 1) <= SUM_OFF).all())


def _others(rest: list[str], scores: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column for column in rest if column not in scores)
