"""Words: what is taken out, which are named, and how many of those by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from core.why.words import discoveries, words


def counting(word: str, effect: float) -> object:
    """A model that adds `effect` to the second class for a text with the word."""

    def answer(which: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        yes = np.array([0.5 + effect * (word in text.lower().split()) for text in texts])
        return np.c_[1 - yes, yes]

    return answer


def test_a_word_is_taken_out_wherever_it_stands_and_however_it_is_written() -> None:
    texts = ["Good and good GOOD", "a good thing", "good", "so good", "good day", "bad"]
    found = words(counting("good", 0.25), texts, ("no", "yes"))  # type: ignore[arg-type]
    assert [(one.word, one.label, one.texts, one.value) for one in found] == [("good", "yes", 5, 0.25)]


def test_rare_words_are_not_named() -> None:
    assert words(counting("good", 0.25), ["good a"] * 4 + ["a b"] * 9, ("no", "yes")) == ()  # type: ignore[arg-type]


def test_each_class_has_its_words() -> None:
    def answer(which: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        raw = np.array([[0.1 + ("cat" in text), 0.1 + ("dog" in text), 0.1] for text in texts])
        return raw / raw.sum(axis=1, keepdims=True)

    found = words(answer, ["a cat", "a dog"] * 6, ("cat", "dog", "neither"))
    ahead = {one.label: one.word for one in found if one.value > 0}
    assert ahead["cat"] == "cat"
    assert ahead["dog"] == "dog"
    assert "neither" not in ahead


def test_the_budget_is_kept() -> None:
    asked = [0]

    def answer(which: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        asked[0] += len(texts)
        return np.full((len(texts), 1), 1.0)

    words(answer, [" ".join(f"w{at}" for at in range(50))] * 100, (), most=500)
    assert 400 < asked[0] <= 500


def test_noise_has_hardly_a_word() -> None:
    """A model of pure chance: on average at most 1 of 20 named words may be there by chance, and here all would be."""
    named = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        texts = [" ".join(f"w{at}" for at in rng.choice(30, 6, replace=False)) for _ in range(30)]
        named += bool(words(lambda which, given, rng=rng: rng.normal(size=(len(given), 1)), texts, ()))  # type: ignore[misc]
    assert named <= 4  # 1 expected; more than 4 of 20 would be a chance of 1 in 400


@pytest.mark.parametrize("seed", range(5))
def test_discoveries_are_those_of_benjamini_and_hochberg(seed: int) -> None:
    p = np.random.default_rng(seed).random(30) ** 3
    assert discoveries(p.tolist()) == (stats.false_discovery_control(p) <= 0.05).tolist()


def test_nothing_to_discover() -> None:
    assert discoveries([]) == []
