"""A file of delimited text → one table of text cells, whatever its dialect and encoding."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from core.dataset.progress import Progress
from core.dataset.readers.blocks import BLOCK_BYTES, first_text, spread_rows
from core.dataset.readers.delimited import Rows, decimal_points, read_rows
from core.dataset.readers.dialect import Dialect, find_dialect
from core.dataset.readers.encoding import decode
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.schema import Finding, Severity
from core.dataset.values import is_missing, tidy_name
from core.dataset.whole import Whole
from core.errors import BadFile, LimitExceeded
from core.language import N_, plural
from core.settings import settings

__all__ = ["RawTable", "column_names", "null_where_empty", "read_table"]

NAME_CHARACTERS = 200
SHOWN_LINES = 10
DECIMAL_COMMA = r"^\s*[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?\s*$"


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in the file.

    Attributes:
        frame: (rows, columns) all text; null where a cell is empty. Of a table with a `whole` only a sample of the rows.
        rows: (rows,) int64, the number of each row in the file (the first after the header is 1);
            numbers are missing where a row was left out.
        encoding: of the file, Python's name.
        delimiter: one character.
        notices: findings about how it was read.
        whole: all rows, where there are too many for memory.
        answers: columns of which any may be the target and none is an input.
    """

    frame: pl.DataFrame
    rows: np.ndarray
    encoding: str
    delimiter: str
    notices: tuple[Finding, ...] = ()
    whole: Whole | None = None
    answers: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Rows of the file that fit its header."""
        return len(self.frame) if self.whole is None else self.whole.rows


def read_table(
    source: Path | bytes | Source, file_name: str = "table", options: ReadOptions | None = None, progress: Progress | None = None
) -> RawTable:
    """Read delimited text: any delimiter, quoting, line end and encoding that people really use.

    Args:
        source: a path, or the content.
        file_name: to show in messages.
        options: encoding, delimiter and header, where the guess is wrong.
        progress: to hear how far it is, and to cancel.

    Raises:
        BadFile: it is empty or is not a text table; the message says what it looks like.
        LimitExceeded: it is larger than a limit of `core.settings`.

    Example:
        >>> table = read_table(b"a;b\\n1,5;x\\n")
        >>> table.frame.rows(), table.delimiter
        ([('1.5', 'x')], ';')
    """
    given = source if isinstance(source, Source) else Source.of(source, file_name)
    if phrase := given.looks_like:
        raise BadFile(N_("{name} looks like {phrase_words}, not like a text table. Export the table as CSV and upload that file.").format(name=given.name, phrase_words=phrase))
    options, progress = options or ReadOptions(), progress or Progress()
    progress.step("Reading", 0, given.size_bytes)
    with given.open() as stream:
        head = stream.read(BLOCK_BYTES)
        if stream.read(1):
            return _large_table(given, head, options, progress)
    return _small_table(given.name, head, options)


def _small_table(name: str, data: bytes, options: ReadOptions) -> RawTable:
    decoded = decode(data, options.encoding)
    text = decoded.text[_sep_line_bytes(decoded.text) :]
    dialect = find_dialect(text, options.delimiter, options.header_row)
    _check_columns(len(dialect.header))
    rows = read_rows(text, dialect)
    if not len(rows.frame):
        raise BadFile(_no_rows(name, dialect, rows))
    names, renamed = column_names(dialect.header)
    frame, commas = _decimal_points(null_where_empty(rows.frame.rename(dict(zip(rows.frame.columns, names, strict=True)))), dialect)
    notices = decoded.notices + _about_rows(dialect, rows) + renamed + _about_commas(commas)
    return RawTable(frame, rows.numbers, decoded.encoding, dialect.delimiter, notices)


def _large_table(given: Source, head: bytes, options: ReadOptions, progress: Progress) -> RawTable:
    from core.dataset.readers.large import read_large

    text, encoding = first_text(head, options.encoding)
    skipped = _sep_line_bytes(text)
    dialect = find_dialect(text[skipped:], options.delimiter, options.header_row)
    _check_columns(len(dialect.header))
    names, renamed = column_names(dialect.header)
    shown, commas = _decimal_points(_shown_rows(given, text[skipped:], dialect, names, encoding), dialect)
    dialect = replace(dialect, body=dialect.body + skipped)
    found = read_large(given, options.encoding, dialect, names, shown, commas, progress)
    if not found.whole.rows:
        raise BadFile(_no_rows(given.name, dialect, found.rows))
    notices = found.decoder.notices + _about_rows(dialect, found.rows) + renamed + _about_commas(list(found.commas))
    return RawTable(found.sample, found.numbers, found.decoder.encoding, dialect.delimiter, notices, found.whole)


def _shown_rows(given: Source, text: bytes, dialect: Dialect, names: list[str], encoding: str | None) -> pl.DataFrame:
    """Some rows from the beginning, and from places all over the file where that is quick."""
    columns = [str(i) for i in range(len(names))]
    frames = [read_rows(text, dialect).frame, *(spread_rows(given, dialect, encoding) if encoding else ())]
    return null_where_empty(pl.concat(frames).rename(dict(zip(columns, names, strict=True))))


def _sep_line_bytes(text: bytes) -> int:
    """Length of Excel's `sep=;` line, which says nothing that the rows do not."""
    first = text[:16].partition(b"\n")[0]
    return len(first) + 1 if first[:4].lower() == b"sep=" and len(first) <= 5 else 0


def _no_rows(name: str, dialect: Dialect, rows: Rows) -> str:
    if rows.ragged or rows.unclosed:
        line = (rows.ragged + rows.unclosed)[0]
        return N_("No row of {name} has the {header} cells of its header (line {line} is the first that differs). Check the delimiter and upload it again.").format(name=name, header=len(dialect.header), line=line)
    shown = ", ".join(cell[:40] for cell in dialect.header[:5])
    return N_("{name} has a header ({shown}) but no rows below it. Upload a file that holds data.").format(name=name, shown=shown)


def _check_columns(count: int) -> None:
    limit = settings().max_columns
    if count > limit:
        raise LimitExceeded(
            N_("The table has {count} columns; at most {limit} are read. Leave some out, or raise {variable}.").format(count=f"{count:,}", limit=f"{limit:,}", variable=settings().variable("max_columns"))
        )


def column_names(header: tuple[str, ...]) -> tuple[list[str], tuple[Finding, ...]]:
    """Tidy, unique, non-empty names of at most 200 characters; what had to change is said."""
    tidied = [tidy_name(cell)[:NAME_CHARACTERS] for cell in header]
    wanted = [name or f"column_{i}" for i, name in enumerate(tidied, 1)]
    taken = set(wanted)
    names: dict[str, None] = {}  # a set that keeps its order
    for name in wanted:
        unique, number = name, 2
        while unique in names or (unique != name and unique in taken):
            unique, number = f"{name}_{number}", number + 1
        names[unique] = None
    return list(names), _about_names(header, tidied, wanted, list(names))


def _about_names(header: tuple[str, ...], tidied: list[str], wanted: list[str], names: list[str]) -> tuple[Finding, ...]:
    found = []
    if nameless := [name for name, cell in zip(names, tidied, strict=True) if not cell]:
        found.append(("unnamed_columns", nameless, "without a name, now called {names}"))
    if doubled := [new for new, old in zip(names, wanted, strict=True) if new != old]:
        found.append(("duplicate_names", doubled, "with a name that was already taken, now called {names}"))
    if cut := [name for name, cell in zip(names, header, strict=True) if len(tidy_name(cell)) > NAME_CHARACTERS]:
        found.append(("long_names", cut, f"with a name of more than {NAME_CHARACTERS} characters, which was cut"))
    if numeric := [name for name in tidied if re.fullmatch(r"[+-]?\d+([.,]\d+)?", name)]:
        found.append(("numeric_names", numeric, "with a number for a name ({names}): if the first line is data, add a line with column names above it"))
    return tuple(
        Finding(code=code, severity=Severity.LOOK, message=f"{len(which):,} column{'s' if len(which) > 1 else ''} {text.format(names=_shown(which))}.", count=len(which))
        for code, which, text in found
    )


def _shown(names: list[str]) -> str:
    return ", ".join(f"“{name[:40]}”" for name in names[:5]) + (" …" if len(names) > 5 else "")


def _about_rows(dialect: Dialect, rows: Rows) -> tuple[Finding, ...]:
    found = []
    if dialect.skipped_lines:
        message = plural("{n} line above the header was skipped. Check that the column names are right.", "{n} lines above the header were skipped. Check that the column names are right.", dialect.skipped_lines)
        found.append(Finding(code="preamble_skipped", severity=Severity.LOOK, message=message, count=dialect.skipped_lines))
    for code, lines, what in (
        ("ragged_rows", rows.ragged, N_("Left out because they do not have the {cells} cells of the header: {lines}. Correct the file and upload it again if you need them.")),
        ("unclosed_quotes", rows.unclosed, N_("Left out because a quote opens there and never closes: {lines}. Correct the file and upload it again if you need them.")),
    ):
        if lines:
            message = what.format(cells=len(dialect.header), lines=_listed(lines))
            found.append(Finding(code=code, severity=Severity.LOOK, message=message, count=len(lines)))
    return tuple(found)


def _listed(lines: tuple[int, ...]) -> str:
    shown = ", ".join(str(line) for line in lines[:SHOWN_LINES])
    return f"line {shown}" if len(lines) == 1 else f"{len(lines):,} lines, {shown}" + (" …" if len(lines) > SHOWN_LINES else "")


def null_where_empty(frame: pl.DataFrame) -> pl.DataFrame:
    """A table of text without blank cells."""
    return frame.select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))


def _decimal_points(frame: pl.DataFrame, dialect: Dialect) -> tuple[pl.DataFrame, list[str]]:
    """`1,5` → `1.5` in columns of a file whose delimiter is not the comma."""
    if dialect.delimiter == ",":
        return frame, []
    changed = []
    commas = frame.select(pl.all().str.contains(",", literal=True).any()).row(0)
    for name in (n for n, has_comma in zip(frame.columns, commas, strict=True) if has_comma):
        values = frame[name].filter(~is_missing(frame[name]))
        if values.str.contains(DECIMAL_COMMA).all():
            changed.append(name)
    return frame.with_columns(decimal_points(changed)) if changed else frame, changed


def _about_commas(columns: list[str]) -> tuple[Finding, ...]:
    if not columns:
        return ()
    message = N_("Numbers written with a decimal comma (1,5 for 1.5) were read as such in {shown}.").format(shown=_shown(columns))
    return (Finding(code="decimal_commas", severity=Severity.NOTE, message=message, count=len(columns)),)
