"""What another format holds, written as plain CSV or inflated: small things in memory, large ones in a file that goes by itself.

Every byte is counted as it is written, so no file can unpack to more than the limit, whatever it declares.
"""

from __future__ import annotations

import csv
import errno
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO

from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable, read_table
from core.dataset.schema import Finding
from core.dataset.whole import ReadingFolder
from core.errors import DiskFull, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["Spool"]

IN_MEMORY_BYTES = 32 * MIB
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Spool:
    """A file that is written once and then read as a `Source`; it goes at the end of its `with`.

    Example:
        >>> with Spool("people") as spool:
        ...     spool.header(["age"])
        ...     spool.rows([["31"], ["42"]])
        ...     spool.table("json", Progress()).frame.rows()
        [('31',), ('42',)]
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.size_bytes = 0
        self._file: IO[bytes] = io.BytesIO()
        self._folder: ReadingFolder | None = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._file.close()
        if self._folder is not None:
            self._folder.remove()

    def write(self, data: bytes) -> None:
        """Append.

        Raises:
            LimitExceeded: it would be larger than `max_inflated_bytes`.
            DiskFull: there is no room.
        """
        self.size_bytes += len(data)
        self.check(self.size_bytes)
        try:
            if self._folder is None and self.size_bytes > IN_MEMORY_BYTES:
                self._move_to_disk()
            self._file.write(data)
        except OSError as error:
            raise _no_room(error) from error

    def check(self, size_bytes: int) -> None:
        """Refuse a size before it is written.

        Raises:
            LimitExceeded: it is larger than `max_inflated_bytes`.
        """
        limit = settings().max_inflated_bytes
        if size_bytes > limit:
            raise LimitExceeded(
                N_("Unpacked, {name} would be larger than {limit} MB. Upload a part of it, or raise {variable}.").format(name=self.name, limit=f"{limit / MIB:,.3g}", variable=settings().variable("max_inflated_bytes"))
            )

    def header(self, names: Sequence[str]) -> None:
        """Write column names, quoted so that nothing in them can be mistaken."""
        self._lines([[name or f"column_{i}" for i, name in enumerate(names, 1)]], csv.QUOTE_ALL)

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows of text; an empty text is an empty cell."""
        self._lines(rows, csv.QUOTE_MINIMAL)

    def source(self) -> Source:
        """What was written."""
        if isinstance(self._file, io.BytesIO):
            return Source(self._file.getvalue(), self.name)
        try:
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from error
        return Source(Path(self._file.name), self.name)

    def table(self, form: str, progress: Progress, notices: tuple[Finding, ...] = ()) -> RawTable:
        """The table that was written.

        Args:
            form: what the file was, instead of an encoding.
            progress: to hear how far it is, and to cancel.
            notices: findings about how it was read.
        """
        raw = read_table(self.source(), options=ReadOptions(delimiter=",", header_row=1), progress=progress)
        return replace(raw, encoding=form, delimiter="", notices=(*notices, *raw.notices))

    def _lines(self, rows: Sequence[Sequence[str]], quoting: int) -> None:
        text = io.StringIO()
        csv.writer(text, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]  # one of csv's own
        self.write(text.getvalue().encode("utf-8", errors="replace"))

    def _move_to_disk(self) -> None:
        assert isinstance(self._file, io.BytesIO)
        self._folder = ReadingFolder()
        kept, self._file = self._file, (self._folder.path / "table").open("wb")
        self._file.write(kept.getbuffer())


def _no_room(error: OSError) -> Exception:
    return DiskFull(N_("There is no room on the disk to unpack this file. Free some space and try again.")) if error.errno in NO_ROOM else error
