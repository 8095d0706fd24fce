"""Rows dealt once more, inside the parts that a dataset has: into folds for a cross-validation, or a share for a learning curve.

Like the split itself (`core.dataset.split`) both keep each class in proportion and groups whole.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from core.dataset.schema import Task
from core.dataset.split import first_rows, strata_of, units_of

__all__ = ["fold_rows", "shared_rows"]

SHARE_STREAM = 4  # another stream of random numbers than that of the split


def fold_rows(target: pl.Series, task: Task, groups: np.ndarray | None = None, folds: int = 5, seed: int = 0, *, whole: bool = False) -> np.ndarray:
    """Deal rows into folds of nearly equal size for a cross-validation; each class evenly, groups whole.

    Args:
        target: (rows,) class names or numbers, without null.
        task: what they are.
        groups: (rows,) integers; rows of one group share a fold.
        folds: 2 to 255.
        seed: of the shuffling.
        whole: keep even the largest group together.

    Returns:
        (rows,) uint8, the fold from 0 in which a row is judged.

    Example:
        >>> np.bincount(fold_rows(pl.Series(["a", "b"] * 50), Task.BINARY, folds=5)).tolist()
        [20, 20, 20, 20, 20]
    """
    units = units_of(groups, len(target), whole=whole)
    sizes = np.bincount(units)
    strata = strata_of(target[first_rows(units, len(sizes))], task)
    order = np.random.default_rng(seed).permutation(len(sizes))
    order = order[np.lexsort((-sizes[order], strata[order]))]  # large groups first, the small ones even them out
    found = np.zeros(len(sizes), dtype=np.uint8)
    filled = np.zeros(folds, dtype=np.int64)
    changes = np.flatnonzero((np.diff(sizes[order]) != 0) | (np.diff(strata[order]) != 0)) + 1
    for run in np.split(order, changes) if len(order) else ():
        found[run] = chosen = _emptiest(filled, len(run), int(sizes[run[0]]))
        filled += np.bincount(chosen, minlength=folds) * sizes[run[0]]
    return np.asarray(found[units])


def shared_rows(target: pl.Series, task: Task, share: float, groups: np.ndarray | None = None, seed: int = 0, *, whole: bool = False) -> np.ndarray:
    """Draw a share of rows, each class in proportion; a smaller share of the same seed lies inside a larger one.

    Args:
        target: (rows,) class names or numbers, without null.
        task: what they are.
        share: above 0, at most 1.
        groups: (rows,) integers; rows of one group are drawn together.
        seed: of the drawing.
        whole: keep even the largest group together.

    Returns:
        Positions of the drawn rows, ascending; at least one of each class, so perhaps more than the share.

    Example:
        >>> shared_rows(pl.Series(["a", "b"] * 50), Task.BINARY, 0.1).size
        10
    """
    units = units_of(groups, len(target), whole=whole)
    sizes = np.bincount(units)
    strata = strata_of(target[first_rows(units, len(sizes))], task)
    order = np.random.default_rng([seed, SHARE_STREAM]).permutation(len(sizes))
    order = order[np.argsort(strata[order], kind="stable")]
    rows = np.bincount(strata)
    place = np.arange(len(order)) - np.repeat(np.cumsum(rows) - rows, rows)
    place = place / rows[strata[order]]  # how far into its class, from 0: the first of every class come first
    order = order[np.argsort(place, kind="stable")]
    wanted = max(math.ceil(share * len(target) - 1e-9), 1)
    count = max(int(np.searchsorted(np.cumsum(sizes[order]), wanted)) + 1, int(np.count_nonzero(rows)))
    drawn = np.zeros(len(sizes), dtype=bool)
    drawn[order[:count]] = True
    return np.flatnonzero(drawn[units])


def _emptiest(filled: np.ndarray, count: int, size: int) -> np.ndarray:
    """(count,) where groups of equal size go, one after the other, each into the fold that is emptiest by then; the first of equals.

    A fold can be the emptiest only as full as it is now and some sizes fuller, so the order is that of all those fillings.
    """
    low, high = int(filled.min()), int(filled.min()) + count * size
    while low < high:  # the least filling below which there is room for all
        middle = (low + high) // 2
        low, high = (low, middle) if np.maximum(-(-(middle - filled) // size), 0).sum() >= count else (middle + 1, high)
    room = np.maximum(-(-(low - filled) // size), 0)
    fold = np.repeat(np.arange(len(filled)), room)
    before = np.arange(len(fold)) - np.repeat(np.cumsum(room) - room, room)
    return np.asarray(np.sort((filled[fold] + before * size) * len(filled) + fold)[:count] % len(filled))
