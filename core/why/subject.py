"""Subject: one trained model with the rows that it is asked about, encoded once.

Every explanation is the model's answer to rows that never were: a column of another row, a word less. Rows are
encoded once and their parts exchanged afterwards, so a question costs no more than the network itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType, Part, Task
from core.errors import NotReady
from core.evaluation.predictions import Predictions
from core.predict import Predictor
from core.preprocess.preprocessor import Preprocessor
from core.preprocess.shapes import TABLE, table_width
from core.runs.run import Run
from core.workspace import Workspace

__all__ = ["Place", "Rows", "Subject", "places_of"]

MOST_ROWS = 5_000
MOST_BYTES = 256_000_000  # of encoded rows
SEED = 0

Inputs = dict[str, np.ndarray]


@dataclass(frozen=True)
class Place:
    """Where a column stands in the encoded rows: all of an input, or some features of the table."""

    name: str
    features: slice | None = None


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of the dataset as the model reads them.

    Attributes:
        numbers: (n,) of the dataset, from 0.
        table: their columns, typed.
        inputs: encoded, each (n, …).
        truth: (n,) class numbers, or values.
    """

    numbers: np.ndarray
    table: pl.DataFrame
    inputs: Inputs
    truth: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, at: np.ndarray) -> Rows:
        """The rows at these positions, in the order wanted."""
        return Rows(self.numbers[at], self.table[at], {name: array[at] for name, array in self.inputs.items()}, self.truth[at])


@dataclass(frozen=True, eq=False)
class Subject:
    """A trained model and its dataset.

    Attributes:
        run: whose model it is.
        dataset: whose rows it learned from.
        predictor: answers.
        judged: what the run predicted; its validation rows are those that may be looked at.
    """

    run: Run
    dataset: Dataset
    predictor: Predictor
    judged: Predictions

    @classmethod
    def open(cls, run: Run) -> Subject:
        """Open a run's model and data.

        Raises:
            NotReady: the run has no model (yet).
            NotFound: its dataset was deleted.
            Damaged: a file cannot be read.
        """
        predictor = Predictor.open(run)
        dataset = Workspace(run.folder.resolve().parent.parent).dataset(run.spec.dataset)
        return cls(run, dataset, predictor, Predictions.load(run.path("predictions.parquet")))

    @property
    def preprocessor(self) -> Preprocessor:
        """What encodes rows for the model."""
        return self.predictor.preprocessor

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.preprocessor.task

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes; empty for a regression."""
        return self.preprocessor.labels

    @property
    def columns(self) -> tuple[Column, ...]:
        """The input columns."""
        return self.preprocessor.columns

    def of_type(self, kind: ColumnType) -> list[Column]:
        """The input columns of one type."""
        return [column for column in self.columns if column.type is kind]

    def validation_rows(self) -> np.ndarray:
        """All rows that may be looked at, ascending; neither learned from nor sealed.

        Raises:
            NotReady: there are fewer than two.
        """
        rows = np.sort(self.judged.of(Part.VALIDATION).rows)
        if len(rows) < 2:
            raise NotReady("There are no validation rows to explain this model on. Train on a dataset with more rows.")
        return rows

    def sample(self, most: int = MOST_ROWS) -> Rows:
        """Validation rows by chance, the same for every model of a dataset, in ascending order."""
        rows = self.validation_rows()
        one = sum(int(np.prod(shape.shape)) * np.dtype(shape.dtype).itemsize for shape in self.preprocessor.shapes)
        most = max(2, min(most, MOST_BYTES // max(one, 1)))
        if len(rows) > most:
            rows = np.sort(np.random.default_rng(SEED).choice(rows, most, replace=False))
        return self.rows(rows)

    def rows(self, numbers: np.ndarray) -> Rows:
        """Any rows of the dataset, encoded, in the order wanted."""
        names = tuple(column.name for column in self.columns)
        target = self.preprocessor.target_name
        table = self.dataset.table((*names, target), numbers)
        pictures = self.dataset.images()[numbers] if self.of_type(ColumnType.IMAGE) else None
        truth = _truth(table[target], self.labels)
        table = table.select(names)
        return Rows(np.asarray(numbers), table, self.preprocessor.encode(table, pictures), truth)

    def answer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """The model's answers to encoded rows, (n, classes) probabilities, or (n, 1) values."""
        found = self.predictor.answer(inputs)
        return found if found.ndim == 2 else found[:, None]


def places_of(preprocessor: Preprocessor) -> dict[str, Place]:
    """Where each input column stands in the encoded rows.

    Returns:
        By column name: numbers, categories and times are features of the input `table`; a text or a picture is an
        input of its own.
    """
    found: dict[str, Place] = {}
    at, texts, pictures = 0, 0, 0
    for column in preprocessor.columns:
        if column.type is ColumnType.TEXT:
            found[column.name] = Place(f"text_{texts}")
            texts += 1
        elif column.type is ColumnType.IMAGE:
            found[column.name] = Place(f"image_{pictures}")
            pictures += 1
        else:
            width = table_width(column, preprocessor.options)
            found[column.name] = Place(TABLE, slice(at, at + width))
            at += width
    return found


def exchanged(inputs: Inputs, others: Inputs, places: Iterable[Place]) -> Inputs:
    """The rows of `inputs` with some columns taken from `others`, row by row."""
    found = dict(inputs)
    for place in places:
        if place.features is None:
            found[place.name] = others[place.name]
            continue
        if found[place.name] is inputs[place.name]:
            found[place.name] = inputs[place.name].copy()
        found[place.name][:, place.features] = others[place.name][:, place.features]
    return found


def _truth(values: pl.Series, labels: tuple[str, ...]) -> np.ndarray:
    if not labels:
        return values.cast(pl.Float64).to_numpy()
    index = {label: number for number, label in enumerate(labels)}
    return np.fromiter((index[value] for value in values.to_list()), np.int64, len(values))
