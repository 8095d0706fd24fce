"""Which words move a model that reads texts: what its answer loses when a word is taken out.

Taking one thing out and asking again is occlusion (Zeiler and Fergus 2014; for texts Li, Monroe and Jurafsky,
"Understanding Neural Networks through Representation Erasure", 2016). For one text the words' shares are Shapley values
instead (`core.why.row`), because words that say the same hide each other.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from core.evaluation.intervals import LEVEL
from core.evaluation.student import t_quantile, two_sided
from core.why.pieces import pieces, without
from core.why.result import Word

__all__ = ["discoveries", "words"]

FEWEST_TEXTS = 5  # with a word, before it is named
EACH_WAY = 12  # words for and against each class
CLASSES = 10
MOST_ASKED = 15_000
WORDS_OF_A_TEXT = 200

AnswerTexts = Callable[[np.ndarray, Sequence[str]], np.ndarray]  # which rows, their texts → (n, outputs)


def words(answer: AnswerTexts, texts: Sequence[str | None], labels: tuple[str, ...], *, most: int = MOST_ASKED, heard: Callable[[int, int], None] = lambda done, total: None) -> tuple[Word, ...]:
    """What words do to the answers for some texts.

    Args:
        answer: answers for rows whose text was changed.
        texts: of the rows, in an order of chance; as many are used as the budget allows.
        labels: the classes; empty for a regression.
        most: answers to ask for.
        heard: called with texts done and of how many.

    Returns:
        For each class (the second of two, the ten first of many, or the value) the words with the surest effect in both
        directions, with the mean over the texts in which they stand and its 95 % interval (Student's t). Only words of
        at least five texts, and of those as many as can be named so that at most 1 in 20 is there by chance.
    """
    effects: dict[str, list[np.ndarray]] = defaultdict(list)
    asked = 0
    for number, text in enumerate(texts):
        places = _distinct(text or "")
        if asked + len(places) + 1 > most:
            break
        asked += len(places) + 1
        variants = [text or "", *(without(text or "", spans) for spans in places.values())]
        answers = answer(np.full(len(variants), number), variants)
        for word, change in zip(places, answers[0] - answers[1:], strict=True):
            effects[word].append(change)
        heard(number + 1, len(texts))
    often = {word: np.stack(found) for word, found in effects.items() if len(found) >= FEWEST_TEXTS}
    outputs = [(labels[-1], len(labels) - 1)] if len(labels) == 2 else [(label, number) for number, label in enumerate(labels[:CLASSES] or ("",))]
    return tuple(one for label, output in outputs for one in _surest(label, {word: found[:, output] for word, found in often.items()}))


def _distinct(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where each word of a text stands, upper and lower case alike."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for start, end in pieces(text, most=10**9)[:WORDS_OF_A_TEXT]:
        found[unicodedata.normalize("NFKC", text[start:end]).lower()].append((start, end))
    return found


def _surest(label: str, effects: dict[str, np.ndarray]) -> list[Word]:
    found, chances = [], []
    for word, values in effects.items():
        mean, n = float(values.mean()), len(values)
        error = float(values.std(ddof=1)) / n**0.5
        if error <= 0 and mean == 0:
            continue
        chances.append(two_sided(mean / error, n - 1) if error > 0 else 0.0)
        reach = t_quantile(LEVEL, n - 1) * error
        found.append(Word(label=label, word=word, texts=n, value=mean, low=mean - reach, high=mean + reach))
    sure = [one for one, kept in zip(found, discoveries(chances), strict=True) if kept]
    ahead = sorted((one for one in sure if one.value > 0), key=lambda one: -(one.low or 0.0))[:EACH_WAY]
    against = sorted((one for one in sure if one.value < 0), key=lambda one: one.high or 0.0)[:EACH_WAY]
    return ahead + against


def discoveries(chances: Sequence[float], share: float = 0.05) -> list[bool]:
    """Which of many findings to name, so that on average at most this share of those named is there by chance.

    Benjamini and Hochberg, "Controlling the false discovery rate" (J. R. Statist. Soc. B, 1995).

    Args:
        chances: the p-value of each.
        share: that may be wrong, 0 to 1.

    Example:
        >>> discoveries([0.01, 0.2, 0.03, 0.9])
        [True, False, False, False]
    """
    ordered = sorted(chances)
    limit = max((p for rank, p in enumerate(ordered, start=1) if p <= share * rank / len(ordered)), default=-1.0)
    return [p <= limit for p in chances]
