"""Delimited text in any dialect → columns of text, with every row that does not fit named by its line.

Python's `csv` decides what a row is; where quotes stand only around whole cells, Polars splits it, which
gives the same cells many times faster. A row of the wrong width is left out and reported, never shifted.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from core.dataset.readers.dialect import END, Dialect, Lines, csv_rows
from core.dataset.readers.rectangle import read_rectangle
from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["Careful", "Rows", "check_rows", "check_unclosed", "decimal_points", "longest_bytes", "read_rows"]

CHUNK_ROWS = 20_000
UNCLOSED_LIMIT = 50


@dataclass(frozen=True)
class Rows:
    """The rows that fit.

    Attributes:
        frame: (rows, columns) text, named `0`, `1`, …
        numbers: (rows,) int64, the number of each row in the file, the first after the header is 1.
        ragged: line numbers of the rows that were left out.
        unclosed: line numbers at which a quote opens that never closes; left out as well.
    """

    frame: pl.DataFrame
    numbers: np.ndarray
    ragged: tuple[int, ...] = ()
    unclosed: tuple[int, ...] = ()


def read_rows(data: bytes, dialect: Dialect) -> Rows:
    """Read every row below the header.

    Raises:
        BadFile: too many quotes are never closed.
        LimitExceeded: a cell is larger than `max_cell_bytes`, or there are more than `max_rows` rows.
    """
    body = data[dialect.body :]
    return _rectangular(body, dialect) or Careful(data, dialect).read()


def _rectangular(body: bytes, dialect: Dialect) -> Rows | None:
    """The fast way, for text in which quotes stand only around whole cells."""
    if not body.strip(b"\n"):
        return None
    if len(dialect.header) == 1:
        return _lines(body) if b'"' not in body else None
    read = read_rectangle(body, dialect.delimiter, len(dialect.header), {str(i): pl.String() for i in range(len(dialect.header))})
    if read is None:
        return None
    frame, found = read
    check_rows(found.count)
    if not len(frame) or longest_bytes(frame) > settings().max_cell_bytes:
        return None  # a cell too long, counted in characters or in bytes: let the careful way judge
    return Rows(frame, found.numbers, tuple(dialect.body_line + 1 + line for line in found.ragged))


def longest_bytes(frame: pl.DataFrame) -> int:
    """Length of the longest cell of text."""
    return max((n or 0 for n in frame.select(pl.col(pl.String).str.len_bytes().max()).row(0)), default=0)


def _lines(body: bytes) -> Rows | None:
    """A table of one column: each line that is not blank is a cell."""
    lines = pl.read_lines(body).to_series()
    lines = lines.filter(lines.str.strip_chars().str.len_bytes() > 0)
    check_rows(len(lines))
    if (lines.str.len_bytes().max() or 0) > settings().max_cell_bytes:  # type: ignore[operator]
        return None
    return Rows(lines.alias("0").to_frame(), np.arange(1, len(lines) + 1))


class Careful:
    """Reads row by row with `csv`, and after a quote that never closes goes on in the next line."""

    def __init__(self, data: bytes, dialect: Dialect, *, final: bool = True) -> None:
        self.data, self.dialect, self.width = data, dialect, len(dialect.header)
        self.final = final  # more text follows otherwise, so a quote that is open at the end may still close
        self.stop = len(data)  # byte offset of what was not read
        self.ragged: list[int] = []
        self.unclosed: list[int] = []
        self.numbers: list[int] = []
        self.pending: list[list[str]] = []
        self.frames: list[pl.DataFrame] = []
        self.count = 0

    def read(self) -> Rows:
        position, line = self.dialect.body, self.dialect.body_line
        while (broken := self._read_from(position, line)) is not None:
            position, line = broken
            self.unclosed.append(line + 1)
            check_unclosed(self.unclosed)
            position, line, self.count = self._next_line(position), line + 1, self.count + 1
        self._flush()
        return Rows(pl.concat(self.frames), np.array(self.numbers, dtype=np.int64), tuple(self.ragged), tuple(self.unclosed))

    def _read_from(self, position: int, line: int) -> tuple[int, int] | None:
        """Read rows; a quote that never closes ends it with where its row begins (offset, lines before)."""
        lines = Lines(self.data, position, line)
        reader = csv_rows(lines, self.dialect.delimiter)
        while True:
            start, start_line = lines.position, lines.number
            try:
                cells = next(reader)
            except StopIteration:
                return None
            except csv.Error as error:
                if lines.number - start_line > 1:
                    return start, start_line
                limit = settings().max_cell_bytes
                raise LimitExceeded(
                    N_("A cell in line {start_line} is larger than {limit} MB. Shorten it, or raise {variable}.").format(start_line=start_line + 1, limit=f"{limit / MIB:.3g}", variable=settings().variable("max_cell_bytes"))
                ) from error
            if cells == [END]:
                return None
            if lines.ended and not self.final:
                self.stop = start
                return None
            if lines.ended:
                return start, start_line
            self._take(cells, start_line + 1)

    def _take(self, cells: list[str], line: int) -> None:
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            return  # a blank line
        self.count += 1
        if len(cells) > self.width and not any(cell.strip() for cell in cells[self.width :]):
            cells = cells[: self.width]
        if len(cells) != self.width:
            if self.width == 1:
                cells = [self.dialect.delimiter.join(cells)]
            else:
                self.ragged.append(line)
                return
        self.numbers.append(self.count)
        self.pending.append(cells)
        if len(self.pending) >= CHUNK_ROWS:
            check_rows(self.count)
            self._flush()

    def _flush(self) -> None:
        columns = list(zip(*self.pending, strict=True)) or [()] * self.width
        self.frames.append(pl.DataFrame([pl.Series(str(i), column, dtype=pl.String) for i, column in enumerate(columns)]))
        self.pending = []

    def _next_line(self, position: int) -> int:
        return self.data.find(b"\n", position) + 1 or len(self.data)


def check_unclosed(lines: Sequence[int]) -> None:
    """Stop where too many quotes are never closed.

    Raises:
        BadFile: more than 50.
    """
    if len(lines) > UNCLOSED_LIMIT:
        raise BadFile(
            N_("More than {unclosed_limit} quotes are opened and never closed, the first in line {lines}. Export the table again with quotes doubled inside cells.").format(unclosed_limit=UNCLOSED_LIMIT, lines=lines[0])
        )


def check_rows(count: int) -> None:
    """Stop at a table that is too long.

    Raises:
        LimitExceeded: more than `max_rows` rows.
    """
    limit = settings().max_rows
    if count > limit:
        raise LimitExceeded(N_("The table has more than {limit} rows. Upload a part of it, or raise {variable}.").format(limit=f"{limit:,}", variable=settings().variable("max_rows")))


def decimal_points(columns: Sequence[str]) -> pl.Expr:
    """`1.234,5` → `1234.5` in these columns of text."""
    return pl.col(columns).str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
