"""Every curve of one model as plain numbers, for the JSON of `compare`: what the page draws, without the page.

Curves are thinned to what a screen can show; their first and last corners are among the points. A threshold above
every score, where nothing is called, has no number and is null.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.schema import Task
from core.evaluation.averaged_curves import averaged_roc
from core.evaluation.calibration import Calibration, calibration, calibration_of, confidence
from core.evaluation.curves import Curve, det_of, precision_recall_of, roc_of
from core.evaluation.lift import Gain, gain_of
from core.evaluation.predictions import Predictions
from core.evaluation.ranking import ranked
from core.evaluation.regression_errors import errors_by_size, margin
from core.evaluation.score_histogram import score_histogram

if TYPE_CHECKING:
    from core.evaluation.compare import Judged

__all__ = ["curve_numbers"]

POINTS = 100
MOST_CLASSES = 50  # each costs a sort and a few thousand numbers


def curve_numbers(one: Judged) -> dict[str, Any]:
    """The curves of a model.

    Args:
        one: of a comparison; its predictions are the judged test rows.

    Returns:
        For classes: `classes` by label (the second class alone where there are two, else each of the first 50),
        `averages` (ROC over all classes; empty for two) and `confidence` (calibration of the class that was chosen; of many
        labels none is). A label is drawn like a class.
        For numbers: `errors_by_size` and `margin`. What cannot be drawn is null.
    """
    p = one.model.predictions
    if not p.task.is_classification:
        return _errors(p, one.validation)
    numbers = (1,) if p.task is Task.BINARY else range(min(len(p.labels), MOST_CLASSES))
    averages = {} if p.task is Task.BINARY else {how: _curve(averaged_roc(p.truth, p.scores, how)) for how in ("macro", "weighted", "micro")}
    return {
        "classes": {p.labels[number]: _of_class(p, number) for number in numbers},
        "averages": averages, "confidence": None if p.task is Task.MANY_LABELS else _calibration(calibration(*confidence(p.truth, p.scores))),
    }  # fmt: skip


def _of_class(p: Predictions, number: int) -> dict[str, Any]:
    ranks = ranked(p, number)
    scores = score_histogram(p.is_of(number), p.scores[:, number])
    return {
        "roc": _curve(roc_of(ranks, POINTS)), "precision_recall": _curve(precision_recall_of(ranks, POINTS)), "det": _curve(det_of(ranks, POINTS)),
        "gain": _gain(gain_of(ranks, POINTS)), "calibration": _calibration(calibration_of(ranks)),
        "scores": {"edges": _list(scores.edges), "positives": _list(scores.positives), "others": _list(scores.others)},
    }  # fmt: skip


def _curve(curve: Curve | None) -> dict[str, Any] | None:
    if curve is None:
        return None
    return {
        "x": _list(curve.x), "y": _list(curve.y), "threshold": _list(curve.threshold),
        "low": _list(curve.low), "high": _list(curve.high),
    }  # fmt: skip


def _gain(gain: Gain | None) -> dict[str, Any] | None:
    if gain is None:
        return None
    names = ("handled", "found", "found_low", "found_high", "lift", "lift_low", "lift_high", "threshold")
    return {name: _list(getattr(gain, name)) for name in names}


def _calibration(found: Calibration | None) -> dict[str, Any] | None:
    if found is None:
        return None
    names = ("low", "high", "said", "happened", "happened_low", "happened_high", "rows")
    return {name: _list(getattr(found, name)) for name in names} | {"error": found.error}


def _errors(p: Predictions, validation: Predictions | None) -> dict[str, Any]:
    sizes = errors_by_size(p.truth, p.scores)
    held = margin((validation.truth, validation.scores), (p.truth, p.scores)) if validation is not None else None
    return {
        "errors_by_size": None if sizes is None else {
            "low": _list(sizes.low), "high": _list(sizes.high), "rows": _list(sizes.rows), "bias": _list(sizes.bias),
            "error": [interval.to_json() for interval in sizes.error],
        },
        "margin": None if held is None else {"promised": held.promised, "half_width": held.half_width, "held": held.held.to_json()},
    }  # fmt: skip


def _list(numbers: np.ndarray) -> list[Any]:
    """As JSON: whole numbers whole, others to nine digits, null where there is no number."""
    if numbers.ndim == 2:
        return [_list(row) for row in numbers]
    if numbers.dtype.kind in "iu":
        return [int(number) for number in numbers]
    return [float(f"{number:.9g}") if math.isfinite(number) else None for number in numbers]
