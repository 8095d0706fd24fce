"""The one door for a file: its content decides which reader takes it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable, read_table
from core.dataset.schema import ColumnType
from core.errors import BadFile
from core.language import N_

if TYPE_CHECKING:
    from core.dataset.readers.pictures import Pictures

__all__ = ["Read", "office_kind", "read"]

OFFICE = "[Content_Types].xml"
OFFICE_DIRECTORY_BYTES = 512 * 1024  # the names in a file of an office program stand in so many bytes at its end
SAVE_AS = N_("Save it as .xlsx or CSV and upload that file.")


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
        BadSettings: an option does not fit the file, such as a sheet that is not there.
        LimitExceeded: it is larger than a limit of `core.settings`.
        Cancelled: nobody wants it any more.

    Example:
        >>> read(Source.of(b"age,job\\n31,cook\\n", "people.csv"), ReadOptions(), Progress()).raw.frame.rows()
        [('31', 'cook')]
    """
    if source.is_zip and not (office := office_kind(source)):
        return _read_archive(source, options, progress)
    if source.is_zip:
        return Read(_read_office(source, office, options, progress))
    if source.is_gzip:
        from core.dataset.readers.inflate import inflated

        with inflated(source, progress) as inner:
            return Read(_read_table(inner, options, progress))
    return Read(_read_table(source, options, progress))


def _read_archive(source: Source, options: ReadOptions, progress: Progress) -> Read:
    """A zip of texts or of pictures."""
    from core.dataset.readers.texts import holds_texts

    if holds_texts(source):
        from core.dataset.readers.texts import as_table as table_of_texts
        from core.dataset.readers.texts import read_texts

        raw, guesses = table_of_texts(read_texts(source, options, progress))
        return Read(raw, None, guesses)
    from core.dataset.readers.pictures import as_table, read_pictures

    pictures = read_pictures(source, progress)
    raw, guesses = as_table(pictures)
    return Read(raw, pictures, guesses)


def _read_table(source: Source, options: ReadOptions, progress: Progress) -> RawTable:
    """A table that is not packed."""
    if source.head.startswith(b"PAR1"):
        from core.dataset.readers.columnar import read_parquet

        return read_parquet(source, progress)
    from core.dataset.readers.jsonlines import is_json, read_json

    if is_json(source.head):
        return read_json(source, options, progress)
    if source.head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile(N_("{name} is an old Excel file (.xls), or one with a password. {advice_words}").format(name=source.name, advice_words=SAVE_AS))
    if source.head.startswith(b"PK\x03\x04"):
        raise BadFile(N_("{name} is a zip or Excel file that is damaged or cut off. Make it again and upload that file.").format(name=source.name))
    if (phrase := source.looks_like or "").endswith(" picture") and "HEIC" not in phrase:
        from core.dataset.readers.pictures import LAYOUT

        raise BadFile(N_("{name} looks like {phrase_words}, and one picture is too little to learn from. {layout_words}").format(name=source.name, phrase_words=phrase, layout_words=LAYOUT))
    return read_table(source, options=options, progress=progress)


def office_kind(source: Source) -> str:
    """What a zip is if an office program wrote it: xlsx, xlsb, ods, or docx for all else; "" if none did."""
    try:
        with source.open() as stream:
            stream.seek(max(0, source.size_bytes - OFFICE_DIRECTORY_BYTES))
            directory = stream.read()
            if OFFICE.encode() not in directory and b"content.xml" not in directory:
                return ""  # a zip of 70,000 pictures need not be listed twice for that
            file = zipfile.ZipFile(stream)
            names = set(file.namelist())
            if OFFICE in names:
                return "xlsx" if "xl/workbook.xml" in names else "xlsb" if "xl/workbook.bin" in names else "docx"
            return "ods" if "mimetype" in names and "content.xml" in names else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, UnicodeError):
        return ""


def _read_office(source: Source, kind: str, options: ReadOptions, progress: Progress) -> RawTable:
    if kind != "xlsx":
        what = {"xlsb": N_("a binary Excel workbook (.xlsb)"), "ods": N_("an OpenDocument file")}.get(kind, N_("a document of Word or PowerPoint, or an Excel file of an unknown kind"))
        raise BadFile(N_("{name} is {what_words}. {advice_words}").format(name=source.name, what_words=what, advice_words=SAVE_AS))
    from core.dataset.readers.workbook import read_workbook

    return read_workbook(source, options, progress)
