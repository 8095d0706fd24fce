"""Repairs: what one click does about a finding, recorded so that it can be done again to the raw file and to new rows.

A repair has up to four effects: it changes values of a column, takes rows out of the dataset, changes how a column is
typed or whether models see it, or changes the split. Only changed values concern rows that come for a prediction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType, Repair, SplitBy

__all__ = ["Repaired", "repair_table", "repair_values"]


@dataclass(frozen=True)
class Repaired:
    """A raw table after its repairs.

    Attributes:
        frame: (rows, columns) the same columns and rows; cells changed where a repair says so.
        removed: (rows,) booleans: rows that stay out of the dataset.
        types: types that a repair decided.
        left_out: columns that are no inputs any more.
        split: how a repair wants the rows shared out, or None.
        repairs: as given, with `decided` filled in.
    """

    frame: pl.DataFrame
    removed: np.ndarray
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    split: SplitBy | None = None
    repairs: tuple[Repair, ...] = ()


def repair_table(frame: pl.DataFrame, repairs: Sequence[Repair], target: str) -> Repaired:
    """Apply repairs in their order.

    Raises:
        BadSettings: no repair has that code, or it does not fit the column.
    """
    return Repaired(frame, np.zeros(len(frame), dtype=bool), repairs=tuple(repairs))


def repair_values(frame: pl.DataFrame, repairs: Sequence[Repair]) -> pl.DataFrame:
    """Change the values of rows that came later, exactly as those of the dataset were."""
    return frame
