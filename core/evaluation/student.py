"""Student's t and the binomial, exact and without SciPy: p-values in the web process.

Both are the regularised incomplete beta function. The web process may not load SciPy (its memory is promised),
and a p-value of 0.049 must not be 0.051 because an expansion was short; so here is the function itself, to some
ten digits, for counts up to 10 million.
"""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["beta_share", "binomial_below", "t_below", "t_quantile", "two_sided"]

STEPS = 200_000  # the fraction needs about the square root of the larger shape, so this never ends a sum of ours
TINY = 1e-300
CLOSE = 1e-14
NORMAL_FROM = 1e7  # degrees of freedom from which t is the normal to ten digits


def beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function: the share of a Beta(a, b) that lies below x.

    Continued fraction 26.5.8 of Abramowitz and Stegun (1964), summed by Lentz's method.

    Args:
        a, b: shapes, above 0.
        x: 0 to 1.

    Example:
        >>> round(beta_share(2, 3, 0.5), 4)
        0.6875
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # there the fraction of the mirror image is the short one
        return 1 - beta_share(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return min(1.0, front * _fraction(a, b, x) / a)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= d * c
        if abs(d * c - 1) < CLOSE:
            break
    return value


def _away_from_zero(number: float) -> float:
    return number if abs(number) > TINY else TINY


def binomial_below(count: int, total: int) -> float:
    """Probability of at most `count` heads in `total` throws of a fair coin.

    Example:
        >>> binomial_below(1, 8)
        0.03515625
    """
    if count < 0 or count >= total:
        return 0.0 if count < 0 else 1.0
    if total <= 1_000:
        return sum(math.comb(total, k) for k in range(count + 1)) / (1 << total)
    return beta_share(total - count, count + 1, 0.5)


def t_below(t: float, freedom: float = math.inf) -> float:
    """Probability that Student's t lies below t.

    Args:
        t: any number.
        freedom: degrees of freedom, above 0; infinity is the normal distribution.

    Example:
        >>> round(t_below(2.228139, 10), 6)
        0.975
    """
    if freedom > NORMAL_FROM:
        return 0.5 * math.erfc(-t / math.sqrt(2))
    if math.isinf(t):
        return float(t > 0)
    square = t * t
    if square < 1:  # near the middle 1 - x would lose its digits
        tail = 0.5 - 0.5 * beta_share(0.5, freedom / 2, square / (freedom + square))
    else:
        tail = 0.5 * beta_share(freedom / 2, 0.5, freedom / (freedom + square))
    return 1 - tail if t > 0 else tail


def two_sided(t: float, freedom: float = math.inf) -> float:
    """Two-sided p-value of a t (or, without `freedom`, a z) statistic.

    Example:
        >>> round(two_sided(1.959964), 4)
        0.05
    """
    return min(1.0, 2 * t_below(-abs(t), freedom))


def t_quantile(level: float, freedom: float = math.inf) -> float:
    """Two-sided quantile: |t| lies below it with probability `level`.

    Args:
        level: 0 to below 1.
        freedom: degrees of freedom, 1 or more.

    Example:
        >>> round(t_quantile(0.95, 4), 4)
        2.7764
    """
    below = 0.5 + level / 2
    start = NormalDist().inv_cdf(below)
    if freedom > NORMAL_FROM:
        return start
    low, high = start, max(2 * start, 1.0)
    while t_below(high, freedom) < below:
        low, high = high, 2 * high
    for _step in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_below(middle, freedom) < below else (low, middle)
        if high - low <= 1e-12 * high:
            break
    return high
