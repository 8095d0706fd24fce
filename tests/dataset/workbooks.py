"""Excel workbooks that the tests make for themselves, cell by cell, as Excel writes them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DAY_STYLE, TIME_STYLE = 1, 2
FIRST_DAY = dt.datetime(1899, 12, 30)

Cell = str | int | float | bool | dt.date | dt.datetime | None


class Formula(str):
    """A formula that was never calculated."""


class Broken(str):
    """A cell with an error in it."""


def sheet_xml(rows: Sequence[Sequence[Cell]], merged: Sequence[str] = ()) -> str:
    """One sheet; strings that are shared in real files stand inline."""
    body = "".join(
        f'<row r="{r}">' + "".join(_cell(f"{_letters(c)}{r}", cell) for c, cell in enumerate(row) if cell is not None) + "</row>"
        for r, row in enumerate(rows, 1)
    )
    boxes = f'<mergeCells count="{len(merged)}">' + "".join(f'<mergeCell ref="{box}"/>' for box in merged) + "</mergeCells>" if merged else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {MAIN}><sheetData>{body}</sheetData>{boxes}</worksheet>'


def xlsx_bytes(sheets: Mapping[str, str], more: Mapping[str, str] | None = None) -> bytes:
    """A workbook with these sheets, each XML of `sheet_xml`."""
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="rId{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f"<workbook {MAIN} {RELATIONS}><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
        "xl/styles.xml": f'<styleSheet {MAIN}><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{i}.xml": xml for i, xml in enumerate(sheets.values(), 1)},
        **(more or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _cell(place: str, cell: Cell) -> str:
    match cell:
        case Formula():
            return f'<c r="{place}"><f>{escape(cell)}</f></c>'
        case Broken():
            return f'<c r="{place}" t="e"><v>{cell}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case dt.datetime():
            return f'<c r="{place}" s="{TIME_STYLE}"><v>{(cell - FIRST_DAY) / dt.timedelta(days=1)!r}</v></c>'
        case dt.date():
            return f'<c r="{place}" s="{DAY_STYLE}"><v>{(dt.datetime(cell.year, cell.month, cell.day) - FIRST_DAY).days}</v></c>'
        case _:
            return f'<c r="{place}"><v>{cell!r}</v></c>'


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else _letters(column // 26 - 1) + chr(65 + column % 26)
