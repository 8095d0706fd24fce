import datetime as dt
import zipfile
from io import BytesIO

import pytest

from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.readers.workbook import read_workbook
from core.errors import BadFile, BadSettings
from tests.dataset.workbooks import Broken, Cell, Formula, sheet_xml, xlsx_bytes

ROWS: list[list[Cell]] = [["name", "age", "since"], ["Ann", 31, dt.date(2026, 1, 2)], ["Bo", 42.5, dt.date(2026, 1, 3)]]


def look(data: bytes, options: ReadOptions | None = None) -> RawTable:
    return read_workbook(Source.of(data, "book.xlsx"), options or ReadOptions(), Progress())


def book(*rows: list[Cell], merged: tuple[str, ...] = ()) -> bytes:
    return xlsx_bytes({"Sheet1": sheet_xml(rows, merged)})


def codes(raw: RawTable) -> list[str]:
    return [finding.code for finding in raw.notices]


def test_every_kind_of_cell_is_the_text_that_a_csv_would_hold() -> None:
    cells: list[Cell] = [1, 2.5, 1e20, 0.1 + 0.2, True, False, dt.date(2026, 11, 22), dt.datetime(2026, 11, 22, 10, 30, 5), "007", " a,\"b\" ", Broken("#N/A"), None]
    raw = look(book([f"c{i}" for i in range(len(cells))], cells, ["x"] * len(cells)))
    assert raw.frame.row(0) == ("1", "2.5", "1e+20", "0.30000000000000004", "true", "false", "2026-11-22", "2026-11-22 10:30:05", "007", ' a,"b" ', None, None)
    assert (raw.encoding, raw.delimiter, raw.notices) == ("xlsx", "", ())


def test_the_first_sheet_that_holds_a_table_is_read_and_can_be_overruled() -> None:
    other: list[list[Cell]] = [["q"], ["7"]]
    data = xlsx_bytes({"cover": sheet_xml([]), "title only": sheet_xml([["Report"]]), "数据": sheet_xml(ROWS), "more": sheet_xml(other)})
    raw = look(data)
    assert raw.frame.columns == ["name", "age", "since"]
    (finding,) = raw.notices
    assert finding.code == "sheet_chosen"
    assert finding.evidence == {"sheet": "数据", "sheets": ["cover", "title only", "数据", "more"]}
    assert look(data, ReadOptions(sheet=" MORE")).frame.rows() == [("7",)]
    with pytest.raises(BadSettings, match="The sheets are: “cover”, “title only”, “数据”, “more”"):
        look(data, ReadOptions(sheet="nope"))
    with pytest.raises(BadSettings, match="The sheet “cover” is empty"):
        look(data, ReadOptions(sheet="cover"))


def test_no_sheet_with_a_table_is_a_sentence() -> None:
    with pytest.raises(BadFile, match="No sheet of book.xlsx holds a table: “a”, “b”"):
        look(xlsx_bytes({"a": sheet_xml([]), "b": sheet_xml([["x"]])}))


def test_titles_above_the_header_are_skipped_and_said() -> None:
    raw = look(book(["Report 2026"], [], *ROWS))
    assert raw.frame.row(0) == ("Ann", "31", "2026-01-02")
    assert codes(raw) == ["preamble_skipped"]
    assert raw.notices[0].evidence == {"header_row": 3}
    assert raw.rows.tolist() == [1, 2]


def test_the_header_row_can_be_told() -> None:
    data = book(["Report"], *ROWS)
    assert look(data, ReadOptions(header_row=2)).frame.rows() == look(data).frame.rows()
    assert look(data, ReadOptions(header_row=3)).frame.columns == ["Ann", "31", "2026-01-02"]
    none = look(data, ReadOptions(header_row=0))
    assert (none.frame.columns, none.frame.row(1)) == (["column_1", "column_2", "column_3"], ("name", "age", "since"))
    with pytest.raises(BadSettings, match="ends in row 4"):
        look(data, ReadOptions(header_row=9))


def test_formulas_that_were_never_calculated_are_named_by_column() -> None:
    raw = look(book(["a", "b", "c"], [1, Formula("A2*2"), "x"], [2, Formula("A3*2"), "y"]))
    assert raw.frame["b"].to_list() == [None, None]
    (finding,) = raw.notices
    assert (finding.code, finding.column, finding.count, finding.evidence) == ("formulas_uncached", "b", 2, {"columns": ["b"]})
    assert "reads as empty" in finding.message


def test_a_calculated_formula_is_its_value() -> None:
    xml = sheet_xml([["a"], [1]]).replace('<c r="A2"><v>1</v></c>', '<c r="A2"><f>1+1</f><v>2</v></c>')
    raw = look(xlsx_bytes({"s": xml}))
    assert (raw.frame.rows(), raw.notices) == ([("2",)], ())


def test_a_part_that_is_damaged_is_a_sentence() -> None:
    data = bytearray(xlsx_bytes({"s": sheet_xml(ROWS)}))
    with zipfile.ZipFile(BytesIO(bytes(data))) as file:
        place = file.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    data[place : place + 10] = b"\xff" * 10
    with pytest.raises(BadFile, match="damaged or cut off"):
        look(bytes(data))
