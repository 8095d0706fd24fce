"""Texts that are nearly the same: a review copied with another full stop, a template with another number in it.

Equal cells are found by anyone; these are not, and they leak across a split all the same. A text is the set of its runs of
five letters; two texts are near when they share four fifths of them (Jaccard 0.8). MinHash with bands finds the pairs worth a
look without comparing all with all (Broder 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3); each of those is
then compared exactly, so that chance never calls two texts near.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

__all__ = ["near_duplicates"]

NEAR = 0.8  # share of common runs from which two texts are near
SHINGLE = 5  # letters of a run
LEAST_BYTES = 36  # 36 Latin letters, 12 Chinese characters: people write shorter ones alike by themselves
HALF_CHARACTERS = 1000  # of a longer text so many of its beginning and of its end stand for it
BANDS, ROWS = 8, 3  # a pair at 0.8 shares a band with probability 0.997, one at 0.1 with 0.008
WORTH_A_LOOK = 0.55  # estimated share; three standard errors below NEAR
CHUNK_CHARACTERS = 2_000_000  # bounds the memory
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, odd


def near_duplicates(texts: pl.Series) -> np.ndarray:
    """Group texts that are nearly the same; case, blanks, punctuation and width do not count.

    Args:
        texts: (rows,) String, null allowed. Time and memory grow with the rows; 20,000 take a second or two.

    Returns:
        (rows,) int64: the first row of the group that a row belongs to; its own number where it is alone. Empty and very
        short texts are alone, even where they are equal.

    Example:
        >>> long = "The hotel was clean and quiet, and breakfast was served until eleven in the morning"
        >>> near_duplicates(pl.Series([long, "A different text about something else entirely", long.upper() + "."])).tolist()
        [0, 1, 0]
    """
    groups = np.arange(len(texts))
    plain = _plain(texts)
    told = np.flatnonzero((plain.str.len_bytes() >= LEAST_BYTES).fill_null(False).to_numpy())
    kept, of = np.unique(plain[told].to_numpy(), return_inverse=True) if len(told) else (np.empty(0, object), np.empty(0, np.int64))
    shortened = [text if len(text) <= 2 * HALF_CHARACTERS else text[:HALF_CHARACTERS] + text[-HALF_CHARACTERS:] for text in kept]
    roots = _joined(shortened, _worth_a_look(_signatures(shortened)))[of]
    first = np.full(len(kept), len(texts))
    np.minimum.at(first, roots, told)
    groups[told] = first[roots]
    return groups


def _plain(texts: pl.Series) -> pl.Series:
    """Letters and digits only, small, in one form."""
    ascii_only = texts.str.len_bytes().sum() == texts.str.len_chars().sum()
    return (texts if ascii_only else texts.str.normalize("NFKC")).str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]+", "")


def _signatures(texts: list[str]) -> np.ndarray:
    """(texts, BANDS × ROWS) uint32: the least of each of 24 hashes over the runs of a text."""
    factors = np.random.default_rng(0).integers(0, 2**31, (BANDS * ROWS, 2), dtype=np.uint32) * 2 + 1
    found = np.zeros((len(texts), BANDS * ROWS), dtype=np.uint32)
    start = 0
    for end in _chunk_ends(texts):
        runs, begins = _runs(texts[start:end])
        for place, (factor, shift) in enumerate(factors):
            found[start:end, place] = np.minimum.reduceat(runs * factor + shift, begins)
        start = end
    return found


def _chunk_ends(texts: list[str]) -> list[int]:
    """Where to cut, so that no piece is much longer than CHUNK_CHARACTERS."""
    places = np.cumsum([len(text) for text in texts]) // CHUNK_CHARACTERS
    return [*(np.flatnonzero(np.diff(places)) + 1).tolist(), len(texts)] if len(texts) else []


def _runs(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The hashes of all runs of five letters, text after text, uint32; and where each text begins."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in texts])
    windows = len(codes) - SHINGLE + 1
    hashes = _mixed([codes[place : place + windows] for place in range(SHINGLE)])
    ends = np.cumsum(lengths)
    inside = np.ones(windows, dtype=bool)
    for place in range(1, SHINGLE):  # windows that reach into the next text
        inside[ends[:-1] - place] = False
    counts = lengths - SHINGLE + 1
    return (hashes[inside] >> np.uint64(32)).astype(np.uint32), np.cumsum(counts) - counts


def _mixed(parts: Iterable[np.ndarray]) -> np.ndarray:
    """One hash of several arrays of uint64, element by element."""
    hashes = np.zeros(1, dtype=np.uint64)
    for part in parts:
        hashes = (hashes ^ part) * SPREAD
        hashes ^= hashes >> np.uint64(29)
    return hashes


def _worth_a_look(signatures: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of texts that share a band and whose signatures agree well enough."""
    pairs = []
    for band in range(BANDS):
        keys = _mixed(signatures[:, band * ROWS : (band + 1) * ROWS].T.astype(np.uint64))
        order = np.argsort(keys, kind="stable")
        same = keys[order][1:] == keys[order][:-1]
        starts = np.maximum.accumulate(np.where(np.concatenate([[True], ~same]), np.arange(len(order)), 0))[1:] if len(order) else same
        pairs += [np.stack([order[:-1][same], order[1:][same]], 1), np.stack([order[starts[same]], order[1:][same]], 1)]  # neighbours; with the first
    both = np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0)
    agree = (signatures[both[:, 0]] == signatures[both[:, 1]]).mean(axis=1)
    return [(int(a), int(b)) for a, b in both[agree >= WORTH_A_LOOK]]


def _joined(texts: list[str], pairs: list[tuple[int, int]]) -> np.ndarray:
    """(texts,) the number that stands for each group of texts that are near, or near to one that is."""
    parent = list(range(len(texts)))

    def root(text: int) -> int:
        while parent[text] != text:
            parent[text] = text = parent[parent[text]]
        return text

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        if first != second and _share(texts[one], texts[other]) >= NEAR:
            parent[second] = first
    return np.array([root(text) for text in range(len(texts))], dtype=np.int64)


def _share(one: str, other: str) -> float:
    """Jaccard: common runs divided by all runs."""
    first, second = ({text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)} for text in (one, other))
    common = len(first & second)
    return common / (len(first) + len(second) - common)
