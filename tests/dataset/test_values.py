import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.values import (
    TIME_FORMATS,
    find_time_format,
    is_missing,
    tidy,
    to_category,
    to_number,
    to_numbers,
    to_text,
    to_time,
)


@pytest.mark.parametrize("spelling", ["", " ", "?", "NA", "n/a", "N/A", "null", "NULL", "None", "-", "—", "nan", "NaN", "未知", "#N/A", "missing"])
def test_spellings_of_nothing(spelling: str) -> None:
    assert is_missing(pl.Series([spelling, "x"])).to_list() == [True, False]


@pytest.mark.parametrize("spelling", ["none", "-", "unknown", "missing", "无"])
def test_what_may_be_a_class_or_a_word_is_not_surely_missing(spelling: str) -> None:
    assert is_missing(pl.Series([spelling]), surely=True).to_list() == [False]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0), (" 2.5 ", 2.5), ("-1e3", -1000.0), ("1,234", 1234.0), ("-1,234,567.5", -1234567.5), ("12%", 12.0), ("$ 1,200", 1200.0),
        ("￥88", 88.0), ("15 元", 15.0), ("1,23", None), ("inf", None), ("-Infinity", None), ("nan", None), ("1e999", None), ("x", None),
        ("", None), ("1 2", None), ("0x10", None),
    ],
)  # fmt: skip
def test_numbers(text: str, number: float | None) -> None:
    assert to_number(pl.Series([text, "7"])).to_list() == [number, 7.0]
    assert to_numbers(pl.DataFrame({"a": [text], "b": ["7"]})).rows() == [(number, 7.0)]


def test_numbers_that_are_numbers_already_stay() -> None:
    assert to_number(pl.Series([1, None])).to_list() == [1.0, None]
    assert to_numbers(pl.DataFrame({"a": [1.5, float("inf")]}))["a"].to_list() == [1.5, None]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=1))
def test_every_float_that_is_written_is_read(numbers: list[float | None]) -> None:
    written = pl.Series([None if x is None else repr(x) for x in numbers], dtype=pl.String)
    assert to_number(written).to_list() == numbers


def test_categories_are_tidy() -> None:
    values = pl.Series([" red ", "cafe\u0301", "light  blue", "n/a", None])
    assert to_category(values).to_list() == ["red", "café", "light blue", None, None]
    assert to_category(pl.Series([1.0, 2.5, None])).to_list() == ["1", "2.5", None]


def test_texts_stay_as_written() -> None:
    assert to_text(pl.Series([" Two  spaces ", "none", "", "nan"])).to_list() == [" Two  spaces ", "none", None, None]


@given(st.text(max_size=30))
def test_tidying_twice_is_tidying_once(text: str) -> None:
    once = tidy(pl.Series([text]))
    assert tidy(once).to_list() == once.to_list()


MOMENT = dt.datetime(2026, 11, 22, 9, 5, 7)


@pytest.mark.parametrize("form", [form for form in TIME_FORMATS if not form.endswith("z")])
def test_every_time_format_reads_what_it_writes(form: str) -> None:
    expected = MOMENT if "%S" in form else MOMENT.replace(second=0) if "%M" in form else dt.datetime(2026, 11, 22)
    written = expected.strftime(form.replace("%.f", ""))
    found = find_time_format(pl.Series([written] * 3))
    assert to_time(pl.Series([written]), found).to_list() == [expected]


def test_offsets_are_brought_to_utc() -> None:
    values = pl.Series(["2026-01-01T10:00:00Z", "2026-01-01T10:00:00+08:00"])
    found = find_time_format(values)
    assert to_time(values, found).to_list() == [dt.datetime(2026, 1, 1, 10), dt.datetime(2026, 1, 1, 2)]


def test_a_day_after_the_twelfth_settles_the_order() -> None:
    assert find_time_format(pl.Series(["03/04/2026", "04/25/2026"])) == "%m/%d/%Y"
    assert find_time_format(pl.Series(["03/04/2026", "25/04/2026"])) == "%d/%m/%Y"


@pytest.mark.parametrize("value", ["12", "3.5", "hello world", "1-2", "v1.2.3", "2026-13-45", "A/5 21171"])
def test_what_is_no_time(value: str) -> None:
    assert find_time_format(pl.Series([value] * 3)) == ""


def test_no_values_have_no_format() -> None:
    assert find_time_format(pl.Series([], dtype=pl.String)) == ""
