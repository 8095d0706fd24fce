import csv
import io

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.delimited import Careful, Rows, _rectangular, read_rows
from core.dataset.readers.dialect import Dialect, find_dialect
from core.dataset.readers.rectangle import last_row_end, rectangle

DIALECT = Dialect(",", ("x", "y", "z"), 0, 0)
anything = st.text(st.sampled_from(['"', ",", "\n", " ", "a", "é", "1", "\u3000"]), max_size=60)
cells = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=8)


def carefully(text: str) -> Rows:
    return Careful(text.encode(), DIALECT).read()


def same(quick: Rows, careful: Rows) -> bool:
    return (
        quick.frame.rows() == careful.frame.rows() and quick.numbers.tolist() == careful.numbers.tolist()
        and quick.ragged == careful.ragged and not careful.unclosed
    )  # fmt: skip


@given(anything)
def test_whatever_is_read_quickly_is_read_the_same_way_carefully(text: str) -> None:
    quick = _rectangular(text.encode(), DIALECT)
    assert quick is None or same(quick, carefully(text))


@given(st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=12), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_whatever_a_writer_wrote_is_read_quickly(rows: list[list[str]], quoting: int) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows([*rows, ["1", "2", "3"]])  # type: ignore[call-overload]
    quick = _rectangular(text.getvalue().encode(), DIALECT)
    assert quick is not None
    assert same(quick, carefully(text.getvalue()))


def test_a_row_too_wide_loses_only_blanks() -> None:
    found = rectangle(b"1,2,3\n4,5,6, ,\n7,8,9,x\n\n \n10,11,12\n", ",", 3)
    assert found is not None
    assert found.text == b"1,2,3\n4,5,6\n10,11,12\n"
    assert (found.numbers.tolist(), found.count, found.ragged) == ([1, 2, 4], 4, (2,))


def test_lines_are_counted_through_quoted_line_ends() -> None:
    found = rectangle(b'1,"a\n\nb"\n2\n"3",c\n', ",", 2)
    assert found is not None
    assert found.ragged == (3,)


def test_a_quote_inside_a_cell_is_left_to_the_careful_reader() -> None:
    assert rectangle(b'1,5" pipe\n2,6" pipe\n', ",", 2) is None
    data = b'size,what\n1,5" pipe\n2,6" pipe\n'
    assert read_rows(data, find_dialect(data)).frame.rows() == [("1", '5" pipe'), ("2", '6" pipe')]


def test_quotes_around_cells_change_nothing() -> None:
    frame = pl.DataFrame({str(i): np.arange(1000) for i in range(10)})
    for quoted in ("necessary", "always"):
        data = frame.write_csv(quote_style=quoted).encode()  # type: ignore[arg-type]
        quick = _rectangular(data.split(b"\n", 1)[1], Dialect(",", tuple(frame.columns), 0, 0))
        assert quick is not None
        assert quick.frame.cast(pl.Int64).equals(frame)


@given(st.text(st.sampled_from(['"', ",", "\n", "a"]), max_size=40))
def test_a_piece_is_cut_where_no_quote_is_open(text: str) -> None:
    data = text.encode()
    cut = last_row_end(data)
    assert cut == 0 or (data[cut - 1 : cut] == b"\n" and data[:cut].count(b'"') % 2 == 0)
    rest = data[cut:]
    assert all(rest[: i + 1].count(b'"') % 2 for i, byte in enumerate(rest) if byte == 10)
