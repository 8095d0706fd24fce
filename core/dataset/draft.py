"""Draft: a file that has been read and understood, but not yet stored.

The data page shows one, and makes another whenever the user changes a choice; `ingest.store` turns it into a
Dataset. Reading the file is the slow part and happens once: a new choice types the columns again and profiles them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from core.dataset.facts import Facts, note
from core.dataset.findings import collect
from core.dataset.looks import Looks, look
from core.dataset.progress import Progress
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.schema import Column, ColumnType, Finding, Repair, Severity, SplitBy, Task
from core.dataset.understand import Choices, understand
from core.dataset.values import find_time_format, is_missing
from core.errors import BadSettings
from core.language import N_

if TYPE_CHECKING:
    from core.dataset.readers.pictures import Pictures

__all__ = ["Choices", "Draft", "draft", "sorted_findings", "unanswered"]

PREVIEW_CHARACTERS = 300


@dataclass(frozen=True)
class Draft:
    """Everything about a file that is known before it is stored.

    Attributes:
        source: the file.
        raw: its table of text; for pictures the columns `image` and `label`.
        pictures: the decoded pictures, or None for a table.
        guesses: the guessed type of each column.
        choices: what the user decided; repairs with what was worked out for them.
        facts: typed table, profiles, target and the rest that findings are made from.
        kept: (rows,) indices into `raw` of the rows that stay.
        findings: the gravest first.
        looked: of a table too long for memory, once it is stored: the facts about the sampled rows; `facts` tell of all rows then.
    """

    source: Source
    raw: RawTable
    pictures: Pictures | None
    guesses: Mapping[str, ColumnType]
    choices: Choices
    facts: Facts
    kept: np.ndarray
    findings: tuple[Finding, ...]
    looked: Facts | None = None

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
        """Rows of the file that would be left out: blank, without a target, of a class that is too small, or by a repair."""
        return (len(self.raw.frame) if self.looked is None else self.raw.total) - self.rows

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
    def parts(self) -> np.ndarray:
        """(rows,) the part of each row, `Part.number`."""
        return self.facts.parts

    @property
    def split_by(self) -> SplitBy:
        """How the rows are shared out."""
        return self.facts.split_by

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """The repairs that were applied, in order."""
        return self.choices.repairs

    @property
    def ready(self) -> bool:
        """Whether it can be stored: no finding stops it."""
        return all(finding.severity is not Severity.STOP for finding in self.findings)

    @cached_property
    def looks(self) -> Looks:
        """What its pictures and texts look like; takes a second or two, once."""
        return look(self.looked or self.facts, self.pictures, self.kept)

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
        self, *, target: str | None = None, types: Mapping[str, str] | None = None, inputs: Sequence[str] | None = None,
        left_out: Sequence[str] | None = None, repairs: Sequence[Repair] | None = None, split: SplitBy | None = None, seed: int | None = None,
    ) -> Draft:
        """The same file with other choices; what is not given stays.

        A new target, type, repair or column left out makes the inputs guessed anew unless they are given too.

        Args:
            target: name of the column to predict.
            types: new types by column name, added to those chosen before.
            inputs: names of the input columns.
            left_out: columns that shall be no inputs; all of them.
            repairs: accepted repairs in order; all of them.
            split: how the rows are shared out.
            seed: of the split.

        Raises:
            BadTarget: there is no such target column.
            BadSettings: a type, an input, a repair or a split does not exist or does not fit.
        """
        before = self.choices
        anew = target or types or left_out is not None or repairs is not None
        _check_names(self, (*(left_out or ()), *([split.column] if split and split.column else ())))
        changed = replace(
            before,
            target=target or before.target,
            types={**before.types, **_checked_types(self, types or {})},
            inputs=tuple(inputs) if inputs is not None else None if anew else before.inputs,
            left_out=before.left_out if left_out is None else frozenset(left_out),
            repairs=before.repairs if repairs is None else tuple(repairs),
            split=split or before.split,
            seed=before.seed if seed is None else seed,
        )
        return draft(self.source, self.raw, self.pictures, self.guesses, changed)


def draft(
    source: Source,
    raw: RawTable,
    pictures: Pictures | None = None,
    guesses: Mapping[str, ColumnType] | None = None,
    choices: Choices | None = None,
    progress: Progress | None = None,
) -> Draft:
    """Understand a table and say what was noticed.

    Raises:
        BadTarget: the chosen target column does not exist.
        BadSettings: a chosen input, repair or split does not fit.
    """
    it = understand(raw, pictures, guesses, choices or Choices(), progress)
    found = raw.notices + _sampled(raw) + unanswered(collect(it.facts, progress=progress), it.choices.repairs)
    return Draft(source, raw, pictures, it.guesses, it.choices, it.facts, it.kept, sorted_findings(found))


def _sampled(raw: RawTable) -> tuple[Finding, ...]:
    """Says that a draft tells of a sample."""
    if raw.whole is None:
        return ()
    rows = len(raw.frame)
    message = N_("Measured on {rows} of {total} rows, spread over the file. When you use the data, all rows are counted.").format(rows=f"{rows:,}", total=f"{raw.total:,}")
    return (note("sampled", message, count=rows, evidence={"rows": rows, "total": raw.total}),)


def unanswered(findings: Sequence[Finding], repairs: Sequence[Repair]) -> tuple[Finding, ...]:
    """The findings without those that a repair has answered already."""
    answered = {(repair.code, repair.column) for repair in repairs}
    return tuple(finding for finding in findings if not (finding.repair and (finding.code, finding.column) in answered))


def sorted_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The gravest first."""
    return tuple(sorted(findings, key=lambda finding: list(Severity).index(finding.severity)))


def _check_names(before: Draft, names: Sequence[str]) -> None:
    for name in names:
        if name not in before.guesses:
            raise BadSettings(N_("There is no column {name}. The columns are: {guesses}.").format(name=repr(name[:80]), guesses=", ".join(list(before.guesses)[:20])))


def _checked_types(before: Draft, types: Mapping[str, str]) -> dict[str, ColumnType]:
    checked = {}
    allowed = [ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.TIME, ColumnType.IDENTIFIER]
    for name, wanted in types.items():
        _check_names(before, (name,))
        fixed = before.pictures is not None and (before.pictures.table is None or before.guesses[name] is ColumnType.IMAGE)
        if wanted not in allowed or fixed:
            raise BadSettings(N_("{name} cannot be of type {wanted}. Choose one of: {allowed}.").format(name=repr(name[:80]), wanted=repr(wanted), allowed=", ".join(allowed)))
        checked[name] = ColumnType(wanted)
        values = before.raw.frame[name]
        if checked[name] is ColumnType.TIME and not find_time_format(values.filter(~is_missing(values))):
            raise BadSettings(N_("{name} holds no dates in one form that can be read, such as 2026-11-22. Choose another type.").format(name=repr(name[:80])))
    return checked
