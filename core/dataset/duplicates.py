"""Which rows belong together because they are equal, contradict each other, or nearly look the same."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import polars as pl

from core.dataset.schema import Part

__all__ = ["conflicts", "equal_pictures", "equal_rows", "extra_copies", "hashed_cells", "near_pictures", "row_hashes", "straddling"]

MANY_TWICE = 0.02  # from so many copied rows on, sorting all is quicker
KNOWN_BITS = 2**20 - 1  # of a hash, to tell in a table of a megabyte that a row is no copy
NEAR_BITS = 3  # of 64 may differ
LEAST_BITS = 6  # set, and not set: a flat picture has none
BANDS = 4  # of 16 bits: two hashes that differ in fewer bits than there are bands share a band
NEAR = 0.98  # correlation of the pixels: saved again as JPEG, brighter, smaller; two shirts hardly ever reach it
PAIRS_AT_ONCE = 512


def row_hashes(columns: Iterable[pl.Series]) -> np.ndarray | None:
    """A hash of each row over some columns, of which only one need be in memory; None without a column.

    Example:
        >>> hashes = row_hashes([pl.Series([1, 2, 1]), pl.Series(["a", "a", "a"])])
        >>> (hashes == hashes[0]).tolist()
        [True, False, True]
    """
    hashes = None
    for place, column in enumerate(columns):
        hashes = hashed_cells(column, place) + (0 if hashes is None else hashes)
    return hashes


def hashed_cells(values: pl.Series, place: int) -> np.ndarray:
    """(n,) uint64: what the cells of a column add to the hash of their rows; sums may be taken in whatever order columns come.

    Args:
        values: cells.
        place: of the column among those that are compared, from 0: the same cell in another column is something else.
    """
    factor = np.random.default_rng(place).integers(2**62, 2**63, dtype=np.uint64) | np.uint64(1)
    return np.asarray(values.hash().to_numpy() * factor)


def equal_pictures(images: np.ndarray) -> np.ndarray:
    """(pictures,) equal numbers for equal pixels, in the order in which they first appear.

    Args:
        images: (pictures, height, width, channels) uint8; may be memory-mapped.
    """
    return equal_rows(np.array([int.from_bytes(blake2b(image.tobytes(), digest_size=8).digest()) for image in images], dtype=np.uint64))


def equal_rows(hashes: np.ndarray) -> np.ndarray:
    """Number rows by what they hold: equal rows share a number, in the order in which they first appear.

    Most tables have few copies, so only rows whose hash is there twice are looked at closely.

    Args:
        hashes: (rows,) integers, of what is compared.

    Returns:
        (rows,) int64 from 0, without gaps.

    Example:
        >>> equal_rows(np.array([7, 3, 7, 1])).tolist()
        [0, 1, 0, 2]
    """
    ordered = np.sort(hashes)
    again = ordered[1:] == ordered[:-1]
    first = np.arange(len(hashes))
    if not again.any():
        return first
    places, of = _copied(hashes, np.unique(ordered[1:][again]))
    leaders = np.empty(int(of.max()) + 1, dtype=np.int64)
    leaders[of[::-1]] = places[::-1]  # of several, the last one written stays
    first[places] = leaders[of]
    return np.asarray((np.cumsum(first == np.arange(len(first))) - 1)[first])


def _copied(hashes: np.ndarray, twice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the rows whose hash is there twice, and which hash it is; a small table tells that most others are not."""
    if len(twice) > MANY_TWICE * len(hashes):
        return np.arange(len(hashes)), np.unique(hashes, return_inverse=True)[1]
    known = np.zeros(KNOWN_BITS + 1, dtype=bool)
    known[twice & twice.dtype.type(KNOWN_BITS)] = True
    places = np.flatnonzero(known[hashes & hashes.dtype.type(KNOWN_BITS)])
    nearest = np.minimum(np.searchsorted(twice, hashes[places]), len(twice) - 1)
    same = twice[nearest] == hashes[places]
    return places[same], nearest[same]


def extra_copies(groups: np.ndarray, answers: pl.Series) -> np.ndarray:
    """Places of the rows that repeat an earlier one, answer included.

    Args:
        groups: (rows,) equal numbers for equal inputs.
        answers: (rows,) the target.

    Example:
        >>> extra_copies(np.array([0, 1, 0, 0]), pl.Series(["a", "a", "a", "b"])).tolist()
        [2]
    """
    places = _repeated(groups)
    rows = pl.DataFrame({"group": groups[places], "answer": answers[places]})
    return np.asarray(places[~rows.select(pl.struct("group", "answer").is_first_distinct()).to_series().to_numpy()])


def conflicts(groups: np.ndarray, answers: pl.Series) -> np.ndarray:
    """Places of the rows with equal inputs of which some have another answer.

    Example:
        >>> conflicts(np.array([0, 1, 0, 1]), pl.Series(["a", "a", "b", "a"])).tolist()
        [0, 2]
    """
    places = _repeated(groups)
    rows = pl.DataFrame({"group": groups[places], "answer": answers[places].rank("dense")})
    low, high = (pl.col("answer").min().over("group"), pl.col("answer").max().over("group"))
    return np.asarray(places[rows.select(low != high).to_series().to_numpy()])


def _repeated(groups: np.ndarray) -> np.ndarray:
    """Places of the rows that are not alone in their group: most tables have few, and only they need a closer look."""
    return np.flatnonzero(np.bincount(groups)[groups] > 1) if len(groups) else np.zeros(0, dtype=np.int64)


def straddling(groups: np.ndarray, parts: np.ndarray) -> int:
    """How many test rows belong to a group of which another row trains.

    Args:
        groups: (rows,) integers.
        parts: (rows,) `Part.number`.

    Example:
        >>> straddling(np.array([0, 0, 1, 2]), np.array([0, 2, 2, 0]))
        1
    """
    return int(np.isin(groups[parts == Part.TEST.number], groups[parts == Part.TRAIN.number]).sum())


def near_pictures(images: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Group pictures that look the same: hashes that differ in at most 3 bits, and pixels that agree but for brightness and contrast.

    Hashes that near are equal in one of four bands of 16 bits, so only neighbours in the order of each band, and the first of
    each band, are compared.

    Args:
        images: (pictures, height, width, channels) uint8; only candidates are read.
        hashes: (pictures,) uint64, of `core.dataset.perceptual`.

    Returns:
        (pictures,) int64: the first picture of the group; a picture by itself is alone. So are flat ones: their hash says nothing.

    Example:
        >>> one, other = np.random.default_rng(0).integers(0, 200, (2, 16, 16, 1), dtype=np.uint8)
        >>> near_pictures(np.stack([one, other, one + 9]), np.array([0xFF00FF, 0xFF00FF, 0xFF00FD], dtype=np.uint64)).tolist()
        [0, 1, 0]
    """
    roots = np.arange(len(hashes))
    pairs = _pairs(hashes)
    pairs = pairs[_agree(images, pairs)]
    while len(pairs):
        least = np.minimum(roots[pairs[:, 0]], roots[pairs[:, 1]])
        before = roots.copy()
        np.minimum.at(roots, pairs[:, 0], least)
        np.minimum.at(roots, pairs[:, 1], least)
        if np.array_equal(before, roots):
            break
    return roots


def _agree(images: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(pairs,) whether the pixels of both correlate."""
    found = np.zeros(len(pairs), dtype=bool)
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        one, other = (np.asarray(images[pairs[part, side]]).reshape(len(pairs[part]), -1).astype(np.float32) for side in (0, 1))
        one, other = (pixels - pixels.mean(axis=1, keepdims=True) for pixels in (one, other))
        found[part] = (one * other).sum(axis=1) >= NEAR * np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return found


def _pairs(hashes: np.ndarray) -> np.ndarray:
    """(pairs, 2) places of hashes that are near."""
    told = np.flatnonzero(np.abs(_bits(hashes).astype(int) - 32) <= 32 - LEAST_BITS)
    found = [np.empty((0, 2), dtype=np.int64)]
    for band in range(BANDS):
        turned = np.roll(hashes[told].view(np.uint16).reshape(-1, 4), -band, axis=1)
        order = told[np.lexsort(turned.T[::-1])]
        keys = hashes[order].view(np.uint16).reshape(-1, 4)[:, band]
        same = keys[1:] == keys[:-1]
        starts = np.maximum.accumulate(np.where(np.r_[True, ~same], np.arange(len(order)), 0))[1:]
        for left in (order[:-1][same], order[starts[same]]):
            both = np.stack([left, order[1:][same]], axis=1)
            found.append(both[_bits(hashes[both[:, 0]] ^ hashes[both[:, 1]]) <= NEAR_BITS])
    return np.unique(np.sort(np.concatenate(found), axis=1), axis=0)


def _bits(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.bitwise_count(values))
