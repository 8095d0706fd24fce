"""Which rows train, which steer the training, which judge it: decided once for a dataset.

70 % train, 15 % validation, 15 % test. By default each class in the same proportion; or the latest rows judge (time), or
whole groups go together (group), or a column of the file says it (given). However it is done, rows with the same inputs
stay together, so that no model is tested on a row that it has seen; only a split that the file brings is left as it is.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import polars as pl

from core.dataset.schema import Part, SplitBy, Task

__all__ = ["LARGEST_GROUP", "first_rows", "group_numbers", "part_named", "split_by", "split_rows", "strata_of", "units_of"]

PART_NAMES = {
    Part.TRAIN: ("train", "training", "learn", "fit", "训练", "训练集"),
    Part.VALIDATION: ("validation", "val", "valid", "dev", "eval", "验证", "验证集", "开发集"),
    Part.TEST: ("test", "testing", "holdout", "held-out", "测试", "测试集"),
}

SHARE = 0.15  # of the validation part and of the test part
BINS = 10  # a number is stratified by its tenths
LEAST_STRATUM = 20  # groups in each of them
LARGEST_GROUP = 0.05  # a larger share of all rows are not copies but few possible values: not kept together


def part_named(name: str) -> Part | None:
    """The part that a folder or a cell of that name means, or None.

    Example:
        >>> part_named(" Val "), part_named("cat")
        (<Part.VALIDATION: 'validation'>, None)
    """
    plain = unicodedata.normalize("NFKC", name).strip().lower()
    return next((part for part, names in PART_NAMES.items() if plain in names), None)


def split_by(
    by: SplitBy, target: pl.Series, task: Task, groups: np.ndarray | None = None, values: pl.Series | None = None, seed: int = 0
) -> np.ndarray:
    """Assign every row to a part, the way that was chosen.

    Args:
        by: the way; all but `stratified` need `values`.
        target: (rows,) class names or numbers, without null.
        task: what they are.
        groups: (rows,) integers; rows of one group have equal inputs.
        values: (rows,) of the column `by.column`: moments, names of groups, or names of parts; null where there is none.
        seed: of the shuffling.

    Returns:
        (rows,) uint8, `Part.number`.

    Example:
        >>> days = pl.Series(range(20)).cast(pl.Datetime("us"))
        >>> split_by(SplitBy.parse("time:day"), pl.Series(["a", "b"] * 10), Task.BINARY, values=days).tolist()[-7:]
        [0, 1, 1, 1, 2, 2, 2]
    """
    if values is None or by.kind == "stratified":
        return split_rows(target, task, groups, seed)
    if by.kind == "time":
        return _by_time(values, groups)
    if by.kind == "group":
        return split_rows(target, task, group_numbers(values, groups), seed, whole=True)
    return _given(values, target, task, groups, seed)


def group_numbers(values: pl.Series, copies: np.ndarray | None = None) -> np.ndarray:
    """(rows,) integers: rows of one value share a number, and so do copies of each other; a row without a value is a group of its own."""
    return _joined(_numbered(values), copies)


def _by_time(moments: pl.Series, groups: np.ndarray | None) -> np.ndarray:
    """The latest rows judge, those before them steer; a copy goes where its earliest twin is, a row without a moment trains."""
    when = moments.cast(pl.Int64).fill_null(np.iinfo(np.int64).min).to_numpy().copy()
    if groups is not None:
        _, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
        earliest = np.full(len(counts), np.iinfo(np.int64).max)
        np.minimum.at(earliest, numbers, when)
        together = counts[numbers] <= max(1, LARGEST_GROUP * len(when))
        when = np.where(together, earliest[numbers], when)
    _, validation, test = _quotas(len(when))
    ordered = np.sort(when)
    parts = np.zeros(len(when), dtype=np.uint8)
    for part, rows in ((Part.VALIDATION, validation + test), (Part.TEST, test)):
        parts[when >= ordered[max(0, len(when) - rows)]] = part.number  # equal moments are not torn apart
    return parts


def _numbered(values: pl.Series) -> np.ndarray:
    """(rows,) one number a value; a row without one is a group of its own."""
    numbers = values.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    return np.where(numbers == 0, numbers.max(initial=0) + 1 + np.arange(len(numbers)), numbers)


def _joined(first: np.ndarray, second: np.ndarray | None) -> np.ndarray:
    """Groups that hold together what either of two groupings does: the least number spreads until nothing moves."""
    if second is None:
        return first
    sides = [np.unique(side, return_inverse=True)[1] for side in (first, second)]
    labels = np.arange(len(first))
    while True:
        before = labels
        for side in sides:
            least = np.full(int(side.max(initial=-1)) + 1, len(first))
            np.minimum.at(least, side, labels)
            labels = least[side]
        if np.array_equal(labels, before):
            return labels


def _given(names: pl.Series, target: pl.Series, task: Task, groups: np.ndarray | None, seed: int) -> np.ndarray:
    """The parts that the file names; what it lacks is taken from the training rows (a test part first from the validation rows)."""
    known = {name: part.number for name in names.unique().drop_nulls().to_list() if (part := part_named(str(name))) is not None}
    parts = np.array([known.get(name, Part.TRAIN.number) for name in names.to_list()], dtype=np.uint8)
    if not (parts == Part.TEST.number).any() and (parts == Part.VALIDATION.number).any():
        parts[parts == Part.VALIDATION.number] = Part.TEST.number
    has_test = bool((parts == Part.TEST.number).any())
    if not (parts == Part.VALIDATION.number).any():
        rows = np.flatnonzero(parts == Part.TRAIN.number)
        dealt = split_rows(target[rows], task, None if groups is None else groups[rows], seed)
        if has_test:
            dealt[dealt == Part.TEST.number] = Part.TRAIN.number
        parts[rows] = dealt
    return parts


def split_rows(target: pl.Series, task: Task, groups: np.ndarray | None = None, seed: int = 0, *, whole: bool = False) -> np.ndarray:
    """Assign every row to a part, each class in the same proportion.

    A class of three rows or more has at least one in each part, as long as its rows are not copies of each
    other; of a smaller class the first row trains.

    Args:
        target: (rows,) class names or numbers, without null.
        task: what they are.
        groups: (rows,) integers; rows of one group stay together. Default: every row by itself.
        seed: of the shuffling; the same seed gives the same split.
        whole: keep even the largest group together.

    Returns:
        (rows,) uint8, `Part.number`.

    Example:
        >>> parts = split_rows(pl.Series(["a", "b"] * 50), Task.BINARY)
        >>> [int((parts == part.number).sum()) for part in Part]
        [68, 16, 16]
    """
    units = units_of(groups, len(target), whole=whole)
    sizes = np.bincount(units)
    alone = len(sizes) == len(units) and bool((units[1:] > units[:-1]).all())  # then millions of rows need not be gathered
    strata = strata_of(target if alone else target[first_rows(units, len(sizes))], task)
    if whole and min(np.unique(strata, return_counts=True)[1], default=0) < LEAST_STRATUM:
        strata = np.zeros_like(strata)  # a class of few groups cannot be shared out on its own
    random = np.random.default_rng(seed)
    order = random.permutation(len(sizes))
    order = order[np.argsort(strata[order], kind="stable")]
    parts: np.ndarray = np.zeros(len(sizes), dtype=np.uint8)
    for members in np.split(order, np.cumsum(np.bincount(strata))[:-1]):
        parts[members] = _deal(np.ones(len(members), np.int64) if alone else sizes[members], random)
    return parts if alone else np.asarray(parts[units])


def units_of(groups: np.ndarray | None, rows: int, *, whole: bool = False) -> np.ndarray:
    """Group numbers from 0, with oversized groups taken apart into their rows."""
    if groups is None:
        return np.arange(rows)
    numbers = _dense(groups)
    counts = np.bincount(numbers)
    large = counts > max(1, LARGEST_GROUP * rows)
    if whole or not large.any():
        return numbers
    oversized = large[numbers]
    single = np.where(oversized, len(counts) + np.arange(rows), numbers)
    return np.asarray(np.unique(single, return_inverse=True)[1])


def _dense(groups: np.ndarray) -> np.ndarray:
    """Group numbers from 0 without gaps, in the order of the numbers given."""
    if len(groups) and groups.dtype.kind == "i" and groups.min() >= 0 and groups.max() < len(groups) and np.bincount(groups).all():
        return groups
    return np.asarray(np.unique(groups, return_inverse=True)[1])


def first_rows(units: np.ndarray, count: int) -> np.ndarray:
    """(units,) the first row of each, which stands for it."""
    first = np.zeros(count, dtype=np.int64)
    first[units[::-1]] = np.arange(len(units))[::-1]  # of several, the last one written stays
    return first


def strata_of(target: pl.Series, task: Task) -> np.ndarray:
    """(groups,) integers: the class, or the tenth that a number falls in (fewer where groups are few)."""
    if task.is_classification:
        classes = target.unique().sort()
        kind = np.int16 if len(classes) < 2**15 else np.int64  # short integers are sorted by radix
        if target.dtype == pl.String:
            return target.cast(pl.Enum(classes)).to_physical().to_numpy().astype(kind)
        return target.replace_strict(classes, np.arange(len(classes)), return_dtype=pl.Int64).to_numpy().astype(kind)
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
