"""Repairs that take rows out: copies, rows that contradict each other, rows whose copy judges the model.

Two rows have equal inputs when every column that could be an input holds the same value, however it is spelled; names and
numbers of rows (identifiers) do not count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from core.dataset.repairs.kinds import Decided, TableNow, refused
from core.dataset.repairs.quantities import numbers_in
from core.dataset.schema import ColumnType, Part
from core.dataset.split import part_named
from core.dataset.values import as_strings, is_missing, tidy, to_category, to_text
from core.language import N_

__all__ = ["brings_split", "conflicting", "copies_of_judges", "decide_columns", "decide_judged", "equal_inputs", "later_copies"]

NOT_COMPARED = (ColumnType.IDENTIFIER, ColumnType.EMPTY, ColumnType.IMAGE)


def decide_columns(now: TableNow) -> dict[str, Any]:
    """The columns that are compared."""
    names = [name for name in now.frame.columns if name != now.target and now.types[name] not in NOT_COMPARED]
    if not names and now.copies is None:
        raise refused(N_("No column but names and numbers of rows is left to compare, so copies cannot be found. Leave that repair out."))
    return {"columns": names}


def later_copies(now: TableNow, decided: Decided) -> np.ndarray:
    """Every row but the first of those with equal inputs and an equal answer."""
    answer = _answers(now)
    rows = pl.DataFrame({"inputs": equal_inputs(now, decided["columns"]), "answer": answer, "there": now.kept})
    first = rows.select(pl.struct("inputs", "answer", "there").is_first_distinct()).to_series()
    return np.asarray(now.kept & ~(first | answer.is_null()).to_numpy())


def conflicting(now: TableNow, decided: Decided) -> np.ndarray:
    """All rows with equal inputs of which some have another answer."""
    rows = pl.DataFrame({"inputs": equal_inputs(now, decided["columns"]), "answer": _answers(now), "there": now.kept})
    counted = pl.col("answer").filter("there").drop_nulls().n_unique().over("inputs")
    return np.asarray(now.kept & rows.select((counted > 1) & pl.col("answer").is_not_null()).to_series().to_numpy())


def decide_judged(now: TableNow) -> dict[str, Any]:
    """The column that says which rows judge, and the columns that are compared."""
    if (column := now.given or brings_split(now.frame, now.target)) is None:
        raise refused(N_("The file brings no split of its own, and copies stay in one part of the split that is made here. Leave that repair out."))
    columns = decide_columns(now)["columns"]
    return {"split": column, "columns": [name for name in columns if name != column]}


def copies_of_judges(now: TableNow, decided: Decided) -> np.ndarray:
    """Rows that train or steer although a row with equal inputs judges."""
    parts = _parts(now.frame[decided["split"]])
    judging = Part.TEST if Part.TEST in parts else Part.VALIDATION
    judges = np.array([part is judging for part in parts])
    inputs = equal_inputs(now, decided["columns"])
    return np.asarray(now.kept & ~judges & inputs.is_in(inputs.filter(pl.Series(judges & now.kept)).unique().implode()).to_numpy())


def brings_split(frame: pl.DataFrame, target: str) -> str | None:
    """The first column that holds nothing but names of parts (train, test, …), or None.

    Example:
        >>> brings_split(pl.DataFrame({"a": ["1", "2"], "set": ["train", "test"], "y": ["0", "1"]}), "y")
        'set'
    """
    for name in frame.columns:
        if name == target or frame[name].dtype != pl.String:
            continue
        values = frame[name].drop_nulls().unique().head(20).to_list()
        if len(values) > 1 and all(part_named(value) is not None for value in values):
            return name
    return None


def _parts(values: pl.Series) -> list[Part]:
    known = {value: part_named(value) or Part.TRAIN for value in values.drop_nulls().unique().to_list()}
    return [known.get(value, Part.TRAIN) for value in values.to_list()]


def equal_inputs(now: TableNow, columns: list[str]) -> pl.Series:
    """(rows,) uint64, equal for rows with equal inputs.

    Args:
        now: the table.
        columns: that are compared; `TableNow.copies` always is.
    """
    compared = [_comparable(now.frame[name], now.types[name]).alias(str(i)) for i, name in enumerate(columns)]
    if now.copies is not None:
        compared.append(pl.Series("copies", np.unique(now.copies, return_inverse=True)[1]))
    return pl.DataFrame(compared).hash_rows()


def _answers(now: TableNow) -> pl.Series:
    text = tidy(as_strings(now.frame[now.target]))
    return text.to_frame("answer").select(pl.when(~is_missing(text, surely=True)).then("answer")).to_series()


def _comparable(values: pl.Series, kind: ColumnType) -> pl.Series:
    if values.dtype != pl.String:
        return values
    if kind is ColumnType.NUMBER:
        return numbers_in(values)
    if kind is ColumnType.TIME:
        return values.str.strip_chars()
    return to_text(values) if kind is ColumnType.TEXT else to_category(values)
