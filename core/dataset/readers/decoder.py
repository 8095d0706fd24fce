"""A share of the pictures of a zip → pixels in a file: what one process does, in ours or in one of its own.

A process of its own runs `python -m core.dataset.readers.decoder`. It is given open files by number and its share as
JSON, never a pickle and never a name; it imports only what decoding needs, so that it starts at once. It writes one byte
to its output for each picture that is done, and ends by itself when the process that started it is gone.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np

from core.dataset.readers.picture import Seen, grey, look, quiet, with_channels
from core.dataset.readers.unpack import Packed, read_at, unpack
from core.errors import BadFile, DiskFull
from core.language import N_

__all__ = ["CHUNK", "DISK_FULL", "RESULT", "TASK", "Files", "Share", "State", "decode_share", "write_at"]

CHUNK = 64  # pictures that follow one another go to the same process: their pixels lie together
DISK_FULL = 28  # exit code
TOLD_EVERY_S = 0.1
CANNOT_WRITE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
TASK = np.dtype([
    ("row", "<u8"), ("offset", "<u8"), ("packed", "<u8"), ("unpacked", "<u8"), ("crc", "<u4"), ("method", "<u4"),
    ("low", "<f8"), ("high", "<f8"),  # what becomes 0 and 255 in a deep picture; NaN: not known yet
])  # fmt: skip
RESULT = np.dtype([
    ("state", "u1"), ("digest", "<u8"), ("width", "<u4"), ("height", "<u4"), ("low", "<f8"), ("high", "<f8"), ("depth", "S12"), ("reason", "S120"),
])  # fmt: skip


class State:
    """What became of a picture; in a file, hence numbers."""

    UNTRIED, GREY, COLOUR, DEEP, BROKEN = range(5)


@dataclass(frozen=True)
class Files:
    """The files that all processes share; all but `source` are ours and have no name.

    Attributes:
        source: the zip.
        tasks: `TASK` records.
        results: as many `RESULT` records.
        grey: (pictures, height, width, 1) uint8, of pictures without colour; sparse.
        colour: (pictures, height, width, 3) uint8, of the others; sparse.
    """

    source: BinaryIO
    tasks: BinaryIO
    results: BinaryIO
    grey: BinaryIO
    colour: BinaryIO

    @property
    def numbers(self) -> tuple[int, ...]:
        """The file descriptors, in the order of the fields."""
        return tuple(file.fileno() for file in (self.source, self.tasks, self.results, self.grey, self.colour))


@dataclass(frozen=True)
class Share:
    """Which pictures, and into what.

    Attributes:
        tasks: how many there are, for all processes together.
        size: (width, height) to scale to.
        channels: 1 or 3 for all pictures; None: 1 for grey ones and 3 for the others.
        first, step: this process takes the chunks first, first + step, …
    """

    tasks: int
    size: tuple[int, int]
    channels: int | None
    first: int = 0
    step: int = 1

    def chunks(self) -> Iterator[slice]:
        """The tasks of this process, chunk by chunk."""
        starts = range(self.first * CHUNK, self.tasks, self.step * CHUNK)
        return (slice(start, min(start + CHUNK, self.tasks)) for start in starts)


def decode_share(files: Files, content: bytes | BinaryIO, share: Share, done: Callable[[int], None]) -> None:
    """Decode pictures into the shared files; a broken one is a result like any other.

    Args:
        files: where tasks come from and results go.
        content: the zip, from memory or as a file.
        share: which of the tasks.
        done: told every 0.1 s how many more are done; whatever it raises ends the work.

    Raises:
        DiskFull: there is no room for the pixels.
    """
    tasks = np.frombuffer(_read(files.tasks), dtype=TASK)
    read, told, count = read_at(content), time.monotonic(), 0
    with quiet():
        for chunk in share.chunks():
            results = []
            for row, offset, packed, unpacked, crc, method, low, high in tasks[chunk].tolist():
                try:
                    seen = look(unpack(read, Packed(offset, packed, unpacked, crc, method)), share.size, None if low != low else (low, high))
                    results.append(_stored(files, share.channels, row, seen))
                except BadFile as error:
                    results.append((State.BROKEN, 0, 0, 0, 0.0, 0.0, b"", error.message.encode()))
                count += 1
                if (now := time.monotonic()) - told > TOLD_EVERY_S:
                    done(count)
                    told, count = now, 0
            write_at(files.results, np.array(results, dtype=RESULT).tobytes(), chunk.start * RESULT.itemsize)
    done(count)


def _stored(files: Files, wanted: int | None, row: int, seen: Seen) -> tuple[int | float | bytes, ...]:
    """Put the pixels where they belong; returns a `RESULT`."""
    _, width, height, depth, low, high = seen
    if seen.pixels is None:
        return State.DEEP, 0, width, height, low, high, depth.encode(), b""
    is_grey = grey(seen.pixels)
    stored = with_channels(seen.pixels, wanted or (1 if is_grey else 3))
    data = stored.tobytes()
    has_one = stored.shape[2] == 1
    write_at(files.grey if has_one else files.colour, data, row * len(data))
    digest = _digest(stored[..., :1].tobytes() if is_grey and not has_one else data)
    return State.GREY if has_one else State.COLOUR, digest, width, height, low, high, depth.encode(), b""


def _digest(pixels: bytes) -> int:
    """Equal for a grey picture stored with one channel and with three."""
    return int.from_bytes(hashlib.blake2b(pixels, digest_size=8).digest())


def write_at(file: BinaryIO, data: bytes, offset: int) -> None:
    """Write at a place; other processes may write elsewhere in the same file.

    Raises:
        DiskFull: there is no room.
    """
    try:
        if not hasattr(os, "pwrite"):
            file.seek(offset)
            file.write(data)
            return
        while data:
            written = os.pwrite(file.fileno(), data, offset)
            data, offset = data[written:], offset + written
    except OSError as error:
        if error.errno in CANNOT_WRITE:
            raise DiskFull(N_("There is no room on the disk for the decoded pictures. Free some space and try again.")) from error
        raise


def _read(file: BinaryIO) -> bytes:
    return read_at(file)(0, os.fstat(file.fileno()).st_size)


def main(numbers: str) -> int:
    """Open the files of these numbers, then decode the share that the input describes as JSON; the exit code is 0 or `DISK_FULL`."""
    parent = os.getppid()

    def done(count: int) -> None:
        if os.getppid() != parent:
            raise SystemExit("The process that wanted the pictures is gone.")
        sys.stdout.buffer.write(b"." * count)
        sys.stdout.buffer.flush()

    with ExitStack() as stack:
        opened = [stack.enter_context(os.fdopen(number, "rb" if i == 0 else "r+b", buffering=0)) for i, number in enumerate(json.loads(numbers))]
        files = Files(*cast(list[BinaryIO], opened))
        given = json.loads(sys.stdin.buffer.read() or b"null")  # nothing: not needed after all
        try:
            if given is not None:
                decode_share(files, files.source, Share(**{**given, "size": tuple(given["size"])}), done)
        except DiskFull:
            return DISK_FULL
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
