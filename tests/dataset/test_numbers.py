import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.ingest import inspect
from core.dataset.numbers import COMMA, number_format, number_style, to_number, to_numbers
from core.dataset.types import as_typed


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


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$1,234.50", 1234.5), ("(1,234)", -1234.0), ("($3.5)", -3.5), ("１２３", 123.0), ("１，２３４．５％", 1234.5), ("1\u2009234.5", 1234.5),
        ("1\u00a0234\u00a0567", 1234567.0), ("1'234.5", 1234.5), ("1’234", 1234.0), ("−5", -5.0), ("-$5", -5.0), ("$-5", -5.0), ("USD 3", 3.0),
        ("3 EUR", 3.0), ("1,23,456", 123456.0), ("1 234.5", 1234.5), ("555 123 456", None), ("020 7946", None), ("0,123", None),
        ("1.234,5", None), ("5-", None), ("--5", None), ("(-5)", None), ("()", None), ("$", None), ("USDA 5", None), ("1,234,56", None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: float | None) -> None:
    assert to_number(pl.Series([text])).to_list() == [number]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,5", 1234.5), ("1,5", 1.5), ("0,123", 0.123), ("€ 1.234,56", 1234.56), ("(1,5)", -1.5), ("12,5 %", 12.5), ("1 234,50", 1234.5),
        ("1\u202f234,5", 1234.5), ("1'234,5", 1234.5), ("7", 7.0), ("1.234", 1234.0), ("1,234.5", None), ("1.5", None), ("1,2,3", None), ("x", None),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(text: str, number: float | None) -> None:
    assert to_number(pl.Series([text]), COMMA).to_list() == [number]
    assert to_numbers(pl.DataFrame({"a": [text], "b": ["1,234"]}), {"a": COMMA}).rows() == [(number, 1234.0)]


@pytest.mark.parametrize(
    ("values", "form", "style"),
    [
        (["1", "2.5"], "", "plain"), (["1,234", "5"], "", "decorated"), (["1,234", "1,5"], COMMA, "comma"), (["$3", "4"], "", "decorated"),
        (["1.234,5", "1.234"], COMMA, "comma"), (["0,123"], COMMA, "comma"), (["1,234", "1.5"], "", "decorated"), (["a", "1"], "", ""), ([" 1", "2"], "", "plain"),
        (["1,5", "2,5", "x"], COMMA, ""), ([], "", ""),
    ],
)  # fmt: skip
def test_the_style_of_a_column(values: list[str], form: str, style: str) -> None:
    column = pl.Series(values, dtype=pl.String)
    assert (number_format(column), number_style(column)) == (form, style)


def test_numbers_that_are_no_text_are_plain() -> None:
    assert (number_format(pl.Series([1.5])), number_style(pl.Series([1.5]))) == ("", "plain")


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_grouped_numbers_are_read_in_either_style(whole: int, cents: int) -> None:
    english = f"{whole:,}.{cents:02}"
    expected = float(f"{whole}.{cents:02}")
    assert to_number(pl.Series([english])).to_list() == [expected]
    assert to_number(pl.Series([english.translate(str.maketrans(",.", ".,"))]), COMMA).to_list() == [expected]


@given(st.lists(st.text(max_size=12), min_size=1))
def test_a_cell_is_read_alike_alone_and_in_a_column(cells: list[str]) -> None:
    together = to_number(pl.Series(cells)).to_list()
    assert [to_number(pl.Series([cell])).item() for cell in cells] == together


def test_a_column_with_a_decimal_comma_is_stored_so_that_a_prediction_reads_it_alike() -> None:
    rows = "".join(f'"{i % 7},{i % 10}",{"yes" if i % 3 else "no"}\n' for i in range(60))
    draft = inspect(f"price,churn\n{rows}".encode(), "t.csv")
    price = draft.columns[0]
    assert (price.type.value, price.format, price.maximum) == ("number", COMMA, 6.8)
    assert as_typed(pl.DataFrame({"price": ["1.234,5", "7"]}), [price])["price"].to_list() == [1234.5, 7.0]
    assert as_typed(pl.DataFrame({"price": [1234.5]}), [price])["price"].to_list() == [1234.5]  # a number already


def test_a_number_to_predict_may_have_a_decimal_comma() -> None:
    rows = "".join(f'{i % 13},"{i},5"\n' for i in range(60))
    draft = inspect(f"size,price\n{rows}".encode(), "t.csv")
    assert draft.task.value == "regression"
    assert draft.facts.table["price"].to_list()[:2] == [0.5, 1.5]
