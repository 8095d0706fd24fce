"""Shapes come from the description alone and are exactly those of the fitted arrays."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from core.dataset.schema import ColumnType
from core.errors import BadSettings
from core.preprocess.preprocessor import Preprocessor
from core.preprocess.shapes import InputShape, PreprocessOptions, input_shapes
from tests.preprocess.made import dataset, spec_of

DAYS = [datetime(2026, 1, day) for day in range(1, 5)]


def test_shapes_before_and_after_fitting_are_the_same(tmp_path: Path) -> None:
    data = dataset(
        tmp_path / "d",
        {
            "review": (ColumnType.TEXT, ["good", "bad", None, "fine"]),
            "age": (ColumnType.NUMBER, [1.0, None, 3.0, 4.0]),
            "colour": (ColumnType.CATEGORY, ["red", "red", "blue", "green"]),
            "photo": (ColumnType.IMAGE, ["1.png", "2.png", "3.png", "4.png"]),
            "day": (ColumnType.TIME, DAYS),
            "title": (ColumnType.TEXT, ["a", "b", "c", "d"]),
        },
        ["no", "yes", "no", "yes"],
        parts=[0, 0, 0, 2],
        images=np.zeros((4, 6, 5, 3), np.uint8),
    )
    options = PreprocessOptions(vocabulary=100, max_length=7)
    shapes = input_shapes(data, spec_of(data), options)
    assert shapes == (
        InputShape("table", "table", (2 + 4 + 9,), "float32"),
        InputShape("text_0", "text", (7,), "int32", 100),
        InputShape("text_1", "text", (7,), "int32", 100),
        InputShape("image_0", "image", (6, 5, 3), "uint8"),
    )
    fitted = Preprocessor.fit(data, spec_of(data), options)
    assert fitted.shapes == shapes
    arrays = fitted.encode(data.table(), data.images())
    assert [(name, array.shape[1:], str(array.dtype)) for name, array in arrays.items()] == [(s.name, s.shape, s.dtype) for s in shapes]


def test_shapes_read_no_row(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", {"age": (ColumnType.NUMBER, [1.0, 2.0])}, ["no", "yes"])
    (data.folder / "table.parquet").unlink()
    assert input_shapes(data, spec_of(data), PreprocessOptions())[0].shape == (1,)


def test_inputs_may_be_fewer_than_the_columns(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", {"a": (ColumnType.NUMBER, [1.0, 2.0]), "t": (ColumnType.TEXT, ["x", "y"])}, ["no", "yes"])
    assert [shape.name for shape in input_shapes(data, spec_of(data, ["t"]), PreprocessOptions())] == ["text_0"]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["zzz"], "no column 'zzz'"),
        (["a", "y"], "'y' is the target"),
        (["id"], "type identifier"),
        (["gone"], "type empty"),
        (["a", "a"], "'a' is chosen twice"),
        (["p"], "column of pictures"),
    ],
)
def test_inputs_that_cannot_be_learned_from_are_refused(tmp_path: Path, inputs: list[str], message: str) -> None:
    data = dataset(
        tmp_path / "d",
        {
            "a": (ColumnType.NUMBER, [1.0, 2.0]),
            "id": (ColumnType.IDENTIFIER, ["1", "2"]),
            "gone": (ColumnType.EMPTY, [None, None]),
            "p": (ColumnType.IMAGE, ["1.png", "2.png"]),
        },
        ["no", "yes"],
    )
    with pytest.raises(BadSettings, match=message):
        input_shapes(data, spec_of(data, inputs), PreprocessOptions())


@pytest.mark.parametrize("changes", [{"vocabulary": 2}, {"max_length": 0}, {"ngrams": 3}, {"ngrams": 0}, {"max_categories": 0}])
def test_impossible_options_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(BadSettings, match=f"{next(iter(changes))} must be"):
        PreprocessOptions(**changes)
