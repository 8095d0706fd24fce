"""The cells of a sheet as rows of text: merged cells filled, the header found below its titles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from core.dataset.numbers import number_style
from core.dataset.schema import Finding, Severity
from core.errors import BadSettings
from core.language import N_

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

__all__ = ["Grid", "header_row"]

Place = tuple[int, int]  # row and column, from 0

SAMPLE_ROWS: Final = 200
TITLE_ROWS: Final = 20  # titles and notes above the header end within so many rows
HEADER_SHARE: Final = 0.6  # of the cells that a row usually has make a row the header
MERGED_CELLS: Final = 1_000_000  # more than this are left as they are
EXACT_WHOLE: Final = 2.0**53


class Grid:
    """The cells of a sheet as text: rows from the first of the sheet, columns from the first that is filled."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self.sheet = sheet
        self.left = (sheet.start or (0, 0))[1]  # calamine leaves out empty columns before the table, but not empty rows
        bottom, right = sheet.end or (0, 0)
        self.height, self.width = bottom + 1, right - self.left + 1
        self.merged = list(self._merged())
        self.inherits: dict[int, list[tuple[int, Place]]] = {}  # by row: a column, and the corner of its merged cell
        for top, left, bottom, right in self.merged:
            for row in range(top, bottom + 1):
                self.inherits.setdefault(row, []).extend((column, (top, left)) for column in range(left, right + 1))
        self.sample: list[list[str]] = []  # the first rows, to and beyond those that hold something
        filled = 0
        for cells in self.rows(0):
            self.sample.append(cells)
            filled += any(cells)
            if filled > SAMPLE_ROWS:
                break

    def _merged(self) -> Iterator[tuple[int, int, int, int]]:
        """Merged cells inside the table, relative to it."""
        total = 0
        for (top, left), (bottom, right) in self.sheet.merged_cell_ranges or ():
            box = (top, max(left - self.left, 0), min(bottom, self.height - 1), min(right - self.left, self.width - 1))
            area = (box[2] - box[0] + 1) * (box[3] - box[1] + 1)
            total += max(area, 0)
            if box[0] <= box[2] and box[1] <= box[3] and area > 1 and total <= MERGED_CELLS and left >= self.left:
                yield box

    def rows(self, header: int) -> Iterator[list[str]]:
        """The rows below row `header` (from 1 as in Excel; 0: all), as text."""
        corners: dict[Place, str] = {}
        for number, values in enumerate(self.sheet.iter_rows()):
            cells = [_text(value) for value in values]
            for column, corner in self.inherits.get(number, ()):
                if corner == (number, column):
                    corners[corner] = cells[column]
                cells[column] = cells[column] or corners.get(corner, "")
            if number >= header:
                yield cells

    def names(self, header: int) -> list[str]:
        """The column names in row `header`."""
        if not header:
            return [f"column_{i}" for i in range(1, self.width + 1)]
        if header > self.height:
            raise BadSettings(N_("Row {header} of the sheet {name} cannot be the header: the sheet ends in row {height}.").format(header=f"{header:,}", name=repr(self.sheet.name[:80]), height=f"{self.height:,}"))
        return next(islice(self.rows(0), header - 1, None))

    def second_names(self, header: int, names: Sequence[str]) -> list[str] | None:
        """Names of two rows, joined, where the first one has cells merged sideways and the second one holds words; else None."""
        across = [box for box in self.merged if box[0] < header <= box[2] + 1 and box[3] > box[1]]
        below = self.sample[header] if header < len(self.sample) else []
        words = [cell for cell in below if cell]
        if not across or not words or any(number_style(pl.Series([cell])) for cell in words) or any(not below[i] for box in across for i in range(box[1], box[3] + 1)):
            return None
        return [first if first == second or not second else f"{first} {second}".strip() for first, second in zip(names, below, strict=True)]

    def filled(self, header: int, columns: Sequence[int]) -> list[int]:
        """Those of some columns that hold something below the header."""
        return [i for i in columns if any(row[i] for row in self.rows(header))] if columns else []

    def about_merged(self) -> tuple[Finding, ...]:
        """What is said of merged cells."""
        if not self.merged:
            return ()
        message = f"{len(self.merged):,} merged {'cell was' if len(self.merged) == 1 else 'cells were'} read as the same value in each of the cells that {'it covers' if len(self.merged) == 1 else 'they cover'}."
        return (Finding(code="merged_cells", severity=Severity.NOTE, message=message, count=len(self.merged)),)


def _text(value: Any) -> str:
    """A cell as people write it; Excel's dates and numbers lose nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < EXACT_WHOLE else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        return repr(value.total_seconds()).removesuffix(".0")
    return str(value)


def header_row(grid: Grid, told: int | None) -> int:
    """The row of the header, from 1 as in Excel; 0: there is none."""
    if told is not None:
        return told
    filled = [(i, sum(map(bool, row))) for i, row in enumerate(grid.sample)]
    filled = [(i, count) for i, count in filled if count]
    usual = median(count for _, count in filled)
    for i, count in filled[:TITLE_ROWS]:
        if count >= HEADER_SHARE * usual and not _is_one_merged(grid, i):
            return i + 1
    return filled[0][0] + 1


def _is_one_merged(grid: Grid, row: int) -> bool:
    """Whether a row is nothing but a title across several columns."""
    corners = dict(grid.inherits.get(row, ()))
    filled = {corners.get(column) for column, cell in enumerate(grid.sample[row]) if cell}
    return len(filled) == 1 and None not in filled
