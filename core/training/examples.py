"""A few validation rows that stay the same while a run learns, so that a room sees its answers change.

Curves say that a network learns; a picture that was called a sandal and is now called a boot shows it.
The rows are chosen once, from the run's seed, with every class among them where there is room. Of a table's
rows the page shows a handful of columns (`ui.live_examples`); how sure the network is of them moves all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from core.preprocess.preprocessor import Preprocessor
    from core.training.fit import Lesson
    from core.training.material import Material

__all__ = ["MOST", "Examples", "chosen", "examples_of"]

MOST = 8  # as many as fit on a stage in two rows
PAUSE_S = 1.0  # nobody can read answers that change more often
LOOKED_AT = 20_000  # validation rows among which they are chosen: a training of millions must not wait for this


class Examples:
    """The rows that the room watches, and when to look at them.

    Args:
        rows: (n,) row numbers in the dataset, for whoever draws them.
        inputs: the network's inputs for these rows, by name, each (n, …).
        truths: what is right, n labels or numbers.
        preprocessor: turns raw outputs into answers.

    Example:
        >>> found = Examples.of(material, lesson)                                     # doctest: +SKIP
        >>> if found and (rows := found.look(trainer.outputs)): recorder.event("examples", epoch=1, rows=rows)  # doctest: +SKIP
    """

    def __init__(self, rows: np.ndarray, inputs: Mapping[str, np.ndarray], truths: list[Any], preprocessor: Preprocessor) -> None:
        self.rows = rows
        self.inputs = dict(inputs)
        self._truths = truths
        self._preprocessor = preprocessor
        self._due = 0.0

    @classmethod
    def of(cls, material: Material, lesson: Lesson) -> Examples | None:
        """Choose the rows of a run; None where there are no validation rows, or a row has several answers.

        Args:
            material: the run's data.
            lesson: its arrays; the validation rows among them are in the order of `material.rows`.
        """
        spec, dataset = material.spec, material.dataset
        if lesson.val_y.ndim != 1 or not len(lesson.val_y):
            return None
        apart = max(1, len(lesson.val_y) // LOOKED_AT)
        places = apart * chosen(lesson.val_y[::apart], spec.task.is_classification, spec.seed)
        rows, labels = material.rows.validation[places], material.preprocessor.labels
        truths = [labels[int(number)] for number in lesson.val_y[places]] if labels else dataset.table((spec.target,), rows)[spec.target].to_list()
        inputs = {name: np.ascontiguousarray(array[places]) for name, array in lesson.val_x.items()}
        return cls(rows, inputs, truths, material.preprocessor)

    def look(self, outputs: Callable[[dict[str, np.ndarray]], np.ndarray], last: bool = False) -> list[dict[str, Any]] | None:
        """What the network says now; None when it was asked less than a second ago.

        Args:
            outputs: raw outputs for inputs, `Trainer.outputs`.
            last: look in any case: these answers will stay on the page.

        Returns:
            The `rows` of an `examples` event.
        """
        now = time.monotonic()
        if now < self._due and not last:
            return None
        self._due = now + PAUSE_S
        return examples_of(self.rows, self._truths, self._preprocessor.scores(outputs(self.inputs)), self._preprocessor.labels)


def chosen(targets: np.ndarray, classes: bool, seed: int, most: int = MOST) -> np.ndarray:
    """Choose rows that show the whole range of the target.

    Args:
        targets: (rows,) class numbers, or numbers.
        classes: whether they are classes. Classes take turns; of numbers, each of `most` equal shares gives one.
        seed: of the choice, 0 or more.
        most: at most so many.

    Returns:
        Positions in `targets`, at most `most`, in the order in which they are to be shown.

    Example:
        >>> rows = chosen(np.array([0, 0, 0, 0, 1, 2]), True, seed=0, most=4)
        >>> sorted(np.array([0, 0, 0, 0, 1, 2])[rows].tolist())
        [0, 0, 1, 2]
    """
    mixed = np.random.default_rng([seed, MOST]).permutation(len(targets))
    if not classes:
        ordered = mixed[np.argsort(targets[mixed], kind="stable")]
        return np.array([share[len(share) // 2] for share in np.array_split(ordered, min(most, len(ordered))) if len(share)], np.int64)
    turn = np.zeros(len(targets), np.int64)  # the how-manieth of its class each row is, in the mixed order
    for number in np.unique(targets):
        turn[targets[mixed] == number] = np.arange(np.count_nonzero(targets == number))
    return mixed[np.argsort(turn, kind="stable")][:most].astype(np.int64)


def examples_of(rows: np.ndarray, truths: list[Any], scores: np.ndarray, labels: tuple[str, ...]) -> list[dict[str, Any]]:
    """The `rows` of an `examples` event.

    Args:
        rows: (n,) row numbers in the dataset.
        truths: n labels or numbers.
        scores: (n, classes) probabilities or (n,) values.
        labels: the classes; empty for numbers.

    Returns:
        n times {row, truth, answer, share}; share is the probability of the answer, None for numbers.

    Example:
        >>> examples_of(np.array([7]), ["no"], np.array([[0.25, 0.75]]), ("no", "yes"))
        [{'row': 7, 'truth': 'no', 'answer': 'yes', 'share': 0.75}]
    """
    if not labels:
        return [{"row": int(row), "truth": truth, "answer": float(value), "share": None} for row, truth, value in zip(rows, truths, scores, strict=True)]
    best = scores.argmax(axis=1)
    return [
        {"row": int(row), "truth": truth, "answer": labels[number], "share": round(float(shares[number]), 4)}
        for row, truth, number, shares in zip(rows, truths, best, scores, strict=True)
    ]
