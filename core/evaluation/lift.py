"""Lift and gain: when only the best-scored rows can be handled, how many of the class are among them?

Gain is the share of the class found in the top so many rows; lift is that share over the share of rows, so how many
times better than picking rows by chance. A team that can call 500 of 10,000 customers reads both at 5 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import band_limits, wilson_limits
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

    The share of rows handled is chosen, not measured. So the threshold moves with the rows, and that takes part of the
    chance away which a fixed threshold leaves: the interval is Wilson's with the number of rows that gives the
    variance of the influence function (Jiang and Zhao 2015, for lift). At
    100 % handled everything is found, so both ends meet there.

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
    low, high = _limits(ranks, hits, called)
    everything = called == rows
    low, high = np.where(everything, 1.0, low), np.where(everything, 1.0, high)
    return Gain(called / rows, hits / count, np.minimum(low, hits / count), np.maximum(high, hits / count), ranks.threshold[keep])


def _limits(ranks: Ranking, hits: np.ndarray, called: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the gain where so many rows are called."""
    rows, count = ranks.rows, ranks.positives
    share, handled, found = count / rows, called / rows, hits / count
    near = np.int32(max(5, rows ** (2 / 3) / 2))
    (hits_after, after), (hits_before, before) = _down_to(ranks, called + near), _down_to(ranks, called - near)
    local = (hits_after - hits_before) / (after - before)  # share of the class around the threshold
    kept, left = local * (1 - handled), local * handled
    variance = (
        share * found * (1 - found - kept) ** 2 + share * (1 - found) * (left - found) ** 2
        + (handled - share * found) * kept**2 + (1 - handled - share * (1 - found)) * left**2
    ) / (share**2 * rows)  # fmt: skip
    binomial = found * (1 - found)
    size = np.divide(binomial, variance, out=np.full(len(found), float(count)), where=(binomial > 0) & (variance > 0)).clip(count / 2, rows)
    low, high = band_limits(found * size, size)
    rarest = wilson_limits(np.array([count]), np.array([rows]))[0]  # nobody finds more than there are rows handled
    return low, np.minimum(high, handled / rarest)


def _down_to(ranks: Ranking, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hits and calls at the last threshold that calls no more than so many rows, (m,) each; without a copy of the ranking."""
    place = np.searchsorted(ranks.called, rows, side="right") - 1
    there = place >= 0
    return np.where(there, ranks.hits[place], 0), np.where(there, ranks.called[place], 0)
