"""Times: one moment → what a network can use of it: the trend, and where it lies in year, month, week and day.

Parts that come round (month, weekday, …) are given as sine and cosine, so that December lies beside
January. A part that never changed in training (hours in a column of dates) is held at 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.schema import Column
from core.preprocess.number import NumberEncoder

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TimeEncoder", "width"]

_YEAR_D, _MONTH_D, _WEEK_D, _DAY_S = 366.0, 31.0, 7.0, 86_400.0
CYCLES = 4  # year, month, week, day


def width(column: Column) -> int:
    """Features of a time column: the trend, a sine and a cosine a cycle, "missing" where there are any."""
    return 1 + 2 * CYCLES + bool(column.missing)


@dataclass(frozen=True)
class TimeEncoder:
    """Moments → (rows, width) float32.

    Attributes:
        trend: encodes the seconds since 1970; it brings the feature "missing", if there is one.
        active: for year, month, week and day, whether the place in it changed in training.
    """

    trend: NumberEncoder
    active: tuple[bool, ...]

    @classmethod
    def fit(cls, values: pl.Series, column: Column) -> TimeEncoder:
        """Learn the range of the moments and which parts of them change.

        Args:
            values: (rows,) Datetime or Date, null = missing; training rows only.
            column: what the profile says about the column; decides the width.

        Example:
            >>> import polars as pl
            >>> from datetime import datetime
            >>> from core.dataset.schema import ColumnType
            >>> moments = pl.Series([datetime(2026, 1, 1), datetime(2026, 7, 2)])
            >>> encoder = TimeEncoder.fit(moments, Column(name="day", type=ColumnType.TIME))
            >>> encoder.encode(moments).shape, encoder.active
            ((2, 9), (True, True, False, False))
        """
        places = _places(values)
        known = places[~np.isnan(places).any(axis=1)]
        active = tuple(bool(np.ptp(part) > 0) if len(part) else False for part in known.T)
        return cls(NumberEncoder.fit(_seconds(values), column), active)

    def encode(self, values: pl.Series) -> np.ndarray:
        """Encode moments in their order.

        Returns:
            (rows, width) float32, finite: trend, then "missing" if any, then the sines and the cosines
            of year, month, week and day, each 0 where the moment is missing.
        """
        angles = 2 * np.pi * _places(values)
        waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=1) * np.tile(self.active, 2)
        return np.concatenate([self.trend.encode(_seconds(values)), np.nan_to_num(waves)], axis=1).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """As plain data for `preprocess.json`."""
        return {"trend": self.trend.to_json(), "active": list(self.active)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TimeEncoder:
        """The encoder that `to_json` described."""
        return cls(NumberEncoder.from_json(data["trend"]), tuple(data["active"]))


def _moments(values: pl.Series) -> pl.Series:
    """As moments in microseconds, without a zone; an all-missing column may have another type."""
    import polars as pl

    if values.dtype == pl.Null:
        return values.cast(pl.Datetime("us"))
    return values.dt.replace_time_zone(None).cast(pl.Datetime("us")) if isinstance(values.dtype, pl.Datetime) else values.cast(pl.Datetime("us"))


def _seconds(values: pl.Series) -> np.ndarray:
    """Seconds since 1970, (rows,) float64, NaN = missing."""
    import polars as pl

    return (_moments(values).dt.epoch("us").cast(pl.Float64) / 1e6).fill_null(float("nan")).to_numpy()


def _places(values: pl.Series) -> np.ndarray:
    """Place in year, month, week and day, (rows, 4) float64 in [0, 1), NaN = missing."""
    import polars as pl

    moments = _moments(values)
    day = (moments.dt.epoch("us") % 86_400_000_000).cast(pl.Float64) / 1e6 / _DAY_S
    parts = [
        (moments.dt.ordinal_day().cast(pl.Float64) - 1) / _YEAR_D,
        (moments.dt.day().cast(pl.Float64) - 1) / _MONTH_D,
        (moments.dt.weekday().cast(pl.Float64) - 1) / _WEEK_D,
        day,
    ]
    return np.stack([part.fill_null(float("nan")).to_numpy() for part in parts], axis=1)
