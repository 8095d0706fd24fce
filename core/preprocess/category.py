"""Categories: one feature for each frequent value, so that a network can weigh every value by itself.

Values that occur once in the training rows, and those beyond `max_categories`, share the feature
"other"; so the network learns from rare values what an unknown one means. A missing value has a feature
of its own where the dataset has missing values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.schema import Column

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CategoryEncoder", "width"]

MIN_ROWS = 2  # a value seen once teaches nothing about itself, but something about rare values


def width(column: Column, max_categories: int) -> int:
    """Features of a category column: frequent values, "other", and "missing" where there are any.

    It depends on the description of the dataset only; values that do not occur in the training rows
    leave features unused (always 0), which costs nothing.
    """
    return min(column.distinct, max_categories) + 1 + bool(column.missing)


@dataclass(frozen=True)
class CategoryEncoder:
    """Text values → (rows, width) float32.

    Attributes:
        width: features: one a value, unused ones, "missing" (if the dataset has any), "other" last.
        values: the frequent values of the training rows, most frequent first.
        shares: for each feature, its mean over the training rows. A value for which the network learned
            no feature (unknown, and nothing was rare in training) is encoded as this average row.
        has_missing: whether there is a feature for missing values.
    """

    width: int
    values: tuple[str, ...]
    shares: tuple[float, ...]
    has_missing: bool

    @classmethod
    def fit(cls, values: pl.Series, column: Column, max_categories: int) -> CategoryEncoder:
        """Learn the frequent values.

        Args:
            values: (rows,) String, null = missing; training rows only.
            column: what the profile says about the column; decides the width.
            max_categories: values that get a feature of their own, at least 1.

        Example:
            >>> import polars as pl
            >>> from core.dataset.schema import ColumnType
            >>> colour = Column(name="colour", type=ColumnType.CATEGORY, distinct=2)
            >>> encoder = CategoryEncoder.fit(pl.Series(["red", "red", "blue", "blue"]), colour, 50)
            >>> encoder.encode(pl.Series(["red", "green"])).tolist()
            [[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]]
        """
        counts = _counts(values)
        frequent = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: min(column.distinct, max_categories)]
        chosen = tuple(value for value, _ in frequent)
        empty = cls(width(column, max_categories), chosen, (), bool(column.missing))
        places = empty._places(values)
        shares = np.bincount(places, minlength=empty.width) / max(len(places), 1)
        return cls(empty.width, chosen, tuple(shares.tolist()), empty.has_missing)

    def encode(self, values: pl.Series) -> np.ndarray:
        """Encode values in their order.

        Returns:
            (rows, width) float32, each row a 1 and zeros; the average row where nothing was learned.
        """
        places = self._places(values)
        result = np.zeros((len(places), self.width), np.float32)
        result[np.arange(len(places)), places] = 1.0
        average = np.asarray(self.shares, np.float32)
        for place in {self._missing, self.width - 1}:
            if average[place] == 0.0:
                result[places == place] = average
        return result

    def unseen(self, values: pl.Series) -> list[str]:
        """The values that did not occur often enough in training to be known, sorted, each once."""
        return sorted(set(values.to_list()) - {None} - self._index.keys())

    def to_json(self) -> dict[str, Any]:
        """As plain data for `preprocess.json`."""
        return {"width": self.width, "values": list(self.values), "shares": list(self.shares), "has_missing": self.has_missing}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CategoryEncoder:
        """The encoder that `to_json` described."""
        return cls(data["width"], tuple(data["values"]), tuple(data["shares"]), data["has_missing"])

    @property
    def _missing(self) -> int:
        return self.width - 2 if self.has_missing else self.width - 1

    @cached_property
    def _index(self) -> dict[str, int]:
        return {value: place for place, value in enumerate(self.values)}

    def _places(self, values: pl.Series) -> np.ndarray:
        index, other, missing = self._index, self.width - 1, self._missing
        return np.fromiter((missing if v is None else index.get(v, other) for v in values.to_list()), np.int64, len(values))


def _counts(values: pl.Series) -> dict[str, int]:
    """How many rows have each value, values of a single row left out."""
    table = values.alias("value").drop_nulls().value_counts(name="rows")
    return {value: rows for value, rows in table.iter_rows() if rows >= MIN_ROWS}
