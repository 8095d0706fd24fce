"""Our own Parquet files, each with a checksum of itself, which is looked at before anything else reads the file.

A disk that flips one bit of a length makes the Parquet reader ask for 2^61 bytes, and Rust then ends the whole
process: a run that nobody looked after would take the web server with it. Other bits panic, with an exception that
is no `Exception`, or change a number in silence. So the checksum comes first. It stands in the file's own metadata,
where any Parquet reader finds it as text: with zeros in its place, the file has that CRC-32 (ITU-T V.42).
Files without one, of others or from before there was one, are read unchecked.
"""

from __future__ import annotations

import errno
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Literal

import polars as pl

from core.errors import Damaged

__all__ = ["damage_as", "metadata_of", "put_checksum", "read", "scan", "with_checksum", "write"]

KEY = "limelight.crc32"
VALUE = "crc32:--------"  # what stands there while the checksum is worked out
EMPTY = KEY.encode() + bytes([0x18, len(VALUE)]) + VALUE.encode()  # as a file holds it: Thrift's compact protocol
MARK = EMPTY[:-8]
BLOCK_BYTES = 1 << 20
TAIL_BYTES = 1 << 20  # the metadata stands behind the rows; only a few bytes a column come after it


def with_checksum(metadata: Mapping[str, str] | None = None) -> dict[str, str]:
    """The metadata to write a file with that has a place for the checksum, behind all else; `put_checksum` fills it.

    Args:
        metadata: what else is to be kept in the file.
    """
    return {**(metadata or {}), KEY: VALUE}


def put_checksum(path: Path) -> None:
    """Put the checksum into a file that was written with the metadata of `with_checksum`.

    Raises:
        ValueError: there is no place for it.
    """
    with path.open("r+b") as file:
        place = _place(file)
        if place < 0:
            raise ValueError(f"{path.name} has no place for a checksum. Write it with the metadata of `with_checksum`.")
        checksum = _checksum(file, place)
        file.seek(place + len(MARK))
        file.write(checksum)


def write(frame: pl.DataFrame, path: Path, *, metadata: Mapping[str, str] | None = None, compression: Literal["zstd", "lz4"] = "zstd") -> None:
    """Write a frame with its checksum.

    Args:
        frame: the rows.
        path: to create; for a write that is all-or-nothing see `core.files.write_atomic`.
        metadata: text that is to be kept in the file.
        compression: `lz4` is written faster and is larger.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write(pl.DataFrame({"age": [31]}), Path(folder, "a.parquet"), metadata={"of": "people"})
        ...     read(Path(folder, "a.parquet"))["age"].to_list(), metadata_of(Path(folder, "a.parquet"))["of"]
        ([31], 'people')
    """
    frame.write_parquet(path, compression=compression, metadata=with_checksum(metadata))
    put_checksum(path)


def read(path: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """All rows.

    Args:
        path: the file.
        columns: names, in the order wanted; default: all.

    Raises:
        OSError: it is not there, or no longer what was written.
        polars.exceptions.PolarsError: it is no Parquet, or has no such column. Use `damage_as` for all of these.
    """
    _check(path)
    return pl.read_parquet(path, columns=None if columns is None else list(columns))


def scan(path: Path) -> pl.LazyFrame:
    """The rows, of which only what is asked for is read; raises as `read` does."""
    _check(path)
    return pl.scan_parquet(path)


def metadata_of(path: Path) -> dict[str, str]:
    """The text that was kept in the file; raises as `read` does."""
    _check(path)
    return pl.read_parquet_metadata(path)


@contextmanager
def damage_as(error: Damaged) -> Iterator[None]:
    """Whatever a reader raises about a file that is missing or broken, its panics included, as one sentence of ours.

    Example:
        >>> with damage_as(Damaged("The table cannot be read. Upload it again.")):
        ...     read(Path("nowhere.parquet"))
        Traceback (most recent call last):
        core.errors.Damaged: The table cannot be read. Upload it again.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as cause:
        raise error from cause


def _check(path: Path) -> None:
    about = path.stat()
    if not _is_intact(path, about.st_ino, about.st_size, about.st_mtime_ns):
        raise OSError(errno.EIO, "its checksum is another than when it was written", str(path))


@lru_cache(maxsize=256)
def _is_intact(path: Path, inode: int, size_bytes: int, changed_ns: int) -> bool:
    """Whether a file is what was written, as far as it says what that was; asked once as long as the file stays the same."""
    with path.open("rb") as file:
        place = _place(file)
        if place < 0:
            return True
        file.seek(place + len(MARK))
        return file.read(len(EMPTY) - len(MARK)) == _checksum(file, place)


def _place(file: BinaryIO) -> int:
    """Where the checksum stands; -1 where there is none. Read, not mapped: a bad block under a mapping ends the process."""
    start = max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES)
    file.seek(start)
    found = file.read().rfind(MARK)
    return -1 if found < 0 else start + found


def _checksum(file: BinaryIO, place: int) -> bytes:
    """CRC-32 of the whole file as it was while `EMPTY` stood at a place, in hexadecimal."""
    file.seek(0)
    value = zlib.crc32(EMPTY, _add(file, place, 0))
    file.seek(place + len(EMPTY))
    return f"{_add(file, None, value):08x}".encode()


def _add(file: BinaryIO, length: int | None, value: int) -> int:
    """The checksum with so many bytes more; None: to the end."""
    while block := file.read(BLOCK_BYTES if length is None else min(BLOCK_BYTES, length)):
        value = zlib.crc32(block, value)
        length = None if length is None else length - len(block)
    return value
