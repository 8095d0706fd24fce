"""Whether slices hold more of a measure than dealing the rows at random would give them: thousands of exact tests at once.

    shares    Fisher's exact test, one-sided: the upper tail of the hypergeometric distribution
    errors    Wilcoxon's rank-sum test with ties, one-sided, normal: ranks are bounded, so its tail is true far out,
              and one huge error makes no weak slice
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["RankTest", "ShareTest", "ranks"]


@dataclass(frozen=True, eq=False)
class ShareTest:
    """Fisher's test for slices of rows of which some are hits.

    Attributes:
        places: (hits,) int64, where the hits are among the rows.
        rows: how many rows there are.
        logs: (rows + 1,) logarithms of factorials.
    """

    places: np.ndarray
    rows: int
    logs: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> ShareTest:
        """For (n,) values of 0 and 1."""
        return cls(np.flatnonzero(values), len(values), np.r_[0.0, np.cumsum(np.log(np.arange(1, len(values) + 1)))])

    def sums(self, codes: np.ndarray, slices: int) -> np.ndarray:
        """Hits in each slice, (slices,) float64."""
        return np.bincount(codes[self.places], minlength=slices).astype(np.float64)

    def p_values(self, counts: np.ndarray, hits: np.ndarray) -> np.ndarray:
        """P(at least so many hits) of each slice, (k,); 1 where it is within one standard error of what dealing gives.

        Args:
            counts: (k,) rows of each slice.
            hits: (k,) hits in it.

        Example:
            >>> float(ShareTest.of(np.array([1, 1, 1, 0, 0, 0])).p_values(np.array([3]), np.array([3])).round(3)[0])
            0.05
        """
        share = len(self.places) / self.rows
        error = np.sqrt(counts * share * (1 - share) * (1 - counts / self.rows))
        wanted = hits > counts * share + error
        found = np.ones(len(counts))
        found[wanted] = [self._tail(int(hit), int(drawn)) for hit, drawn in zip(hits[wanted], counts[wanted], strict=True)]
        return found

    def _tail(self, hits: int, drawn: int) -> float:
        rows, total, logs = self.rows, len(self.places), self.logs
        fixed = logs[total] + logs[rows - total] + logs[drawn] + logs[rows - drawn] - logs[rows]
        x = np.arange(hits, min(total, drawn, hits + 30 + 12 * math.isqrt(drawn)) + 1)  # 24 standard deviations and more
        terms = fixed - logs[x] - logs[total - x] - logs[drawn - x] - logs[rows - total - drawn + x]
        return min(1.0, float(np.exp(terms).sum()))


@dataclass(frozen=True, eq=False)
class RankTest:
    """Wilcoxon's test for slices of rows that have a number each.

    Attributes:
        ranks: (rows,) float64 from 1.
        spread: their variance.
    """

    ranks: np.ndarray
    spread: float

    @classmethod
    def of(cls, values: np.ndarray) -> RankTest:
        """For (n,) numbers, n of 2 or more."""
        ranked = ranks(values)
        return cls(ranked, float(ranked.var(ddof=1)) if len(ranked) > 1 else 0.0)

    def sums(self, codes: np.ndarray, slices: int) -> np.ndarray:
        """Sum of ranks in each slice, (slices,) float64."""
        return np.bincount(codes, self.ranks, slices)

    def p_values(self, counts: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """P(ranks at least so high) of each slice, (k,), with half a rank's correction for continuity."""
        n = len(self.ranks)
        error = np.sqrt(self.spread * counts * (n - counts) / n)
        z = (sums - counts * (n + 1) / 2 - 0.5) / np.maximum(error, 1e-300)
        return np.array([0.5 * math.erfc(one / math.sqrt(2)) if self.spread > 0 else 1.0 for one in z])


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share their mean rank.

    Args:
        values: (n,) numbers.

    Example:
        >>> ranks(np.array([3.0, 1.0, 3.0])).tolist()
        [2.5, 1.0, 2.5]
    """
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(values) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(values)])
    found = np.empty(len(values))
    found[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return found
