import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.parquet_footer import declared
from core.dataset.readers.source import Source
from core.errors import BadFile, LimitExceeded


def parquet(rows: int = 500) -> bytes:
    stream = io.BytesIO()
    frame = pl.DataFrame({"a": range(rows), "b": [f"text {i}" for i in range(rows)], "c": [[1.5, 2.5]] * rows})
    frame.write_parquet(stream, row_group_size=100, compression="uncompressed", statistics=True)
    return stream.getvalue()


GOOD = parquet()


def test_the_footer_says_how_large_the_table_is() -> None:
    found = declared(Source(GOOD, "t"))
    assert found.rows == 500
    assert 3 <= found.columns <= 8  # its schema also counts the root and the inside of lists
    assert 0.5 * len(GOOD) < found.unpacked_bytes < len(GOOD)  # nothing is compressed


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\0" * 8, GOOD[:-1], GOOD[:-4] + b"PARE", b"PAR1\x10\0\0\0PAR1", b"PAR1" + b"\x1c" * 60 + b"\x3c\0\0\0PAR1"])
def test_a_damaged_footer_is_a_sentence(content: bytes) -> None:
    with pytest.raises(BadFile, match="damaged or cut off"):
        declared(Source(content, "t"))


def test_a_list_that_claims_to_be_longer_than_the_footer_is_not_reserved() -> None:
    claim = b"\x29\xf5" + b"\xff" * 4 + b"\x0f"  # field 2: a list of four thousand million numbers
    with pytest.raises(BadFile):
        declared(Source(b"PAR1" + claim + len(claim).to_bytes(4, "little") + b"PAR1", "t"))


def test_a_footer_of_a_hundred_megabytes_is_not_read() -> None:
    with pytest.raises(LimitExceeded, match="footer of t has 100 MB"):
        declared(Source(bytes(101 << 20) + (100 << 20).to_bytes(4, "little") + b"PAR1", "t"))


@given(st.binary(max_size=200))
def test_any_footer_is_understood_or_is_a_sentence(footer: bytes) -> None:
    try:
        assert declared(Source(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1", "t")).rows >= 0
    except BadFile as error:
        assert error.message
