"""Strangers' rows: the short way for a few rows gives what the long way gives, and every misfit is said once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from core.dataset.schema import ColumnType, Repair
from core.dataset.types import as_typed
from core.errors import BadInput
from core.preprocess.incoming import FEW_ROWS, incoming
from core.preprocess.preprocessor import PreprocessOptions, Preprocessor
from tests.preprocess.made import dataset, spec_of

CELLS = st.one_of(st.none(), st.sampled_from(["red", " red ", "blue", "NA", "none", "1", "1,200", "inf", "2026-01-02", "x"]), st.text(max_size=4))
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=6)
NAMES = ("n", "m", "c", "k", "t", "d")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Preprocessor:
    data = dataset(
        tmp_path_factory.mktemp("data") / "d",
        {
            "n": (ColumnType.NUMBER, [1.0, 2.0, 3.0, 4.0]),
            "m": (ColumnType.NUMBER, [1.0, 2.0, 3.0, None]),
            "c": (ColumnType.CATEGORY, ["red", "red", "blue", "blue"]),
            "k": (ColumnType.CATEGORY, ["1", "1", "2", "3"]),
            "t": (ColumnType.TEXT, ["good", "good", "bad", "bad"]),
            "d": (ColumnType.TIME, [datetime(2026, 1, day) for day in range(1, 5)]),
        },
        ["no", "yes"] * 2,
    )
    made = Preprocessor.fit(data, spec_of(data), PreprocessOptions(vocabulary=10, max_length=4))
    columns = tuple(column.model_copy(update={"format": "%Y-%m-%d"}) if column.name == "d" else column for column in made.columns)
    return Preprocessor(columns, made.encoders, made.target_name, made.target, made.options)


@given(ROWS)
@settings(deadline=None, max_examples=60)
def test_few_rows_are_typed_exactly_as_ingest_does(fitted: Preprocessor, rows: list[tuple[str | None, ...]]) -> None:
    table = pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String), orient="row")
    assert_frame_equal(incoming(fitted, table)[0], as_typed(table, fitted.columns))


@given(st.lists(st.tuples(st.one_of(st.none(), st.floats()), st.one_of(st.none(), st.integers(-9, 9))), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_typed_values_are_typed_exactly_as_ingest_does(fitted: Preprocessor, rows: list[tuple[float | None, int | None]]) -> None:
    table = pl.DataFrame(rows, schema={"n": pl.Float64, "m": pl.Int64}, orient="row").with_columns(
        c=pl.lit("red"), k=pl.col("m"), t=pl.lit(None), d=pl.lit(datetime(2026, 1, 1))
    )
    typed, _ = incoming(fitted, table)
    assert_frame_equal(typed, as_typed(table, fitted.columns))
    for array in fitted.encode(typed).values():
        assert not (array != array).any()


def test_many_rows_say_what_few_rows_say(fitted: Preprocessor) -> None:
    row = {"n": ["x"], "m": [None], "c": ["green"], "k": ["3"], "t": ["good"], "d": ["2026-01-02"], "zzz": ["1"], "y": ["no"]}
    few = pl.DataFrame(row, schema_overrides={"m": pl.String})
    many = pl.concat([few] * (FEW_ROWS + 1))
    _, said = incoming(fitted, few)
    assert said == (
        "The target 'y' is in the rows; it was not used.",
        "The model does not use the column 'zzz'; ignored.",
        "1 of 1 values in the column 'n' could not be read and count as missing.",
        "1 value is missing in the column 'm'; what is typical in the training rows was taken instead.",
        "Column 'c' has values that the model never or hardly ever saw ('green'); they count as unknown.",
    )
    typed, said_of_many = incoming(fitted, many)
    assert [words.split("(")[0][-30:] for words in said_of_many] == [words.split("(")[0][-30:] for words in said]
    assert_frame_equal(typed[:1], incoming(fitted, few)[0])


def test_a_rare_value_of_the_dataset_is_not_called_unknown(fitted: Preprocessor) -> None:
    assert "3" not in fitted.encoders[3].values  # type: ignore[union-attr]  # one row only
    table = pl.DataFrame({"n": [1.0], "m": [1.0], "c": ["red"], "k": ["3"], "t": ["good"], "d": [datetime(2026, 1, 1)]})
    assert incoming(fitted, table)[1] == ()


def test_many_missing_columns_are_named_in_one_sentence(fitted: Preprocessor) -> None:
    with pytest.raises(BadInput, match=r"the columns 'n', 'm', 'c', 'k', 't' and 1 more"):
        incoming(fitted, pl.DataFrame({"z": [1]}))


def test_a_huge_column_name_is_cut(fitted: Preprocessor, tmp_path: Path) -> None:
    table = pl.DataFrame({"n": [1.0], "m": [1.0], "c": ["red"], "k": ["1"], "t": ["good"], "d": [datetime(2026, 1, 1)], "x" * 10_000: [1]})
    (notice,) = incoming(fitted, table)[1]
    assert len(notice) < 200


REPAIRS = (
    Repair(code="sentinel_values", column="n", decided={"values": [-999.0]}),
    Repair(code="outliers", column="n", decided={"low": 1.0, "high": 4.0}),
    Repair(code="impossible_values", column="m", decided={"low": 0.0, "high": None}),
    Repair(code="near_identical_labels", column="c", decided={"spellings": {"red": "red", "blue": "blue"}}),
    Repair(code="ambiguous_dates", column="d", decided={"form": "%d/%m/%Y"}),
)
RAW = {
    "n": ["-999", "0", "900", "2"], "m": ["-5", "1", "2", "x"], "c": ["RED", " r e d", "ｂｌｕｅ", "green"], "k": ["1", "2", "3", "1"],
    "t": ["good", "bad", "", "good"], "d": ["03/04/2026", "2026-04-03", "31/12/2026", "x"],
}  # fmt: skip
CLEAN = {
    "n": [None, 1.0, 4.0, 2.0], "m": [None, 1.0, 2.0, None], "c": ["red", "red", "blue", "green"], "k": ["1", "2", "3", "1"],
    "t": ["good", "bad", None, "good"], "d": [datetime(2026, 4, 3), datetime(2026, 4, 3), datetime(2026, 12, 31), None],
}  # fmt: skip


@pytest.mark.parametrize("times", [1, FEW_ROWS])
def test_given_rows_are_repaired_as_the_training_rows_were(fitted: Preprocessor, times: int) -> None:
    repaired = replace(fitted, repairs=REPAIRS)
    expected = pl.DataFrame(CLEAN, schema_overrides={"m": pl.Float64, "t": pl.String, "d": pl.Datetime("us")})
    rows, _ = incoming(repaired, pl.concat([pl.DataFrame(RAW)] * times))
    assert_frame_equal(rows, pl.concat([expected] * times))
    assert_frame_equal(incoming(repaired, expected)[0], expected)  # what is repaired already, and typed


def test_numbers_of_a_form_are_repaired_too(fitted: Preprocessor) -> None:
    row = {"n": -999.0, "m": -5, "c": "RED", "k": 1.0, "t": "good", "d": datetime(2026, 4, 3)}
    rows, said = incoming(replace(fitted, repairs=REPAIRS), pl.DataFrame([row]))
    assert rows.row(0) == (None, None, "red", "1", "good", datetime(2026, 4, 3))
    assert said[:2] == (
        "1 of 1 values in the column 'n' stand for “no value” in the training rows and count as missing.",
        "1 of 1 values in the column 'm' cannot be true and count as missing.",
    )


def test_a_limit_is_said_once_and_with_its_numbers(fitted: Preprocessor) -> None:
    table = pl.DataFrame({name: values[1:3] for name, values in RAW.items()})
    _, said = incoming(replace(fitted, repairs=REPAIRS), table)
    assert [words for words in said if "'n'" in words] == ["2 of 2 values in the column 'n' lay beyond 1 to 4; the limit was taken instead, as in the training rows."]
