"""What a column holds, in numbers that a page can draw without reading the table again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from core import parquet
from core.dataset.schema import Column, ColumnType

__all__ = ["Seen", "profile_columns", "profile_stored"]

EXAMPLES = 3
EXAMPLE_ROWS = 100
EXAMPLE_CHARACTERS = 80
LISTED_VALUES = 50
BARS = 12
TAIL = 0.01
STEPS = np.arange(1, BARS)
MANY_ROWS = 10_000
CELLS_AT_ONCE = 2_000_000
BATCH_ROWS = 262_144
Seen = Callable[[int, pl.Series, pl.Series], None]  # number of the first row, the cells from there on, and at least each different one of them
VALUE_CHARACTERS = 1000  # a longer value is a text; it would not fit into a list of choices


def profile_columns(table: pl.DataFrame, types: Mapping[str, ColumnType], formats: Mapping[str, str]) -> tuple[Column, ...]:
    """Describe the columns of a typed table.

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
    missing = dict(zip(table.columns, table.null_count().row(0), strict=True)) if table.width else {}
    first = table.head(EXAMPLE_ROWS).to_dict(as_series=False)
    known = _ranges(table, types)
    return tuple(
        Column(
            name=name, type=kind, missing=missing[name], examples=_examples(first[name]), format=formats.get(name, ""),
            **(known[name] if name in known else _counts(table[name], kind)),
        )
        for name, kind in types.items()
    )  # fmt: skip


def profile_stored(table: Path, name: str, kind: ColumnType, form: str = "", seen: Seen | None = None) -> Column:
    """`profile_columns` for one column of a Parquet file, long texts a batch at a time.

    Args:
        table: the file.
        name: of the column.
        kind: its type.
        form: how times or numbers are written.
        seen: gets every cell, so that nobody need read the column again.
    """
    lazy = parquet.scan(table).select(name)
    look: Seen = seen or (lambda start, values, different: None)
    if kind is ColumnType.CATEGORY:
        values = lazy.collect().to_series()
        counts = _value_counts(values)
        look(0, values, counts["value"])
        return Column(name=name, type=kind, missing=values.null_count(), examples=_examples(values.head(EXAMPLE_ROWS).to_list()), format=form, **_listed(counts))
    if kind in (ColumnType.NUMBER, ColumnType.TIME):
        whole = lazy.collect()
        look(0, whole.to_series(), whole.to_series())
        return profile_columns(whole, {name: kind}, {name: form})[0]
    rows = int(lazy.select(pl.len()).collect().item())
    first: tuple[str, ...] = ()
    hashes, missing = [np.zeros(0, np.uint64)], 0
    for start in range(0, rows, BATCH_ROWS):
        batch = lazy.slice(start, BATCH_ROWS).collect().to_series()
        look(start, batch, batch)
        first, missing = first or _examples(batch.head(EXAMPLE_ROWS).to_list()), missing + batch.null_count()
        hashes.append(batch.drop_nulls().hash().to_numpy())
    return Column(name=name, type=kind, missing=missing, distinct=_different(np.sort(np.concatenate(hashes))), examples=first, format=form)


def _counts(values: pl.Series, kind: ColumnType) -> dict[str, Any]:
    """Different values of a column of words; of a category the most frequent ones, too."""
    return _listed(_value_counts(values)) if kind is ColumnType.CATEGORY else {"distinct": _distinct(values)}


def _value_counts(values: pl.Series) -> pl.DataFrame:
    return values.drop_nulls().alias("value").value_counts(name="n")


def _listed(counts: pl.DataFrame) -> dict[str, Any]:
    listed = _most_frequent(counts)
    return {"values": listed, "bars": tuple(n for _, n in listed[:BARS]), "distinct": len(counts)}


def _ranges(table: pl.DataFrame, types: Mapping[str, ColumnType]) -> dict[str, dict[str, Any]]:
    """What one sort of the numbers and moments tells of each column, many columns at a time."""
    schema = table.schema  # made anew each time
    names = [name for name in types if schema[name].is_numeric() or schema[name].is_temporal()]
    at_once = max(1, CELLS_AT_ONCE // max(1, len(table)))
    found = {}
    for start in range(0, len(names), at_once):
        some = names[start : start + at_once]
        numbers = table.select(pl.col(some).to_physical().cast(pl.Float64)).to_numpy().T
        ordered = np.sort(numbers, axis=1)  # (columns, rows), missing ones last
        present = ordered.shape[1] - np.isnan(ordered).sum(axis=1)
        for name, row, count in zip(some, ordered, present.tolist(), strict=True):
            found[name] = _range(row[:count], types[name])
    return found


def _range(ordered: np.ndarray, kind: ColumnType) -> dict[str, Any]:
    """Different values, least, greatest and middle one, bars, of numbers in their order."""
    if not len(ordered):
        return {}
    known: dict[str, Any] = {"distinct": _different(ordered), "bars": _bars(ordered)}
    if kind is not ColumnType.NUMBER:
        return known
    low, high = float(ordered[(len(ordered) - 1) // 2]), float(ordered[len(ordered) // 2])
    middle = low if low == high else low / 2 + high / 2
    whole = bool((ordered == np.floor(ordered)).all())
    return {**known, "minimum": float(ordered[0]), "maximum": float(ordered[-1]), "median": middle, "whole": whole}


def _different(ordered: np.ndarray) -> int:
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1 if len(ordered) else 0


def _bars(ordered: np.ndarray) -> tuple[int, ...]:
    """Values in each of twelve equal ranges between the 1st and the 99th percentile, what lies beyond in the end ranges.

    Where that is no range at all, from the least to the greatest value; one bar where all are equal.
    """
    last = len(ordered) - 1
    low, high = ordered[round(TAIL * last)], ordered[round((1 - TAIL) * last)]
    if not low < high:
        low, high = ordered[0], ordered[-1]
    if not low < high:
        return (len(ordered),)
    edges = low + (high / BARS - low / BARS) * STEPS
    ends = [0, *np.searchsorted(ordered, edges).tolist(), len(ordered)]
    return tuple(stop - start for start, stop in itertools.pairwise(ends))


def _distinct(values: pl.Series) -> int:
    if len(values) < MANY_ROWS:
        return values.n_unique() - (values.null_count() > 0) if len(values) else 0
    return _different(np.sort(values.drop_nulls().hash().to_numpy()))  # two of a million values share a hash once in 40 million tables


def _examples(values: list[Any]) -> tuple[str, ...]:
    found: list[Any] = []
    for value in values:
        if value is not None and value not in found:
            found.append(value)
            if len(found) == EXAMPLES:
                break
    return tuple(f"{value:.12g}" if isinstance(value, float) else str(value)[:EXAMPLE_CHARACTERS] for value in found)


def _most_frequent(counts: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    most = counts if len(counts) <= LISTED_VALUES else counts.top_k(LISTED_VALUES, by=["n", "value"], reverse=[False, True])
    return tuple((str(value), int(n)) for value, n in most.sort("n", "value", descending=[True, False]).iter_rows() if len(value) <= VALUE_CHARACTERS)
