"""Numbers are repaired cell by cell, whatever way the column writes them; what is no number stays to be seen."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.numbers import to_number
from core.dataset.repairs import repair_table, repair_values
from core.dataset.repairs.quantities import outlier_limits, possible_range, sentinels
from core.dataset.schema import ColumnType, Repair
from core.errors import BadSettings


def repaired(values: list[str | None] | list[float | None], code: str, name: str = "n") -> pl.Series:
    frame = pl.DataFrame({name: pl.Series(values), "y": ["0"] * len(values)})
    return repair_table(frame, [Repair(code=code, column=name)], "y").frame[name]


def test_words_among_numbers_become_empty_and_the_type_is_number() -> None:
    frame = pl.DataFrame({"n": ["1", "two", "3", "$4", None], "y": ["0"] * 5})
    done = repair_table(frame, [Repair.parse("mixed_types:n")], "y")
    assert done.frame["n"].to_list() == ["1", None, "3", "$4", None]
    assert done.types == {"n": ColumnType.NUMBER}


@pytest.mark.parametrize(
    ("values", "plain"),
    [
        (["1.234,5", "2,5", "3"], ["1234.5", "2.5", "3.0"]),
        (["$1,234.50", "(7)", "12%"], ["1234.5", "-7.0", "12.0"]),
        (["1.234,5 €", "n/a", None], ["1234.5", "n/a", None]),
    ],
)
def test_numbers_are_written_as_programs_do(values: list[str | None], plain: list[str | None]) -> None:
    assert repaired(values, "numbers_as_text").to_list() == plain


def test_the_style_is_decided_once() -> None:
    """`1.234` alone is a number and a bit; in a column with decimal commas it is a thousand."""
    frame = pl.DataFrame({"n": ["1.234,5", "2,5", "3"], "y": ["0"] * 3})
    repairs = repair_table(frame, [Repair.parse("numbers_as_text:n")], "y").repairs
    assert repair_values(pl.DataFrame({"n": ["1.234"]}), repairs)["n"].to_list() == ["1234.0"]
    assert repair_values(pl.DataFrame({"n": [1.234]}), repairs)["n"].to_list() == [1.234]


def test_codes_for_no_value_become_empty() -> None:
    assert repaired(["3", "-999", "5", "-999.0", "7", None, "-999"], "sentinel_values").to_list() == ["3", None, "5", None, "7", None, None]
    assert repaired([3.0, -999.0, 5.0, -999.0, -999.0], "sentinel_values").to_list() == [3.0, None, 5.0, None, None]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([1.0, 2.0, -1.0, -1.0, -1.0], [-1.0]),
        ([-5.0, 4.0, -1.0, -1.0, -1.0], []),  # a measurement among others
        ([20.0, 70.0, 999.0, 999.0, 999.0], [999.0]),
        ([20.0, 70.0, 99.0, 99.0, 99.0], []),  # an old person
        ([20.0, 70.0, 999.0, 999.0], []),  # twice is no code
        ([999.0, 999.0, 999.0], []),  # nothing else to tell it from
        ([], []),
    ],
)
def test_codes_lie_far_from_everything_else(values: list[float], codes: list[float]) -> None:
    assert sentinels(pl.Series(values, dtype=pl.Float64)) == codes


def test_values_far_out_are_drawn_in_to_the_last_that_is_not() -> None:
    assert repaired(["1", "2", "3", "4", "5", "900", "-800", "x", None], "outliers").to_list() == ["1", "2", "3", "4", "5", "5.0", "1.0", "x", None]


def test_where_most_values_are_equal_the_tails_decide() -> None:
    assert outlier_limits(pl.Series([0.0] * 996 + [1.0, 2.0, 3.0, 1000.0])) == (0.0, 0.0)
    assert outlier_limits(pl.Series([0.0] * 50)) is None
    assert outlier_limits(pl.Series([], dtype=pl.Float64)) is None


def test_limits_hold_in_a_column_with_decimal_commas() -> None:
    frame = pl.DataFrame({"n": ["1,5", "2,5", "3,5", "4,5", "900,5"], "y": ["0"] * 5})
    done = repair_table(frame, [Repair.parse("outliers:n")], "y")
    assert done.frame["n"].to_list() == ["1.5", "2.5", "3.5", "4.5", "4.5"]
    assert repair_values(pl.DataFrame({"n": ["1.000,5"]}), done.repairs)["n"].to_list() == ["4.5"]


def test_impossible_values_become_empty() -> None:
    assert repaired(["31", "-4", "250", None, "?"], "impossible_values", "age").to_list() == ["31", None, None, None, "?"]
    assert repaired([3.5, -4.0], "impossible_values", "price").to_list() == [3.5, None]


def test_a_range_is_known_by_whole_words_only() -> None:
    assert [possible_range(name) for name in ("patientAge", "年龄", "package", "wage", "image_height")] == [(0.0, 120.0), (0.0, 120.0), None, None, (0.0, None)]


def test_a_skewed_scale_changes_no_cell() -> None:
    frame = pl.DataFrame({"n": ["0", "5", "5000"], "y": ["0"] * 3})
    done = repair_table(frame, [Repair.parse("skewed_scale:n")], "y")
    assert done.frame.equals(frame)
    assert done.repairs[0].decided == {"offset": 0.0}
    with pytest.raises(BadSettings, match="below zero"):
        repaired(["-1", "5"], "skewed_scale")


@pytest.mark.parametrize("code", ["mixed_types", "numbers_as_text", "sentinel_values", "outliers", "impossible_values", "skewed_scale"])
@pytest.mark.parametrize("values", [["red", "blue", "1"], [None, None], ["", "?"]])
def test_words_are_no_numbers(code: str, values: list[str | None]) -> None:
    with pytest.raises(BadSettings, match="holds no numbers"):
        repaired(values, code)


@pytest.mark.parametrize("code", ["numbers_as_text", "sentinel_values", "outliers", "impossible_values"])
def test_nothing_to_repair_is_said(code: str) -> None:
    with pytest.raises(BadSettings):
        repaired(["1", "2", "3", "4"], code)


@given(st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12), st.integers(-10**6, 10**6)), min_size=1, max_size=30), st.floats(-100, 0), st.floats(1, 100))
def test_text_and_numbers_are_limited_alike(values: list[float | None], low: float, high: float) -> None:
    repair = Repair(code="outliers", column="n", decided={"low": low, "high": high})
    numbers = pl.Series("n", values, dtype=pl.Float64, strict=False)
    text = pl.Series("n", [None if v is None else repr(float(v)) for v in values], dtype=pl.String)
    of_text = to_number(repair_values(text.to_frame(), [repair])["n"])
    of_numbers = repair_values(numbers.to_frame(), [repair])["n"]
    assert of_text.to_list() == of_numbers.to_list()
    assert all(v is None or low <= v <= high for v in of_numbers.to_list())
