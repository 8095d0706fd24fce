"""Significance: the paired tests, each a closed formula or a seeded resampling.

Two models that are judged on the same rows are wrong on much the same rows. Tests that forget this find nothing;
so every test here looks at rows in pairs.

    mcnemar_mid_p   shares of right rows (accuracy, recall)     Fagerland, Lydersen and Laake 2013
    delong          area under the ROC curve                    DeLong, DeLong and Clarke-Pearson 1988
    sign_flip_p     means of a loss, few rows                   Fisher 1935: which model made which error is a coin
    bootstrap_gaps  what has no smooth formula (medians)        Efron 1979, rows drawn in pairs
    holm            several answers at once                     Holm 1979
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from core.evaluation.curves import areas
from core.evaluation.student import binomial_below, two_sided

__all__ = ["bonett_price", "bootstrap_gaps", "class_freedom", "delong", "holm", "mcnemar_mid_p", "sign_flip_p", "within_variance"]

FLIPS = 9_999
EXACT_ROWS = 12  # up to here all 2**n sign patterns are tried
CHUNK = 2_000_000  # resampled numbers held at a time


def mcnemar_mid_p(wins: int, losses: int) -> float:
    """McNemar's test, mid-p: are the rows that only one of two models gets right split like coin throws?

    Fagerland, Lydersen and Laake, "The McNemar test for binary matched-pairs data: mid-p and asymptotic are
    better than exact conditional", BMC Medical Research Methodology 13:91 (2013), equation 5.

    Args:
        wins: rows that only the first model gets right.
        losses: rows that only the second gets right.

    Returns:
        Two-sided p-value; 1 where the models never differ.

    Example:
        >>> round(mcnemar_mid_p(1, 7), 3)  # airway hyper-responsiveness, their first example
        0.039
    """
    fewer, total = min(wins, losses), wins + losses
    if not total:
        return 1.0
    below = binomial_below(fewer, total)
    return min(1.0, below + binomial_below(fewer - 1, total))  # 2 · P(X <= fewer) - P(X = fewer)


def bonett_price(wins: int, losses: int, rows: int) -> tuple[float, float]:
    """Middle and standard error of the difference of two paired shares.

    Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
    data", Journal of Educational and Behavioral Statistics 37 (2012): one row is added to each kind of
    disagreement, so that few rows, or none that differ, do not look certain.

    Args:
        wins, losses: rows that only one of the models gets right.
        rows: of all.

    Returns:
        The middle of the interval and its standard error; the interval is middle ± 1.96 errors.

    Example:
        >>> middle, error = bonett_price(30, 10, 100)
        >>> round(middle, 3), round(error, 4)
        (0.196, 0.0605)
    """
    win, loss = (wins + 1) / (rows + 2), (losses + 1) / (rows + 2)
    return win - loss, math.sqrt((win + loss - (win - loss) ** 2) / (rows + 2))


def delong(truth: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """DeLong's test for two areas under ROC curves on the same rows.

    DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44 (1988); in O(n log n) from one sort a model (Sun and Xu 2014).

    Args:
        truth: (n,) bool or 0/1, whether a row is of the class.
        ours, theirs: (n,) scores; higher means more likely of the class.

    Returns:
        Difference of the areas (ours less theirs), its standard error, two-sided p-value. All NaN where the rows
        are all of one class; p is 1 where both models rank alike.

    Example:
        >>> truth = np.array([0, 0, 1, 1, 0, 1])
        >>> gap, error, p = delong(truth, np.array([0.1, 0.2, 0.8, 0.9, 0.3, 0.7]), np.array([0.5, 0.2, 0.8, 0.4, 0.3, 0.7]))
        >>> round(gap, 3)
        0.111
    """
    positive = np.asarray(truth).astype(bool)
    first, second = areas(positive, ours), areas(positive, theirs)
    if first is None or second is None:
        return math.nan, math.nan, math.nan
    gap = first.roc_auc - second.roc_auc
    error = math.sqrt(within_variance(first.roc_parts - second.roc_parts, positive.astype(np.int64), 2))
    return gap, error, _p_of(gap, error)


def _p_of(gap: float, error: float) -> float:
    if error > 0:
        return two_sided(gap / error)
    return 1.0 if gap == 0 else 0.0


def within_variance(parts: np.ndarray, groups: np.ndarray, classes: int) -> float:
    """Variance of a sum of parts when rows are drawn within their class.

    Args:
        parts: (n,) what each row adds to the error.
        groups: (n,) class numbers.
        classes: how many there are.

    Returns:
        The sum over classes, each with the n/(n-1) of an unbiased variance.
    """
    n = np.bincount(groups, minlength=classes)
    sums, squares = np.bincount(groups, parts, minlength=classes), np.bincount(groups, parts * parts, minlength=classes)
    spread = np.clip(squares - sums * sums / np.maximum(n, 1), 0, None)
    return float((spread * n / np.maximum(n - 1, 1)).sum())


def class_freedom(parts: np.ndarray, groups: np.ndarray, classes: int) -> tuple[float, float]:
    """What classes with a single row add to the variance of a sum of parts, and its degrees of freedom.

    A lone row cannot show how much rows of its class vary; it gets what a row of the other classes has on average.
    Degrees of freedom by Welch and Satterthwaite (1946/47): one rare class among many does not decide alone.

    Args:
        parts: (n,) what each row adds to the error.
        groups: (n,) class numbers.
        classes: how many there are.

    Returns:
        Variance to add, and the degrees of freedom of the whole; below 1 where no class has two rows.
    """
    n = np.bincount(groups, minlength=classes)
    squares = np.bincount(groups, parts * parts, minlength=classes)
    several = n > 1
    if not several.any():
        return 0.0, 0.0
    variances = np.where(several, squares, float((squares * n)[several].mean()))[n > 0]
    total, free = float(variances.sum()), np.maximum(n[n > 0] - 1, 1)
    return float(variances[(~several)[n > 0]].sum()), total**2 / float((variances**2 / free).sum()) if total else math.inf


def sign_flip_p(differences: np.ndarray, *, flips: int = FLIPS, seed: int = 0) -> float:
    """Paired permutation test for a mean: if the models were alike, each row's difference could as well have the other sign.

    Fisher, "The Design of Experiments" (1935), section 21. All sign patterns up to 12 rows, else a seeded sample of
    them, counted with the observed one (Phipson and Smyth 2010), so the p-value is never 0.

    Args:
        differences: (n,) loss of one model less that of the other, row by row.
        flips: sampled patterns.
        seed: of the sample; the same rows give the same p-value.

    Returns:
        Two-sided p-value; 1 where no row differs.

    Example:
        >>> sign_flip_p(np.array([1.0, 2.0, 3.0]))
        0.25
    """
    values = np.asarray(differences, float)
    values = values[values != 0]
    if not len(values):
        return 1.0
    reached = abs(float(values.sum())) * (1 - 1e-12)
    if len(values) <= EXACT_ROWS:
        patterns = (np.arange(2 ** len(values))[:, None] >> np.arange(len(values)) & 1) * 2 - 1
        return float((np.abs(patterns @ values) >= reached).mean())
    rng = np.random.default_rng(seed)
    hits, width = 0, -(-len(values) // 8)
    for start in range(0, flips, step := max(1, CHUNK // len(values))):
        coins = rng.integers(0, 256, (min(step, flips - start), width), dtype=np.uint8)  # eight coins a byte
        heads = np.unpackbits(coins, axis=1, count=len(values)).astype(np.float64)
        hits += int((np.abs(2 * np.einsum("ij,j->i", heads, values) - values.sum()) >= reached).sum())
    return (hits + 1) / (flips + 1)


def bootstrap_gaps(statistic: Callable[[np.ndarray], np.ndarray], rows: int, *, resamples: int = 1_000, seed: int = 0) -> np.ndarray:
    """The paired bootstrap: the same rows drawn again for both models, many times.

    Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979).

    Args:
        statistic: from (k, rows) drawn row numbers to (k,) differences of the two models.
        rows: how many there are to draw from.
        resamples: how often.
        seed: of the draws.

    Returns:
        (resamples,) differences.

    Example:
        >>> values = np.arange(100.0)
        >>> bool(abs(bootstrap_gaps(lambda drawn: values[drawn].mean(1), 100).std() - values.std() / 10) < 0.2)
        True
    """
    rng = np.random.default_rng(seed)
    step = max(1, CHUNK // max(rows, 1))
    return np.concatenate([
        statistic(rng.integers(0, rows, (min(step, resamples - start), rows), dtype=np.int32)) for start in range(0, resamples, step)
    ])  # fmt: skip


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjustment: p-values that may each be held against 0.05, though several questions were asked.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
    The chance of even one false alarm among all questions stays at 5 %, however they hang together.

    Args:
        p_values: of all questions asked together.

    Returns:
        Adjusted p-values in the same order, at most 1.

    Example:
        >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    adjusted, reached = [0.0] * len(p_values), 0.0
    for place, number in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        reached = max(reached, min(1.0, (len(p_values) - place) * p_values[number]))
        adjusted[number] = reached
    return adjusted
