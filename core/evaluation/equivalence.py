"""Equivalence: is a difference too small to matter, and how likely is each outcome? All against a margin.

Not finding a difference is not the same as finding none: with few rows nothing is ever found. "No practical
difference" has a test of its own, which few rows cannot pass.
"""

from __future__ import annotations

import math

from core.evaluation.difference import Difference
from core.evaluation.metrics import higher_is_better
from core.evaluation.student import t_below

__all__ = ["RELATIVE", "better_probability", "chances", "margin_in_unit", "same_p"]

RELATIVE = frozenset({"log_loss", "brier", "rmse", "mae", "mape", "median_absolute_error"})  # no scale of their own


def margin_in_unit(metric: str, margin: float, reference_value: float | None) -> float:
    """What is too small to matter, in the metric's own unit.

    Args:
        metric: stable name.
        margin: a share, 0.01 for 1 point.
        reference_value: of the reference; errors and losses have no scale of their own, so there the margin is
            that share of it.

    Example:
        >>> margin_in_unit("accuracy", 0.01, 0.8), margin_in_unit("rmse", 0.01, 250.0)
        (0.01, 2.5)
    """
    return margin * abs(reference_value or 0.0) if metric in RELATIVE else margin


def same_p(difference: Difference, margin: float) -> float | None:
    """Two one-sided tests: how well would a true difference as large as the margin explain these rows?

    Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15 (1987). Below 0.05
    the 90 % interval lies inside the margin.

    Args:
        difference: with its error.
        margin: in the metric's unit.

    Returns:
        The larger of both p-values; None where nothing is known about the error.

    Example:
        >>> from core.evaluation.intervals import Interval
        >>> round(same_p(Difference("accuracy", "b", Interval(0.0), False, False, middle=0.0, error=0.005), 0.01), 4)
        0.0228
    """
    if difference.error is None or difference.middle is None:
        return None
    if margin <= 0:
        return 1.0
    return t_below(-_over(margin - abs(difference.middle), difference.error), difference.freedom)


def better_probability(difference: Difference) -> float | None:
    """How likely the model is truly the better one, given these rows.

    With a flat prior and a normal likelihood (Student's t where the error comes from few rows) the true difference
    is spread around the measured one like its error (Gelman and others, "Bayesian Data Analysis", section 3.2).

    Returns:
        0 to 1; 0.5 for models that never differ; None where nothing is known about the error.

    Example:
        >>> from core.evaluation.intervals import Interval
        >>> round(better_probability(Difference("rmse", "b", Interval(-2.0), True, True, middle=-2.0, error=1.0)), 3)
        0.977
    """
    if difference.error is None or difference.middle is None:
        return None
    return t_below(_over(_gain(difference), difference.error), difference.freedom)


def chances(difference: Difference, margin: float) -> tuple[float, float, float] | None:
    """The same for three outcomes: worse by more than the margin, inside it, better by more than it; they sum to 1."""
    if difference.error is None or difference.middle is None:
        return None
    worse = t_below(_over(-margin - _gain(difference), difference.error), difference.freedom)
    better = t_below(_over(_gain(difference) - margin, difference.error), difference.freedom)
    return worse, max(0.0, 1 - worse - better), better


def _gain(difference: Difference) -> float:
    middle = difference.middle or 0.0
    return middle if higher_is_better(difference.metric) else -middle


def _over(distance: float, error: float) -> float:
    if error > 0:
        return distance / error
    return math.copysign(math.inf, distance) if distance else 0.0
