"""The bytes of one member of a zip, from its place in the file alone.

Python's `zipfile` needs the whole directory of a zip to read one member of it, and most of the time of a small picture.
A process that decodes a share of 70,000 pictures gets their places instead, and opens nothing. Whatever a member
claims, no more is inflated than the size that was checked beforehand.
"""

from __future__ import annotations

import bz2
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from core.errors import BadFile
from core.language import N_

__all__ = ["Packed", "ReadAt", "read_at", "unpack"]

ReadAt = Callable[[int, int], bytes]  # (offset, length) → at most so many bytes

LOCAL_HEADER = b"PK\x03\x04"
LOCAL_HEADER_BYTES = 30
GUESSED_BYTES = 300  # of name and extra fields: read along, so that one call does for most members
LZMA_HEADER_BYTES = 9
LEAST_DICTIONARY = 4096


class Packed(NamedTuple):
    """Where a member lies and what it must become. A tuple: a zip may have 200,000 of them.

    Attributes:
        offset: of its local header, bytes from the start of the file.
        packed: bytes as stored.
        unpacked: bytes that it declares to inflate to.
        crc: CRC-32 of the unpacked bytes.
        method: of compression, as the zip names it: 0, 8, 12 or 14.
    """

    offset: int
    packed: int
    unpacked: int
    crc: int
    method: int

    @classmethod
    def of(cls, entry: zipfile.ZipInfo) -> Packed:
        """The place of an entry of an open zip."""
        return cls(entry.header_offset, entry.compress_size, entry.file_size, entry.CRC, entry.compress_type)


def read_at(content: bytes | BinaryIO) -> ReadAt:
    """A function that reads bytes at a place, from memory or from an open file.

    Example:
        >>> read_at(b"abcdef")(2, 3)
        b'cde'
    """
    if isinstance(content, bytes):
        return lambda offset, length: content[offset : offset + length]
    if hasattr(os, "pread"):
        number = content.fileno()
        return lambda offset, length: os.pread(number, length, offset)

    def seek_and_read(offset: int, length: int) -> bytes:
        content.seek(offset)
        return content.read(length)

    return seek_and_read


def unpack(read: ReadAt, member: Packed) -> bytes:
    """Read one member and inflate it, never further than it declares.

    Args:
        read: from `read_at`.
        member: sizes already judged by the limits of `core.settings`.

    Raises:
        BadFile: it is damaged, lies about its size, or is packed by a method that is not read.

    Example:
        >>> import io, zipfile
        >>> file = io.BytesIO()
        >>> with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        ...     archive.writestr("a.txt", b"hello")
        >>> with zipfile.ZipFile(file) as archive:
        ...     unpack(read_at(file.getvalue()), Packed.of(archive.infolist()[0]))
        b'hello'
    """
    try:
        data = _inflated(_stored(read, member), member)
    except (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise BadFile(N_("damaged in the zip")) from error
    if len(data) != member.unpacked or zlib.crc32(data) != member.crc:
        raise BadFile(N_("damaged in the zip"))
    return data


def _stored(read: ReadAt, member: Packed) -> bytes:
    head = read(member.offset, LOCAL_HEADER_BYTES + GUESSED_BYTES + member.packed)
    if head[:4] != LOCAL_HEADER or len(head) < LOCAL_HEADER_BYTES:
        raise ValueError("no member begins here")
    start = LOCAL_HEADER_BYTES + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    if len(head) < start + member.packed:
        return read(member.offset + start, member.packed)
    return head[start : start + member.packed]


def _inflated(stored: bytes, member: Packed) -> bytes:
    most = member.unpacked + 1  # one more than allowed betrays a lie
    if member.method == zipfile.ZIP_STORED:
        return stored
    if member.method == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(stored, most)
    if member.method == zipfile.ZIP_BZIP2:
        return bz2.BZ2Decompressor().decompress(stored, most)
    if member.method == zipfile.ZIP_LZMA:
        return _lzma(stored, member).decompress(stored[LZMA_HEADER_BYTES:], most)
    raise BadFile(N_("packed by a method that is not read (number {method})").format(method=member.method))


def _lzma(stored: bytes, member: Packed) -> lzma.LZMADecompressor:
    """A decoder set up as the member says; its dictionary is never larger than the member could need."""
    if len(stored) < LZMA_HEADER_BYTES or int.from_bytes(stored[2:4], "little") != 5 or stored[4] >= 9 * 5 * 5:
        raise ValueError("unknown LZMA properties")
    properties, dictionary = stored[4], int.from_bytes(stored[5:9], "little")
    settings = {
        "id": lzma.FILTER_LZMA1, "lc": properties % 9, "lp": properties // 9 % 5, "pb": properties // 45,
        "dict_size": min(dictionary, max(LEAST_DICTIONARY, member.unpacked)),
    }  # fmt: skip
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings])

