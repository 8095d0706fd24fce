"""Score histogram: which probabilities a model gives to rows of the class and to the others.

Two humps that lie apart can be told apart; where they overlap, no threshold is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["ScoreHistogram", "overlap", "score_histogram"]

BINS = 20


@dataclass(frozen=True, eq=False)
class ScoreHistogram:
    """Rows by score, those of the class and the others apart.

    Attributes:
        edges: (b + 1,) of equal width; a bin holds its lower edge, the last one also its upper.
        positives, others: (b,) rows in each bin.
    """

    edges: np.ndarray
    positives: np.ndarray
    others: np.ndarray

    def inside(self, place: int) -> tuple[float, float]:
        """Lowest and highest score that the bin holds, both included."""
        high = float(self.edges[place + 1])
        return float(self.edges[place]), high if place == len(self.positives) - 1 else float(np.nextafter(high, -np.inf))


def score_histogram(positive: np.ndarray, scores: np.ndarray, bins: int = BINS) -> ScoreHistogram:
    """Count rows by score.

    Args:
        positive: (n,) bool.
        scores: (n,) probabilities, 0 to 1; numbers outside widen the bins.
        bins: of equal width.

    Example:
        >>> found = score_histogram(np.array([True, False]), np.array([1.0, 0.1]), bins=2)
        >>> found.positives.tolist(), found.others.tolist()
        ([0, 1], [1, 0])
    """
    low, high = min(0.0, float(scores.min(initial=0.0))), max(1.0, float(scores.max(initial=1.0)))
    edges = np.linspace(low, high, bins + 1)
    return ScoreHistogram(edges, np.histogram(scores[positive], edges)[0], np.histogram(scores[~positive], edges)[0])


def overlap(found: ScoreHistogram) -> float:
    """Share of the two humps that lies on each other, 0 (apart) to 1 (the same), each hump counted as a whole."""
    ours, theirs = found.positives.sum(), found.others.sum()
    if not ours or not theirs:
        return 0.0
    return float(np.minimum(found.positives / ours, found.others / theirs).sum())
