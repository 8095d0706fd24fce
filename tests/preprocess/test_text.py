"""Texts: one way to cut every language, a vocabulary of the training rows, no row without a token."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.preprocess.text import CHUNK_ROWS, MAX_WORD, PADDING, UNKNOWN, TextEncoder, tokens

TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=30), st.text("ab 好书!'", max_size=20)), max_size=12)


def texts(values: list[str | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't GO!", ["don't", "go"]),
        ("Don\u2019t", ["don't"]),
        ("'quoted' rock'n'roll", ["quoted", "rock'n'roll"]),
        ("snake_case a-b 3.14", ["snake", "case", "a", "b", "3", "14"]),
        ("这本书很好", ["这", "本", "书", "很", "好"]),
        ("买了iPhone15手机", ["买", "了", "iphone15", "手", "机"]),
        ("ひらがな", ["ひ", "ら", "が", "な"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("العَرَبِيَّة", ["العَرَبِيَّة"]),
        ("ＡＢＣ１２", ["abc12"]),
        ("nai\u0308ve naïve", ["naïve", "naïve"]),
        ("good😀❤️", ["good", "😀", "❤"]),
        ("", []),
        ("!?… _ \n\t", []),
        ("a\0b", ["a", "b"]),
    ],
)  # fmt: skip
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(TEXTS, TEXTS, st.integers(3, 12), st.integers(1, 6), st.sampled_from([1, 2]))
def test_any_text_is_numbers_of_the_vocabulary(train: list[str | None], rows: list[str | None], vocabulary: int, length: int, ngrams: int) -> None:
    encoder = TextEncoder.fit(texts(train), vocabulary, length, ngrams)
    encoded = encoder.encode(texts(rows))
    assert encoded.shape == (len(rows), length)
    assert encoded.dtype == np.int32
    assert ((encoded >= 0) & (encoded < vocabulary)).all()
    assert (encoded[:, 0] != PADDING).all()
    assert not ((encoded[:, :-1] == PADDING) & (encoded[:, 1:] != PADDING)).any()  # padding at the end only
    again = TextEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    np.testing.assert_array_equal(again.encode(texts(rows)), encoded)


def slow_words(train: list[str | None], vocabulary: int, ngrams: int) -> list[str]:
    """Oracle: the vocabulary, counted text by text."""
    counts: Counter[str] = Counter()
    for text in train:
        words = tokens(text or "")
        counts.update(set(words) | ({f"{a} {b}" for a, b in pairwise(words)} if ngrams == 2 else set()))
    return sorted((word for word in counts if counts[word] > 1), key=lambda word: (-counts[word], word))[: vocabulary - 2]


def slow_numbers(known: list[str], text: str | None, length: int, ngrams: int) -> list[int]:
    """Oracle: one text, word by word."""
    words, numbers = tokens(text or ""), []
    for i, word in enumerate(words):
        numbers.append(known.index(word) + 2 if word in known else UNKNOWN)
        if ngrams == 2 and i + 1 < len(words) and word in known and words[i + 1] in known and (pair := f"{word} {words[i + 1]}") in known:
            numbers.append(known.index(pair) + 2)
    if len(numbers) > length:
        numbers = numbers[: length - length // 4] + numbers[len(numbers) - length // 4 :]
    return (numbers or [UNKNOWN]) + [PADDING] * (length - max(1, len(numbers)))


WORDS = st.lists(st.one_of(st.none(), st.lists(st.sampled_from(["a", "b", "c", "好", "x"]), max_size=12).map(" ".join)), max_size=12)


@given(WORDS, WORDS, st.integers(3, 15), st.integers(1, 9), st.sampled_from([1, 2]))
def test_the_fast_way_gives_what_the_slow_way_gives(train: list[str | None], rows: list[str | None], vocabulary: int, length: int, ngrams: int) -> None:
    encoder = TextEncoder.fit(texts(train), vocabulary, length, ngrams)
    known = slow_words(train, vocabulary, ngrams)
    assert list(encoder.words) == known
    assert encoder.encode(texts(rows)).tolist() == [slow_numbers(known, text, length, ngrams) for text in rows]


def test_more_texts_than_a_chunk_keep_their_order() -> None:
    rows = [f"w{i % 7} end" for i in range(2 * CHUNK_ROWS + 3)]
    encoder = TextEncoder.fit(texts(rows), 100, 4)
    encoded = encoder.encode(texts(rows))
    assert encoder.words[0] == "end"
    for i in (0, CHUNK_ROWS - 1, CHUNK_ROWS, len(rows) - 1):
        np.testing.assert_array_equal(encoded[i], encoder.encode(texts([rows[i]]))[0])


def test_vocabulary_by_number_of_texts_then_alphabet() -> None:
    encoder = TextEncoder.fit(texts(["b a", "a b", "c c c c a", "once c"]), 100, 8)
    assert encoder.words == ("a", "b", "c")
    assert TextEncoder.fit(texts(["b a", "a b", "c c c c a", "once c"]), 4, 8).words == ("a", "b")


def test_a_word_of_one_text_is_unknown_so_that_unknown_is_learned() -> None:
    encoder = TextEncoder.fit(texts(["good one", "good two"]), 100, 3)
    assert encoder.encode(texts(["good one"])).tolist() == [[2, UNKNOWN, 0]]


@pytest.mark.parametrize("text", [None, "", "!!!", "   "])
def test_a_text_without_words_is_one_unknown_word(text: str | None) -> None:
    encoder = TextEncoder.fit(texts([None, ""]), 10, 3)
    assert encoder.words == ()
    assert encoder.encode(texts([text])).tolist() == [[UNKNOWN, 0, 0]]


def test_a_long_text_keeps_its_head_and_its_end() -> None:
    words = [f"w{i:02}" for i in range(20)]
    encoder = TextEncoder.fit(texts([" ".join(words)] * 2), 100, 8)
    assert encoder.encode(texts([" ".join(words)])).tolist() == [[2, 3, 4, 5, 6, 7, 20, 21]]


def test_pairs_stand_behind_their_first_word_and_unknown_pairs_are_left_out() -> None:
    encoder = TextEncoder.fit(texts(["not good", "not good", "good"]), 100, 6, ngrams=2)
    assert encoder.words == ("good", "not", "not good")
    assert encoder.encode(texts(["not good film", "好 not"])).tolist() == [[3, 4, 2, 1, 0, 0], [1, 3, 0, 0, 0, 0]]


def test_pasted_data_is_no_word() -> None:
    assert TextEncoder.fit(texts(["x" * (MAX_WORD + 1)] * 3), 100, 4).words == ()


def test_one_huge_text_is_cut() -> None:
    encoder = TextEncoder.fit(texts(["word " * 5] * 2), 100, 16)
    assert encoder.encode(texts(["word " * 200_000])).tolist() == [[2] * 16]
