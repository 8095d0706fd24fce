from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Part, Task
from core.dataset.split import LARGEST_GROUP, split_rows


def shares(parts: np.ndarray) -> list[float]:
    return [float((parts == part.number).mean()) for part in Part]


def test_seventy_fifteen_fifteen_in_every_class() -> None:
    target = pl.Series(["a"] * 800 + ["b"] * 200)
    parts = split_rows(target, Task.BINARY)
    assert shares(parts) == [0.7, 0.15, 0.15]
    for label in ("a", "b"):
        assert shares(parts[(target == label).to_numpy()]) == pytest.approx([0.7, 0.15, 0.15])


def test_a_number_is_stratified_by_its_size() -> None:
    target = pl.Series(np.random.default_rng(0).normal(size=2000))
    parts = split_rows(target, Task.REGRESSION)
    assert shares(parts) == [0.7, 0.15, 0.15]
    for low, high in ((0, 0.5), (0.5, 1)):
        inside = ((target >= target.quantile(low)) & (target <= target.quantile(high))).to_numpy()
        assert shares(parts[inside]) == pytest.approx([0.7, 0.15, 0.15], abs=0.01)


def test_the_seed_decides() -> None:
    target = pl.Series(["a", "b"] * 100)
    assert np.array_equal(split_rows(target, Task.BINARY, seed=3), split_rows(target, Task.BINARY, seed=3))
    assert not np.array_equal(split_rows(target, Task.BINARY, seed=3), split_rows(target, Task.BINARY, seed=4))


def test_copies_stay_together() -> None:
    groups = np.repeat(np.arange(200), 10)
    target = pl.Series(np.where(groups % 3, "a", "b"))
    parts = split_rows(target, Task.BINARY, groups)
    assert all(len(set(parts[groups == group])) == 1 for group in range(200))
    assert shares(parts) == pytest.approx([0.7, 0.15, 0.15], abs=0.03)


def test_few_groups_of_a_regression_still_make_three_parts_of_sensible_size() -> None:
    groups = np.arange(1000) % 30
    parts = split_rows(pl.Series(np.arange(1000.0)), Task.REGRESSION, groups)
    assert shares(parts) == pytest.approx([0.7, 0.15, 0.15], abs=0.05)


def test_few_possible_inputs_are_not_copies() -> None:
    """Four groups of a quarter of the rows each cannot be kept together."""
    groups = np.arange(400) % 4
    parts = split_rows(pl.Series(["a", "b"] * 200), Task.BINARY, groups)
    assert shares(parts) == [0.7, 0.15, 0.15]


LABELS = st.lists(st.sampled_from("aaaaaabbbc"), min_size=1, max_size=120)


@given(LABELS, st.integers(0, 5))
def test_every_row_has_a_part_and_every_class_of_three_has_all(labels: list[str], seed: int) -> None:
    parts = split_rows(pl.Series(labels), Task.MULTICLASS, seed=seed)
    assert len(parts) == len(labels)
    assert parts.dtype == np.uint8
    for label, count in Counter(labels).items():
        mine = Counter(int(part) for part, other in zip(parts, labels, strict=True) if other == label)
        assert set(mine) <= {0, 1, 2}
        assert mine[Part.TRAIN.number] >= 1
        if count >= 3:
            assert set(mine) == {0, 1, 2}


@given(st.lists(st.tuples(st.integers(0, 12), st.floats(-5, 5)), min_size=1, max_size=150), st.booleans())
def test_no_group_straddles_whatever_the_target(rows: list[tuple[int, float]], classes: bool) -> None:
    groups = np.array([group for group, _ in rows])
    values = pl.Series([value for _, value in rows], dtype=pl.Float64)
    target = values.round().cast(pl.String) if classes else values
    parts = split_rows(target, Task.MULTICLASS if classes else Task.REGRESSION, groups)
    assert (parts == Part.TRAIN.number).any()
    for group, size in Counter(groups.tolist()).items():
        if size <= max(1, LARGEST_GROUP * len(rows)):
            assert len(set(parts[groups == group].tolist())) == 1
