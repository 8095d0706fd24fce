"""Whatever bit of a Parquet file of ours flips: it is noticed before anything else reads the file."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import parquet
from core.errors import Damaged

ROOT = Path(__file__).parent.parent
READERS = {"core/parquet.py", "core/dataset/readers/columnar.py"}  # ours; and of files of others, in a process of its own
FRAME = pl.DataFrame({"age": [31.0, None, 7.5], "name": ["Ada", "limelight.crc32 crc32:--------", None]})
HOSTILE = {"about": parquet.EMPTY.decode() + parquet.VALUE}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "table.parquet"
    parquet.write(FRAME, path, metadata=HOSTILE)
    return path


def test_it_is_read_as_it_was_written(file: Path) -> None:
    assert parquet.read(file).equals(FRAME) and parquet.read(file, ["name"]).columns == ["name"]
    assert parquet.scan(file).select("age").collect()["age"].to_list() == [31.0, None, 7.5]
    assert parquet.metadata_of(file)["about"] == HOSTILE["about"]


def test_the_checksum_is_the_one_of_the_standard(file: Path) -> None:
    content, told = file.read_bytes(), parquet.metadata_of(file)["limelight.crc32"].removeprefix("crc32:")
    before, behind = content.rsplit(told.encode(), 1)
    assert f"{zlib.crc32(before + b'-' * 8 + behind):08x}" == told


def test_each_flipped_bit_is_noticed(file: Path) -> None:
    """All but those of the mark itself, where no reader looks: without a mark nothing is compared, and nothing else is broken."""
    whole = file.read_bytes()
    mark = whole.rfind(parquet.MARK)
    for place in range(len(whole)):
        if mark <= place < mark + len(parquet.MARK):
            continue
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        with pytest.raises(OSError, match="checksum"):
            parquet.scan(file)
    file.write_bytes(whole)
    assert parquet.read(file).equals(FRAME)


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1"])
def test_what_is_no_parquet_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(Damaged, match="broken"), parquet.damage_as(Damaged("broken")):
        parquet.read(path)


@given(st.data())
def test_a_file_with_a_hole_is_noticed(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.parquet")
        parquet.write(FRAME, path)
        whole = path.read_bytes()
        mark = whole.rfind(parquet.MARK)
        start = data.draw(st.integers(0, mark - 1))
        end = data.draw(st.integers(start + 1, mark))
        path.write_bytes(whole[:start] + whole[end:])
        with pytest.raises(OSError, match="checksum"):
            parquet.read(path)


def test_a_file_without_a_checksum_is_read_unchecked(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "old.parquet")
    assert parquet.read(tmp_path / "old.parquet").equals(FRAME)
    with pytest.raises(ValueError, match="no place"):
        parquet.put_checksum(tmp_path / "old.parquet")


def test_a_large_file_is_checked_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BLOCK_BYTES", 7)
    path = tmp_path / "a.parquet"
    parquet.write(FRAME, path)
    small = path.read_bytes()
    monkeypatch.undo()
    parquet.write(FRAME, path)
    assert path.read_bytes() == small


def test_a_panic_is_a_sentence_too() -> None:
    with pytest.raises(Damaged, match="broken"), parquet.damage_as(Damaged("broken")):
        raise pl.exceptions.PanicException("called `Option::unwrap()` on a `None` value")


def test_nothing_else_reads_parquet() -> None:
    """A file of ours that is read without its checksum could end the web server."""
    reads = re.compile(r"\b(pl|polars|pq)\.(read|scan)_(parquet|table)")
    found = {str(path.relative_to(ROOT)) for folder in ("core", "ui", "pages") for path in (ROOT / folder).rglob("*.py") if reads.search(path.read_text())}
    assert found == READERS
