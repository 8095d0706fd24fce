import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.chinese_dates import chinese_times

ONES = "〇一二三四五六七八九"


def spelled(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else ONES[tens]) + "十" if tens else "") + (ONES[ones] if ones or not tens else "")


@given(st.dates(dt.date(1949, 10, 1), dt.date(2100, 1, 1)), st.integers(0, 23), st.integers(0, 59))
def test_numerals_and_digits_say_the_same(day: dt.date, hour: int, minute: int) -> None:
    year = "".join(ONES[int(digit)] for digit in str(day.year))
    words = f"{year}年{spelled(day.month)}月{spelled(day.day)}日 {spelled(hour)}时{spelled(minute)}分"
    digits = f"{day.year}年{day.month}月{day.day}日{hour}点{minute}分"
    expected = dt.datetime(day.year, day.month, day.day, hour, minute)
    assert chinese_times(pl.Series([words, digits])).to_list() == [expected, expected]


@pytest.mark.parametrize(
    ("half", "hour", "expected"),
    [("凌晨", 1, 1), ("早上", 8, 8), ("上午", 11, 11), ("中午", 11, 11), ("中午", 12, 12), ("中午", 1, 13), ("下午", 3, 15), ("下午", 15, 15), ("晚上", 8, 20), ("晚上", 0, 0)],
)
def test_the_half_of_the_day(half: str, hour: int, expected: int) -> None:
    assert chinese_times(pl.Series([f"2026年1月2日 {half}{hour}点"])).to_list() == [dt.datetime(2026, 1, 2, expected)]


@pytest.mark.parametrize("text", ["2026年13月1日", "2026年2月30日", "2026年1月2日 25时", "年月日", "今年1月2日", "2026", "", None])
def test_what_is_no_date(text: str | None) -> None:
    assert chinese_times(pl.Series([text], dtype=pl.String)).to_list() == [None]
