"""Repairs of numbers: words among them, other people's ways to write them, codes for "no value", values out of all proportion.

A column of text stays text: only the cells that change are written anew, so that what could not be read before is still
there to be seen and said.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import polars as pl

from core.dataset.numbers import number_format, to_number
from core.dataset.repairs.kinds import Decided, refused
from core.dataset.values import is_missing
from core.language import N_

__all__ = [
    "decide_limits", "decide_log", "decide_mixed", "decide_possible", "decide_sentinels", "decide_style",
    "limited", "numbers_in", "only_numbers", "only_possible", "outlier_limits", "plainly_written", "possible_range", "sentinels", "style", "without_sentinels",
]  # fmt: skip

POINT: Final = "1,234.5"  # a style that needs no `Column.format`
STYLE_CELLS: Final = 20_000  # different cells that are looked at to see how a column is written
LEAST_SHARE: Final = 0.5  # of the values must be numbers, or the column is none of numbers
FAR_OUT: Final = 3.0  # quartile distances beyond the quartiles (Tukey's "far out")
TAIL: Final = 0.005  # share at each end that is limited where more than half of the values are equal
CODES: Final = tuple(sign * code for code in (9, 99, 999, 9999, 99999, 999999, 88, 888, 8888) for sign in (-1.0, 1.0)) + (-1.0, 1e9, -1e9)
LEAST_CODES: Final = 3  # rows with the same code; one alone is a measurement
APART: Final = 2.0  # a positive code lies so many times as far out as the largest value
AGE: Final = re.compile(r"(^|[\s_.-])age($|[\s_.-])|年龄|岁数", re.IGNORECASE)
PERCENT: Final = re.compile(r"(^|[\s_.-])(percent|percentage|pct)($|[\s_.-])|%|百分比", re.IGNORECASE)
NEVER_NEGATIVE: Final = re.compile(
    r"(^|[\s_.-])(price|fee|fees|fare|income|salary|count|quantity|qty|duration|height|weight|distance|population|tenure)($|[\s_.-])|价格|收入|数量|身高|体重|面积|人口",
    re.IGNORECASE,
)


def decide_mixed(values: pl.Series) -> dict[str, Any]:
    """The column is numbers; what is none counts as missing."""
    return {"type": "number", **_style(_checked(values))}


def only_numbers(values: pl.Series, decided: Decided) -> pl.Series:
    """Empty the cells that are no numbers."""
    if values.dtype != pl.String:
        return values
    plain = _plain(values, decided)
    return plain.to_frame("cell").select(pl.when(_read(plain, "").is_not_null()).then("cell")).to_series().alias(values.name)


def decide_style(values: pl.Series) -> dict[str, Any]:
    """How the column writes its numbers: with a decimal comma or a decimal point."""
    form = style(_checked(values))
    if not form and _read(values, "").null_count() == values.cast(pl.Float64, strict=False).null_count():
        raise refused(N_("The numbers of “{name}” are written plainly already. Leave that repair out.").format(name=values.name[:60]))
    return {"style": form or POINT}


def plainly_written(values: pl.Series, decided: Decided) -> pl.Series:
    """Write each number as a program does, `1.234,5 €` as `1234.5`; what is no number stays."""
    if values.dtype != pl.String:
        return values
    form = "" if decided["style"] == POINT else decided["style"]
    return _written(values, _read(values, form), values.cast(pl.Float64, strict=False).is_null() if form == "" else None)


def sentinels(numbers: pl.Series) -> list[float]:
    """Values that stand for "no value", such as -999: typical codes, in several rows, far from everything else.

    Args:
        numbers: (rows,) Float64.

    Example:
        >>> sentinels(pl.Series([3.0, 5.0, 4.0, -999.0, -999.0, -999.0, 6.0]))
        [-999.0]
    """
    known = numbers.drop_nulls()
    counts = known.alias("value").value_counts(name="rows").filter(pl.col("value").is_in(list(CODES)) & (pl.col("rows") >= LEAST_CODES))
    candidates = counts["value"].to_list()
    rest = known.filter(~known.is_in(candidates))
    if not len(rest):
        return []
    low, high = float(rest.min()), float(rest.max())  # type: ignore[arg-type]
    span = max(high - low, 1.0)
    return sorted(c for c in candidates if (c < 0 <= low and c < low) or c < low - APART * span or c > max(high, 0) * APART + APART * span)


def decide_sentinels(values: pl.Series) -> dict[str, Any]:
    """The codes for "no value" that the column holds."""
    numbers = numbers_in(_checked(values))
    if not (found := sentinels(numbers)):
        raise refused(N_("“{name}” holds no number that stands for “no value”, such as -999 in several rows. Leave that repair out.").format(name=values.name[:60]))
    return {**_style(values), "values": found}


def without_sentinels(values: pl.Series, decided: Decided) -> pl.Series:
    """Empty the cells that hold such a code."""
    return _emptied(values, decided, lambda numbers: numbers.is_in([float(code) for code in decided["values"]]))


def outlier_limits(numbers: pl.Series) -> tuple[float, float] | None:
    """The smallest and the largest value that is not far out, or None where none is.

    Far out is what lies three quartile distances beyond the quartiles; where these are equal, the outermost half percent at
    each end.

    Args:
        numbers: (rows,) Float64.

    Example:
        >>> outlier_limits(pl.Series([1.0, 2.0, 3.0, 4.0, 5.0, 900.0]))
        (1.0, 5.0)
    """
    known = numbers.drop_nulls()
    if not len(known):
        return None
    first, third = (float(known.quantile(q, "nearest")) for q in (0.25, 0.75))  # type: ignore[arg-type]
    if third > first:
        low, high = first - FAR_OUT * (third - first), third + FAR_OUT * (third - first)
    else:
        low, high = (float(known.quantile(q, "nearest")) for q in (TAIL, 1 - TAIL))  # type: ignore[arg-type]
    near = known.filter((known >= low) & (known <= high))
    return (float(near.min()), float(near.max())) if 0 < len(near) < len(known) else None  # type: ignore[arg-type]


def decide_limits(values: pl.Series) -> dict[str, Any]:
    """The limits to which values far out are drawn in."""
    limits = outlier_limits(numbers_in(_checked(values)))
    if limits is None:
        raise refused(N_("No value of “{name}” lies far outside the others. Leave that repair out.").format(name=values.name[:60]))
    return {**_style(values), "low": limits[0], "high": limits[1]}


def limited(values: pl.Series, decided: Decided) -> pl.Series:
    """Draw what lies beyond a limit in to that limit."""
    plain = _plain(values, decided)
    numbers = _read(plain, "")
    inside = numbers.clip(decided["low"], decided["high"])
    return _written(plain, inside, inside != numbers)


def possible_range(name: str) -> tuple[float | None, float | None] | None:
    """What a number called so can be, or None where its name does not say.

    Example:
        >>> possible_range("age"), possible_range("unit_price"), possible_range("x")
        ((0.0, 120.0), (0.0, None), None)
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    if AGE.search(split):
        return 0.0, 120.0
    if PERCENT.search(split):
        return None, 100.0
    return (0.0, None) if NEVER_NEGATIVE.search(split) else None


def decide_possible(values: pl.Series) -> dict[str, Any]:
    """The range beyond which a value cannot be true."""
    _checked(values)
    known = possible_range(values.name)
    if known is None:
        raise refused(N_("What “{name}” can be is not known from its name. Use the repair outliers:{name} to limit it instead.").format(name=values.name[:60]))
    return {**_style(values), "low": known[0], "high": known[1]}


def only_possible(values: pl.Series, decided: Decided) -> pl.Series:
    """Empty the cells beyond the range."""
    low = -math.inf if decided["low"] is None else decided["low"]
    high = math.inf if decided["high"] is None else decided["high"]
    return _emptied(values, decided, lambda numbers: (numbers < low) | (numbers > high))


def decide_log(values: pl.Series) -> dict[str, Any]:
    """What is taken off before the logarithm; values below zero have none."""
    numbers = numbers_in(_checked(values))
    if float(numbers.min()) < 0:  # type: ignore[arg-type]
        raise refused(N_("“{name}” has values below zero, so a logarithm does not fit it. Leave that repair out.").format(name=values.name[:60]))
    return {"offset": 0.0}


def _checked(values: pl.Series) -> pl.Series:
    """The same values; refused where they are no numbers."""
    usable = values.dtype == pl.String or values.dtype.is_numeric()
    cells = _cells(values) if usable else values.head(0)
    if not len(cells) or to_number(cells, number_format(cells)).null_count() > (1 - LEAST_SHARE) * len(cells):
        raise refused(N_("“{name}” holds no numbers, so that repair does not fit it. Choose a column of numbers.").format(name=values.name[:60]))
    return values


def style(values: pl.Series) -> str:
    """How a raw column writes its numbers, `core.dataset.numbers.number_format` of its first different cells."""
    return number_format(_cells(values))


def numbers_in(values: pl.Series) -> pl.Series:
    """(rows,) the numbers of a raw column, whatever way it writes them; null where there is none."""
    return _read(values, style(values))


def _cells(values: pl.Series) -> pl.Series:
    """The first different cells that hold a value: enough to see how a column is written."""
    cells = values.unique(maintain_order=True).head(STYLE_CELLS)
    return cells.filter(~is_missing(cells)) if cells.dtype == pl.String else cells.drop_nulls()


def _read(values: pl.Series, form: str) -> pl.Series:
    """`to_number`, each different cell once where cells repeat: reading decorated text is slow."""
    if values.dtype != pl.String:
        return to_number(values)
    cells = values.unique()
    if len(cells) * 2 > len(values):
        return to_number(values, form)
    return values.replace_strict(cells, to_number(cells, form), return_dtype=pl.Float64).alias(values.name)


def _style(values: pl.Series) -> dict[str, str]:
    """The decimal comma, where the column has one."""
    form = style(values)
    return {"style": form} if form else {}


def _plain(values: pl.Series, decided: Decided) -> pl.Series:
    return plainly_written(values, decided) if decided.get("style") else values


def _emptied(values: pl.Series, decided: Decided, where: Any) -> pl.Series:
    plain = _plain(values, decided)
    gone = where(_read(plain, "")).fill_null(False)
    return plain.to_frame("cell").select(pl.when(~gone).then("cell")).to_series().alias(values.name)


def _written(values: pl.Series, numbers: pl.Series, where: pl.Series | None) -> pl.Series:
    """Put numbers into some cells (None: all) as the column writes them; a cell without a number stays."""
    there = numbers.is_not_null() if where is None else numbers.is_not_null() & where.fill_null(False)
    given = values if values.dtype == pl.String else values.cast(pl.Float64)
    table = pl.DataFrame({"cell": given, "number": numbers.cast(given.dtype), "there": there})
    return table.select(pl.when("there").then("number").otherwise("cell")).to_series().alias(values.name)
