"""Which rows train, which steer the training, which judge it: decided once for a dataset.

70 % train, 15 % validation, 15 % test; each class in the same proportion; rows with the same inputs
stay together, so that no model is tested on a row that it has seen.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from core.dataset.schema import Part, Task

__all__ = ["LARGEST_GROUP", "split_rows"]

SHARE = 0.15  # of the validation part and of the test part
BINS = 10  # a number is stratified by its tenths
LEAST_STRATUM = 20  # groups in each of them
LARGEST_GROUP = 0.05  # a larger share of all rows are not copies but few possible values: not kept together


def split_rows(target: pl.Series, task: Task, groups: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
    """Assign every row to a part.

    A class of three rows or more has at least one in each part, as long as its rows are not copies of each
    other; of a smaller class the first row trains.

    Args:
        target: (rows,) class names or numbers, without null.
        task: what they are.
        groups: (rows,) integers; rows of one group stay together. Default: every row by itself.
        seed: of the shuffling; the same seed gives the same split.

    Returns:
        (rows,) uint8, `Part.number`.

    Example:
        >>> parts = split_rows(pl.Series(["a", "b"] * 50), Task.BINARY)
        >>> [int((parts == part.number).sum()) for part in Part]
        [68, 16, 16]
    """
    units = _units(groups, len(target))
    first = np.unique(units, return_index=True)[1]  # (units,) the row that stands for each group
    sizes = np.bincount(units)
    strata = _strata(target[first], task)
    random = np.random.default_rng(seed)
    order = random.permutation(len(first))
    order = order[np.argsort(strata[order], kind="stable")]
    parts: np.ndarray = np.zeros(len(first), dtype=np.uint8)
    for members in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        parts[members] = _deal(sizes[members], random)
    return np.asarray(parts[units])


def _units(groups: np.ndarray | None, rows: int) -> np.ndarray:
    """Group numbers from 0, with oversized groups taken apart into their rows."""
    if groups is None:
        return np.arange(rows)
    _, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
    oversized = (counts > max(1, LARGEST_GROUP * rows))[numbers]
    single = np.where(oversized, len(counts) + np.arange(rows), numbers)
    return np.asarray(np.unique(single, return_inverse=True)[1])


def _strata(target: pl.Series, task: Task) -> np.ndarray:
    """(groups,) integers: the class, or the tenth that a number falls in (fewer where groups are few)."""
    if task.is_classification:
        return target.rank("dense").to_numpy().astype(np.int64)
    bins = min(BINS, max(1, len(target) // LEAST_STRATUM))
    return np.asarray((target.rank("ordinal").to_numpy().astype(np.int64) - 1) * bins // max(1, len(target)))


def _deal(sizes: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Parts for the shuffled groups of one stratum: groups of several rows by chance, single rows fill up."""
    left = _quotas(int(sizes.sum()))
    parts = np.zeros(len(sizes), dtype=np.uint8)
    for i in np.flatnonzero(sizes > 1):
        weights = np.where(left >= sizes[i] / 2, left, 0)
        parts[i] = random.choice(3, p=weights / weights.sum()) if weights.any() else int(np.argmax(left))
        left[parts[i]] -= sizes[i]
    singles = np.flatnonzero(sizes == 1)
    judged = np.maximum(left[::-1][:2], 0)  # test, validation
    filled = np.repeat([Part.TEST.number, Part.VALIDATION.number], judged)[: len(singles)]
    parts[singles[: len(filled)]] = filled
    return _none_empty(parts, sizes)


def _quotas(rows: int) -> np.ndarray:
    """Rows for train, validation, test; at least one each from three rows on."""
    test = max(1, round(SHARE * rows)) if rows > 1 else 0
    validation = max(1, round(SHARE * rows)) if rows > 2 else 0
    return np.array([rows - test - validation, validation, test])


def _none_empty(parts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Give an empty part the smallest group of a part that has several, train first in need."""
    for part in range(min(3, len(parts))):
        if (parts == part).any():
            continue
        several = np.isin(parts, np.flatnonzero(np.bincount(parts, minlength=3) > 1))
        if several.any():
            candidates = np.flatnonzero(several)
            parts[candidates[np.argmin(sizes[candidates])]] = part
    return parts
