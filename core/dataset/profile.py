"""What a column holds, in numbers that a page can draw without reading the table again."""

from __future__ import annotations

import polars as pl

from core.dataset.schema import Column, ColumnType

__all__ = ["profile_column"]

EXAMPLES = 3
EXAMPLE_CHARACTERS = 80
LISTED_VALUES = 50


def profile_column(values: pl.Series, kind: ColumnType, *, form: str = "") -> Column:
    """Describe one typed column.

    Args:
        values: (rows,) as `core.dataset.types.typed` made them.
        kind: its type.
        form: how its times are written.

    Example:
        >>> column = profile_column(pl.Series("age", [3.0, 5.0, None]), ColumnType.NUMBER)
        >>> column.missing, column.minimum, column.median, column.whole
        (1, 3.0, 4.0, True)
    """
    present = values.drop_nulls()
    common = {
        "name": values.name, "type": kind, "missing": values.null_count(), "distinct": present.n_unique(),
        "examples": _examples(present), "format": form,
    }  # fmt: skip
    if kind is ColumnType.NUMBER and len(present):
        return Column(**common, **_range(present))
    if kind is ColumnType.CATEGORY:
        return Column(**common, values=_most_frequent(present))
    return Column(**common)


def _range(present: pl.Series) -> dict[str, float | bool]:
    return {
        "minimum": float(present.min()),  # type: ignore[arg-type]  # of a number column: a number
        "maximum": float(present.max()),  # type: ignore[arg-type]
        "median": float(present.median()),  # type: ignore[arg-type]
        "whole": bool((present == present.floor()).all()),
    }


def _examples(present: pl.Series) -> tuple[str, ...]:
    found = present.head(1000).unique(maintain_order=True).head(EXAMPLES)
    if found.dtype == pl.Float64:
        return tuple(f"{value:.12g}" for value in found)
    return tuple(str(value)[:EXAMPLE_CHARACTERS] for value in found)


def _most_frequent(present: pl.Series) -> tuple[tuple[str, int], ...]:
    counts = present.alias("value").value_counts(name="n").sort("n", "value", descending=[True, False])
    return tuple((str(value), int(n)) for value, n in counts.head(LISTED_VALUES).iter_rows())
