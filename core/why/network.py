"""A trained network as explanations ask it: its preprocessing encodes, onnxruntime answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from core.dataset.schema import Column, ColumnType, Task
from core.predict import Predictor
from core.preprocess.shapes import TABLE, table_width
from core.runs.run import Run
from core.why.asked import Inputs, Place

__all__ = ["Network"]


@dataclass(frozen=True, eq=False)
class Network:
    """The network of a run; satisfies `core.why.asked.Asked`.

    Attributes:
        predictor: answers.
    """

    predictor: Predictor

    @classmethod
    def open(cls, run: Run) -> Network:
        """Open a run's model.

        Raises:
            NotReady: the run has no model (yet).
            Damaged: a file cannot be read.
        """
        return cls(Predictor.open(run))

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.predictor.preprocessor.task

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes; empty for a regression."""
        return self.predictor.preprocessor.labels

    @property
    def columns(self) -> tuple[Column, ...]:
        """The input columns of the run."""
        return self.predictor.preprocessor.columns

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Numbers, categories and times are features of the input `table`; a text or a picture is an input of its own."""
        found: dict[str, Place] = {}
        at, texts, pictures = 0, 0, 0
        for column in self.columns:
            if column.type is ColumnType.TEXT:
                found[column.name] = Place(f"text_{texts}")
                texts += 1
            elif column.type is ColumnType.IMAGE:
                found[column.name] = Place(f"image_{pictures}")
                pictures += 1
            else:
                width = table_width(column, self.predictor.preprocessor.options)
                found[column.name] = Place(TABLE, slice(at, at + width))
                at += width
        return found

    @property
    def row_bytes(self) -> int:
        """Of one encoded row."""
        return sum(int(np.prod(shape.shape)) * np.dtype(shape.dtype).itemsize for shape in self.predictor.preprocessor.shapes)

    def encode(self, table: pl.DataFrame, pictures: np.ndarray | None) -> Inputs:
        """Rows as the network reads them."""
        return self.predictor.preprocessor.encode(table, pictures)

    def encode_column(self, column: Column, values: pl.Series) -> np.ndarray:
        """What the column's encoder makes of these values."""
        encoder = self.predictor.preprocessor.encoders[self.columns.index(column)]
        return np.asarray(encoder.encode(values))  # type: ignore[arg-type]  # never a picture

    def answer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """The network's answers."""
        found = self.predictor.answer(inputs)
        return found if found.ndim == 2 else found[:, None]
