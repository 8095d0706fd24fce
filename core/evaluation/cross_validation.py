"""Cross-validation: what k folds, repeated or not, say about the difference of two recipes.

Folds share most of their training rows, so their differences hang together, and a plain t-test on them cries
"better" far too often (Dietterich 1998). Both tests here widen the error by what the folds share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadSettings
from core.evaluation.intervals import LEVEL, Interval
from core.evaluation.student import t_below, t_quantile, two_sided

__all__ = ["Resampled", "bayesian_correlated_t", "corrected_resampled_t"]


@dataclass(frozen=True)
class Resampled:
    """The corrected resampled t-test.

    Attributes:
        interval: mean difference over folds, 95 %.
        error: corrected standard error of the mean.
        t: the statistic.
        freedom: folds less one.
        p_value: two-sided.
    """

    interval: Interval
    error: float
    t: float
    freedom: int
    p_value: float

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return self.interval.to_json() | {"error": self.error, "freedom": self.freedom, "p_value": self.p_value}


def corrected_resampled_t(differences: Sequence[float], test_share: float) -> Resampled:
    """Is the mean difference over folds other than 0?

    Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52 (2003): the variance of the mean
    is (1/J + test/train) s² instead of s²/J. For repeated folds: Bouckaert and Frank, "Evaluating the replicability
    of significance tests for comparing learning algorithms" (2004).

    Args:
        differences: of the metric, one for each fold of each repeat; two or more.
        test_share: of the rows that a fold judges: 1/k for k folds.

    Returns:
        Mean, interval and p-value.

    Raises:
        BadSettings: fewer than two differences, or a share outside 0 to 1.

    Example:
        >>> found = corrected_resampled_t([0.02, 0.03, 0.01, 0.04, 0.02], 0.2)
        >>> round(found.interval.value, 3), round(found.p_value, 4)
        (0.024, 0.0349)
    """
    mean, error, freedom = _spread(differences, test_share)
    if error == 0:
        return Resampled(Interval(mean, mean, mean), 0.0, math.copysign(math.inf, mean) if mean else 0.0, freedom, 1.0 if mean == 0 else 0.0)
    reach = t_quantile(LEVEL, freedom) * error
    return Resampled(Interval(mean, mean - reach, mean + reach), error, mean / error, freedom, two_sided(mean / error, freedom))


def bayesian_correlated_t(differences: Sequence[float], test_share: float, rope: float) -> tuple[float, float, float]:
    """How likely is the first worse, practically the same, or better?

    Corani and Benavoli, "A Bayesian approach for comparing cross-validated algorithms on multiple data sets",
    Machine Learning 100 (2015): with a flat prior the mean difference follows Student's t around the observed mean,
    with the scale of Nadeau and Bengio; differences inside ± rope count as the same.

    Args:
        differences: of a metric where more is better, one for each fold of each repeat; two or more.
        test_share: of the rows that a fold judges: 1/k for k folds.
        rope: region of practical equivalence, 0 or more, in the metric's unit.

    Returns:
        Probabilities of worse, the same, better; they sum to 1.

    Example:
        >>> [round(p, 3) for p in bayesian_correlated_t([0.02, 0.03, 0.01, 0.04, 0.02], 0.2, 0.01)]
        [0.006, 0.065, 0.929]
    """
    mean, error, freedom = _spread(differences, test_share)
    if error == 0:
        return float(mean < -rope), float(-rope <= mean <= rope), float(mean > rope)
    worse, better = t_below((-rope - mean) / error, freedom), t_below((mean - rope) / error, freedom)
    return worse, max(0.0, 1 - worse - better), better


def _spread(differences: Sequence[float], test_share: float) -> tuple[float, float, int]:
    folds = len(differences)
    if folds < 2:
        raise BadSettings(f"A test over folds needs two or more of them; received {folds}. Train more folds.")
    if not 0 < test_share < 1:
        raise BadSettings(f"The share of rows that a fold judges must lie between 0 and 1, such as 0.1 for ten folds; received {test_share}.")
    mean = math.fsum(differences) / folds
    variance = math.fsum((one - mean) ** 2 for one in differences) / (folds - 1)
    small = 1e-15 * max(1.0, abs(mean))
    return mean, math.sqrt((1 / folds + test_share / (1 - test_share)) * variance) if math.sqrt(variance) > small else 0.0, folds - 1
