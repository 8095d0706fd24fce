"""Numbers: any column gives small finite features; the scale is that of the bulk of the training rows."""

from __future__ import annotations

import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Column, ColumnType
from core.preprocess.number import LIMIT, NumberEncoder, Scale

PLAIN = Column(name="x", type=ColumnType.NUMBER)
GAPS = Column(name="x", type=ColumnType.NUMBER, missing=1)
ANY = st.lists(st.one_of(st.none(), st.floats(), st.sampled_from([1e300, -1e300, 1e-300, 5e-324, 1.7976931348623157e308])), max_size=40)


def series(values: list[float | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64)


@given(ANY, ANY, st.sampled_from([PLAIN, GAPS]))
def test_any_numbers_give_finite_features(train: list[float | None], rows: list[float | None], column: Column) -> None:
    encoder = NumberEncoder.fit(series(train), column)
    encoded = encoder.encode(series(rows))
    assert encoded.shape == (len(rows), encoder.width)
    assert encoded.dtype == np.float32
    assert np.isfinite(encoded).all()
    assert np.abs(encoded).max(initial=0) <= LIMIT


@given(ANY, ANY)
def test_json_round_trip_encodes_identically(train: list[float | None], rows: list[float | None]) -> None:
    encoder = NumberEncoder.fit(series(train), GAPS)
    again = NumberEncoder.from_json(json.loads(json.dumps(encoder.to_json(), allow_nan=False)))
    assert again == encoder
    np.testing.assert_array_equal(again.encode(series(rows)), encoder.encode(series(rows)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=60, unique=True))
def test_order_is_kept(values: list[float]) -> None:
    encoder = NumberEncoder.fit(series(values), PLAIN)
    assert (np.diff(encoder.encode(series(sorted(values)))[:, 0]) >= 0).all()


def test_standardises_like_numpy_where_there_is_no_tail() -> None:
    values = np.random.default_rng(0).uniform(-3, 8, 1000)
    cut = np.clip(values, *np.sort(values)[[5, -6]])
    expected = (values - cut.mean()) / cut.std()
    np.testing.assert_allclose(NumberEncoder.fit(values, PLAIN).encode(values)[:, 0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("factor", [1e-300, 1e-9, 1.0, 1e9, 1e300])
def test_the_unit_of_a_column_does_not_matter(factor: float) -> None:
    values = np.random.default_rng(1).normal(5, 2, 200)
    np.testing.assert_allclose(
        NumberEncoder.fit(values * factor, PLAIN).encode(values * factor), NumberEncoder.fit(values, PLAIN).encode(values), atol=1e-5
    )


def test_one_wild_value_does_not_flatten_the_others() -> None:
    values = np.append(np.random.default_rng(2).normal(0, 1, 999), 1e300)
    encoded = NumberEncoder.fit(values, PLAIN).encode(values)[:, 0]
    assert encoded[-1] == LIMIT
    assert 0.8 < encoded[:-1].std() < 1.2


def test_a_rare_value_still_differs_from_the_rest() -> None:
    values = np.zeros(1000)
    values[7] = 3.0
    encoded = NumberEncoder.fit(values, PLAIN).encode(values)[:, 0]
    assert encoded[7] == LIMIT
    assert abs(encoded[0]) < 0.1


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, 1e300, -5e-324])
def test_a_constant_column_is_zero_even_for_other_values(value: float) -> None:
    encoder = NumberEncoder.fit(np.full(50, value), PLAIN)
    assert encoder.encode(np.array([value, 123.0])).tolist() == [[0.0], [0.0]]


def test_rounding_noise_is_no_variation() -> None:
    values = np.array([0.1 + 0.2, 0.3] * 20)
    assert Scale.fit(values).spread == 0.0


@pytest.mark.parametrize("gap", [None, math.nan, math.inf, -math.inf])
def test_missing_becomes_the_median_and_is_flagged(gap: float | None) -> None:
    encoder = NumberEncoder.fit(series([1.0, 2.0, 9.0, gap]), GAPS)
    assert encoder.fill == 2.0
    assert encoder.encode(series([gap])).tolist() == [[encoder.encode(series([2.0]))[0, 0], 1.0]]


def test_median_of_an_even_count_is_between() -> None:
    assert NumberEncoder.fit(series([1.0, 2.0, 4.0, 9.0]), PLAIN).fill == 3.0


def test_a_flag_that_training_never_saw_stays_zero() -> None:
    encoder = NumberEncoder.fit(series([1.0, 2.0]), GAPS)
    assert encoder.encode(series([None]))[0, 1] == 0.0


def test_a_column_without_any_number_is_zero() -> None:
    encoder = NumberEncoder.fit(series([None, None]), GAPS)
    assert encoder.encode(series([None, 5.0])).tolist() == [[0.0, 1.0], [0.0, 0.0]]


@given(st.lists(st.floats(-1e15, 1e15), min_size=2, max_size=30), st.floats(-1e3, 1e3))
def test_scale_undo_is_the_inverse(values: list[float], z: float) -> None:
    scale = Scale.fit(np.array(values))
    if scale.spread > 1e-6:
        np.testing.assert_allclose(scale.apply(scale.undo(np.array([z]))), [z], rtol=1e-6, atol=1e-6)
