"""From a table as it stands in the file to what the findings and the split need: types, target, rows that stay, inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from core.dataset.duplicates import equal_rows
from core.dataset.facts import Facts
from core.dataset.findings import FEWEST_ROWS_A_CLASS
from core.dataset.leaks import Leak, find_leaks
from core.dataset.profile import profile_columns
from core.dataset.progress import Progress
from core.dataset.readers.table import RawTable
from core.dataset.repairs import Repaired, repair_table
from core.dataset.schema import Column, ColumnType, Repair, SplitBy, Task
from core.dataset.split import part_named, split_by
from core.dataset.target import guess_target, is_classes, sort_labels, target_values, task_of
from core.dataset.types import as_typed, counts_rows, guess_types, lost_values
from core.dataset.values import find_time_format, is_missing, number_format
from core.errors import BadSettings, BadTarget
from core.language import N_

if TYPE_CHECKING:
    from core.dataset.readers.pictures import Pictures

__all__ = ["INPUT_TYPES", "Choices", "Understood", "parts_of", "understand"]

INPUT_TYPES = (ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TIME, ColumnType.TEXT, ColumnType.IMAGE)
STAGE, PARTS_OF_IT = N_("Looking at the columns"), 4
SPLIT_COLUMNS = frozenset({"split", "set", "subset", "part", "partition", "数据集", "划分"})


@dataclass(frozen=True)
class Choices:
    """What the user decided; what is left out is guessed.

    Attributes:
        target: name of the column to predict.
        types: types of columns by name; for the target, number means regression and category classes.
        inputs: names of the input columns.
        left_out: columns that are no inputs, where `inputs` is not given.
        repairs: accepted repairs, in order.
        split: how the rows are shared out.
        seed: of the split, 0 or more.
    """

    target: str | None = None
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    inputs: tuple[str, ...] | None = None
    left_out: frozenset[str] = frozenset()
    repairs: tuple[Repair, ...] = ()
    split: SplitBy | None = None
    seed: int = 0


@dataclass(frozen=True)
class Understood:
    """A table with its choices.

    Attributes:
        guesses: the guessed type of each column.
        choices: as given; repairs with what was worked out for them.
        facts: typed table, profiles, target and the rest that findings are made from.
        kept: (rows,) indices into the raw table of the rows that stay.
    """

    guesses: Mapping[str, ColumnType]
    choices: Choices
    facts: Facts
    kept: np.ndarray


def understand(
    raw: RawTable, pictures: Pictures | None, guesses: Mapping[str, ColumnType] | None, choices: Choices, progress: Progress | None = None
) -> Understood:
    """Understand a table: types, target, task, inputs, split.

    Args:
        raw: as it was read.
        pictures: where its rows are pictures.
        guesses: types that are known already; default: guessed from the values.
        choices: of the user.
        progress: told before each of the longer parts.

    Raises:
        BadTarget: the chosen target column does not exist.
        BadSettings: a chosen input, repair or split does not fit.
    """
    told = progress or Progress()
    told.step(STAGE, 0, PARTS_OF_IT, raw.total)
    guesses = guesses or guess_types(raw.frame)
    target = _target({**guesses, **choices.types}, choices)
    digests = None if pictures is None else pictures.digests
    given = choices.split.column if choices.split and choices.split.kind == "given" else None
    told.step(STAGE, 1, PARTS_OF_IT, raw.total)
    repaired = repair_table(raw.frame, choices.repairs, target, {**guesses, **choices.types}, digests, given)
    choices = replace(choices, repairs=repaired.repairs)
    frame = repaired.frame
    types = {**_useful(_guessed_again(guesses, repaired), frame, target), **repaired.types, **choices.types}
    split = choices.split or repaired.split or _given_split(frame, target) or SplitBy()
    classes = _is_classes(frame, types, choices, target)
    table, forms = _typed_table(frame, types, target, classes)
    told.step(STAGE, 2, PARTS_OF_IT, raw.total)
    kept, dropped_blank, dropped_target, small = _kept(frame, table[target], repaired.removed)
    table = table[kept]
    columns = _profiles(table, types, forms, target)
    out = choices.left_out | repaired.left_out | set(raw.answers) | ({split.column} if split.kind in ("group", "given") else set())
    possible = tuple(c.name for c in columns if c.name != target and c.name not in out and _may_be_input(c))
    task = task_of(table[target])
    compared = tuple(c for c in columns if split.kind != "given" or c.name != split.column)  # a copy in another part is a copy
    groups = _groups(table, compared, target, pictures, kept)
    parts = parts_of(split, table, target, task, groups, choices.seed)
    told.step(STAGE, 3, PARTS_OF_IT, raw.total)
    leaks = tuple(find_leaks(table, {name: types[name] for name in possible}, target, parts))
    inputs = _inputs(possible, leaks, choices, tuple(types), target)
    facts = Facts(
        table=table, numbers=raw.rows[kept], columns=columns, target=target, task=task,
        labels=sort_labels(table[target].unique().to_list()) if classes else (), inputs=inputs, leaks=leaks,
        dropped_blank=dropped_blank, dropped_target=dropped_target, small=small, groups=groups,
        lost=lost_values(frame[kept].select(inputs), table.select(inputs)) if inputs else {},
        raw=frame[kept], parts=parts, split_by=split, alike=None if pictures is None else pictures.alike[kept],
    )  # fmt: skip
    return Understood(guesses, choices, facts, kept)


def _guessed_again(guesses: Mapping[str, ColumnType], repaired: Repaired) -> dict[str, ColumnType]:
    """The guesses, made anew for columns whose values a repair changed."""
    changed = [name for name in guesses if name in {repair.column for repair in repaired.repairs}]
    changed = [name for name in changed if guesses[name] is not ColumnType.IMAGE]
    return {**guesses, **(guess_types(repaired.frame.select(changed)) if changed else {})}


def _given_split(frame: pl.DataFrame, target: str) -> SplitBy | None:
    """The split that the file brings: a column called `split` or the like that holds nothing but names of parts."""
    for name in frame.columns:
        if name != target and name.strip().lower() in SPLIT_COLUMNS and frame[name].dtype == pl.String:
            values = [part_named(value) for value in frame[name].drop_nulls().unique().to_list()]
            if len(values) > 1 and None not in values:
                return SplitBy(kind="given", column=name)
    return None


def parts_of(by: SplitBy, table: pl.DataFrame, target: str, task: Task, groups: np.ndarray | None, seed: int) -> np.ndarray:
    """(rows,) parts.

    Raises:
        BadSettings: the column of the split does not exist or is of another type.
    """
    values = table[by.column] if by.column is not None else None
    if by.kind == "time" and (values is None or not values.dtype.is_temporal()):
        raise BadSettings(N_("The rows cannot be split by time: {column} holds no dates. Choose a column of dates, or make it one with the type time.").format(column=repr(str(by.column)[:80])))
    return split_by(by, table[target], task, groups, values, seed) if len(table) else np.zeros(0, np.uint8)


def _target(types: Mapping[str, ColumnType], choices: Choices) -> str:
    if choices.target is None:
        return guess_target(types)
    if choices.target not in types:
        shown = ", ".join(list(types)[:20])
        raise BadTarget(N_("There is no column {target} to predict. The columns are: {shown}.").format(target=repr(choices.target[:80]), shown=shown))
    return choices.target


def _useful(guesses: Mapping[str, ColumnType], frame: pl.DataFrame, target: str) -> dict[str, ColumnType]:
    """The guesses, but where only identifiers are left to learn from, those that merely count are numbers."""
    if any(kind in INPUT_TYPES for name, kind in guesses.items() if name != target):
        return dict(guesses)
    return {
        name: ColumnType.NUMBER if kind is ColumnType.IDENTIFIER and counts_rows(frame[name]) else kind
        for name, kind in guesses.items()
    }


def _is_classes(frame: pl.DataFrame, types: Mapping[str, ColumnType], choices: Choices, target: str) -> bool:
    if target in choices.types:
        return choices.types[target] is not ColumnType.NUMBER
    return is_classes(frame[target], types[target])


def _typed_table(
    frame: pl.DataFrame, types: Mapping[str, ColumnType], target: str, classes: bool
) -> tuple[pl.DataFrame, dict[str, str]]:
    finders = {ColumnType.TIME: find_time_format, ColumnType.NUMBER: number_format}
    texts = [name for name, kind in types.items() if kind is ColumnType.NUMBER and frame[name].dtype == pl.String]
    commas = frame.select(pl.col(texts).str.contains(",|，").any()).row(0) if texts else ()  # without one, there is only one way to read numbers
    plain = {name for name, comma in zip(texts, commas, strict=True) if not comma}
    forms = {
        name: finders[kind](frame[name].filter(~is_missing(frame[name])))
        for name, kind in types.items()
        if kind in finders and frame[name].dtype == pl.String and name not in plain
    }
    columns = [Column(name=name, type=kind, format=forms.get(name, "")) for name, kind in types.items() if name != target]
    others = as_typed(frame, columns)
    answer = target_values(frame[target], classes)
    return pl.DataFrame([answer if name == target else others[name] for name in types]), forms


def _kept(frame: pl.DataFrame, answer: pl.Series, removed: np.ndarray) -> tuple[np.ndarray, int, int, dict[str, int]]:
    """Row indices that stay; how many are blank, lack a target; classes that are too small, with their rows."""
    out = pl.Series(removed)
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series() & ~out
    unanswered = answer.is_null() & ~blank & ~out
    small: dict[str, int] = {}
    if answer.dtype == pl.String:
        counts = answer.filter(~out).drop_nulls().alias("label").value_counts(name="n")
        small = dict(counts.filter(pl.col("n") < FEWEST_ROWS_A_CLASS).sort("label").iter_rows())
    gone = out | blank | unanswered | (answer.is_in(list(small)).fill_null(False) if small else False)
    return np.flatnonzero(~gone.to_numpy()), int(blank.sum()), int(unanswered.sum()), small


def _profiles(table: pl.DataFrame, types: Mapping[str, ColumnType], forms: Mapping[str, str], target: str) -> tuple[Column, ...]:
    of_target = ColumnType.CATEGORY if table[target].dtype == pl.String else ColumnType.NUMBER
    kinds = {name: of_target if name == target else kind for name, kind in types.items()}
    return profile_columns(table, kinds, forms)


def _may_be_input(column: Column) -> bool:
    constant = column.distinct == 1 and not column.missing
    return column.type in INPUT_TYPES and column.distinct > 0 and not constant


def _inputs(
    possible: tuple[str, ...], leaks: tuple[Leak, ...], choices: Choices, names: tuple[str, ...], target: str
) -> tuple[str, ...]:
    if choices.inputs is None:
        leaking = {leak.column for leak in leaks}
        return tuple(name for name in possible if name not in leaking) or possible
    known = set(names)
    for name in choices.inputs:
        if name not in known or name == target:
            reason = N_("is the target") if name == target else N_("is no column of this table")
            raise BadSettings(N_("{name} cannot be an input: it {reason_words}. Choose among: {possible}.").format(name=repr(name[:80]), reason_words=reason, possible=", ".join(possible[:20])))
    chosen = set(choices.inputs)
    return tuple(name for name in names if name in chosen)


def _groups(
    table: pl.DataFrame, columns: tuple[Column, ...], target: str, pictures: Pictures | None, kept: np.ndarray
) -> np.ndarray | None:
    """(rows,) equal numbers for rows whose values are equal, identifiers and the target left aside."""
    if pictures is not None:
        return np.unique(pictures.digests[kept], return_inverse=True)[1]
    names = [c.name for c in columns if c.name != target and c.type in INPUT_TYPES]
    return equal_rows(table.select(names).hash_rows().to_numpy()) if names and len(table) else None
