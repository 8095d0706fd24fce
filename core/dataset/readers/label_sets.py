"""A table with several labels a row → one column that holds the set of them, or the table as it was.

People write several labels in three ways: several rows for one file, one cell with a separator, one column of 0 and 1 for
each label. Where the sets are few, all three become one text column `labels`, sorted, with "|" between: a set is a class. Where they
are many, each label becomes a yes/no column of its own; one of them is chosen as the target, and the others are no inputs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from core.dataset.schema import ColumnType, Finding, Severity
from core.dataset.target import CERTAIN, guess_target
from core.dataset.types import guess_types

__all__ = ["LabelSets", "label_sets"]

BETWEEN = "|"
COLUMN = "labels"
MOST_LABELS = 50  # columns of their own; the rarer ones are left out
NO_LABEL = "no label"  # a picture that shows none of the things is an answer, too
SEPARATORS = ("|", ";", ",", " ")
SURE_SEPARATORS = ("|", ";")
ROWS_A_SET = 5  # sets that are rarer on average are no classes
USES_A_LABEL = 2
YES = ("1", "1.0", "true", "yes")
NO = ("0", "0.0", "-1", "-1.0", "false", "no")
SHOWN = 5


@dataclass(frozen=True)
class LabelSets:
    """A table with one row a file.

    Attributes:
        table: (files, 1 + columns); the first column is the number of the file.
        dropped: columns that say different things about the same file and are no labels.
        notices: `many_labels`, where files have several.
        answers: columns that each say yes or no about one label; the most frequent label last, which is where a target is guessed.
    """

    table: pl.DataFrame
    dropped: tuple[str, ...] = ()
    notices: tuple[Finding, ...] = ()
    answers: tuple[str, ...] = ()


def label_sets(table: pl.DataFrame) -> LabelSets:
    """Bring a list of files to one row a file and one column of labels.

    Args:
        table: (rows, 1 + columns); the first column is the number of the file, the others are text.

    Example:
        >>> found = label_sets(pl.DataFrame({"file": [0, 0, 1], "tag": ["sun", "sea", "sea"]}))
        >>> found.table.columns, found.table.rows()
        (['file', 'sun', 'sea'], [(0, 'yes', 'yes'), (1, 'no', 'yes')])
    """
    file, *names = table.columns
    if not names:
        return LabelSets(table.unique(maintain_order=True))
    types = guess_types(table.select(names))
    target = next((name for name in names if _lists(table[name])), None) or guess_target(types)
    if table[file].is_duplicated().any():
        return _from_rows(table, file, target)
    if flags := _flags(table.select(names)):
        return _from_flags(table, flags)
    return _from_cells(table, target, types[target])


def _from_rows(table: pl.DataFrame, file: str, target: str) -> LabelSets:
    """Several rows for one file: their labels together, of the rest what does not differ."""
    others = [name for name in table.columns if name not in (file, target)]
    differing = table.group_by(file).agg(pl.col(others).n_unique()).select(pl.col(others).max()) if others else pl.DataFrame()
    dropped = tuple(name for name in others if differing[name][0] > 1)
    kept = [name for name in others if name not in dropped]
    sets = pl.col(target).drop_nulls().unique().sort()
    found = table.group_by(file, maintain_order=True).agg(sets, pl.col(kept).first()).select(name for name in table.columns if name not in dropped)
    counts = found[target].list.len()
    joined = found.with_columns(pl.when(counts > 0).then(pl.col(target).list.join(BETWEEN)).alias(target))
    if (counts > 1).any():
        return _sets(joined, target, dropped, "several rows for one file")
    return LabelSets(joined, dropped)


def _flags(table: pl.DataFrame) -> list[str]:
    """The columns of 0 and 1, if all are such and none is plainly the answer by itself."""
    if table.width < 2 or any(name.lower().strip() in CERTAIN for name in table.columns):
        return []
    plain = table.select(pl.all().str.strip_chars().str.to_lowercase())
    fits = plain.select(pl.all().is_in([*YES, *NO]).all() & pl.all().is_not_null().all()).row(0)
    varies = plain.select(pl.all().n_unique() <= 2).row(0)
    return table.columns if all(fits) and all(varies) else []


def _from_flags(table: pl.DataFrame, flags: list[str]) -> LabelSets:
    """One column of 0 and 1 for each label; if each row has exactly one 1, they are the classes."""
    yes = table.select(pl.col(flags).str.strip_chars().str.to_lowercase().is_in(YES))
    counts = yes.select(pl.sum_horizontal(pl.all())).to_series()
    named = yes.select(pl.when(pl.col(name)).then(pl.lit(name.replace(BETWEEN, "/"))).alias(name) for name in sorted(flags))
    joined = named.select(pl.concat_str(pl.all(), separator=BETWEEN, ignore_nulls=True)).to_series()
    joined = joined.set(joined == "", NO_LABEL)
    if (counts == 1).all():
        return LabelSets(table.select(table.columns[0], joined.alias("label")))
    way = f"{len(flags):,} columns of 0 and 1"
    if not _are_few(joined):  # each column stays an answer to choose
        return LabelSets(table, (), _notices(joined, way), tuple(sorted(flags, key=lambda name: int(yes[name].sum()))))
    return LabelSets(table.select(table.columns[0], joined.alias(COLUMN)), (), _notices(joined, way))


def _from_cells(table: pl.DataFrame, target: str, kind: ColumnType) -> LabelSets:
    """One cell with a separator between labels."""
    if kind is ColumnType.NUMBER:
        return LabelSets(table)
    values = [value.strip() for value in table[target].drop_nulls().to_list()]
    separator = next((sign for sign in SEPARATORS if _separates(sign, values)), None)
    if separator is None:
        return LabelSets(table)
    sets = pl.Series(target, [None if value is None else _set(value, separator) for value in table[target].to_list()], dtype=pl.String)
    way = "one cell with " + ("blanks" if separator == " " else f"“{separator}”") + " between them"
    return _sets(table.with_columns(sets), target, (), way)


def _sets(table: pl.DataFrame, target: str, dropped: tuple[str, ...], way: str) -> LabelSets:
    """A table with a column of sets: as it is where they are few, else with a column for each label."""
    sets, notices = table[target], _notices(table[target], way)
    if _are_few(sets):
        return LabelSets(_renamed(table, target), dropped, notices)
    uses = Counter(label for value in sets.drop_nulls().to_list() for label in value.split(BETWEEN))
    labels = [label for label, _ in sorted(uses.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_LABELS]][::-1]
    rest = table.drop(target)
    names = {label: label if label not in rest.columns else f"{label} (label)" for label in labels}
    held = sets.str.split(BETWEEN)
    columns = [pl.when(held.is_not_null()).then(pl.when(held.list.contains(label)).then(pl.lit("yes")).otherwise(pl.lit("no"))).alias(name) for label, name in names.items()]
    return LabelSets(rest.with_columns(columns), dropped, notices, tuple(names.values()))


def _are_few(sets: pl.Series) -> bool:
    return sets.drop_nulls().n_unique() * ROWS_A_SET <= len(sets)


def _lists(values: pl.Series) -> bool:
    """Whether a column plainly holds lists of labels."""
    cells = [value.strip() for value in values.drop_nulls().to_list()]
    return any(_separates(sign, cells) for sign in SURE_SEPARATORS)


def _separates(sign: str, values: list[str]) -> bool:
    """Whether the cells are lists: their pieces repeat, and with a comma or a blank also stand alone and in fewer forms than the cells."""
    lists = [_pieces(value, sign) for value in values]
    uses = Counter(piece for pieces in lists for piece in pieces)
    if not any(len(pieces) > 1 for pieces in lists) or sum(uses.values()) < USES_A_LABEL * len(uses):
        return False
    if sign in SURE_SEPARATORS:
        return True
    alone = {pieces[0] for pieces in lists if len(pieces) == 1}
    together = {piece for pieces in lists if len(pieces) > 1 for piece in pieces}
    return len(uses) < len(set(values)) and 2 * len(alone & together) >= len(together)


def _pieces(value: str, sign: str) -> list[str]:
    return [piece for part in value.split(sign) if (piece := part.strip())]


def _set(value: str, sign: str) -> str | None:
    return BETWEEN.join(sorted({piece.replace(BETWEEN, "/") for piece in _pieces(value, sign)})) or None


def _renamed(table: pl.DataFrame, target: str) -> pl.DataFrame:
    return table.rename({target: COLUMN}) if COLUMN not in table.columns else table


def _notices(sets: pl.Series, way: str) -> tuple[Finding, ...]:
    several = sets.str.contains(BETWEEN, literal=True).fill_null(False)
    distinct, count = sets.drop_nulls().n_unique(), int(several.sum())
    labels = Counter(label for value in sets.drop_nulls().to_list() for label in value.split(BETWEEN))
    then = (
        f"Each of the {distinct:,} different sets is a class." if _are_few(sets)
        else f"There are {distinct:,} different sets, too many to be classes, so each label is a column of yes and no. Choose the one to predict; the others are answers, too, and no model sees them."
    )  # fmt: skip
    message = f"{count:,} picture{'s have' if count != 1 else ' has'} several labels (written as {way}). {then}"
    evidence = {"pictures": count, "sets": distinct, "labels": dict(labels.most_common(SHOWN)), "different_labels": len(labels)}
    return (Finding(code="many_labels", severity=Severity.LOOK, message=message, count=count, evidence=evidence),)
