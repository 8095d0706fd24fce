"""JSON lines, or one JSON list of objects → the table that the same data would be as CSV.

Objects are taken from the text one after the other, so that neither a file of one line nor one of a million is held
as a whole; the first time to learn the columns, the second time to write them.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from core.dataset.progress import Progress
from core.dataset.readers.columnar import JOINT, left_out_nested
from core.dataset.readers.east_asian import guess_east_asian
from core.dataset.readers.encoding import MARKS, TITLES
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.spool import Spool
from core.dataset.readers.table import RawTable
from core.dataset.schema import Finding, Severity
from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["is_json", "read_json"]

BEGINS: Final = re.compile(r'\s*(\[\s*)?\{\s*("|\})')
BETWEEN: Final = re.compile(r"[\s,]*")
CHUNK_BYTES: Final = MIB
BATCH_ROWS: Final = 5_000
BROKEN_LINES: Final = 50  # more than this, and it is another format
SHOWN: Final = 10


def is_json(head: bytes) -> bool:
    """Whether a file begins as JSON lines or as a list of objects.

    Args:
        head: its first bytes.

    Example:
        >>> is_json(b' [ {"age": 3}, '), is_json(b"{a},{b}")
        (True, False)
    """
    mark, encoding = next((m for m in MARKS if head.startswith(m[0])), (b"", "utf-8"))
    return bool(BEGINS.match(head[len(mark) :].decode(encoding, errors="replace")))


def read_json(source: Source, options: ReadOptions, progress: Progress) -> RawTable:
    """Read JSON lines or a JSON list of objects.

    Lines that are no JSON are left out and named. Numbers stay as they are written, so that nothing is rounded.

    Raises:
        BadFile: it holds no objects with single values, or is damaged.
        LimitExceeded: it has more rows or columns, or a larger cell, than a limit of `core.settings` allows.

    Example:
        >>> raw = read_json(Source.of(b'{"age": 31}\\n{"age": 42, "job": "cook"}\\n', "t.jsonl"), ReadOptions(), Progress())
        >>> raw.frame.rows()
        [('31', None), ('42', 'cook')]
    """
    encoding, guessed = _encoding(source, options)
    survey = _Survey()
    for record in _records(source, encoding, survey, progress, N_("Looking at the rows")):
        survey.take(record)
    names = [name for name, single in survey.columns.items() if single]
    nested = [name for name, single in survey.columns.items() if not single]
    if not names:
        raise BadFile(N_("{name} is JSON, but none of its objects holds a single value. Write one object for each row, such as {{\"age\": 31, \"job\": \"cook\"}}.").format(name=source.name))
    with Spool(source.name) as spool:
        spool.header(names)
        batch: list[list[str]] = []
        for record in _records(source, encoding, None, progress, "Unpacking"):
            batch.append([_text(record[name]) if name in record else "" for name in names])
            if len(batch) >= BATCH_ROWS:
                spool.rows(batch)
                batch = []
        spool.rows(batch)
        return spool.table("json", progress, guessed + left_out_nested(nested) + _broken(survey.broken))


@dataclass
class _Survey:
    """What the first pass learns: the columns (False: not of single values), rows, and lines that are no JSON."""

    columns: dict[str, bool] = field(default_factory=dict)
    rows: int = 0
    broken: list[int] = field(default_factory=list)

    def take(self, record: dict[str, Any]) -> None:
        self.rows += 1
        limits = settings()
        for name, value in record.items():
            self.columns[name] = self.columns.get(name, True) and _is_single(value)
        if len(self.columns) > limits.max_columns:
            raise LimitExceeded(N_("The table has more than {max_columns} columns. Leave some out, or raise {variable}.").format(max_columns=f"{limits.max_columns:,}", variable=limits.variable("max_columns")))
        if self.rows > limits.max_rows:
            raise LimitExceeded(N_("The table has more than {max_rows} rows. Upload a part of it, or raise {variable}.").format(max_rows=f"{limits.max_rows:,}", variable=limits.variable("max_rows")))


def _is_single(value: Any) -> bool:
    return not isinstance(value, dict) and not (isinstance(value, list) and any(isinstance(item, dict | list) for item in value))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return JOINT.join(_text(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value  # numbers are text already


def _records(source: Source, encoding: str, survey: _Survey | None, progress: Progress, stage: str) -> Iterator[dict[str, Any]]:
    """The objects of a file, one by one.

    Raises:
        BadFile: something else than objects stands there.
    """
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=lambda name: "" if name == "NaN" else name)
    with source.open() as stream:
        text = _Text(source, stream, encoding, progress, stage)
        in_list = text.opens_list()
        while text.at_value():
            if in_list and text.buffer[text.at] == "]":
                return
            record = _next(text, decoder, in_list, survey)
            if isinstance(record, dict):
                yield record
            elif record is not None:
                raise BadFile(N_("Line {line} of {name} is JSON, but no object with names and values. Write one object for each row, such as {{\"age\": 31}}.").format(line=f"{text.line:,}", name=source.name))
        if in_list:
            raise BadFile(N_("{name} is a JSON list that never ends: it was cut off after line {line}. Export it again and upload that file.").format(name=source.name, line=f"{text.line:,}"))


def _next(text: _Text, decoder: json.JSONDecoder, in_list: bool, survey: _Survey | None) -> Any:
    """The next value, or None after a line that is no JSON was stepped over."""
    while True:
        try:
            value, end = decoder.raw_decode(text.buffer, text.at)
        except (ValueError, RecursionError) as error:
            if (in_list or not text.line_is_whole()) and text.more():
                continue
            if in_list or isinstance(error, RecursionError):
                raise BadFile(N_("{name} is damaged JSON: line {line} cannot be read. Export it again and upload that file.").format(name=text.source.name, line=f"{text.line:,}")) from error
            text.skip_line(survey)
            return None
        text.at = end
        return value


class _Text:
    """The text of a file, a piece at a time; what was read is let go."""

    def __init__(self, source: Source, stream: BinaryIO, encoding: str, progress: Progress, stage: str) -> None:
        self.source, self.stream, self.progress, self.stage = source, stream, progress, stage
        self.decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self.buffer, self.at, self.lines_before, self.ended = "", 0, 1, False

    @property
    def line(self) -> int:
        """The number of the line that is read, from 1."""
        return self.lines_before + self.buffer.count("\n", 0, self.at)

    def more(self) -> bool:
        """Read on; False at the end.

        Raises:
            LimitExceeded: one value is larger than any row may be.
        """
        if self.ended:
            return False
        limit = 4 * settings().max_cell_bytes
        if len(self.buffer) - self.at > limit:
            raise LimitExceeded(N_("Line {line} begins a value of more than {limit} MB. Write smaller rows, or raise {variable}.").format(line=f"{self.line:,}", limit=f"{limit / MIB:.3g}", variable=settings().variable("max_cell_bytes")))
        data = self.stream.read(max(CHUNK_BYTES, 2 * (len(self.buffer) - self.at)))  # twice as much each time
        self.ended = not data
        self.lines_before, self.buffer, self.at = self.line, self.buffer[self.at :] + self.decoder.decode(data, final=self.ended), 0
        self.progress.step(self.stage, self.stream.tell(), self.source.size_bytes)
        return True

    def line_is_whole(self) -> bool:
        """Whether much more than the line is there already: a value that cannot be read is broken, not cut."""
        return 0 <= self.buffer.find("\n", self.at) < len(self.buffer) - CHUNK_BYTES

    def at_value(self) -> bool:
        """Step over blanks and commas; False at the end of the file."""
        while True:
            self.at = BETWEEN.match(self.buffer, self.at).end()  # type: ignore[union-attr]  # matches the empty text, too
            if self.at < len(self.buffer):
                return True
            if not self.more():
                return False

    def opens_list(self) -> bool:
        """Step over a mark and an opening bracket; True if there was one."""
        self.at_value()
        self.at += self.buffer.startswith("\ufeff", self.at)
        opens = self.at_value() and self.buffer[self.at] == "["
        self.at += opens
        return opens

    def skip_line(self, survey: _Survey | None) -> None:
        """Go on in the next line.

        Raises:
            BadFile: that happened too often.
        """
        if survey is not None:
            survey.broken.append(self.line)
            if len(survey.broken) > BROKEN_LINES:
                raise BadFile(N_("More than {broken_lines} lines of {name} are no JSON, the first is line {broken}. Write one object in each line and upload it again.").format(broken_lines=BROKEN_LINES, name=self.source.name, broken=f"{survey.broken[0]:,}"))
        stop = self.buffer.find("\n", self.at)
        self.at = len(self.buffer) if stop < 0 else stop + 1


def _encoding(source: Source, options: ReadOptions) -> tuple[str, tuple[Finding, ...]]:
    """The encoding of the file, and what to say where it had to be guessed."""
    if options.encoding:
        return options.encoding, ()
    marked = next((encoding for mark, encoding in MARKS if source.head.startswith(mark)), None)
    if marked:
        return marked, ()
    decoder = codecs.getincrementaldecoder("utf-8")()
    with source.open() as stream:
        while data := stream.read(CHUNK_BYTES):
            try:
                decoder.decode(data)
            except UnicodeDecodeError as error:
                sample = data[max(0, error.start - 1000) : error.start + 100_000]
                encoding = guess_east_asian(sample[sample.find(b"\n") + 1 :].rsplit(b"\n", 1)[0]) or "utf-8"
                how = f"read as {TITLES[encoding]}" if encoding in TITLES else "shown with � where a character was unreadable"
                message = f"The text is not UTF-8. It was {how}. If words look wrong, save the file as UTF-8 and upload it again."
                return encoding, (Finding(code="encoding_guessed", severity=Severity.LOOK, message=message),)
    return "utf-8", ()


def _broken(lines: list[int]) -> tuple[Finding, ...]:
    if not lines:
        return ()
    shown = ", ".join(f"{line:,}" for line in lines[:SHOWN]) + (" …" if len(lines) > SHOWN else "")
    message = f"Left out because {'it is' if len(lines) == 1 else 'they are'} no JSON: line{'s' if len(lines) > 1 else ''} {shown}. Correct the file and upload it again if you need them."
    return (Finding(code="ragged_rows", severity=Severity.LOOK, message=message, count=len(lines)),)
