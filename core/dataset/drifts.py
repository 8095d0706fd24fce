"""Whether two samples can come from one source: the two-sample tests of Kolmogorov and Smirnov, and of Pearson.

The chances are the usual large-sample ones; they are corrected for the number of columns by whoever asks.
"""

from __future__ import annotations

import math

import numpy as np

__all__ = ["chi_square_chance", "chi_square_distance", "kolmogorov_chance", "kolmogorov_distance"]

TERMS = 100
SMALL = 0.2  # of the scaled distance: below it the series converges slowly, and the chance is 1


def kolmogorov_distance(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference between the shares of two samples that lie up to a value.

    Args:
        one, other: (n,), (m,) finite numbers in any order.

    Example:
        >>> kolmogorov_distance(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
        0.5
    """
    if not len(one) or not len(other):
        return 0.0
    one, other = np.sort(one), np.sort(other)
    values = np.concatenate([one, other])
    shares = [np.searchsorted(sample, values, side="right") / len(sample) for sample in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())


def kolmogorov_chance(distance: float, one: int, other: int) -> float:
    """The chance of so large a distance between samples of these sizes from one source.

    Example:
        >>> round(kolmogorov_chance(0.1, 500, 500), 4)
        0.0135
    """
    if not one or not other:
        return 1.0
    scaled = distance * math.sqrt(one * other / (one + other))
    if scaled < SMALL:
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, TERMS))
    return float(min(1.0, max(0.0, 2 * sum(terms))))


def chi_square_distance(counts: np.ndarray) -> tuple[float, int]:
    """Pearson's statistic and its degrees of freedom.

    Args:
        counts: (samples, values) how often each value occurs in each sample; what occurs nowhere does not count.

    Example:
        >>> chi_square_distance(np.array([[10, 20], [20, 10]]))
        (6.666666666666667, 1)
    """
    table = counts[:, counts.sum(axis=0) > 0].astype(float)
    table = table[table.sum(axis=1) > 0]
    if min(table.shape, default=0) < 2:
        return 0.0, 0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(((table - expected) ** 2 / expected).sum()), (table.shape[0] - 1) * (table.shape[1] - 1)


def chi_square_chance(statistic: float, freedom: int) -> float:
    """The chance of a statistic so large or larger: the finite sum that whole degrees of freedom have.

    Example:
        >>> round(chi_square_chance(18.307, 10), 4)
        0.05
    """
    if freedom < 1 or statistic <= 0:
        return 1.0
    half, first = statistic / 2, (freedom % 2) / 2
    start = math.erfc(math.sqrt(half)) if freedom % 2 else 0.0
    powers = np.arange(freedom // 2) + first  # of the half, in each term
    logs = powers * math.log(half) - half - np.array([math.lgamma(power + 1) for power in powers])
    return float(min(1.0, start + np.exp(logs).sum()))
