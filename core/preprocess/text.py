"""Texts: words (or single characters, where a script has no spaces) → numbers of a fixed vocabulary.

One rule cuts every language: letters and digits that stand together are a word, and each character of
Chinese, Japanese, Thai and their like, and each emoji, is a token by itself. Upper and lower case,
full-width and composed forms of the same letter are made equal first (Unicode NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
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
_SAME = str.maketrans({"\u2019": "'", "\u02bc": "'", "\ufe0e": None, "\ufe0f": None})  # apostrophes; emoji variants


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
    return _pattern().findall(unicodedata.normalize("NFKC", text).lower().translate(_SAME))


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
        counts: Counter[str] = Counter()
        for text in _texts(values):
            counts.update(set(_with_pairs(tokens(text), ngrams)))
        common = [(word, texts) for word, texts in counts.items() if texts >= MIN_TEXTS and len(word) <= MAX_WORD]
        common.sort(key=lambda pair: (-pair[1], pair[0]))
        return cls(tuple(word for word, _ in common[: vocabulary - FIRST_WORD]), max_length, ngrams)

    def encode(self, values: pl.Series) -> np.ndarray:
        """Encode texts in their order.

        Returns:
            (rows, max_length) int32 in [0, vocabulary). Every row has at least one number above 0: a
            missing or empty text is one unknown word.
        """
        result = np.zeros((len(values), self.max_length), np.int32)
        tail = self.max_length // 4
        for row, text in enumerate(_texts(values)):
            numbers = self._numbers(tokens(text)) or [UNKNOWN]
            if len(numbers) > self.max_length:
                numbers = numbers[: self.max_length - tail] + numbers[len(numbers) - tail :]
            result[row, : len(numbers)] = numbers
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

    def _numbers(self, words: list[str]) -> list[int]:
        number = self._index.get
        if self.ngrams == 1:
            return [number(word, UNKNOWN) for word in words]
        found: list[int] = []
        for word, following in zip(words, [*words[1:], ""], strict=False):
            found.append(number(word, UNKNOWN))
            if pair := number(f"{word} {following}"):
                found.append(pair)
        return found


def _texts(values: pl.Series) -> Iterator[str]:
    for start in range(0, len(values), CHUNK_ROWS):
        yield from (text or "" for text in values[start : start + CHUNK_ROWS].to_list())


def _with_pairs(words: list[str], ngrams: int) -> Iterable[str]:
    yield from words
    if ngrams > 1:
        yield from (f"{first} {second}" for first, second in zip(words, words[1:], strict=False))


@cache
def _pattern() -> re.Pattern[str]:
    """A single character with its marks, or letters and digits held together by marks and apostrophes."""
    marks = "".join(chr(code) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code))[0] == "M")
    return re.compile(rf"[{_SINGLE}][{marks}]*|[^\W_{_SINGLE}]+(?:['{marks}]+[^\W_{_SINGLE}]+)*[{marks}]*")
