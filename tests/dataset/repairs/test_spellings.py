"""Words that mean the same are written alike, and nothing else is touched."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.repairs import repair_table, repair_values
from core.dataset.repairs.spellings import NO, YES, alike, folded
from core.dataset.schema import Repair
from core.errors import BadSettings


def repaired(values: list[str | None], code: str, column: str | None = "c") -> list[str | None]:
    frame = pl.DataFrame({"c": pl.Series(values, dtype=pl.String), "y": ["0"] * len(values)})
    return repair_table(frame, [Repair(code=code, column=column)], "y").frame["c"].to_list()


def test_labels_become_the_most_frequent_spelling() -> None:
    values = ["Yes", "yes", "yes", "YES ", "ｙｅｓ", "ye\u200bs", "no", None, "nein"]
    assert repaired(values, "near_identical_labels") == ["yes"] * 6 + ["no", None, "nein"]


def test_the_two_unicode_forms_of_a_letter_are_one_label() -> None:
    assert repaired(["caf\u00e9", "cafe\u0301", "caf\u00e9"], "near_identical_labels") == ["caf\u00e9"] * 3


def test_signs_tell_labels_apart() -> None:
    """-1 is not 1, A+ is not A, and 1.0 is not 10."""
    assert alike(pl.Series(["-1", "1", "A+", "A", "1.0", "10", "a_b", "ab"])) == {}


def test_a_new_spelling_of_a_known_label_is_known_at_prediction() -> None:
    frame = pl.DataFrame({"c": ["Red", "red", "red"], "y": ["0", "1", "0"]})
    repairs = repair_table(frame, [Repair(code="near_identical_labels", column="c")], "y").repairs
    assert repair_values(pl.DataFrame({"c": [" R E D", "blue", None]}), repairs)["c"].to_list() == ["red", "blue", None]


def test_of_two_equally_frequent_spellings_the_first_in_the_alphabet_is_kept() -> None:
    assert repaired(["b", "B"], "near_identical_labels") == repaired(["B", "b"], "near_identical_labels") == ["B", "B"]


@pytest.mark.parametrize("values", [["a", "b"], [None, None], ["", " "]])
def test_nothing_to_write_alike_is_refused(values: list[str | None]) -> None:
    with pytest.raises(BadSettings, match="no two spellings"):
        repaired(values, "near_identical_labels")


def test_booleans_become_yes_and_no() -> None:
    values = ["TRUE", "false", "Y", "n", "1", "0", "1.0", "on", "off", None, "maybe"]
    assert repaired(values, "boolean_spellings") == ["yes", "no", "yes", "no", "yes", "no", "yes", "yes", "no", None, "maybe"]


def test_booleans_stay_chinese_where_most_are() -> None:
    assert repaired(["是", "否", "是", "yes", "N"], "boolean_spellings") == ["是", "否", "是", "是", "否"]


def test_booleans_of_a_form_are_written_the_same() -> None:
    repair = Repair(code="boolean_spellings", column="c", decided={"spellings": {**dict.fromkeys(YES, "yes"), **dict.fromkeys(NO, "no")}})
    for values in ([True, False, None], [1.0, 0.0, None], [1, 0, None]):
        assert repair_values(pl.DataFrame({"c": values}), [repair])["c"].to_list() == ["yes", "no", None]


def test_no_boolean_is_refused() -> None:
    with pytest.raises(BadSettings, match="yes and no"):
        repaired(["red", "blue"], "boolean_spellings")


def test_missing_spellings_become_empty() -> None:
    assert repaired(["5", "?", "N/A", " n/a ", "未知", "-", "0", "none", "无数据"], "missing_spellings") == ["5", None, None, None, None, None, "0", None, None]


def test_a_spelling_that_was_not_there_is_not_emptied_later() -> None:
    frame = pl.DataFrame({"c": ["5", "?"], "y": ["0", "1"]})
    done = repair_table(frame, [Repair(code="missing_spellings", column="c")], "y")
    assert done.repairs[0].decided == {"values": ["?"]}
    assert repair_values(pl.DataFrame({"c": ["？", "none"]}), done.repairs)["c"].to_list() == [None, "none"]


def test_numbers_are_no_spellings() -> None:
    repair = Repair(code="missing_spellings", column="c", decided={"values": ["0"]})
    assert repair_values(pl.DataFrame({"c": [0.0, 1.0]}), [repair])["c"].to_list() == [0.0, 1.0]
    with pytest.raises(BadSettings, match="no value"):
        repaired(["1", "2"], "missing_spellings")


@given(st.text(max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = folded(pl.Series([text]))
    assert folded(once).to_list() == once.to_list()


@given(st.text(max_size=12).filter(lambda text: text.isascii()))
def test_case_and_blanks_never_count(text: str) -> None:
    assert len(set(folded(pl.Series([text, text.upper(), text.lower(), f" {text}\u200b\u3000"])).to_list())) == 1
