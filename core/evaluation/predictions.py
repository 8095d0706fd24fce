"""Predictions: what a model said about the validation and test rows, beside the truth.

The one thing that judging needs. A run, a baseline and, later, a vendor's file all come to it, so
that evaluation never asks where numbers come from. On disk it is one Parquet file:

    row         int64     row of the dataset, from 0
    part        uint8     1 validation, 2 test (`Part.number`)
    truth       int64     class number; for regression float64, in the target's unit; for many labels 0 and 1, one a label
    score_<i>   float64   probability of class i; for regression one column `prediction`
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from core import parquet
from core.dataset.schema import Part, Task
from core.errors import Damaged
from core.files import write_atomic

__all__ = ["Predictions"]

FORMAT = "1"
METADATA_KEY = "limelight.predictions"


@dataclass(frozen=True, eq=False)
class Predictions:
    """Scores of one model and the truth, row by row.

    Attributes:
        task: decides how to read truth and scores.
        labels: the classes in the order of their numbers; empty for regression.
        rows: (n,) int64, row of the dataset, from 0.
        parts: (n,) uint8, `Part.number` of each row.
        truth: (n,) int64 class numbers, or (n,) float64 values; for many labels (n, labels) uint8, 1 where a row has the label.
        scores: (n, classes) float64 probabilities (two columns for a binary task), or (n,) float64 values. Those of many
            labels are of one yes-or-no question each and need not add up to 1.
        thresholds: of many labels: from which score on each label is given, 0 to 1; default: 0.5 for all.

    Raises:
        ValueError: the shapes do not belong together, or a number is not finite.

    Example:
        >>> p = Predictions(Task.BINARY, ("no", "yes"), np.array([7]), np.array([2]), np.array([1]), np.array([[0.2, 0.8]]))
        >>> p.decisions().tolist()
        [1]
    """

    task: Task
    labels: tuple[str, ...]
    rows: np.ndarray
    parts: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    thresholds: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        classes, many = self.task.is_classification, self.task is Task.MANY_LABELS
        answer = np.uint8 if many else np.int64 if classes else np.float64
        for name, kind in (("rows", np.int64), ("parts", np.uint8), ("truth", answer), ("scores", np.float64)):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=kind))
        expected = (len(self.rows), len(self.labels)) if classes else (len(self.rows),)
        answers = expected if many else expected[:1]
        if self.scores.shape != expected or self.truth.shape != answers or self.parts.shape != self.rows.shape:
            raise ValueError(
                f"Scores must have the shape {expected}, truth {answers}, parts and rows {expected[:1]}; "
                f"received {self.scores.shape}, {self.truth.shape}, {self.parts.shape} and {self.rows.shape}."
            )
        if not np.isfinite(self.scores).all() or not np.isfinite(self.truth).all():
            raise ValueError("A score or a true value is not a finite number, so this model cannot be judged.")
        most = 1 if many else len(self.labels) - 1
        if classes and self.truth.size and not 0 <= self.truth.min() <= self.truth.max() <= most:
            raise ValueError(f"Class numbers must lie between 0 and {most}; received {self.truth.min()} to {self.truth.max()}.")
        if self.thresholds and len(self.thresholds) != len(self.labels) * many:
            raise ValueError(f"There must be one threshold for each of {len(self.labels)} labels; received {len(self.thresholds)}.")

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, part: Part) -> Predictions:
        """Only the rows of one part; without a copy where they lie together, which ten million rows feel."""
        inside = self.parts == part.number
        count = int(np.count_nonzero(inside))
        first = int(np.argmax(inside)) if count else 0
        if not inside[first : first + count].all():
            return self.take(np.flatnonzero(inside))
        lie = slice(first, first + count)
        return Predictions(self.task, self.labels, self.rows[lie], self.parts[lie], self.truth[lie], self.scores[lie], self.thresholds)

    def take(self, positions: np.ndarray) -> Predictions:
        """The rows at these positions, (m,) int64, in the order wanted."""
        return Predictions(
            self.task, self.labels, self.rows[positions], self.parts[positions], self.truth[positions], self.scores[positions], self.thresholds
        )

    def is_of(self, number: int) -> np.ndarray:
        """Which rows are of a class, or have a label, (n,) bool."""
        found: np.ndarray = self.truth[:, number] == 1 if self.task is Task.MANY_LABELS else self.truth == number
        return found

    def decisions(self) -> np.ndarray:
        """The class that the model chooses for each row, (n,) int64; for many labels (n, labels) uint8, 1 where it gives the label.

        Binary: `labels[1]` where its probability is 0.5 or more. More classes: the most probable, the
        first of them in a tie. For regression there is nothing to decide, so this raises ValueError.
        """
        if not self.task.is_classification:
            raise ValueError("A regression model makes no decisions; use `scores`.")
        if self.task is Task.MANY_LABELS:
            given: np.ndarray = (self.scores >= np.array(self.thresholds or 0.5)).astype(np.uint8)
            return given
        if self.task is Task.BINARY:
            return (self.scores[:, 1] >= 0.5).astype(np.int64)
        if not len(self):
            return np.zeros(0, np.int64)
        chosen: np.ndarray = np.argmax(self.scores, axis=1).astype(np.int64)
        return chosen

    def save(self, path: Path) -> None:
        """Write the Parquet file all-or-nothing."""
        columns: dict[str, np.ndarray] = {"row": self.rows, "part": self.parts, "truth": self.truth}
        if self.task.is_classification:
            columns |= {f"score_{number}": self.scores[:, number] for number in range(len(self.labels))}
        else:
            columns["prediction"] = self.scores
        about = json.dumps({"format": FORMAT, "task": self.task.value, "labels": self.labels}, ensure_ascii=False)
        frame = pl.DataFrame(columns)
        write_atomic(path, lambda place: parquet.write(frame, place, metadata={METADATA_KEY: about}))

    @classmethod
    def load(cls, path: Path) -> Predictions:
        """Read what `save` wrote.

        Raises:
            Damaged: the file is missing, broken, or of another kind.
        """
        broken = Damaged(f"The predictions in {path.parent.name} are missing or damaged. Delete this entry and make it again.")
        with parquet.damage_as(broken):
            text, frame = parquet.metadata_of(path), parquet.read(path)
        try:
            about = json.loads(text[METADATA_KEY])
            task, labels = Task(about["task"]), tuple(str(label) for label in about["labels"])
            names = [f"score_{number}" for number in range(len(labels))]
            scores = frame.select(names).to_numpy() if task.is_classification else frame["prediction"].to_numpy()
            rows, parts, truth = (frame[name].to_numpy() for name in ("row", "part", "truth"))
            return cls(task, labels, rows, parts, truth, scores)
        except (KeyError, ValueError, TypeError, pl.exceptions.PolarsError) as error:
            raise broken from error
