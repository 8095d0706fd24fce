"""The columns of a long table on the disk, two at a time: each is read once, for its profile and for whatever else its cells are asked.

So memory holds no more of the table than two columns, and what repeats within a column is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
import polars as pl

from core.dataset.duplicates import hashed_cells
from core.dataset.profile import Seen, profile_stored
from core.dataset.progress import Progress
from core.dataset.schema import Column, ColumnType
from core.dataset.types import as_typed
from core.dataset.understand import INPUT_TYPES

__all__ = ["ColumnsOnDisk", "Unlike"]


class Unlike(Exception):
    """A cell of the file is not what would be stored."""


@dataclass
class ColumnsOnDisk:
    """What one reading of all columns tells.

    Attributes:
        file: Parquet, its columns typed.
        columns: as a sample showed them, in the order of the file.
        target: its cells are known already; the name of the column to predict.
        kind: of the target, number or category.
        profiles: of all rows, once read.
        hashes: (rows,) uint64, equal for rows whose inputs are equal; only where asked for; None without inputs.
    """

    file: Path
    columns: Sequence[Column]
    target: str
    kind: ColumnType
    profiles: tuple[Column, ...] = ()
    hashes: np.ndarray | None = None
    _lock: Lock = field(default_factory=Lock)

    def read(self, progress: Progress, *, rows: int, typed: bool) -> None:
        """Read them all.

        Args:
            progress: told after each column.
            rows: of the file.
            typed: they are what is stored; else each cell is compared with what would be, and rows get their hashes.

        Raises:
            Unlike: a cell is not what would be stored.
            Cancelled: nobody wants it any more.
        """
        if not typed and any(self._is_compared(column) for column in self.columns):
            self.hashes = np.zeros(rows, dtype=np.uint64)
        done: list[Column] = []
        pool = ThreadPoolExecutor(2)
        try:
            for column in pool.map(lambda place: self._profile(place, typed=typed), range(len(self.columns))):
                done.append(column)
                progress.step("Counting", len(done), len(self.columns), rows)
        finally:
            pool.shutdown(cancel_futures=True)
        self.profiles = tuple(done)

    def _is_compared(self, column: Column) -> bool:
        return column.name != self.target and column.type in INPUT_TYPES

    def _profile(self, place: int, *, typed: bool) -> Column:
        column = self.columns[place]

        def look(start: int, values: pl.Series, different: pl.Series) -> None:
            if not as_typed(pl.DataFrame([different.alias(column.name)]), [column]).to_series().equals(different, null_equal=True):
                raise Unlike(column.name)
            if self._is_compared(column) and self.hashes is not None:
                hashes = hashed_cells(values, place)
                with self._lock:
                    self.hashes[start : start + len(values)] += hashes

        seen: Seen | None = None if typed or column.name == self.target else look
        kind = self.kind if column.name == self.target else column.type
        return profile_stored(self.file, column.name, kind, column.format, seen)
