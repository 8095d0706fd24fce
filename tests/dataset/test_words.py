from __future__ import annotations

import math

import polars as pl
import pytest

from core.dataset.languages import languages_of
from core.dataset.words import count_words, cut, lengths_in_words, speaking_words


def words_of(text: str, language: str | None = None) -> list[str]:
    texts = pl.Series([text])
    return cut(texts, [language] if language else languages_of(texts))["word"].to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("The rooms weren't clean, but the mother-in-law's breakfast was.", ["rooms", "clean", "mother-in-law's", "breakfast"]),
        ("这家酒店的服务很好，房间也很干净，早餐一般", ["酒店", "服务", "好", "房间", "干净", "早餐", "一般"]),
        ("這家酒店的服務很好，房間也很乾淨", ["酒店", "服務", "好", "房間", "乾淨"]),
        ("部屋はとても清潔で、スタッフの対応が良かったです。", ["部屋", "清潔", "スタッフ", "対応", "良"]),
        ("朝食がおいしい宿でしたが、にぎやかな通りに面しています", ["朝食", "おいしい", "宿", "にぎやかな", "通", "面"]),
        ("방이 깨끗하고 직원들도 친절했습니다", ["방이", "깨끗하고", "직원들도", "친절했습니다"]),
        ("Der Kellner war nicht freundlich", ["kellner", "freundlich"]),
        ("कमरा बहुत साफ था", ["कमरा", "साफ"]),
        ("Номер был очень чистый", ["номер", "чистый"]),
    ),
)
def test_words_of_a_sentence(text: str, expected: list[str]) -> None:
    assert words_of(text) == expected


def test_small_words_numbers_addresses_and_mark_up_are_no_words() -> None:
    text = '<b class="big">Great</b> &amp; cheap at https://shop.example/a?b=1 or me@shop.example, 100 % 😀'
    assert words_of(text, "en") == ["great", "cheap"]
    assert words_of("the and of 1 2 3 !!! 😀", "en") == [] == words_of("", "en")


def test_thai_is_cut_into_pairs_of_signs() -> None:
    assert words_of("ดีมาก") == ["ดีม", "าก"]  # “มา” between them is a small word


def test_a_word_counts_once_a_text() -> None:
    words = cut(pl.Series(["clean clean clean", "clean room", "clean", "room", "room"]), ["en"] * 5)
    assert count_words(words, 5) == (("clean", 3), ("room", 3))


def test_log_odds_are_those_of_the_paper() -> None:
    """Monroe, Colaresi, Quinn 2008, equations 15 to 22, by hand for one word."""
    texts = pl.Series(["clean room", "clean"] * 40 + ["room dirty", "dirty"] * 40)
    labels = pl.Series(["good"] * 80 + ["bad"] * 80)
    found = speaking_words(cut(texts, ["en"] * 160), labels, ["good", "bad"], 5)
    prior = {"clean": 8.0, "room": 8.0, "dirty": 8.0}  # a tenth of how often each occurs
    here, there = {"clean": 80, "room": 40, "dirty": 0}, {"clean": 0, "room": 40, "dirty": 80}

    def odds(counts: dict[str, int]) -> float:
        one = counts["clean"] + prior["clean"]
        return one / (sum(counts.values()) + sum(prior.values()) - one)

    times = odds(here) / odds(there)
    assert math.log(times) / math.sqrt(1 / 88 + 1 / 8) > 2.58
    assert found == {"good": (("clean", pytest.approx(times, abs=0.01)),), "bad": (("dirty", pytest.approx(times, abs=0.01)),)}


def test_words_that_occur_by_chance_speak_for_no_class() -> None:
    texts = pl.Series([f"room lamp{chr(97 + i % 26)}" for i in range(200)])
    found = speaking_words(cut(texts, ["en"] * 200), pl.Series(["a", "b"] * 100), ["a", "b", "absent"], 10)
    assert all("room" not in dict(words) for words in found.values()) and found["absent"] == ()


def test_no_texts_have_no_words() -> None:
    nothing = cut(pl.Series([], dtype=pl.String), [])
    assert count_words(nothing, 5) == () and speaking_words(nothing, pl.Series([], dtype=pl.String), ["a"], 5) == {"a": ()}


def test_lengths_in_words_count_small_words_too() -> None:
    texts = pl.Series(["The room was clean, 100 %!", "这家酒店的服务很好", "", "部屋です"])
    assert lengths_in_words(texts, ["en", "zh-Hans", "other", "ja"]).tolist() == [5, 6, 0, 4]


def test_how_many_characters_a_chinese_word_has_is_measured() -> None:
    texts = pl.Series(["酒店服务"] * 1200 + ["酒店服务" * 10_000])
    assert lengths_in_words(texts, ["zh-Hans"] * 1201).tolist() == [2] * 1200 + [20_000]
