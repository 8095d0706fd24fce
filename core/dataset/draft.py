"""Draft: a file that has been read and understood, but not yet stored.

The data page shows one, and makes another whenever the user changes a choice; `ingest.store` turns it into a
Dataset. Reading the file is the slow part and happens once: a new choice types the columns again and profiles them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from core.dataset.facts import Facts
from core.dataset.findings import FEWEST_ROWS_A_CLASS, collect
from core.dataset.leaks import Leak, find_leaks
from core.dataset.profile import profile_columns
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.schema import Column, ColumnType, Finding, Severity, Task
from core.dataset.target import guess_target, is_classes, sort_labels, target_values, task_of
from core.dataset.types import as_typed, counts_rows, guess_types, lost_values
from core.dataset.values import find_time_format, is_missing
from core.errors import BadSettings, BadTarget

if TYPE_CHECKING:
    from core.dataset.readers.pictures import Pictures

__all__ = ["Choices", "Draft", "draft"]

INPUT_TYPES = (ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TIME, ColumnType.TEXT, ColumnType.IMAGE)
PREVIEW_CHARACTERS = 300


@dataclass(frozen=True)
class Choices:
    """What the user decided; what is left out is guessed.

    Attributes:
        target: name of the column to predict.
        types: types of columns by name; for the target, number means regression and category classes.
        inputs: names of the input columns.
    """

    target: str | None = None
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    inputs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Draft:
    """Everything about a file that is known before it is stored.

    Attributes:
        source: the file.
        raw: its table of text; for pictures the columns `image` and `label`.
        pictures: the decoded pictures, or None for a table.
        guesses: the guessed type of each column.
        choices: what the user decided.
        facts: typed table, profiles, target and the rest that findings are made from.
        kept: (rows,) indices into `raw` of the rows that stay.
        findings: the gravest first.
    """

    source: Source
    raw: RawTable
    pictures: Pictures | None
    guesses: Mapping[str, ColumnType]
    choices: Choices
    facts: Facts
    kept: np.ndarray
    findings: tuple[Finding, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Profiles of all columns, target included."""
        return self.facts.columns

    @property
    def rows(self) -> int:
        """Rows that would be stored."""
        return self.facts.rows

    @property
    def dropped_rows(self) -> int:
        """Rows of the file that would be left out: blank, without a target, or of a class that is too small."""
        return len(self.raw.frame) - self.rows

    @property
    def target(self) -> str:
        """The column to predict."""
        return self.facts.target

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.facts.task

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes in the order of their numbers; empty for regression."""
        return self.facts.labels

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that a model would get."""
        return self.facts.inputs

    @property
    def ready(self) -> bool:
        """Whether it can be stored: no finding stops it."""
        return all(finding.severity is not Severity.STOP for finding in self.findings)

    def preview(self, rows: int = 20) -> pl.DataFrame:
        """The first rows as text, long cells cut, for a page to show.

        Args:
            rows: how many at most.
        """
        return self.raw.frame.head(rows).select(pl.all().str.head(PREVIEW_CHARACTERS))

    def samples(self, per_class: int = 4) -> list[tuple[str, np.ndarray]]:
        """A few pictures of each class: (label, (height, width, channels) uint8). Empty for a table."""
        if self.pictures is None:
            return []
        answer = self.facts.answer.to_list()
        chosen = [i for label in self.labels for i in [j for j, a in enumerate(answer) if a == label][:per_class]]
        return [(answer[i], np.array(self.pictures.images[self.kept[i]])) for i in chosen]

    def with_choices(
        self, *, target: str | None = None, types: Mapping[str, str] | None = None, inputs: Sequence[str] | None = None
    ) -> Draft:
        """The same file with other choices; what is not given stays.

        A new target or type makes the inputs guessed anew unless they are given too.

        Args:
            target: name of the column to predict.
            types: new types by column name, added to those chosen before.
            inputs: names of the input columns.

        Raises:
            BadTarget: there is no such target column.
            BadSettings: a type or an input does not exist or does not fit.
        """
        changed = replace(
            self.choices,
            target=target or self.choices.target,
            types={**self.choices.types, **_checked_types(self, types or {})},
            inputs=tuple(inputs) if inputs is not None else None if target or types else self.choices.inputs,
        )
        return draft(self.source, self.raw, self.pictures, self.guesses, changed)


def draft(
    source: Source,
    raw: RawTable,
    pictures: Pictures | None = None,
    guesses: Mapping[str, ColumnType] | None = None,
    choices: Choices | None = None,
) -> Draft:
    """Understand a table: types, target, task, inputs and findings.

    Raises:
        BadTarget: the chosen target column does not exist.
        BadSettings: a chosen input does not exist.
    """
    choices = choices or Choices()
    guesses = guesses or guess_types(raw.frame)
    target = _target({**guesses, **choices.types}, choices)
    types = {**_useful(guesses, raw, target), **choices.types}
    classes = _is_classes(raw, types, choices, target)
    table, forms = _typed_table(raw, types, target, classes)
    kept, dropped_blank, dropped_target, small = _kept(raw, table[target])
    table = table[kept]
    columns = _profiles(table, types, forms, target)
    possible = tuple(c.name for c in columns if c.name != target and _may_be_input(c))
    leaks = tuple(find_leaks(table, {name: types[name] for name in possible}, target))
    inputs = _inputs(possible, leaks, choices, tuple(types), target)
    facts = Facts(
        table=table, numbers=raw.rows[kept], columns=columns, target=target, task=task_of(table[target]),
        labels=sort_labels(table[target].unique().to_list()) if classes else (), inputs=inputs, leaks=leaks,
        dropped_blank=dropped_blank, dropped_target=dropped_target, small=small,
        groups=_groups(table, columns, target, pictures, kept),
        lost=lost_values(raw.frame[kept].select(inputs), table.select(inputs)) if inputs else {},
    )  # fmt: skip
    return Draft(source, raw, pictures, guesses, choices, facts, kept, _sorted(raw.notices + collect(facts)))


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: list(Severity).index(finding.severity)))


def _target(types: Mapping[str, ColumnType], choices: Choices) -> str:
    if choices.target is None:
        return guess_target(types)
    if choices.target not in types:
        shown = ", ".join(list(types)[:20])
        raise BadTarget(f"There is no column {choices.target[:80]!r} to predict. The columns are: {shown}.")
    return choices.target


def _useful(guesses: Mapping[str, ColumnType], raw: RawTable, target: str) -> dict[str, ColumnType]:
    """The guesses, but where only identifiers are left to learn from, those that merely count are numbers."""
    if any(kind in INPUT_TYPES for name, kind in guesses.items() if name != target):
        return dict(guesses)
    return {
        name: ColumnType.NUMBER if kind is ColumnType.IDENTIFIER and counts_rows(raw.frame[name]) else kind
        for name, kind in guesses.items()
    }


def _is_classes(raw: RawTable, types: Mapping[str, ColumnType], choices: Choices, target: str) -> bool:
    if target in choices.types:
        return choices.types[target] is not ColumnType.NUMBER
    return is_classes(raw.frame[target], types[target])


def _typed_table(
    raw: RawTable, types: Mapping[str, ColumnType], target: str, classes: bool
) -> tuple[pl.DataFrame, dict[str, str]]:
    forms = {
        name: find_time_format(raw.frame[name].filter(~is_missing(raw.frame[name])))
        for name, kind in types.items()
        if kind is ColumnType.TIME
    }
    columns = [Column(name=name, type=kind, format=forms.get(name, "")) for name, kind in types.items() if name != target]
    others = as_typed(raw.frame, columns)
    answer = target_values(raw.frame[target], classes)
    return pl.DataFrame([answer if name == target else others[name] for name in types]), forms


def _kept(raw: RawTable, answer: pl.Series) -> tuple[np.ndarray, int, int, dict[str, int]]:
    """Row indices that stay; how many are blank, lack a target; classes that are too small, with their rows."""
    blank = raw.frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    unanswered = answer.is_null() & ~blank
    small: dict[str, int] = {}
    if answer.dtype == pl.String:
        counts = answer.drop_nulls().alias("label").value_counts(name="n")
        small = dict(counts.filter(pl.col("n") < FEWEST_ROWS_A_CLASS).sort("label").iter_rows())
    gone = blank | unanswered | (answer.is_in(list(small)).fill_null(False) if small else False)
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
            reason = "is the target" if name == target else "is no column of this table"
            raise BadSettings(f"{name[:80]!r} cannot be an input: it {reason}. Choose among: {', '.join(possible[:20])}.")
    chosen = set(choices.inputs)
    return tuple(name for name in names if name in chosen)


def _groups(
    table: pl.DataFrame, columns: tuple[Column, ...], target: str, pictures: Pictures | None, kept: np.ndarray
) -> np.ndarray | None:
    """(rows,) equal numbers for rows whose values are equal, identifiers and the target left aside."""
    if pictures is not None:
        return np.unique(pictures.digests[kept], return_inverse=True)[1]
    names = [c.name for c in columns if c.name != target and c.type in INPUT_TYPES]
    return np.unique(table.select(names).hash_rows().to_numpy(), return_inverse=True)[1] if names and len(table) else None


def _checked_types(before: Draft, types: Mapping[str, str]) -> dict[str, ColumnType]:
    checked = {}
    allowed = [ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.TIME, ColumnType.IDENTIFIER]
    for name, wanted in types.items():
        if name not in before.guesses:
            raise BadSettings(f"There is no column {name[:80]!r}. The columns are: {', '.join(list(before.guesses)[:20])}.")
        if wanted not in allowed or before.pictures is not None:
            raise BadSettings(f"{name[:80]!r} cannot be of type {wanted!r}. Choose one of: {', '.join(allowed)}.")
        checked[name] = ColumnType(wanted)
        values = before.raw.frame[name]
        if checked[name] is ColumnType.TIME and not find_time_format(values.filter(~is_missing(values))):
            raise BadSettings(f"{name[:80]!r} holds no dates in one form that can be read, such as 2026-11-22. Choose another type.")
    return checked
