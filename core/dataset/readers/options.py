"""How a file shall be read, where the user knows better than the guess."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ReadOptions"]


@dataclass(frozen=True)
class ReadOptions:
    """What the user overruled; what is left out is guessed from the content.

    Attributes:
        encoding: name of a text encoding, as Python knows it.
        delimiter: one character between cells.
        sheet: name of a sheet of a workbook.
        header_row: the line (text) or row (workbook) with the column names, counted from 1; 0: there is none.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
