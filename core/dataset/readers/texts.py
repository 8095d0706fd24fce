"""A zip with one file a text in class folders → a table of texts and labels.

The layout in which texts are often published and kept: pos/1.txt, neg/2.txt, perhaps under train and test. Each file is decoded by
itself, because such collections grow over years; a short file that shows no encoding takes that of its neighbours.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from core.dataset.progress import Progress
from core.dataset.readers.archive import Archive, Member, open_archive
from core.dataset.readers.encoding import decode
from core.dataset.readers.layout import Place, places
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.schema import ColumnType, Finding, Part, Severity
from core.errors import BadFile, LimitExceeded
from core.language import N_, plural
from core.settings import MIB, settings

__all__ = ["Texts", "as_table", "holds_texts", "read_texts", "read_unlabelled"]

ENDINGS = frozenset({"txt", "text", "md"})
LAYOUT = N_("Put the texts into one folder for each class (good/1.txt, good/2.txt, bad/1.txt, …), zip the folders, and upload that file.")
UNLABELLED = frozenset({"unsup", "unsupervised", "unlabeled", "unlabelled", "未标注"})  # folders of texts that nobody judged
PICTURES_FOR_A_TEXT = 0.5  # with more pictures than that, the texts describe the pictures
DIRECTORY_END_BYTES = 22 + 65_535  # with the longest comment
ZIP64 = 0xFFFFFFFF  # the length stands elsewhere
TOLD_EVERY = 256  # files
AT_ONCE = 4096  # texts held twice while they are read
SHORT_BYTES = 4096  # of a file that its neighbours may correct
WESTERN = frozenset({"cp1252", "latin-1", "iso8859-1"})  # what fits any bytes: a guess of last resort
SHOWN = 5


@dataclass(frozen=True)
class Texts:
    """Texts of a zip.

    Attributes:
        texts: (texts,) String; null for a file without any text.
        labels: (texts,) the class folder of each; "" where there are no classes.
        parts: (texts,) the part of the split that the folders name, or None for all.
        names: (texts,) the place of each in the zip, for display only.
        places: (texts,) place of each among the files that were tried, from 0.
        broken: (place, name) of the files that were tried and could not be read.
        encoding: of most files.
        notices: findings about how the zip was read.
    """

    texts: pl.Series
    labels: list[str]
    parts: list[Part] | None
    names: list[str]
    places: tuple[int, ...]
    broken: tuple[tuple[int, str], ...]
    encoding: str
    notices: tuple[Finding, ...]


def holds_texts(source: Source) -> bool:
    """Whether a zip is a collection of texts: text files, few pictures among them, and no table that they merely explain.

    Raises:
        BadFile, LimitExceeded: it is damaged, or passes a limit.
    """
    if not _names_a_text(source):
        return False
    with open_archive(source) as archive:
        documents = _documents(archive)
        in_folders = sum(bool(member.folders) for member in documents)
        meant = bool(documents) and (in_folders > 1 or not archive.tables)  # not the read-me of a table
        return meant and len(archive.members) <= PICTURES_FOR_A_TEXT * len(documents)


def _names_a_text(source: Source) -> bool:
    """Whether the zip's directory names any text file, told from its bytes: 70,000 pictures need not be listed twice for that."""
    with source.open() as stream:
        tail_start = stream.seek(max(0, source.size_bytes - DIRECTORY_END_BYTES))
        tail = stream.read()
        end = tail.rfind(b"PK\x05\x06")
        length = int.from_bytes(tail[end + 12 : end + 16], "little")
        if end < 0 or length == ZIP64:
            return True
        stream.seek(max(0, tail_start + end - length))
        directory = stream.read(length).lower()
    return any(f".{ending}".encode() in directory for ending in ENDINGS)


def read_texts(source: Source, options: ReadOptions | None = None, progress: Progress | None = None) -> Texts:
    """Read a zip with one folder of texts for each class.

    Raises:
        BadFile: no class folders, or no readable text; the message explains the layout.
        LimitExceeded: the zip passes a limit of `core.settings`.
        Cancelled: nobody wants it any more.
    """
    with open_archive(source) as archive:
        members = _documents(archive)
        placed = places([member.folders for member in members])
        outside = [member.shown for member, place in zip(members, placed, strict=True) if not place.label]
        unjudged = [member.shown for member, place in zip(members, placed, strict=True) if place.label.lower() in UNLABELLED]
        wanted = [(place, member) for member, place in zip(members, placed, strict=True) if place.label and place.label.lower() not in UNLABELLED]
        if not wanted:
            raise BadFile(plural("{n} text lies in no class folder in {name}. {layout_words}", "{n} texts lie in no class folder in {name}. {layout_words}", len(members), name=source.name, layout_words=LAYOUT))
        reading = _Reading([*((name, "not in a class folder") for name in outside), *((name, "in a folder of texts without a class") for name in unjudged)])
        found = _read(archive, wanted, reading, options or ReadOptions(), progress or Progress(), keep_empty=False)
        if not len(found.texts):
            raise BadFile(N_("None of the {wanted} texts in {name} can be read ({reasons}). Check the files and make the zip again.").format(wanted=f"{len(wanted):,}", name=source.name, reasons=_reasons(reading.skipped)))
        return replace(found, notices=reading.notices(archive))


def read_unlabelled(source: Source, options: ReadOptions | None = None, progress: Progress | None = None) -> Texts:
    """Read all texts of a zip in their order for a prediction; folders mean nothing, an empty file is a text without words.

    Raises:
        BadFile: there is no readable text.
        LimitExceeded: the zip passes a limit of `core.settings`.
    """
    with open_archive(source) as archive:
        reading = _Reading([])
        wanted = [(Place(""), member) for member in _documents(archive)]
        found = _read(archive, wanted, reading, options or ReadOptions(), progress or Progress(), keep_empty=True)
        if not len(found.texts):
            raise BadFile(N_("There is no readable text in {name}. Upload a zip of .txt files.").format(name=source.name))
        return replace(found, notices=reading.notices(archive))


def as_table(texts: Texts) -> tuple[RawTable, dict[str, ColumnType]]:
    """The table that stands for a zip of texts: `text`, `label`, and `part` where folders name it; and its column types."""
    columns = {"text": texts.texts, "label": pl.Series(texts.labels, dtype=pl.String)}
    types = {"text": ColumnType.TEXT, "label": ColumnType.CATEGORY}
    if texts.parts is not None:
        columns["part"] = pl.Series([part.value for part in texts.parts], dtype=pl.String)
        types["part"] = ColumnType.CATEGORY
    return RawTable(pl.DataFrame(columns), np.array(texts.places, dtype=np.int64) + 1, texts.encoding, "", texts.notices), types


@dataclass
class _Reading:
    """What is noticed on the way."""

    skipped: list[tuple[str, str]]
    empty: int = 0
    cut: int = 0
    damaged: int = 0
    encodings: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, str]] = field(default_factory=list)
    doubtful: dict[int, bytes] = field(default_factory=dict)  # texts by their place that fit any encoding

    def text(self, data: bytes, encoding: str | None, row: int) -> str | None:
        """The text of a file, or None where it holds nothing but blanks.

        Args:
            data: of the file.
            encoding: Python's name; None: found from the content.
            row: the text's row, if it becomes one.

        Raises:
            BadFile: it is no text.
        """
        try:
            decoded = decode(data, encoding)
        except BadFile as error:
            raise BadFile(N_("not a text")) from error
        limit = settings().max_cell_bytes
        text = decoded.text[:limit].decode("utf-8", errors="ignore").strip()
        if not text:
            return None
        self.cut += len(decoded.text) > limit
        self.damaged += any(notice.code == "damaged_text" for notice in decoded.notices)
        self.encodings[decoded.encoding] += 1
        if encoding is None and decoded.encoding in WESTERN and len(data) <= SHORT_BYTES:
            self.doubtful[row] = data
        return text

    def notices(self, archive: Archive) -> tuple[Finding, ...]:
        """Findings, the gravest first."""
        limits = settings()
        first = ", ".join(f"“{name[-60:]}”" for name, _ in self.skipped[:SHOWN])
        foreign = {name: count for name, count in self.encodings.items() if name != "utf-8" and count}
        other = sum(foreign.values())
        ignored = archive.others - len(_documents(archive)) + len(archive.members)
        told = (
            ("texts_skipped", Severity.LOOK, len(self.skipped), plural("Skipped {n} file: {reasons}. The first: {first}.", "Skipped {n} files: {reasons}. The first: {first}.", len(self.skipped), reasons=_reasons(self.skipped), first=first)),
            ("long_texts", Severity.LOOK, self.cut, plural("{n} text was longer than {limit} MB and cut there. To keep more, raise {variable}.", "{n} texts were longer than {limit} MB and cut there. To keep more, raise {variable}.", self.cut, limit=f"{limits.max_cell_bytes / MIB:,.0f}", variable=limits.variable("max_cell_bytes"))),
            ("damaged_text", Severity.LOOK, self.damaged, plural("{n} text has characters that could not be read; they are shown as �. Save the files as UTF-8 and upload them again.", "{n} texts have characters that could not be read; they are shown as �. Save the files as UTF-8 and upload them again.", self.damaged)),
            ("encoding_guessed", Severity.NOTE, other, plural("{n} text is not UTF-8; read {shown}. If words look wrong, choose the encoding.", "{n} texts are not UTF-8; read {shown}. If words look wrong, choose the encoding.", other, shown=", ".join(f"{count:,} as {name}" for name, count in foreign.items()))),
            ("empty_texts", Severity.NOTE, self.empty, plural("{n} file holds no text and was left out.", "{n} files hold no text and were left out.", self.empty)),
            ("other_files", Severity.NOTE, ignored, plural("Ignored {n} file that is no text or may not be read.", "Ignored {n} files that are no texts or may not be read.", ignored)),
        )  # fmt: skip
        return tuple(Finding(code=code, severity=severity, message=message, count=count) for code, severity, count, message in told if count > 0)


def _read(
    archive: Archive, wanted: list[tuple[Place, Member]], reading: _Reading, options: ReadOptions, progress: Progress, *, keep_empty: bool
) -> Texts:
    pieces: list[pl.Series] = []
    texts: list[str | None] = []
    kept: list[int] = []
    held = 0
    for place, (_, member) in enumerate(wanted):
        if place % TOLD_EVERY == 0:
            progress.step(N_("Reading the texts"), place, len(wanted), len(kept))
        try:
            text = reading.text(archive.read(member), options.encoding, len(kept))
        except BadFile as error:
            reading.skipped.append((member.shown, error.message))
            reading.broken.append((place, member.shown))
            continue
        reading.empty += text is None and not keep_empty
        if text is None and not keep_empty:
            continue
        held += len(text or "")
        if held > settings().max_file_bytes:
            raise LimitExceeded(_too_much())
        kept.append(place)
        texts.append(text)
        if len(texts) == AT_ONCE:
            pieces.append(pl.Series("text", texts, dtype=pl.String))
            texts = []
    pieces.append(pl.Series("text", texts, dtype=pl.String))
    return _found(_corrected(pl.concat(pieces), reading), wanted, kept, reading)


def _found(texts: pl.Series, wanted: list[tuple[Place, Member]], kept: list[int], reading: _Reading) -> Texts:
    placed = [wanted[place][0] for place in kept]
    parts = [place.part for place in placed if place.part is not None]
    return Texts(
        texts=texts, labels=[place.label for place in placed], parts=parts if parts and len(parts) == len(placed) else None,
        names=[wanted[place][1].shown for place in kept], places=tuple(kept), broken=tuple(reading.broken),
        encoding=reading.encodings.most_common(1)[0][0] if reading.encodings else "utf-8", notices=(),
    )  # fmt: skip


def _corrected(texts: pl.Series, reading: _Reading) -> pl.Series:
    """Short texts that were read as Western European for want of a better guess, in the East Asian encoding of the others."""
    eastern = [(count, name) for name, count in reading.encodings.items() if name not in WESTERN and not name.startswith("utf")]
    if not eastern or max(eastern)[0] <= len(reading.doubtful):
        return texts
    encoding = max(eastern)[1]
    corrected: dict[int, str] = {}
    for place, data in reading.doubtful.items():
        try:
            corrected[place] = data.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
    reading.encodings[encoding] += len(corrected)
    for name in WESTERN & set(reading.encodings):
        reading.encodings[name] -= min(reading.encodings[name], len(corrected))
    return texts.scatter(list(corrected), list(corrected.values())) if corrected else texts


def _documents(archive: Archive) -> list[Member]:
    return [member for member in archive.documents if member.ending in ENDINGS]



def _reasons(skipped: list[tuple[str, str]]) -> str:
    return ", ".join(f"{count:,} × {reason}" for reason, count in Counter(reason for _, reason in skipped).most_common(SHOWN)) or "they are empty"


def _too_much() -> str:
    limit = settings().max_file_bytes / MIB
    return N_("Together, the texts of the zip are longer than {limit} MB. Upload fewer, or raise {variable}.").format(limit=f"{limit:,.0f}", variable=settings().variable("max_file_bytes"))
