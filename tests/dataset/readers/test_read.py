"""One table in every format is one and the same dataset, and a damaged file of any format is a sentence."""

import csv
import datetime as dt
import gzip
import io
import json
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from core.dataset.draft import Draft
from core.dataset.ingest import inspect
from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.read import read
from core.dataset.readers.source import Source
from core.errors import BadFile, Cancelled, LimitExceeded, UserError
from core.settings import settings
from tests.dataset.workbooks import Cell, sheet_xml, xlsx_bytes

ROWS = 60
JOBS = ("厨师", "Müller, smith", 'nurse "A"', None)


def _record(i: int) -> dict[str, Cell]:
    return {
        "年龄": 20 + i % 40, "income": None if i % 9 == 4 else 1000.25 + 37 * i, "code": f"{i % 7:03}", "job": JOBS[i % 4],
        "member": i % 3 == 0, "since": dt.datetime(2026, 1, 1 + i % 28, i % 24, 30), "day": dt.date(2020 + i % 5, 1 + i % 12, 13),
        "churn": "yes" if (i * 7) % 5 < 2 else "no",
    }  # fmt: skip


RECORDS = [_record(i) for i in range(ROWS)]
NAMES = list(RECORDS[0])


def _written(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def as_csv(delimiter: str = ",", ending: str = "\n", comma: bool = False, quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerow(NAMES)
    for record in RECORDS:
        cells = [_written(cell).replace(".", ",") if comma and isinstance(cell, float) else _written(cell) for cell in record.values()]
        writer.writerow(cells)
    return text.getvalue()


def as_parquet() -> bytes:
    stream = io.BytesIO()
    pl.DataFrame(RECORDS, infer_schema_length=None).write_parquet(stream)
    return stream.getvalue()


def as_json_lines() -> bytes:
    lines = [json.dumps({k: v if isinstance(v, int | float | str) else v and str(v) for k, v in r.items() if v is not None}, ensure_ascii=False) for r in RECORDS]
    return "\n".join(lines).encode()


def as_xlsx() -> bytes:
    return xlsx_bytes({"数据": sheet_xml([NAMES, *(list(record.values()) for record in RECORDS)])})


FORMATS: dict[str, Callable[[], bytes]] = {
    "comma": lambda: as_csv().encode(),
    "semicolon with decimal comma": lambda: as_csv(";", comma=True).encode(),
    "comma with decimal comma": lambda: as_csv(comma=True).encode(),
    "tab": lambda: as_csv("\t").encode(),
    "pipe": lambda: as_csv("|").encode(),
    "windows": lambda: as_csv(ending="\r\n").encode(),
    "old mac": lambda: as_csv(ending="\r").encode(),
    "all quoted": lambda: as_csv(quoting=csv.QUOTE_ALL).encode(),
    "titled": lambda: ("Report 2026\n\n" + as_csv()).encode(),
    "utf-8 with mark": lambda: as_csv().encode("utf-8-sig"),
    "utf-16": lambda: as_csv().encode("utf-16"),
    "utf-16 without mark": lambda: as_csv().encode("utf-16-be"),
    "utf-32": lambda: as_csv().encode("utf-32"),
    "gb18030": lambda: as_csv().encode("gb18030"),
    "csv.gz": lambda: gzip.compress(as_csv().encode()),
    "jsonl.gz": lambda: gzip.compress(as_json_lines()),
    "parquet.gz": lambda: gzip.compress(as_parquet()),
    "parquet": as_parquet,
    "xlsx": as_xlsx,
    "json lines": as_json_lines,
    "json list": lambda: b"[" + as_json_lines().replace(b"\n", b",\n") + b"]",
}


@pytest.fixture(scope="module")
def expected() -> Draft:
    return inspect(FORMATS["comma"](), "table.csv")


@pytest.mark.parametrize("form", FORMATS)
def test_one_table_in_every_format_gives_the_same_draft(form: str, expected: Draft) -> None:
    found = inspect(FORMATS[form](), "a name that says nothing")
    assert [(c.name, c.type.value) for c in found.columns] == [(c.name, c.type.value) for c in expected.columns]
    assert [c.type.value for c in expected.columns] == ["number", "number", "category", "category", "category", "time", "time", "category"]
    assert (found.rows, found.target, found.labels, found.inputs) == (ROWS, "churn", ("no", "yes"), expected.inputs)
    assert_frame_equal(found.facts.table, expected.facts.table)
    assert found.facts.table["since"].to_list() == [record["since"] for record in RECORDS]
    assert found.parts.tolist() == expected.parts.tolist()


BROKEN = {name: FORMATS[name]() for name in ("comma", "csv.gz", "parquet", "xlsx", "json lines", "json list")}


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "xlsx", "json list"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_a_sentence(form: str, share: float) -> None:
    whole = BROKEN[form]
    with pytest.raises(BadFile, match=r"damaged|cut off"):
        read(Source.of(whole[: int(len(whole) * share)], "table"), ReadOptions(), Progress())


@pytest.mark.parametrize("form", BROKEN)
@given(data=st.data())
def test_a_damaged_file_is_read_or_is_a_sentence(form: str, data: st.DataObject) -> None:
    content = bytearray(BROKEN[form])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        assert len(read(Source(bytes(content), "table"), ReadOptions(), Progress()).raw.frame.columns)
    except UserError as error:
        assert error.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
        (b"PK\x03\x04" + b"\0" * 100, "zip or Excel file that is damaged"),
        (b"PAR1PAR1", "Parquet file that is damaged"),
        (b'{"a": {"b": 1}}', "none of its objects holds a single value"),
    ],
)
def test_what_cannot_be_read_is_called_by_its_name(content: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        read(Source.of(content, "table"), ReadOptions(), Progress())


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"[Content_Types].xml": b"", "xl/workbook.bin": b""}, "xlsb"),
        ({"[Content_Types].xml": b"", "word/document.xml": b""}, "document of Word"),
        ({"mimetype": b"", "content.xml": b""}, "OpenDocument"),
    ],
)
def test_other_office_files_are_called_by_their_name(members: dict[str, bytes], said: str) -> None:
    from tests.dataset.made import zip_bytes

    with pytest.raises(BadFile, match=said):
        read(Source.of(zip_bytes(members), "table"), ReadOptions(), Progress())


@pytest.mark.parametrize("form", ["parquet", "xlsx", "json lines", "csv.gz"])
def test_reading_stops_when_nobody_wants_it(form: str) -> None:
    with pytest.raises(Cancelled):
        read(Source.of(BROKEN[form], "table"), ReadOptions(), Progress(wanted=lambda: False))


@pytest.mark.parametrize(
    ("form", "setting", "limit"),
    [
        ("csv.gz", "MAX_INFLATED_BYTES", 100), ("parquet", "MAX_INFLATED_BYTES", 100), ("json lines", "MAX_INFLATED_BYTES", 100), ("xlsx", "MAX_WORKBOOK_BYTES", 100),
        ("xlsx", "MAX_WORKBOOK_CELLS", 100), ("xlsx", "MAX_INFLATED_BYTES", 100), ("parquet", "MAX_ROWS", 10), ("parquet", "MAX_COLUMNS", 3), ("parquet", "MAX_CELL_BYTES", 3),
        ("json lines", "MAX_ROWS", 10), ("json lines", "MAX_COLUMNS", 3), ("xlsx", "MAX_ROWS", 10), ("xlsx", "MAX_COLUMNS", 3),
    ],
)  # fmt: skip
def test_a_limit_is_named_with_what_raises_it(form: str, setting: str, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"LIMELIGHT_{setting}", str(limit))
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match=f"LIMELIGHT_{setting}"):
        read(Source.of(BROKEN[form], "table"), ReadOptions(), Progress())
