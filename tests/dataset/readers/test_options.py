import pytest

from core.dataset.readers.options import ReadOptions
from core.dataset.readers.table import read_table
from core.errors import BadSettings


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"encoding": "klingon"}, "no text encoding 'klingon'.*utf-8, utf-16, gb18030"), ({"encoding": "rot13"}, "no text encoding"), ({"encoding": "idna"}, "no text encoding"),
        ({"encoding": "a\0b"}, "no text encoding"), ({"delimiter": "||"}, "one character such as , ; | or tab"), ({"delimiter": '"'}, "one character"),
        ({"delimiter": "a"}, "one character"), ({"delimiter": ""}, "one character"), ({"delimiter": "\n"}, "one character"), ({"header_row": -1}, "from 0 .* to 1,000"),
        ({"header_row": 5000}, "from 0 .* to 1,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_can(given: dict[str, object], said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        ReadOptions(**given)  # type: ignore[arg-type]


def test_names_are_brought_to_one_form() -> None:
    options = ReadOptions(encoding=" GBK ", delimiter="TAB")
    assert (options.encoding, options.delimiter) == ("gbk", "\t")
    assert ReadOptions(encoding="latin1") == ReadOptions(encoding="iso-8859-1")


def test_the_delimiter_can_be_told() -> None:
    assert read_table(b"a;b,c\n1;x,y\n", options=ReadOptions(delimiter=";")).frame.rows() == [("1", "x,y")]
    assert read_table(b"a b\n1 2\n", options=ReadOptions(delimiter=" ")).frame.columns == ["a", "b"]


def test_the_encoding_can_be_told() -> None:
    table = read_table("名,b\n值,2\n".encode("gbk"), options=ReadOptions(encoding="gbk"))
    assert (table.frame.columns, table.encoding) == (["名", "b"], "gbk")


def test_the_line_of_the_header_can_be_told() -> None:
    data = b"a title\n\na,b\n1,2\n3,4\n"
    assert read_table(data, options=ReadOptions(header_row=3)).frame.columns == ["a", "b"]
    assert read_table(data, options=ReadOptions(header_row=4)).frame.rows() == [("3", "4")]
    with pytest.raises(BadSettings, match="Line 2 cannot be the header"):
        read_table(data, options=ReadOptions(header_row=2))
    with pytest.raises(BadSettings, match="Line 99 cannot be the header"):
        read_table(data, options=ReadOptions(header_row=99))


def test_a_table_may_have_no_header() -> None:
    table = read_table(b"1,x\n2,y\n", options=ReadOptions(header_row=0))
    assert (table.frame.columns, table.frame.rows(), table.rows.tolist()) == (["column_1", "column_2"], [("1", "x"), ("2", "y")], [1, 2])
    assert table.notices == ()
