"""Texts: words (or single characters, where a script has no spaces) → numbers of a fixed vocabulary.

One rule cuts every language: letters and digits that stand together are a word, and each character of
Chinese, Japanese, Thai and their like, and each emoji, is a token by itself. Upper and lower case,
full-width and composed forms of the same letter are made equal first (Unicode NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PADDING", "UNKNOWN", "TextEncoder", "tokens"]

PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
MAX_WORD = 128  # characters of a word or a pair; longer ones are data that somebody pasted, not words
MIN_TEXTS = 2  # a word of one text only is "unknown", so that the network learns what an unknown word means
CHUNK_ROWS = 8192  # bounds the memory for tokens

# Thai, Lao, Myanmar, Khmer, kana, CJK ideographs with their extensions: written without spaces; then emoji
_SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff\u2600-\u27bf\U0001f300-\U0001faff"
)
_SAME = (("\u2019", "'"), ("\u02bc", "'"), ("\ufe0e", ""), ("\ufe0f", ""))  # apostrophes; variants of emoji


def tokens(text: str) -> list[str]:
    """Cut one text into words and single characters.

    Args:
        text: any text, of any length.

    Returns:
        The tokens in their order; empty where there is no letter, digit or emoji.

    Example:
        >>> tokens("Don’t go! 这本书很好")
        ["don't", 'go', '这', '本', '书', '很', '好']
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    for form, same in _SAME:
        plain = plain.replace(form, same)
    return _pattern().findall(plain)


@dataclass(frozen=True)
class TextEncoder:
    """Texts → (rows, max_length) int32; 0 pads at the end, 1 is an unknown word.

    Attributes:
        words: the known words, and pairs of words joined by a space, most frequent first; the first has number 2.
        max_length: tokens kept of one text. Of a longer one the first three quarters of that and the last
            quarter are kept, because reviews open and close with what matters.
        ngrams: 2 puts each known pair behind its first word; unknown pairs are left out.
    """

    words: tuple[str, ...]
    max_length: int
    ngrams: int = 1

    @classmethod
    def fit(cls, values: pl.Series, vocabulary: int, max_length: int, ngrams: int = 1) -> TextEncoder:
        """Learn the most frequent words; equally frequent ones are taken in alphabetical order.

        Args:
            values: (rows,) String, null = missing; training rows only.
            vocabulary: size of the embedding table, padding and unknown included; at least 3.
            max_length: tokens of one text that the network sees.
            ngrams: 1 or 2.

        Example:
            >>> import polars as pl
            >>> encoder = TextEncoder.fit(pl.Series(["good book", "good film", "book"]), 10, 3)
            >>> encoder.encode(pl.Series(["Good book!", "bad", None])).tolist()
            [[3, 2, 0], [1, 0, 0], [1, 0, 0]]
        """
        words: dict[str, int] = {}  # every word → its number here
        counts: dict[str, int] = {}
        number = words.setdefault
        numbers, texts = _flat(values, lambda word: number(word, len(words)))
        spelled = list(words)
        for place, found in zip(*_texts_with(numbers, texts), strict=True):
            counts[spelled[place]] = found
        if ngrams > 1:
            for pair, found in zip(*_texts_with(*_neighbours(numbers, texts, len(words))), strict=True):
                counts[f"{spelled[pair // len(words)]} {spelled[pair % len(words)]}"] = found
        common = sorted((-found, word) for word, found in counts.items() if len(word) <= MAX_WORD)
        return cls(tuple(word for _, word in common[: vocabulary - FIRST_WORD]), max_length, ngrams)

    def encode(self, values: pl.Series) -> np.ndarray:
        """Encode texts in their order.

        Returns:
            (rows, max_length) int32 in [0, vocabulary). Every row has at least one number above 0: a
            missing or empty text is one unknown word.
        """
        result = np.zeros((len(values), self.max_length), np.int32)
        for start in range(0, len(values), CHUNK_ROWS):
            self._fill(result[start : start + CHUNK_ROWS], values[start : start + CHUNK_ROWS])
        return result

    def to_json(self) -> dict[str, Any]:
        """As plain data for `preprocess.json`."""
        return {"words": list(self.words), "max_length": self.max_length, "ngrams": self.ngrams}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TextEncoder:
        """The encoder that `to_json` described."""
        return cls(tuple(data["words"]), data["max_length"], data["ngrams"])

    @cached_property
    def _index(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words, FIRST_WORD)}

    @cached_property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Known pairs, ascending: first number × `_base` + second number, and the number of the pair."""
        index, base = self._index, self._base
        known = sorted(
            (index[first] * base + index[second], number)
            for word, number in index.items()
            if " " in word and (first := word.partition(" ")[0]) in index and (second := word.partition(" ")[2]) in index
        )
        keys, numbers = zip(*known, strict=True) if known else ((), ())
        return np.array(keys, np.int64), np.array(numbers, np.int64)

    @property
    def _base(self) -> int:
        return len(self.words) + FIRST_WORD

    def _fill(self, result: np.ndarray, values: pl.Series) -> None:
        """Write the numbers of some texts into their rows, (rows, max_length)."""
        number = self._index.get
        numbers, texts = _flat(values, lambda word: number(word, UNKNOWN))
        if self.ngrams > 1:
            numbers, texts = self._with_pairs(numbers, texts)
        lengths = np.bincount(texts, minlength=len(values))
        places = np.arange(len(numbers)) - (np.cumsum(lengths) - lengths)[texts]
        tail, over = self.max_length // 4, lengths[texts] - self.max_length
        head = places < self.max_length - tail
        moved = np.where(head | (over <= 0), places, places - over)  # the end of a long text moves up to its head
        kept = head | (moved >= self.max_length - tail)
        result[texts[kept], moved[kept]] = numbers[kept]
        result[lengths == 0, 0] = UNKNOWN

    def _with_pairs(self, numbers: np.ndarray, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Put each known pair behind its first word."""
        keys, pair_numbers = self._pairs
        if not len(keys) or not len(numbers):
            return numbers, texts
        pairs = numbers[:-1] * self._base + numbers[1:]
        at = np.minimum(np.searchsorted(keys, pairs), len(keys) - 1)
        known = np.flatnonzero((keys[at] == pairs) & (texts[:-1] == texts[1:]))
        return np.insert(numbers, known + 1, pair_numbers[at[known]]), np.insert(texts, known + 1, texts[known])


def _flat(values: pl.Series, number: Callable[[str], int]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of all tokens, one text after the other, and the row of each; two (tokens,) int64."""
    lengths: list[int] = []
    numbers: list[np.ndarray] = []
    for start in range(0, len(values), CHUNK_ROWS):
        cut = [tokens(text) if text else [] for text in values[start : start + CHUNK_ROWS].to_list()]
        lengths += map(len, cut)
        numbers.append(np.fromiter(map(number, chain.from_iterable(cut)), np.int64))
    return np.concatenate(numbers) if numbers else np.zeros(0, np.int64), np.repeat(np.arange(len(values)), lengths)


def _neighbours(numbers: np.ndarray, texts: np.ndarray, base: int) -> tuple[np.ndarray, np.ndarray]:
    """Each two neighbours of one text as `first × base + second`, and the row of each."""
    inside = texts[:-1] == texts[1:]
    return (numbers[:-1] * base + numbers[1:])[inside], texts[:-1][inside]


def _texts_with(numbers: np.ndarray, texts: np.ndarray) -> tuple[list[int], list[int]]:
    """The numbers that occur in at least `MIN_TEXTS` texts, and in how many; repeats within a text count once."""
    order = np.lexsort((texts, numbers))
    numbers, texts = numbers[order], texts[order]
    first = np.ones(len(numbers), bool)
    first[1:] = (numbers[1:] != numbers[:-1]) | (texts[1:] != texts[:-1])
    found, counts = np.unique(numbers[first], return_counts=True)
    often = counts >= MIN_TEXTS
    return found[often].tolist(), counts[often].tolist()


@cache
def _pattern() -> re.Pattern[str]:
    """A single character with its marks, or letters and digits held together by marks and apostrophes."""
    marks = "".join(chr(code) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code))[0] == "M")
    return re.compile(rf"[{_SINGLE}][{marks}]*|[^\W_{_SINGLE}]+(?:['{marks}]+[^\W_{_SINGLE}]+)*[{marks}]*")
