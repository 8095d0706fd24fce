"""The seal: each question is counted once, by whoever asks it, and a broken line hides only itself."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.dataset import Dataset
from core.seal import FILE, WHAT, Look, look_at, looks, looks_json, looks_sentence


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    (tmp_path / "d1").mkdir()
    return Dataset(tmp_path / "d1")


def test_the_same_question_is_one_look(dataset: Dataset) -> None:
    assert looks(dataset) == ()
    first = look_at(dataset, "verdict", ["b", "a"])
    again = look_at(dataset, "verdict", ["a", "b", "a"])
    assert first == again == looks(dataset) and len(first) == 1
    assert first[0].models == ("a", "b") and first[0].time.endswith("+00:00")


def test_another_question_is_another_look(dataset: Dataset) -> None:
    look_at(dataset, "verdict", ["a"])
    look_at(dataset, "verdict", ["a", "b"])
    look_at(dataset, "threshold", ["a"], aim="0.3")
    found = look_at(dataset, "threshold", ["a"], aim="0.4")
    assert looks_json(found)["count"] == 4
    assert looks_json(found)["by_kind"] == {"verdict": 2, "threshold": 2}
    assert found[-1].detail == {"aim": "0.4"}


def test_a_kind_that_is_not_known_is_refused(dataset: Dataset) -> None:
    with pytest.raises(ValueError, match="verdict"):
        look_at(dataset, "peek", [])


def test_many_at_once_lose_nothing_and_count_once(dataset: Dataset) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: look_at(dataset, "slices", ["a"], column=number % 5), range(40)))
    assert sorted(look.detail["column"] for look in looks(dataset)) == [0, 1, 2, 3, 4]


def test_a_torn_line_hides_only_itself(dataset: Dataset) -> None:
    look_at(dataset, "verdict", ["a"])
    with (dataset.folder / FILE).open("ab") as file:
        file.write(b'\xff{"what": "verdict", "mo')
    look_at(dataset, "curves", ["a"])
    assert [look.what for look in looks(dataset)] == ["verdict", "curves"]


def test_the_file_is_private_and_one_line_a_look(dataset: Dataset) -> None:
    look_at(dataset, "verdict", ["a\nb"], columns=["x\n"])
    path = dataset.folder / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert [json.loads(line)["models"] for line in path.read_text().splitlines()] == [["a\nb"]]


@given(st.binary(max_size=200))
def test_any_content_can_be_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("d")
    (folder / FILE).write_bytes(content)
    assert looks(Dataset(folder)) == ()


def test_the_sentence_counts() -> None:
    one = Look("", "verdict", ())
    assert "Nobody" in looks_sentence([]) and "once" in looks_sentence([one])
    assert "1,200 times" in looks_sentence([one] * 1200) and "luck" in looks_sentence([one] * 2)


def test_every_kind_has_words() -> None:
    assert all(words and words[0].islower() for words in WHAT.values())
