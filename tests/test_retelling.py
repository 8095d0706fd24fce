"""Sentences that a worker or an error wrote in English are said in the visitor's language, names in them letter by letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import retelling
from core.errors import NotFound
from core.language import N_, speaking
from core.retelling import filled, retold


def test_a_whole_sentence() -> None:
    with speaking("zh_CN"):
        assert retold("Paused. Press Resume to go on.") == "已暂停。按“继续训练”恢复训练。"


def test_in_english_nothing_is_done() -> None:
    assert retold("Paused. Press Resume to go on.") == "Paused. Press Resume to go on."


def test_places_are_filled_with_what_stood_there() -> None:
    said = str(NotFound(N_("There is no file {file}. Check the path.").format(file="'people.csv'")))
    with speaking("zh_CN"):
        assert retold(said) == "没有文件 'people.csv'。请检查路径。"


def test_words_of_ours_in_a_place_are_told_in_turn() -> None:
    with speaking("zh_CN"):
        assert retold("All 20 epochs are done; the weights of epoch 7, the best on the validation rows, were kept.") == "20 轮全部完成；保留了第 7 轮的权重，它在验证数据上最好。"


def test_a_count_takes_its_plural() -> None:
    with speaking("zh_CN"):
        assert retold("1 row") == retold("1,200 rows").replace("1,200", "1")
        assert retold("many rows") == "many rows"


def test_sentences_behind_one_another() -> None:
    with speaking("zh_CN"):
        two = retold("None of them stands on both sides of the split. Train again.")
        assert two == retold("None of them stands on both sides of the split.") + retold("Train again.")
        assert retold("Train again. Nobody ever wrote this.") == "Train again. Nobody ever wrote this."


@pytest.mark.parametrize("name", ["Open", "Compare", "Learning rate", "3 rows", "Train again."])
def test_a_name_that_is_a_word_of_ours_stays_a_name(name: str) -> None:
    with speaking("zh_CN"):
        assert name in retold(f"There is no column {name}. The columns are: a.")


@given(st.text(max_size=300))
def test_any_other_text_stays_as_it_is_or_is_told_without_a_fault(text: str) -> None:
    with speaking("zh_CN"):
        assert isinstance(retold(text), str)


@given(st.text(alphabet=st.characters(blacklist_characters="."), min_size=1, max_size=60), st.text(alphabet="abc", min_size=1))
def test_what_stands_in_a_place_is_never_lost(name: str, columns: str) -> None:
    with speaking("zh_CN"):
        told = retold(f"There is no column {name}. The columns are: {columns}.")
        assert name in told and told != f"There is no column {name}. The columns are: {columns}."


def test_a_sentence_of_an_endless_length_is_left_alone() -> None:
    with speaking("zh_CN"):
        text = "There is no column " + "x" * retelling.LONGEST + ". The columns are: a."
        assert retold(text) == text


def test_filled_leaves_out_formats() -> None:
    assert filled("{share:.1%} 的 {all}", {"share": "3.1%", "all": "12"}) == "3.1% 的 12"
