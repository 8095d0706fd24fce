import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.ingest import inspect
from core.dataset.times import TIME_FORMATS, ambiguous_days, find_time_format, to_time
from core.dataset.types import as_typed

MOMENT = dt.datetime(2026, 11, 22, 9, 5, 7)


def read(*values: str, name: str = "column") -> tuple[str, list[dt.datetime | None]]:
    column = pl.Series(name, values)
    form = find_time_format(column)
    return form, to_time(column, form).to_list() if form else []


READABLE = [form for form in TIME_FORMATS if not form.endswith("z") and "%y/%m" not in form]


@pytest.mark.parametrize("form", [form for form in READABLE if "%H" not in form or form.startswith(("%Y-%m", "%m/%d/%Y", "%a"))])
def test_every_time_format_reads_what_it_writes(form: str) -> None:
    expected = MOMENT if "%S" in form else MOMENT.replace(second=0) if "%M" in form else dt.datetime(2026, 11, 22)
    written = expected.strftime(form.replace("%.f", ""))
    assert read(written, written)[1] == [expected, expected]


def test_a_short_year_comes_first_only_if_nothing_else_can_be_meant() -> None:
    assert read("95/12/31", "96/01/02")[1] == [dt.datetime(1995, 12, 31), dt.datetime(1996, 1, 2)]
    assert read("22/11/26", "1/2/26")[1] == [dt.datetime(2026, 11, 22), dt.datetime(2026, 2, 1)]


def test_offsets_are_brought_to_utc() -> None:
    assert read("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5+08:00")[1] == [dt.datetime(2026, 1, 1, 10), dt.datetime(2026, 1, 1, 2, 0, 0, 500_000)]
    assert read("Sun, 22 Nov 2026 10:00:00 +0200")[1] == [dt.datetime(2026, 11, 22, 8)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026年11月22日 15时30分", dt.datetime(2026, 11, 22, 15, 30)),
        ("2026年11月22日下午3点20分", dt.datetime(2026, 11, 22, 15, 20)),
        ("2026年1月2日 上午9点半", dt.datetime(2026, 1, 2, 9, 30)),
        ("2026年1月2日 中午12点", dt.datetime(2026, 1, 2, 12)),
        ("2026年1月2日 凌晨5时3分20秒", dt.datetime(2026, 1, 2, 5, 3, 20)),
        ("2026年11月22日 星期日 15:30:05", dt.datetime(2026, 11, 22, 15, 30, 5)),
        ("2026 年 11 月 22 日", dt.datetime(2026, 11, 22)),
        ("二〇二六年十一月二十二日", dt.datetime(2026, 11, 22)),
        ("二零二六年三月十日 下午三点二十分", dt.datetime(2026, 3, 10, 15, 20)),
        ("2026年11月", dt.datetime(2026, 11, 1)),
        ("2026年11月22號", dt.datetime(2026, 11, 22)),
    ],
)
def test_chinese_dates(written: str, expected: dt.datetime) -> None:
    assert read(written)[1] == [expected]


def test_a_day_after_the_twelfth_settles_the_order() -> None:
    assert read("03/04/2026", "04/25/2026")[0] == "%m/%d/%Y"
    assert read("03/04/2026", "25/04/2026")[0] == "%d/%m/%Y"
    assert read(*["1/2/2026"] * 500, "25/2/2026")[0] == "%d/%m/%Y"  # one in five hundred is enough


@pytest.mark.parametrize(
    ("values", "ambiguous"),
    [
        (["03/04/2026"], True), (["03/04/2026 10:00"], True), (["3-4-26"], True), (["04/04/2026"], False), (["03/04/2026", "25/04/2026"], False),
        (["03.04.2026"], False), (["2026-03-04"], False), (["x"], False),
    ],
)  # fmt: skip
def test_dates_that_could_be_told_the_other_way_round(values: list[str], ambiguous: bool) -> None:
    assert ambiguous_days(pl.Series(values)) is ambiguous


def test_dates_with_and_without_a_clock_may_stand_in_one_column() -> None:
    form, times = read("22/11/2026", "23/11/2026 10:30")
    assert times == [dt.datetime(2026, 11, 22), dt.datetime(2026, 11, 23, 10, 30)]
    assert form == "%d/%m/%Y|%d/%m/%Y %H:%M"


def test_months_are_times_and_seasons_are_not() -> None:
    assert read("2026-11", "2026-01")[1] == [dt.datetime(2026, 11, 1), dt.datetime(2026, 1, 1)]
    assert read("Nov 2026")[1] == [dt.datetime(2026, 11, 1)]
    assert read("2010-11", "2011-12") == ("", [])


DAYS = [f"202611{day:02}" for day in range(1, 20)]


@pytest.mark.parametrize(
    ("name", "values", "form"),
    [
        ("date", DAYS[:2], "%Y%m%d"), ("日期", DAYS[:2], "%Y%m%d"), ("x", DAYS, "%Y%m%d"), ("x", DAYS[:2], ""), ("order_id", DAYS, ""), ("amount", DAYS, ""),
        ("金额", DAYS, ""), ("x", [*DAYS, "20261399"], ""), ("created_at", ["20261122153000"], "%Y%m%d%H%M%S"), ("timestamp", ["1795305600"], "%s"),
        ("eventTime", ["1795305600000"], "%s000"), ("timestamp", ["1795305600.25"], "%s"), ("x", ["1795305600"] * 20, ""), ("date", ["12345678"], ""),
        ("timestamp", ["1795305600", "17953056"], ""),
    ],
)  # fmt: skip
def test_digits_are_times_only_where_name_or_range_says_so(name: str, values: list[str], form: str) -> None:
    assert read(*values, name=name)[0] == form


def test_what_digits_mean() -> None:
    assert read("20261122153000", name="date")[1] == [dt.datetime(2026, 11, 22, 15, 30)]
    assert read("1795305600", name="time")[1] == [dt.datetime(2026, 11, 22)]
    assert read("1795305600250", name="time")[1] == [dt.datetime(2026, 11, 22, 0, 0, 0, 250_000)]
    assert to_time(pl.Series([20261122.0]), "%Y%m%d").to_list() == [dt.datetime(2026, 11, 22)]  # a number already
    assert to_time(pl.Series([1795305600]), "%s").to_list() == [dt.datetime(2026, 11, 22)]


def test_times_already_stay() -> None:
    eight = dt.timezone(dt.timedelta(hours=8))
    assert to_time(pl.Series([dt.date(2026, 11, 22)]), "%d/%m/%Y").to_list() == [dt.datetime(2026, 11, 22)]
    assert to_time(pl.Series([dt.datetime(2026, 11, 22, 8, tzinfo=eight)]), "").to_list() == [dt.datetime(2026, 11, 22)]


@pytest.mark.parametrize("value", ["12", "3.5", "hello world", "1-2", "v1.2.3", "2026-13-45", "A/5 21171", "10:30", "1.2.3.4", "2026-02-30"])
def test_what_is_no_time(value: str) -> None:
    assert read(value, value) == ("", [])


def test_no_values_have_no_format() -> None:
    assert find_time_format(pl.Series([], dtype=pl.String)) == ""


@given(st.lists(st.text(max_size=20) | st.datetimes().map(str), min_size=1))
def test_whatever_stands_there_is_read_or_not_but_never_fails(values: list[str]) -> None:
    form, times = read(*values, name="date")
    assert not form or len(times) == len(values)


@given(st.lists(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)), min_size=1))
def test_iso_times_are_read_exactly(times: list[dt.datetime]) -> None:
    assert read(*(time.isoformat(" ", "microseconds") for time in times))[1] == times


def test_a_column_of_digits_is_a_time_in_a_table_and_at_prediction() -> None:
    rows = "".join(f"202611{1 + i % 28:02},{1795305600 + 60 * i},{i * 7 % 60 + 19_600_000},{'yes' if i % 3 else 'no'}\n" for i in range(60))
    draft = inspect(f"order_date,created_at,amount,churn\n{rows}".encode(), "t.csv")
    day, created, amount = draft.columns[:3]
    assert [(c.type.value, c.format) for c in (day, created, amount)] == [("time", "%Y%m%d"), ("time", "%s"), ("number", "")]
    assert draft.facts.table["created_at"].to_list()[1] == dt.datetime(2026, 11, 22, 0, 1)
    assert as_typed(pl.DataFrame({"order_date": ["20261122"]}), [day])["order_date"].to_list() == [dt.datetime(2026, 11, 22)]
