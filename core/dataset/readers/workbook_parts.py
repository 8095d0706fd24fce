"""What a workbook would cost to read, and which formulas in it were never calculated: its XML, looked through before a library sees it.

The library holds a sheet as a full rectangle and repeats a shared text in every cell, so a file of a kilobyte could ask
for more memory than there is. Every part is unpacked once here, no further than the limits, and only counted.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

import numpy as np

from core.dataset.progress import Progress
from core.dataset.readers.source import Source
from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["Parts", "SheetPart", "examine"]

CHUNK_BYTES: Final = MIB
WORKBOOK: Final = "xl/workbook.xml"
SMALL_BYTES: Final = 16 * MIB  # of the list of sheets
RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RELATION_STRICT: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

# Nearly every program writes cells like this; what is written otherwise is read with the slower patterns below.
USUAL_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
USUAL_ROW: Final = re.compile(rb'<row r="(\d{1,7})"')
USUAL_SHARED: Final = re.compile(rb't="s"><v>(\d{1,9})<')
PREFIXED: Final = re.compile(rb"<[^\s<>/:!?]{1,50}:(?:c|row)[\s/>]")
# Every repetition is bounded, so that no file can make these slow.
NAME: Final = rb"(?:[^\s<>/:]{1,50}:)?"  # of a namespace
IS: Final = rb"\s{0,9}=\s{0,9}[\"']"
ATTRIBUTES: Final = rb"(?:\s{1,9}[\w:.-]{1,40}\s{0,9}=\s{0,9}(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'))*\s{0,9}"
INSIDE: Final = rb"[^<>]{0,300}?"  # of a tag
CELL: Final = re.compile(b"<" + NAME + rb"c[\s/>]")
ROW: Final = re.compile(b"<" + NAME + rb"row[\s/>]")
TAG: Final = re.compile(b"<" + NAME + b"(?:c|row)" + ATTRIBUTES + b"/?>")
PLACED: Final = re.compile(b"<" + NAME + rb"c\s" + INSIDE + rb"\br" + IS + rb"([A-Za-z]{1,7})(\d{1,10})[\"']")
PLACED_ROW: Final = re.compile(b"<" + NAME + rb"row\s" + INSIDE + rb"\br" + IS + rb"(\d{1,10})[\"']")
SHARED: Final = re.compile(b"<" + NAME + rb"c\s" + INSIDE + rb"\bt" + IS + rb"s[\"']" + INSIDE + rb">\s{0,9}<" + NAME + rb"v>\s{0,9}(\d{1,9})")
ROW_END: Final = re.compile(b"</" + NAME + rb"(?:row|si)\s{0,9}>")
TEXT_ENDS: Final = re.compile(b"</" + NAME + rb"si\s{0,9}>|<" + NAME + rb"si\s{0,9}/>")
NO_VALUE: Final = b"(?:<" + NAME + rb"v\s?/>|<" + NAME + b"v></" + NAME + b"v>)?"
ANY_UNCACHED: Final = re.compile(b"(?:</" + NAME + rb"f>|/>)\s{0,9}" + NO_VALUE + rb"\s{0,9}</" + NAME + b"c>")
FORMULA: Final = b"<" + NAME + rb"f(?:\s" + INSIDE + b")?(?:/>|>[^<]{0,9000}</" + NAME + b"f>)"
UNCACHED: Final = re.compile(
    b"<" + NAME + rb"c\s" + INSIDE + rb"\br" + IS + rb"([A-Z]{1,3})\d{1,9}[\"']" + INSIDE + rb">\s{0,9}" + FORMULA + rb"\s{0,9}" + NO_VALUE + rb"\s{0,9}</" + NAME + b"c>"
)
STRANGE: Final = (b"<!ENTITY", b"<!DOCTYPE", b"\0")  # zero bytes: UTF-16, in which nothing could be counted
LONGEST_ROW_BYTES: Final = 128 * MIB
DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, KeyError)


@dataclass
class SheetPart:
    """What was counted in one sheet.

    Attributes:
        rows, columns: of the rectangle from A1 that holds all cells.
        uncached: formulas without a calculated value, by column from 0.
        text_bytes: of all its shared texts, each as often as it is used.
    """

    rows: int = 0
    columns: int = 0
    uncached: Counter[int] = field(default_factory=Counter)
    text_bytes: int = 0


@dataclass(frozen=True)
class Parts:
    """A workbook that was looked through.

    Attributes:
        sheets: by the name of the member of the zip.
        members: the member of each sheet, by the sheet's name.
    """

    sheets: dict[str, SheetPart]
    members: dict[str, str]

    def sheet(self, name: str) -> SheetPart:
        """The part of a sheet; an empty one where it cannot be told."""
        return self.sheets.get(self.members.get(name, ""), SheetPart())


def examine(source: Source, progress: Progress) -> Parts:
    """Look through a workbook without believing a size that it declares.

    Raises:
        BadFile: it is damaged.
        LimitExceeded: it unpacks to more than `max_workbook_bytes`, or a sheet has more than `max_workbook_cells`.
    """
    with source.open() as stream:
        try:
            with zipfile.ZipFile(stream) as file:
                return _examined(file, source, progress)
        except DAMAGE as error:
            raise BadFile(N_("{name} is an Excel workbook that is damaged or cut off. Save it again as .xlsx and upload that file.").format(name=source.name)) from error


def _examined(file: zipfile.ZipFile, source: Source, progress: Progress) -> Parts:
    entries = [entry for entry in file.infolist() if not entry.is_dir()]  # all: a sheet may lie anywhere
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise BadFile(N_("{name} has two parts of the same name. Save it again as .xlsx and upload that file.").format(name=source.name))
    total = sum(entry.file_size for entry in entries)
    if len(entries) > settings().max_zip_entries or total > settings().max_workbook_bytes:
        raise _too_much(source)
    shared = np.zeros(0, np.int64)
    for entry in entries:
        if entry.filename.lower().endswith("sharedstrings.xml"):
            shared = _text_lengths(file, entry)
    sheets, done = {}, 0
    for entry in entries:
        part = SheetPart()
        for text in _pieces(file, entry):
            if entry.filename.lower().endswith((".xml", ".rels")) and _is_strange(text):
                raise BadFile(N_("{name} holds XML that no Excel writes. Save it again as .xlsx and upload that file.").format(name=source.name))
            _count(part, text, shared, source)
            done += len(text)
            progress.step("Unpacking", done, total)
        sheets[entry.filename] = part
    return Parts(sheets, _members(file))


def _too_much(source: Source) -> LimitExceeded:
    limit = settings().max_workbook_bytes / MIB
    return LimitExceeded(N_("Unpacked, the workbook {name} would be larger than {limit} MB. Save the sheet as CSV, or raise {variable}.").format(name=source.name, limit=f"{limit:,.3g}", variable=settings().variable("max_workbook_bytes")))


def _pieces(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text of a part, cut behind rows; read to its end, where the zip's checksum proves its size."""
    rest = b""
    with file.open(entry) as stream:
        while block := stream.read(CHUNK_BYTES + len(rest)):  # twice as much each time, for a row of any length
            rest += block
            if len(rest) > LONGEST_ROW_BYTES:
                raise ValueError("a row without an end")
            if ends := list(ROW_END.finditer(rest)):
                cut = ends[-1].end()
                yield rest[:cut]
                rest = rest[cut:]
    yield rest


def _is_strange(text: bytes) -> bool:
    return any(odd in text for odd in STRANGE)


def _text_lengths(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> np.ndarray:
    """(texts,) bytes of each shared text, its markup included."""
    lengths: list[int] = []
    for text in _pieces(file, entry):
        ends = [found.end() for found in TEXT_ENDS.finditer(text)]
        lengths += np.diff([0, *ends]).tolist()
    return np.array(lengths, np.int64)


def _count(part: SheetPart, text: bytes, shared: np.ndarray, source: Source) -> None:
    cells, rows, texts = _usual(text) or _unusual(part, text)
    part.rows = max(part.rows, *map(int, rows), *{int(row) for _, row in cells}, 0)
    part.columns = max(part.columns, *(_column(letters) + 1 for letters in {letters for letters, _ in cells}), 0)
    if (b"<f" in text or b":f" in text) and ANY_UNCACHED.search(text):
        part.uncached.update(_column(letters) for letters in UNCACHED.findall(text))
    used = np.array(texts, dtype=np.int64)
    part.text_bytes += int(shared[used[used < len(shared)]].sum())
    limits = settings()
    if part.rows * part.columns > limits.max_workbook_cells:
        raise LimitExceeded(
            N_("A sheet of {name} spans {rows} rows and {columns} columns; at most {max_workbook_cells} cells are read. Delete what stands far from the table, save it as CSV, or raise {variable}.").format(name=source.name, rows=f"{part.rows:,}", columns=f"{part.columns:,}", max_workbook_cells=f"{limits.max_workbook_cells:,}", variable=limits.variable("max_workbook_cells"))
        )
    if part.text_bytes > limits.max_workbook_bytes:
        raise _too_much(source)


def _usual(text: bytes) -> tuple[list[tuple[bytes, bytes]], list[bytes], list[bytes]] | None:
    """Places of cells and rows, and shared texts; None where one might be written in another way."""
    if any(text.count(odd) for odd in (b"='", b"= ", b" =")) or PREFIXED.search(text):
        return None
    cells, rows, texts = USUAL_CELL.findall(text), USUAL_ROW.findall(text), USUAL_SHARED.findall(text)
    complete = (len(cells), len(rows), len(texts)) == (text.count(b"<c"), text.count(b"<row"), text.count(b't="s"'))
    return (cells, rows, texts) if complete else None


def _unusual(part: SheetPart, text: bytes) -> tuple[list[tuple[bytes, bytes]], list[bytes], list[bytes]]:
    """The same in XML of any style; what has no place follows what went before."""
    cells, rows = PLACED.findall(text), PLACED_ROW.findall(text)
    tags, row_tags = len(CELL.findall(text)), len(ROW.findall(text))
    if len(TAG.findall(text)) != tags + row_tags:
        raise ValueError("a tag that no program writes")
    part.rows += row_tags - len(rows)
    if tags > len(cells):
        part.columns = max(part.columns, *(len(CELL.findall(row)) for row in ROW.split(text)))
    return cells, rows, SHARED.findall(text)


def _column(letters: bytes) -> int:
    """`A` → 0, `AA` → 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _members(file: zipfile.ZipFile) -> dict[str, str]:
    """Which member holds which sheet."""
    targets = {}
    for relation in _small_xml(file, "xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath("xl/" + target)
    found = {}
    for element in _small_xml(file, WORKBOOK).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            found[element.get("name", "")] = targets.get(element.get(RELATION) or element.get(RELATION_STRICT), "")
    return found


def _small_xml(file: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with file.open(name) as stream:
        data = stream.read(SMALL_BYTES)
    if _is_strange(data):
        raise ValueError("entities")
    try:
        return ElementTree.fromstring(data)  # noqa: S314  # entities were refused before
    except ElementTree.ParseError as error:
        raise ValueError("no XML") from error
