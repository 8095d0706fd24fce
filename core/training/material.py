"""From a run to arrays: its dataset's rows, encoded by a preprocessor fitted on the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType, Part
from core.errors import BadTarget
from core.language import N_
from core.preprocess.preprocessor import Preprocessor
from core.recipes import options_of
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.training.rows import RunRows, rows_of_run
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.training.fit import Lesson

__all__ = ["Material", "balanced_weights"]


@dataclass(frozen=True)
class Material:
    """What one run learns from and is judged on.

    Attributes:
        spec: what is asked.
        dataset: where the rows come from.
        preprocessor: fitted on its training rows.
    """

    spec: RunSpec
    dataset: Dataset
    preprocessor: Preprocessor

    @classmethod
    def of(cls, run: Run) -> Material:
        """Fit the preprocessor of a run and store it as `preprocess.json`.

        Raises:
            NotFound: the run's dataset was deleted.
            UserError: the dataset and the spec do not fit each other.
        """
        material = cls.fitted(Workspace(run.folder.parent.parent), run.spec)
        material.store(run)
        return material

    @classmethod
    def fitted(cls, workspace: Workspace, spec: RunSpec) -> Material:
        """The same for a spec that need not have a run yet; nothing is stored.

        Raises:
            NotFound, UserError: as `of`.
        """
        dataset = workspace.dataset(spec.dataset)
        rows = rows_of_run(dataset, spec)
        preprocessor = Preprocessor.fit(dataset, spec, options_of(spec), rows.train)
        material = cls(spec, dataset, preprocessor)
        material.__dict__["rows"] = rows  # found once already
        return material

    def store(self, run: Run) -> None:
        """Leave the preprocessor with a run, which predicts with it."""
        self.preprocessor.save(run.path("preprocess.json"))

    @cached_property
    def rows(self) -> RunRows:
        """Which rows of the dataset play which part in this run."""
        return rows_of_run(self.dataset, self.spec)

    def inputs(self, part: Part) -> dict[str, np.ndarray]:
        """The network's inputs for one part, in the order of `rows.of(part)`."""
        rows = self.rows.of(part)
        pictures = any(self.dataset.info.column(name).type is ColumnType.IMAGE for name in self.spec.inputs)
        return self.preprocessor.encode(self.dataset.table(self.spec.inputs, rows), self.dataset.images()[rows] if pictures else None)

    def target(self, part: Part) -> np.ndarray:
        """What the loss compares for one part, (rows,)."""
        values = self.dataset.table((self.spec.target,), self.rows.of(part))[self.spec.target]
        return self.preprocessor.encode_target(values)

    def lesson(self) -> Lesson:
        """Training and validation rows, ready for `fit`.

        Raises:
            BadTarget: there is no training row.
        """
        from core.training.fit import Lesson

        x, y = self.inputs(Part.TRAIN), self.target(Part.TRAIN)
        if not len(y):
            raise BadTarget(N_("No row is left to learn from. Upload a file with more rows."))
        weights = balanced_weights(y) if self.spec.training.balance_classes and self.spec.task.is_classification else None
        return Lesson(x, y, self.inputs(Part.VALIDATION), self.target(Part.VALIDATION), weights, self._metric_scale())

    def _metric_scale(self) -> float:
        """What one unit of the network's error is for people: 1, or the spread of a standardised target."""
        if self.spec.task.is_classification:
            return 1.0
        zero, one = self.preprocessor.scores(np.array([[0.0], [1.0]], np.float32))
        return abs(float(one - zero))


def balanced_weights(y: np.ndarray) -> np.ndarray:
    """Weights that give every class the same say: rows / (classes × rows of its class).

    Args:
        y: (rows,) class numbers, of any number type.

    Returns:
        (rows,) float32 with mean 1.

    Example:
        >>> [round(float(weight), 3) for weight in balanced_weights(np.array([0, 0, 0, 1]))]
        [0.667, 0.667, 0.667, 2.0]
    """
    _, number, count = np.unique(y, return_inverse=True, return_counts=True)
    return (len(y) / (len(count) * count))[number].astype(np.float32)
