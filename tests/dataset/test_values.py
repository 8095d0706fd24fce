import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.values import is_missing, tidy, to_category, to_text


@pytest.mark.parametrize("spelling", ["", " ", "?", "NA", "n/a", "N/A", "null", "NULL", "None", "-", "—", "nan", "NaN", "未知", "#N/A", "missing"])
def test_spellings_of_nothing(spelling: str) -> None:
    assert is_missing(pl.Series([spelling, "x"])).to_list() == [True, False]


@pytest.mark.parametrize("spelling", ["none", "-", "unknown", "missing", "无"])
def test_what_may_be_a_class_or_a_word_is_not_surely_missing(spelling: str) -> None:
    assert is_missing(pl.Series([spelling]), surely=True).to_list() == [False]


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


@pytest.mark.parametrize("surely", [True, False])
def test_missing_cells_among_long_texts_are_found(surely: bool) -> None:
    """Only short cells of a long column are compared; blanks around and capital letters of three bytes do not hide one."""
    cells = ["  na ", None, "", "   ", " " * 30 + "NULL\t", "un\u212anown", "Missing", "好" * 9, "a long text " * 4]
    once = is_missing(pl.Series(cells), surely=surely).to_list()
    assert is_missing(pl.Series(cells * 200), surely=surely).to_list() == once * 200
