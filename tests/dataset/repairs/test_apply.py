"""Repairs are applied once, in their order, and the record of one run makes the next run do exactly the same."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from core.dataset.repairs import REPAIRS, ROW_REPAIRS, VALUE_REPAIRS, repair_table, repair_values
from core.dataset.schema import ColumnType, Repair, SplitBy
from core.errors import BadSettings

AMOUNTS = ["1", "2", "3", "4", "5", "4", "3", "2", "900", "-999"]
FRAME = pl.DataFrame(
    {
        "amount": [*AMOUNTS, "-999", "-999", *AMOUNTS[:8]],
        "code": ["1", "2", "3", "4", "5", "-999", "-999", "-999", "2", "2"] * 2,
        "age": ["30", "-4", "200", "41", "50", "60", "70", "33", "30", "30"] * 2,
        "price": ["1,5", "2,5", "1.000,5", "4,5", "5", "6", "7", "8", "1,5", "1,5"] * 2,
        "colour": ["Red", "red", "red", "blue", "?", "BLUE", "blue", "green", "red", "red"] * 2,
        "member": ["TRUE", "no", "yes", "0", "1", "No", "y", "n", "yes", "yes"] * 2,
        "mixed": ["1", "2", "x", "4", "5", "6", "7", "8", "9", "9"] * 2,
        "when": ([f"0{i}/04/2026" for i in range(1, 10)] + ["09/04/2026"]) * 2,
        "shop": ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"] * 2,
        "same": ["1"] * 20,
        "y": ["no", "yes"] * 4 + ["yes"] * 12,
    }
)
COLUMN_OF = {
    "possible_leak": "shop", "high_cardinality": "colour", "identifier": "shop", "empty_column": "same", "constant_column": None,
    "near_identical_labels": "colour", "boolean_spellings": "member", "missing_spellings": "colour", "mixed_types": "mixed", "numbers_as_text": "price",
    "sentinel_values": "code", "outliers": "amount", "impossible_values": "age", "ambiguous_dates": "when", "skewed_scale": "mixed",
    "duplicate_rows": None, "conflicting_duplicates": None, "time_order": "when", "repeated_group": "shop",
}  # fmt: skip
ALL = [Repair(code=code, column=column) for code, column in COLUMN_OF.items()]


def test_every_repair_is_tried_here() -> None:
    assert set(COLUMN_OF) | {"leak_across_split"} == set(REPAIRS)
    assert not VALUE_REPAIRS & ROW_REPAIRS


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(ALL), min_size=1, max_size=6))
def test_the_record_repeats_it_exactly(repairs: list[Repair]) -> None:
    first = repair_table(FRAME, repairs, "y")
    again = repair_table(FRAME, first.repairs, "y")
    assert_frame_equal(again.frame, first.frame)
    assert again.removed.tolist() == first.removed.tolist()
    assert (again.repairs, again.types, again.left_out, again.split) == (first.repairs, first.types, first.left_out, first.split)
    assert [repair.code for repair in first.repairs] == list(dict.fromkeys(repair.code for repair in repairs))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([repair for repair in ALL if repair.code in VALUE_REPAIRS]), min_size=1, max_size=5), st.integers(1, 9))
def test_new_rows_are_changed_as_the_rows_of_the_dataset_whatever_the_batch(repairs: list[Repair], cut: int) -> None:
    done = repair_table(FRAME, repairs, "y")
    assert_frame_equal(repair_values(FRAME, done.repairs), done.frame)
    batches = [repair_values(FRAME[:cut], done.repairs), repair_values(FRAME[cut:], done.repairs)]
    assert_frame_equal(pl.concat(batches), done.frame)


@pytest.mark.parametrize("code", sorted(VALUE_REPAIRS))
def test_values_once_repaired_stay_as_they_are(code: str) -> None:
    done = repair_table(FRAME, [Repair(code=code, column=COLUMN_OF[code])], "y")
    assert not done.frame.equals(FRAME)
    assert_frame_equal(repair_values(done.frame, done.repairs), done.frame)


def test_the_same_repair_twice_is_one() -> None:
    twice = [Repair(code="outliers", column="amount"), Repair(code="outliers", column="amount")]
    assert len(repair_table(FRAME, twice, "y").repairs) == 1


def test_the_order_decides() -> None:
    """After -999 is gone the limits are others."""
    codes, limits = Repair(code="sentinel_values", column="amount"), Repair(code="outliers", column="amount")
    assert repair_table(FRAME, [codes, limits], "y").frame["amount"].to_list() == [*AMOUNTS[:8], "5.0", *[None] * 3, *AMOUNTS[:8]]
    with pytest.raises(BadSettings, match="stands for"):
        repair_table(FRAME, [limits, codes], "y")


def test_a_column_that_is_left_out_keeps_its_values() -> None:
    done = repair_table(FRAME, [Repair.parse("possible_leak:shop"), Repair.parse("constant_column")], "y")
    assert done.left_out == {"shop", "same"}
    assert done.frame is FRAME
    assert [repair.decided for repair in done.repairs] == [{"columns": ["shop"]}, {"columns": ["same"]}]


def test_identifiers_and_empty_columns_are_found() -> None:
    frame = pl.DataFrame({"id": [f"x{i}" for i in range(30)], "gone": pl.Series([None] * 30, dtype=pl.String), "n": ["1", "2", "3"] * 10, "y": ["a", "b"] * 15})
    assert repair_table(frame, [Repair.parse("identifier"), Repair.parse("empty_column")], "y").left_out == {"id", "gone"}


def test_the_split_is_by_time_or_by_group() -> None:
    by_time = repair_table(FRAME, [Repair.parse("time_order")], "y")
    assert by_time.split == SplitBy(kind="time", column="when")
    assert by_time.types == {"when": ColumnType.TIME}
    assert repair_table(FRAME, [Repair.parse("time_order"), Repair.parse("repeated_group:shop")], "y").split == SplitBy(kind="group", column="shop")


def test_typed_columns_are_repaired_too() -> None:
    frame = pl.DataFrame({"n": [1.0, 2.0, 3.0, 4.0, 5.0, 900.0], "k": pl.Series([1.0, 0.0, 1.0, 0.0, 1.0, 0.0]), "y": ["a", "b"] * 3})
    done = repair_table(frame, [Repair.parse("outliers:n"), Repair.parse("duplicate_rows")], "y")
    assert done.frame["n"].to_list() == [1.0, 2.0, 3.0, 4.0, 5.0, 5.0]
    assert not done.removed.any()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("magic", "There is no repair 'magic'. Repairs are: possible_leak, "),
        ("outliers", "write outliers:COLUMN"),
        ("possible_leak", "write possible_leak:COLUMN"),
        ("repeated_group", "write repeated_group:COLUMN"),
        ("outliers:nowhere", "There is no column 'nowhere'"),
        ("possible_leak:y", "is what is predicted"),
        ("skewed_scale:y", "is what is predicted"),
        ("time_order:shop", "holds no dates"),
        ("outliers:when", "holds no numbers"),
        ("", "There is no repair ''"),
    ],
)
def test_what_does_not_exist_or_fit_is_said(text: str, words: str) -> None:
    with pytest.raises(BadSettings, match=re.escape(words)) as caught:
        repair_table(FRAME, [Repair.parse(text)], "y")
    assert caught.value.code == "bad_repair"


def test_two_columns_of_dates_must_be_told_apart() -> None:
    frame = FRAME.with_columns(then=FRAME["when"])
    with pytest.raises(BadSettings, match="when, then"):
        repair_table(frame, [Repair.parse("time_order")], "y")


@pytest.mark.parametrize("decided", [{"low": "a", "high": 3}, {"high": 3}, {"low": None, "high": [1]}])
def test_a_record_that_somebody_broke_is_said(decided: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match="cannot be used"):
        repair_values(FRAME, [Repair(code="outliers", column="amount", decided=decided)])


def test_repairs_of_columns_that_are_not_there_are_passed_over() -> None:
    repairs = [Repair(code="outliers", column="z", decided={"low": 0.0, "high": 1.0}), Repair(code="duplicate_rows"), Repair(code="outliers", column="amount")]
    assert repair_values(FRAME, repairs) is FRAME


def test_many_repairs_leave_the_rows_in_their_order() -> None:
    done = repair_table(FRAME, ALL, "y")
    assert done.frame.columns == FRAME.columns
    assert len(done.frame) == len(FRAME) == len(done.removed)
    assert done.frame["shop"].to_list() == FRAME["shop"].to_list()
    assert np.flatnonzero(done.removed).tolist()
