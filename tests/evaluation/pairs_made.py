"""Pairs of models made up for the tests of differences and verdicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.dataset.schema import Part, Task
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from tests.evaluation.made import binary, multiclass, predictions, regression


def pair(task: Task, rows: int = 300, seed: int = 3) -> tuple[Predictions, Predictions]:
    """A model, and the same with noise."""
    rng = np.random.default_rng(seed)
    if task is Task.BINARY:
        truth, scores = binary(rng, rows)
        other = 0.7 * scores[:, 1] + 0.3 * rng.random(rows)
        return predictions(task, truth, scores), predictions(task, truth, np.c_[1 - other, other])
    if task is Task.MULTICLASS:
        truth, scores = multiclass(rng, rows, 4)
        mixed = scores + 0.3 * rng.random(scores.shape)
        return predictions(task, truth, scores), predictions(task, truth, mixed / mixed.sum(1, keepdims=True))
    truth, values = regression(rng, rows)
    return predictions(task, truth, values), predictions(task, truth, values + 0.5 * rng.normal(size=rows))


def right(name: str, flags: np.ndarray, kind: str = "run") -> Model:
    """Right on the rows with a flag, on validation rows as on test rows."""
    n = len(flags)
    truth = np.tile(np.arange(n) % 2, 2)
    called = np.where(np.tile(flags, 2), truth, 1 - truth)
    parts = np.repeat([Part.VALIDATION.number, Part.TEST.number], n)
    return Model(name, name.title(), Predictions(Task.BINARY, ("no", "yes"), np.arange(2 * n), parts, truth, np.eye(2)[called]), kind)  # type: ignore[arg-type]


def share(name: str, good: int, n: int = 1_000, kind: str = "run", *, start: int = 0) -> Model:
    """Right on `good` of n rows, from `start` on."""
    return right(name, (np.arange(n) - start) % n < good, kind)


def on_test_rows(model: Model) -> Model:
    return replace(model, predictions=model.predictions.of(Part.TEST))
