"""Cutting rows by a column: every row in one slice, names that are true of their rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.slices.grouping import LABEL_LENGTH, Grouping, by_category, by_number, by_time, crossed


@given(st.lists(st.one_of(st.floats(-1e12, 1e12), st.integers(-3, 3).map(float), st.just(float("nan"))), min_size=1, max_size=60), st.integers(2, 7))
def test_every_number_lies_in_one_slice_and_slices_are_in_order(values: list[float], bins: int) -> None:
    numbers = np.array(values)
    cut = by_number("x", numbers, bins=bins)
    assert len(cut.codes) == len(values) and cut.counts.sum() == len(values)
    assert len(set(cut.labels)) == len(cut.labels) <= bins + 1
    there = np.isfinite(numbers)
    assert (cut.labels[-1] == ("no value",)) == (not there.all())
    order = np.argsort(numbers[there], kind="stable")
    assert (np.diff(cut.codes[there][order]) >= 0).all()
    for value in np.unique(numbers[there]):
        assert len(set(cut.codes[numbers == value])) == 1  # equal numbers stay together


def test_numbers_are_cut_at_their_quantiles_and_named_so() -> None:
    cut = by_number("age", np.arange(1, 101, dtype=float))
    assert cut.labels == (("up to 20",), ("over 20 up to 40",), ("over 40 up to 60",), ("over 60 up to 80",), ("over 80",))
    assert cut.counts.tolist() == [20] * 5
    assert cut.conditions(1) == (("age", "over 20 up to 40"),)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.0, 1.0, 1.0], ["0", "1"]),
        ([2015.0, 2016.0], ["2015", "2016"]),
        ([0.12345, 0.12349], ["0.12345", "0.12349"]),
        ([1e12, 2e12], ["1e+12", "2e+12"]),
        ([-0.5, 12345.5], ["-0.5", "12,346"]),
        ([7.0, 7.0], ["7"]),
    ],
)  # fmt: skip
def test_few_different_numbers_keep_a_slice_each(values: list[float], labels: list[str]) -> None:
    assert [label for (label,) in by_number("x", np.array(values)).labels] == labels


def test_a_number_with_one_very_frequent_value_has_fewer_slices() -> None:
    cut = by_number("paid", np.r_[np.zeros(900), np.arange(1, 101)])
    assert cut.labels == (("up to 0",), ("over 0",))
    assert cut.counts.tolist() == [900, 100]


def test_the_most_frequent_values_come_first_and_the_rest_is_one_slice() -> None:
    cut = by_category("town", pl.Series(["c"] * 3 + ["a"] * 5 + ["b"] * 5 + ["d", "e", None]), most=2)
    assert [label for (label,) in cut.labels] == ["a", "b", "all others", "no value"]
    assert cut.counts.tolist() == [5, 5, 5, 1]
    assert by_category("town", pl.Series(["a", "b", "c"]), most=2).counts.tolist() == [1, 1, 1]  # one rare value is not "all others"


def test_labels_are_cut_and_stay_different() -> None:
    long = ["x" * 500 + end for end in "ab"]
    labels = [label for (label,) in by_category("odd", pl.Series([*long, "<script>alert(1)</script>"])).labels]
    assert max(map(len, labels)) <= LABEL_LENGTH + 4
    assert len(set(labels)) == 3


@pytest.mark.parametrize(
    ("step", "rows", "first"),
    [
        (timedelta(minutes=20), 30, "2024-01-01 00:00"),
        (timedelta(days=1), 10, "2024-01-01"),
        (timedelta(days=5), 12, "week of 2024-01-01"),
        (timedelta(days=30), 11, "2024-01"),
        (timedelta(days=60), 12, "quarter from 2024-01"),
        (timedelta(days=365), 9, "2024"),
        (timedelta(days=3650), 9, "2020 to 2029"),
    ],
)  # fmt: skip
def test_times_are_cut_into_periods(step: timedelta, rows: int, first: str) -> None:
    moments = [datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None) + step * number for number in range(rows)]
    cut = by_time("when", pl.Series([*moments, None]))
    assert cut.labels[0] == (first,)
    assert 2 <= len(cut.labels) - 1 <= 12 and cut.labels[-1] == ("no value",)
    assert cut.codes[-1] == len(cut.labels) - 1 and (np.diff(cut.codes) >= 0).all()


def test_two_columns_are_crossed() -> None:
    rng = np.random.default_rng(1)
    a, b = by_number("a", rng.integers(0, 3, 200).astype(float)), by_category("b", pl.Series(rng.choice(["x", "y"], 200)))
    both = crossed(a, b)
    assert both.columns == ("a", "b") and len(both.labels) == 6
    for number in range(6):
        (_a, first), (_b, second) = both.conditions(number)
        expected = a.member(a.labels.index((first,))) & b.member(b.labels.index((second,)))
        assert np.array_equal(both.member(number), expected)


def test_only_combinations_that_occur_are_slices() -> None:
    cut = by_number("a", np.array([0.0, 1.0, 2.0]))
    assert len(crossed(cut, Grouping(("b",), "category", cut.labels, cut.codes)).labels) == 3


def test_rows_can_be_taken() -> None:
    cut = by_number("a", np.array([0.0, 1.0, 2.0]))
    assert cut.take(np.array([True, False, True])).codes.tolist() == [0, 2]
