"""Pieces of texts: words in every script, each at its place, and texts of any length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.why.pieces import MOST_PIECES, pieces, without


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The room was NOT clean!", ["The", "room", "was", "NOT", "clean"]),
        ("l’hôtel, can't well-known", ["l’hôtel", "can't", "well-known"]),
        ("这个酒店很不错", ["这个", "酒店", "很", "不错"]),
        ("买了 iPhone 15 手机", ["买", "了", "iPhone", "15", "手机"]),
        ("とても", ["と", "て", "も"]),
        ("", []),
        ("!? …", []),
    ],
    ids=["english", "apostrophes", "chinese", "mixed", "kana", "empty", "marks"],
)
def test_words(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in pieces(text)] == words


def test_a_long_text_has_few_pieces() -> None:
    text = " ".join(f"w{at}" for at in range(1_000))
    found = pieces(text)
    assert MOST_PIECES - 2 < len(found) <= MOST_PIECES
    assert text[found[0][0] : found[0][1]].split()[:2] == ["w0", "w1"]
    assert text[found[-1][0] : found[-1][1]].endswith("w999")


@given(st.text(max_size=200))
def test_pieces_follow_each_other_and_nothing_is_lost(text: str) -> None:
    found = pieces(text)
    ends = [0] + [end for _, end in found]
    assert all(before <= start < end for before, (start, end) in zip(ends, found, strict=False))
    rest = without(text, found)
    assert len(rest) + sum(end - start for start, end in found) == len(text)
    assert without(text, []) == text
