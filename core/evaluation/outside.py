"""Predictions that come from elsewhere: a model of one's own, a vendor's, another team's, as CSV files.

    row id,truth,no,yes,plan          one score column a class, named like the class; further columns to cut by
    17,yes,0.31,0.69,basic
    18,no,0.94,0.06,plus

For two classes one score column is enough; for numbers it is one column `prediction`; rows that may carry several
labels are told in `core.evaluation.many_labels_columns`. A column `part` may say
`validation` or `test`: thresholds are then chosen on the validation rows. Each file is one model, and all are judged
on the rows that they have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType, Part, Task
from core.errors import BadFile
from core.evaluation.many_labels_columns import (
    label_roles,
    label_truth,
    labels_seen,
    speaks_of_many,
)
from core.evaluation.model import Model
from core.evaluation.outside_columns import SUM_OFF, Roles, numbers_of, roles_of
from core.evaluation.predictions import Predictions
from core.language import _

if TYPE_CHECKING:
    from core.dataset.readers.table import RawTable

__all__ = ["Outside", "OutsideRows", "read_outside"]

VALIDATION = frozenset({"validation", "val", "valid", "dev", "1"})
TEST = frozenset({"test", "2", ""})
FEW_VALUES = 50  # a column of numbers with more different values is cut at quantiles


@dataclass(frozen=True)
class OutsideColumn:
    """One further column of the first file."""

    name: str
    type: ColumnType


@dataclass(frozen=True)
class OutsideInfo:
    """What slices ask a dataset about its columns."""

    columns: tuple[OutsideColumn, ...]
    target: str
    task: Task
    inputs: tuple[str, ...] = ()

    def column(self, name: str) -> OutsideColumn:
        """The column with this name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, eq=False)
class OutsideRows:
    """The further columns of the first file, in the way in which slices ask a dataset for its rows.

    Attributes:
        info: names and types of the columns.
        frame: one row for each number of `Predictions.rows`.
    """

    info: OutsideInfo
    frame: pl.DataFrame

    def table(self, columns: tuple[str, ...] | None = None, rows: np.ndarray | None = None) -> pl.DataFrame:
        """Columns of the file, as `Dataset.table` gives them."""
        found = self.frame.select(columns) if columns is not None else self.frame
        return found if rows is None else found[rows]


@dataclass(frozen=True, eq=False)
class Outside:
    """Models that were read from files.

    Attributes:
        models: one a file, in the order given.
        rows: further columns of the first file, to cut by.
        ids: (n,) the row id behind each number of `Predictions.rows`, as text.
    """

    models: tuple[Model, ...]
    rows: OutsideRows
    ids: np.ndarray


def read_outside(files: Sequence[Path], *, many_labels: bool = False) -> Outside:
    """Read files of predictions.

    Args:
        files: one CSV a model (or another table that ingest reads); the file's name is the model's.
        many_labels: a row may carry none, one or several labels, though the files alone could be read otherwise.

    Raises:
        NotFound: there is no such file.
        BadFile: it is no table of predictions; the message says which column or row is wrong.
    """
    frames = [_frame(file) for file in files]
    roles = _roles(frames, files, many_labels)
    numbers: dict[str, int] = {}
    models: list[Model] = []
    for file, frame, role in zip(files, frames, roles, strict=True):
        name = _free(file.stem or file.name, [model.id for model in models])
        models.append(Model(name, name, _predictions(frame, role, file.name, numbers), facts={"file": file.name, "settings": {}}))
    return Outside(tuple(models), _rows(frames[0], roles[0], numbers), np.array(list(numbers), dtype=object))


def _roles(frames: Sequence[pl.DataFrame], files: Sequence[Path], many_labels: bool) -> list[Roles]:
    """What each column is; one file of many labels says that all are, because they answer the same question."""
    named = [(frame, file.name) for frame, file in zip(frames, files, strict=True)]
    if not many_labels and not any(speaks_of_many(frame) for frame in frames):
        return [roles_of(frame, name) for frame, name in named]
    seen = tuple(dict.fromkeys(label for frame, name in named for label in labels_seen(frame, name)))
    return [label_roles(frame, name, seen) for frame, name in named]


def _frame(file: Path) -> pl.DataFrame:
    from core.dataset.progress import Progress
    from core.dataset.readers.options import ReadOptions
    from core.dataset.readers.read import read
    from core.dataset.readers.source import Source
    from core.ingest_command import existing

    raw: RawTable = read(Source.of(existing(file), file.name), ReadOptions(), Progress()).raw
    frame = raw.frame if raw.whole is None else pl.concat(list(raw.whole.batches()))
    if not len(frame):
        raise BadFile(_("{file} has no rows. Write one row for each prediction.").format(file=file.name))
    return frame


def _predictions(frame: pl.DataFrame, roles: Roles, name: str, numbers: dict[str, int]) -> Predictions:
    """One file as predictions; row ids get the same number in every file."""
    ids = frame[roles.row].fill_null("").str.strip_chars()
    if ids.is_duplicated().any():
        twice = str(ids.filter(ids.is_duplicated())[0])
        raise BadFile(_("{file} has the row id “{id}” more than once. Give every row an id of its own.").format(file=name, id=twice[:60]))
    rows = np.fromiter((numbers.setdefault(one, len(numbers)) for one in ids), np.int64, len(ids))
    order = np.argsort(rows, kind="stable")
    if roles.task is Task.REGRESSION:
        truth, scores = numbers_of(frame[roles.truth], name), numbers_of(frame[roles.scores[0]], name)
    elif roles.task is Task.MANY_LABELS:
        truth, scores = label_truth(frame, roles, name), _from_0_to_1(np.column_stack([numbers_of(frame[column], name) for column in roles.scores]), roles, name)
    else:
        truth, scores = _truth(frame[roles.truth], roles, name), _scores(frame, roles, name)
    found = Predictions(roles.task, roles.labels, rows, _parts(frame, roles, name), truth, scores)
    return found.take(order)


def _truth(column: pl.Series, roles: Roles, name: str) -> np.ndarray:
    known = {label: number for number, label in enumerate(roles.labels)}
    found = [known.get(str(value)) for value in column]
    if None in found:
        raise BadFile(_("{file}: row {row} has no true answer. Leave such rows out; if a row may carry no label or several, say --many-labels.").format(file=name, row=found.index(None) + 1))
    return np.array(found, np.int64)


def _scores(frame: pl.DataFrame, roles: Roles, name: str) -> np.ndarray:
    """(n, classes) probabilities; a rounding error in their sum is divided out."""
    given = {column: numbers_of(frame[column], name) for column in roles.scores if column}
    columns = [given[column] if column else 1.0 - next(iter(given.values())) for column in roles.scores]
    scores = _from_0_to_1(np.column_stack(columns), roles, name)
    sums = scores.sum(axis=1)
    if (off := np.abs(sums - 1) > SUM_OFF).any():
        at = int(np.flatnonzero(off)[0])
        raise BadFile(_(
            "{file}: the scores of row {row} add up to {sum}, and must add up to 1. If a column is no score, name the score columns “score:CLASS”; if a row may carry several labels, say --many-labels."
        ).format(file=name, row=at + 1, sum=f"{sums[at]:.3f}"))  # fmt: skip
    normal: np.ndarray = scores / sums[:, None]
    return normal


def _from_0_to_1(scores: np.ndarray, roles: Roles, name: str) -> np.ndarray:
    if (wrong := (scores < 0) | (scores > 1)).any():
        at, place = (int(x[0]) for x in np.nonzero(wrong))
        raise BadFile(_("{file}: row {row} has the score {score} for “{label}”. A score is a probability from 0 to 1; turn it into one first.").format(
            file=name, row=at + 1, score=f"{scores[at, place]:g}", label=roles.labels[place][:60]
        ))  # fmt: skip
    return scores


def _parts(frame: pl.DataFrame, roles: Roles, name: str) -> np.ndarray:
    if roles.part is None:
        return np.full(len(frame), Part.TEST.number, np.uint8)
    said = frame[roles.part].fill_null("").str.strip_chars().str.to_lowercase()
    validation, test = said.is_in(list(VALIDATION)).to_numpy(), said.is_in(list(TEST)).to_numpy()
    if not (validation | test).all():
        at = int(np.flatnonzero(~(validation | test))[0])
        raise BadFile(_("{file}: row {row} belongs to “{part}”. A part is “validation” or “test”; leave training rows out.").format(file=name, row=at + 1, part=str(said[at])[:40]))
    return np.where(validation, Part.VALIDATION.number, Part.TEST.number).astype(np.uint8)


def _rows(frame: pl.DataFrame, roles: Roles, numbers: dict[str, int]) -> OutsideRows:
    """The further columns of a file, one row for each id of all files; an id that it lacks has empty cells."""
    places = np.full(len(numbers), -1, np.int64)
    places[[numbers[str(one).strip()] for one in frame[roles.row].fill_null("")]] = np.arange(len(frame))
    read = {name: _typed(frame[name]) for name in roles.others}
    columns = tuple(OutsideColumn(name, ColumnType.NUMBER if series.dtype.is_numeric() else ColumnType.CATEGORY) for name, series in read.items())
    padded = pl.DataFrame({name: series.extend_constant(None, 1)[places] for name, series in read.items()})
    return OutsideRows(OutsideInfo((*columns, OutsideColumn(roles.truth, ColumnType.CATEGORY)), roles.truth, roles.task), padded)


def _typed(column: pl.Series) -> pl.Series:
    """Numbers where all cells are numbers and there are many different ones, else text."""
    values = column.str.strip_chars().cast(pl.Float64, strict=False)
    return values if values.null_count() == column.null_count() and values.n_unique() > FEW_VALUES else column


def _free(name: str, taken: list[str]) -> str:
    """A name that no other file has."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found
