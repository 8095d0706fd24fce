"""CSV that leaves the house: Excel can read it, and no cell runs."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export import csv_bytes, guarded


def rows(frame: pl.DataFrame) -> list[list[str]]:
    """What a plain CSV reader makes of the bytes."""
    return list(csv.reader(io.StringIO(csv_bytes(frame).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "--1", "-1,5"])
def test_a_cell_that_could_run_is_quoted(cell: str) -> None:
    assert rows(pl.DataFrame({"a": [cell]}))[1] == ["'" + cell]


@pytest.mark.parametrize("cell", ["yes", "a=b", "好", "", "-1", "+2.50", "-1e-7", "'=1", "3-4"])
def test_other_text_is_unchanged(cell: str) -> None:
    assert guarded(pl.DataFrame({"a": [cell]}))["a"].to_list() == [cell]


def test_numbers_times_and_missing_values_stay_what_they_are() -> None:
    frame = pl.DataFrame({"x": [-1.5, None], "n": [-3, 4], "t": [datetime(2026, 1, 2), None], "ok": [True, False]})
    assert rows(frame)[1:] == [["-1.5", "-3", "2026-01-02T00:00:00.000000", "true"], ["", "4", "", "false"]]


def test_column_names_are_guarded_too() -> None:
    assert rows(pl.DataFrame({"=HYPERLINK(1)": [1], "b": [2]}))[0] == ["'=HYPERLINK(1)", "b"]


def test_categorical_text_is_guarded() -> None:
    assert rows(pl.DataFrame({"a": pl.Series(["=1"], dtype=pl.Categorical)}))[1] == ["'=1"]


def test_excel_is_told_that_it_is_utf8() -> None:
    assert csv_bytes(pl.DataFrame({"列": ["中文"]})).startswith(b"\xef\xbb\xbf")


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.floats(allow_nan=False)), min_size=1))
def test_no_cell_runs_and_numbers_come_back(pairs: list[tuple[str, float]]) -> None:
    frame = pl.DataFrame({"text": [text for text, _ in pairs], "number": [number for _, number in pairs]}, schema={"text": pl.String, "number": pl.Float64})
    found = rows(frame)[1:]
    assert [float(number) for _, number in found] == [number for _, number in pairs]
    for (text, _), (cell, _) in zip(pairs, found, strict=True):
        assert cell in {text, "'" + text}
        assert not cell.startswith(("=", "@", "\t", "\r", "\n"))
