"""Calibration: when a model says 70 %, does it happen 70 times in 100?

Rows are put into bins of equally many rows by what the model said, and in each bin the mean probability stands
against the share that came true. Equally many, because the usual bins of equal width leave all rows of a rare
class in the first one. For more than two classes the probability judged is that of the class the model chose
("confidence", Guo et al. 2017); one class alone is judged by its own column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.evaluation.intervals import LEVEL, Interval, mean_interval, wilson, wilson_limits
from core.evaluation.ranking import Ranking, ranking
from core.language import N_

__all__ = ["BINS", "Calibration", "brier", "calibration", "calibration_error", "calibration_of", "confidence"]

BINS = 10
DRAWS = 1_000  # simulated errors behind the interval of the calibration error; its ends move by 1 or 2 % with other draws
NO_ROWS = N_("There are no rows to judge.")


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a model said against what happened, in bins of equally many rows, the lowest probability first.

    Attributes:
        low, high: (b,) the lowest and the highest score in the bin; both belong to it, and no score to two bins.
        said: (b,) mean score.
        happened: (b,) share of rows that came true.
        happened_low, happened_high: (b,) its 95 % interval (Wilson).
        rows: (b,) how many.
    """

    low: np.ndarray
    high: np.ndarray
    said: np.ndarray
    happened: np.ndarray
    happened_low: np.ndarray
    happened_high: np.ndarray
    rows: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error: mean distance of said and happened, weighted by rows (Naeini et al. 2015)."""
        return float((np.abs(self.said - self.happened) * self.rows).sum() / self.rows.sum())


def calibration(positive: np.ndarray, scores: np.ndarray, bins: int = BINS) -> Calibration | None:
    """Put rows into bins by score and count what came true.

    Args:
        positive: (n,) bool, whether it came true.
        scores: (n,) probabilities, 0 to 1.
        bins: how many at most, 1 or more; rows of equal score stay together, so ties make fewer.

    Returns:
        The bins; None without rows.

    Example:
        >>> found = calibration(np.array([False, True]), np.array([0.2, 0.7]))
        >>> found.said.tolist(), found.happened.tolist()
        ([0.2, 0.7], [0.0, 1.0])
    """
    return calibration_of(ranking(positive, scores), bins)


def calibration_of(ranks: Ranking, bins: int = BINS) -> Calibration | None:
    """The same from a ranking by probability that is there already."""
    if not ranks.rows:
        return None
    wanted = np.linspace(0, ranks.rows, min(bins, ranks.rows) + 1)[1:]
    ends = np.unique(np.searchsorted(ranks.called, wanted - 0.5))  # the first score at which so many are called
    starts = np.r_[0, ends[:-1] + 1]
    rows, hits = np.diff(ranks.called[ends], prepend=0), np.diff(ranks.hits[ends], prepend=0)
    if len(ranks.threshold) == ranks.rows:
        said = np.add.reduceat(ranks.threshold, starts) / rows
    else:
        said = np.add.reduceat(ranks.threshold * np.diff(ranks.called, prepend=0), starts) / rows
    low, high = wilson_limits(hits, rows)
    found = (ranks.threshold[ends], ranks.threshold[starts], said, hits / rows, low, high, rows)
    return Calibration(*(column[::-1].copy() for column in found))


def confidence(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For more than two classes: whether the class chosen is right, (n,) bool, and its probability, (n,)."""
    if not len(truth):
        return np.zeros(0, bool), np.zeros(0)
    chosen = np.argmax(scores, axis=1)
    return chosen == truth, np.take_along_axis(scores, chosen[:, None], axis=1)[:, 0]


def brier(truth: np.ndarray, scores: np.ndarray) -> Interval:
    """Brier score: mean squared distance between probabilities and what happened (G. W. Brier 1950).

    Two classes: of the second one's probability, 0 to 1. More: summed over the classes, 0 to 2, as the
    original has it and scikit-learn computes it.

    Args:
        truth: (n,) class numbers.
        scores: (n, classes) probabilities.
    """
    if scores.shape[1] == 2:
        return mean_interval((scores[:, 1] - truth) ** 2)
    given = scores[np.arange(len(truth)), truth]
    return mean_interval((scores * scores).sum(1) - 2 * given + 1)


def calibration_error(found: Calibration | None) -> Interval:
    """The expected calibration error with an interval.

    The number is what other tools print, and it is too high by the noise in each bin: a distance has no sign, so
    noise never lowers it. The lower end is the smallest multiple c of the distances measured for which a model that
    far off would show such an error in 2.5 of 100 samples (test inversion along the measured shape, with 1,000
    seeded draws of the bins' normal errors); it is 0 where noise alone explains the number. The upper end is the same
    from above, and no less than the number without its bias (that of a folded normal, as in Kumar, Liang and Ma 2019
    and Roelofs et al. 2022) plus 1.96 errors: where one bin is right by chance, the shape looks better than it is.

    Args:
        found: bins, as `calibration` makes them.
    """
    if found is None:
        return Interval.undefined(NO_ROWS)
    n = float(found.rows.sum())
    weight, gap, value = found.rows / n, found.happened - found.said, found.error
    if value <= 0:
        return wilson(0, n)
    said, far = np.clip(found.said, 0, 1), gap * weight
    tail, draws = (1 - LEVEL) / 2, _draws(len(gap)) * weight
    lasting = gap * found.rows / (found.rows + 2)  # of what few rows show, less lasts

    def end(level: float, most: float) -> float:
        """The multiple at which the error measured is at this level of those that samples show."""
        low, high = 0.0, most
        for _ in range(12):  # to a thousandth
            middle = (low + high) / 2
            share = np.clip(said + middle * lasting, 0, 1)  # of a model that far off
            below = float((np.abs(middle * far + draws * np.sqrt(share * (1 - share) / found.rows)).sum(1) <= value).mean())
            low, high = (low, middle) if below < level else (middle, high)
        return low

    mixed = math.sqrt(max(0.0, float((weight * gap**2).sum()) - value**2) / n)  # bins are a sample too
    share = np.clip(said + lasting, 0, 1)
    errors = np.sqrt(share * (1 - share) / np.maximum(found.rows - 1, 1))
    low, high = value - end(1 - tail, 1.0) * value, max(end(tail, 4.0) * value - value, 0.0)
    plain = 1.96 * math.hypot(math.sqrt(float(((weight * errors) ** 2).sum())), mixed) - _folded(gap, errors, weight)
    return Interval(value, max(0.0, value - math.hypot(low, 1.96 * mixed)), min(1.0, value + max(math.hypot(high, 1.96 * mixed), plain)))


def _folded(gap: np.ndarray, errors: np.ndarray, weight: np.ndarray) -> float:
    """By how much noise lifts the mean of distances: E|N(g, e)| - |g|, the distances smoothed over neighbouring bins first."""
    smooth = np.abs(np.convolve(np.pad(gap, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid"))
    z = smooth / np.maximum(errors, 1e-12)
    beyond = np.array([math.erfc(one / math.sqrt(2)) / 2 for one in z])  # share of a normal above z
    lifted = 2 * errors * np.exp(-z * z / 2) / math.sqrt(2 * math.pi) - 2 * smooth * beyond
    return float((weight * lifted).sum())


@cache
def _draws(bins: int) -> np.ndarray:
    """(DRAWS, bins) normal numbers, each with its mirror image, the same every time."""
    half = np.random.default_rng(20_151).normal(size=(DRAWS // 2, bins))
    return np.concatenate([half, -half])
