"""Which rows train, which steer the training, which judge it: decided once for a dataset.

70 % train, 15 % validation, 15 % test; each class in the same proportion; rows with the same inputs
stay together, so that no model is tested on a row that it has seen.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from core.dataset.schema import Part, Task

__all__ = ["split_rows"]

SHARE = 0.15  # of the validation part and of the test part
BINS = 10  # a number is stratified by its tenths
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
    rows = len(target)
    units = _units(groups, rows)
    first = np.unique(units, return_index=True)[1]  # (units,) the row that stands for each group
    sizes = np.bincount(units)
    strata = _strata(target, task)[first]
    order = np.random.default_rng(seed).permutation(len(first))
    parts = np.zeros(len(first), dtype=np.uint8)
    for stratum in np.unique(strata):
        members = order[strata[order] == stratum]
        parts[members] = _cut(sizes[members])
    return parts[units]


def _units(groups: np.ndarray | None, rows: int) -> np.ndarray:
    """Group numbers from 0, with oversized groups taken apart into their rows."""
    if groups is None:
        return np.arange(rows)
    _, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
    oversized = (counts > max(1, LARGEST_GROUP * rows))[numbers]
    single = np.where(oversized, len(counts) + np.arange(rows), numbers)
    return np.unique(single, return_inverse=True)[1]


def _strata(target: pl.Series, task: Task) -> np.ndarray:
    """(rows,) integers: the class, or the tenth that a number falls in."""
    if task.is_classification:
        return target.rank("dense").to_numpy().astype(np.int64)
    ranks = target.rank("ordinal").to_numpy().astype(np.int64) - 1
    return ranks * min(BINS, max(1, len(target) // BINS)) // max(1, len(target))


def _cut(sizes: np.ndarray) -> np.ndarray:
    """Parts of shuffled groups of one stratum, filled up to their shares by rows."""
    wanted = max(1, round(SHARE * int(sizes.sum())))
    parts = np.full(len(sizes), Part.TRAIN.number, dtype=np.uint8)
    start = 0
    for part, kept in ((Part.TEST, 2), (Part.VALIDATION, 1)):  # `kept`: groups left for the parts after it
        free = len(sizes) - kept
        if start >= free:
            continue
        filled = np.cumsum(sizes[start:]) - sizes[start:] / 2  # a group belongs where its middle falls
        stop = min(free, start + max(1, int(np.searchsorted(filled, wanted))))
        parts[start:stop] = part.number
        start = stop
    return parts
