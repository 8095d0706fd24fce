"""How a file shall be read, where the user knows better than the guess."""

from __future__ import annotations

import codecs
import string
from dataclasses import dataclass

from core.errors import BadSettings
from core.language import N_

__all__ = ["ReadOptions"]

HEADER_ROWS = 1000  # a header is looked for in so many lines
NOT_OF_FILES = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})  # Python's codecs for other things
SPELLED = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
DELIMITERS = frozenset(string.punctuation + " \t\x01\x1f") - {'"'}


@dataclass(frozen=True)
class ReadOptions:
    """What the user overruled; what is left out is guessed from the content.

    Attributes:
        encoding: name of a text encoding, as Python knows it.
        delimiter: one character between cells; a tab may be spelled `tab`.
        sheet: name of a sheet of a workbook.
        header_row: the line (text) or row (workbook) with the column names, counted from 1; 0: there is none.

    Raises:
        BadSettings: there is no such encoding, or what is given can be no delimiter or header.

    Example:
        >>> ReadOptions(delimiter="tab").delimiter
        '\\t'
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            object.__setattr__(self, "encoding", _codec(self.encoding))
        if self.delimiter is not None:
            object.__setattr__(self, "delimiter", _separator(self.delimiter))
        if self.header_row is not None and not 0 <= self.header_row <= HEADER_ROWS:
            raise BadSettings(
                N_("The header row must be a number from 0 (there is none) to {header_rows}, but it is {header_row}. Give the line that holds the column names.").format(header_rows=f"{HEADER_ROWS:,}", header_row=f"{self.header_row:,}")
            )


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        found = None
    if found is None or found.name in NOT_OF_FILES or not found._is_text_encoding:
        raise BadSettings(
            N_("There is no text encoding {name}. Give one such as utf-8, utf-16, gb18030, big5, shift_jis, cp1252 or latin-1, or leave it out to have it found.").format(name=repr(name[:40]))
        )
    return found.name


def _separator(text: str) -> str:
    character = SPELLED.get(text.lower(), text)
    if character not in DELIMITERS:
        raise BadSettings(
            N_("The delimiter must be one character such as , ; | or tab, but it is {text}. Give the character that stands between the cells, or leave it out to have it found.").format(text=repr(text[:40]))
        )
    return character
