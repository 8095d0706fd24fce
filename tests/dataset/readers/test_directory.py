import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers import directory
from core.dataset.readers.directory import Entry, entries
from tests.dataset.made import zip_bytes

PLAIN = zip_bytes({"cat/1.png": b"one", "猫/2.png": b"two", "dog/": b"", "empty": b""})
DAMAGE = (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError)


def as_zipfile_says(data: bytes) -> list[Entry]:
    return directory._rich(data)


def many(count: int) -> bytes:
    """More entries than a plain zip can count."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(count):
            archive.writestr(zipfile.ZipInfo(f"{i}"), b"")
    return stream.getvalue()


def commented(data: bytes, comment: bytes) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = comment
    return stream.getvalue()


@pytest.mark.parametrize("form", ["plain", "after junk", "comment", "empty", "large"])
def test_it_says_what_zipfile_says(form: str) -> None:
    make: dict[str, Callable[[], bytes]] = {
        "plain": lambda: PLAIN, "after junk": lambda: b"junk " * 200 + PLAIN, "comment": lambda: commented(PLAIN, b"made by hand"), "empty": lambda: zip_bytes({}),
        "large": lambda: many(65_600),
    }  # fmt: skip
    data = make[form]()
    found = directory._plain(data, len(data))
    assert found is not None
    assert found == as_zipfile_says(data)
    assert [entry.name for entry in found[:2]] == ({"empty": [], "large": ["0", "1"]}.get(form) or ["cat/1.png", "猫/2.png"])[: len(found)]


def test_a_name_without_the_flag_stays_bytes() -> None:
    data = PLAIN.replace("猫".encode(), "小狗".encode("gbk")[:3])
    flags = data.rindex(b"PK\x01\x02", 0, data.rindex(b"/2.png")) + 8
    data = data[:flags] + b"\0\0" + data[flags + 2 :]
    assert entries(data, len(data))[1].name == "小狗".encode("gbk")[:3] + b"/2.png"
    assert entries(data, len(data)) == as_zipfile_says(data)


@pytest.mark.parametrize("field", [20, 24, 42])
def test_what_stands_elsewhere_is_left_to_zipfile(field: int) -> None:
    start = PLAIN.index(b"PK\x01\x02") + field
    data = PLAIN[:start] + b"\xff" * 4 + PLAIN[start + 4 :]
    assert directory._plain(data, len(data)) is None


@given(st.lists(st.tuples(st.integers(0, len(PLAIN)), st.binary(max_size=4), st.integers(0, 6)), max_size=3))
def test_of_a_damaged_zip_it_says_nothing_else_than_zipfile(edits: list[tuple[int, bytes, int]]) -> None:
    data = PLAIN
    for place, insert, cut in edits:
        data = data[:place] + insert + data[place + cut :]
    plain = directory._plain(data, len(data))
    try:
        expected = as_zipfile_says(data)
    except DAMAGE:
        with pytest.raises(DAMAGE):
            entries(data, len(data)) if plain is None else as_zipfile_says(data)
        return
    assert plain is None or plain == expected
    assert entries(data, len(data)) == expected
