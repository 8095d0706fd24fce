"""Delimited text in any dialect → columns of text, with every row that does not fit named by its line.

Python's `csv` decides what a row is; where quotes stand only around whole cells, Polars splits it, which
gives the same cells many times faster. A row of the wrong width is left out and reported, never shifted.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl

from core.dataset.readers.rectangle import read_rectangle
from core.errors import BadFile, BadSettings, LimitExceeded
from core.settings import MIB, settings

__all__ = ["Careful", "Dialect", "Rows", "check_rows", "check_unclosed", "decimal_points", "find_dialect", "longest_bytes", "read_rows"]

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 200
PREAMBLE_ROWS = 20  # titles and notes above the header end within so many rows
HEADER_SHARE = 0.25  # so many sampled rows as wide as the first one make it the header
BODY_SHARE = 0.6  # else so many rows of one width make a table whose header stands lower
CHUNK_ROWS = 20_000
UNCLOSED_LIMIT = 50
NO_HEADER = -1
END = "\x1e"  # follows the last line: a quote still open would swallow it


@dataclass(frozen=True)
class Dialect:
    """How one file is written.

    Attributes:
        delimiter: one character.
        header: the cells of the header row.
        body: byte offset at which the first row begins.
        body_line: its line number, from 1.
        skipped_lines: lines above the header.
    """

    delimiter: str
    header: tuple[str, ...]
    body: int
    body_line: int
    skipped_lines: int = 0


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


class Lines:
    """The lines of UTF-8 bytes from an offset on, as text; knows where the next one begins."""

    def __init__(self, data: bytes, position: int = 0, number: int = 0) -> None:
        self.data = data
        self.position = position  # byte offset of the next line
        self.number = number  # lines read so far
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.position >= len(self.data):
            if self.ended:
                raise StopIteration
            self.ended = True
            return END
        stop = self.data.find(b"\n", self.position) + 1 or len(self.data)
        line = self.data[self.position : stop].decode()
        self.position, self.number = stop, self.number + 1
        return line if line.endswith("\n") else line + "\n"


def find_dialect(data: bytes, delimiter: str | None = None, header_row: int | None = None) -> Dialect:
    """Find delimiter and header from the first rows.

    The delimiter that makes the first row as wide as the others wins; if none does, the one that
    makes most rows equally wide, and what stands above the first such row is a title.

    Args:
        data: UTF-8, lines ended by "\\n".
        delimiter: the delimiter, where it is known.
        header_row: the line that holds the header, from 1, where it is known; 0: there is none.

    Raises:
        BadFile: there is no row at all.
        BadSettings: the line of the header is blank or does not exist.
    """
    candidates = [_Candidate.of(data, character, header_row) for character in (delimiter or DELIMITERS)]
    return max(candidates, key=lambda c: c.score).dialect()


@dataclass(frozen=True)
class _Sampled:
    cells: list[str]
    start_line: int  # lines before it
    end: int  # byte offset behind it
    end_line: int


@dataclass(frozen=True)
class _Candidate:
    delimiter: str
    rows: list[_Sampled]
    header: int  # index of the header row in `rows`
    width: int
    score: tuple[bool, bool, float, int]  # more than one column, header is the first row, share of rows that fit, columns
    names_rows: bool = False  # the header lacks a name for the first column, as R writes it

    @classmethod
    def of(cls, data: bytes, delimiter: str, header_row: int | None = None) -> _Candidate:
        rows = list(islice(_sample(data, delimiter), SAMPLE_ROWS + (header_row or 0)))
        if not rows:
            raise BadFile("The file holds only blank lines. Export it again and upload that file.")
        widths = [len(row.cells) for row in rows]
        if header_row is not None:
            return cls._told(delimiter, rows, widths, header_row)
        first = widths[0]
        share = widths[1:].count(first) / max(1, len(rows) - 1)
        if first > 1 and (share >= HEADER_SHARE or len(rows) <= 2):
            return cls(delimiter, rows, 0, first, (True, True, share, first))
        common, count = Counter(widths[1:] or widths).most_common(1)[0]
        share = count / len(rows)
        if common == 1 or share < BODY_SHARE:
            return cls(delimiter, rows, 0, 1, (False, True, 1.0, 1))
        if common == first + 1 and first > 1:
            return cls(delimiter, rows, 0, common, (True, True, share, common), names_rows=True)
        header = next((i for i in range(min(PREAMBLE_ROWS, len(rows))) if widths[i] == common), 0)
        return cls(delimiter, rows, header, widths[header], (True, False, share, common))

    @classmethod
    def _told(cls, delimiter: str, rows: list[_Sampled], widths: list[int], header_row: int) -> _Candidate:
        """With the header where the user says that it is."""
        if header_row == 0:
            common, count = Counter(widths).most_common(1)[0]
            return cls(delimiter, rows, NO_HEADER, common, (common > 1, True, count / len(rows), common))
        header = next((i for i, row in enumerate(rows) if row.start_line < header_row <= row.end_line), None)
        if header is None:
            raise BadSettings(f"Line {header_row:,} cannot be the header: it is blank or does not exist. Give the line that holds the column names, or 0 if there is none.")
        width, below = widths[header], widths[header + 1 :]
        names_rows = bool(below) and below.count(width + 1) / len(below) >= BODY_SHARE and width > 1
        width += names_rows
        return cls(delimiter, rows, header, width, (width > 1, True, below.count(width) / max(1, len(below)), width), names_rows)

    def dialect(self) -> Dialect:
        if self.header == NO_HEADER:
            return Dialect(self.delimiter, tuple(f"column_{i}" for i in range(1, self.width + 1)), 0, 0)
        row = self.rows[self.header]
        cells = tuple(row.cells)
        if self.names_rows:
            behind = all(not r.cells[-1].strip() for r in self.rows[1:] if len(r.cells) == self.width)
            cells = (*cells, "") if behind else ("row", *cells)
        return Dialect(self.delimiter, cells, row.end, row.end_line, row.start_line if self.header else 0)


def _sample(data: bytes, delimiter: str) -> Iterator[_Sampled]:
    lines = Lines(data)
    reader = _reader(lines, delimiter)
    while True:
        start = lines.number
        try:
            cells = next(reader)
        except (StopIteration, csv.Error):
            return
        if cells == [END]:
            return
        if any(cell.strip() for cell in cells) or len(cells) > 1:
            yield _Sampled(cells, start, lines.position, lines.number)


def _reader(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(settings().max_cell_bytes)
    return csv.reader(lines, delimiter=delimiter)


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
        reader = _reader(lines, self.dialect.delimiter)
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
                    f"A cell in line {start_line + 1} is larger than {limit / MIB:.3g} MB. Shorten it, or raise {settings().variable('max_cell_bytes')}."
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
            f"More than {UNCLOSED_LIMIT} quotes are opened and never closed, the first in line {lines[0]}. "
            "Export the table again with quotes doubled inside cells."
        )


def check_rows(count: int) -> None:
    """Stop at a table that is too long.

    Raises:
        LimitExceeded: more than `max_rows` rows.
    """
    limit = settings().max_rows
    if count > limit:
        raise LimitExceeded(f"The table has more than {limit:,} rows. Upload a part of it, or raise {settings().variable('max_rows')}.")


def decimal_points(columns: Sequence[str]) -> pl.Expr:
    """`1.234,5` → `1234.5` in these columns of text."""
    return pl.col(columns).str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
