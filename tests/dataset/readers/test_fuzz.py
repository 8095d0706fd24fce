"""Files that nobody wrote on purpose: whatever arrives, a reader answers with a table or with a sentence of the error tree, soon."""

from __future__ import annotations

import gzip
import random
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.ingest import inspect
from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.read import read
from core.dataset.readers.source import Source
from core.errors import LimelightError
from tests.dataset.made import class_folders, csv_bytes, people, zip_bytes
from tests.evil import KEPT

HANG_S = 20
MUTATIONS = (25, pytest.param(300, marks=pytest.mark.nightly))  # of each good file: 250 in all, and 3,000 every night
PEOPLE = people(40)


@contextmanager
def no_hang() -> Iterator[None]:
    """Raise out of whatever takes too long."""

    def hung(*_: object) -> None:
        raise TimeoutError("the reader hangs")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(HANG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def answers(data: bytes, look: Callable[[bytes], object]) -> str:
    """How a reader answers: "read", or the code of its error. Any other exception is the test's failure."""
    try:
        with no_hang():
            look(data)
    except LimelightError as error:
        assert error.message.strip(), "an error without a sentence"
        assert "Traceback" not in error.message
        return error.code
    return "read"


def only_read(data: bytes) -> object:
    return read(Source.of(data, "fuzz"), ReadOptions(), Progress())


def parquet() -> bytes:
    import io

    stream = io.BytesIO()
    pl.DataFrame(PEOPLE, strict=False).write_parquet(stream)
    return stream.getvalue()


GOOD: dict[str, Callable[[], bytes]] = {
    "csv": lambda: csv_bytes(PEOPLE),
    "quoted": lambda: csv_bytes({**PEOPLE, "note": ['said "hi",\nthen left'] * 40}),
    "gbk": lambda: csv_bytes({"姓名": ["张伟", "王芳"] * 20, "城市": ["北京", "上海"] * 20, "好评": ["是", "否"] * 20}, encoding="gbk"),
    "utf-16": lambda: csv_bytes(PEOPLE, delimiter="\t", encoding="utf-16"),
    "gz": lambda: gzip.compress(csv_bytes(PEOPLE), mtime=0),
    "json lines": lambda: pl.DataFrame(PEOPLE, strict=False).write_ndjson().encode(),
    "parquet": parquet,
    "workbook": lambda: (KEPT / "excel" / "ok.xlsx").read_bytes(),
    "pictures": lambda: zip_bytes(class_folders(4), zipfile.ZIP_DEFLATED),
    "texts": lambda: zip_bytes({f"{label}/{i}.txt": f"text {i} of {label}".encode() for label in ("pos", "neg") for i in range(15)}),
}


def mutated(data: bytes, others: list[bytes], random: random.Random) -> bytes:
    """One accident: cut off, bits turned, a piece lost, doubled, or taken from another file, or written in another encoding."""
    at, length = random.randrange(len(data)), random.randrange(1, 64)
    match random.randrange(7):
        case 0:
            return data[:at]
        case 1:
            found = bytearray(data)
            for _ in range(random.randrange(1, 9)):
                found[random.randrange(len(found))] ^= 1 << random.randrange(8)
            return bytes(found)
        case 2:
            return data[:at] + data[at + length :]
        case 3:
            return data[:at] + data[at : at + length] * random.randrange(2, 50) + data[at:]
        case 4:
            other = random.choice(others)
            cut = random.randrange(len(other))
            return data[:at] + other[cut : cut + random.choice((length, len(other)))] + data[at:]
        case 5:
            return data[:at] + random.randbytes(length) + data[at + length :]
        case _:
            return data.decode("utf-8", errors="replace").encode(random.choice(("utf-16-le", "utf-32", "gb18030", "utf-8-sig")), errors="replace")


@pytest.mark.parametrize("mutations", MUTATIONS)
@pytest.mark.parametrize("kind", GOOD)
def test_a_damaged_file_is_a_table_or_a_sentence(kind: str, mutations: int) -> None:
    generator = random.Random(kind)
    good = GOOD[kind]()
    assert answers(good, only_read) == "read"
    others = [make() for name, make in GOOD.items() if name != kind]
    found = {answers(mutated(good, others, generator), only_read) for _ in range(mutations)}
    assert found <= {"read", "bad_file", "limit_exceeded"}
    assert "bad_file" in found or kind in ("csv", "quoted", "gbk", "utf-16"), "no accident was noticed"


@pytest.mark.parametrize("kind", GOOD)
def test_what_could_be_read_can_be_looked_at(kind: str) -> None:
    generator = random.Random(kind)
    good = GOOD[kind]()
    for _ in range(15):
        answers(mutated(good, [good], generator), lambda data: inspect(data, "fuzz"))


@given(st.binary(max_size=2_000))
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes) -> None:
    answers(data, only_read)


MAGIC = st.sampled_from([b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b'{"a":', b"[{", b"\xef\xbb\xbf", b"\xff\xfe", b"\x89PNG\r\n\x1a\n", b"sep=;\n", b'"'])


@given(MAGIC, st.binary(max_size=500), st.sampled_from([b"", b"PAR1", b"PK\x05\x06" + bytes(18), b'"}\n', b"]"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_behind_a_known_beginning(head: bytes, body: bytes, tail: bytes) -> None:
    answers(head + body + tail, only_read)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8) | st.sampled_from(["1", "2.5", "1e999", "NaN", "2026-11-22", "12%", "1.234,5", "-", "是", "=1+1", "\u202e", "'", '"', "\ufeff"])


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=40), st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
@settings(max_examples=150, deadline=None)
def test_any_cells(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    text = "\n".join(delimiter.join(row) for row in rows)
    answers(text.encode(encoding, errors="replace"), lambda data: inspect(data, "fuzz"))
