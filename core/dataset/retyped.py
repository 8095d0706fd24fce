"""All rows of a long table typed, a batch at a time: for a table whose file is not yet what is to be stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from core.dataset.ahead import in_order
from core.dataset.answers import Answers, as_in_file
from core.dataset.draft import Draft
from core.dataset.progress import Progress
from core.dataset.repairs.apply import repair_values
from core.dataset.types import as_typed, lost_values
from core.dataset.understand import INPUT_TYPES
from core.dataset.whole import BATCH_ROWS, Whole

__all__ = ["TypedRows"]


@dataclass(frozen=True)
class _Batch:
    """Some rows, and what was counted in them.

    Attributes:
        typed: the rows that stay.
        stop: rows of the table up to here.
        blank: rows without any value.
        lost: cells by column that their type could not read.
        hashes: (rows,) of the inputs; None without inputs.
    """

    typed: pl.DataFrame
    stop: int
    blank: int
    lost: dict[str, int]
    hashes: np.ndarray | None


@dataclass
class TypedRows:
    """The one pass that types all rows; what it counts is complete when it has ended."""

    draft: Draft
    whole: Whole
    answers: Answers
    progress: Progress
    hashes: list[np.ndarray] = field(default_factory=list)
    blank: int = 0
    lost: dict[str, int] = field(default_factory=dict)

    def batches(self) -> Iterator[pl.DataFrame]:
        """The typed rows that stay; two batches are typed at the same time, what was counted in each is added up in their order."""
        for batch in in_order(self._batch, range(0, self.whole.rows, BATCH_ROWS)):
            self.blank += batch.blank
            self.hashes += [batch.hashes] if batch.hashes is not None else []
            for name, count in batch.lost.items():
                self.lost[name] = self.lost.get(name, 0) + count
            self.progress.step("Storing", batch.stop, self.whole.rows, batch.stop)
            yield batch.typed

    def _batch(self, start: int) -> _Batch:
        """One batch typed. Runs in a thread: changes nothing here."""
        others = [c for c in self.draft.columns if c.name != self.draft.target]
        compared = [c.name for c in others if c.type in INPUT_TYPES]
        inputs = list(self.draft.inputs)
        batch = self.whole.batch(start)
        kept = self.answers.kept[start : start + len(batch)]
        raw = repair_values(as_in_file(batch, self.draft, self.whole), self.draft.repairs)
        raw = raw if kept.all() else raw.filter(pl.Series(kept))
        typed = as_typed(raw, others)
        lost = lost_values(raw.select(inputs), typed.select(inputs)) if inputs else {}
        hashes = typed.select(compared).hash_rows().to_numpy() if compared else None
        answer = self.answers.values.slice(start, len(batch)).filter(pl.Series(kept)).alias(self.draft.target)
        table = typed.with_columns(answer).select(c.name for c in self.draft.columns)
        return _Batch(table, start + len(batch), self._blank(batch, start), lost, hashes)

    def _blank(self, batch: pl.DataFrame, start: int) -> int:
        empty = self.answers.values.slice(start, len(batch)).is_null() & ~pl.Series(self.answers.removed[start : start + len(batch)])
        return int(batch.filter(empty).select(pl.all_horizontal(pl.all().is_null())).to_series().sum()) if empty.any() else 0
