"""What a column holds, in numbers that a page can draw without reading the table again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from core.dataset.schema import Column, ColumnType

__all__ = ["profile_columns"]

EXAMPLES = 3
EXAMPLE_ROWS = 100
EXAMPLE_CHARACTERS = 80
LISTED_VALUES = 50
VALUE_CHARACTERS = 1000  # a longer value is a text; it would not fit into a list of choices


def profile_columns(table: pl.DataFrame, types: Mapping[str, ColumnType], formats: Mapping[str, str]) -> tuple[Column, ...]:
    """Describe the columns of a typed table; all numbers in one pass.

    Args:
        table: (rows, columns) as `core.dataset.types.as_typed` made it.
        types: of its columns, in the order wanted.
        formats: how times are written, by column name.

    Example:
        >>> table = pl.DataFrame({"age": [3.0, 5.0, None]})
        >>> (column,) = profile_columns(table, {"age": ColumnType.NUMBER}, {})
        >>> column.missing, column.minimum, column.median, column.whole
        (1, 3.0, 4.0, True)
    """
    ranges = _ranges(table.select([name for name, kind in types.items() if kind is ColumnType.NUMBER]))
    return tuple(
        Column(
            name=name, type=kind, missing=table[name].null_count(), distinct=_distinct(table[name]),
            examples=_examples(table[name]), format=formats.get(name, ""), **ranges.get(name, {}),
            values=_most_frequent(table[name]) if kind is ColumnType.CATEGORY else (),
        )
        for name, kind in types.items()
    )  # fmt: skip


def _distinct(values: pl.Series) -> int:
    return values.n_unique() - (values.null_count() > 0) if len(values) else 0


def _ranges(numbers: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Least, greatest, middle value of each column that has one, and whether all are whole."""
    if not numbers.width or not len(numbers):
        return {}
    found = zip(
        numbers.columns, numbers.min().row(0), numbers.max().row(0), numbers.median().row(0),
        numbers.select((pl.all() == pl.all().floor()).all()).row(0), strict=True,
    )  # fmt: skip
    return {
        name: {"minimum": low, "maximum": high, "median": middle, "whole": whole}
        for name, low, high, middle, whole in found
        if low is not None
    }


def _examples(values: pl.Series) -> tuple[str, ...]:
    found = list(dict.fromkeys(value for value in values.head(EXAMPLE_ROWS).to_list() if value is not None))[:EXAMPLES]
    return tuple(f"{value:.12g}" if isinstance(value, float) else str(value)[:EXAMPLE_CHARACTERS] for value in found)


def _most_frequent(values: pl.Series) -> tuple[tuple[str, int], ...]:
    counts = values.drop_nulls().alias("value").value_counts(name="n").sort("n", "value", descending=[True, False])
    return tuple((str(value), int(n)) for value, n in counts.head(LISTED_VALUES).iter_rows() if len(value) <= VALUE_CHARACTERS)
