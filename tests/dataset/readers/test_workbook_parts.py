"""What a hostile workbook could ask for, refused before a library sees it."""

import pytest

from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.readers.workbook import read_workbook
from core.errors import BadFile, LimitExceeded
from core.settings import settings
from tests.dataset.workbooks import Cell, sheet_xml, xlsx_bytes

ROWS: list[list[Cell]] = [["name", "age"], ["Ann", 31], ["Bo", 42.5]]


def look(data: bytes) -> RawTable:
    return read_workbook(Source.of(data, "book.xlsx"), ReadOptions(), Progress())


def test_a_cell_far_away_is_refused_before_memory_is_reserved() -> None:
    xml = sheet_xml(ROWS).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    with pytest.raises(LimitExceeded, match="spans 1,048,576 rows and 16,384 columns.*LIMELIGHT_MAX_WORKBOOK_CELLS"):
        look(xlsx_bytes({"s": xml}))


@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        ('<c r="A1"', "<c r='A1'"), ('<c r="A1"', '<c  r = "A1"'), ('<row r="1">', "<row>"), ('<row r="1">', "<row spans='1:3' r='1'>"),
    ],
)  # fmt: skip
def test_xml_that_is_written_unusually_is_counted_too(usual: str, odd: str) -> None:
    xml = sheet_xml(ROWS).replace(usual, odd, 1)
    assert len(look(xlsx_bytes({"s": xml})).frame) == 2
    far = xml.replace("</sheetData>", "<row r = '1048576'><c t='n' r = 'XFD1048576'><v>1</v></c></row></sheetData>")
    with pytest.raises(LimitExceeded):
        look(xlsx_bytes({"s": far}))


def test_a_tag_that_hides_its_place_is_refused() -> None:
    for hidden in ('<c x=">" r="XFD1048576">', f'<c x="{"a" * 1000}" r="XFD1048576">'):
        xml = sheet_xml(ROWS).replace("</sheetData>", f'<row r="9">{hidden}<v>1</v></c></row></sheetData>')
        with pytest.raises(BadFile):
            look(xlsx_bytes({"s": xml}))


def test_a_shared_text_that_is_repeated_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"x" * 10_000}</t></si></sst>'
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(4, 104))
    data = xlsx_bytes({"s": sheet_xml(ROWS).replace("</sheetData>", cells + "</sheetData>")}, {"xl/sharedStrings.xml": shared})
    monkeypatch.setenv("LIMELIGHT_MAX_WORKBOOK_BYTES", "500000")
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_WORKBOOK_BYTES"):
        look(data)


def test_entities_are_refused() -> None:
    xml = sheet_xml(ROWS).replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)
    with pytest.raises(BadFile, match="no Excel writes"):
        look(xlsx_bytes({"s": xml}))


def test_two_parts_of_one_name_are_refused() -> None:
    with pytest.raises(BadFile, match="two parts of the same name"):
        look(xlsx_bytes({"s": sheet_xml(ROWS)}, {"XL/worksheets/sheet1.xml": sheet_xml(ROWS)}))


def test_a_sheet_in_another_place_is_counted_too() -> None:
    far = sheet_xml(ROWS).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    with pytest.raises(LimitExceeded):
        look(xlsx_bytes({"s": sheet_xml(ROWS)}, {"elsewhere/sheet.bin": far}))
