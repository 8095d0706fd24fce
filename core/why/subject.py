"""Subject: one trained model with the rows that it is asked about, encoded once.

The rows are those that the model neither learned from nor, when it answers for a fold, was steered by; never sealed ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType, Part, Task
from core.errors import NotReady
from core.evaluation.predictions import Predictions
from core.language import N_, _
from core.training.rows import rows_of_run
from core.why.asked import Asked, Inputs
from core.why.model import Explainable, SimpleModel, path_of
from core.why.network import Network
from core.why.simple import opened
from core.workspace import Workspace

__all__ = ["Rows", "Subject"]

MOST_ROWS = 5_000
MOST_BYTES = 256_000_000  # of encoded rows
SEED = 0
CHECKED_ROWS = 200  # of a model that was trained again
SAME = 1e-6
OF_A_FOLD = N_("This model answers for one fold of a cross-validation, so it was explained on the rows of that fold, which it neither learned from nor was steered by.")
TRAINED_AGAIN = N_("To be explained, this simple model was trained again, and its answers now differ slightly from those that are compared: a library changed meanwhile.")
READS_NOTHING = N_("The model that always gives the most frequent answer reads no column, so there is nothing to explain.")


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
        model: a run, or a simple model.
        dataset: whose rows it learned from.
        asked: answers.
        learned: rows that it learned from.
        open_rows: rows that it may be explained on, ascending; neither learned from nor sealed.
        notes: sentences about the model.
    """

    model: Explainable
    dataset: Dataset
    asked: Asked
    learned: np.ndarray
    open_rows: np.ndarray
    notes: tuple[str, ...] = ()

    @classmethod
    def open(cls, model: Explainable) -> Subject:
        """Open a model and its data; a simple model is trained again.

        Raises:
            NotReady: the model is not there (yet).
            NotFound: its dataset was deleted.
            Damaged: a file cannot be read.
        """
        if isinstance(model, SimpleModel):
            return cls._of_simple(model)
        network = Network.open(model)
        dataset = Workspace(model.folder.resolve().parent.parent).dataset(model.spec.dataset)
        rows = rows_of_run(dataset, model.spec)
        of_a_fold = model.spec.fold >= 0
        return cls(model, dataset, network, rows.train, rows.test if of_a_fold else rows.validation, (OF_A_FOLD,) if of_a_fold else ())

    @classmethod
    def _of_simple(cls, model: SimpleModel) -> Subject:
        if not path_of(model).exists():
            raise NotReady(_("The simple models of this dataset are not trained yet, or this one could not be. Open the page Compare, or use `compare --with-baselines`."))
        dataset, asked = model.dataset, opened(model)
        found = cls(model, dataset, asked, dataset.rows_of(Part.TRAIN), dataset.rows_of(Part.VALIDATION))
        notes = () if asked.columns else (READS_NOTHING,)
        return cls(model, dataset, asked, found.learned, found.open_rows, notes if found._answers_as_before() else (*notes, TRAINED_AGAIN))

    def _answers_as_before(self) -> bool:
        """Whether a simple model that was trained again gives the answers that are stored."""
        stored = Predictions.load(path_of(self.model)).of(Part.VALIDATION)
        if not len(stored.rows):
            return True
        now = self.answer(self.rows(stored.rows[:CHECKED_ROWS]).inputs)
        before = stored.scores[:CHECKED_ROWS].reshape(now.shape)
        return bool(np.allclose(now, before, rtol=SAME, atol=SAME))

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.asked.task

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes; empty for a regression."""
        return self.asked.labels

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that it reads."""
        return self.asked.columns

    def of_type(self, kind: ColumnType) -> list[Column]:
        """The input columns of one type."""
        return [column for column in self.columns if column.type is kind]

    def validation_rows(self) -> np.ndarray:
        """All rows that may be looked at, ascending.

        Raises:
            NotReady: there are fewer than two.
        """
        if len(self.open_rows) < 2:
            raise NotReady(_("There are no validation rows to explain this model on. Train on a dataset with more rows."))
        return self.open_rows

    def sample(self, most: int = MOST_ROWS) -> Rows:
        """Validation rows by chance, the same for every model of a dataset, in ascending order."""
        rows = self.validation_rows()
        most = max(2, min(most, MOST_BYTES // max(self.asked.row_bytes, 1)))
        if len(rows) > most:
            rows = np.sort(np.random.default_rng(SEED).choice(rows, most, replace=False))
        return self.rows(rows)

    def rows(self, numbers: np.ndarray) -> Rows:
        """Any rows of the dataset, encoded, in the order wanted."""
        names, target = tuple(column.name for column in self.columns), self._target
        table = self.dataset.table((*names, target), numbers)
        pictures = self.dataset.images()[numbers] if self.of_type(ColumnType.IMAGE) else None
        truth = _truth(table[target], self.labels)
        return Rows(np.asarray(numbers), table.select(names), self._encoded(table.select(names), pictures, len(numbers)), truth)

    def truth(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) class numbers or values of any rows, in the order wanted."""
        return _truth(self.dataset.table((self._target,), numbers)[self._target], self.labels)

    @property
    def _target(self) -> str:
        return self.dataset.info.target if isinstance(self.model, SimpleModel) else self.model.spec.target

    def _encoded(self, table: pl.DataFrame, pictures: np.ndarray | None, rows: int) -> Inputs:
        """A table without columns has no rows to encode, but the model that reads nothing answers each."""
        return self.asked.encode(table, pictures) if self.columns else {"table": np.zeros((rows, 0))}

    def answer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """The model's answers to encoded rows, (n, classes) probabilities, or (n, 1) values."""
        return self.asked.answer(inputs)


def _truth(values: pl.Series, labels: tuple[str, ...]) -> np.ndarray:
    if not labels:
        return values.cast(pl.Float64).to_numpy()
    index = {label: number for number, label in enumerate(labels)}
    return np.fromiter((index[value] for value in values.to_list()), np.int64, len(values))
