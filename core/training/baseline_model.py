"""A trained simple model: what it answers, what it has learned in numbers, and how long one answer takes.

It lives only in the process that trained it: nothing of scikit-learn is written to disk, because its files are pickle,
which runs whatever it holds. So its size is a sum, not that of a file: every number at four bytes, as networks keep
theirs, and every word as UTF-8, what prepares the columns included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from core.evaluation.predictions import Predictions
from core.language import N_
from core.latency import lower_quartile_ms
from core.training.baseline_features import BaselineData, BaselineFeatures
from core.training.container import cores

__all__ = ["TrainedBaseline", "bytes_of", "nodes_of"]

CHUNK_ROWS = 20_000  # judged at once, to bound memory
NUMBER_BYTES = 4
SPLIT_NUMBERS = 5  # column, threshold, both branches, the branch of missing values
CATEGORY_BYTES = 32  # which of 256 categories go left
KEPT = {  # what the steps that prepare columns have learned
    "SimpleImputer": ("statistics_",), "StandardScaler": ("mean_", "scale_"), "OneHotEncoder": ("categories_",), "OrdinalEncoder": ("categories_",),
    "TfidfVectorizer": ("vocabulary_", "idf_"), "TruncatedSVD": ("components_",), "PCA": ("components_", "mean_"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class TrainedBaseline:
    """One simple model, ready to answer.

    Attributes:
        name: majority, linear or gradient_boosted_trees.
        data: what it learned from.
        note: what a reader should know; may be empty.
        model: of scikit-learn; of the majority, its one answer: (classes,) shares or (1,) mean.
        features: how it reads rows; None for the majority, which reads nothing.
    """

    name: str
    data: BaselineData
    note: str
    model: Any
    features: BaselineFeatures | None = None

    def judged(self) -> Predictions:
        """Its answers for the validation and test rows."""
        rows = self.data.judged
        pieces = [self.answer(self.data.rows(rows[at : at + CHUNK_ROWS]), self.data.pictures(rows[at : at + CHUNK_ROWS])) for at in range(0, len(rows), CHUNK_ROWS)]
        empty = np.zeros((0, self.data.classes)) if self.data.labels else np.zeros(0)
        return self.data.predictions(np.concatenate(pieces) if pieces else empty)

    def answer(self, table: pl.DataFrame, images: np.ndarray | None = None) -> np.ndarray:
        """Answers for rows: (n, classes) probabilities, or (n,) values.

        Args:
            table: (n, columns) the inputs, typed.
            images: (n, height, width, channels) uint8, where the dataset has pictures.
        """
        if self.features is None:
            return np.tile(self.model, (len(table), 1)) if self.data.labels else np.full(len(table), self.model[0])
        return self.scores(self.features.of(table, images))

    def scores(self, matrix: Any) -> np.ndarray:
        """Answers for rows as the model reads them, (n, features); classes without a training row get 0."""
        if not self.data.labels:
            return np.asarray(self.model.predict(matrix), dtype=float)
        found = np.zeros((matrix.shape[0], self.data.classes))
        found[:, self.model.classes_] = self.model.predict_proba(matrix)
        return found

    def facts(self) -> dict[str, Any]:
        """What is told beside its predictions: `parameters` and what is counted, `size_bytes`, `latency_ms`, `device`."""
        words = {"linear": N_("coefficients"), "gradient_boosted_trees": N_("splits and leaves of its trees")}
        share = N_("shares of the classes") if self.data.labels else N_("the mean")
        return {
            "parameters": self._parameters(), "parameters_are": words.get(self.name, share), "size_bytes": self._size_bytes(),
            "latency_ms": self._latency_ms(), "device": f"CPU, {cores()} core{'s' if cores() > 1 else ''}",
        }  # fmt: skip

    def _parameters(self) -> int:
        if self.features is None:
            return int(self.model.size)
        if hasattr(self.model, "coef_"):
            return int(np.size(self.model.coef_) + np.size(self.model.intercept_))
        return sum(len(nodes) for nodes in nodes_of(self.model))

    def _size_bytes(self) -> int:
        if self.features is None:
            return NUMBER_BYTES * self._parameters()
        prepared = sum(_learned(step) for step in self.features.models.values())
        if hasattr(self.model, "coef_"):
            return prepared + NUMBER_BYTES * self._parameters()
        return prepared + sum(_tree_bytes(nodes) for nodes in nodes_of(self.model))

    def _latency_ms(self) -> float | None:
        """Of one row, from its values to the answer, as `core.latency` measures it of a network."""
        from threadpoolctl import threadpool_limits  # comes with scikit-learn

        one = self.data.train[:1]
        row, picture = self.data.rows(one).to_dicts()[0], self.data.pictures(one)
        schema = self.data.table.schema
        with threadpool_limits(1):  # two threads for one row wait for each other more than they work
            return lower_quartile_ms(lambda: self.answer(pl.DataFrame([row], schema=schema) if row else self.data.rows(one), picture))


def nodes_of(model: Any) -> list[np.ndarray]:
    """The nodes of each tree of a boosted model: splits and leaves. scikit-learn has no public door to them."""
    return [tree.nodes for trees in model._predictors for tree in trees]


def bytes_of(value: Any) -> int:
    """Bytes of something learned: four a number, a word as UTF-8; of a list or a dictionary all that is in it.

    Example:
        >>> bytes_of(np.zeros(3)), bytes_of({"good": 0, "差": 1}), bytes_of([np.array(["a", "bc"], object)])
        (12, 15, 3)
    """
    if isinstance(value, dict):
        return sum(bytes_of(key) + bytes_of(one) for key, one in value.items())
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list) or (isinstance(value, np.ndarray) and value.dtype.kind not in "biuf"):
        return sum(bytes_of(one) for one in value)
    return NUMBER_BYTES * int(np.size(value))


def _learned(step: Any) -> int:
    """Bytes of what a step, or a row of steps, has learned."""
    steps = [one for _name, one in step.steps] if hasattr(step, "steps") else [step]
    return sum(bytes_of(getattr(one, name, 0)) for one in steps for name in KEPT.get(type(one).__name__, ()))


def _tree_bytes(nodes: np.ndarray) -> int:
    leaves = int(nodes["is_leaf"].sum())
    categories = int(((nodes["is_leaf"] == 0) & (nodes["is_categorical"] == 1)).sum())
    return NUMBER_BYTES * (leaves + SPLIT_NUMBERS * (len(nodes) - leaves)) + CATEGORY_BYTES * categories
