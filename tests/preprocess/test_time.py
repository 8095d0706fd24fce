"""Times: a trend and places in year, month, week and day; whatever the type or the gap, finite."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Column, ColumnType
from core.preprocess.time import TimeEncoder, width

PLAIN = Column(name="t", type=ColumnType.TIME)
GAPS = Column(name="t", type=ColumnType.TIME, missing=1)
MOMENTS = st.lists(st.one_of(st.none(), st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))), max_size=20)


def moments(values: list[datetime | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Datetime("us"))


@given(MOMENTS, MOMENTS, st.sampled_from([PLAIN, GAPS]))
def test_any_moments_give_finite_features(train: list[datetime | None], rows: list[datetime | None], column: Column) -> None:
    encoder = TimeEncoder.fit(moments(train), column)
    encoded = encoder.encode(moments(rows))
    assert encoded.shape == (len(rows), width(column))
    assert encoded.dtype == np.float32
    assert np.isfinite(encoded).all()
    again = TimeEncoder.from_json(json.loads(json.dumps(encoder.to_json(), allow_nan=False)))
    np.testing.assert_array_equal(again.encode(moments(rows)), encoded)


def test_places_are_those_of_the_calendar() -> None:
    """Oracle: Python's own calendar."""
    start = datetime(2025, 3, 1, 5, 30)
    values = [start + timedelta(hours=17 * i) for i in range(500)]
    encoder = TimeEncoder.fit(moments(list(values)), PLAIN)
    places = np.array([[(v.timetuple().tm_yday - 1) / 366, (v.day - 1) / 31, v.weekday() / 7, (v.hour * 60 + v.minute) / 1440] for v in values])
    expected = np.concatenate([np.sin(2 * np.pi * places), np.cos(2 * np.pi * places)], axis=1)
    np.testing.assert_allclose(encoder.encode(moments(list(values)))[:, 1:], expected, atol=1e-6)


def test_the_trend_is_the_standardised_time() -> None:
    values: list[datetime | None] = [datetime(2026, 1, day) for day in (1, 2, 3)]
    np.testing.assert_allclose(TimeEncoder.fit(moments(values), PLAIN).encode(moments(values))[:, 0], [-1.2247448, 0, 1.2247448], atol=1e-5)


def test_hours_of_a_column_of_dates_are_held_at_zero() -> None:
    encoder = TimeEncoder.fit(moments([datetime(2026, 1, 1), datetime(2026, 5, 2)]), PLAIN)
    assert encoder.active == (True, True, True, False)
    assert encoder.encode(moments([datetime(2026, 1, 1, 18)]))[0, [4, 8]].tolist() == [0, 0]


def test_a_missing_moment_is_the_median_trend_and_no_place() -> None:
    encoder = TimeEncoder.fit(moments([datetime(2026, 1, 1), datetime(2026, 7, 2), datetime(2026, 9, 1), None]), GAPS)
    assert encoder.encode(moments([None]))[0].tolist() == [encoder.encode(moments([datetime(2026, 7, 2)]))[0, 0], 1.0] + [0.0] * 8


def test_dates_and_zones_read_like_plain_moments() -> None:
    plain = moments([datetime(2026, 1, 1), datetime(2026, 5, 2)])
    encoder = TimeEncoder.fit(plain, PLAIN)
    for other in (pl.Series([date(2026, 1, 1), date(2026, 5, 2)]), plain.cast(pl.Datetime("ms")), plain.dt.replace_time_zone("UTC")):
        np.testing.assert_array_equal(encoder.encode(other), encoder.encode(plain))


def test_a_column_that_is_all_missing_may_have_no_type() -> None:
    encoder = TimeEncoder.fit(pl.Series([None, None]), GAPS)
    assert encoder.encode(pl.Series([None])).tolist() == [[0.0, 1.0] + [0.0] * 8]
