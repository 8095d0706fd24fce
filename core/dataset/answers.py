"""The target of every row of a table that is too long for memory, and with it which rows stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from core import parquet
from core.dataset.draft import Draft
from core.dataset.findings import FEWEST_ROWS_A_CLASS
from core.dataset.readers.sample import as_text
from core.dataset.repairs.apply import REPAIRS, ROW_REPAIRS, VALUE_REPAIRS, repair_values
from core.dataset.repairs.kinds import RowRepair, TableNow
from core.dataset.repairs.rows import equal_inputs
from core.dataset.schema import ColumnType
from core.dataset.target import class_labels
from core.dataset.values import to_number
from core.dataset.whole import Whole

__all__ = ["Answers", "as_in_file"]

HASH = "hash of the inputs"


@dataclass(frozen=True)
class Answers:
    """The target of every row.

    Attributes:
        values: (all rows,) class names or numbers; null where there is none.
        kept: (all rows,) booleans: rows that stay.
        removed: (all rows,) booleans: rows that a repair takes out.
        small: classes that are too small, with their rows.
        as_in_file: whether `values` are the very cells of the file.
    """

    values: pl.Series
    kept: np.ndarray
    removed: np.ndarray
    small: dict[str, int]
    as_in_file: bool

    @classmethod
    def of(cls, draft: Draft, whole: Whole) -> Answers:
        """Args: draft: made of a sample; whole: all rows."""
        stored = parquet.read(whole.file, [draft.target])
        raw = repair_values(as_in_file(stored, draft, whole), draft.repairs)[draft.target]
        values = _target(raw, draft)
        removed = _removed(draft, whole, raw)
        small: dict[str, int] = {}
        if values.dtype == pl.String:
            counts = values.filter(~pl.Series(removed)).drop_nulls().alias("label").value_counts(name="n")
            small = dict(counts.filter(pl.col("n") < FEWEST_ROWS_A_CLASS).sort("label").iter_rows())
        kept = values.is_not_null().to_numpy() & ~removed
        if small:
            kept &= ~values.is_in(list(small)).fill_null(False).to_numpy()
        return cls(values, kept, removed, small, values.equals(stored.to_series(), null_equal=True))


def _target(raw: pl.Series, draft: Draft) -> pl.Series:
    """As `target_values`; labels once for each different cell."""
    if not draft.task.is_classification:
        form = next(c.format for c in draft.columns if c.name == draft.target)
        return to_number(raw, form)
    distinct = raw.unique()
    labels = class_labels(distinct.drop_nulls()) if raw.dtype == pl.String else class_labels(distinct)
    if raw.dtype == pl.String and labels.equals(distinct.drop_nulls(), null_equal=True):
        return raw
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
            frame = repair_values(as_in_file(batch, draft, whole), draft.repairs[:place])
            now = TableNow(frame, draft.target, types, np.ones(len(frame), dtype=bool))
            frames.append(pl.DataFrame([equal_inputs(now, compared).alias(HASH), *(frame[name] for name in split)]))
        table = pl.concat(frames).with_columns(answer.alias(draft.target))
        now = TableNow(table, draft.target, {**types, HASH: ColumnType.NUMBER}, ~removed)
        removed |= kind.rows(now, {**repair.decided, "columns": [HASH]})
    return removed


def as_in_file(frame: pl.DataFrame, draft: Draft, whole: Whole) -> pl.DataFrame:
    """Columns as text again whose numbers or moments are to be something else, or are changed by a repair."""
    fitting = {pl.Float64: ColumnType.NUMBER, pl.Datetime: ColumnType.TIME}
    repaired = {repair.column for repair in draft.repairs if repair.code in VALUE_REPAIRS}
    types = {column.name: column.type for column in draft.columns}
    changed = [
        name for name, dtype in frame.schema.items()
        if dtype != pl.String and (name in repaired or fitting.get(dtype.base_type()) is not types[name])
    ]  # fmt: skip
    return frame.with_columns(as_text(frame[name], whole.forms.get(name, "")) for name in changed)
