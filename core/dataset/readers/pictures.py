"""A zip of class folders → labels, names and one array of equally sized pictures.

Pictures are decoded one by one into an array on the disk, so that memory stays small however many there are. A
broken one is skipped and counted, never a reason to stop.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from core.dataset.readers.archive import Archive, Member, open_archive
from core.dataset.readers.picture import grey, picture_array, picture_size, with_channels
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.schema import ColumnType, Finding, Severity
from core.errors import BadFile
from core.settings import settings

__all__ = ["Pictures", "as_table", "common_size", "read_pictures", "read_unlabelled"]

LAYOUT = "Put the pictures into one folder for each class (cat/1.png, cat/2.png, dog/1.png, …), zip the folders, and upload that file."
SIZED_PICTURES = 1000  # the common size is the median of so many
LEAST_SIDE = 8  # pixels; smaller pictures are enlarged, a network could not halve them
SHOWN = 5


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures.

    Attributes:
        labels: (pictures,) the class folder of each; empty text where there are no classes.
        names: (pictures,) the place of each in the zip, for display only.
        images: (pictures, height, width, channels) uint8 in a file without a name; channels is 1 if all are grey.
        digests: (pictures,) uint64, equal for equal pixels.
        skipped: (name, reason) of what was not read.
        notices: findings about how the zip was read.
        places: (pictures,) place of each among the members that were tried, from 0.
        broken: (place, name) of the members that were tried and could not be read.
    """

    labels: list[str]
    names: list[str]
    images: np.ndarray
    digests: np.ndarray
    skipped: list[tuple[str, str]]
    notices: tuple[Finding, ...] = ()
    places: tuple[int, ...] = ()
    broken: tuple[tuple[int, str], ...] = ()


def read_pictures(source: Source) -> Pictures:
    """Read a zip with one folder of pictures for each class.

    Wrapping folders are looked through, junk of macOS and Windows is ignored, and content decides what is
    a picture.

    Raises:
        BadFile: no class folders, or no readable picture; the message explains the layout.
        LimitExceeded: the zip passes a limit of `core.settings`.
    """
    with open_archive(source) as archive:
        labelled = archive.labelled()
        if not labelled:
            raise BadFile(_no_classes(source.name, archive))
        pictures = _decode(archive, labelled, common_size(archive, [m for _, m in labelled]), None)
        if not pictures.labels:
            raise BadFile(f"None of the {len(labelled):,} pictures in {source.name} can be read ({_reasons(pictures.skipped)}). Check the pictures and make the zip again.")
        return Pictures(**{**vars(pictures), "notices": _notices(archive, pictures)})


def read_unlabelled(source: Source, shape: tuple[int, int, int]) -> Pictures:
    """Read all pictures of a zip for a prediction; folders mean nothing.

    Args:
        source: the zip.
        shape: (height, width, channels) that the model was trained on.

    Raises:
        BadFile: there is no readable picture.
        LimitExceeded: the zip passes a limit of `core.settings`.
    """
    with open_archive(source) as archive:
        members = [("", member) for member in archive.members]
        pictures = _decode(archive, members, (shape[1], shape[0]), shape[2])
        if not pictures.labels:
            raise BadFile(f"There is no readable picture in {source.name}. Upload a zip of PNG or JPEG pictures.")
        return Pictures(**{**vars(pictures), "notices": _notices(archive, pictures)})


def as_table(pictures: Pictures) -> tuple[RawTable, dict[str, ColumnType]]:
    """The table that stands for a zip of pictures: their names and their classes; and its column types."""
    frame = pl.DataFrame({"image": pictures.names, "label": pictures.labels}, schema={"image": pl.String, "label": pl.String})
    raw = RawTable(frame, np.arange(1, len(frame) + 1), "zip", "", pictures.notices)
    return raw, {"image": ColumnType.IMAGE, "label": ColumnType.CATEGORY}


def common_size(archive: Archive, members: list[Member]) -> tuple[int, int]:
    """Width and height for all: the median, at most `picture_side` and at least 8 pixels a side."""
    sizes = []
    for member in members[:: max(1, len(members) // SIZED_PICTURES)]:
        try:
            sizes.append(picture_size(archive.read(member)))
        except BadFile:
            continue
    width, height = np.median(np.array(sizes or [(1, 1)]), axis=0)
    scale = min(1.0, settings().picture_side / max(width, height))
    return max(LEAST_SIDE, round(float(width * scale))), max(LEAST_SIDE, round(float(height * scale)))


@dataclass
class _Sheet:
    """The growing array: one channel until the first picture in colour, then three."""

    rows: int
    size: tuple[int, int]  # width, height
    channels: int | None  # None: as many as needed
    filled: int = 0
    images: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.images = self._array(self.channels or 1)

    def _array(self, channels: int) -> np.ndarray:
        shape = (self.rows, self.size[1], self.size[0], channels)
        with tempfile.TemporaryFile() as unnamed:  # the mapping keeps it until the array is gone
            return np.asarray(np.memmap(unnamed, dtype=np.uint8, mode="w+", shape=shape))

    def add(self, picture: np.ndarray) -> np.ndarray:
        """Add (height, width, channels); returns it as stored."""
        if self.channels is None and self.images.shape[3] == 1 and not grey(picture):
            coloured = self._array(3)
            coloured[: self.filled] = self.images[: self.filled]  # (n, height, width, 1) to three channels
            self.images = coloured
        self.images[self.filled] = with_channels(picture, self.images.shape[3])
        self.filled += 1
        return np.asarray(self.images[self.filled - 1])


def _decode(archive: Archive, members: list[tuple[str, Member]], size: tuple[int, int], channels: int | None) -> Pictures:
    sheet = _Sheet(max(1, len(members)), size, channels)
    labels, names, digests = [], [], []
    skipped, places, broken = list(archive.refused), [], []
    for place, (label, member) in enumerate(members):
        try:
            stored = sheet.add(picture_array(archive.read(member), size))
        except BadFile as error:
            skipped.append((member.shown, error.message))
            broken.append((place, member.shown))
            continue
        places.append(place)
        labels.append(label)
        names.append(member.shown)
        digests.append(_digest(stored))
    images = sheet.images[: sheet.filled]
    return Pictures(labels, names, images, np.array(digests, dtype=np.uint64), skipped, places=tuple(places), broken=tuple(broken))


def _digest(picture: np.ndarray) -> int:
    """Equal for a grey picture stored with one channel and with three."""
    pixels = picture[..., :1] if grey(picture) else picture
    return int.from_bytes(hashlib.blake2b(pixels.tobytes(), digest_size=8).digest())


def _no_classes(name: str, archive: Archive) -> str:
    if archive.tables and not archive.members:
        return f"{name} holds the table {archive.tables[0]} and no pictures. Unzip it and upload the table itself."
    if archive.members:
        return f"The {len(archive.members):,} pictures in {name} lie in no class folders. {LAYOUT}"
    if archive.refused:
        return f"No picture in {name} can be read ({_reasons(archive.refused)}). {LAYOUT}"
    return f"{name} is a zip file without pictures. {LAYOUT}"


def _reasons(skipped: list[tuple[str, str]]) -> str:
    return ", ".join(f"{count:,} × {reason}" for reason, count in Counter(reason for _, reason in skipped).most_common(SHOWN))


def _notices(archive: Archive, pictures: Pictures) -> tuple[Finding, ...]:
    found = []
    if pictures.skipped:
        first = ", ".join(f"“{name[-60:]}”" for name, _ in pictures.skipped[:SHOWN])
        message = f"Skipped {len(pictures.skipped):,} file{'s' if len(pictures.skipped) > 1 else ''}: {_reasons(pictures.skipped)}. The first: {first}."
        found.append(Finding(code="pictures_skipped", severity=Severity.LOOK, message=message, count=len(pictures.skipped)))
    if archive.others:
        message = f"Ignored {archive.others:,} file{'s' if archive.others > 1 else ''} that {'are no pictures' if archive.others > 1 else 'is no picture'}."
        found.append(Finding(code="other_files", severity=Severity.NOTE, message=message, count=archive.others))
    if archive.has_parts:
        message = "Folders named train, validation or test were put together and split anew, so that copies cannot stand on both sides."
        found.append(Finding(code="parts_joined", severity=Severity.NOTE, message=message))
    return tuple(found)
