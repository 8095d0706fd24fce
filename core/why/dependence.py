"""Partial dependence: how the answer changes with one column while all others stay as they are.

Friedman, "Greedy function approximation" (Annals of Statistics 2001), for the average; Goldstein, Kapelner, Bleich and
Pitkin, "Peeking inside the black box" (2015), for the single rows, of which the middle 80 % are kept as a band. Both ask
about rows that may not exist (a young pensioner), and the page says so.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType
from core.why.asked import replaced
from core.why.result import Dependence
from core.why.subject import Rows, Subject

__all__ = ["dependence", "points_of"]

POINTS = 20  # of a number or a time
VALUES = 12  # of a category
CLASSES = 10
ENDS = (0.02, 0.98)  # quantiles; beyond them hardly a row tells
BAND = (0.1, 0.9)
KINDS = {ColumnType.NUMBER: "number", ColumnType.CATEGORY: "category", ColumnType.TIME: "time"}


def dependence(subject: Subject, rows: Rows, column: str) -> Dependence | None:
    """How the answers for some rows change with one column.

    Args:
        subject: the model.
        rows: whose other columns are kept.
        column: a number, a category or a time.

    Returns:
        The curve; None for another type of column, or where these rows have one value only.
    """
    about = next(one for one in subject.columns if one.name == column)
    points = points_of(rows.table[column]) if about.type in KINDS else None
    if points is None or len(points) < 2:
        return None
    place = subject.asked.places[column]
    encoded = subject.asked.encode_column(about, points)
    classes = _classes(subject, rows)
    found = np.stack([subject.answer(replaced(rows.inputs, place, one))[:, classes] for one in encoded])
    low, high = np.quantile(found, BAND, axis=1)
    return Dependence(
        column=column, kind=KINDS[about.type], points=_plain(points), labels=tuple(subject.labels[number] for number in classes) if subject.labels else (),
        mean=_lines(found.mean(axis=1)), low=_lines(low), high=_lines(high),
    )  # fmt: skip


def points_of(values: pl.Series) -> pl.Series:
    """The values at which to ask: quantiles from 2 to 98 %, all of few values, or the most frequent categories.

    Example:
        >>> points_of(pl.Series([3.0, 1.0, None, 2.0, 1.0])).to_list()
        [1.0, 2.0, 3.0]
    """
    known = values.drop_nulls()
    if known.dtype == pl.String:
        return known.value_counts(sort=True).sort("count", known.name, descending=[True, False]).head(VALUES)[known.name]
    distinct = known.unique().sort()
    if len(distinct) <= POINTS:
        return distinct
    numbers = known.to_physical().cast(pl.Float64).to_numpy()
    asked = np.unique(np.quantile(numbers, np.linspace(*ENDS, POINTS), method="nearest"))
    return pl.Series(values.name, asked).cast(pl.Int64 if values.dtype.is_temporal() else pl.Float64).cast(values.dtype)


def _classes(subject: Subject, rows: Rows) -> list[int]:
    """The outputs to draw: the second of two classes, the most frequent of many, the one value of a regression."""
    if len(subject.labels) <= 2:
        return [len(subject.labels) - 1] if subject.labels else [0]
    counts = np.bincount(rows.truth, minlength=len(subject.labels))
    return sorted(int(number) for number in np.argsort(-counts, kind="stable")[:CLASSES])


def _lines(values: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """(points, classes) → one line a class."""
    return tuple(tuple(float(f"{value:.6g}") for value in line) for line in values.T)


def _plain(points: pl.Series) -> tuple[float | str, ...]:
    if points.dtype == pl.String or points.dtype.is_temporal():
        return tuple(points.dt.to_string("iso").to_list() if points.dtype.is_temporal() else points.to_list())
    return tuple(float(point) for point in points.to_list())


