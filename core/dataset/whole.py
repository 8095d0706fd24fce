"""All rows of a table that is too long for memory: one Parquet file on the disk, of which only a sample is ever shown.

While nobody has kept it, the file lies in a hidden folder under `LIMELIGHT_HOME/reading` that is locked by this process:
it goes when its `Whole` goes, and what a killed process leaves is swept when the next file is read.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import weakref
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from core.errors import DiskFull
from core.files import FOLDER_MODE, locked_folder, sweep
from core.language import N_
from core.parquet import put_checksum, scan, with_checksum
from core.settings import settings

__all__ = ["BATCH_ROWS", "ReadingFolder", "Whole", "linked", "written"]

ROW_GROUP = 131_072
BATCH_ROWS = 2 * ROW_GROUP
READING = "reading"


class ReadingFolder:
    """A hidden folder for what is being read; it goes with this object.

    Attributes:
        path: the folder.
    """

    def __init__(self) -> None:
        root = settings().home / READING
        root.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        sweep(root)
        self.path, lock = locked_folder(root / "table")
        self.remove = weakref.finalize(self, _remove, self.path, lock)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


@dataclass(frozen=True)
class Whole:
    """A table on the disk.

    Attributes:
        file: Parquet; the columns of the file in their order: Float64 and Datetime where all cells were plainly such, else text; null where a cell is empty.
        rows: how many.
        forms: how numbers and moments stand in the file, by column (`readers.sample.as_text`).
        gaps: numbers of the rows in the file that were left out, ascending.
        keeper: the folder that goes with this object; None: the file is somebody else's.
    """

    file: Path
    rows: int
    forms: Mapping[str, str] = field(default_factory=dict)
    gaps: Sequence[int] = ()
    keeper: ReadingFolder | None = field(default=None, compare=False, repr=False)

    @property
    def numbers(self) -> np.ndarray:
        """(rows,) int64, the number of each row in the file, the first after the header is 1."""
        present = np.ones(self.rows + len(self.gaps), dtype=bool)
        present[np.asarray(self.gaps, dtype=np.int64) - 1] = False
        return np.flatnonzero(present) + 1

    def batches(self, columns: Sequence[str] | None = None, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """The rows in their order, so many at a time.

        Args:
            columns: names; default: all.
            rows: 1 or more.
        """
        return (self.batch(start, columns, rows) for start in range(0, self.rows, rows))

    def batch(self, start: int, columns: Sequence[str] | None = None, rows: int = BATCH_ROWS) -> pl.DataFrame:
        """So many rows from a place on.

        Args:
            start: the first of them, from 0.
            columns: names; default: all.
            rows: 1 or more.
        """
        lazy = scan(self.file)
        return (lazy if columns is None else lazy.select(columns)).slice(start, rows).collect()


def written(file: Path, schema: Mapping[str, pl.DataType], frames: Iterator[pl.DataFrame]) -> None:
    """Write a Parquet file while its rows are still being made; what the maker raises is raised here.

    Args:
        file: to create.
        schema: name and type of each column.
        frames: the rows in their order, at least one frame.

    Raises:
        DiskFull: there is no room.
    """
    failed: list[BaseException] = []

    def source(with_columns: object, predicate: object, n_rows: object, batch_size: object) -> Iterator[pl.DataFrame]:
        try:
            yield from _ahead(frames)
        except BaseException as error:
            failed.append(error)
            raise

    try:
        register_io_source(source, schema=dict(schema)).sink_parquet(file, compression="snappy", row_group_size=ROW_GROUP, metadata=with_checksum())
        put_checksum(file)
    except Exception as error:
        if failed:
            raise failed[0] from None
        if isinstance(error, OSError) or "No space left" in str(error):
            raise DiskFull(N_("There is no room on the disk to read this file. Free some space and try again.")) from error
        raise


def _ahead(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same frames, the next one already being made while one is written."""
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(next, frames, None)
        while (frame := pending.result()) is not None:
            pending = pool.submit(next, frames, None)
            yield frame


def linked(old: Path, new: Path) -> None:
    """Another name for the same file where the disk allows it; else a copy."""
    with contextlib.suppress(OSError):
        os.link(old, new)
        return
    shutil.copyfile(old, new)
