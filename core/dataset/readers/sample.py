"""A sample of the rows of a long table, spread over all of it and shown as text, as they stand in the file."""

from __future__ import annotations

import numpy as np
import polars as pl

__all__ = ["AS_FLOAT", "DECIMALS", "Sample", "as_text"]

AS_FLOAT = "float"  # a form of numbers: whole ones with `.0`
DECIMALS = "decimals "  # so many digits behind the point; without a form, whole numbers have none and others as many as they need


class Sample:
    """Every k-th row; k doubles whenever there are too many."""

    def __init__(self, limit: int) -> None:
        self.limit, self.step, self.seen, self.count = limit, 1, 0, 0
        self.frames: list[pl.DataFrame] = []
        self.numbers: list[np.ndarray] = []

    def add(self, frame: pl.DataFrame, numbers: np.ndarray) -> None:
        """Look at the next rows."""
        first = -self.seen % self.step
        self.seen += len(frame)
        self.frames.append(frame.gather_every(self.step, first))
        self.numbers.append(numbers[first :: self.step])
        self.count += len(self.frames[-1])
        while self.count > 2 * self.limit:
            joined, places = pl.concat(self.frames), np.concatenate(self.numbers)
            self.frames, self.numbers, self.step = [joined.gather_every(2)], [places[::2]], 2 * self.step
            self.count = len(self.frames[0])

    def taken(self, forms: dict[str, str]) -> tuple[pl.DataFrame, np.ndarray]:
        """The rows as text, at most as many as wanted, and their numbers."""
        frame, numbers = pl.concat(self.frames), np.concatenate(self.numbers)
        if len(frame) > self.limit:
            places = np.linspace(0, len(frame) - 1, self.limit).astype(np.int64)
            frame, numbers = frame[places], numbers[places]
        return frame.select([as_text(values, forms.get(values.name, "")) for values in frame]), numbers


def as_text(values: pl.Series, form: str = "") -> pl.Series:
    """A column of a large table as it stands in the file.

    Args:
        values: (n,) text, numbers or moments.
        form: of `Whole.forms`.

    Example:
        >>> as_text(pl.Series([2.0, 0.5])).to_list(), as_text(pl.Series([2.0, 0.5]), "decimals 2").to_list()
        (['2', '0.5'], ['2.00', '0.50'])
    """
    if values.dtype.is_temporal():
        return values.dt.strftime(form.removesuffix("%.f"))
    if not values.dtype.is_float():
        return values
    if form.startswith(DECIMALS):
        return values.cast(pl.Decimal(38, int(form.removeprefix(DECIMALS))), strict=False).cast(pl.String)
    text = values.cast(pl.String)
    return text if form == AS_FLOAT else text.str.replace(r"\.0$", "")
