"""Power: what the rows at hand can find, and how many rows would settle what they cannot.

All from one number, the standard error of the paired difference, which shrinks with the square root of the rows.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from core.evaluation.difference import Difference

__all__ = ["POWER", "detectable", "power_of", "rows_needed"]

POWER = 0.8  # eight times in ten; Cohen 1988
ALPHA = 0.05
MOST_ROWS = 10**12
NORMAL = NormalDist()


def power_of(true_difference: float, error: float, margin: float = 0.0, comparisons: int = 1) -> tuple[float, float]:
    """How often rows with this standard error would lead to a verdict, if the difference were really so large.

    Normal approximation; Chow, Shao and Wang, "Sample Size Calculations in Clinical Research" (2008), sections 3.1
    and 3.2: the two-sided test at 5 %, and the two one-sided tests (Schuirmann 1987) at 5 % each.

    Args:
        true_difference: in the metric's unit, either sign.
        error: standard error of the difference, above 0.
        margin: what is too small to matter; without one nothing can be found equal.
        comparisons: how many are judged together (Bonferroni).

    Returns:
        Chance of finding the difference, and chance of finding that it is inside the margin.

    Example:
        >>> [round(chance, 2) for chance in power_of(0.028, 0.01)]
        [0.8, 0.0]
    """
    level, size = ALPHA / max(comparisons, 1), abs(true_difference) / error
    reach = NORMAL.inv_cdf(1 - level / 2)
    found = NORMAL.cdf(size - reach) + NORMAL.cdf(-size - reach)
    side = NORMAL.inv_cdf(1 - level)
    inside = NORMAL.cdf(margin / error - size - side) + NORMAL.cdf(margin / error + size - side) - 1
    return found, max(0.0, inside)


def rows_needed(difference: Difference, margin: float, power: float = POWER, comparisons: int = 1, lasting: float = 0.0) -> int | None:
    """How many rows of the same kind would settle the question, if the difference is really as large as it looks.

    Args:
        difference: as measured; its error tells how much rows vary.
        margin: what is too small to matter, in the metric's unit.
        power: chance of a verdict with so many rows, either that one is better or that there is no practical
            difference.
        comparisons: how many are judged together.
        lasting: the part of the standard error that more rows do not shrink, such as that of few seeds.

    Returns:
        Rows in all, those at hand included; None where nothing is known about the error, the models do not differ
        on any row, or no number of rows that exists would do.

    Example:
        >>> from core.evaluation.intervals import Interval
        >>> seen = Difference("accuracy", "b", Interval(0.02), False, True, rows=400, middle=0.02, error=0.02)
        >>> rows_needed(seen, 0.01)
        3140
    """
    if difference.error is None or difference.middle is None or difference.error <= 0 or difference.rows < 1:
        return None
    middle, spread = difference.middle, max(0.0, difference.error**2 - lasting**2) * difference.rows

    def enough(rows: int) -> bool:
        return max(power_of(middle, math.sqrt(spread / rows + lasting**2), margin, comparisons)) >= power

    if not enough(MOST_ROWS):
        return None
    low, high = 1, MOST_ROWS  # low is never enough, high is
    while high - low > 1:
        middle_rows = (low + high) // 2
        low, high = (low, middle_rows) if enough(middle_rows) else (middle_rows, high)
    return high


def detectable(difference: Difference, power: float = POWER, comparisons: int = 1) -> float | None:
    """The smallest true difference that the rows at hand would find with this chance.

    Args:
        difference: of two models; its error tells how much rows vary.
        power: chance of finding it.
        comparisons: how many are judged together.

    Returns:
        In the metric's unit; None where nothing is known about the error.

    Example:
        >>> from core.evaluation.intervals import Interval
        >>> round(detectable(Difference("accuracy", "b", Interval(0.0), False, False, rows=400, middle=0.0, error=0.01)), 4)
        0.028
    """
    if difference.error is None or difference.error <= 0:
        return None
    return (NORMAL.inv_cdf(1 - ALPHA / max(comparisons, 1) / 2) + NORMAL.inv_cdf(power)) * difference.error
