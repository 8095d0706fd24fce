from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.near_texts import near_duplicates

ENGLISH = "The room was clean and quiet, the breakfast was served until eleven, and the staff remembered our names."
CHINESE = "房间很干净也很安静，早餐一直供应到十一点，前台的工作人员还记得我们的名字，下次出差还会再来住。"


def groups(*texts: str | None) -> list[int]:
    return near_duplicates(pl.Series(texts, dtype=pl.String)).tolist()


def random_texts(count: int, words: int, seed: int = 0) -> list[str]:
    random = np.random.default_rng(seed)
    vocabulary = ["".join(random.choice(list("abcdefghijklmnopqrstuvwxyz"), 6)) for _ in range(2000)]
    return [" ".join(random.choice(vocabulary, words)) for _ in range(count)]


@pytest.mark.parametrize("text", (ENGLISH, CHINESE))
@pytest.mark.parametrize(
    "change",
    (
        str.upper,
        lambda text: f"  {text}!!!",
        lambda text: text.replace("，", " , ").replace(",", " –"),
        lambda text: f"1 {text}",
        lambda text: text[:-3],
        lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),  # full width
    ),
)
def test_a_copy_with_a_small_change_is_near(text, change):
    assert groups(text, "Something else altogether, long enough to be told from the other", change(text)) == [0, 1, 0]


def test_other_texts_on_the_same_matter_are_not_near():
    other = "The room was small and loud, the breakfast was cold at eleven, and the staff forgot our names and luggage."
    assert groups(ENGLISH, other, CHINESE, "房间很小也很吵，早餐十点就没有了，前台的工作人员态度冷淡，下次出差不会再来住。") == [0, 1, 2, 3]


def test_short_and_empty_texts_are_alone():
    assert groups("good", "good", "", None, "很好，会再来", "很好，会再来", "...", None) == list(range(8))
    assert groups() == [] and groups(None, None) == [0, 1]


def test_equal_texts_are_one_group_named_by_its_first_row():
    assert groups("x", ENGLISH, CHINESE, ENGLISH, CHINESE, ENGLISH) == [0, 1, 2, 1, 2, 1]


def test_a_chain_of_changes_is_one_group():
    steps = [ENGLISH + " " + "And so on it went." * i for i in range(3)]
    assert groups(*steps) == [0, 0, 0]


def test_beginning_and_end_stand_for_a_very_long_text():
    long = " ".join(random_texts(1, 5000))
    assert groups(long, long + " end", long[:4000] + " ".join(random_texts(1, 5000, seed=1))) == [0, 0, 2]


def test_agrees_with_comparing_all_with_all():
    texts = random_texts(60, 30)
    random = np.random.default_rng(2)
    for i in range(60):  # copies with one to six of their words changed: some near, some not
        words = texts[i].split()
        for place in random.choice(30, i % 6 + 1, replace=False):
            words[place] = "changed"
        texts.append(" ".join(words))
    runs = [{p[i : i + 5] for i in range(len(p) - 4)} for p in (t.replace(" ", "") for t in texts)]
    near = {(a, b) for a, b in itertools.combinations(range(120), 2) if len(runs[a] & runs[b]) >= 0.8 * len(runs[a] | runs[b])}
    found = groups(*texts)
    assert 15 < len(near) < 55
    assert {(a, b) for a, b in itertools.combinations(range(120), 2) if found[a] == found[b]} == near


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=80)), max_size=12))
def test_any_texts_give_groups_named_by_their_first_rows(texts):
    found = groups(*texts)
    assert len(found) == len(texts)
    assert all(found[first] == first <= row for row, first in enumerate(found))


def test_three_thousand_copies_of_one_template_are_one_group():
    assert set(groups(*(f"{ENGLISH} {i}" for i in range(3000)))) == {0}
