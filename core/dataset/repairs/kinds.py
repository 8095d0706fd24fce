"""What a repair can do: the four kinds, and how one says that it does not fit.

Each repair works out once what it has to know (`decide`), and then does it from that alone, so that the raw file gives the
same dataset again and a row that comes for a prediction is treated like the rows of the dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType
from core.errors import BadSettings

__all__ = ["Decided", "LeaveOut", "RowRepair", "ScaleRepair", "ShareOut", "TableNow", "ValueRepair", "refused"]

Decided = Mapping[str, Any]


@dataclass(frozen=True)
class TableNow:
    """The table as the repairs before left it.

    Attributes:
        frame: (rows, columns) raw, cells changed by the repairs before.
        target: the column to predict.
        types: type of each column.
        kept: (rows,) booleans: rows that no repair before took out.
        copies: (rows,) equal values for rows with equal pictures, or None for a table.
        given: the column that names the part of each row, where somebody said so.
    """

    frame: pl.DataFrame
    target: str
    types: Mapping[str, ColumnType]
    kept: np.ndarray
    copies: np.ndarray | None = None
    given: str | None = None


@dataclass(frozen=True)
class ValueRepair:
    """Changes cells of one column, each from its own content alone.

    Attributes:
        decide: (rows,) raw values → what `change` has to know; raises `BadSettings` where there is nothing to repair.
        change: raw values and what was decided → repaired values, same length.
        type: of the column afterwards; None: guessed anew.
        without_column: whether no column means the target.
    """

    decide: Callable[[pl.Series], dict[str, Any]]
    change: Callable[[pl.Series, Decided], pl.Series]
    type: ColumnType | None = None
    without_column: bool = False


@dataclass(frozen=True)
class RowRepair:
    """Takes rows out; `rows` gives (rows,) booleans, True for those that go."""

    decide: Callable[[TableNow], dict[str, Any]]
    rows: Callable[[TableNow, Decided], np.ndarray]


@dataclass(frozen=True)
class LeaveOut:
    """The column is no input any more; `find` names columns where none was given."""

    find: Callable[[TableNow], list[str]] | None = None


@dataclass(frozen=True)
class ShareOut:
    """Changes how the rows are shared out."""

    kind: Literal["time", "group"]


@dataclass(frozen=True)
class ScaleRepair:
    """Changes how models see a number, and nothing in the table: the encoder does it."""

    decide: Callable[[pl.Series], dict[str, Any]]


def refused(sentence: str) -> BadSettings:
    """The error for a repair that does not exist or does not fit; its code lets the command line add what would."""
    return BadSettings(sentence, code="bad_repair")
