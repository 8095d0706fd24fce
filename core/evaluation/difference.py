"""Difference: how far two models are apart on the same rows, in any metric, with an interval and the fitting paired test."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from core.evaluation.intervals import LEVEL, Interval
from core.evaluation.metrics import headline, higher_is_better
from core.evaluation.model import Model
from core.evaluation.paired import Paired, paired, prepare
from core.evaluation.student import t_quantile
from core.language import N_

__all__ = ["Difference", "paired_difference"]

ALPHA = 1 - LEVEL
TOO_FEW = N_("The rows are too few to say.")


@dataclass(frozen=True)
class Difference:
    """How far a model is from the reference, on the same rows.

    Attributes:
        metric: stable name.
        reference: id of the model that it is compared with.
        interval: model minus reference, 95 %, in the metric's unit.
        clear: not 0, even when corrected for how many were compared: the adjusted p-value is below 0.05 and the
            interval leaves 0 out.
        better: the sign is in the model's favour.
        p_value: of the paired test, two-sided; None where there is nothing to test.
        adjusted_p: the same, corrected for how many were compared.
        test: which test, a key of `core.evaluation.paired.TESTS`.
        rows: judged rows.
        middle, error: the estimate behind the interval and its standard error; None where unknown.
        freedom: degrees of freedom of the error.
        reference_value: the metric of the reference, for errors and losses.
    """

    metric: str
    reference: str
    interval: Interval
    clear: bool
    better: bool
    p_value: float | None = None
    adjusted_p: float | None = None
    test: str = ""
    rows: int = 0
    middle: float | None = None
    error: float | None = None
    freedom: float = math.inf
    reference_value: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON, without NaN."""
        about = {
            "metric": self.metric, "reference": self.reference, "clear": self.clear, "better": self.better,
            "p_value": self.p_value, "adjusted_p": self.adjusted_p, "test": self.test, "rows": self.rows,
        }  # fmt: skip
        return about | self.interval.to_json()

    def adjusted(self, p: float | None) -> Difference:
        """The same difference with another adjusted p-value, and `clear` accordingly."""
        return replace(self, adjusted_p=p, clear=_is_clear(self.interval, p))


def paired_difference(
    ours: Model, theirs: Model, metric: str | None = None, comparisons: int = 1, *, threshold: float | tuple[float, float] | None = None
) -> Difference:
    """The difference of two models on the same rows, in any metric that `evaluate` gives.

    Which test serves which metric, and where it comes from, stands in `core.evaluation.paired`.

    Args:
        ours, theirs: with predictions of the same rows in the same order.
        metric: stable name; default: the one that stands first for the task.
        comparisons: how many were compared together; p-values are corrected for it (Bonferroni). `judge_field`
            corrects by Holm instead.
        threshold: for two classes, the score from which a row counts as `labels[1]`; one for both models, or one
            for each (ours, theirs). Default 0.5.

    Returns:
        Ours minus theirs. Without limits where the rows cannot tell how far off it is.

    Example:
        >>> import numpy as np
        >>> from core.dataset.schema import Task
        >>> from core.evaluation.predictions import Predictions
        >>> def right(share):  # of 200 rows of one class
        ...     p = np.where(np.arange(200) < 200 * share, 0.9, 0.1)
        ...     return Predictions(Task.BINARY, ("no", "yes"), np.arange(200), np.full(200, 2), np.ones(200), np.c_[1 - p, p])
        >>> found = paired_difference(Model("a", "A", right(0.9)), Model("b", "B", right(0.8)))
        >>> found.clear, found.better, round(found.interval.value, 3), found.test
        (True, True, 0.1, 'mcnemar')
    """
    name = metric or headline(ours.predictions.task)
    first, second = threshold if isinstance(threshold, tuple) else (threshold, threshold)
    found = paired(prepare(ours.predictions, name, first), prepare(theirs.predictions, name, second))
    return difference_of(found, name, theirs.id, len(ours.predictions), comparisons)


def difference_of(found: Paired, metric: str, reference: str, rows: int, comparisons: int = 1) -> Difference:
    """A `Difference` from what the paired test found."""
    interval = _interval(found)
    adjusted = None if found.p_value is None else min(1.0, found.p_value * max(comparisons, 1))
    better = found.value is not None and found.value != 0 and (found.value > 0) == higher_is_better(metric)
    known = found.error is not None and found.freedom >= 1
    return Difference(
        metric, reference, interval, _is_clear(interval, adjusted), better, found.p_value, adjusted, found.test, rows,
        found.middle if known else None, found.error if known else None, found.freedom, found.reference_value,
    )  # fmt: skip


def _is_clear(interval: Interval, p: float | None) -> bool:
    if p is None or interval.low is None or interval.high is None:
        return False
    return p < ALPHA and not interval.low <= 0 <= interval.high


def _interval(found: Paired) -> Interval:
    if found.value is None or found.error is None or found.middle is None:
        return Interval(found.value, None, None, found.reason)
    if found.freedom < 1:
        return Interval(found.value, None, None, TOO_FEW)
    reach = t_quantile(LEVEL, found.freedom) * found.error
    low, high = found.middle - reach * found.stretch[0], found.middle + reach * found.stretch[1]
    least, most = found.bounds
    low, high = min(low, found.value), max(high, found.value)  # the middle is drawn towards 0; what is shown stays inside
    return Interval(found.value, max(low, least), min(high, most), found.reason)
