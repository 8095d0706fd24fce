"""What a network is given: the options of the preprocessing, and the name and shape of each input.

The page shows layers and parameter counts before anything is fitted, so the shapes follow from the
dataset's description alone: never from a pass over its rows, and never from its vocabulary.

All numbers, categories and times together are one input, `table`. Each text column is one input,
`text_0`, `text_1`, …, and the pictures are `image_0`. A column's own name, which a stranger typed, never
becomes the name of a tensor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType
from core.errors import BadSettings
from core.language import N_
from core.preprocess import category, number, time
from core.runs.spec import RunSpec

__all__ = ["TABLE", "InputShape", "PreprocessOptions", "chosen_columns", "input_shapes", "shapes_of"]

TABLE = "table"
_WIDTHS = {ColumnType.NUMBER: number.width, ColumnType.TIME: time.width}


@dataclass(frozen=True)
class PreprocessOptions:
    """The choices that a recipe makes about preprocessing.

    Attributes:
        vocabulary: rows of a text column's embedding table; 0 is padding and 1 an unknown word, so
            `vocabulary - 2` words are known. At least 3.
        max_length: tokens of one text that the network sees. At least 1.
        ngrams: 1 for single words (or characters), 2 to add pairs of neighbours.
        max_categories: values of a category column that get a feature of their own. At least 1.
    """

    vocabulary: int = 10_000
    max_length: int = 128
    ngrams: int = 1
    max_categories: int = 50

    def __post_init__(self) -> None:
        """Refuse values that no network could be built for."""
        for name, low, high in (("vocabulary", 3, 10_000_000), ("max_length", 1, 100_000), ("ngrams", 1, 2), ("max_categories", 1, 100_000)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise BadSettings(N_("{name} must be a whole number from {low} to {high}, but it is {value}. Choose one in that range.").format(name=name, low=low, high=f"{high:,}", value=repr(value)))


@dataclass(frozen=True)
class InputShape:
    """One input of a network.

    Attributes:
        name: `table`, `text_<i>` or `image_<i>`.
        kind: table, text or image; decides which layers read it.
        shape: without the batch axis: (features,), (max_length,) or (height, width, channels).
        dtype: float32, int32 or uint8.
        vocabulary: text only: one more than the largest number in the array; otherwise 0.
    """

    name: str
    kind: Literal["table", "text", "image"]
    shape: tuple[int, ...]
    dtype: str
    vocabulary: int = 0


def input_shapes(dataset: Dataset, spec: RunSpec, options: PreprocessOptions) -> tuple[InputShape, ...]:
    """The inputs of a network for this dataset, without reading a row.

    Args:
        dataset: where the rows come from; only its description is read.
        spec: names the input columns.
        options: the recipe's choices.

    Returns:
        Exactly what `Preprocessor.fit(dataset, spec, options).shapes` would be.

    Raises:
        BadSettings: an input column does not exist or is of a type that cannot be learned from.
    """
    return shapes_of(chosen_columns(dataset, spec), options, dataset.info.image_shape)


def shapes_of(columns: Iterable[Column], options: PreprocessOptions, image_shape: tuple[int, int, int] | None) -> tuple[InputShape, ...]:
    """The inputs that these columns become: the table first, then texts, then pictures."""
    given = tuple(columns)
    features = sum(table_width(column, options) for column in given)
    texts = [column for column in given if column.type is ColumnType.TEXT]
    images = [column for column in given if column.type is ColumnType.IMAGE]
    table = (InputShape(TABLE, "table", (features,), "float32"),) if features else ()
    text = tuple(InputShape(f"text_{i}", "text", (options.max_length,), "int32", options.vocabulary) for i in range(len(texts)))
    return table + text + tuple(InputShape(f"image_{i}", "image", image_shape or (), "uint8") for i in range(len(images)))


def table_width(column: Column, options: PreprocessOptions) -> int:
    """Features of one column in `table`; 0 for texts and pictures.

    Example:
        >>> table_width(Column(name="age", type=ColumnType.NUMBER, missing=3), PreprocessOptions())
        2
    """
    if column.type is ColumnType.CATEGORY:
        return category.width(column, options.max_categories)
    count = _WIDTHS.get(column.type)
    return count(column) if count else 0


def chosen_columns(dataset: Dataset, spec: RunSpec) -> tuple[Column, ...]:
    """The input columns of a run, in the run's order.

    Raises:
        BadSettings: a column is missing, is the target, or has no encoder.
    """
    known = {column.name: column for column in dataset.info.columns}
    for name in spec.inputs:
        _check(name, known.get(name), spec.target)
    if repeated := [name for name, times in Counter(spec.inputs).items() if times > 1]:
        raise BadSettings(N_("Input column {repeated} is chosen twice. Choose each column once.").format(repeated=repr(repeated[0][:80])))
    columns = tuple(known[name] for name in spec.inputs)
    pictures = [column for column in columns if column.type is ColumnType.IMAGE]
    if len(pictures) > 1 or (pictures and dataset.info.image_shape is None):
        raise BadSettings(N_("A run can use one column of pictures, but {pictures} were chosen. Take the others out of the inputs.").format(pictures=len(pictures)))
    return columns


def _check(name: str, column: Column | None, target: str) -> None:
    if column is None:
        raise BadSettings(N_("There is no column {name} in this dataset. Choose the inputs from its columns.").format(name=repr(name[:80])))
    if name == target:
        raise BadSettings(N_("Column {name} is the target and cannot be an input too. Take it out of the inputs.").format(name=repr(name[:80])))
    if column.type in {ColumnType.IDENTIFIER, ColumnType.EMPTY}:
        raise BadSettings(N_("Column {name} is of type {value}, from which nothing can be learned. Take it out of the inputs, or change its type.").format(name=repr(name[:80]), value=column.type.value))
