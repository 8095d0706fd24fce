"""Small made-up things that the tests of recipes share: input tensors, rows for them, a dataset's description."""

from __future__ import annotations

import numpy as np

from core.dataset.schema import Column, ColumnType, DatasetInfo, SplitCounts, Task
from core.preprocess.shapes import InputShape
from core.recipes import RECIPES, Recipe

TABLE = InputShape("table", "table", (12,), "float32")
IMAGE = InputShape("image_0", "image", (16, 16, 3), "uint8")
ROWS = 48  # in each trial
CLASSES = {Task.BINARY: 2, Task.MULTICLASS: 4, Task.REGRESSION: 0}
TASK_OF = {"mlp": Task.REGRESSION, "cnn": Task.MULTICLASS, "text_pooling": Task.BINARY, "text_recurrent": Task.BINARY, "text_transformer": Task.BINARY}


def text(length: int = 12, vocabulary: int = 120, number: int = 0) -> InputShape:
    """A text input."""
    return InputShape(f"text_{number}", "text", (length,), "int32", vocabulary)


MIXTURE = (TABLE, text(), text(number=1), IMAGE)


def own_shape(recipe: Recipe) -> InputShape:
    """The one input that a recipe is made for."""
    return {"table": TABLE, "text": text(), "image": IMAGE}[recipe.kind]


def cases() -> list[tuple[str, str, tuple[InputShape, ...]]]:
    """Every recipe × preset for its own kind of input, and every recipe for a mixture of all."""
    alone = [(name, preset, (own_shape(recipe),)) for name, recipe in RECIPES.items() for preset in recipe.presets]
    return [*alone, *((name, "quick", MIXTURE) for name in RECIPES)]


def rows(shapes: tuple[InputShape, ...], count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random rows; texts repeat words and end in padding, and the first text is empty."""
    random = np.random.default_rng(seed)
    made: dict[str, np.ndarray] = {}
    for shape in shapes:
        if shape.kind == "table":
            made[shape.name] = random.standard_normal((count, *shape.shape)).astype(np.float32)
        elif shape.kind == "image":
            made[shape.name] = random.integers(0, 256, (count, *shape.shape), dtype=np.uint8)
        else:
            words = random.integers(1, 20, (count, *shape.shape), dtype=np.int32)
            words[np.arange(shape.shape[0]) >= random.integers(1, shape.shape[0] + 1, (count, 1))] = 0
            words[0] = 0
            made[shape.name] = words
    return made


def rows_named(names: list[str], count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """The rows that `rows` makes for the inputs of these names, whatever their order."""
    return rows(tuple(shape for shape in MIXTURE if shape.name in names), count, seed)


def targets(task: Task, count: int, seed: int = 0) -> np.ndarray:
    """Random targets, encoded as the preprocessing does."""
    random = np.random.default_rng(seed + 1)
    if task is Task.REGRESSION:
        return random.standard_normal(count).astype(np.float32)
    numbers = random.integers(0, CLASSES[task], count)
    return numbers.astype(np.float32 if task is Task.BINARY else np.int32)


def info(types: dict[str, ColumnType], task: Task = Task.BINARY) -> DatasetInfo:
    """The description of a dataset with these columns and a target `answer`."""
    columns = tuple(Column(name=name, type=kind) for name, kind in types.items())
    never = {ColumnType.IDENTIFIER, ColumnType.EMPTY}
    return DatasetInfo(
        id="d-1", name="made", created="2026-01-01T00:00:00Z", source={}, rows=100, target="answer", task=task,
        columns=(*columns, Column(name="answer", type=ColumnType.CATEGORY)), labels=("no", "yes"),
        inputs=tuple(name for name, kind in types.items() if kind not in never), split=SplitCounts(train=70, validation=15, test=15),
    )  # fmt: skip
