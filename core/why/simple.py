"""A simple model as explanations ask it: trained once more in this process, because it keeps no file.

Training is the same each time (one seed, the same rows), so these are the answers that are compared. What a row is
encoded to is chosen so that a column can be exchanged in no time, whatever it holds:

    linear   the part of the score that each column adds, (n, columns × outputs): a linear model is the sum of these
    trees    the features that the trees read, (n, features): a column has one, a text or a picture its main directions
    majority nothing
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from core.dataset.schema import Column, Task
from core.errors import NotReady
from core.identity import BASELINES
from core.language import _
from core.why.asked import Inputs, Place
from core.why.model import SimpleModel

if TYPE_CHECKING:
    from core.training.baseline_model import TrainedBaseline

__all__ = ["Linear", "Simple", "opened"]

TABLE = "table"
NUMBER_BYTES = 8
ALONE_CELLS = 100_000  # fewer rows × features than this are answered by one thread: more would wait for each other


def opened(model: SimpleModel) -> Simple:
    """Train a simple model as it was trained at first, ready to be asked.

    Raises:
        NotReady: it could not be trained on these rows.
        Damaged: the dataset cannot be read.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # idle threads sleep, as when it was trained at first
    from core.training.baseline_features import BaselineData
    from core.training.baselines import train

    assert model.name in BASELINES
    try:
        trained = train(model.name, BaselineData.read(model.dataset))
    except (ValueError, MemoryError, ArithmeticError) as problem:
        raise NotReady(_("This simple model could not be trained on these rows, so it cannot be explained. Choose another model.")) from problem
    return Linear(trained) if model.name == "linear" else Simple(trained)


class Simple:
    """Trees, or the majority; satisfies `core.why.asked.Asked`.

    Args:
        trained: answers.
    """

    def __init__(self, trained: TrainedBaseline) -> None:
        self.trained = trained
        self.task: Task = trained.data.info.task
        self.labels: tuple[str, ...] = trained.data.labels
        info = trained.data.info
        self.columns: tuple[Column, ...] = tuple(info.column(name) for name in info.inputs) if trained.features else ()

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Each column has some of the features."""
        return {column.name: Place(TABLE, self._features_of(at)) for at, column in enumerate(self.columns)}

    @property
    def row_bytes(self) -> int:
        """Of one encoded row."""
        return NUMBER_BYTES * self._width

    @property
    def _width(self) -> int:
        return self.trained.features.width if self.trained.features else 0

    def encode(self, table: pl.DataFrame, pictures: np.ndarray | None) -> Inputs:
        """Rows as the model reads them; what cannot be told without pictures stays 0 where there are none."""
        found = np.zeros((len(table), self._width))
        if self.trained.features is not None:
            for name, block in self.trained.features.blocks(table, pictures).items():
                self._place(found, block, self.trained.features.starts[name])
        return {TABLE: found}

    def encode_column(self, column: Column, values: pl.Series) -> np.ndarray:
        """Its features alone, the other columns being unknown."""
        schema = self.trained.data.table.schema
        table = pl.DataFrame({name: values if name == column.name else pl.Series(name, [None] * len(values), dtype=kind) for name, kind in schema.items()})
        found: np.ndarray = self.encode(table, None)[TABLE][:, self.places[column.name].features]
        return found

    def answer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """The model's answers."""
        matrix = inputs[TABLE]
        if self.trained.features is None:
            return _columns(np.tile(self.trained.model, (len(matrix), 1)))
        with self._threads.limit(limits=1 if matrix.size < ALONE_CELLS else None, user_api="openmp"):
            return _columns(self.trained.scores(matrix))

    @cached_property
    def _threads(self) -> Any:
        from threadpoolctl import ThreadpoolController  # comes with scikit-learn

        return ThreadpoolController()

    def _features_of(self, at: int) -> np.ndarray:
        assert self.trained.features is not None  # a model without features has no columns
        return np.flatnonzero(self.trained.features.owners == at)

    def _place(self, found: np.ndarray, block: Any, start: int) -> None:
        """Put the features of a block where they belong."""
        found[:, start : start + block.shape[1]] = block


class Linear(Simple):
    """The linear model: an encoded row holds what each column adds to the score of each output."""

    @property
    def _width(self) -> int:
        return len(self.columns) * self._outputs

    @cached_property
    def _outputs(self) -> int:
        return len(self._weights)

    @cached_property
    def _weights(self) -> np.ndarray:
        """(outputs, features)."""
        return np.atleast_2d(self.trained.model.coef_)

    def _features_of(self, at: int) -> np.ndarray:
        return np.arange(at * self._outputs, (at + 1) * self._outputs)

    def _place(self, found: np.ndarray, block: Any, start: int) -> None:
        assert self.trained.features is not None  # a linear model reads features
        width = block.shape[1]
        owners = self.trained.features.owners[start : start + width]
        columns = block.tocsc() if hasattr(block, "tocsc") else block
        for at in np.unique(owners[owners >= 0]):
            mine = np.flatnonzero(owners == at)
            found[:, self._features_of(int(at))] += columns[:, mine] @ self._weights[:, start + mine].T

    def answer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """The sum of what the columns add, through the logistic function (two classes) or softmax (more)."""
        table = inputs[TABLE]
        score = table.reshape(len(table), len(self.columns), self._outputs).sum(axis=1) + self.trained.model.intercept_
        if not self.labels:
            return np.asarray(score)
        known = _logistic(score) if self._outputs == 1 else _softmax(score)
        found = np.zeros((len(table), len(self.labels)))
        found[:, self.trained.model.classes_] = known
        return found


def _columns(scores: np.ndarray) -> np.ndarray:
    return scores if scores.ndim == 2 else scores[:, None]


def _logistic(score: np.ndarray) -> np.ndarray:
    """(n, 1) → (n, 2): 1 / (1 + exp(-score)) is the share of the second class."""
    share = 0.5 * (1 + np.tanh(score / 2))  # the same, without overflow
    return np.hstack([1 - share, share])


def _softmax(score: np.ndarray) -> np.ndarray:
    exponents = np.exp(score - score.max(axis=1, keepdims=True))
    found: np.ndarray = exponents / exponents.sum(axis=1, keepdims=True)
    return found
