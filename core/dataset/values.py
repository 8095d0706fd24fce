"""From the text of a cell to a value: one function a column type, the same at ingest and at prediction.

Two lists of spellings for "no value": a short one that is safe everywhere, and a longer one for
numbers and categories. The target uses the short one, because `none` or `unknown` may well be a class.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import polars as pl

__all__ = [
    "TIME_FORMATS", "as_strings", "find_time_format", "is_missing", "missing_cell", "tidy", "tidy_name",
    "to_category", "to_number", "to_numbers", "to_text", "to_time",
]

SURELY_MISSING: Final = ("", "?", "na", "n/a", "#n/a", "#na", "nan", "null", "<na>", "nat", "#null!", "#div/0!", "#value!", "#ref!", "未知", "缺失")
ALSO_MISSING: Final = ("none", "nil", "-", "--", "---", "—", "–", ".", "..", "missing", "unknown", "(blank)", "(null)", "无", "空", "不详", "暂无", "不明")

# what may stand around a number: thousands, a currency before, a percent sign or a currency behind
THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")
DECORATION = r"^[\s$€£¥￥]+|[\s%€元円]+$"

_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y",
)  # fmt: skip
_CLOCKS = ("", " %H:%M:%S%.f", " %H:%M", "T%H:%M:%S%.f", "T%H:%M", "T%H:%M:%S%.f%#z", " %H:%M:%S%.f%#z")
TIME_FORMATS: Final = tuple(day + clock for clock in _CLOCKS for day in (_DAYS if not clock.startswith("T") else _DAYS[:1]))
TIME_SHARE: Final = 0.99  # of the values must be readable
TIME_LIKE = r"^\s*(\d{1,4}[-/.年]\d{1,2}|\d{1,2}[ -][A-Za-z]{3}|[A-Z][a-z]{2,8} \d)"
SAMPLE_VALUES: Final = 100


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


def to_number(values: pl.Series) -> pl.Series:
    """Float64; what is no finite number becomes null. `1,234.5`, `12 %` and `$3` are numbers.

    Example:
        >>> to_number(pl.Series(["1.5", "1,200", "inf", "n/a", None])).to_list()
        [1.5, 1200.0, None, None, None]
    """
    if values.dtype != pl.String:
        return _finite(values.cast(pl.Float64, strict=False))
    numbers = values.cast(pl.Float64, strict=False)
    unread = numbers.is_null() & values.is_not_null()
    if not unread.any():
        return _finite(numbers)
    bare = values.filter(unread).str.replace_all(DECORATION, "")
    grouped = bare.str.contains(THOUSANDS.pattern).fill_null(False)
    bare = bare.zip_with(~grouped, bare.str.replace_all(",", "", literal=True))
    return _finite(numbers.scatter(unread.arg_true(), bare.cast(pl.Float64, strict=False)))


def to_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """`to_number` for all columns at once: thousands of columns cost one pass, not thousands.

    Example:
        >>> to_numbers(pl.DataFrame({"a": ["1", "x"], "b": ["$2", "inf"]})).rows()
        [(1.0, 2.0), (None, None)]
    """
    plain = frame.select(pl.all().cast(pl.Float64, strict=False))
    unread = [n for n in frame.columns if frame[n].dtype == pl.String and plain[n].null_count() > frame[n].null_count()]
    finite = plain.select(pl.when(pl.all().is_finite()).then(pl.all()))
    return finite.with_columns([to_number(frame[name]) for name in unread]) if unread else finite


def _finite(numbers: pl.Series) -> pl.Series:
    return numbers.zip_with(numbers.is_finite().fill_null(False), pl.Series([None], dtype=pl.Float64)).alias(numbers.name)


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
    return text.zip_with(~missing, pl.Series([None], dtype=pl.String)).alias(text.name)


def as_strings(values: pl.Series) -> pl.Series:
    """Any column as text; whole floats without `.0`, so that 3.0 from a form equals 3 from a file."""
    if values.dtype == pl.String:
        return values
    if values.dtype.is_float():
        return pl.Series(values.name, [None if v is None else f"{v:.0f}" if v == v // 1 else repr(v) for v in values], dtype=pl.String)
    return values.cast(pl.String, strict=False)


def to_time(values: pl.Series, form: str) -> pl.Series:
    """Datetime in UTC or as written, microseconds; what does not fit the format becomes null.

    Args:
        values: (n,) text, or dates already.
        form: one of `TIME_FORMATS`.

    Example:
        >>> to_time(pl.Series(["2026-11-22"]), "%Y-%m-%d").dt.year().to_list()
        [2026]
    """
    if values.dtype != pl.String:
        return values.cast(pl.Datetime("us"), strict=False)
    zone = "UTC" if form.endswith("z") else None
    times = values.str.strip_chars().str.strptime(pl.Datetime("us", zone), form, strict=False)
    return times.dt.replace_time_zone(None) if zone else times


def find_time_format(values: pl.Series) -> str:
    """The format that reads (nearly) all of these values, or "" when they are no times.

    `1/2/2026` is read month first unless another value rules that out.

    Args:
        values: (n,) text without missing values.

    Example:
        >>> find_time_format(pl.Series(["03/04/2026", "25/04/2026"]))
        '%d/%m/%Y'
    """
    sample = values.unique(maintain_order=True).head(SAMPLE_VALUES)
    if not len(sample) or (sample.str.contains(TIME_LIKE).mean() or 0) < TIME_SHARE:  # type: ignore[operator]
        return ""
    for form in TIME_FORMATS:
        if _readable(sample, form) >= TIME_SHARE and _readable(values, form) >= TIME_SHARE:
            return form
    return ""


def _readable(values: pl.Series, form: str) -> float:
    return 1 - to_time(values, form).null_count() / len(values)
