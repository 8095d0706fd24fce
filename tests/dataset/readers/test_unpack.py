import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.unpack import Packed, read_at, unpack
from core.errors import BadFile

TEXT = b"the same words again and again, " * 40
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def zipped(method: int, content: bytes = TEXT) -> tuple[bytes, Packed]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("first", b"something before it")
        archive.writestr("名" * 120, content)  # a long name: more than is read along
    with zipfile.ZipFile(stream) as archive:
        return stream.getvalue(), Packed.of(archive.infolist()[1])


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_what_zipfile_gives(method: int, tmp_path: Path) -> None:
    data, member = zipped(method)
    assert unpack(read_at(data), member) == TEXT
    (tmp_path / "a.zip").write_bytes(data)
    with (tmp_path / "a.zip").open("rb") as file:
        assert unpack(read_at(file), member) == TEXT


@pytest.mark.parametrize("method", METHODS)
def test_a_lie_about_the_size_is_found_and_costs_no_more_than_it_declared(method: int) -> None:
    data, member = zipped(method, bytes(1_000_000))
    with pytest.raises(BadFile, match="damaged in the zip"):
        unpack(read_at(data), member._replace(unpacked=1000))
    with pytest.raises(BadFile, match="damaged in the zip"):
        unpack(read_at(data), member._replace(unpacked=2_000_000))


def test_other_bytes_than_those_that_were_packed_are_damage() -> None:
    data, member = zipped(zipfile.ZIP_STORED)
    with pytest.raises(BadFile, match="damaged in the zip"):
        unpack(read_at(data.replace(b"again", b"aloof", 1)), member)


def test_an_unknown_method_is_named() -> None:
    data, member = zipped(zipfile.ZIP_STORED)
    with pytest.raises(BadFile, match="number 97"):
        unpack(read_at(data), member._replace(method=97))


@given(st.sampled_from(METHODS), st.integers(-5, 5000), st.binary(min_size=1, max_size=8), st.integers(-50, 5000), st.integers(0, 5000))
def test_whatever_a_zip_claims_it_is_content_or_a_reason(method: int, place: int, insert: bytes, offset: int, packed: int) -> None:
    data, member = zipped(method)
    broken = data[: max(0, place)] + insert + data[max(0, place) + len(insert) :]
    for claim in (member, member._replace(offset=offset), member._replace(packed=packed)):
        try:
            assert unpack(read_at(broken), claim) == TEXT
        except BadFile as error:
            assert error.message
