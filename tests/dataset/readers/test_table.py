from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.table import read_table
from core.errors import BadFile, LimelightError, LimitExceeded
from core.settings import settings
from tests.dataset.made import csv_bytes, people

GOOD = csv_bytes(people(30)) + '"Ann, ""the"" cook",1,x,yes\n你好,2,y,no\n'.encode()


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in read_table(data, "t.csv").notices}


def test_a_plain_table_is_text_with_null_for_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,\n ,x\n")
    table = read_table(tmp_path / "t.csv")
    assert table.frame.rows() == [("1", None), (None, "x")]
    assert (table.encoding, table.delimiter, table.notices) == ("utf-8", ",", ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_dialect_and_encoding_gives_the_same_table(delimiter: str, encoding: str, end: str) -> None:
    columns = {"城市": ["北京", "上海", "广州"] * 5, "评论": ["很好，值得买", "质量太差", "一般"] * 5, "分": ["1.5", "2", "3"] * 5}
    data = csv_bytes(columns, delimiter).decode().replace("\n", end).encode(encoding)
    table = read_table(data)
    assert table.frame.to_dict(as_series=False) == columns
    assert table.delimiter == delimiter


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "only blank lines"),
        (b"a,b,c\n", r"has a header \(a, b, c\) but no rows"),
        (b"\x89PNG\r\n\x1a\n\0\0", "looks like a PNG picture"),
        (b"PK\x03\x04abc", "looks like a zip file"),
        (b"<html><body>404 Not Found</body></html>", r"looks like a web page \(HTML\)"),
        (bytes(range(1, 256)) * 9, "is binary data"),
    ],
)
def test_what_is_no_table_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read_table(data, "t.csv")


def test_names_are_tidied_and_made_unique_and_it_is_said() -> None:
    table = read_table(b"a, b ,a,,a_2\n1,2,3,4,5\n1,2,3,4,5\n")
    assert table.frame.columns == ["a", "b", "a_3", "column_4", "a_2"]
    assert {finding.code for finding in table.notices} == {"duplicate_names", "unnamed_columns"}


def test_a_very_long_name_is_cut() -> None:
    table = read_table(b"n" * 100_000 + b",y\n1,2\n3,4\n")
    assert [len(name) for name in table.frame.columns] == [200, 1]
    assert table.notices[0].code == "long_names"


def test_numbers_for_names_are_noticed() -> None:
    assert codes(b"0.12,53,red\n1,2,blue\n3,4,green\n") == {"numeric_names"}


def test_decimal_commas_become_points_only_where_the_comma_is_free() -> None:
    table = read_table(b"a;b;c\n1,5;1.234,5;x,y\n2;3;z\n")
    assert table.frame.rows() == [("1.5", "1234.5", "x,y"), ("2", "3", "z")]
    assert table.notices[0].code == "decimal_commas"


def test_excels_first_line_is_no_header() -> None:
    assert read_table(b"sep=;\na;b\n1;2\n").frame.columns == ["a", "b"]


def test_ragged_rows_are_reported_with_their_lines() -> None:
    (finding,) = read_table(b"a,b\n1,2\n3\n4,5\n").notices
    assert finding.code == "ragged_rows"
    assert "line 3" in finding.message


def test_too_many_columns_name_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_COLUMNS", "3")
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_COLUMNS"):
        read_table(b"a,b,c,d\n1,2,3,4\n")


@given(st.binary(max_size=400))
def test_random_bytes_never_get_out_of_the_error_tree(data: bytes) -> None:
    check(data)


@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=4), st.integers(0, 30)), min_size=1, max_size=6))
def test_damaged_files_never_get_out_of_the_error_tree(edits: list[tuple[int, bytes, int]]) -> None:
    data = GOOD
    for place, insert, cut in edits:
        data = data[:place] + insert + data[place + cut :]
    check(data)


def check(data: bytes) -> None:
    try:
        table = read_table(data, "t.csv")
    except LimelightError as error:
        assert error.message.endswith(".")
    else:
        assert len(table.rows) == len(table.frame) > 0
        assert len(set(table.frame.columns)) == table.frame.width
