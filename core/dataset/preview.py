"""Everything that the data page draws about a file that waits, as one JSON document.

A child process makes it, so that the page needs neither the table nor the memory for it; what is drawn for a stored
dataset is the same `DatasetInfo`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from core.dataset.ingest import info_of
from core.dataset.looks import Looks
from core.dataset.schema import ColumnType, DatasetInfo, Severity, SplitBy, Task

if TYPE_CHECKING:
    from core.dataset.draft import Draft

__all__ = ["Preview", "Spread", "preview_of"]

ROWS, COLUMNS = 8, 40  # of the first rows
BINS = 40
LARGEST = 1e300  # beyond, differences of two numbers are infinite


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(_Frozen):
    """How the values of a number are spread: a histogram, and the values that 5, 50 and 95 % of the rows lie below."""

    low: float
    middle: float
    high: float
    counts: tuple[int, ...]  # (bins,)
    edges: tuple[float, ...]  # (bins + 1,)

    @classmethod
    def of(cls, values: np.ndarray) -> Spread | None:
        """Count finite values in at most 40 ranges; None where there are none, or one is too large to be drawn.

        Args:
            values: (rows,) numbers.

        Example:
            >>> Spread.of(np.array([1.0, 2.0, 3.0, np.nan])).middle
            2.0
        """
        finite = values[np.isfinite(values)]
        if not len(finite) or np.abs(finite).max() > LARGEST:
            return None
        low, middle, high = (float(value) for value in np.quantile(finite, (0.05, 0.5, 0.95)))
        try:
            counts, edges = np.histogram(finite, bins=min(BINS, max(5, int(len(finite) ** 0.5))))
        except ValueError:  # so narrow that no number lies between two edges
            counts, edges = np.array([len(finite)]), np.array([finite.min(), np.nextafter(finite.max(), np.inf)])
        return cls(low=low, middle=middle, high=high, counts=tuple(counts.tolist()), edges=tuple(edges.tolist()))


class Preview(_Frozen):
    """A file that waits, as it would be stored.

    Attributes:
        info: its schema, findings and split; the id says nothing.
        rows: the first rows as text, by column.
        guesses: the type of each column before anybody decided.
        spread: of a target that is a number.
        looks: what its pictures and texts look like.
        samples: class → places of a few pictures in the kept read.
        sheets, sheet: names of the sheets of a workbook that has several, and of the one that was read.
        total: rows of the file; more than `info.rows` where only a sample was looked at, or rows are left out.
        memory_bytes: of the table and the pictures, all rows.
    """

    info: DatasetInfo
    rows: dict[str, tuple[str | None, ...]] = Field(default_factory=dict)
    guesses: dict[str, ColumnType]
    spread: Spread | None = None
    looks: Looks = Looks()
    samples: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    total: int
    memory_bytes: int = 0

    @property
    def stops(self) -> tuple[str, ...]:
        """What stands against storing it."""
        return tuple(finding.message for finding in self.info.findings if finding.severity is Severity.STOP)

    @property
    def cells(self) -> int:
        """Rows times columns: how long it takes to understand it once more."""
        return self.total * len(self.info.columns)

    @property
    def split_by(self) -> SplitBy:
        """How the rows are shared out."""
        return self.info.split_by


def preview_of(draft: Draft) -> Preview:
    """Draw up what the data page shows of a draft."""
    numbers = draft.task is Task.REGRESSION and draft.rows > 0
    return Preview(
        info=info_of(draft, "draft", ""),
        rows={} if draft.pictures is not None else _first_rows(draft),
        guesses=dict(draft.guesses),
        spread=Spread.of(draft.facts.answer.cast(pl.Float64).drop_nulls().to_numpy()) if numbers else None,
        looks=draft.looks,
        samples=_samples(draft),
        **_sheets(draft),
        total=draft.raw.total,
        memory_bytes=_memory_bytes(draft),
    )


def _first_rows(draft: Draft) -> dict[str, tuple[str | None, ...]]:
    shown = draft.preview(ROWS)
    return {name: tuple(None if value is None else str(value) for value in shown[name].to_list()) for name in shown.columns[:COLUMNS]}


def _samples(draft: Draft) -> dict[str, tuple[int, ...]]:
    """The pictures of `looks` as places in the array of pictures that were read."""
    examples = {} if draft.looks.pictures is None else draft.looks.pictures.examples
    return {label: tuple(int(draft.kept[row]) for row in rows) for label, rows in examples.items()}


def _sheets(draft: Draft) -> dict[str, Any]:
    """What the reader of workbooks said about the sheets."""
    said = next((finding.evidence for finding in draft.findings if finding.code == "sheet_chosen"), {})
    return {"sheets": tuple(map(str, said.get("sheets", ()))), "sheet": str(said.get("sheet", ""))}


def _memory_bytes(draft: Draft) -> int:
    pictures = 0 if draft.pictures is None else draft.rows * int(np.prod(draft.pictures.images.shape[1:]))
    times = draft.raw.total / len(draft.raw.frame) if draft.raw.whole is not None and len(draft.raw.frame) else 1.0
    return int(draft.facts.table.estimated_size() * times) + pictures
