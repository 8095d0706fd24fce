import polars as pl
import pytest

from core.dataset.schema import Column, ColumnType
from core.dataset.types import as_typed, counts_rows, guess_type, guess_types, is_id_name, lost_values, typed

SENTENCE = "The room was clean and the staff were friendly, number {}"
REVIEW = "房间很干净，服务也很好，下次还会再来，第{}次"


def kind(name: str, values: list[str | None]) -> str:
    return guess_type(pl.Series(name, values, dtype=pl.String)).value


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("age", ["22", "38", "?", "NA", "—"] * 5, "number"),
        ("flag", ["0", "1"] * 20, "number"),
        ("price", ["$1,200", "$35.50", "-"] * 9, "number"),
        ("x", ["inf", "-inf", "1", "nan"] * 9, "number"),
        ("a", ["1"] * 199 + ["oops"], "number"),
        ("a", ["1"] * 20 + ["oops"], "category"),
        ("year", [str(1950 + i) for i in range(60)], "number"),
        ("member", ["true", "false"] * 9, "category"),
        ("answer", ["yes", "no", None] * 9, "category"),
        ("zip", ["01234", "01234", "22222"] * 9, "category"),
        ("job", ["cook", "smith", "nurse"] * 9, "category"),
        ("contract", ["Month to month, paid by bank transfer on the first day"] * 9 + ["One year"] * 60, "category"),
        ("Clothing ID", [str(i % 9) for i in range(90)], "category"),
        ("PassengerId", [str(7 * i) for i in range(90)], "identifier"),
        ("n", [str(i) for i in range(40)], "identifier"),
        ("code", [f"0{i:04}" for i in range(40)], "identifier"),
        ("big", [str(2**60 + i) for i in range(40)], "identifier"),
        ("Name", [f"Braund, Mr. Owen {i}" for i in range(40)], "identifier"),
        ("uuid", [f"{i:032x}" + "a" for i in range(40)], "identifier"),
        ("comment", [SENTENCE.format(i) for i in range(40)], "text"),
        ("column_3", [SENTENCE.format(i) for i in range(40)], "text"),
        ("评论", [REVIEW.format(i) for i in range(40)], "text"),
        ("Title", ["Love it", "Not for me", "So pretty"] * 3 + [f"Dress {i}" for i in range(60)], "text"),
        ("doc", ["x" * 5000, "y"] * 9, "text"),
        ("date", ["2026-01-02", "2026-01-03"] * 9, "time"),
        ("when", ["2026年1月2日", "2026年12月30日"] * 9, "time"),
        ("gone", [None, "", "n/a"] * 9, "empty"),
    ],
)  # fmt: skip
def test_guesses(name: str, values: list[str | None], expected: str) -> None:
    assert kind(name, values) == expected


def test_many_columns_are_guessed_as_one_by_one() -> None:
    frame = pl.DataFrame({
        "age": ["22", "38", "?", "1"] * 9, "id": [str(i) for i in range(36)], "job": ["cook", "smith", "nurse", None] * 9,
        "gone": [None] * 36, "date": ["2026-01-02"] * 36, "code": ["01", "02"] * 18,
    }, schema_overrides={"gone": pl.String})  # fmt: skip
    assert guess_types(frame) == {name: guess_type(frame[name]) for name in frame.columns}


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "PassengerId", "rowid", "index", "订单编号", "uuid"])
def test_names_of_identifiers(name: str) -> None:
    assert is_id_name(name)


@pytest.mark.parametrize("name", ["paid", "grid", "age", "width", "bidder", "identity_score"])
def test_names_of_other_things(name: str) -> None:
    assert not is_id_name(name)


def test_a_number_that_only_counts_up_may_be_a_measurement_after_all() -> None:
    assert counts_rows(pl.Series("points", [str(i) for i in range(30)]))
    assert not counts_rows(pl.Series("id", [str(i) for i in range(30)]))
    assert not counts_rows(pl.Series("name", ["a", "b"]))


COLUMNS = (
    Column(name="age", type=ColumnType.NUMBER),
    Column(name="job", type=ColumnType.CATEGORY),
    Column(name="text", type=ColumnType.TEXT),
    Column(name="day", type=ColumnType.TIME, format="%d/%m/%Y"),
    Column(name="id", type=ColumnType.IDENTIFIER),
)


def test_typing_a_table_is_typing_its_columns() -> None:
    raw = pl.DataFrame({"id": ["7"], "age": ["1,5"], "job": [" cook "], "text": ["a"], "day": ["03/04/2026"], "other": ["x"]})
    table = as_typed(raw, COLUMNS)
    assert table.schema == {"age": pl.Float64, "job": pl.String, "text": pl.String, "day": pl.Datetime("us"), "id": pl.String}
    for column in COLUMNS:
        assert table[column.name].equals(typed(raw[column.name], column.type, column.format))


def test_columns_that_are_not_there_are_left_out() -> None:
    assert as_typed(pl.DataFrame({"age": ["3"]}), COLUMNS).columns == ["age"]


def test_values_of_a_form_are_typed_like_text() -> None:
    table = as_typed(pl.DataFrame({"age": [3], "job": [3.0], "text": [None]}), COLUMNS)
    assert table.rows() == [(3.0, "3", None)]


def test_lost_values_are_counted_and_missing_ones_are_not() -> None:
    raw = pl.DataFrame({"age": ["3", "x", "NA", None, "inf"], "day": ["03/04/2026", "2026", "?", None, ""], "job": ["a"] * 5})
    assert lost_values(raw, as_typed(raw, COLUMNS)) == {"age": 2, "day": 1}
