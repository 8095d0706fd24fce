"""A real row that no model has learned from, to be tried by hand: its values and its true answer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType, Part
from ui.fields import Value

__all__ = ["HeldOut", "held_out"]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """One test row.

    Attributes:
        row: its number in the dataset, from 0.
        values: by column name, pictures left out.
        truth: the label, or the number.
        picture: (height, width, channels) uint8, where the model reads a picture.
    """

    row: int
    values: dict[str, Value]
    truth: str | float
    picture: np.ndarray | None = None


def held_out(dataset: Dataset, columns: Sequence[Column], target: str, row: int | None = None) -> HeldOut | None:
    """Take one test row and read nothing else of the table.

    Args:
        dataset: where from.
        columns: the inputs of the model.
        target: name of the column with the answer.
        row: which one; default: any, by chance.

    Returns:
        The row; None when the dataset keeps no test rows.

    Raises:
        Damaged: the table is missing or broken.
    """
    from core.parquet import damage_as

    tests = dataset.rows_of(Part.TEST)
    if not len(tests):
        return None
    chosen = int(random.choice(tests)) if row is None else row
    names = [column.name for column in columns if column.type is not ColumnType.IMAGE]
    with damage_as(dataset.unreadable):
        found = dataset.lazy().select(*names, target).slice(chosen, 1).collect().row(0, named=True)
    pictures = any(column.type is ColumnType.IMAGE for column in columns)
    return HeldOut(
        chosen, {name: found[name] for name in names}, found[target], np.array(dataset.images()[chosen]) if pictures else None
    )
