"""Categories: known values have their feature, rare ones share "other", unknown and missing ones never break a row."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Column, ColumnType
from core.preprocess.category import CategoryEncoder, width

VALUES = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "c", "", "A", "中文", "😀"]), st.text(max_size=3)), max_size=30)


def text(values: list[str | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def described(values: list[str | None]) -> Column:
    known = {value for value in values if value is not None}
    return Column(name="c", type=ColumnType.CATEGORY, distinct=len(known), missing=values.count(None))


def fitted(values: list[str | None], max_categories: int = 50) -> CategoryEncoder:
    return CategoryEncoder.fit(text(values), described(values), max_categories)


@given(VALUES, VALUES, st.integers(1, 5))
def test_every_row_weighs_one(train: list[str | None], rows: list[str | None], most: int) -> None:
    encoder = fitted(train, most)
    encoded = encoder.encode(text(rows))
    assert encoded.shape == (len(rows), width(described(train), most))
    assert encoded.dtype == np.float32
    sums = encoded.sum(axis=1)
    assert ((np.abs(sums - 1) < 1e-5) | (sums == 0)).all()
    assert not train or (sums > 0).all()


@given(VALUES, VALUES)
def test_json_round_trip_encodes_identically(train: list[str | None], rows: list[str | None]) -> None:
    encoder = fitted(train)
    again = CategoryEncoder.from_json(json.loads(json.dumps(encoder.to_json(), allow_nan=False)))
    np.testing.assert_array_equal(again.encode(text(rows)), encoder.encode(text(rows)))


@given(VALUES, st.randoms())
def test_the_order_of_the_training_rows_does_not_matter(train: list[str | None], shuffle: object) -> None:
    mixed = list(train)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert fitted(mixed) == fitted(train)


def test_most_frequent_first_and_ties_by_name() -> None:
    assert fitted(["b", "b", "c", "c", "a", "a", "a"]).values == ("a", "b", "c")


def test_values_beyond_the_limit_and_single_ones_share_other() -> None:
    encoder = fitted(["a", "a", "a", "b", "b", "c"], max_categories=1)
    assert encoder.values == ("a",)
    assert encoder.encode(text(["a", "b", "c", "never seen"])).tolist() == [[1, 0], [0, 1], [0, 1], [0, 1]]


def test_unknown_is_the_average_row_where_nothing_was_rare() -> None:
    encoder = fitted(["a", "a", "a", "b", "b", "b", "b", "b"])
    assert encoder.encode(text(["never seen"])).tolist() == [[0.625, 0.375, 0.0]]


def test_missing_has_its_own_feature() -> None:
    encoder = fitted(["a", "a", None])
    assert encoder.encode(text([None, "a"])).tolist() == [[0, 1, 0], [1, 0, 0]]


def test_missing_that_training_never_saw_is_the_average_row() -> None:
    encoder = fitted(["a", "a", "b", "b"])
    assert encoder.encode(text([None])).tolist() == [[0.5, 0.5, 0.0]]


def test_a_dataset_value_outside_the_training_rows_leaves_its_feature_unused() -> None:
    column = Column(name="c", type=ColumnType.CATEGORY, distinct=3)
    encoder = CategoryEncoder.fit(text(["a", "a", "b", "b"]), column, 50)
    assert encoder.width == 4
    assert encoder.encode(text(["a"])).tolist() == [[1, 0, 0, 0]]


def test_unseen_names_only_unknown_values() -> None:
    assert fitted(["a", "a", "b"]).unseen(text(["z", "a", None, "b", "z"])) == ["b", "z"]
