"""Delimited text in any dialect → columns of text, with every row that does not fit named by its line.

Python's `csv` decides what a row is; where a file has no quote character and no ragged line, Polars
splits it, which gives the same cells many times faster. A row of the wrong width is left out and
reported, never shifted.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl

from core.errors import BadFile, LimitExceeded
from core.settings import MIB, settings

__all__ = ["Dialect", "Rows", "find_dialect", "read_rows"]

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 200
PREAMBLE_ROWS = 20  # titles and notes above the header end within so many rows
HEADER_SHARE = 0.25  # so many sampled rows as wide as the first one make it the header
BODY_SHARE = 0.6  # else so many rows of one width make a table whose header stands lower
CHUNK_ROWS = 20_000
UNCLOSED_LIMIT = 50
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


def find_dialect(data: bytes) -> Dialect:
    """Find delimiter and header from the first rows.

    The delimiter that makes the first row as wide as the others wins; if none does, the one that
    makes most rows equally wide, and what stands above the first such row is a title.

    Args:
        data: UTF-8, lines ended by "\\n".

    Raises:
        BadFile: there is no row at all.
    """
    candidates = [_Candidate.of(data, delimiter) for delimiter in DELIMITERS]
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
    def of(cls, data: bytes, delimiter: str) -> _Candidate:
        rows = list(islice(_sample(data, delimiter), SAMPLE_ROWS))
        if not rows:
            raise BadFile("The file holds only blank lines. Export it again and upload that file.")
        widths = [len(row.cells) for row in rows]
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

    def dialect(self) -> Dialect:
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
    if b'"' not in body and (rows := _rectangular(body, dialect)) is not None:
        return rows
    return _Tolerant(data, dialect).read()


def _rectangular(body: bytes, dialect: Dialect) -> Rows | None:
    """The fast way, for text without quotes in which every line has the right width."""
    if not body.strip(b"\n"):
        return None
    lines = pl.read_lines(body).to_series()
    filled = lines.str.len_bytes() > 0
    if len(dialect.header) == 1:
        filled &= lines.str.strip_chars().str.len_bytes() > 0
    lines = lines.filter(filled)
    widths = lines.str.count_matches(dialect.delimiter, literal=True) + 1
    if len(dialect.header) > 1 and not (widths == len(dialect.header)).all():
        return None
    _check_rows(len(lines))
    if (lines.str.len_bytes().max() or 0) > settings().max_cell_bytes:  # type: ignore[operator]
        return None  # a long line may hold short cells: let the other way judge
    if len(dialect.header) == 1:
        frame = lines.alias("0").to_frame()
    else:
        frame = lines.str.split_exact(dialect.delimiter, len(dialect.header) - 1).struct.unnest()
        frame.columns = [str(i) for i in range(len(dialect.header))]
    return Rows(frame, np.arange(1, len(frame) + 1))


class _Tolerant:
    """Reads row by row with `csv`, and after a quote that never closes goes on in the next line."""

    def __init__(self, data: bytes, dialect: Dialect) -> None:
        self.data, self.dialect, self.width = data, dialect, len(dialect.header)
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
            if len(self.unclosed) > UNCLOSED_LIMIT:
                raise BadFile(
                    f"More than {UNCLOSED_LIMIT} quotes are opened and never closed, the first in line {self.unclosed[0]}. "
                    "Export the table again with quotes doubled inside cells."
                )
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
            _check_rows(self.count)
            self._flush()

    def _flush(self) -> None:
        columns = list(zip(*self.pending, strict=True)) or [()] * self.width
        self.frames.append(pl.DataFrame([pl.Series(str(i), column, dtype=pl.String) for i, column in enumerate(columns)]))
        self.pending = []

    def _next_line(self, position: int) -> int:
        return self.data.find(b"\n", position) + 1 or len(self.data)


def _check_rows(count: int) -> None:
    limit = settings().max_rows
    if count > limit:
        raise LimitExceeded(f"The table has more than {limit:,} rows. Upload a part of it, or raise {settings().variable('max_rows')}.")
