"""Pieces read ahead are those that would be read one after the other."""

import csv

import numpy as np
import pytest

from core.dataset.readers.pieces import Pieces


def blocks_of(data: bytes, size: int) -> list[tuple[bytes, bool]]:
    """A text cut every so many bytes, as a file is read."""
    starts = range(0, len(data), size)
    return [(data[start : start + size], start == starts[-1]) for start in starts]


@pytest.mark.parametrize("size", [3, 7, 50, 10_000])
def test_every_piece_ends_with_a_row_and_nothing_is_lost(size: int) -> None:
    random = np.random.default_rng(0)
    rows = [f'{i},"a\nb",{random.integers(100)}' if i % 3 else f"{i},x,y" for i in range(200)]
    data = ("\n".join(rows) + "\n").encode()
    pieces = list(Pieces(blocks_of(data, size), lambda text: list(csv.reader(text.decode().splitlines(keepends=True)))))
    assert b"".join(piece.text for piece in pieces) == data
    assert [row for piece in pieces for row in piece.read.result()] == list(csv.reader(data.decode().splitlines(keepends=True)))
    assert [piece.final for piece in pieces] == [False] * (len(pieces) - 1) + [True]


@pytest.mark.parametrize("size", [4, 11, 1000])
def test_what_a_piece_really_left_over_begins_the_next_one(size: int) -> None:
    """The reader takes one line less than there is: the pieces behind, read ahead already, are read anew."""
    data = b"".join(b"%d\n" % i for i in range(100))
    taken = b""
    pieces = Pieces(blocks_of(data, size), bytes.split)
    for piece in pieces:
        assert piece.read.result() == piece.text.split()
        stop = len(piece.text) if piece.final else piece.text[:-1].rfind(b"\n") + 1
        taken += piece.data[:stop]
        if stop != len(piece.text):
            pieces.begin_with(piece.data[stop:])
    assert taken == data


def test_what_reading_raises_is_raised_with_its_piece() -> None:
    def read(text: bytes) -> int:
        return int(text.split()[0])

    pieces = iter(Pieces([(b"1\n", False), (b"x\n", False), (b"3\n", True)], read))
    assert next(pieces).read.result() == 1
    with pytest.raises(ValueError, match="invalid literal"):
        next(pieces).read.result()
