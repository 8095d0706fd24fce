"""Delimited text that is too long for memory → one Parquet file, block by block, and a sample of its rows.

How columns are written, `core.dataset.readers.plan` says.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from core.dataset.progress import Progress
from core.dataset.readers.blocks import TextBlocks
from core.dataset.readers.delimited import (
    Careful,
    Rows,
    check_rows,
    check_unclosed,
    longest_bytes,
)
from core.dataset.readers.dialect import Dialect
from core.dataset.readers.encoding import Decoder
from core.dataset.readers.pieces import Piece, Pieces
from core.dataset.readers.plan import Plan, as_planned, planned
from core.dataset.readers.rectangle import Rectangle, read_rectangle
from core.dataset.readers.sample import Sample
from core.dataset.readers.source import Source
from core.dataset.whole import ReadingFolder, Whole, written
from core.settings import settings

__all__ = ["LargeTable", "read_large"]


@dataclass(frozen=True)
class LargeTable:
    """What was read.

    Attributes:
        whole: all rows.
        sample: (rows, columns) text, spread over the file.
        numbers: (rows,) number of each sampled row in the file.
        rows: what `read_rows` says beside its frame: lines left out.
        decoder: what was found about the encoding.
        commas: columns whose decimal commas became points.
    """

    whole: Whole
    sample: pl.DataFrame
    numbers: np.ndarray
    rows: Rows
    decoder: Decoder
    commas: tuple[str, ...]


def read_large(
    source: Source, encoding: str | None, dialect: Dialect, names: list[str], shown: pl.DataFrame, commas: list[str], progress: Progress
) -> LargeTable:
    """Read all rows below the header into a Parquet file.

    Args:
        source: the file.
        encoding: given by the user, or None.
        dialect: of the file.
        names: of its columns.
        shown: (rows, columns) some rows as text, null where a cell is empty, from as many places as possible.
        commas: columns that have decimal commas there.
        progress: told after each block.

    Raises:
        BadFile, LimitExceeded: as `read_rows`.
        Cancelled: nobody wants it any more; nothing remains.
    """
    return as_planned(planned(shown, names, commas), lambda plan: _Reading(source, encoding, dialect, plan, progress).table())


@dataclass(frozen=True)
class _Quick:
    """A piece that was read at once: its rows as they are written, and what was found about them."""

    frame: pl.DataFrame
    found: Rectangle


class _Reading:
    """One pass over a file."""

    def __init__(self, source: Source, encoding: str | None, dialect: Dialect, plan: Plan, progress: Progress) -> None:
        self.source, self.encoding, self.dialect, self.plan, self.progress = source, encoding, dialect, plan, progress
        self.rows = self.lines = self.counted = 0
        self.ragged: list[int] = []
        self.unclosed: list[int] = []
        self.gaps: list[int] = []
        self.sample = Sample(settings().sample_rows)

    def table(self) -> LargeTable:
        folder = ReadingFolder()
        file = folder.path / "table.parquet"
        try:
            with self.source.hashed() as stream:
                self.blocks = TextBlocks(stream, self.encoding)
                written(file, self.plan.written, self._frames())
        except BaseException:
            folder.remove()  # now, not when the last traceback is forgotten
            raise
        frame, numbers = self.sample.taken(self.plan.forms)
        rows = Rows(frame, numbers, tuple(self.ragged), tuple(self.unclosed))
        return LargeTable(Whole(file, self.rows, self.plan.forms, tuple(self.gaps), folder), frame, numbers, rows, self.blocks.decoder, tuple(n for n in self.plan.names if n in self.plan.commas))

    def _frames(self) -> Iterator[pl.DataFrame]:
        """The rows as they are written."""
        pieces = Pieces(self._bodies(), self._quick)
        self.lines = self.dialect.body_line
        for piece in pieces:
            frame, numbers = self._rows_of(piece, pieces)
            self._note_gaps(numbers)
            self.sample.add(frame, numbers + self.counted_before)
            self.rows += len(frame)
            check_rows(self.rows)
            self.progress.step("Reading", self.blocks.done, self.source.size_bytes, self.rows)
            yield frame

    def _bodies(self) -> Iterator[tuple[bytes, bool]]:
        """The blocks, the first one without what stands above the rows."""
        skipped = self.dialect.body
        for block, final in self.blocks:
            yield block[skipped:], final
            skipped = 0

    def _note_gaps(self, numbers: np.ndarray) -> None:
        """Remember the numbers of the rows of this block that were left out."""
        if (count := self.counted - self.counted_before) > len(numbers):
            missing = np.setdiff1d(np.arange(1, count + 1), numbers, assume_unique=True)
            self.gaps += (missing + self.counted_before).tolist()

    def _rows_of(self, piece: Piece[_Quick | None], pieces: Pieces[_Quick | None]) -> tuple[pl.DataFrame, np.ndarray]:
        """The rows, and their numbers within the piece."""
        self.counted_before = self.counted
        quick = piece.read.result()
        if quick is not None:
            found = quick.found
            self.ragged += [self.lines + 1 + line for line in found.ragged]
            self.lines, self.counted = self.lines + found.lines, self.counted + found.count
            return quick.frame, found.numbers
        stop, frame, numbers = self._careful(piece.data, piece.final)
        if stop != len(piece.text):
            pieces.begin_with(piece.data[stop:])
        return frame, numbers

    def _quick(self, text: bytes) -> _Quick | None:
        """Whole rows, read at once; None is left to the careful way. Runs in a thread: changes nothing here."""
        schemas = (self.plan.in_file, dict.fromkeys(self.plan.names, pl.String()))  # a number that is none may still be one with blanks
        for schema in schemas if text else ():
            with contextlib.suppress(pl.exceptions.PolarsError):
                read = read_rectangle(text, self.dialect.delimiter, len(schema), schema) if len(schema) > 1 else None
                if read is None or longest_bytes(read[0]) > settings().max_cell_bytes:
                    return None
                return _Quick(self.plan.typed(read[0]), read[1])
        return None

    def _careful(self, data: bytes, final: bool) -> tuple[int, pl.DataFrame, np.ndarray]:
        reader = Careful(data, replace(self.dialect, body=0, body_line=self.lines), final=final)
        rows = reader.read()
        frame = self.plan.typed(rows.frame.rename(dict(zip(rows.frame.columns, self.plan.names, strict=True))))
        self.ragged += rows.ragged
        self.unclosed += rows.unclosed
        check_unclosed(self.unclosed)
        self.lines, self.counted = self.lines + data.count(b"\n", 0, reader.stop), self.counted + reader.count
        return reader.stop, frame, rows.numbers
