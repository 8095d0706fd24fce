"""A zip of pictures → one array of equally sized pictures, and the table of what is known about each.

What a picture shows is said by the folder that it lies in, or by a table of file names in the zip (`readers.labels`). A
broken picture is skipped and counted, never a reason to stop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from core.dataset.duplicates import near_pictures
from core.dataset.perceptual import difference_hashes
from core.dataset.progress import Progress
from core.dataset.readers.archive import Archive, Member, open_archive
from core.dataset.readers.decoding import Decoded, Decoders, decode, decoders_for
from core.dataset.readers.labels import Listed, find_list
from core.dataset.readers.picture import picture_size
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.schema import ColumnType, Finding, Part, Severity
from core.dataset.types import guess_types
from core.errors import BadFile
from core.language import N_, plural
from core.settings import settings

__all__ = ["LAYOUT", "Pictures", "as_table", "common_size", "read_pictures", "read_unlabelled"]

LAYOUT = N_("Put the pictures into one folder for each class (cat/1.png, cat/2.png, dog/1.png, …), or beside a CSV of file names and labels, zip that, and upload the zip.")
SIZED_PICTURES = 1000  # the common size is the median of so many
LEAST_SIDE = 8  # pixels; smaller pictures are enlarged, a network could not halve them
SHOWN = 5
STAGE = N_("Looking into the zip")


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
        sizes: (pictures, 2) uint32, width and height of each before it was scaled, as it is meant to be held.
        parts: (pictures,) "train", "validation" or "test" where folders say it; empty when none does.
        table: (pictures, columns) text, what a table of file names in the zip says; None when there is none.
        answers: columns of `table` of which each is an answer, where pictures have several labels.
        ranges: (depth, low, high): what became 0 and 255 in pictures of 16 bits, 32 bits or fractions.
    """

    labels: list[str]
    names: list[str]
    images: np.ndarray
    digests: np.ndarray
    skipped: list[tuple[str, str]]
    notices: tuple[Finding, ...] = ()
    places: tuple[int, ...] = ()
    broken: tuple[tuple[int, str], ...] = ()
    sizes: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.uint32))
    parts: tuple[str, ...] = ()
    table: pl.DataFrame | None = None
    answers: tuple[str, ...] = ()
    ranges: tuple[tuple[str, float, float], ...] = ()

    @cached_property
    def alike(self) -> np.ndarray:
        """(pictures,) equal numbers for pictures that look the same: saved again, brighter, made smaller."""
        return near_pictures(self.images, difference_hashes(self.images))


@dataclass(frozen=True)
class _Wanted:
    """One picture that shall be decoded."""

    member: Member
    label: str = ""
    part: Part | None = None


def read_pictures(source: Source, progress: Progress | None = None) -> Pictures:
    """Read a zip of pictures: one folder for each class, or a table of file names and labels.

    Wrapping folders are looked through, folders called train, validation and test are the split, junk of macOS and
    Windows is ignored, and content decides what is a picture.

    Args:
        source: the zip.
        progress: to hear how far it is, and to cancel.

    Raises:
        BadFile: no class folders, or no readable picture; the message explains the layout.
        LimitExceeded: the zip passes a limit of `core.settings`.
        Cancelled: nobody wants it any more.
    """
    progress = progress or Progress()
    progress.step(STAGE)
    with decoders_for(source) as decoders, open_archive(source) as archive:
        wanted, listed = _wanted(archive)
        if not wanted:
            raise BadFile(_no_classes(source.name, archive))
        pictures = _decoded(source, archive, wanted, progress, decoders=decoders)
        if not pictures.names:
            raise BadFile(N_("None of the {wanted} pictures in {name} can be read ({reasons}). Check the pictures and make the zip again.").format(wanted=f"{len(wanted):,}", name=source.name, reasons=_reasons(pictures.skipped)))
    if listed is None:
        return pictures
    parts = () if listed.names_parts else pictures.parts
    notices = tuple(one for one in pictures.notices if parts or one.code != "parts_from_folders")
    return replace(pictures, parts=parts, table=listed.table[list(pictures.places)], answers=listed.answers, notices=listed.notices + notices)


def read_unlabelled(
    source: Source, shape: tuple[int, int, int], progress: Progress | None = None, ranges: Sequence[tuple[str, float, float]] = ()
) -> Pictures:
    """Read all pictures of a zip for a prediction; folders mean nothing.

    Args:
        source: the zip.
        shape: (height, width, channels) that the model was trained on.
        progress: to hear how far it is, and to cancel.
        ranges: `Pictures.ranges` of the pictures that the model was trained on; default: those of this zip.

    Raises:
        BadFile: there is no readable picture.
        LimitExceeded: the zip passes a limit of `core.settings`.
        Cancelled: nobody wants it any more.
    """
    with decoders_for(source) as decoders, open_archive(source) as archive:
        wanted = [_Wanted(member) for member in archive.members]
        pictures = _decoded(source, archive, wanted, progress, shape, ranges, decoders) if wanted else None
        if pictures is None or not pictures.names:
            raise BadFile(N_("There is no readable picture in {name}. Upload a zip of PNG or JPEG pictures.").format(name=source.name))
        return pictures


def as_table(pictures: Pictures) -> tuple[RawTable, dict[str, ColumnType]]:
    """The table that stands for a zip of pictures: name, class, part of the split, or what its list says; and its column types."""
    columns: dict[str, Sequence[str]] = {"image": pictures.names}
    if pictures.table is None:
        columns["label"] = pictures.labels
    if pictures.parts:
        columns["part"] = pictures.parts
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    guesses = {name: kind for name, kind in KINDS.items() if name in columns}
    if pictures.table is not None:
        frame = frame.hstack(pictures.table.select(pl.exclude(*frame.columns)))
        guesses |= guess_types(pictures.table)
        guesses = {name: guesses[name] for name in frame.columns}
    return RawTable(frame, np.arange(1, len(frame) + 1), "zip", "", pictures.notices, answers=pictures.answers), guesses


KINDS = {"image": ColumnType.IMAGE, "label": ColumnType.CATEGORY, "part": ColumnType.IDENTIFIER}


def _wanted(archive: Archive) -> tuple[list[_Wanted], Listed | None]:
    """The pictures to decode; those without a class are refused, unless a table names them."""
    placed = archive.placed()
    listed = find_list(archive, [place for place, _ in placed])
    if listed is not None:
        return [_Wanted(placed[i][1], "", placed[i][0].part) for i in listed.members], listed
    archive.refused += [(member.shown, "not in a class folder") for place, member in placed if not place.label]
    return [_Wanted(member, place.label, place.part) for place, member in placed if place.label], None


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


def _decoded(
    source: Source, archive: Archive, wanted: Sequence[_Wanted], progress: Progress | None,
    shape: tuple[int, int, int] | None = None, ranges: Sequence[tuple[str, float, float]] = (), decoders: Decoders | None = None,
) -> Pictures:  # fmt: skip
    size = (shape[1], shape[0]) if shape else common_size(archive, [one.member for one in wanted])
    known = {depth: (low, high) for depth, low, high in ranges}
    members = [one.member.packed for one in wanted]
    found = decode(source, members, size, channels=shape[2] if shape else None, ranges=known, progress=progress, decoders=decoders)
    kept = [wanted[i] for i in found.kept.tolist()]
    broken = tuple((i, wanted[i].member.shown) for i in found.broken)
    has_parts = any(one.part for one in wanted) and not shape
    skipped = archive.refused + [(name, found.broken[i]) for i, name in broken]
    return Pictures(
        labels=[one.label for one in kept], names=[one.member.shown for one in kept], images=found.images, digests=found.digests,
        skipped=skipped, notices=_notices(archive, skipped, found, kept if has_parts else []), places=tuple(found.kept.tolist()),
        broken=broken, sizes=found.sizes, parts=tuple((one.part or Part.TRAIN).value for one in kept) if has_parts else (),
        ranges=tuple((depth, low, high) for depth, (low, high, _) in found.ranges.items()),
    )  # fmt: skip


def _no_classes(name: str, archive: Archive) -> str:
    if archive.tables and not archive.members:
        return N_("{name} holds the table {tables} and no pictures. Unzip it and upload the table itself.").format(name=name, tables=archive.tables[0])
    if archive.members:
        lie = N_("The {n} pictures in {name} lie in no class folders, and no table in it names them. {layout_words}") if archive.tables else N_("The {n} pictures in {name} lie in no class folders. {layout_words}")
        return lie.format(n=f"{len(archive.members):,}", name=name, layout_words=LAYOUT)
    if archive.refused:
        return N_("No picture in {name} can be read ({reasons}). {layout_words}").format(name=name, reasons=_reasons(archive.refused), layout_words=LAYOUT)
    return N_("{name} is a zip file without pictures. {layout_words}").format(name=name, layout_words=LAYOUT)


def _reasons(skipped: list[tuple[str, str]]) -> str:
    return ", ".join(f"{count:,} × {reason}" for reason, count in Counter(reason for _, reason in skipped).most_common(SHOWN))


def _notices(archive: Archive, skipped: list[tuple[str, str]], found: Decoded, parted: list[_Wanted]) -> tuple[Finding, ...]:
    notices = []
    if skipped:
        first = ", ".join(f"“{name[-60:]}”" for name, _ in skipped[:SHOWN])
        message = plural("Skipped {n} file: {reasons}. The first: {first}.", "Skipped {n} files: {reasons}. The first: {first}.", len(skipped), reasons=_reasons(skipped), first=first)
        evidence = {"files": [list(one) for one in skipped[:SHOWN]]}
        notices.append(Finding(code="pictures_skipped", severity=Severity.LOOK, message=message, count=len(skipped), evidence=evidence))
    if archive.others:
        message = plural("Ignored {n} file that is no picture.", "Ignored {n} files that are no pictures.", archive.others)
        notices.append(Finding(code="other_files", severity=Severity.NOTE, message=message, count=archive.others))
    if empty := archive.empty_folders:
        shown = ", ".join(f"“{name[:40]}”" for name in empty[:SHOWN])
        message = plural("{n} folder holds nothing and is no class: {shown}.", "{n} folders hold nothing and are no class: {shown}.", len(empty), shown=shown)
        notices.append(Finding(code="empty_folders", severity=Severity.NOTE, message=message, count=len(empty), evidence={"folders": empty[:SHOWN]}))
    return (*notices, *_about_parts(parted), *_about_sizes(found.sizes), *_about_depths(found))


def _pictures(count: int) -> str:
    return f"{count:,} picture{'s' if count != 1 else ''}"


def _about_parts(parted: list[_Wanted]) -> tuple[Finding, ...]:
    if not parted:
        return ()
    counts = Counter((one.part or Part.TRAIN).value for one in parted)
    told = ", ".join(f"{counts[part.value]:,} {part.value}" for part in Part if counts[part.value])
    message = N_("The folders of the zip say how to split, and are used for that: {told}.").format(told=told)
    if outside := sum(one.part is None for one in parted):
        message = plural("{split_words} {n} picture outside these folders trains.", "{split_words} {n} pictures outside these folders train.", outside, split_words=message)
    return (Finding(code="parts_from_folders", severity=Severity.NOTE, message=message, count=len(parted), evidence=dict(counts)),)


def _about_sizes(sizes: np.ndarray) -> tuple[Finding, ...]:
    tiny = sizes[sizes.min(axis=1) < LEAST_SIDE] if len(sizes) else sizes
    if not len(tiny):
        return ()
    least = tiny[np.argmin(tiny.astype(np.int64).prod(axis=1))].tolist()
    message = plural("{n} picture is less than {least} pixels wide or high (the smallest {width} × {height}) and was enlarged. There is little to see in so few pixels; use larger pictures.", "{n} pictures are less than {least} pixels wide or high (the smallest {width} × {height}) and were enlarged. There is little to see in so few pixels; use larger pictures.", len(tiny), least=LEAST_SIDE, width=least[0], height=least[1])
    return (Finding(code="tiny_pictures", severity=Severity.LOOK, message=message, count=len(tiny), evidence={"smallest": least, "share": round(len(tiny) / len(sizes), 4)}),)


def _about_depths(found: Decoded) -> tuple[Finding, ...]:
    if not found.ranges:
        return ()
    told = "; ".join(f"{_pictures(count)} of {depth}, {low:g} to {high:g}" for depth, (low, high, count) in found.ranges.items())
    message = f"Values deeper than 8 bits were scaled to 0…255, all pictures of a kind alike: {told}."
    evidence = {depth: [low, high] for depth, (low, high, _) in found.ranges.items()}
    return (Finding(code="deep_pictures", severity=Severity.NOTE, message=message, count=sum(n for *_, n in found.ranges.values()), evidence=evidence),)
