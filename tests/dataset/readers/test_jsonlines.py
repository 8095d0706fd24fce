import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.progress import Progress
from core.dataset.readers import jsonlines
from core.dataset.readers.jsonlines import is_json, read_json
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.errors import BadFile, LimitExceeded
from core.settings import settings


def look(data: bytes, **options: str) -> RawTable:
    return read_json(Source.of(data, "t.jsonl"), ReadOptions(**options), Progress())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"a": 1}', True), (b' [ {"a": 1}', True), (b"\xef\xbb\xbf{}", True), ('{"a": 1}'.encode("utf-16"), True), (b"[{", False), (b"{a},{b}", False),
        (b"a,b", False), (b"[1, 2]", False), (b'"a","b"', False), (b"", False),
    ],
)  # fmt: skip
def test_json_is_told_by_how_it_begins(head: bytes, expected: bool) -> None:
    assert is_json(head) is expected


def test_values_are_the_text_that_a_csv_would_hold() -> None:
    raw = look(b'{"n": 1, "f": 2.50, "big": 12345678901234567890123, "b": true, "s": "a,\\"b\\"", "none": null, "l": ["x", 1, false], "nan": NaN}\n{"n": -1e3}')
    assert raw.frame.rows() == [("1", "2.50", "12345678901234567890123", "true", 'a,"b"', None, "x|1|false", None), ("-1e3", *[None] * 7)]
    assert (raw.encoding, raw.delimiter) == ("json", "")


def test_columns_come_in_the_order_in_which_they_first_appear() -> None:
    assert look(b'{"b": 1}\n{"a": 2, "b": 3}\n{"c": 4}').frame.columns == ["b", "a", "c"]


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a": 2}]', '{"a": 1}\n\n{"a": 2}\n', '{"a": 1}{"a": 2}', '{\n "a": 1\n}\n{\n "a": 2\n}', '[\n{"a": 1},\n{"a": 2}\n]\n'])
def test_objects_may_be_written_in_any_way(text: str) -> None:
    assert look(text.encode()).frame.rows() == [("1",), ("2",)]


def test_nested_values_are_left_out_and_named() -> None:
    raw = look(b'{"a": 1, "who": {"name": "x"}, "m": [[1]]}\n{"a": 2, "who": null}')
    assert raw.frame.columns == ["a"]
    assert [(f.code, f.count) for f in raw.notices] == [("nested_columns", 2)]


def test_lines_that_are_no_json_are_left_out_and_named() -> None:
    raw = look(b'{"a": 1}\n{"a": \n{"a": 3}\nnonsense\n{"a": 5}\n{"a')
    assert raw.frame.rows() == [("1",), ("3",), ("5",)]
    (finding,) = raw.notices
    assert (finding.code, finding.count) == ("ragged_rows", 3)
    assert "lines 2, 4, 6" in finding.message


def test_a_broken_line_in_a_long_file_costs_only_that_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "CHUNK_BYTES", 64)
    lines = [b'{"a": %d}' % i for i in range(300)]
    lines[100] = b'{"a": "never closed'
    raw = look(b"\n".join(lines))
    assert raw.frame["a"].to_list() == [str(i) for i in range(300) if i != 100]
    assert "line 101" in raw.notices[0].message


def test_values_longer_than_a_piece_are_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "CHUNK_BYTES", 16)
    records = [{"a": "é" * n, "b": n} for n in (1, 50, 500, 3)]
    text = "[" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "]"
    assert look(text.encode()).frame["a"].to_list() == [r["a"] for r in records]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'[{"a": 1}, {"a": ', "line 1 cannot be read"),
        (b'[{"a": 1},\n{"a": 2}\n', "never ends"),
        (b'{"a": 1}\n3', "Line 2 of t.jsonl is JSON, but no object"),
        (b'{"a": ' + b"[" * 100_000, "damaged JSON"),
        (b'{"a": {}}', "none of its objects holds a single value"),
        (b'{"a": 1}\n' + b'{"a": \n' * 60, "More than 50 lines"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        look(data)


def test_a_value_without_an_end_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_CELL_BYTES", "1000")
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_CELL_BYTES"):
        look(b'[{"a": "' + b"x" * 5_000_000)


def test_other_encodings_are_found_or_told() -> None:
    text = '{"城市": "上海", "评论": "这家酒店的服务很好"}\n' * 20
    raw = look(text.encode("gb18030"))
    assert raw.frame.row(0) == ("上海", "这家酒店的服务很好")
    assert [f.code for f in raw.notices] == ["encoding_guessed"]
    assert look("{\"name\": \"é\"}".encode("latin-1"), encoding="latin-1").frame.rows() == [("é",)]
    assert look(text.encode("utf-16")).frame.row(0) == raw.frame.row(0)


@given(st.lists(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.integers()), max_size=4), min_size=1))
def test_any_objects_are_read_or_are_a_sentence(records: list[dict[str, object]]) -> None:
    try:
        raw = look("\n".join(map(json.dumps, records)).encode())
    except BadFile as error:
        assert error.message
    else:
        assert len(raw.frame) <= len(records)
