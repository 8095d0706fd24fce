"""Rows dealt once more: folds are even, shares lie in one another, classes keep their proportion, groups stay whole."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.folds import fold_rows, shared_rows
from core.dataset.schema import Task
from core.dataset.split import LARGEST_GROUP, first_rows, strata_of, units_of

LABELS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=3, max_size=200)
SHARES = st.floats(0.01, 1.0)


@given(LABELS, st.integers(2, 7))
def test_folds_are_even_and_groups_whole(labels: list[str], folds: int) -> None:
    groups = np.arange(len(labels)) // 2
    found = fold_rows(pl.Series(labels), Task.MULTICLASS, groups, folds)
    sizes = np.bincount(found, minlength=folds)
    assert sizes.max() - sizes.min() <= 2
    assert all(found[i] == found[i + 1] for i in range(0, len(labels) - 1, 2) if LARGEST_GROUP * len(labels) >= 2)


@given(LABELS, st.integers(2, 7), st.integers(1, 40))
def test_folds_are_dealt_to_the_emptiest(labels: list[str], folds: int, groups: int) -> None:
    """All at once, and yet as one after the other: large groups first, each into the fold with the fewest rows."""
    numbers = np.arange(len(labels)) % groups
    found = fold_rows(pl.Series(labels), Task.MULTICLASS, numbers, folds, seed=3)
    units = units_of(numbers, len(labels))
    sizes = np.bincount(units)
    strata = strata_of(pl.Series(labels)[first_rows(units, len(sizes))], Task.MULTICLASS)
    order = np.random.default_rng(3).permutation(len(sizes))
    filled, expected = [0] * folds, np.zeros(len(sizes), dtype=int)
    for unit in order[np.lexsort((-sizes[order], strata[order]))]:
        expected[unit] = filled.index(min(filled))
        filled[expected[unit]] += sizes[unit]
    assert found.tolist() == expected[units].tolist()


def test_one_great_group_can_be_kept_whole() -> None:
    """Five rows of one customer among twenty are more than a twentieth: copies by chance, but a group when the split says so."""
    groups = np.array([0] * 5 + list(range(1, 16)))
    target = pl.Series(["a", "b"] * 10)
    assert len(set(fold_rows(target, Task.BINARY, groups, 4)[:5].tolist())) > 1
    assert len(set(fold_rows(target, Task.BINARY, groups, 4, whole=True)[:5].tolist())) == 1


@given(LABELS, SHARES, SHARES, st.integers(0, 5))
def test_a_smaller_share_lies_inside_a_larger_one(labels: list[str], one: float, other: float, seed: int) -> None:
    small, large = (shared_rows(pl.Series(labels), Task.MULTICLASS, share, seed=seed) for share in sorted((one, other)))
    assert np.isin(small, large).all() and (np.diff(large) > 0).all()


@given(LABELS, SHARES, st.integers(0, 5))
def test_a_share_has_its_size_and_every_class(labels: list[str], share: float, seed: int) -> None:
    drawn = shared_rows(pl.Series(labels), Task.MULTICLASS, share, seed=seed)
    assert len(drawn) == max(int(np.ceil(share * len(labels) - 1e-9)), len(set(labels)))
    assert {labels[row] for row in drawn} == set(labels)


@given(st.integers(1, 9), st.integers(0, 5))
def test_each_class_keeps_its_proportion(tenths: int, seed: int) -> None:
    labels = pl.Series(["rare"] * 30 + ["often"] * 270)
    drawn = labels[shared_rows(labels, Task.BINARY, tenths / 10, seed=seed)]
    assert abs((drawn == "rare").sum() - 3 * tenths) <= 1


@given(LABELS, SHARES)
def test_a_share_takes_groups_whole(labels: list[str], share: float) -> None:
    groups = np.arange(len(labels)) // 3
    drawn = np.isin(np.arange(len(labels)), shared_rows(pl.Series(labels), Task.MULTICLASS, share, groups, whole=True))
    assert all(len(set(drawn[groups == group])) == 1 for group in np.unique(groups))


def test_a_share_of_numbers_covers_their_range() -> None:
    values = pl.Series(np.arange(1000.0))
    drawn = values[shared_rows(values, Task.REGRESSION, 0.1, seed=1)].to_numpy()
    assert len(drawn) == 100
    assert np.histogram(drawn, 10, (0, 1000))[0].tolist() == [10] * 10


def test_another_seed_draws_other_rows_and_the_same_the_same() -> None:
    labels = pl.Series(["a", "b"] * 100)
    first, again, other = (shared_rows(labels, Task.BINARY, 0.3, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
