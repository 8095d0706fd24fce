"""Columns that give the answer away: measured one at a time, on at most 20,000 rows.

For classes, a column is judged by how many rows one would get right by guessing, for each row, the most
frequent class among the *other* rows with the same value (numbers: the same of about 100 ranges). Leaving the row itself
out keeps a column of unique values from looking perfect. A column that is filled in only for one class is a
leak too: it was recorded after the answer was known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType

__all__ = ["Leak", "find_leaks"]

SAMPLE_ROWS = 20_000
LEAST_ROWS = 50
RANGES = 100
ROWS_A_RANGE = 10
SURE_NUMBER = 0.98  # of the errors of “always the most frequent” vanish: iris has one at 0.91, and that is honest
SURE_CATEGORY = 0.9
SURE_CORRELATION = 0.999  # between a number and a number to predict, by ranks
FILLED_ROWS = 30
FILLED_PURITY = 0.99
FILLED_CHANCE = 1e-9  # that so many rows are of one class by chance


@dataclass(frozen=True)
class Leak:
    """One suspicious column.

    Attributes:
        column: its name.
        share: of rows that it alone would get right, or of the variation that it explains.
        recorded_after: it is filled in (nearly) only for `label`.
        label: that class.
    """

    column: str
    share: float
    recorded_after: bool = False
    label: str = ""


def find_leaks(table: pl.DataFrame, types: dict[str, ColumnType], target: str) -> list[Leak]:
    """Columns from which the target can be read off.

    Args:
        table: (rows, columns) typed; the target without null.
        types: the columns to judge; only numbers and categories are.
        target: name of the target column.

    Example:
        >>> table = pl.DataFrame({"copy": [0.0, 1.0] * 50, "y": ["a", "b"] * 50})
        >>> [leak.column for leak in find_leaks(table, {"copy": ColumnType.NUMBER}, "y")]
        ['copy']
    """
    if len(table) < LEAST_ROWS:
        return []
    sample = table.gather_every(max(1, len(table) // SAMPLE_ROWS))
    answer = sample[target]
    judged = {n: kind for n, kind in types.items() if n != target and kind in (ColumnType.NUMBER, ColumnType.CATEGORY)}
    if answer.dtype == pl.String:
        classes = answer.rank("dense").to_numpy().astype(np.int64) - 1
        found = [_class_leak(sample[name], kind, answer, classes) for name, kind in judged.items()]
    else:
        found = [_number_leak(sample[name], kind, answer) for name, kind in judged.items()]
    return [leak for leak in found if leak is not None]


def _class_leak(values: pl.Series, kind: ColumnType, answer: pl.Series, classes: np.ndarray) -> Leak | None:
    majority = np.bincount(classes).max() / len(classes)
    right = _right_without_self(_codes(values, kind), classes)
    threshold = SURE_NUMBER if kind is ColumnType.NUMBER else SURE_CATEGORY
    if majority < 1 and (right - majority) / (1 - majority) >= threshold:
        return Leak(values.name, right)
    return _recorded_after(values, answer)


def _right_without_self(codes: np.ndarray, classes: np.ndarray) -> float:
    """Share of rows whose class is the most frequent one among the other rows of their group."""
    width = int(classes.max()) + 1
    pairs, counts = np.unique(codes * width + classes, return_counts=True)
    group = pairs // width
    order = np.lexsort((-counts, group))
    group, counts = group[order], counts[order]
    top = np.r_[True, group[1:] != group[:-1]]
    second = np.where(np.r_[group[1:] == group[:-1], False], np.r_[counts[1:], 0], 0)[top]
    first = counts[top]
    return float(np.where(first - 1 > second, first, 0).sum() / len(classes))


def _codes(values: pl.Series, kind: ColumnType) -> np.ndarray:
    """(rows,) group numbers; missing is a group of its own."""
    if kind is not ColumnType.NUMBER:
        return values.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    numbers = values.to_numpy()  # NaN where missing: sorted last, one value to np.unique
    if values.n_unique() <= RANGES:
        return np.unique(numbers, return_inverse=True)[1]
    ranges = min(RANGES, max(2, len(numbers) // ROWS_A_RANGE))
    places = np.empty(len(numbers), dtype=np.int64)
    places[np.argsort(numbers, kind="stable")] = np.arange(len(numbers))
    return np.where(np.isnan(numbers), ranges, places * ranges // len(numbers))


def _recorded_after(values: pl.Series, answer: pl.Series) -> Leak | None:
    if not FILLED_ROWS <= len(values) - values.null_count() <= len(values) / 2:
        return None
    filled = answer.filter(values.is_not_null())
    label, count = filled.alias("label").value_counts(sort=True, name="n").row(0)
    usual = float((answer == label).mean())
    if count / len(filled) < FILLED_PURITY or usual**count > FILLED_CHANCE:
        return None
    return Leak(values.name, count / len(filled), recorded_after=True, label=str(label))


def _number_leak(values: pl.Series, kind: ColumnType, answer: pl.Series) -> Leak | None:
    explained = _rank_correlation(values, answer) if kind is ColumnType.NUMBER else _group_share(values, answer)
    return Leak(values.name, explained) if explained >= SURE_CORRELATION else None


def _rank_correlation(values: pl.Series, answer: pl.Series) -> float:
    both = values.is_not_null().to_numpy()
    if both.sum() < LEAST_ROWS:
        return 0.0
    x, y = (s.filter(pl.Series(both)).rank("average").to_numpy() for s in (values, answer))
    if x.std() == 0 or y.std() == 0:
        return 0.0
    return float(abs(np.corrcoef(x, y)[0, 1]))


def _group_share(values: pl.Series, answer: pl.Series) -> float:
    """Share of the variation explained by the mean of the other rows of the group; lone rows count as unexplained."""
    codes, y = _codes(values, ColumnType.CATEGORY), answer.rank("average").to_numpy()
    counts = np.bincount(codes)[codes]
    sums = np.bincount(codes, weights=y)[codes]
    guess = np.where(counts > 1, (sums - y) / np.maximum(counts - 1, 1), y.mean())
    return float(1 - ((y - guess) ** 2).sum() / max(((y - y.mean()) ** 2).sum(), 1e-300))
