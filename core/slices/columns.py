"""From the columns of a dataset to cuts of its judged rows: the one place where slices touch the dataset.

Columns that no model sees can be cut by too: a model may be unfair to a group that it was never told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType
from core.errors import BadSettings
from core.language import _
from core.slices.grouping import Grouping, by_category, by_number, by_time

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset
    from core.dataset.schema import DatasetInfo

__all__ = ["MOST_COLUMNS", "cut_by", "cuts_of", "sliceable"]

MOST_COLUMNS: Final = 50  # searched at once; the memory of each is two bytes a row
CLASSES: Final = 20  # that keep a slice of their own
AT_ONCE: Final = 1024  # pictures in memory


def sliceable(info: DatasetInfo, *, target: bool = False) -> tuple[str, ...]:
    """Columns that can be cut: what models see first, then the others; nothing that names single rows.

    Args:
        info: of the dataset.
        target: whether what is predicted belongs to them. A search leaves it out: that a rare class is harder is no news.
    """
    never = (ColumnType.IDENTIFIER, ColumnType.EMPTY)
    others = [column.name for column in info.columns if column.name not in info.inputs and column.name != info.target]
    names = [name for name in (*info.inputs, *others) if info.column(name).type not in never]
    return (*names, info.target) if target else tuple(names)


def cuts_of(dataset: Dataset, rows: np.ndarray, columns: Sequence[str] | None = None) -> tuple[Grouping, ...]:
    """Cut judged rows by columns, one cut a column.

    Args:
        dataset: whose rows they are.
        rows: (n,) int64 rows of the dataset, ascending.
        columns: names; default: all that can be cut, 50 at most, without the target.

    Raises:
        BadSettings: no such column, or one that names single rows.
        Damaged: the table cannot be read.
    """
    names = sliceable(dataset.info)[:MOST_COLUMNS] if columns is None else columns
    return tuple(cut_by(dataset, rows, name) for name in names)


def cut_by(dataset: Dataset, rows: np.ndarray, name: str) -> Grouping:
    """Cut judged rows by one column: numbers at quantiles, times by period, categories by value, texts by length, pictures by brightness.

    Args:
        dataset: whose rows they are.
        rows: (n,) int64 rows of the dataset, ascending.
        name: of the column.

    Raises:
        BadSettings: no such column, or one that names single rows.
        Damaged: the table cannot be read.
    """
    info = dataset.info
    if name not in sliceable(info, target=True):
        offered = ", ".join(sliceable(info, target=True)[:20])
        raise BadSettings(f"The rows cannot be cut by {name[:60]!r}. Choose one of these columns: {offered[:400]}.")
    kind = info.column(name).type
    if kind is ColumnType.IMAGE:
        return by_number(name, _brightness(dataset, rows), "brightness", words=_("of brightness {range}"))
    values = dataset.table((name,), rows).to_series()
    if name == info.target and info.task.is_classification:
        return by_category(name, values, CLASSES, "class")
    if kind is ColumnType.TEXT:
        return by_number(name, _floats(values.str.len_chars()), "text length", words=_("{range} characters"))
    if values.dtype.is_numeric():
        return by_number(name, _floats(values))
    return by_time(name, values) if values.dtype.is_temporal() else by_category(name, values)


def _floats(values: pl.Series) -> np.ndarray:
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _brightness(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Mean brightness of each picture, 0 (black) to 255, (n,) float64."""
    from core.dataset.picture_look import LUMINANCE

    images, found = dataset.images(), np.zeros(len(rows))
    for start in range(0, len(rows), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        means = np.asarray(images[rows[part]]).mean(axis=(1, 2), dtype=np.float32)
        found[part] = means[:, 0] if means.shape[1] == 1 else means @ LUMINANCE
    return found
