"""The target: labels → what the loss compares, and network outputs → probabilities or values.

Two classes are 0 and 1, more are class numbers, and a number is standardised, because a network starts
out with answers near 0 and steps of size 1 suit it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.schema import Task
from core.errors import BadTarget
from core.language import N_
from core.preprocess.number import Scale

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TargetEncoder"]

LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class TargetEncoder:
    """The target column ⇄ arrays.

    Attributes:
        task: binary, multiclass or regression.
        labels: the classes in the order of their numbers; empty for regression.
        scale: regression only: what 0 and 1 stand for; mean and standard deviation of the training rows.
    """

    task: Task
    labels: tuple[str, ...] = ()
    scale: Scale = Scale()

    @classmethod
    def fit(cls, values: pl.Series, task: Task, labels: tuple[str, ...]) -> TargetEncoder:
        """Learn the scale of a numeric target; classes are given by the dataset.

        Args:
            values: (rows,) String (classes) or Float64; training rows only.
            task: decides the encoding.
            labels: the dataset's labels.

        Example:
            >>> import polars as pl
            >>> target = TargetEncoder.fit(pl.Series([1.0, 3.0]), Task.REGRESSION, ())
            >>> target.encode(pl.Series([1.0, 3.0])).tolist(), target.scores(np.array([[0.0]])).tolist()
            ([-1.0, 1.0], [2.0])
        """
        if task.is_classification:
            return cls(task, labels)
        return cls(task, (), Scale.fit(_numbers(values)))

    def encode(self, values: pl.Series) -> np.ndarray:
        """Encode target values in their order.

        Returns:
            (rows,): float32 with 1 for the second label (binary), int32 class numbers (multiclass), or
            float32 in standard deviations from the training mean (regression).

        Raises:
            BadTarget: a value is missing, or is not one of the labels.
        """
        if self.task is Task.REGRESSION:
            numbers = self.scale.apply(_numbers(values))
            return np.asarray(np.clip(numbers, -1e6, 1e6), np.float32)
        index = {label: number for number, label in enumerate(self.labels)}
        try:
            classes = np.fromiter((index[value] for value in values.to_list()), np.int32, len(values))
        except KeyError as error:
            raise BadTarget(N_("The target has the value {args}, which is not one of its {index} classes. Upload the data again.").format(args=repr(str(error.args[0])[:80]), index=len(index))) from None
        return np.asarray(classes, np.float32 if self.task is Task.BINARY else np.int32)

    def scores(self, outputs: np.ndarray) -> np.ndarray:
        """Turn network outputs into what people read.

        Args:
            outputs: (rows, 1) probability of the second label, (rows, classes) probabilities, or
                (rows, 1) standardised values.

        Returns:
            float64: (rows, classes) probabilities that add up to 1, or (rows,) values in the target's unit.
        """
        given = np.asarray(outputs, np.float64)
        if self.task is Task.REGRESSION:
            return np.asarray(np.clip(self.scale.undo(given.reshape(-1)), -LARGEST, LARGEST))
        if self.task is Task.BINARY:
            yes = np.clip(given.reshape(-1), 0.0, 1.0)
            return np.stack([1.0 - yes, yes], axis=1)
        shares = np.clip(given, 0.0, 1.0)
        return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny))

    def to_json(self) -> dict[str, Any]:
        """As plain data for `preprocess.json`."""
        return {"task": self.task.value, "labels": list(self.labels), "scale": self.scale.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TargetEncoder:
        """The encoder that `to_json` described."""
        return cls(Task(data["task"]), tuple(data["labels"]), Scale.from_json(data["scale"]))


def _numbers(values: pl.Series) -> np.ndarray:
    import polars as pl

    numbers = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if not np.isfinite(numbers).all():
        raise BadTarget(N_("The target has rows without a number. Upload the data again, or choose another target."))
    return numbers
