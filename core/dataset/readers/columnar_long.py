"""A long Parquet file → the same table as if it had been long CSV, but numbers stay numbers on the way.

What some rows show decides how columns are written, as for text (`core.dataset.readers.plan`). Only columns of whole numbers and
of 64-bit numbers go straight through: of all others the text is the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from core.dataset.progress import Progress
from core.dataset.readers.plan import Plan, as_planned, planned
from core.dataset.readers.sample import Sample
from core.dataset.readers.spool import Spool
from core.dataset.readers.table import RawTable, column_names, null_where_empty
from core.dataset.schema import Finding
from core.dataset.whole import ReadingFolder, Whole, written
from core.errors import LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["Untidy", "batches_of", "check_cells", "read_long"]

BATCH_ROWS = 50_000
BATCH_CELLS = 2_000_000  # wide tables pass in shorter batches
SHOWN_ROWS = 20_000  # spread over the table, to see what its columns hold
UNTIDY = ["\r", "\0"]  # what readers of text tidy away


class Untidy(Exception):
    """A cell holds what only readers of text tidy."""


def read_long(lazy: pl.LazyFrame, cells: Mapping[str, pl.Expr], total: int, spool: Spool, progress: Progress, notices: tuple[Finding, ...] = ()) -> RawTable:
    """Read a table into a Parquet file of ours and a sample of its rows.

    Args:
        lazy: the table.
        cells: how each column that is taken becomes text, by its name; the text is named `0`, `1`, … by the place in `lazy`.
        total: rows.
        spool: knows the limit of all that is unpacked.
        progress: told after each batch.
        notices: findings about how it was read.

    Raises:
        Untidy: it holds line ends or zero bytes that must be tidied; nothing remains.
        LimitExceeded: a cell, or all of them, are larger than a limit.
        Cancelled: nobody wants it any more; nothing remains.
    """
    names, renamed = column_names(tuple(name or f"column_{i}" for i, name in enumerate(cells, 1)))
    texts = {new: text.alias(new) for new, text in zip(names, cells.values(), strict=True)}
    schema = lazy.collect_schema()
    kinds = dict(zip(names, (schema[name] for name in cells), strict=True))
    places = {new: list(schema).index(name) for new, name in zip(names, cells, strict=True)}
    numbers = {name: pl.nth(places[name]).cast(pl.Float64).fill_nan(None).alias(name) for name, kind in kinds.items() if kind.is_integer() or kind == pl.Float64}
    some = pl.concat([batch.gather_every(max(1, total // SHOWN_ROWS)) for batch in batches_of(lazy, len(schema))])
    plan = planned(null_where_empty(some.select(texts.values())), names, [])

    def read(plan: Plan) -> RawTable:
        columns = [numbers[name] if name in plan.numbers and name in numbers else texts[name] for name in names]
        return _Pass(lazy.select(columns), plan, total, spool, progress).table((*notices, *renamed))

    return as_planned(plan, read)


class _Pass:
    """One pass over the file."""

    def __init__(self, lazy: pl.LazyFrame, plan: Plan, total: int, spool: Spool, progress: Progress) -> None:
        self.lazy, self.plan, self.total, self.spool, self.progress = lazy, plan, total, spool, progress
        self.sample = Sample(settings().sample_rows)

    def table(self, notices: tuple[Finding, ...]) -> RawTable:
        folder = ReadingFolder()
        file = folder.path / "table.parquet"
        try:
            written(file, self.plan.written, self._frames())
        except BaseException:
            folder.remove()  # now, not when the last traceback is forgotten
            raise
        frame, numbers = self.sample.taken(self.plan.forms)
        return RawTable(frame, numbers, "parquet", "", notices, Whole(file, self.total, self.plan.forms, (), folder))

    def _frames(self) -> Iterator[pl.DataFrame]:
        """The rows as they are written."""
        done = size = 0
        for batch in batches_of(self.lazy, len(self.plan.names)):
            size = check_cells(batch, self.spool, size)
            if any(batch.select(pl.col(pl.String).str.contains_any(UNTIDY).any()).row(0) if pl.String in batch.dtypes else ()):
                raise Untidy
            frame = self.plan.typed(batch)
            self.sample.add(frame, np.arange(done + 1, done + len(frame) + 1))
            done += len(frame)
            self.progress.step("Unpacking", done, self.total, done)
            yield frame


def batches_of(lazy: pl.LazyFrame, columns: int) -> Iterator[pl.DataFrame]:
    """The rows in their order, so many at a time that a batch is a few megabytes.

    Args:
        lazy: the table.
        columns: how many it has.
    """
    rows = max(1, min(BATCH_ROWS, BATCH_CELLS // columns))
    for batch in lazy.collect_batches(chunk_size=rows, maintain_order=True):
        yield from batch.iter_slices(rows)


def check_cells(batch: pl.DataFrame, spool: Spool, before: int = 0) -> int:
    """Few bytes may stand for many: a cell that is stored once and repeated is measured before it is written out.

    Args:
        batch: some rows; cells that are no text are small.
        spool: that they would be written to.
        before: bytes that were measured already.

    Raises:
        LimitExceeded: a cell, or all of them, are larger than a limit.
    """
    sizes = batch.select(pl.col(pl.String).str.len_bytes())
    largest, limit = max((size or 0 for size in sizes.max().row(0)), default=0), settings().max_cell_bytes
    if largest > limit:
        raise LimitExceeded(N_("A cell is larger than {limit} MB. Shorten it, or raise {variable}.").format(limit=f"{limit / MIB:.3g}", variable=settings().variable("max_cell_bytes")))
    size = sum(size or 0 for size in sizes.select(pl.all().cast(pl.Int64).sum()).row(0)) if sizes.width else 0
    spool.check(before + size)
    return before + size
