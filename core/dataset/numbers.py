"""Numbers as people write them: thousands, currencies, percent signs, brackets for minus, a comma for the point.

A cell alone may be ambiguous (`1,234` is a thousand or one and a bit), so the style is decided once for a column, kept
as `Column.format`, and read the same way at prediction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

__all__ = ["COMMA", "number_format", "number_style", "to_number", "to_numbers"]

COMMA: Final = "1.234,5"  # `Column.format` of numbers with a decimal comma; all others need none
NUMBER_SHARE: Final = 0.99  # of the values must be numbers

# one character for each that means the same; a space that does not break a line groups digits, others only part words
SAME: Final = {
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    "．": ".", "，": ",", "－": "-", "＋": "+", "％": "%", "＄": "$", "（": "(", "）": ")", "￥": "¥",
    "−": "-", "’": "'", "\u2009": "\u00a0", "\u202f": "\u00a0", "\u2007": "\u00a0",
}  # fmt: skip
CURRENCY: Final = r"(?:US\$|R\$|A\$|C\$|HK\$|NT\$|[$€£¥₩₹₽฿₫₺₴]|(?:USD|EUR|GBP|CNY|RMB|JPY|CHF|KRW|INR|AUD|CAD|HKD|SEK|NOK|DKK|PLN)\b)"
UNIT: Final = r"(?:[%‰€£$¥₩₹₽₫₺₴元円圆]|\b(?:USD|EUR|GBP|CNY|RMB|JPY|CHF|KRW|INR|AUD|CAD|HKD|SEK|NOK|DKK|PLN|kr|zł|Kč))"
BARE: Final = r"^[+-]?[0-9][0-9.,]*$"  # nothing to take away: most cells, and the pattern of decorations is slow
BRACKETS: Final = r"^\((.*[0-9].*)\)$"
DECORATION: Final = rf"^([+-]?)[\s]*(?:{CURRENCY}[\s]*)?([+-]?[0-9.].*?)[\s]*(?:{UNIT})?$"
GROUPS: Final = r"[1-9]\d{0,2}(?:'\d{3})+|[1-9]\d{0,2}(?:\x{a0}\d{3})+"
WITH_POINT: Final = rf"^[+-]?(?:(?:[1-9]\d{{0,2}}(?:,\d{{2,3}})*,\d{{3}}|{GROUPS})(?:\.\d*)?|[1-9]\d{{0,2}}(?: \d{{3}})+\.\d+)$"
WITH_COMMA: Final = rf"^[+-]?(?:(?:[1-9]\d{{0,2}}(?:\.\d{{3}})+|{GROUPS}|\d+)(?:,\d*)?|[1-9]\d{{0,2}}(?: \d{{3}})+,\d+)$"
SEPARATORS: Final = r"[ '\x{a0}]"


def to_number(values: pl.Series, form: str = "") -> pl.Series:
    """Float64; what is no finite number becomes null. `1,234.5`, `12 %`, `$3` and `(7)` are numbers.

    Args:
        values: (n,) text, or numbers already.
        form: `number_format` of the column.

    Example:
        >>> to_number(pl.Series(["1.5", "1,200", "($3)", "inf", "n/a", None])).to_list()
        [1.5, 1200.0, -3.0, None, None, None]
        >>> to_number(pl.Series(["1.200", "3,5"]), COMMA).to_list()
        [1200.0, 3.5]
    """
    if values.dtype != pl.String:
        return _finite(values.cast(pl.Float64, strict=False))
    if form == COMMA:
        return _finite(_undecorated(values, WITH_COMMA, ".", ",").cast(pl.Float64, strict=False))
    numbers = values.cast(pl.Float64, strict=False)
    unread = numbers.is_null() & values.is_not_null()
    if not unread.any():
        return _finite(numbers)
    rest = _undecorated(values.filter(unread), WITH_POINT, ",", ".")
    return _finite(numbers.scatter(unread.arg_true(), rest.cast(pl.Float64, strict=False)))


def to_numbers(frame: pl.DataFrame, forms: Mapping[str, str] | None = None) -> pl.DataFrame:
    """`to_number` for all columns at once: thousands of columns cost one pass, not thousands.

    Args:
        frame: (rows, columns) text, or numbers already.
        forms: `number_format` by column name, of those that have one.

    Example:
        >>> to_numbers(pl.DataFrame({"a": ["1", "x"], "b": ["$2", "inf"]})).rows()
        [(1.0, 2.0), (None, None)]
    """
    forms = forms or {}
    plain = frame.select(pl.all().cast(pl.Float64, strict=False))
    counts = zip(frame.schema.items(), plain.null_count().row(0), frame.null_count().row(0), strict=True) if frame.width else ()
    unread = [n for (n, dtype), after, before in counts if dtype == pl.String and (forms.get(n) or after > before)]
    finite = plain.select(pl.when(pl.all().is_finite()).then(pl.all()))
    return finite.with_columns([to_number(frame[name], forms.get(name, "")) for name in unread]) if unread else finite


def number_format(values: pl.Series) -> str:
    """How a column writes its numbers: `COMMA` where more of them can be read with a decimal comma than without, else "".

    Args:
        values: (n,) text without missing values.

    Example:
        >>> number_format(pl.Series(["1,5", "1.234"])), number_format(pl.Series(["1,234", "1.5"]))
        ('1.234,5', '')
    """
    if values.dtype != pl.String:
        return ""
    unread = values.filter(values.cast(pl.Float64, strict=False).is_null())
    if not len(unread) or not unread.str.contains(",|，").any() or _unread(unread, "") <= _unread(unread, COMMA):
        return ""
    return COMMA if _unread(values, COMMA) < _unread(values, "") else ""


def number_style(values: pl.Series) -> str:
    """How the numbers of a column are written.

    Args:
        values: (n,) text without missing values.

    Returns:
        "plain" when a program reads them as they stand, "decorated" with thousands, currencies, percent signs or
        brackets, "comma" with a decimal comma; "" when more than 1 % are no numbers at all.

    Example:
        >>> number_style(pl.Series(["1", "2"])), number_style(pl.Series(["$1", "2"])), number_style(pl.Series(["1,5"]))
        ('plain', 'decorated', 'comma')
    """
    form = number_format(values)
    if not len(values) or _unread(values, form) > (1 - NUMBER_SHARE) * len(values):
        return ""
    if form == COMMA:
        return "comma"
    return "plain" if values.dtype != pl.String or _unread_plainly(values) == _unread(values, form) else "decorated"


def _unread(values: pl.Series, form: str) -> int:
    return to_number(values, form).null_count()


def _unread_plainly(values: pl.Series) -> int:
    return _finite(values.str.strip_chars().cast(pl.Float64, strict=False)).null_count()


def _undecorated(values: pl.Series, grouped: str, thousands: str, point: str) -> pl.Series:
    """The bare number of each cell, as Python writes it; what cannot be one stays as it is or becomes null."""
    cells = values.alias("cell").str.replace_many(list(SAME), list(SAME.values())).str.strip_chars()
    decorated = (~cells.str.contains(BARE)).fill_null(False).arg_true()
    if len(decorated):
        cells = cells.scatter(decorated, cells.gather(decorated).str.replace(BRACKETS, "-$1").str.replace(DECORATION, "$1$2"))
    cell = pl.col("cell")
    joined = cell.str.replace_all(SEPARATORS, "").str.replace_all(thousands, "", literal=True).str.replace(point, ".", literal=True)
    alone = pl.lit(None, dtype=pl.String) if point == "," else cell
    return cells.to_frame().select(pl.when(cell.str.contains(grouped)).then(joined).otherwise(alone)).to_series().alias(values.name)


def _finite(numbers: pl.Series) -> pl.Series:
    return numbers.zip_with(numbers.is_finite().fill_null(False), pl.Series([None], dtype=pl.Float64)).alias(numbers.name)
