"""A table in a zip of pictures that says by file name what each picture shows.

Any table that our readers take may be the list. The column whose values name members of the zip is found by trying: with
their folders or without, with ending or without, in any case. A name is only ever looked up, never opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import polars as pl

from core.dataset.readers.archive import TABLE_ENDINGS, Archive, Member
from core.dataset.readers.label_sets import label_sets
from core.dataset.readers.layout import Place
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.schema import Finding, Severity
from core.dataset.split import part_named
from core.dataset.values import tidy_name
from core.errors import UserError

__all__ = ["Listed", "find_list"]

MOST_TABLES = 10
MOST_COLUMNS = 50  # the name of the file stands among the first
MOST_ROWS = 2_000_000
TRIED_VALUES = 300
LEAST_SHARE = 0.1  # of the rows must name a picture, or …
COVERED = 0.5  # … so many of the pictures be named; and always so many to overrule class folders
SHOWN = 5
RESERVED = ("image", "part")


@dataclass(frozen=True)
class Listed:
    """The pictures that a list names.

    Attributes:
        members: places among the possible pictures of the zip, ascending.
        table: (pictures, columns) text; without the column of file names.
        names_parts: one of the columns says the part of the split.
        notices: findings about the list.
        answers: columns of which each is an answer, where pictures have several labels.
    """

    members: list[int]
    table: pl.DataFrame
    names_parts: bool
    notices: tuple[Finding, ...]
    answers: tuple[str, ...] = ()


@dataclass
class _Names:
    """The names of all possible pictures, in the forms in which a list may write them."""

    members: Sequence[Member]
    forms: dict[tuple[int, bool, bool], dict[str, int]] = field(default_factory=dict)

    def find(self, value: str, ending: bool, folded: bool) -> int | None:
        """The picture that a cell names, by as many of its folders as needed; None when it is none or not clear."""
        pieces = [tidy_name(piece) for piece in value.replace("\\", "/").split("/")]
        pieces = [piece for piece in pieces if piece not in ("", ".", "..")]
        for depth in range(len(pieces), 0, -1):
            name = "/".join(pieces[-depth:])
            place = self._form(depth, ending, folded).get(name.casefold() if folded else name)
            if place is not None:
                return place if place >= 0 else None
        return None

    def _form(self, depth: int, ending: bool, folded: bool) -> dict[str, int]:
        """Name → place, -1 where several have it."""
        key = (depth, ending, folded)
        if key not in self.forms:
            form: dict[str, int] = {}
            for place, member in enumerate(self.members):
                if len(member.folders) >= depth - 1:
                    name = "/".join((*member.folders[len(member.folders) - depth + 1 :], member.name if ending else PurePosixPath(member.name).stem))
                    name = name.casefold() if folded else name
                    form[name] = -1 if name in form else place
            self.forms[key] = form
        return self.forms[key]


@dataclass(frozen=True)
class _Match:
    """A column of file names: for each row the picture that it names."""

    member: Member
    frame: pl.DataFrame
    column: str
    places: list[int | None]

    @property
    def named(self) -> int:
        """How many pictures are named."""
        return len({place for place in self.places if place is not None})


def find_list(archive: Archive, places: Sequence[Place]) -> Listed | None:
    """The list of labels in a zip, if it has one that fits its pictures.

    Args:
        archive: the open zip; what is used of it no longer counts among its other files.
        places: class and part of each possible picture, as its folders say.

    Returns:
        None when the folders shall decide.
    """
    tables = sorted((m for m in archive.documents if m.ending in TABLE_ENDINGS), key=lambda m: len(m.folders))[:MOST_TABLES]
    if not tables or not archive.members:
        return None
    names = _Names(archive.members)
    matches = [match for table in tables if (frame := _read(archive, table)) is not None and (match := _match(table, frame, names))]
    if not matches:
        return None
    best = max(matches, key=lambda match: match.named)
    same = [match for match in matches if match.column == best.column and match.frame.columns == best.frame.columns]
    has_classes = len({place.label for place in places if place.label}) > 1
    if best.frame.width == 1 or (has_classes and sum(match.named for match in same) < COVERED * len(places)):
        return None
    archive.others -= len(same)
    return _listed(same, archive, has_classes)


def _read(archive: Archive, member: Member) -> pl.DataFrame | None:
    """A table of the zip as text; None when it is none."""
    from core.dataset.progress import Progress
    from core.dataset.readers.read import read

    try:
        raw = read(Source.of(archive.read(member), member.name), ReadOptions(), Progress()).raw
    except UserError:
        return None
    if raw.whole is None:
        return raw.frame
    return pl.concat(raw.whole.batches()).cast(pl.String) if raw.whole.rows <= MOST_ROWS else None


def _match(member: Member, frame: pl.DataFrame, names: _Names) -> _Match | None:
    """The column that names pictures, in the form of name that fits best."""
    best: tuple[float, str, bool, bool] | None = None
    for column in [name for name in frame.columns if frame[name].dtype == pl.String][:MOST_COLUMNS]:
        values = frame[column].drop_nulls()
        tried = values.gather_every(max(1, len(values) // TRIED_VALUES)).to_list()
        for ending, folded in ((True, False), (True, True), (False, False), (False, True)):
            share = sum(names.find(value, ending, folded) is not None for value in tried) / max(1, len(tried))
            score = share if ending else share / 2  # a column of numbers may name 1.png, 2.png, … by chance
            if score > (best[0] if best else 0):
                best = (score, column, ending, folded)
    if best is None:
        return None
    _, column, ending, folded = best
    found = {value: names.find(value, ending, folded) for value in frame[column].drop_nulls().unique().to_list()}
    match = _Match(member, frame, column, [None if value is None else found[value] for value in frame[column].to_list()])
    return match if _fits(match, len(names.members), sure=ending) else None


def _fits(match: _Match, pictures: int, *, sure: bool) -> bool:
    """Whether the column really names pictures: without endings, a column of numbers could do so by chance."""
    rows = sum(place is not None for place in match.places) / max(1, len(match.places))
    covered = match.named / pictures
    if not sure and all(value.isdigit() for value in match.frame[match.column].drop_nulls().head(TRIED_VALUES).to_list()):
        return rows >= COVERED and covered >= COVERED
    return match.named > 1 and (rows >= LEAST_SHARE or covered >= COVERED)


def _listed(matches: list[_Match], archive: Archive, has_classes: bool) -> Listed:
    rows = pl.concat([_numbered(match, several=len(matches) > 1) for match in matches])
    found = label_sets(rows.filter(pl.col(NUMBER).is_not_null()).sort(NUMBER, maintain_order=True))
    table = found.table
    renamed = {name: _free(name, table.columns) for name in table.columns if name in RESERVED and not _names_parts(table[name])}
    table = table.rename(renamed)
    notices = (_about_list(matches, found.dropped, has_classes), *found.notices, *_about_gaps(matches, archive, table[NUMBER]))
    columns = table.drop(NUMBER)
    return Listed(table[NUMBER].to_list(), columns, any(_names_parts(column) for column in columns), notices, tuple(renamed.get(name, name) for name in found.answers))


NUMBER = "\0picture"  # no column of a file can have this name


def _numbered(match: _Match, *, several: bool) -> pl.DataFrame:
    """The rows of a list with the number of their picture in front; of several lists that are called like parts, with the part."""
    frame = match.frame.drop(match.column)
    number = pl.Series(NUMBER, match.places, dtype=pl.Int64)
    part = part_named(PurePosixPath(match.member.name).stem) if several else None
    if several and "part" not in frame.columns:
        frame = frame.with_columns(pl.lit(part.value if part else "train").alias("part"))
    return frame.select(number, pl.all())


def _names_parts(values: pl.Series) -> bool:
    distinct = values.drop_nulls().unique().head(TRIED_VALUES).to_list()
    return len(distinct) > 1 and all(isinstance(value, str) and part_named(value) is not None for value in distinct)


def _free(name: str, taken: Sequence[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _about_list(matches: list[_Match], dropped: tuple[str, ...], has_classes: bool) -> Finding:
    shown = ", ".join(match.member.name for match in matches[:SHOWN])
    message = f"What the pictures show is taken from {shown} in the zip, whose column “{matches[0].column[:60]}” names them."
    if has_classes:
        message += " The names of their folders are not used."
    if dropped:
        message += f" Left out, because they differ between rows of the same picture: {', '.join(f'“{name[:40]}”' for name in dropped[:SHOWN])}{' …' if len(dropped) > SHOWN else ''}."
    evidence = {"files": [match.member.shown for match in matches[:SHOWN]], "column": matches[0].column, "left_out": list(dropped[:SHOWN])}
    return Finding(code="labels_from_list", severity=Severity.NOTE, message=message, evidence=evidence)


def _about_gaps(matches: list[_Match], archive: Archive, named: pl.Series) -> tuple[Finding, ...]:
    """Rows without a picture, and pictures without a row."""
    notices = []
    missing = [cell for match in matches for cell, place in zip(match.frame[match.column].to_list(), match.places, strict=True) if place is None]
    if missing:
        message = f"{len(missing):,} row{'s' if len(missing) > 1 else ''} of the list name{'s' if len(missing) == 1 else ''} no picture in the zip, or more than one, and {'were' if len(missing) > 1 else 'was'} left out. The first: {_shown(missing)}."
        notices.append(Finding(code="rows_without_picture", severity=Severity.LOOK, message=message, count=len(missing), evidence={"names": [_cut(cell) for cell in missing[:SHOWN]]}))
    known = set(named.to_list())
    unnamed = [member.shown for place, member in enumerate(archive.members) if place not in known]
    if unnamed:
        message = f"{len(unnamed):,} picture{'s' if len(unnamed) > 1 else ''} of the zip {'are' if len(unnamed) > 1 else 'is'} not in the list and {'were' if len(unnamed) > 1 else 'was'} left out. The first: {_shown(unnamed)}."
        notices.append(Finding(code="pictures_without_row", severity=Severity.LOOK, message=message, count=len(unnamed), evidence={"names": [_cut(name) for name in unnamed[:SHOWN]]}))
    return tuple(notices)


def _cut(name: str | None) -> str:
    return (name or "")[-60:]


def _shown(names: Sequence[str | None]) -> str:
    return ", ".join(f"“{_cut(name)}”" for name in names[:SHOWN])
