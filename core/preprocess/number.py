"""Numbers: any finite value, of whatever size, → a few small numbers that a network can learn from.

Real columns hold values from 1e-300 to 1e300, a slipped decimal point, or a tail that is a thousand times
as long as the rest. Plain standardisation overflows on the first and is ruined by the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.schema import Column

if TYPE_CHECKING:
    import polars as pl

__all__ = ["NumberEncoder", "Scale", "logarithms", "width"]

LIMIT = 10.0  # standard deviations; nothing larger reaches the network
TRIM = 0.005  # share of the rows at each end that does not decide the scale
NOTHING = 1e-14  # a spread below this share of the values is rounding, not variation


@dataclass(frozen=True)
class Scale:
    """What 0 and 1 stand for: `z = (x / unit - centre) / spread`; a constant column gives 0.

    Dividing by `unit` (the largest absolute value) first keeps the mean and the squares of 1e300 finite.
    """

    unit: float = 1.0
    centre: float = 0.0
    spread: float = 0.0

    @classmethod
    def fit(cls, values: np.ndarray) -> Scale:
        """Mean and standard deviation of finite values, (rows,) float64; of no rows: all 0.

        Example:
            >>> Scale.fit(np.array([1e300, 3e300])).apply(np.array([3e300])).tolist()
            [1.0]
        """
        unit = float(np.abs(values).max(initial=0.0))
        if unit == 0.0:
            return cls()
        shares = values / unit
        centre, spread = float(shares.mean()), float(shares.std())
        return cls(unit, centre, spread if spread > NOTHING else 0.0)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Standardise (rows,) float64; a value far beyond the fitted ones may become infinite, never NaN."""
        if self.spread == 0.0:
            return np.zeros(len(values))
        with np.errstate(over="ignore"):
            return np.asarray((values / self.unit - self.centre) / self.spread)

    def undo(self, standard: np.ndarray) -> np.ndarray:
        """The inverse of `apply`."""
        with np.errstate(over="ignore"):
            return np.asarray((standard * self.spread + self.centre) * self.unit)

    def to_json(self) -> dict[str, float]:
        """As plain data for `preprocess.json`."""
        return {"unit": self.unit, "centre": self.centre, "spread": self.spread}

    @classmethod
    def from_json(cls, data: Mapping[str, float]) -> Scale:
        """The scale that `to_json` described."""
        return cls(data["unit"], data["centre"], data["spread"])


def width(column: Column) -> int:
    """Features of a number column: the value, and "missing" where the dataset has missing values."""
    return 1 + bool(column.missing)


@dataclass(frozen=True)
class NumberEncoder:
    """Numbers → (rows, width) float32.

    The value becomes `clip((x - mean) / deviation, -10, 10)`. Mean and deviation are those of the
    training values after the lowest and highest 0.5 % were pulled in to their neighbours (winsorised: Dixon,
    "Simplified estimation from censored normal samples", 1960), unless all others are equal. Infinite counts as missing,
    and missing becomes the training median. Signed logarithms, ranks, and smooth clipping were tried on three
    public tables with linear and multilayer networks; none was better on all, so this stays simple.

    Attributes:
        scale: what 0 and 1 stand for.
        fill: training median, in the unit that `scale` sees; takes the place of a missing value.
        width: 2 where the dataset has missing values (the second feature is 1 for those), else 1.
        missing_seen: training had missing values; if not, that feature is held at 0, because the network
            learned nothing about it.
        offset: where the dataset says that the scale is skewed, the value is first taken as `log(1 + max(value - offset, 0))`;
            None: as it is.
    """

    scale: Scale
    fill: float
    width: int
    missing_seen: bool
    offset: float | None = None

    @classmethod
    def fit(cls, values: pl.Series | np.ndarray, column: Column, offset: float | None = None) -> NumberEncoder:
        """Learn scale and median.

        Args:
            values: (rows,) Float64, null or not finite = missing; training rows only.
            column: what the profile says about the column; decides the width.
            offset: of the logarithm; None: no logarithm.

        Example:
            >>> from core.dataset.schema import ColumnType
            >>> age = Column(name="age", type=ColumnType.NUMBER, missing=1)
            >>> encoder = NumberEncoder.fit(np.array([20.0, 40.0, np.nan]), age)
            >>> encoder.encode(np.array([40.0, np.inf, 1e300])).tolist()
            [[1.0, 0.0], [0.0, 1.0], [10.0, 0.0]]
        """
        numbers = logarithms(_floats(values), offset)
        known = np.sort(numbers[np.isfinite(numbers)])
        if len(known) == 0:
            return cls(Scale(), 0.0, width(column), len(numbers) > 0, offset)
        middle = float(known[(len(known) - 1) // 2] / 2 + known[len(known) // 2] / 2)
        return cls(Scale.fit(_trimmed(known)), middle, width(column), len(known) < len(numbers), offset)

    def encode(self, values: pl.Series | np.ndarray) -> np.ndarray:
        """Encode numbers in their order.

        Returns:
            (rows, width) float32 in [-10, 10].
        """
        numbers = logarithms(_floats(values), self.offset)
        missing = ~np.isfinite(numbers)
        result = np.zeros((len(numbers), self.width), np.float32)
        result[:, 0] = np.clip(self.scale.apply(np.where(missing, self.fill, numbers)), -LIMIT, LIMIT)
        if self.width > 1 and self.missing_seen:
            result[:, 1] = missing
        return result

    def to_json(self) -> dict[str, Any]:
        """As plain data for `preprocess.json`."""
        return {"scale": self.scale.to_json(), "fill": self.fill, "width": self.width, "missing_seen": self.missing_seen, "offset": self.offset}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> NumberEncoder:
        """The encoder that `to_json` described."""
        return cls(Scale.from_json(data["scale"]), data["fill"], data["width"], data["missing_seen"], data.get("offset"))


def logarithms(numbers: np.ndarray, offset: float | None) -> np.ndarray:
    """`log(1 + max(value - offset, 0))`, for numbers of a skewed scale such as incomes; the same where there is no offset.

    Args:
        numbers: (rows,) float64, NaN = missing.
        offset: None: no logarithm.

    Example:
        >>> logarithms(np.array([0.0, np.e - 1, -5.0]), 0.0).tolist()
        [0.0, 1.0, 0.0]
    """
    return numbers if offset is None else np.asarray(np.log1p(np.maximum(numbers - offset, 0.0)))


def _trimmed(known: np.ndarray) -> np.ndarray:
    """Sorted values with both ends pulled in; untouched where that would leave no variation."""
    cut = int(np.ceil(TRIM * len(known)))
    if len(known) <= 2 * cut or known[cut] == known[-1 - cut]:
        return known
    return np.asarray(np.clip(known, known[cut], known[-1 - cut]))


def _floats(values: pl.Series | np.ndarray) -> np.ndarray:
    """(rows,) float64, NaN = missing."""
    if isinstance(values, np.ndarray):
        return values
    import polars as pl

    return (values if values.dtype == pl.Float64 else values.cast(pl.Float64)).to_numpy()  # null becomes NaN
