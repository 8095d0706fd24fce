"""Rows that arrive for a prediction: brought to the columns of the model, with a word about all that did not fit.

Strangers' rows have other columns, other orders and values never seen. Whatever can be answered is
answered, and said; only a column that is not there at all is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from core.dataset.repairs import repair_values
from core.dataset.schema import Column, ColumnType
from core.dataset.types import as_typed, lost_values, typed
from core.dataset.values import to_number
from core.errors import BadInput
from core.language import N_
from core.preprocess.category import CategoryEncoder
from core.preprocess.number import NumberEncoder
from core.preprocess.preprocessor import Encoder, Preprocessor, named

if TYPE_CHECKING:
    import polars as pl

__all__ = ["incoming"]

SHOWN = 3  # examples in one sentence
FEW_ROWS = 256  # so few rows are read with fewer, larger steps
SAID = {  # repairs that a stranger would not expect
    "outliers": N_("{count} of {all} values in {name} lay beyond {low} to {high}; the limit was taken instead, as in the training rows."),
    "sentinel_values": N_("{count} of {all} values in {name} stand for “no value” in the training rows and count as missing."),
    "impossible_values": N_("{count} of {all} values in {name} cannot be true and count as missing."),
}


def incoming(preprocessor: Preprocessor, table: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Bring given rows to the model's columns and types.

    Args:
        preprocessor: knows the columns.
        table: (rows, any columns), as raw text or already typed, in any order.

    Returns:
        The model's table columns in its order, one row for each given row, with the repairs of the dataset; and notices,
        each a sentence for the user: columns ignored, values limited, not understood, missing or unknown.

    Raises:
        BadInput: a column is missing (it is named), or there is no row.
    """
    pairs = [(c, e) for c, e in zip(preprocessor.columns, preprocessor.encoders, strict=True) if c.type is not ColumnType.IMAGE]
    columns, encoders = [column for column, _ in pairs], [encoder for _, encoder in pairs]
    given = set(table.columns)
    if missing := [column.name for column in columns if column.name not in given]:
        raise BadInput(N_("The model needs {missing}, which the given rows do not have. Add what is missing and try again.").format(missing=named(missing)))
    if columns and table.height == 0:
        raise BadInput(N_("There are no rows to predict, only column names. Add at least one row and try again."))
    table, changed = _repaired(preprocessor, table)
    rows = _typed_together(table, columns, encoders) if table.height <= FEW_ROWS else as_typed(table, columns)
    gaps = [name for name in rows.columns if rows[name].null_count()]
    lost = lost_values(table, rows.select(gaps)) if gaps else {}
    notices = _columns_ignored(preprocessor, table) + changed + _not_understood(table, lost) + _missing(rows, lost)
    for column, encoder in pairs:
        if isinstance(encoder, CategoryEncoder):
            notices += _unseen(column, encoder, rows[column.name])
    return rows, tuple(notices)


def _typed_together(table: pl.DataFrame, columns: list[Column], encoders: list[Encoder]) -> pl.DataFrame:
    """The same as `as_typed`, with the columns of one type read as one: ten times as fast for a single row."""
    import polars as pl

    given = table.schema
    alike: dict[tuple[object, ...], list[Column]] = {}
    found: dict[str, pl.Series] = {}
    for column, encoder in zip(columns, encoders, strict=True):
        if _is_ready(found.setdefault(column.name, table[column.name]), encoder):
            continue
        alike.setdefault((column.type, column.format, given[column.name]), []).append(column)
    for group in alike.values():
        stacked = pl.concat([table[column.name].alias("") for column in group]) if len(group) > 1 else table[group[0].name]
        values = typed(stacked, group[0].type, group[0].format)
        found |= {column.name: values.slice(i * table.height, table.height).alias(column.name) for i, column in enumerate(group)}
    return pl.DataFrame([found[column.name] for column in columns])


def _is_ready(values: pl.Series, encoder: Encoder) -> bool:
    """Whether typing would change nothing: finite numbers, and categories of the training rows."""
    import polars as pl

    if isinstance(encoder, NumberEncoder):
        return values.dtype == pl.Float64 and bool(np.isfinite(values.to_numpy()).all())
    return isinstance(encoder, CategoryEncoder) and values.dtype == pl.String and not encoder.unseen(values) and not values.null_count()


def _columns_ignored(preprocessor: Preprocessor, table: pl.DataFrame) -> list[str]:
    known = {column.name for column in preprocessor.columns}
    extra = [name for name in table.columns if name not in known and name != preprocessor.target_name]
    notices = []
    if preprocessor.target_name in table.columns:
        notices.append(N_("The target {target_name} is in the rows; it was not used.").format(target_name=repr(preprocessor.target_name[:80])))
    if extra:
        notices.append(N_("The model does not use {extra}; ignored.").format(extra=named(extra)))
    return notices


def _repaired(preprocessor: Preprocessor, table: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The rows with the repairs of the dataset, and what these made of a value that the user would not expect."""
    notices = []
    for repair in preprocessor.repairs:
        repaired = repair_values(table, [repair])
        if repair.code in SAID and repair.column in table.columns:
            form = repair.decided.get("style", "")
            count = int(to_number(table[repair.column], form).ne_missing(to_number(repaired[repair.column])).sum())
            limits = {side: f"{limit:,g}" for side, limit in repair.decided.items() if isinstance(limit, float)}
            if count:
                notices.append(SAID[repair.code].format(count=count, all=table.height, name=named([repair.column]), **limits))
        table = repaired
    return table, notices


def _not_understood(table: pl.DataFrame, lost: Mapping[str, int]) -> list[str]:
    """Values that were there and are gone, because they are not of the column's type."""
    return [N_("{count} of {all} values in {name} could not be read and count as missing.").format(count=count, all=table.height, name=named([name])) for name, count in lost.items()]


def _missing(rows: pl.DataFrame, lost: Mapping[str, int]) -> list[str]:
    gaps = {name: count for name in rows.columns if (count := rows[name].null_count() - lost.get(name, 0)) > 0}
    if not gaps:
        return []
    count = sum(gaps.values())
    one, many = N_("{n} value is missing in {names}; what is typical in the training rows was taken instead."), N_("{n} values are missing in {names}; what is typical in the training rows was taken instead.")
    return [(one if count == 1 else many).format(n=f"{count:,}", names=named(list(gaps)))]


def _unseen(column: Column, encoder: CategoryEncoder, values: pl.Series) -> list[str]:
    """Values that neither the encoder nor the profile of the whole dataset knows."""
    listed = {value for value, _ in column.values}
    unknown = [value for value in encoder.unseen(values) if value not in listed]
    if not unknown:
        return []
    shown = ", ".join(repr(value[:40]) for value in unknown[:SHOWN]) + (", …" if len(unknown) > SHOWN else "")
    return [N_("Column {name} has values that the model never or hardly ever saw ({shown}); they count as unknown.").format(name=repr(column.name[:80]), shown=shown)]
