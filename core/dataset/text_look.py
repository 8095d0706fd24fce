"""How long the texts of a column are, in which languages, and which words they use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from core.dataset.languages import languages_of, shares
from core.dataset.looks import Bars, TextLook
from core.dataset.words import count_words, cut, lengths_in_words, speaking_words

if TYPE_CHECKING:
    from core.dataset.facts import Facts

__all__ = ["bars", "look_at_texts"]

CLASSES: Final = 12  # the most frequent ones get their words
WORDS: Final = 10  # of a class
FREQUENT: Final = 20
READ_CHARACTERS: Final = 2000  # of a text, for its words
BARS: Final = 12
QUANTILES: Final = (("shortest", 0.0), ("a quarter", 0.25), ("middle", 0.5), ("three quarters", 0.75), ("95 %", 0.95), ("longest", 1.0))


def look_at_texts(facts: Facts, column: str, rows: np.ndarray) -> TextLook:
    """Look at one column of texts.

    Args:
        facts: of the draft.
        column: its name.
        rows: (n,) the training rows to look at.
    """
    texts = facts.table[column][rows].cast(pl.String)
    there = texts.is_not_null() & (texts.str.strip_chars() != "")
    some, labels = texts.filter(there), (facts.answer[rows].filter(there) if facts.labels else None)
    if not len(some):
        return TextLook(looked_at=len(rows), empty=len(rows))
    read = some.str.head(READ_CHARACTERS)
    languages = languages_of(read)
    words = cut(read, languages)
    characters = some.str.len_chars().to_numpy()
    return TextLook(
        looked_at=len(rows), empty=len(rows) - len(some), characters=_quantiles(characters),
        words=_quantiles(lengths_in_words(some, languages)), character_bars=bars(characters), languages=shares(languages),
        frequent=count_words(words, FREQUENT), by_class=_by_class(words, labels) if labels is not None else {},
    )  # fmt: skip


def _by_class(words: pl.DataFrame, labels: pl.Series) -> dict[str, tuple[tuple[str, float], ...]]:
    frequent = labels.alias("label").value_counts(name="n").sort("n", "label", descending=[True, False])["label"].head(CLASSES).to_list()
    return speaking_words(words, labels, frequent, WORDS)


def _quantiles(lengths: np.ndarray) -> tuple[tuple[str, int], ...]:
    found = np.quantile(lengths, [share for _, share in QUANTILES], method="inverted_cdf")
    return tuple((name, int(value)) for (name, _), value in zip(QUANTILES, found, strict=True))


def bars(values: Sequence[int] | np.ndarray) -> Bars:
    """Count whole numbers in ranges of one round width; the last is open where a few are far larger.

    Args:
        values: (n,) whole numbers of 0 or more; n of 1 or more.

    Returns:
        At most 12 pairs of a range in words and a count; the counts sum to n.

    Example:
        >>> bars([1, 12, 14, 70, 300])
        (('0–49', 3), ('50–99', 1), ('100–149', 0), ('150–199', 0), ('200–249', 0), ('250–299', 0), ('300–349', 1))
    """
    numbers = np.asarray(values)
    low, high, most = int(numbers.min()), int(np.quantile(numbers, 0.99, method="inverted_cdf")), int(numbers.max())
    width = next(w for power in range(19) for w in (10**power, 2 * 10**power, 5 * 10**power) if high // w - low // w < BARS - 1)
    first, last = low // width, high // width
    counts = np.bincount(np.minimum(numbers // width, last + 1) - first, minlength=last - first + 2)
    named = [(_range(width * place, width * (place + 1) - 1), int(n)) for place, n in zip(range(first, last + 1), counts, strict=False)]
    beyond = int(counts[last - first + 1])
    return (*named, *([(f"{width * (last + 1):,} or more", beyond)] if most // width > last else []))


def _range(first: int, last: int) -> str:
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"
