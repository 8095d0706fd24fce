"""Delimited text that is too long for memory → one Parquet file, block by block, and a sample of its rows.

A column that the sample shows as plain numbers, or as moments in one form, is written as such; all else as text. Where a
later block says otherwise, the file is read again with that column as text, so no cell is ever lost to a wrong guess.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from core.dataset.progress import Progress
from core.dataset.readers.blocks import TextBlocks
from core.dataset.readers.delimited import (
    Careful,
    Rows,
    check_rows,
    check_unclosed,
    decimal_points,
    longest_bytes,
)
from core.dataset.readers.dialect import Dialect
from core.dataset.readers.encoding import Decoder
from core.dataset.readers.pieces import Piece, Pieces
from core.dataset.readers.rectangle import Rectangle, read_rectangle
from core.dataset.readers.sample import AS_FLOAT, DECIMALS, Sample, as_text
from core.dataset.readers.source import Source
from core.dataset.schema import ColumnType
from core.dataset.types import guess_types
from core.dataset.values import find_time_format, is_missing
from core.dataset.whole import ReadingFolder, Whole, written
from core.settings import settings

__all__ = ["LargeTable", "read_large"]

TIMES_AGAIN = 3  # so often a file is read again for a column that is not what it seemed; then all is text
EXACT_WHOLE = 2.0**53


@dataclass(frozen=True)
class _Plan:
    """How columns are written.

    Attributes:
        names: of all columns.
        numbers: form of the numbers, by column.
        commas: columns of numbers with a decimal comma.
        times: form of the moments, by column.
    """

    names: tuple[str, ...]
    numbers: dict[str, str] = field(default_factory=dict)
    commas: frozenset[str] = frozenset()
    times: dict[str, str] = field(default_factory=dict)

    def without(self, columns: frozenset[str]) -> _Plan:
        """The same with these columns as plain text."""
        numbers, times = ({name: form for name, form in forms.items() if name not in columns} for forms in (self.numbers, self.times))
        return _Plan(self.names, numbers, self.commas - columns, times)

    @property
    def forms(self) -> dict[str, str]:
        """Form of the numbers and moments, by column."""
        return {**self.numbers, **self.times}

    @property
    def in_file(self) -> dict[str, pl.DataType]:
        """Types as the text itself shows them."""
        return {name: pl.Float64() if name in self.numbers and name not in self.commas else pl.String() for name in self.names}

    @property
    def written(self) -> dict[str, pl.DataType]:
        """Types as they are written."""
        times = dict.fromkeys(self.times, pl.Datetime("us"))
        return {name: times.get(name) or (pl.Float64() if name in self.numbers else pl.String()) for name in self.names}


class _NotAsGuessed(Exception):
    """Columns that hold something else than the plan says."""

    def __init__(self, columns: frozenset[str]) -> None:
        super().__init__(", ".join(columns))
        self.columns = columns


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
    plan = _planned(shown, names, commas)
    for again in range(TIMES_AGAIN + 1):
        reading = _Reading(source, encoding, dialect, plan, progress)
        try:
            return reading.table()
        except _NotAsGuessed as error:
            plan = plan.without(error.columns if again < TIMES_AGAIN - 1 else frozenset(names))
    raise AssertionError("text is always read")


def _planned(shown: pl.DataFrame, names: list[str], commas: list[str]) -> _Plan:
    guesses = guess_types(shown)
    kinds = {kind: [name for name, other in guesses.items() if other is kind] for kind in (ColumnType.NUMBER, ColumnType.TIME)}
    numbers = {name: form for name in kinds[ColumnType.NUMBER] if (form := _number_form(shown[name].drop_nulls())) is not None}
    times = {name: form for name in kinds[ColumnType.TIME] if (form := _exact_form(shown[name].drop_nulls()))}
    return _Plan(tuple(names), numbers, frozenset(commas), times)


def _number_form(values: pl.Series) -> str | None:
    """The form in which numbers give exactly this text again, or None."""
    numbers = values.cast(pl.Float64, strict=False)
    if numbers.null_count() or not numbers.is_finite().all() or (numbers.abs().max() or 0) >= EXACT_WHOLE:  # type: ignore[operator]
        return None
    point = values.filter(values.str.contains(".", literal=True)).head(1).to_list()
    forms = ["", AS_FLOAT, *(f"{DECIMALS}{len(text) - text.index('.') - 1}" for text in point)]
    return next((form for form in forms if as_text(numbers, form).equals(values)), None)


def _exact_form(values: pl.Series) -> str:
    """The form of moments that gives exactly this text again, or ""."""
    form = find_time_format(values.filter(~is_missing(values)))
    if not form.startswith("%") or "|" in form or "z" in form or "%.f" in form.removesuffix("%.f"):
        return ""
    written = form.removesuffix("%.f")
    try:
        again = values.str.strptime(pl.Datetime("us"), form, strict=False).dt.strftime(written)
    except pl.exceptions.PolarsError:
        return ""
    return form if (again == values).fill_null(False).all() else ""


@dataclass(frozen=True)
class _Quick:
    """A piece that was read at once: its rows as they are written, and what was found about them."""

    frame: pl.DataFrame
    found: Rectangle


class _Reading:
    """One pass over a file."""

    def __init__(self, source: Source, encoding: str | None, dialect: Dialect, plan: _Plan, progress: Progress) -> None:
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
                return _Quick(self._typed(read[0]), read[1])
        return None

    def _careful(self, data: bytes, final: bool) -> tuple[int, pl.DataFrame, np.ndarray]:
        reader = Careful(data, replace(self.dialect, body=0, body_line=self.lines), final=final)
        rows = reader.read()
        frame = self._typed(rows.frame.rename(dict(zip(rows.frame.columns, self.plan.names, strict=True))))
        self.ragged += rows.ragged
        self.unclosed += rows.unclosed
        check_unclosed(self.unclosed)
        self.lines, self.counted = self.lines + data.count(b"\n", 0, reader.stop), self.counted + reader.count
        return reader.stop, frame, rows.numbers

    def _typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Cells as they are written.

        Raises:
            _NotAsGuessed: a cell does not fit the plan.
        """
        frame = frame.with_columns(pl.when(pl.col(pl.String).str.strip_chars() != "").then(pl.col(pl.String)))
        if self.plan.commas:
            frame = frame.with_columns(decimal_points(sorted(self.plan.commas)))
        schema = frame.schema
        texts = [name for name in self.plan.numbers if schema[name] == pl.String]
        numbers = frame.select(pl.col(texts).str.strip_chars().cast(pl.Float64, strict=False)) if texts else pl.DataFrame()
        times = {name: frame[name].str.strptime(pl.Datetime("us"), form, strict=False) for name, form in self.plan.times.items()}
        changed = {**{name: numbers[name] for name in texts}, **times}
        wrong = {name for name, values in changed.items() if values.null_count() > frame[name].null_count()}
        frame = frame.with_columns(values.alias(name) for name, values in changed.items())
        wrong |= _too_large(frame.select(sorted(self.plan.numbers)))
        if wrong:
            raise _NotAsGuessed(frozenset(wrong))
        return frame


def _too_large(numbers: pl.DataFrame) -> set[str]:
    """Columns with whole numbers that a float cannot hold."""
    if not numbers.width or not len(numbers):
        return set()
    largest = numbers.select(pl.all().abs().max()).row(0)
    return {name for name, value in zip(numbers.columns, largest, strict=True) if value is not None and value >= EXACT_WHOLE}
