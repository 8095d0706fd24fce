"""The rows that the room watches: fixed by the seed, spread over the target, and cheap to ask about."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import ColumnType, Part, Task
from core.preprocess.preprocessor import PreprocessOptions, Preprocessor
from core.training import examples
from core.training.examples import MOST, Examples, chosen, examples_of
from core.training.material import Material
from tests.preprocess import made

ROWS = 40
CLASSES = st.lists(st.integers(0, 9), max_size=60)


def material_of(folder: Path, kind: ColumnType = ColumnType.TEXT, task: Task = Task.MULTICLASS) -> tuple[Material, Any]:
    """Forty rows with three classes, the last ten of them for validation."""
    words = [f"word{i % 7} more" for i in range(ROWS)]
    values = {ColumnType.TEXT: words, ColumnType.IMAGE: words, ColumnType.NUMBER: [float(i) for i in range(ROWS)]}[kind]
    target: list[Any] = [float(i) for i in range(ROWS)] if task is Task.REGRESSION else [("a", "b", "c")[i % (2 if task is Task.BINARY else 3)] for i in range(ROWS)]
    images = np.random.default_rng(0).integers(0, 255, (ROWS, 8, 8, 1), np.uint8) if kind is ColumnType.IMAGE else None
    data = made.dataset(folder / "d", {"x": (kind, values)}, target, task=task, parts=[0] * 30 + [1] * 10, images=images)
    spec = made.spec_of(data)
    material = Material(spec, data, Preprocessor.fit(data, spec, PreprocessOptions(max_length=4)))
    x, y = material.inputs(Part.VALIDATION), material.target(Part.VALIDATION)
    return material, SimpleNamespace(val_x=x, val_y=y)  # a Lesson without the engine that its module loads


@given(CLASSES, st.integers(0, 5))
def test_every_class_comes_before_any_comes_twice(classes: list[int], seed: int) -> None:
    targets = np.array(classes, np.int32)
    rows = chosen(targets, True, seed)
    assert len(set(rows.tolist())) == len(rows) == min(MOST, len(classes))
    shown = targets[rows].tolist()
    first = min(MOST, len(set(classes)))
    assert len(set(shown[:first])) == first
    assert rows.tolist() == chosen(targets, True, seed).tolist()


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=8, max_size=60), st.integers(0, 5))
def test_numbers_are_shown_from_low_to_high(values: list[float], seed: int) -> None:
    targets = np.array(values, np.float32)
    shown = targets[chosen(targets, False, seed)]
    assert len(shown) == MOST and (np.diff(shown) >= 0).all()
    eighth = len(values) // MOST + 1  # one from each eighth, so the ends are near the ends
    ordered = np.sort(targets)
    assert shown[0] <= ordered[eighth] and shown[-1] >= ordered[-1 - eighth]


def test_another_seed_chooses_other_rows() -> None:
    targets = np.zeros(1000, np.int32)
    assert chosen(targets, True, 0).tolist() != chosen(targets, True, 1).tolist()


@pytest.mark.parametrize("kind", [ColumnType.TEXT, ColumnType.IMAGE, ColumnType.NUMBER], ids=lambda kind: kind.value)
def test_rows_and_answers_belong_together(tmp_path: Path, kind: ColumnType) -> None:
    material, lesson = material_of(tmp_path, kind)
    found = Examples.of(material, lesson)
    assert found is not None and len(found.rows) == MOST and (found.rows >= 30).all()
    asked: list[dict[str, np.ndarray]] = []

    def outputs(inputs: dict[str, np.ndarray]) -> np.ndarray:
        asked.append(inputs)
        return np.tile(np.array([[0.1, 0.2, 0.7]], np.float32), (MOST, 1))

    rows = found.look(outputs)
    assert rows is not None and [row["row"] for row in rows] == found.rows.tolist()
    assert [row["truth"] for row in rows] == material.dataset.table(("y",), found.rows)["y"].to_list()
    assert {(row["answer"], row["share"]) for row in rows} == {("c", 0.7)}
    for name, array in lesson.val_x.items():
        assert np.array_equal(asked[0][name], array[found.rows - 30])


def test_at_most_once_a_second_but_always_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(examples.time, "monotonic", lambda: clock.now)
    found = Examples.of(*material_of(tmp_path))
    assert found is not None

    def outputs(_: Any) -> np.ndarray:
        return np.full((MOST, 3), 1 / 3, np.float32)

    assert found.look(outputs) is not None
    clock.now += 0.99
    assert found.look(outputs) is None
    assert found.look(outputs, last=True) is not None
    clock.now += 1.0
    assert found.look(outputs) is not None


def test_numbers_have_no_share(tmp_path: Path) -> None:
    material, lesson = material_of(tmp_path, task=Task.REGRESSION)
    found = Examples.of(material, lesson)
    assert found is not None
    rows = found.look(lambda _: np.zeros((MOST, 1), np.float32))
    assert rows is not None and rows[0]["share"] is None and rows[0]["truth"] >= 30.0
    assert [row["answer"] for row in rows] == pytest.approx([14.5] * MOST)  # 0 is the mean of the training rows


def test_of_two_classes_the_truth_is_their_name(tmp_path: Path) -> None:
    material, lesson = material_of(tmp_path, ColumnType.NUMBER, Task.BINARY)
    found = Examples.of(material, lesson)
    assert found is not None and lesson.val_y.dtype == np.float32  # binary cross-entropy compares numbers
    rows = found.look(lambda _: np.full((MOST, 1), 2.0, np.float32))
    assert rows is not None and [row["truth"] for row in rows] == material.dataset.table(("y",), found.rows)["y"].to_list()
    assert {row["answer"] for row in rows} == {"b"}


def test_of_very_many_rows_some_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "LOOKED_AT", 4)
    material, lesson = material_of(tmp_path, ColumnType.NUMBER)
    found = Examples.of(material, lesson)
    assert found is not None and sorted(found.rows.tolist()) == [30, 32, 34, 36, 38]
    rows = found.look(lambda _: np.full((5, 3), 1 / 3, np.float32))
    assert rows is not None and [row["truth"] for row in rows] == material.dataset.table(("y",), found.rows)["y"].to_list()


def test_rows_with_several_answers_are_not_watched(tmp_path: Path) -> None:
    material, lesson = material_of(tmp_path)
    several: Any = SimpleNamespace(val_x=lesson.val_x, val_y=np.zeros((10, 3), np.float32))
    assert Examples.of(material, several) is None


def test_without_validation_rows_there_is_nothing_to_watch(tmp_path: Path) -> None:
    material, lesson = material_of(tmp_path)
    nothing: Any = SimpleNamespace(val_x={name: array[:0] for name, array in lesson.val_x.items()}, val_y=lesson.val_y[:0])
    assert Examples.of(material, nothing) is None


def test_an_answer_is_the_most_probable_class() -> None:
    rows = examples_of(np.array([3, 5]), ["b", "a"], np.array([[0.6, 0.4], [0.123456, 0.876544]]), ("a", "b"))
    assert rows == [{"row": 3, "truth": "b", "answer": "a", "share": 0.6}, {"row": 5, "truth": "a", "answer": "b", "share": 0.8765}]
