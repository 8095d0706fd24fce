"""The text of a file, a block at a time, so that a file of any length is read in the memory of one block."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

import polars as pl

from core.dataset.readers.dialect import Dialect
from core.dataset.readers.encoding import Decoder, encoding_of, refuse_binary
from core.dataset.readers.rectangle import last_row_end, read_rectangle
from core.dataset.readers.source import HashedStream, Source

__all__ = ["BLOCK_BYTES", "TextBlocks", "first_text", "spread_rows"]

BLOCK_BYTES = 32 * 1024 * 1024  # what is shorter is read at once, and nothing of it is sampled
PIECES_A_BLOCK = 4  # memory for 8 MB is used again and again, for 32 MB it is asked of the system each time
HEAD_BYTES = 1024 * 1024
LOOKED_AT_BYTES = 1024 * 1024  # of each block, to see whether it is text
PLACES = 40  # spread over a file, to see what its columns hold
PLACE_BYTES = 64 * 1024


class TextBlocks:
    """The text of a file, a block at a time; where lines are judged alone, every block but the last ends with one."""

    def __init__(self, stream: BinaryIO | HashedStream, encoding: str | None) -> None:
        """Args: stream: at its beginning; encoding: given by the user, or None."""
        self.stream, self.head = stream, stream.read(BLOCK_BYTES)
        found, self.skipped = encoding_of(self.head, encoding)
        self.decoder = Decoder(found)
        self.linewise = found is None
        self.done = 0  # bytes of the file

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        """Each block as UTF-8, and whether it is the last."""
        data, rest, size = self.head[self.skipped :], b"", BLOCK_BYTES // PIECES_A_BLOCK
        self.done, self.head = len(self.head), b""
        while data:
            following = self.stream.read(size)
            while following and len(data) < BLOCK_BYTES and self._undecided(data):  # the encoding is judged by a whole block
                self.done += len(following)
                data, following = data + following, self.stream.read(size)
            data, rest = self._cut(rest, data, final=not following)
            text = self.decoder.feed(data, final=not following)
            refuse_binary(text[:LOOKED_AT_BYTES])
            yield from _pieces(text, size, final=not following)
            self.done += len(following)
            data = following

    def _undecided(self, data: bytes) -> bool:
        return self.linewise and not self.decoder.settled and not data.isascii()

    def _cut(self, rest: bytes, data: bytes, *, final: bool) -> tuple[bytes, bytes]:
        """Whole lines, where each is judged alone; and what is left. Millions of bytes are copied once at most."""
        if final or not self.linewise:
            return rest + data, b""
        stop = data.rfind(b"\n") + 1 or data.rfind(b"\r") + 1 or len(data)
        return b"".join([rest, memoryview(data)[:stop]]), data[stop:]


def _pieces(text: bytes, size: int, *, final: bool) -> Iterator[tuple[bytes, bool]]:
    """A long block in shorter ones, each but the last cut behind a line."""
    while len(text) > 2 * size and (stop := text.rfind(b"\n", 0, size) + 1):
        yield text[:stop], False
        text = text[stop:]
    yield text, final


def first_text(head: bytes, encoding: str | None) -> tuple[bytes, str | None]:
    """The first rows of a file, and the encoding in which its lines may be read one by one.

    Args:
        head: first bytes of the file.
        encoding: given by the user, or None.

    Returns:
        UTF-8, cut behind a row; and Python's name of the encoding, None where characters cannot be told from the middle.
    """
    found, skipped = encoding_of(head, encoding)
    text = b""
    for size in (HEAD_BYTES, len(head)):
        decoder = Decoder(found)
        data = head[skipped : skipped + size]
        cut = data.rfind(b"\n") + 1 or data.rfind(b"\r") + 1 or len(data)
        text = decoder.feed(data[:cut] if found is None else data, final=False)
        refuse_binary(text)
        if stop := last_row_end(text):
            return text[:stop], decoder.encoding if found is None else None
    return text, None


def spread_rows(source: Source, dialect: Dialect, encoding: str) -> list[pl.DataFrame]:
    """Rows from places all over a file, as far as they can be read there; none where only reading from the beginning is quick.

    Args:
        source: the file.
        dialect: of the file.
        encoding: of its lines.

    Returns:
        Frames of text with the columns `0`, `1`, …
    """
    schema = dict.fromkeys(map(str, range(len(dialect.header))), pl.String())
    found = []
    with source.open() as stream:
        if len(schema) < 2 or not (isinstance(stream, io.BytesIO) or isinstance(getattr(stream, "raw", None), io.FileIO)):
            return []
        for place in range(1, PLACES):
            stream.seek(source.size_bytes * place // PLACES)
            data = stream.read(PLACE_BYTES)
            text = Decoder(None if encoding == "utf-8" else encoding).feed(data[data.find(b"\n") + 1 : data.rfind(b"\n") + 1], final=True)
            try:
                read = read_rectangle(text, dialect.delimiter, len(schema), schema)
            except pl.exceptions.PolarsError:
                continue
            found += [read[0]] if read is not None else []
    return found
