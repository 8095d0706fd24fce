"""Predictions made up for the tests: models whose true quality is known."""

from __future__ import annotations

import numpy as np

from core.dataset.schema import Part, Task
from core.evaluation.predictions import Predictions


def predictions(task: Task, truth: np.ndarray, scores: np.ndarray, labels: tuple[str, ...] | None = None, part: Part = Part.TEST) -> Predictions:
    """All rows in one part; labels a, b, c … unless given."""
    classes = scores.shape[1] if scores.ndim == 2 else 0
    names = labels if labels is not None else tuple(f"c{number}" for number in range(classes))
    return Predictions(task, names, np.arange(len(truth)), np.full(len(truth), part.number), truth, scores)


def binary(rng: np.random.Generator, rows: int, separation: float = 1.5, share: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Two normal classes; the scores are the true probabilities."""
    truth = (rng.random(rows) < share).astype(np.int64)
    signal = rng.normal(size=rows) + separation * truth
    p = 1 / (1 + np.exp(-(separation * signal - separation**2 / 2 + np.log(share / (1 - share)))))
    return truth, np.c_[1 - p, p]


def multiclass(rng: np.random.Generator, rows: int, classes: int = 4, separation: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Classes of sizes 1 : 2 : 3 …"""
    share = np.arange(1.0, classes + 1)
    share /= share.sum()
    truth = rng.choice(classes, rows, p=share)
    logits = rng.normal(size=(rows, classes)) + np.log(share)
    logits[np.arange(rows), truth] += separation
    grown = np.exp(logits - logits.max(1, keepdims=True))
    return truth, grown / grown.sum(1, keepdims=True)


def many_labels(rng: np.random.Generator, rows: int, labels: int = 4, skill: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Labels that hang together, the first in half of the rows, each further one rarer; errors of a row hang together too."""
    latent = 0.6 * rng.normal(size=(rows, 1)) + 0.8 * rng.normal(size=(rows, labels)) - 1.3 * np.arange(labels) / labels
    logits = skill * latent + 0.5 * rng.normal(size=(rows, 1)) + 0.8 * rng.normal(size=(rows, labels))
    return (latent > 0).astype(np.int64), 1 / (1 + np.exp(-logits))


def regression(rng: np.random.Generator, rows: int, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """A line with normal noise and a small bias."""
    x = rng.normal(size=rows)
    return 2 * x + noise * rng.normal(size=rows), 2 * x + 0.3
