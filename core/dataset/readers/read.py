"""Any file → one table as it stands in the file: the content decides which reader takes it, never the name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable, read_table
from core.dataset.schema import ColumnType

if TYPE_CHECKING:
    from core.dataset.readers.pictures import Pictures

__all__ = ["Read", "read"]


@dataclass(frozen=True)
class Read:
    """A file that was read.

    Attributes:
        raw: its table.
        pictures: the decoded pictures, or None for a table.
        guesses: types that the format itself decides; None: guess them from the values.
    """

    raw: RawTable
    pictures: Pictures | None = None
    guesses: Mapping[str, ColumnType] | None = None


def read(source: Source, options: ReadOptions, progress: Progress) -> Read:
    """Read a file with the reader that fits its content.

    Raises:
        BadFile: no reader fits, or the file is broken; the message says what it looks like.
        LimitExceeded: it is larger than a limit of `core.settings`.
        Cancelled: nobody wants it any more.
    """
    if source.is_zip:
        from core.dataset.readers.pictures import as_table, read_pictures

        pictures = read_pictures(source)
        raw, guesses = as_table(pictures)
        return Read(raw, pictures, guesses)
    return Read(read_table(source))
