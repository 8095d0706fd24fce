"""What a file is, by its content: a name or an extension is only ever shown, never believed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["HashedStream", "Source", "looks_like"]

HEAD_BYTES = 4096
NAME_CHARACTERS = 200

# (offset, first bytes, what to call it); the first that fits wins
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", N_("a PNG picture")),
    (0, b"\xff\xd8\xff", N_("a JPEG picture")),
    (0, b"GIF8", N_("a GIF picture")),
    (8, b"WEBP", N_("a WebP picture")),
    (0, b"II*\x00", N_("a TIFF picture")),
    (0, b"MM\x00*", N_("a TIFF picture")),
    (0, b"%PDF", N_("a PDF document")),
    (0, b"PK\x03\x04", N_("a zip file")),
    (0, b"PK\x05\x06", N_("an empty zip file")),
    (0, b"\x1f\x8b", N_("a gzip file")),
    (0, b"BZh", N_("a bzip2 file")),
    (0, b"\xfd7zXZ", N_("an xz file")),
    (0, b"7z\xbc\xaf\x27\x1c", N_("a 7-Zip file")),
    (0, b"Rar!", N_("a RAR file")),
    (257, b"ustar", N_("a tar archive")),
    (0, b"\xd0\xcf\x11\xe0", N_("an old Excel or Word file")),
    (0, b"PAR1", N_("a Parquet file")),
    (0, b"ARROW1", N_("an Arrow file")),
    (0, b"\x89HDF", N_("an HDF5 file")),
    (0, b"SQLite format 3", N_("an SQLite database")),
    (0, b"\x93NUMPY", N_("a NumPy array")),
    (0, b"\x7fELF", N_("a program")),
    (0, b"{\\rtf", N_("an RTF document")),
    (4, b"ftyp", N_("a video or a HEIC picture")),
    (0, b"RIFF", N_("a sound or a video")),
    (0, b"ID3", N_("a sound")),
    (0, b"OggS", N_("a sound")),
)
PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf\x27\x1c", b"Rar!")
MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", N_("a web page (HTML), perhaps a saved error page")),
    (b"<html", N_("a web page (HTML), perhaps a saved error page")),
    (b"<head", N_("a web page (HTML), perhaps a saved error page")),
    (b"<?xml", N_("an XML document")),
    (b"<svg", N_("an SVG drawing")),
)


@dataclass(frozen=True)
class Source:
    """An upload: bytes in memory or a file on the disk, and the name to show for it.

    Attributes:
        content: the bytes, or the path of a file that we may read.
        name: the file name as text for people; never used as a path.
    """

    content: Path | bytes
    name: str

    @classmethod
    def of(cls, content: Path | bytes, name: str) -> Source:
        """Take an upload, refusing one that is empty or larger than the limit.

        Raises:
            BadFile: it is empty or cannot be read.
            LimitExceeded: it is larger than `max_file_bytes`, or `max_path_bytes` where it lies on the disk already.
        """
        shown = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")[:NAME_CHARACTERS] or "upload"
        source = cls(content, shown)
        setting = "max_path_bytes" if isinstance(content, Path) else "max_file_bytes"
        limit: int = getattr(settings(), setting)
        if source.size_bytes > limit:
            raise LimitExceeded(
                N_("{shown} has {size_bytes} MB; at most {limit} MB are read. Upload a part of it, or raise {variable}.").format(shown=shown, size_bytes=f"{source.size_bytes / MIB:,.0f}", limit=f"{limit / MIB:,.0f}", variable=settings().variable(setting))
            )
        if not source.size_bytes:
            raise BadFile(N_("{shown} is empty: it has 0 bytes. Export it again and upload that file.").format(shown=shown))
        return source

    @cached_property
    def size_bytes(self) -> int:
        """Length in bytes."""
        if isinstance(self.content, bytes):
            return len(self.content)
        try:
            return self.content.stat().st_size
        except OSError as error:
            raise self._gone from error

    def open(self) -> BinaryIO:
        """The content as a binary stream; the caller closes it.

        Raises:
            BadFile: the file is gone, or may not be read.
        """
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        try:
            return self.content.open("rb")
        except OSError as error:
            raise self._gone from error

    def read(self) -> bytes:
        """All bytes.

        Raises:
            BadFile: the file is gone, or may not be read.
        """
        if isinstance(self.content, bytes):
            return self.content
        with self.open() as stream:
            return stream.read()

    @property
    def _gone(self) -> BadFile:
        return BadFile(N_("{name} cannot be read. Check that it is a file, that it still exists, and that you may read it.").format(name=self.name))

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, hexadecimal."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while block := stream.read(MIB):
                digest.update(block)
        return digest.hexdigest()

    def hashed(self) -> HashedStream:
        """The content as a stream that works out `sha256` on the way, where it is read to its end.

        Raises:
            BadFile: the file is gone, or may not be read.
        """
        return HashedStream(self)

    @cached_property
    def is_zip(self) -> bool:
        """Whether the content is a zip archive; junk before it is allowed, as in self-extractors."""
        with self.open() as stream:
            return zipfile.is_zipfile(stream)

    @cached_property
    def head(self) -> bytes:
        """The first bytes, enough to tell what it is."""
        if isinstance(self.content, bytes):
            return self.content[:HEAD_BYTES]
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    @property
    def is_gzip(self) -> bool:
        """Whether the content is packed with gzip."""
        return self.head.startswith(b"\x1f\x8b")

    @property
    def is_packed(self) -> bool:
        """Whether the content is packed in any way, so that another file may be inside."""
        return self.is_zip or self.head.startswith(PACKED) or self.head[257:262] == b"ustar"

    @cached_property
    def looks_like(self) -> str | None:
        """What the content looks like, if it is surely not delimited text."""
        return looks_like(self.head)


class HashedStream:
    """Reads a source from its beginning; the hash is taken in a thread of its own, so the file is read once."""

    def __init__(self, source: Source) -> None:
        """Args: source: learns its hash when all has been read."""
        self.source, self.stream = source, source.open()
        self.digest, self.pool = hashlib.sha256(), ThreadPoolExecutor(1)
        self.pending: Future[None] | None = None

    def __enter__(self) -> HashedStream:
        return self

    def __exit__(self, *error: object) -> None:
        self.pool.shutdown()
        self.stream.close()

    def read(self, size: int) -> bytes:
        """The next bytes, as of any stream.

        Args:
            size: at most so many.
        """
        data = self.stream.read(size)
        if self.pending is not None:
            self.pending.result()  # in order, and one at a time: a fast reader does not fill the memory
            self.pending = None
        if data:
            self.pending = self.pool.submit(self.digest.update, data)
        else:
            self.source.__dict__["sha256"] = self.digest.hexdigest()  # where `cached_property` looks first
        return data


def looks_like(head: bytes) -> str | None:
    """Name a file format by its first bytes.

    Args:
        head: the first bytes of a file; 512 are enough.

    Returns:
        A phrase with its article, or None when it may be text.

    Example:
        >>> looks_like(b"%PDF-1.7")
        'a PDF document'
        >>> looks_like(b"age,income") is None
        True
    """
    for offset, magic, phrase in SIGNATURES:
        if head[offset : offset + len(magic)] == magic:
            return phrase
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((phrase for magic, phrase in MARKUP if start.startswith(magic)), None)
