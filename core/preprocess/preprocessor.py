"""Preprocessor: the fitted encoders of a run's inputs and target, as one object and one JSON file.

The worker fits it on the training rows and saves `preprocess.json`; from then on that file, with
`model.onnx`, is all that a prediction needs: neither the dataset nor Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType, DatasetInfo, Part, Repair, Task
from core.errors import BadInput, Damaged
from core.files import read_json, write_json
from core.language import N_
from core.preprocess.category import CategoryEncoder
from core.preprocess.image import ImageEncoder
from core.preprocess.number import NumberEncoder
from core.preprocess.shapes import InputShape, PreprocessOptions, chosen_columns, input_shapes, shapes_of
from core.preprocess.target import TargetEncoder
from core.preprocess.text import TextEncoder
from core.preprocess.time import TimeEncoder
from core.runs.spec import RunSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["InputShape", "PreprocessOptions", "Preprocessor", "input_shapes"]

VERSION = 2
READABLE = (1, 2)  # 1 knew no repairs
TYPING_DOES = "mixed_types"  # at prediction: what is no number counts as missing, and is said, by the type alone
Encoder = NumberEncoder | CategoryEncoder | TimeEncoder | TextEncoder | ImageEncoder
ENCODERS: dict[ColumnType, type[Encoder]] = {
    ColumnType.NUMBER: NumberEncoder,
    ColumnType.CATEGORY: CategoryEncoder,
    ColumnType.TIME: TimeEncoder,
    ColumnType.TEXT: TextEncoder,
    ColumnType.IMAGE: ImageEncoder,
}


@dataclass(frozen=True)
class Preprocessor:
    """Typed columns → the arrays of a network's inputs; the target ⇄ arrays.

    Attributes:
        columns: the input columns, in the run's order.
        encoders: one fitted encoder for each of them.
        target_name: name of the target column, so that it can be told from a stray column.
        target: the target's encoder.
        options: the recipe's choices it was fitted with.
        image_shape: (height, width, channels) where a column holds pictures.
        repairs: of values of the input columns, in order; rows that come for a prediction get the same.
        image_ranges: of pictures with more than 8 bits: kind, what becomes 0, what becomes 255.
    """

    columns: tuple[Column, ...]
    encoders: tuple[Encoder, ...]
    target_name: str
    target: TargetEncoder
    options: PreprocessOptions
    image_shape: tuple[int, int, int] | None = None
    repairs: tuple[Repair, ...] = ()
    image_ranges: tuple[tuple[str, float, float], ...] = ()

    @classmethod
    def fit(cls, dataset: Dataset, spec: RunSpec, options: PreprocessOptions, rows: np.ndarray | None = None) -> Preprocessor:
        """Learn everything from the training rows of a dataset, and from no others.

        Args:
            dataset: where the rows come from.
            spec: names the inputs, the target and the task.
            options: the recipe's choices.
            rows: (n,) the rows that the run learns from; default: the training rows of the dataset.

        Returns:
            The fitted preprocessor. The same dataset, spec, options and rows always give the same one.

        Raises:
            BadSettings: an input column does not exist or cannot be learned from.
            BadTarget: the target does not fit the task.
            Damaged: the dataset cannot be read.
        """
        columns = chosen_columns(dataset, spec)
        table = dataset.table((*spec.inputs, spec.target), dataset.rows_of(Part.TRAIN) if rows is None else rows)
        info = dataset.info
        encoders = tuple(_fit(column, table[column.name], dataset, options) for column in columns)
        target = TargetEncoder.fit(table[spec.target], spec.task, info.labels)
        return cls(columns, encoders, spec.target, target, options, info.image_shape, _repairs_of(info, spec.inputs), info.image_ranges)

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.target.task

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes in the order of their numbers; empty for regression."""
        return self.target.labels

    @cached_property
    def shapes(self) -> tuple[InputShape, ...]:
        """The inputs of the network, in the order of `encode`."""
        return shapes_of(self.columns, self.options, self.image_shape)

    def encode(self, table: pl.DataFrame, images: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Encode rows in their order; each row's result depends on that row alone.

        Args:
            table: must hold the input columns with the types of `core.dataset.dataset`; others are ignored.
            images: (rows, height, width, channels) uint8, where an input is a picture.

        Returns:
            For each of `shapes`, by name, an array of (rows, *shape); all numbers are finite.

        Raises:
            BadInput: a column is missing, or pictures are missing or do not fit.
        """
        self._check(table, images)
        blocks: list[np.ndarray] = []
        texts: list[np.ndarray] = []
        pictures: list[np.ndarray] = []
        for column, encoder in zip(self.columns, self.encoders, strict=True):
            if isinstance(encoder, ImageEncoder):
                pictures.append(encoder.encode(_given(images)))
            else:
                (texts if isinstance(encoder, TextEncoder) else blocks).append(encoder.encode(table[column.name]))
        tables = [np.concatenate(blocks, axis=1)] if blocks else []
        return dict(zip((shape.name for shape in self.shapes), tables + texts + pictures, strict=True))

    def encode_target(self, values: pl.Series) -> np.ndarray:
        """What the loss compares: see `TargetEncoder.encode`."""
        return self.target.encode(values)

    def scores(self, outputs: np.ndarray) -> np.ndarray:
        """Network outputs → (rows, classes) probabilities or (rows,) values: see `TargetEncoder.scores`."""
        return self.target.scores(outputs)

    def save(self, path: Path) -> None:
        """Write everything as JSON, all-or-nothing."""
        write_json(
            path,
            {
                "version": VERSION,
                "options": asdict(self.options),
                "target_name": self.target_name,
                "target": self.target.to_json(),
                "image_shape": self.image_shape,
                "image_ranges": self.image_ranges,
                "columns": [column.model_dump(mode="json") for column in self.columns],
                "encoders": [encoder.to_json() for encoder in self.encoders],
                "repairs": [repair.model_dump(mode="json") for repair in self.repairs],
            },
        )

    @classmethod
    def load(cls, path: Path) -> Preprocessor:
        """Read what `save` wrote.

        Raises:
            Damaged: the file is missing, broken, or of a newer version.
        """
        data = read_json(path)
        try:
            return _from_json(data)
        except (KeyError, TypeError, ValueError) as error:
            raise Damaged(N_("The preprocessing of run {name} cannot be read. Delete the run and train again.").format(name=path.parent.name)) from error

    def _check(self, table: pl.DataFrame, images: np.ndarray | None) -> None:
        wanted = [column.name for column in self.columns if column.type is not ColumnType.IMAGE]
        given = set(table.columns)
        if missing := [name for name in wanted if name not in given]:
            raise BadInput(N_("The model needs {missing}, which the given rows do not have. Add what is missing and try again.").format(missing=named(missing)))
        if images is not None and wanted and len(images) != table.height:
            raise BadInput(N_("There are {height} rows but {images} pictures. Give one picture for each row.").format(height=table.height, images=len(images)))


def named(columns: list[str]) -> str:
    """Column names for a sentence: at most five, each cut to 80 characters.

    Example:
        >>> named(["age"]), named(["a", "b"])
        ("the column 'age'", "the columns 'a', 'b'")
    """
    shown = ", ".join(repr(name[:80]) for name in columns[:5])
    more = f" and {len(columns) - 5} more" if len(columns) > 5 else ""
    return f"the column{'s' if len(columns) > 1 else ''} {shown}{more}"


def _given(images: np.ndarray | None) -> np.ndarray:
    if images is None:
        raise BadInput(N_("The model reads pictures, but none were given. Add a picture for each row."))
    return images


def _repairs_of(info: DatasetInfo, inputs: tuple[str, ...]) -> tuple[Repair, ...]:
    """The repairs that changed values of these columns."""
    from core.dataset.repairs import VALUE_REPAIRS

    return tuple(r for r in info.repairs if r.column in inputs and r.code in VALUE_REPAIRS and r.code != TYPING_DOES)


def _fit(column: Column, values: pl.Series, dataset: Dataset, options: PreprocessOptions) -> Encoder:
    if column.type is ColumnType.NUMBER:
        return NumberEncoder.fit(values, column, dataset.info.log_offsets.get(column.name))
    if column.type is ColumnType.CATEGORY:
        return CategoryEncoder.fit(values, column, options.max_categories)
    if column.type is ColumnType.TIME:
        return TimeEncoder.fit(values, column)
    if column.type is ColumnType.TEXT:
        return TextEncoder.fit(values, options.vocabulary, options.max_length, options.ngrams)
    return ImageEncoder.fit(dataset.images())


def _from_json(data: Mapping[str, Any]) -> Preprocessor:
    if data["version"] not in READABLE:
        raise ValueError(f"version {data['version']}")
    columns = tuple(Column.model_validate(column) for column in data["columns"])
    encoders = tuple(ENCODERS[column.type].from_json(encoder) for column, encoder in zip(columns, data["encoders"], strict=True))
    shape = data["image_shape"]
    return Preprocessor(
        columns,
        encoders,
        data["target_name"],
        TargetEncoder.from_json(data["target"]),
        PreprocessOptions(**data["options"]),
        (shape[0], shape[1], shape[2]) if shape else None,
        tuple(Repair.model_validate(repair) for repair in data.get("repairs", ())),
        tuple((kind, low, high) for kind, low, high in data.get("image_ranges", ())),
    )
