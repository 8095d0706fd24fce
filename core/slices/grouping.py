"""Grouping: how one column, or two, cuts the judged rows into slices that have names.

A slice must be large enough to say something and few enough to read, so numbers are cut at quantiles, times into
periods, and the rare values of a category become one slice. Rows without a value are a slice of their own: they are
where a model often fails. Nothing here looks at what a model said, so a cut can never be chosen to flatter or to
blame one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl

from core.language import _

__all__ = ["Grouping", "Kind", "by_category", "by_number", "by_time", "crossed"]

Kind = Literal["number", "category", "time", "text length", "brightness", "class", "two columns"]

BINS: Final = 5  # of a number: fewer hide a weak end, more leave too few rows in each
VALUES: Final = 10  # of a category, before the rest becomes one slice
PERIODS: Final = 12
LABEL_LENGTH: Final = 80  # characters
TIMES: Final = (  # a period, how its start is written, how many days it has at least
    ("1h", "%Y-%m-%d %H:00", 1 / 24), ("1d", "%Y-%m-%d", 1), ("1w", "%Y-%m-%d", 7), ("1mo", "%Y-%m", 28), ("1q", "%Y-%m", 90), ("1y", "%Y", 365),
    ("10y", "%Y", 3652),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Grouping:
    """Rows cut into slices; every row lies in exactly one.

    Attributes:
        columns: one name, or two.
        kind: how they were cut.
        labels: for each slice one label a column; text of strangers.
        codes: (n,) int16, the slice of each row.
    """

    columns: tuple[str, ...]
    kind: Kind
    labels: tuple[tuple[str, ...], ...]
    codes: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Rows of each slice, (slices,) int64."""
        return np.bincount(self.codes, minlength=len(self.labels))

    def conditions(self, slice_: int) -> tuple[tuple[str, str], ...]:
        """What is true of a slice: (column, label) for each column."""
        return tuple(zip(self.columns, self.labels[slice_], strict=True))

    def member(self, slice_: int) -> np.ndarray:
        """(n,) bool: which rows lie in a slice."""
        return np.asarray(self.codes == slice_)

    def take(self, positions: np.ndarray) -> Grouping:
        """The same cut of only these rows, (m,) int64 positions or (n,) bool."""
        return Grouping(self.columns, self.kind, self.labels, self.codes[positions])


def by_number(name: str, values: np.ndarray, kind: Kind = "number", bins: int = BINS, words: str = "{range}") -> Grouping:
    """Cut numbers at their quantiles; a number with few different values keeps each of them.

    Args:
        name: of the column.
        values: (n,) float64; NaN where there is none.
        kind: what the numbers are.
        bins: how many ranges at most.
        words: how a range is named, with `{range}` for its limits.

    Example:
        >>> by_number("age", np.array([20.0, 30, 40, 50, np.nan, 60]), bins=2).labels
        (('up to 40',), ('over 40',), ('no value',))
    """
    there = np.isfinite(values)
    some = values[there]
    different = np.unique(some)
    if len(different) <= bins:
        codes, labels = np.searchsorted(different, values), list(_written(different))
    else:
        edges = np.unique(np.quantile(some, np.arange(1, bins) / bins, method="inverted_cdf"))
        edges = edges[edges < different[-1]]
        codes, labels = np.searchsorted(edges, values), _ranges(_written(edges))
    return _with_missing(name, kind, codes, [words.format(range=label) for label in labels], ~there)


def by_category(name: str, values: pl.Series, most: int = VALUES, kind: Kind = "category") -> Grouping:
    """Cut by the most frequent values; the others together are one slice.

    Args:
        name: of the column.
        values: (n,) text or anything that can be written as text; null where there is none.
        most: how many values keep a slice of their own.
        kind: what the values are.

    Example:
        >>> by_category("town", pl.Series(["Bern", "Bern", "Rom", None, "Oslo"]), most=1).labels
        (('Bern',), ('all others',), ('no value',))
    """
    text = values.cast(pl.String).rename("value")
    frequent = text.drop_nulls().value_counts(name="n").sort("n", "value", descending=[True, False])["value"]
    kept = frequent[: most if len(frequent) > most + 1 else most + 1].to_list()
    codes = text.replace_strict(kept, list(range(len(kept))), default=len(kept), return_dtype=pl.Int16).fill_null(len(kept)).to_numpy()
    others = [_("all others")] if len(frequent) > len(kept) else []
    return _with_missing(name, kind, codes, [*_cut(kept), *others], text.is_null().to_numpy())


def by_time(name: str, values: pl.Series) -> Grouping:
    """Cut moments into hours, days, weeks, months, quarters, years or decades: the finest of which at most 12 fit between the first and the last.

    Args:
        name: of the column.
        values: (n,) Datetime or Date; null where there is none.
    """
    missing = values.is_null().to_numpy()
    days = _days(values)
    for every, written, length in TIMES:
        if days / length <= PERIODS - 1:
            starts = values.dt.truncate(every)
            different = starts.drop_nulls().unique().sort()
            codes = np.searchsorted(different.to_physical().to_numpy(), starts.to_physical().fill_null(0).to_numpy())
            return _with_missing(name, "time", codes, [_period(str(label), every) for label in different.dt.strftime(written)], missing)
    years = values.dt.year().cast(pl.Float64).fill_null(np.nan).to_numpy()
    return by_number(name, years, "time")

def _days(values: pl.Series) -> float:
    """From the first to the last moment; 0 where there is none."""
    moments = values.cast(pl.Datetime("ms")).to_physical()
    first, last = moments.min(), moments.max()
    return (last - first) / 86_400_000 if isinstance(first, int) and isinstance(last, int) else 0.0


def crossed(first: Grouping, second: Grouping) -> Grouping:
    """Cut by two columns at once; only combinations that occur become slices.

    Args:
        first, second: cuts of the same rows by different columns.

    Example:
        >>> a, b = by_number("a", np.array([0.0, 1, 1])), by_number("b", np.array([5.0, 5, 6]))
        >>> crossed(a, b).labels
        (('0', '5'), ('1', '5'), ('1', '6'))
    """
    pairs = first.codes.astype(np.int64) * len(second.labels) + second.codes
    occur = np.flatnonzero(np.bincount(pairs, minlength=len(first.labels) * len(second.labels)))
    place = np.zeros(len(first.labels) * len(second.labels), np.int16)
    place[occur] = np.arange(len(occur))
    labels = tuple(first.labels[pair // len(second.labels)] + second.labels[pair % len(second.labels)] for pair in occur)
    return Grouping(first.columns + second.columns, "two columns", labels, place[pairs])


def _with_missing(name: str, kind: Kind, codes: np.ndarray, labels: list[str], missing: np.ndarray) -> Grouping:
    """Rows without a value get the last slice, where there are any."""
    if missing.any():
        codes = np.where(missing, len(labels), codes)
        labels = [*labels, _("no value")]
    return Grouping((name,), kind, tuple((label,) for label in labels), codes.astype(np.int16))


def _ranges(edges: Sequence[str]) -> list[str]:
    """Names of the ranges between edges, each of which belongs to the range that it ends."""
    if not edges:
        return [_("all")]
    middle = [_("over {low} up to {high}").format(low=low, high=high) for low, high in zip(edges, edges[1:], strict=False)]
    return [_("up to {high}").format(high=edges[0]), *middle, _("over {low}").format(low=edges[-1])]


def _written(values: np.ndarray) -> list[str]:
    """Numbers with as few digits as keep them different, three at least."""
    for digits in range(3, 18):
        written = [_number(float(value), digits) for value in values]
        if len(set(written)) == len(written):
            break
    return written


def _number(value: float, digits: int) -> str:
    size = abs(value)
    if value == math.floor(value) and size < 1e6:
        return f"{value:.0f}" if size < 1e4 else f"{value:,.0f}"  # a year has no comma
    if not 1e-4 <= size < 1e9:
        return f"{value:.{digits}g}"
    text = f"{value:,.{max(0, digits - 1 - math.floor(math.log10(size)))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _period(start: str, every: str) -> str:
    if every == "1w":
        return _("week of {day}").format(day=start)
    if every == "1q":
        return _("quarter from {month}").format(month=start)
    return _("{year} to {last}").format(year=start, last=int(start) + 9) if every == "10y" else start


def _cut(values: Sequence[str]) -> list[str]:
    """Labels short enough to show, and still different."""
    seen: dict[str, int] = {}
    labels = []
    for value in values:
        label = value if len(value) <= LABEL_LENGTH else value[: LABEL_LENGTH - 1] + "…"
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return labels
