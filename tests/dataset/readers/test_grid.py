"""How the cells of a sheet become a table, seen through the whole reader."""

from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.readers.workbook import read_workbook
from tests.dataset.workbooks import Cell, sheet_xml, xlsx_bytes

ROWS: list[list[Cell]] = [["name", "age"], ["Ann", 31], ["Bo", 42.5]]


def look(*rows: list[Cell], merged: tuple[str, ...] = (), header_row: int | None = None) -> RawTable:
    return read_workbook(Source.of(xlsx_bytes({"s": sheet_xml(rows, merged)}), "book.xlsx"), ReadOptions(header_row=header_row), Progress())


def test_a_table_may_begin_anywhere() -> None:
    raw = look([], [], *([None, None, *row] for row in ROWS))
    assert (raw.frame.columns, raw.frame.rows(), raw.notices) == (["name", "age"], [("Ann", "31"), ("Bo", "42.5")], ())
    assert look([], [], *([None, None, *row] for row in ROWS), header_row=4).frame.columns == ["Ann", "31"]


def test_a_title_of_several_words_is_no_header_where_the_table_is_wider() -> None:
    raw = look(["Report", "2026"], ["a", "b", "c", "d"], [1, 2, 3, 4], [5, 6, 7, 8])
    assert raw.frame.columns == ["a", "b", "c", "d"]


def test_gaps_in_the_data_do_not_move_the_header() -> None:
    raw = look(["a", "b", "c", "d"], [1], [None, 2], *([None, None, i, i] for i in range(9)))
    assert raw.frame.columns == ["a", "b", "c", "d"]


def test_merged_cells_mean_the_same_in_each_of_their_cells() -> None:
    raw = look(["region", "q"], ["N", 1], [None, 2], ["S", 3], merged=("A2:A3",))
    assert raw.frame.rows() == [("N", "1"), ("N", "2"), ("S", "3")]
    assert [f.code for f in raw.notices] == ["merged_cells"]


def test_a_title_across_the_table_is_no_header() -> None:
    assert look(["Sales", None], *ROWS, merged=("A1:B1",)).frame.columns == ["name", "age"]


def test_a_header_of_two_rows_is_joined() -> None:
    raw = look(["region", "Sales", None], [None, "Q1", "Q2"], ["N", 1, 2], ["S", 3, 4], merged=("A1:A2", "B1:C1"))
    assert raw.frame.columns == ["region", "Sales Q1", "Sales Q2"]
    assert raw.frame.rows() == [("N", "1", "2"), ("S", "3", "4")]


def test_blank_columns_and_rows_around_the_table_are_no_part_of_it() -> None:
    raw = look([None, "Report"], [None, None, "a", "b"], [None, None, 1, 2], [None, None, None, 3], [], [None, None, 5, 6], [])
    assert raw.frame.columns == ["a", "b"]
    assert raw.frame.rows() == [("1", "2"), (None, "3"), (None, None), ("5", "6")]


def test_a_column_without_a_name_that_holds_values_is_kept() -> None:
    raw = look(["a", None, "c"], [1, 2, 3], [4, 5, 6])
    assert raw.frame.columns == ["a", "column_2", "c"]
