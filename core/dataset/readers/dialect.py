"""How a file of delimited text is written: its delimiter, and where its header stands; found from the first rows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from core.errors import BadFile, BadSettings
from core.language import N_
from core.settings import settings

__all__ = ["END", "Dialect", "Lines", "csv_rows", "find_dialect"]

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 200
PREAMBLE_ROWS = 20  # titles and notes above the header end within so many rows
HEADER_SHARE = 0.25  # so many sampled rows as wide as the first one make it the header
BODY_SHARE = 0.6  # else so many rows of one width make a table whose header stands lower
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
            raise BadFile(N_("The file holds only blank lines. Export it again and upload that file."))
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
            raise BadSettings(N_("Line {header_row} cannot be the header: it is blank or does not exist. Give the line that holds the column names, or 0 if there is none.").format(header_row=f"{header_row:,}"))
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
    reader = csv_rows(lines, delimiter)
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


def csv_rows(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    """Rows of cells as `csv` sees them, no cell larger than the limit."""
    csv.field_size_limit(settings().max_cell_bytes)
    return csv.reader(lines, delimiter=delimiter)
