"""What "weak" means, row by row: wrong, missed, called by mistake, or far off. Each is a mean over the rows it concerns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.predictions import Predictions
from core.language import N_

__all__ = ["MEASURES", "Measure", "measure_of", "measures_for"]

MEASURES: dict[str, str] = {  # stable name → one line of explanation
    "wrong": N_("Wrong: the share of rows that get the wrong class."),
    "missed": N_("Missed: of the rows that are of the class looked for, the share that the model does not find (1 − recall)."),
    "false_alarms": N_("False alarms: of the rows that are not of the class looked for, the share that the model calls so."),
    "error": N_("Error: how far the prediction is from the true value, on average, in its unit."),
}


@dataclass(frozen=True, eq=False)
class Measure:
    """One way to be weak.

    Attributes:
        name: a key of MEASURES.
        values: (n,) float64 of every judged row: 0 or 1 for a share, else 0 or more.
        among: (n,) bool, the rows that it concerns.
        share: whether the mean of the values is a share.
    """

    name: str
    values: np.ndarray
    among: np.ndarray
    share: bool


def measures_for(task: Task) -> tuple[str, ...]:
    """Names of the measures that a task has, the usual one first."""
    return {Task.BINARY: ("wrong", "missed", "false_alarms"), Task.REGRESSION: ("error",)}.get(task, ("wrong",))


def measure_of(predictions: Predictions, name: str | None = None) -> Measure:
    """Measure one model.

    Args:
        predictions: judged rows.
        name: one of `measures_for(predictions.task)`; default the first.

    Raises:
        BadSettings: the task has no such measure.

    Example:
        >>> p = Predictions(Task.BINARY, ("no", "yes"), np.arange(2), np.full(2, 2), np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]))
        >>> measure_of(p, "missed").values.tolist(), measure_of(p, "missed").among.tolist()
        ([0.0, 1.0], [False, True])
    """
    offered = measures_for(predictions.task)
    chosen = name or offered[0]
    if chosen not in offered:
        raise BadSettings(f"{chosen[:40]!r} cannot be measured here. Choose one of {', '.join(offered)}.")
    everything = np.ones(len(predictions), bool)
    if chosen == "error":
        return Measure(chosen, np.abs(predictions.scores - predictions.truth), everything, False)
    off = predictions.decisions() != predictions.truth
    wrong = (off.any(axis=1) if off.ndim > 1 else off).astype(np.float64)  # of many labels: any of them
    among = {"missed": predictions.truth == 1, "false_alarms": predictions.truth == 0}.get(chosen, everything)
    return Measure(chosen, wrong, among, True)
