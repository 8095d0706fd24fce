"""Chinese dates and times: 2026年11月22日 下午3点20分, 二〇二六年十一月二十二日, 2026年11月22日 星期日 15时30分.

The clock is written in words that no `strptime` knows, so the parts are cut out and put together again.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

__all__ = ["CHINESE", "chinese_times"]

CHINESE: Final = "%Y年%m月%d日 %H时%M分"  # the name of this format in `Column.format`
NUMERALS: Final = "〇零一二三四五六七八九"
NUMERAL = re.compile("[〇零一二两三四五六七八九十]+")
PARTS: Final = (
    r"^(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月(?:\s*(?P<day>\d{1,2})\s*[日号號])?\s*(?:[(（]?(?:星期|周|週|礼拜)[一二三四五六日天\d][)）]?)?\s*"
    r"(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)?\s*"
    r"(?:(?P<hour>\d{1,2})\s*[时時点點:：]\s*(?:(?P<minute>\d{1,2})\s*分?|(?P<quarter>半))?(?:\s*[:：]?\s*(?P<second>\d{1,2})\s*秒?)?)?\s*$"
)
AFTER_NOON: Final = ("中午", "下午", "傍晚", "晚上", "夜里")


def chinese_times(text: pl.Series) -> pl.Series:
    """Datetime, microseconds; null where the text is no Chinese date.

    Args:
        text: (n,) without blanks around.

    Example:
        >>> chinese_times(pl.Series(["2026年11月22日 下午3点20分", "二〇二六年一月十日"])).to_list()
        [datetime.datetime(2026, 11, 22, 15, 20), datetime.datetime(2026, 1, 10, 0, 0)]
    """
    if text.str.contains("[〇零一二三四五六七八九十]+[年月]").any():
        text = pl.Series(text.name, [None if value is None else _in_digits(value) for value in text], dtype=pl.String)
    parts = text.str.extract_groups(PARTS).struct.unnest()
    number = {name: pl.col(name).cast(pl.Int32, strict=False) for name in ("hour", "minute", "second")}
    later = pl.col("half").is_in(list(AFTER_NOON)).fill_null(False) & (number["hour"] < 12) & (number["hour"] > 0)
    early = (pl.col("half") == "中午") & (number["hour"] == 11)
    hour = number["hour"] + pl.when(later & ~early.fill_null(False)).then(12).otherwise(0)
    minute = pl.when(pl.col("quarter").is_not_null()).then(30).otherwise(number["minute"].fill_null(0))
    written = pl.format(
        "{}-{}-{} {}:{}:{}", "year", "month", pl.col("day").fill_null("1"), hour.fill_null(0), minute, number["second"].fill_null(0)
    )
    return parts.select(written.str.strptime(pl.Datetime("us"), "%Y-%m-%d %H:%M:%S", strict=False)).to_series().alias(text.name)


def _in_digits(text: str) -> str:
    """`二〇二六年十一月` → `2026年11月`; the day of the week stays."""
    return re.sub(NUMERAL.pattern + "(?=[年月日号號时時点點分秒])", lambda found: _digits(found[0]), text)


def _digits(numeral: str) -> str:
    if "十" not in numeral:
        return "".join(str(max(NUMERALS.index(c) - 1, 0)) if c in NUMERALS else "2" for c in numeral)
    tens, _, ones = numeral.partition("十")
    return (_digits(tens) if tens else "1") + (_digits(ones) if ones else "0")
