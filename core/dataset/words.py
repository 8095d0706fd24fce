"""The words of texts in any language, and which of them speak for a class.

Languages with spaces are cut at them; Chinese by the dictionary of jieba (in Rust), Japanese where the script changes, Thai into
pairs of syllable signs. What speaks for a class is found by log-odds with an informative Dirichlet prior (Monroe, Colaresi, Quinn
2008, “Fightin' Words”): a plain ratio would name words that occur twice by chance. A word counts once a text, so that one text
that repeats itself does not outweigh a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from core.dataset.languages import OTHER
from core.dataset.stop_words import STOP_WORDS

__all__ = ["count_words", "cut", "lengths_in_words", "speaking_words"]

LONGEST_WORD = 40  # characters; what is longer was pasted
NOISE = r"(https?://|www\.)[!-~]+|[!-~]+@[!-~]+|<[^<>]{0,300}>|&[a-z]{2,8};|&#\d{1,6};"  # addresses, mark-up
SPACED = r"[\p{L}\p{M}]+(?:['-][\p{L}\p{M}]+)*"
JAPANESE = r"[\p{Han}々]+|[\p{Katakana}ー]{2,}|\p{Hiragana}{3,}|[a-zà-ÿ]{2,}"
PARTICLE = r"^[はがを](\p{Hiragana}{3,})$"  # stands before the word that follows it
INFLECTION = r"^\p{Hiragana}*(です|ます|した|ません|って|った|から|ので|けど|たい|ている|れる|なく)$"
COUNTED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+(?:['-][\p{L}\p{M}]+)*"
MEASURED_TEXTS, MEASURED_CHARACTERS = 500, 2000  # so much Chinese shows how many characters a word has there
THAI = r"\p{Thai}\p{M}*"
CHINESE = ("zh-Hans", "zh-Hant")
PRIOR_WORDS, PRIOR_SHARE = 1000.0, 0.1  # weight of the whole, against the words of a class: so many, at most this share of all
SURE = 2.58  # standard errors from which a word speaks for a class (1 in 100 by chance)
FEWEST_TEXTS = 3  # with a word, before it is named


def cut(texts: pl.Series, languages: Sequence[str]) -> pl.DataFrame:
    """Cut texts into words, small words and numbers left out.

    Args:
        texts: (rows,) String, null allowed.
        languages: (rows,) the language of each, as in `core.dataset.languages`.

    Returns:
        `row` and `word`, each pair once.

    Example:
        >>> cut(pl.Series(["The <b>room</b> was very clean, and clean!"]), ["en"])["word"].sort().to_list()
        ['clean', 'room']
    """
    plain = texts.fill_null("").str.normalize("NFKC").str.to_lowercase().str.replace_all(NOISE, " ").str.replace_all("\u2019", "'", literal=True)
    frame = pl.DataFrame({"row": pl.Series(range(len(texts)), dtype=pl.UInt32), "text": plain, "language": list(languages)}, schema_overrides={"language": pl.String})
    pieces = [
        _cut_chinese(frame.filter(pl.col("language").is_in(CHINESE))),
        _cut_japanese(frame.filter(pl.col("language") == "ja")),
        _cut_thai(frame.filter(pl.col("language") == "th")),
        _matches(frame.filter(~pl.col("language").is_in([*CHINESE, "ja", "th"])), SPACED),
    ]
    words = pl.concat(pieces).unique(maintain_order=True)
    told = pl.col("word").str.len_chars().is_between(1, LONGEST_WORD) & ~pl.col("word").str.contains(r"^[\p{Latin}\p{Cyrillic}\p{Greek}\p{Kana}]?$|^\P{L}")
    return words.filter(told & ~pl.col("word").is_in(sorted(_stop_words(languages))))


def lengths_in_words(texts: pl.Series, languages: Sequence[str]) -> np.ndarray:
    """How many words each text has, small ones and numbers too: of Chinese to a few per cent; Japanese and Thai count characters.

    Args:
        texts: (rows,) String without null.
        languages: (rows,) the language of each.

    Returns:
        (rows,) int64.

    Example:
        >>> lengths_in_words(pl.Series(["It was good.", "房间很干净"]), ["en", "zh-Hans"]).tolist()
        [3, 3]
    """
    found = texts.str.count_matches(COUNTED).to_numpy().astype(np.int64)
    rows = np.flatnonzero(np.isin(np.array(languages, dtype=str), CHINESE))
    if len(rows):
        measured = texts[rows[:: -(-len(rows) // MEASURED_TEXTS)]].str.head(MEASURED_CHARACTERS)
        words = sum(word[0].isalnum() for text in measured.to_list() for word in _chinese_words(text))
        found[rows] = np.maximum(1, np.round(found[rows] * words / max(1, int(measured.str.count_matches(COUNTED).sum()))))
    return found


def count_words(words: pl.DataFrame, most: int) -> tuple[tuple[str, int], ...]:
    """The words of the most texts, with how many.

    Args:
        words: from `cut`.
        most: how many words.
    """
    counts = words.group_by("word").len("texts").filter(pl.col("texts") >= FEWEST_TEXTS).sort("texts", "word", descending=[True, False]).head(most)
    return tuple((str(word), int(texts)) for word, texts in counts.iter_rows())


def speaking_words(words: pl.DataFrame, labels: pl.Series, classes: Sequence[str], most: int) -> dict[str, tuple[tuple[str, float], ...]]:
    """The words that speak for each class, with how many times more frequent they are there than elsewhere.

    Args:
        words: from `cut`.
        labels: (rows,) the class of each text.
        classes: which of them to describe.
        most: words of a class.

    Returns:
        Class → (word, times), the surest first; times are pulled towards 1 where a word is rare. Empty for a class without any.

    Example:
        >>> texts = pl.Series(["clean room", "dirty room"] * 30)
        >>> found = speaking_words(cut(texts, ["en"] * 60), pl.Series(["good", "bad"] * 30), ["good", "bad"], 3)
        >>> [word for word, times in found["good"]], found["good"][0][1] > 3
        (['clean'], True)
    """
    tally = words.with_columns(label=labels.gather(words["row"])).group_by("word", "label").len("texts")
    totals = tally.group_by("word").agg(pl.col("texts").sum()).filter(pl.col("texts") >= FEWEST_TEXTS).sort("word")
    vocabulary, everywhere = totals["word"], totals["texts"].to_numpy().astype(float)
    prior = everywhere * min(PRIOR_SHARE, PRIOR_WORDS / max(1.0, everywhere.sum()))
    found = {}
    for label in classes:
        here = totals.select("word").join(tally.filter(pl.col("label") == label), on="word", how="left", maintain_order="left")["texts"].fill_null(0).to_numpy()
        times, sureness = _log_odds(here.astype(float), everywhere - here, prior)
        best = np.argsort(-sureness, kind="stable")[:most]
        found[label] = tuple((str(vocabulary[int(i)]), round(float(times[i]), 2)) for i in best if sureness[i] >= SURE and here[i] >= FEWEST_TEXTS)
    return found


def _log_odds(here: np.ndarray, elsewhere: np.ndarray, prior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ratio of the odds of each word here and elsewhere, and its logarithm in standard errors; (words,) each."""
    one, other = here + prior, elsewhere + prior
    difference = np.log(one / (one.sum() - one + 1e-9)) - np.log(other / (other.sum() - other + 1e-9))
    return np.exp(difference), difference / np.sqrt(1 / one + 1 / other)


def _stop_words(languages: Iterable[str]) -> set[str]:
    """Small words of the languages that occur; of English, too, where some are unsure."""
    met = {"zh" if language in CHINESE else "en" if language == OTHER else language for language in languages}
    return {word for language in met for word in STOP_WORDS.get(language, ())}


def _matches(frame: pl.DataFrame, pattern: str) -> pl.DataFrame:
    return frame.select("row", pl.col("text").str.extract_all(pattern).alias("word")).explode("word").drop_nulls()


def _cut_chinese(frame: pl.DataFrame) -> pl.DataFrame:
    joined = ["\x1f".join(_chinese_words(text)) for text in frame["text"].to_list()]
    return pl.DataFrame({"row": frame["row"], "word": pl.Series(joined, dtype=pl.String).str.split("\x1f")}).explode("word").drop_nulls()


def _chinese_words(text: str) -> list[str]:
    import rjieba  # its dictionary takes 30 MB: never in the web process

    return rjieba.cut(text)


def _cut_japanese(frame: pl.DataFrame) -> pl.DataFrame:
    """Kanji, katakana and longer hiragana, as they stand together; endings of verbs are no words."""
    words = _matches(frame, JAPANESE).with_columns(pl.col("word").str.replace(PARTICLE, "${1}"))
    return words.filter(~pl.col("word").str.contains(INFLECTION))


def _cut_thai(frame: pl.DataFrame) -> pl.DataFrame:
    """Thai has neither spaces nor a small dictionary: each two neighbouring signs are a word."""
    signs = frame["text"].str.extract_all(THAI).to_list()
    pairs = [[first + second for first, second in zip(found, found[1:], strict=False)] for found in signs]
    return pl.DataFrame({"row": frame["row"], "word": pl.Series(pairs, dtype=pl.List(pl.String))}).explode("word").drop_nulls()
