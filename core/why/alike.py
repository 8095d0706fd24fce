"""Which columns move together, so that they are shuffled together.

How strongly two columns hang together is put on one scale from 0 to 1, whatever their types: Spearman's rank correlation
for two numbers, Cramér's V without its bias (Bergsma 2013) for two categories, the correlation ratio of the ranks for a
number and a category (Fisher 1925). Columns join a group when they are close to every member of it (complete linkage), so
that no chain of neighbours ties strangers together.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

__all__ = ["association", "groups", "together"]

CLOSE = 0.7  # from here on one column says most of what the other says
MOST_VALUES = 50  # of a category; the rest count as one
MOST_COLUMNS = 150  # pairs grow with the square; of a wider table no groups are made


def together(table: pl.DataFrame, close: float = CLOSE) -> list[tuple[str, ...]]:
    """The groups of columns that move together, every column in one of them, in the order of the table.

    Args:
        table: (rows, columns) of numbers, times and categories.
        close: how strongly two columns hang together to be in one group, 0 to 1.

    Example:
        >>> together(pl.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0, 4.0, 6.0, 9.0], "c": ["x", "y", "y", "x"]}))
        [('a', 'b'), ('c',)]
    """
    names = table.columns
    if len(names) > MOST_COLUMNS:
        return [(name,) for name in names]
    columns = [_column(table[name]) for name in names]
    strength = np.eye(len(names))
    for i in range(len(names)):
        for j in range(i):
            strength[i, j] = strength[j, i] = association(columns[i], columns[j])
    return [tuple(names[at] for at in group) for group in groups(strength, close)]


def association(one: np.ndarray, other: np.ndarray) -> float:
    """How strongly two columns hang together, 0 to 1.

    Args:
        one, other: (n,) float for numbers, where NaN is missing; integer for category numbers.
    """
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        return _spearman(one, other)
    if one.dtype.kind != "f" and other.dtype.kind != "f":
        return _cramer(one, other)
    return _ratio(one, other) if one.dtype.kind == "f" else _ratio(other, one)


def groups(strength: np.ndarray, close: float) -> list[list[int]]:
    """Join columns, the closest first, as long as every pair of a group is close (complete linkage).

    Args:
        strength: (k, k) symmetric.
        close: what a pair needs.

    Returns:
        The groups, each ascending, in the order of their first column.

    Example:
        >>> groups(np.array([[1, 0.9, 0.9], [0.9, 1, 0.1], [0.9, 0.1, 1]]), 0.7)
        [[0, 1], [2]]
    """
    found = [[at] for at in range(len(strength))]
    weakest = strength.astype(float).copy()  # between groups; the diagonal never counts
    np.fill_diagonal(weakest, -1.0)
    while len(found) > 1:
        i, j = (int(at) for at in np.unravel_index(np.argmax(weakest), weakest.shape))
        if weakest[i, j] < close:
            break
        i, j = min(i, j), max(i, j)
        found[i] = sorted(found[i] + found.pop(j))
        weakest[i] = weakest[:, i] = np.minimum(weakest[i], weakest[j])
        weakest[i, i] = -1.0
        weakest = np.delete(np.delete(weakest, j, axis=0), j, axis=1)
    return sorted(found)


def _column(values: pl.Series) -> np.ndarray:
    """A column as numbers with NaN for missing, or as category numbers with missing as a value of its own."""
    if values.dtype.is_numeric() or values.dtype.is_temporal():
        return values.to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy()
    text = values.fill_null("")
    kept = text.value_counts(sort=True).head(MOST_VALUES)[text.name].to_list()
    index = {value: number for number, value in enumerate(kept)}
    return np.fromiter((index.get(value, MOST_VALUES) for value in text.to_list()), np.int64, len(text))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Average ranks, from 0."""
    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count + 1) / 2)[group]


def _spearman(one: np.ndarray, other: np.ndarray) -> float:
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3:
        return 0.0
    a, b = _ranks(one[known]), _ranks(other[known])
    a, b = a - a.mean(), b - b.mean()
    scale = math.sqrt(float((a * a).sum() * (b * b).sum()))
    return abs(float((a * b).sum())) / scale if scale > 0 else 0.0


def _cramer(one: np.ndarray, other: np.ndarray) -> float:
    (_, a), (_, b) = np.unique(one, return_inverse=True), np.unique(other, return_inverse=True)
    n, r, c = len(a), int(a.max(initial=-1)) + 1, int(b.max(initial=-1)) + 1
    if n < 3 or min(r, c) < 2:
        return 0.0
    table = np.bincount(a * c + b, minlength=r * c).reshape(r, c).astype(float)
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / n
    phi = float(((table - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (r - 1) * (c - 1) / (n - 1))
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    return min(1.0, math.sqrt(phi / max(min(rows, columns) - 1, 1e-12)))


def _ratio(numbers: np.ndarray, categories: np.ndarray) -> float:
    """The correlation ratio η of the ranks of a number within the values of a category, adjusted for their number (ε², Kelley 1935)."""
    known = np.isfinite(numbers)
    n = int(known.sum())
    if n < 3:
        return 0.0
    ranks = _ranks(numbers[known])
    _, group, count = np.unique(categories[known], return_inverse=True, return_counts=True)
    total = float(((ranks - ranks.mean()) ** 2).sum())
    if total <= 0 or len(count) < 2 or n <= len(count):
        return 0.0
    means = np.bincount(group, ranks) / count
    between = float((count * (means - ranks.mean()) ** 2).sum())
    adjusted = (between - (len(count) - 1) * (total - between) / (n - len(count))) / total
    return math.sqrt(max(0.0, adjusted))


