"""Blocks of text cut behind their last row; the next ones are already being read while one is looked at.

Where a row ends is guessed from the quotes alone. Where reading shows that it ends elsewhere, the pieces behind are cut
and read anew, so what comes out is the same as one piece after the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.dataset.readers.rectangle import QUOTE, last_row_end

__all__ = ["Piece", "Pieces"]

AT_ONCE = 2  # read at the same time; as many again wait, so that memory stays bounded

Read = TypeVar("Read")


@dataclass(frozen=True)
class Piece(Generic[Read]):
    """Rows of one block.

    Attributes:
        text: whole rows, as far as quotes tell; empty where no row ends.
        rest: what is left of the block; the next piece begins with it.
        before: bytes of `text` and `rest` that were left of the block before.
        final: whether it is the last piece.
        read: what became of `text`.
    """

    text: bytes
    rest: bytes
    before: int
    final: bool
    read: Future[Read]

    @property
    def data(self) -> bytes:
        """Text and rest."""
        return self.text + self.rest


class Pieces(Generic[Read]):
    """Reads blocks ahead, in their order.

    Example:
        >>> for piece in Pieces([(b"1\\n2", False), (b"3\\n4", True)], bytes.split):
        ...     print(piece.read.result(), piece.rest)
        [b'1'] b'2'
        [b'23', b'4'] b''
    """

    def __init__(self, blocks: Iterable[tuple[bytes, bool]], read: Callable[[bytes], Read]) -> None:
        """Args: blocks: text, and whether it is the last; read: called in a thread with whole rows, must not depend on the order."""
        self.blocks, self.read = blocks, read
        self.waiting: deque[Piece[Read]] = deque()
        self.rest = b""
        self.pool = ThreadPoolExecutor(AT_ONCE)

    def __iter__(self) -> Iterator[Piece[Read]]:
        """Each piece, in the order of the blocks."""
        try:
            for block, final in self.blocks:
                self._wait_for(block, final)
                if len(self.waiting) > AT_ONCE:
                    yield self.waiting.popleft()
            while self.waiting:
                yield self.waiting.popleft()
        finally:
            self.pool.shutdown(cancel_futures=bool(self.waiting))  # those that were handed over are read to their end

    def begin_with(self, rest: bytes) -> None:
        """Say what the piece that came last really left over, where it is not its `rest`."""
        behind, self.waiting = self.waiting, deque()
        self.rest = rest
        for piece in behind:
            piece.read.cancel()
            self._wait_for(piece.data[piece.before :], piece.final)

    def _wait_for(self, block: bytes, final: bool) -> None:
        before = len(self.rest)
        text, self.rest = _cut(self.rest, block, final)
        self.waiting.append(Piece(text, self.rest, before, final, self.pool.submit(self.read, text)))


def _cut(rest: bytes, block: bytes, final: bool) -> tuple[bytes, bytes]:
    """Whole rows of what was left and a block, and what is left now; millions of bytes are copied once at most."""
    if final:
        return rest + block, b""
    if QUOTE not in block and QUOTE not in rest:
        stop = block.rfind(b"\n") + 1
        if stop == len(block) and not rest:
            return block, b""
        return (b"".join([rest, memoryview(block)[:stop]]), block[stop:]) if stop else (b"", rest + block)
    data = rest + block
    stop = last_row_end(data)
    return data[:stop], data[stop:]
