"""A draft that was made of a sample, applied to all rows of the table: typed, profiled and split in the memory of a batch.

What the sample decided stays: types, forms, inputs, repairs. What can be counted is counted anew over all rows: classes,
missing values, ranges, distinct values, copies, and the rows that stay. The table goes to the disk once.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from core import parquet
from core.dataset.answers import Answers
from core.dataset.columnwise import ColumnsOnDisk, Unlike
from core.dataset.draft import Draft, sorted_findings, unanswered
from core.dataset.duplicates import equal_rows
from core.dataset.facts import Facts, note
from core.dataset.findings import collect
from core.dataset.progress import Progress
from core.dataset.repairs.apply import VALUE_REPAIRS
from core.dataset.retyped import TypedRows
from core.dataset.schema import Column, ColumnType
from core.dataset.target import sort_labels, task_of
from core.dataset.understand import parts_of
from core.dataset.whole import Whole, linked, written
from core.files import write_atomic
from core.language import N_

__all__ = ["apply_to_all"]


def apply_to_all(draft: Draft, table: Path, progress: Progress) -> Draft:
    """Write the typed table of all rows, and say what is in it.

    Args:
        draft: made of the sample of a table with a `whole`.
        table: Parquet file to write.
        progress: told after each batch.

    Returns:
        The same draft, its facts about all rows; `facts.table` holds the target (and the column of the split) only.

    Raises:
        Cancelled: nobody wants it any more.
        DiskFull: there is no room.
    """
    whole = draft.raw.whole
    assert whole is not None
    answers = Answers.of(draft, whole)
    counted = _counted(draft, whole, answers, table, progress)
    kept = np.flatnonzero(answers.kept)
    progress.step(N_("Sharing out the rows"), rows=len(kept))
    facts = _facts(draft, whole, answers, counted, kept, table)
    done = replace(draft, facts=facts, kept=kept, looked=_looked(draft.facts, facts))
    with ThreadPoolExecutor(1) as pool:
        looks = pool.submit(getattr, done, "looks")  # wanted next anyway
        found = draft.raw.notices + unanswered(collect(facts, done.looked, progress), draft.repairs)
    rows, total = len(draft.raw.frame), draft.raw.total
    message = N_("Rows, classes, missing values, ranges and copies were counted over all {total} rows; leaks, outliers, spellings and drift were looked for in {rows} of them.").format(total=f"{total:,}", rows=f"{rows:,}")
    said = note("sampled", message, count=rows, evidence={"rows": rows, "total": total})
    stored = replace(done, findings=sorted_findings((*found, said)))
    vars(stored)["looks"] = looks.result()  # where `cached_property` looks first
    return stored


def _looks_unchanged(draft: Draft, whole: Whole, answers: Answers, schema: Mapping[str, pl.DataType]) -> bool:
    """Whether the sample promises that typing changes no cell: then all rows are worth a look before they are written again."""
    if not (answers.as_in_file and answers.kept.all()) or any(repair.code in VALUE_REPAIRS for repair in draft.repairs):
        return False
    table, raw = draft.facts.table, draft.facts.raw
    same = len(table) == len(draft.raw.frame) and dict(parquet.scan(whole.file).collect_schema()) == dict(schema)
    return same and all(table[name].equals(raw[name], null_equal=True) for name, dtype in schema.items() if dtype == pl.String)


def _dtype(column: Column, answer: pl.DataType | None) -> pl.DataType:
    if answer is not None:
        return answer
    return {ColumnType.NUMBER: pl.Float64(), ColumnType.TIME: pl.Datetime("us")}.get(column.type, pl.String())


@dataclass(frozen=True)
class _Counted:
    """What was counted over all rows.

    Attributes:
        columns: profiles.
        hashes: (rows that stay,) equal for equal inputs; None without inputs.
        blank: rows without any value.
        lost: cells by column that their type could not read.
    """

    columns: tuple[Column, ...]
    hashes: np.ndarray | None
    blank: int = 0
    lost: dict[str, int] = field(default_factory=dict)


def _counted(draft: Draft, whole: Whole, answers: Answers, table: Path, progress: Progress) -> _Counted:
    """Write the table, or take the file that was read for it where that holds the very same cells."""
    of_target = ColumnType.CATEGORY if draft.task.is_classification else ColumnType.NUMBER
    schema = {c.name: _dtype(c, answers.values.dtype if c.name == draft.target else None) for c in draft.columns}
    if _looks_unchanged(draft, whole, answers, schema):
        every = ColumnsOnDisk(whole.file, draft.columns, draft.target, of_target)
        with suppress(Unlike):
            every.read(progress, rows=whole.rows, typed=False)
            write_atomic(table, lambda path: linked(whole.file, path))
            return _Counted(every.profiles, every.hashes)
    typed = TypedRows(draft, whole, answers, progress)
    write_atomic(table, lambda path: written(path, schema, typed.batches()))
    every = ColumnsOnDisk(table, draft.columns, draft.target, of_target)
    every.read(progress, rows=int(answers.kept.sum()), typed=True)
    return _Counted(every.profiles, np.concatenate(typed.hashes) if typed.hashes else None, typed.blank, typed.lost)


def _facts(draft: Draft, whole: Whole, answers: Answers, counted: _Counted, kept: np.ndarray, table: Path) -> Facts:
    by = draft.split_by
    few = parquet.read(table, list(dict.fromkeys(name for name in (draft.target, by.column) if name)))
    answer = few[draft.target]
    groups = equal_rows(counted.hashes) if counted.hashes is not None and len(few) else None
    task = task_of(answer) if draft.task.is_classification else draft.task
    missing = int((~answers.kept & ~answers.removed & answers.values.is_null().to_numpy()).sum()) - counted.blank
    return replace(
        draft.facts, table=few, raw=few, numbers=whole.numbers[kept], columns=counted.columns, task=task,
        known={}, labels=sort_labels(answer.unique().to_list()) if task.is_classification else (),
        dropped_blank=counted.blank, dropped_target=missing, small=answers.small, groups=groups, lost=counted.lost,
        parts=parts_of(by, few, draft.target, task, groups, draft.choices.seed),
    )  # fmt: skip


def _looked(sample: Facts, facts: Facts) -> Facts:
    """The facts of the sampled rows that stay, in the parts that the split of all rows gave them."""
    if not len(facts.numbers):
        return sample
    places = np.minimum(np.searchsorted(facts.numbers, sample.numbers), len(facts.numbers) - 1)
    there = facts.numbers[places] == sample.numbers
    parts = facts.parts[places] if len(facts.parts) else facts.parts
    if there.all():
        return replace(sample, parts=parts)
    keep = np.flatnonzero(there)
    groups = None if sample.groups is None else sample.groups[keep]
    return replace(
        sample, table=sample.table[keep], raw=sample.raw[keep], numbers=sample.numbers[keep], groups=groups, known={},
        parts=parts[keep] if len(parts) else parts,
    )  # fmt: skip
