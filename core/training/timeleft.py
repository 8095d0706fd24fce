"""How long a training will still take, and how sure that is."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["TimeLeft", "time_left"]

LEAST = 3  # epochs, before anything is said about the spread
# Student's t: of a normal sample of n epochs, 80 % of further ones lie within so many standard deviations.
T_80 = {2: 1.886, 3: 1.638, 4: 1.533, 5: 1.476, 6: 1.440, 7: 1.415, 8: 1.397, 9: 1.383}  # by degrees of freedom
T_80_MORE = 1.372


@dataclass(frozen=True)
class TimeLeft:
    """Seconds until the last epoch is done.

    Attributes:
        seconds: the estimate.
        low, high: the 80 % range; None while too few epochs are known.
    """

    seconds: float
    low: float | None
    high: float | None


def time_left(durations: Sequence[float], epochs: int) -> TimeLeft:
    """Estimate from the epochs that were.

    Args:
        durations: seconds of the recent epochs, at least one.
        epochs: still to do, 0 or more.

    Example:
        >>> time_left([2.0, 2.0, 2.0], 10)
        TimeLeft(seconds=20.0, low=20.0, high=20.0)
        >>> time_left([2.0], 10)
        TimeLeft(seconds=20.0, low=None, high=None)
    """
    known = len(durations)
    if known < LEAST:
        return TimeLeft(statistics.median(durations) * epochs, None, None)
    middle = statistics.fmean(durations) * epochs
    # the mean of the epochs known is uncertain by s/√n for each epoch to come, and these vary by s themselves
    spread = T_80.get(known - 1, T_80_MORE) * statistics.stdev(durations) * math.sqrt(epochs + epochs**2 / known)
    return TimeLeft(middle, max(0.0, middle - spread), middle + spread)
