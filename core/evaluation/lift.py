"""Lift and gain: when only the best-scored rows can be handled, how many of the class are among them?

Gain is the share of the class found in the top so many rows; lift is that share over the share of rows, so how many
times better than picking rows by chance. A team that can call 500 of 10,000 customers reads both at 5 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import LEVEL, wilson_limits
from core.evaluation.ranking import Ranking

__all__ = ["Gain", "gain_of"]


@dataclass(frozen=True, eq=False)
class Gain:
    """Gain and lift at each share of rows handled, best-scored first.

    Attributes:
        handled: (m,) share of all rows with at least the threshold's score, rising to 1.
        found: (m,) gain: share of the class among them; with its 95 % interval `found_low`, `found_high`.
        lift: (m,) found / handled, with `lift_low`, `lift_high`.
        threshold: (m,) lowest score that is handled.
    """

    handled: np.ndarray
    found: np.ndarray
    found_low: np.ndarray
    found_high: np.ndarray
    threshold: np.ndarray

    @property
    def lift(self) -> np.ndarray:
        """(m,) how many times more of the class than by chance."""
        lift: np.ndarray = self.found / self.handled
        return lift

    @property
    def lift_low(self) -> np.ndarray:
        """(m,) lower end of its interval."""
        low: np.ndarray = self.found_low / self.handled
        return low

    @property
    def lift_high(self) -> np.ndarray:
        """(m,) upper end of its interval."""
        high: np.ndarray = np.minimum(self.found_high, 1.0) / self.handled
        return high

    def at(self, share: float) -> float:
        """Gain when this share of the rows is handled; between two thresholds rows of equal score are picked by chance."""
        return float(np.interp(share, np.r_[0.0, self.handled], np.r_[0.0, self.found]))


def gain_of(ranks: Ranking, points: int | None = None) -> Gain | None:
    """Gain and lift of a ranking.

    The interval is Wilson's for the share of the class found, with the share of rows handled taken as given
    (it is chosen, not measured). At 100 % handled everything is found, so both ends meet there.

    Args:
        ranks: of one class against the rest.
        points: corners to keep at most, evenly by rows handled and denser at the first ones; default: all.

    Returns:
        The curve; None when the rows are all of the class or none is.
    """
    count, rows = ranks.positives, ranks.rows
    if not count or not ranks.negatives:
        return None
    keep = np.arange(len(ranks.called))
    if points is not None and len(keep) > points:
        wanted = np.r_[np.geomspace(1, rows, points // 2), np.linspace(1, rows, points - points // 2)]
        keep = np.unique(np.searchsorted(ranks.called, wanted).clip(0, len(keep) - 1))
    hits, called = ranks.hits[keep], ranks.called[keep]
    low, high = wilson_limits(hits, np.full(len(hits), count), LEVEL)
    everything = called == rows
    low, high = np.where(everything, 1.0, low), np.minimum(high, called / count)  # no more than were handled
    return Gain(called / rows, hits / count, np.minimum(low, hits / count), np.maximum(high, hits / count), ranks.threshold[keep])
