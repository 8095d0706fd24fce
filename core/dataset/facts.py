"""What the checks of `core.dataset.findings` look at, and the phrases they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from core.dataset.leaks import Leak
from core.dataset.schema import Column, ColumnType, Finding, Severity, SplitBy, Task

__all__ = ["Facts", "listed", "look", "many", "note", "quoted", "stop", "things", "were"]

SHOWN = 5
NAME_CHARACTERS = 60


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


def many(count: int, one: str, several: str = "") -> str:
    """`1 row`, `2 rows`; `1 class has`, `2 classes have`.

    Args:
        count: how many.
        one: words for one.
        several: words for any other number; default: `one` with an s.
    """
    return f"{count:,} {one}" if count == 1 else f"{count:,} {several or one + 's'}"


def things(facts: Facts, count: int) -> str:
    """So many rows, or pictures."""
    return many(count, "picture" if any(column.type is ColumnType.IMAGE for column in facts.columns) else "row")


def were(count: int) -> str:
    """The verb for that many."""
    return "was" if count == 1 else "were"
