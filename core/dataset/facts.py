"""What the checks of `core.dataset.findings` look at, and the phrases they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from core.dataset.leaks import Leak
from core.dataset.repairs.spellings import folded
from core.dataset.schema import Column, ColumnType, Finding, Severity, SplitBy, Task
from core.language import plural

__all__ = ["SHOWN", "Facts", "brief", "listed", "look", "note", "quoted", "stop", "things"]

SHOWN = 5
LOOKED_ROWS = 100_000  # so many are enough to see how numbers are spread
NAME_CHARACTERS = 60
BRIEF = 1e9  # larger numbers are written with an exponent


@dataclass(frozen=True)
class Facts:
    """What the checks look at.

    Attributes:
        table: (rows, columns) typed, only rows that stay.
        numbers: (rows,) the number of each row in the file.
        columns: profiles, target included.
        target, task, labels, inputs: as in `DatasetInfo`.
        leaks: columns that give the answer away.
        dropped_blank, dropped_target: rows without any value, without a target; both are left out.
        small: classes with too few rows, and how many; they are left out too.
        groups: (rows,) rows with equal inputs have equal numbers.
        lost: cells by column that their type could not read.
        raw: (rows, columns) the same rows as they stand in the file, text (or numbers and moments where a file has types).
        parts: (rows,) the part of each row, `Part.number`; empty where there are too few rows to split.
        split_by: how they were shared out.
        alike: (rows,) equal numbers for pictures that look the same; None for a table.
        known: what a check worked out from `table` alone, so that it holds for the same rows in other parts (`dataclasses.replace` hands it on).
    """

    table: pl.DataFrame
    numbers: np.ndarray
    columns: tuple[Column, ...]
    target: str
    task: Task
    labels: tuple[str, ...]
    inputs: tuple[str, ...]
    leaks: tuple[Leak, ...]
    dropped_blank: int
    dropped_target: int
    small: dict[str, int]
    groups: np.ndarray | None
    lost: dict[str, int]
    raw: pl.DataFrame
    parts: np.ndarray
    split_by: SplitBy
    alike: np.ndarray | None = None
    known: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rows(self) -> int:
        """Rows that stay."""
        return len(self.table)

    @cached_property
    def input_columns(self) -> list[Column]:
        """Profiles of the inputs."""
        chosen = set(self.inputs)
        return [column for column in self.columns if column.name in chosen]

    @property
    def answer(self) -> pl.Series:
        """(rows,) the target."""
        return self.table[self.target]

    @cached_property
    def class_rows(self) -> dict[str, int]:
        """Rows of each class, the most frequent first; empty where a number is predicted."""
        if not self.task.is_classification:
            return {}
        counts = self.answer.alias("label").value_counts(name="rows").sort("rows", "label", descending=[True, False])
        return dict(counts.iter_rows())

    @cached_property
    def forms(self) -> dict[str, str]:
        """Each class and each listed value of the inputs that are categories → what is left when its spelling does not count."""
        listed = {value for c in self.input_columns if c.type is ColumnType.CATEGORY for value, _ in c.values}
        values = pl.Series(sorted(listed | set(self.class_rows)), dtype=pl.String)
        return dict(zip(values.to_list(), folded(values).to_list(), strict=True))

    @cached_property
    def measures(self) -> list[Column]:
        """Profiles of the columns of numbers that have a value, the target left aside."""
        return [c for c in self.columns if c.type is ColumnType.NUMBER and c.name != self.target and c.distinct]

    @cached_property
    def ordered(self) -> np.ndarray:
        """(measures, looked-at rows) the numbers of each column by size, missing ones last as infinity; at most 100,000 rows."""
        names = [column.name for column in self.measures]
        values = self.table.select(names).gather_every(max(1, -(-self.rows // LOOKED_ROWS))).to_numpy() if names else np.empty((0, 0))
        return np.sort(np.nan_to_num(values.T, nan=np.inf), axis=1)

    @cached_property
    def present(self) -> np.ndarray:
        """(measures,) how many numbers of each column `ordered` holds."""
        return np.asarray(np.isfinite(self.ordered).sum(axis=1))

    def quantiles(self, share: float) -> np.ndarray:
        """(measures,) the value below which that share of each column's numbers lies: a number of the column, never a mean of two."""
        places = np.rint(share * np.maximum(self.present - 1, 0)).astype(np.int64)
        return np.asarray(self.ordered[np.arange(len(self.ordered)), places])

    def file_rows(self, which: np.ndarray) -> tuple[int, ...]:
        """Numbers in the file of the first few of these rows.

        Args:
            which: (rows,) booleans, or places.
        """
        places = np.flatnonzero(which) if which.dtype == np.bool_ else which
        return tuple(int(self.numbers[i]) for i in places[:SHOWN])


def stop(code: str, message: str, **more: Any) -> Finding:
    """A finding that stops training; `more` are fields of `Finding`."""
    return Finding(code=code, severity=Severity.STOP, message=message, **more)


def look(code: str, message: str, **more: Any) -> Finding:
    """A finding to look at; `more` are fields of `Finding`."""
    return Finding(code=code, severity=Severity.LOOK, message=message, **more)


def note(code: str, message: str, **more: Any) -> Finding:
    """A finding that is good to know; `more` are fields of `Finding`."""
    return Finding(code=code, severity=Severity.NOTE, message=message, **more)


def quoted(name: str) -> str:
    """A name as it stands in a message."""
    return f"“{name[:NAME_CHARACTERS]}”"


def listed(names: Sequence[str]) -> str:
    """Some names, the first five of them."""
    return ", ".join(quoted(str(name)) for name in names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def brief(value: float) -> str:
    """A number in few digits: `1,200`, `0.05`, `1e+30`.

    Example:
        >>> brief(1200.0), brief(0.05), brief(-3.14159), brief(1e30)
        ('1,200', '0.05', '-3.142', '1e+30')
    """
    return f"{value:,.0f}" if value == round(value) and abs(value) < BRIEF else f"{value:.4g}"


def things(facts: Facts, count: int) -> str:
    """So many rows, or pictures."""
    pictures = any(column.type is ColumnType.IMAGE for column in facts.columns)
    return plural("{n} picture", "{n} pictures", count) if pictures else plural("{n} row", "{n} rows", count)
