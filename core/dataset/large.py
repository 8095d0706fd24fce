"""A draft that was made of a sample, applied to all rows of the table: typed, profiled and split in the memory of a batch.

What the sample decided stays: types, forms, inputs, repairs. What can be counted is counted anew over all rows: classes,
missing values, ranges, distinct values, copies, and the rows that stay. The table goes to the disk once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from core.dataset.ahead import in_order
from core.dataset.draft import Draft, sorted_findings, unanswered
from core.dataset.duplicates import equal_rows
from core.dataset.facts import Facts, note
from core.dataset.findings import FEWEST_ROWS_A_CLASS, collect
from core.dataset.profile import profile_stored
from core.dataset.progress import Progress
from core.dataset.readers.sample import as_text
from core.dataset.repairs.apply import REPAIRS, ROW_REPAIRS, VALUE_REPAIRS, repair_values
from core.dataset.repairs.kinds import RowRepair, TableNow
from core.dataset.repairs.rows import equal_inputs
from core.dataset.schema import Column, ColumnType
from core.dataset.target import class_labels, sort_labels, task_of
from core.dataset.types import as_typed, lost_values
from core.dataset.understand import INPUT_TYPES, parts_of
from core.dataset.values import to_number
from core.dataset.whole import BATCH_ROWS, Whole, linked, written
from core.files import write_atomic

__all__ = ["apply_to_all"]

HASH = "hash of the inputs"


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
    answers = _Answers.of(draft, whole)
    pass_over = _Pass(draft, whole, answers, progress)
    schema = {c.name: _dtype(c, answers.values.dtype if c.name == draft.target else None) for c in draft.columns}
    if not (_looks_unchanged(draft, whole, schema) and answers.kept.all() and pass_over.changes_nothing()):
        pass_over = _Pass(draft, whole, answers, progress)
        write_atomic(table, lambda path: written(path, schema, pass_over.batches()))
    else:
        write_atomic(table, lambda path: linked(whole.file, path))  # written once already
    kept = np.flatnonzero(answers.kept)
    columns = _profiles(table, draft, progress, len(kept))
    facts = _facts(draft, whole, answers, pass_over, kept, columns, table)
    done = replace(draft, facts=facts, kept=kept, looked=_looked(draft.facts, facts))
    with ThreadPoolExecutor(1) as pool:
        looks = pool.submit(getattr, done, "looks")  # wanted next anyway
        found = draft.raw.notices + unanswered(collect(facts, done.looked), draft.repairs)
    rows, total = len(draft.raw.frame), draft.raw.total
    message = f"Rows, classes, missing values, ranges and copies were counted over all {total:,} rows; leaks, outliers, spellings and drift were looked for in {rows:,} of them."
    said = note("sampled", message, count=rows, evidence={"rows": rows, "total": total})
    stored = replace(done, findings=sorted_findings((*found, said)))
    vars(stored)["looks"] = looks.result()  # where `cached_property` looks first
    return stored


@dataclass(frozen=True)
class _Answers:
    """The target of every row.

    Attributes:
        values: (all rows,) class names or numbers; null where there is none.
        kept: (all rows,) booleans: rows that stay.
        removed: (all rows,) booleans: rows that a repair takes out.
        small: classes that are too small, with their rows.
    """

    values: pl.Series
    kept: np.ndarray
    removed: np.ndarray
    small: dict[str, int]

    @classmethod
    def of(cls, draft: Draft, whole: Whole) -> _Answers:
        raw = repair_values(_as_in_file(pl.read_parquet(whole.file, columns=[draft.target]), draft, whole), draft.repairs)[draft.target]
        values = _target(raw, draft)
        removed = _removed(draft, whole, raw)
        small: dict[str, int] = {}
        if values.dtype == pl.String:
            counts = values.filter(~pl.Series(removed)).drop_nulls().alias("label").value_counts(name="n")
            small = dict(counts.filter(pl.col("n") < FEWEST_ROWS_A_CLASS).sort("label").iter_rows())
        kept = values.is_not_null().to_numpy() & ~removed
        if small:
            kept &= ~values.is_in(list(small)).fill_null(False).to_numpy()
        return cls(values, kept, removed, small)


def _target(raw: pl.Series, draft: Draft) -> pl.Series:
    """As `target_values`; labels once for each different cell."""
    if not draft.task.is_classification:
        form = next(c.format for c in draft.columns if c.name == draft.target)
        return to_number(raw, form)
    distinct = raw.unique()
    labels = class_labels(distinct.drop_nulls()) if raw.dtype == pl.String else class_labels(distinct)
    pairs = pl.DataFrame({"raw": distinct.drop_nulls() if raw.dtype == pl.String else distinct, "label": labels})
    return raw.to_frame("raw").join(pairs, on="raw", how="left", nulls_equal=True, maintain_order="left")["label"].alias(raw.name)


def _removed(draft: Draft, whole: Whole, answer: pl.Series) -> np.ndarray:
    """(all rows,) booleans: rows that repairs take out, compared by a hash of the columns that the repair compares."""
    removed = np.zeros(whole.rows, dtype=bool)
    types = {column.name: column.type for column in draft.columns}
    for place, repair in enumerate(draft.repairs):
        kind = REPAIRS[repair.code]
        if repair.code not in ROW_REPAIRS or not isinstance(kind, RowRepair):
            continue
        compared = [name for name in repair.decided["columns"] if name in types]
        split = [repair.decided["split"]] if "split" in repair.decided else []
        frames = []
        for batch in whole.batches([*dict.fromkeys((*compared, *split))]):
            frame = repair_values(_as_in_file(batch, draft, whole), draft.repairs[:place])
            now = TableNow(frame, draft.target, types, np.ones(len(frame), dtype=bool))
            frames.append(pl.DataFrame([equal_inputs(now, compared).alias(HASH), *(frame[name] for name in split)]))
        table = pl.concat(frames).with_columns(answer.alias(draft.target))
        now = TableNow(table, draft.target, {**types, HASH: ColumnType.NUMBER}, ~removed)
        removed |= kind.rows(now, {**repair.decided, "columns": [HASH]})
    return removed


def _as_in_file(frame: pl.DataFrame, draft: Draft, whole: Whole) -> pl.DataFrame:
    """Columns as text again whose numbers or moments are to be something else, or are changed by a repair."""
    fitting = {pl.Float64: ColumnType.NUMBER, pl.Datetime: ColumnType.TIME}
    repaired = {repair.column for repair in draft.repairs if repair.code in VALUE_REPAIRS}
    types = {column.name: column.type for column in draft.columns}
    changed = [
        name for name, dtype in frame.schema.items()
        if dtype != pl.String and (name in repaired or fitting.get(dtype.base_type()) is not types[name])
    ]  # fmt: skip
    return frame.with_columns(as_text(frame[name], whole.forms.get(name, "")) for name in changed)


def _looks_unchanged(draft: Draft, whole: Whole, schema: Mapping[str, pl.DataType]) -> bool:
    """Whether the sample promises that typing changes no cell: then all rows are worth a look before they are written again."""
    table, raw = draft.facts.table, draft.facts.raw
    same = len(table) == len(draft.raw.frame) and dict(pl.read_parquet_schema(whole.file)) == dict(schema)
    return same and all(table[name].equals(raw[name], null_equal=True) for name, dtype in schema.items() if dtype == pl.String)


def _dtype(column: Column, answer: pl.DataType | None) -> pl.DataType:
    if answer is not None:
        return answer
    return {ColumnType.NUMBER: pl.Float64(), ColumnType.TIME: pl.Datetime("us")}.get(column.type, pl.String())


@dataclass(frozen=True)
class _Batch:
    """Some rows, and what was counted in them.

    Attributes:
        typed: the rows that stay.
        stop: rows of the table up to here.
        blank: rows without any value.
        lost: cells by column that their type could not read.
        hashes: (rows,) of the inputs; None without inputs.
        same: whether the typed rows are the very rows of the file.
    """

    typed: pl.DataFrame
    stop: int
    blank: int
    lost: dict[str, int]
    hashes: np.ndarray | None
    same: bool


@dataclass
class _Pass:
    """The one pass that types all rows; what it counts is complete when it has ended."""

    draft: Draft
    whole: Whole
    answers: _Answers
    progress: Progress
    hashes: list[np.ndarray] = field(default_factory=list)
    blank: int = 0
    lost: dict[str, int] = field(default_factory=dict)

    def changes_nothing(self) -> bool:
        """Whether the typed rows are the very rows of the file; looks as long as they are."""
        return all(batch.same for batch in self._each(compare=True))

    def batches(self) -> Iterator[pl.DataFrame]:
        """The typed rows that stay."""
        return (batch.typed for batch in self._each(compare=False))

    def _each(self, *, compare: bool) -> Iterator[_Batch]:
        """The batches, two being typed at the same time; what was counted in each is added up in their order."""
        for batch in in_order(lambda start: self._batch(start, compare=compare), range(0, self.whole.rows, BATCH_ROWS)):
            self.blank += batch.blank
            self.hashes += [batch.hashes] if batch.hashes is not None else []
            for name, count in batch.lost.items():
                self.lost[name] = self.lost.get(name, 0) + count
            self.progress.step("Storing", batch.stop, self.whole.rows, batch.stop)
            yield batch

    def _batch(self, start: int, *, compare: bool) -> _Batch:
        """One batch typed. Runs in a thread: changes nothing here."""
        others = [c for c in self.draft.columns if c.name != self.draft.target]
        compared = [c.name for c in others if c.type in INPUT_TYPES]
        inputs = list(self.draft.inputs)
        batch = self.whole.batch(start)
        kept = self.answers.kept[start : start + len(batch)]
        raw = repair_values(_as_in_file(batch, self.draft, self.whole), self.draft.repairs)
        raw = raw if kept.all() else raw.filter(pl.Series(kept))
        typed = as_typed(raw, others)
        lost = lost_values(raw.select(inputs), typed.select(inputs)) if inputs else {}
        hashes = typed.select(compared).hash_rows().to_numpy() if compared else None
        answer = self.answers.values.slice(start, len(batch)).filter(pl.Series(kept)).alias(self.draft.target)
        table = typed.with_columns(answer).select(c.name for c in self.draft.columns)
        same = compare and table.equals(batch, null_equal=True)
        return _Batch(table, start + len(batch), self._blank(batch, start), lost, hashes, same)

    def _blank(self, batch: pl.DataFrame, start: int) -> int:
        empty = self.answers.values.slice(start, len(batch)).is_null() & ~pl.Series(self.answers.removed[start : start + len(batch)])
        return int(batch.filter(empty).select(pl.all_horizontal(pl.all().is_null())).to_series().sum()) if empty.any() else 0


def _profiles(table: Path, draft: Draft, progress: Progress, rows: int) -> tuple[Column, ...]:
    """The profile of each column, two at a time: no more of the table is in memory."""
    of_target = ColumnType.CATEGORY if draft.task.is_classification else ColumnType.NUMBER
    done = 0

    def profile(column: Column) -> Column:
        kind = of_target if column.name == draft.target else column.type
        return profile_stored(table, column.name, kind, column.format)

    found = []
    with ThreadPoolExecutor(2) as pool:
        for column in pool.map(profile, draft.columns):
            done += 1
            progress.step("Counting", done, len(draft.columns), rows)
            found.append(column)
    return tuple(found)


def _facts(
    draft: Draft, whole: Whole, answers: _Answers, counted: _Pass, kept: np.ndarray, columns: tuple[Column, ...], table: Path
) -> Facts:
    by = draft.split_by
    few = pl.read_parquet(table, columns=list(dict.fromkeys(name for name in (draft.target, by.column) if name)))
    answer = few[draft.target]
    groups = equal_rows(np.concatenate(counted.hashes)) if counted.hashes and len(few) else None
    task = task_of(answer) if draft.task.is_classification else draft.task
    missing = int((~answers.kept & ~answers.removed & answers.values.is_null().to_numpy()).sum()) - counted.blank
    return replace(
        draft.facts, table=few, raw=few, numbers=whole.numbers[kept], columns=columns, task=task,
        labels=sort_labels(answer.unique().to_list()) if task.is_classification else (),
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
        sample, table=sample.table[keep], raw=sample.raw[keep], numbers=sample.numbers[keep], groups=groups, parts=parts[keep] if len(parts) else parts
    )
