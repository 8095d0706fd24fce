"""From the text of a cell to a value: one function a column type, the same at ingest and at prediction.

Two lists of spellings for "no value": a short one that is safe everywhere, and a longer one for
numbers and categories. The target uses the short one, because `none` or `unknown` may well be a class.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import numpy as np
import polars as pl

from core.dataset.numbers import number_format, number_style, to_number, to_numbers
from core.dataset.times import TIME_FORMATS, ambiguous_days, find_time_format, to_time

__all__ = [
    "TIME_FORMATS", "ambiguous_days", "as_strings", "find_time_format", "is_missing", "missing_cell", "number_format", "number_style",
    "tidy", "tidy_name", "to_category", "to_number", "to_numbers", "to_text", "to_time",
]  # fmt: skip

SURELY_MISSING: Final = ("", "?", "na", "n/a", "#n/a", "#na", "nan", "null", "<na>", "nat", "#null!", "#div/0!", "#value!", "#ref!", "未知", "缺失")
ALSO_MISSING: Final = ("none", "nil", "-", "--", "---", "—", "–", ".", "..", "missing", "unknown", "(blank)", "(null)", "无", "空", "不详", "暂无", "不明")

LONGEST_SPELLING: Final = 2 + max(len(spelling.encode()) for spelling in SURELY_MISSING + ALSO_MISSING)  # bytes; the sign of Kelvin is a k of three
MANY_ROWS = 1000


def is_missing(values: pl.Series, *, surely: bool = False) -> pl.Series:
    """Which cells say that there is no value.

    Args:
        values: (n,) text, null included.
        surely: only spellings that cannot be a value, for texts and for a target.

    Returns:
        (n,) booleans, never null.

    Example:
        >>> is_missing(pl.Series(["3", " N/A ", "none"])).to_list()
        [False, True, True]
        >>> is_missing(pl.Series(["3", " N/A ", "none"]), surely=True).to_list()
        [False, True, False]
    """
    if len(values) < MANY_ROWS or (values.str.len_bytes().mean() or 0) <= LONGEST_SPELLING:  # type: ignore[operator]
        return _missing_cells(values, surely)
    stripped = values.str.strip_chars()
    short = (stripped.str.len_bytes() <= LONGEST_SPELLING).fill_null(True).arg_true()  # most cells of a column of texts are too long
    found = pl.Series("cell", np.zeros(len(values), dtype=bool))
    return found.scatter(short, _missing_cells(stripped.gather(short), surely)) if len(short) else found


def _missing_cells(values: pl.Series, surely: bool) -> pl.Series:
    return values.to_frame("cell").select(missing_cell(pl.col("cell"), surely=surely)).to_series()


def missing_cell(cell: pl.Expr, *, surely: bool = False) -> pl.Expr:
    """`is_missing` as an expression, for many columns at once."""
    spellings = SURELY_MISSING if surely else SURELY_MISSING + ALSO_MISSING
    return cell.is_null() | cell.str.strip_chars().str.to_lowercase().is_in(list(spellings)).fill_null(True)


def tidy(values: pl.Series) -> pl.Series:
    """Text without blanks around it, single blanks within, composed characters (NFC).

    Example:
        >>> tidy(pl.Series([" New  York "])).to_list()
        ['New York']
    """
    return composed(values).str.replace_all(r"\s+", " ").str.strip_chars()


def composed(values: pl.Series) -> pl.Series:
    """Text in Unicode form NFC; ASCII needs no work."""
    ascii_only = (values.str.len_bytes() == values.str.len_chars()).all()
    return values if ascii_only else values.str.normalize("NFC")


def tidy_name(name: str) -> str:
    """One name (a header, a folder) in the form of `tidy`."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip()


def to_category(values: pl.Series) -> pl.Series:
    """Tidy text; missing spellings become null. Whole floats lose their `.0`.

    Example:
        >>> to_category(pl.Series([" red", "-", None])).to_list()
        ['red', None, None]
        >>> to_category(pl.Series([3.0, None])).to_list()
        ['3', None]
    """
    text = tidy(as_strings(values))
    return _blanked(text, is_missing(text))


def to_text(values: pl.Series) -> pl.Series:
    """Text as written, composed (NFC); empty and `nan`-like cells become null."""
    text = as_strings(values)
    return _blanked(composed(text), is_missing(text, surely=True))


def _blanked(text: pl.Series, missing: pl.Series) -> pl.Series:
    return text.zip_with(~missing, pl.Series([None], dtype=pl.String)).alias(text.name) if missing.any() else text


def as_strings(values: pl.Series) -> pl.Series:
    """Any column as text; whole floats without `.0`, so that 3.0 from a form equals 3 from a file."""
    if values.dtype == pl.String:
        return values
    if values.dtype.is_float():
        return pl.Series(values.name, [None if v is None else f"{v:.0f}" if v == v // 1 else repr(v) for v in values], dtype=pl.String)
    return values.cast(pl.String, strict=False)
