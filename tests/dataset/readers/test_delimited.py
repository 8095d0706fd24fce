import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.delimited import read_rows
from core.dataset.readers.dialect import find_dialect
from core.errors import BadFile, LimitExceeded
from core.settings import settings


def rows_of(text: str) -> list[tuple[str, ...]]:
    data = text.encode()
    return read_rows(data, find_dialect(data)).frame.rows()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_every_delimiter_is_found(delimiter: str, quote: str) -> None:
    lines = [["name", "age", "city"], ["Ann", "3", "Paris"], ["Bob", "4", "Rome"]]
    text = "".join(delimiter.join(f"{quote}{cell}{quote}" for cell in line) + "\n" for line in lines)
    dialect = find_dialect(text.encode())
    assert dialect.delimiter == delimiter
    assert dialect.header == ("name", "age", "city")
    assert rows_of(text) == [("Ann", "3", "Paris"), ("Bob", "4", "Rome")]


def test_commas_in_numbers_do_not_beat_semicolons() -> None:
    assert find_dialect(b"a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n").delimiter == ";"


def test_commas_in_sentences_do_not_make_columns() -> None:
    assert find_dialect(b"text\nyes, I do\nno\nwell, maybe, not\nnever\n").header == ("text",)


def test_quoted_newlines_delimiters_and_quotes_stay_in_their_cell() -> None:
    assert rows_of('a,b\n"1\n2","x, ""y"""\n3,z\n') == [("1\n2", 'x, "y"'), ("3", "z")]


def test_titles_above_the_header_are_skipped() -> None:
    dialect = find_dialect(b"Sales report\n\nMay 2026\nname,sum,city\nAnn,3,Paris\nBob,4,Rome\nCleo,5,Oslo\n")
    assert dialect.header == ("name", "sum", "city")
    assert dialect.skipped_lines == 3


def test_the_unnamed_first_column_of_r_gets_a_name() -> None:
    text = "sex,age\nann,f,3\nbob,m,4\n"
    assert find_dialect(text.encode()).header == ("row", "sex", "age")
    assert rows_of(text) == [("ann", "f", "3"), ("bob", "m", "4")]


def test_a_delimiter_behind_every_row_is_an_empty_column() -> None:
    assert find_dialect(b"sex,age\nf,3,\nm,4,\n").header == ("sex", "age", "")


def test_ragged_rows_are_left_out_and_named_by_line_never_shifted() -> None:
    data = b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n13,14,15\n"
    rows = read_rows(data, find_dialect(data))
    assert rows.frame.rows() == [("1", "2", "3"), ("10", "11", "12"), ("13", "14", "15")]
    assert rows.ragged == (3, 4)
    assert rows.numbers.tolist() == [1, 4, 5]


def test_line_numbers_count_newlines_in_quotes_and_lines_above_the_header() -> None:
    data = b'Title of the table\nk,l,m\n"1\n1",2,3\n4,5\n6,7,8\n6,7,8\n6,7,8\n'
    rows = read_rows(data, find_dialect(data))
    assert rows.ragged == (5,)


def test_a_quote_that_never_closes_costs_one_line() -> None:
    data = b'a,b\n1,x\n2,"y\n3,z\n4,w\n'
    rows = read_rows(data, find_dialect(data))
    assert rows.frame.rows() == [("1", "x"), ("3", "z"), ("4", "w")]
    assert rows.unclosed == (3,)
    assert rows.numbers.tolist() == [1, 3, 4]


def test_many_open_quotes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_CELL_BYTES", "100")  # so that an open quote is noticed before the end
    settings.cache_clear()
    data = b"a,b\n" + (b'1,"x\n' + b"2,y\n" * 60) * 51
    with pytest.raises(BadFile, match=r"opened and never closed, the first in line 2\."):
        read_rows(data, find_dialect(b"a,b\n1,x\n"))


def test_blank_lines_are_no_rows() -> None:
    assert rows_of("a,b\n\n1,2\n\n\n3,4\n\n") == [("1", "2"), ("3", "4")]


def test_only_blank_lines_are_refused() -> None:
    with pytest.raises(BadFile, match="only blank lines"):
        find_dialect(b"\n \n\n")


def test_a_cell_over_the_limit_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_CELL_BYTES", "100")
    settings.cache_clear()
    data = b"a,b\n1,2\n3," + b"x" * 101 + b"\n"
    with pytest.raises(LimitExceeded, match=r"line 3.*LIMELIGHT_MAX_CELL_BYTES"):
        read_rows(data, find_dialect(b"a,b\n1,2\n"))


@pytest.mark.parametrize("quote", [b"", b'"'])
def test_rows_over_the_limit_name_the_variable(monkeypatch: pytest.MonkeyPatch, quote: bytes) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_ROWS", "30000")
    settings.cache_clear()
    data = b"a,b\n" + (quote + b"1" + quote + b",2\n") * 40_000
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_ROWS"):
        read_rows(data, find_dialect(data))


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=15), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_what_python_writes_is_read_back(rows: list[tuple[str, str, str]], quoting: int) -> None:
    """The oracle is Python's own csv module, which wrote the file."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerows([("first", "second", "third"), *rows])
    data = text.getvalue().encode()
    dialect = find_dialect(b"first,second,third\n1,2,3\n")
    assert read_rows(data, type(dialect)(",", dialect.header, 19 if quoting == csv.QUOTE_MINIMAL else 25, 1)).frame.rows() == rows


@given(st.lists(st.lists(st.sampled_from("ab12"), min_size=1, max_size=4), min_size=1, max_size=20))
def test_both_ways_of_reading_agree(rows: list[list[str]]) -> None:
    """Text without quotes goes through Polars; the same text with one quoted cell through csv."""
    fast = b"h1,h2\n" + b"".join(",".join(row).encode() + b"\n" for row in rows)
    slow = fast + b'"q",q\n'
    dialect = find_dialect(b"h1,h2\n1,2\n")
    quick, careful = read_rows(fast, dialect), read_rows(slow, dialect)
    assert quick.frame.rows() == careful.frame.rows()[:-1]
    assert np.array_equal(quick.numbers, careful.numbers[:-1])
    assert quick.ragged == careful.ragged
