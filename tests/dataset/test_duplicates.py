"""Which rows belong together."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.duplicates import conflicts, equal_rows, extra_copies, near_pictures, straddling

ROWS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab")), min_size=1, max_size=30)


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=40))
def test_equal_rows_are_numbered_as_they_appear(hashes: list[int]) -> None:
    assert equal_rows(np.array(hashes, dtype=np.uint64)).tolist() == [list(dict.fromkeys(hashes)).index(one) for one in hashes]


def test_few_copies_among_many_rows_are_found() -> None:
    """Few enough that only rows whose last bits are known are compared; some share these bits and are no copies."""
    hashes = np.random.default_rng(0).integers(0, 2**63, 20_000).astype(np.uint64)
    hashes[[7, 19_000, 500]] = hashes[[3, 12, 3]]
    hashes[100] = hashes[3] ^ np.uint64(2**40)
    expected = list(range(20_000))
    expected[7] = expected[500] = 3
    expected[19_000] = 12
    assert np.array_equal(equal_rows(hashes), np.unique(expected, return_inverse=True)[1])


@given(ROWS)
def test_extra_copies_agree_with_counting(rows: list[tuple[int, str]]) -> None:
    groups, answers = np.array([group for group, _ in rows]), pl.Series([answer for _, answer in rows])
    assert extra_copies(groups, answers).tolist() == [i for i, row in enumerate(rows) if row in rows[:i]]


@given(ROWS)
def test_conflicts_agree_with_counting(rows: list[tuple[int, str]]) -> None:
    groups, answers = np.array([group for group, _ in rows]), pl.Series([answer for _, answer in rows])
    expected = [i for i, (group, answer) in enumerate(rows) if any(g == group and a != answer for g, a in rows)]
    assert conflicts(groups, answers).tolist() == expected


def test_straddling_counts_test_rows_only() -> None:
    groups, parts = np.array([7, 7, 7, 8, 8, 9, 9]), np.array([0, 2, 2, 1, 2, 0, 1])
    assert straddling(groups, parts) == 2


@given(st.integers(0, 2**32 - 1))
def test_near_pictures_agree_with_comparing_all(seed: int) -> None:
    """Twelve pictures, half of them others with a few bits of their hash turned, or with other pixels."""
    generator = np.random.default_rng(seed)
    hashes = generator.integers(0, 2**64, 12, dtype=np.uint64)
    images = generator.integers(0, 200, (12, 8, 8, 1), dtype=np.uint8)
    for i in range(6, 12):
        turned = generator.choice(64, int(generator.integers(0, 6)), replace=False)
        hashes[i] = hashes[i - 6] ^ np.bitwise_or.reduce(np.uint64(1) << turned.astype(np.uint64), initial=np.uint64(0))
        if generator.random() < 0.7:
            images[i] = images[i - 6] + generator.integers(0, 3, (8, 8, 1), dtype=np.uint8)
    near = [[(int(hashes[a]) ^ int(hashes[b])).bit_count() <= 3 and correlation(images[a], images[b]) >= 0.98 for b in range(12)] for a in range(12)]
    expected = list(range(12))
    for _ in range(12):
        expected = [min(expected[j] for j in range(12) if near[i][j]) for i in range(12)]
    assert near_pictures(images, hashes).tolist() == expected


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_flat_pictures_are_not_alike() -> None:
    hashes = np.array([0, 0, 1, 2**64 - 1, 2**64 - 1], dtype=np.uint64)
    assert near_pictures(np.zeros((5, 8, 8, 3), dtype=np.uint8), hashes).tolist() == [0, 1, 2, 3, 4]


def test_no_pictures() -> None:
    assert near_pictures(np.zeros((0, 8, 8, 3), dtype=np.uint8), np.empty(0, dtype=np.uint64)).tolist() == []
