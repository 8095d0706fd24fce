"""Paired: which test and which interval serve the difference of two models in which metric.

    accuracy, recall, specificity          McNemar mid-p; interval of Bonett and Price (2012) on the rows concerned
    other metrics of decisions             delta method on the joint table of decisions, a few rows of disagreement added
    precision over classes, few calls      each class drawn towards all by a row; refused where a class is called under three times
    ROC AUC                                DeLong (1988); averaged over classes from the summed components
    average precision                      influence function, Student's t with the rarest class's rows
    log loss, Brier, MAE, MAPE, RMSE, R²   paired t on what each row adds; up to 300 rows the p-value by sign flips
    calibration error, weighted areas      paired t on what each row adds
    median error                           paired bootstrap; from 20,000 rows on the medians' influence functions
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from core.dataset.schema import Task
from core.evaluation.influence import AREAS, MEANS, SCORED, Influence, influence, row_losses
from core.evaluation.intervals import logit_interval
from core.evaluation.joint import DECIDED, Joint, decided_gap, joint_table
from core.evaluation.predictions import Predictions
from core.evaluation.regression_errors import NEAR_ZERO, shares_unbounded
from core.evaluation.significance import (
    bonett_price,
    bootstrap_gaps,
    class_freedom,
    mcnemar_mid_p,
    sign_flip_p,
    within_variance,
)
from core.evaluation.student import two_sided
from core.language import N_

__all__ = ["TESTS", "Paired", "Prepared", "median_parts", "paired", "prepare"]

TESTS: dict[str, str] = {
    "mcnemar": N_("McNemar’s test (mid-p): of the rows that only one of the two gets right, does one get clearly more?"),
    "delong": N_("DeLong’s test: compares two areas under the ROC curve on the same rows."),
    "delta": N_("Paired delta method: counts how often each model called each kind of row what, and how far chance moves the difference."),
    "influence": N_("Paired t-test on the share that each row has in the difference."),
    "permutation": N_("Paired permutation test: swaps the two models’ errors row by row at random and looks how often that gives as large a difference."),
    "seeds": N_("Two recipes trained with several seeds: the interval holds the chance of the rows and the chance of the seeds."),
    "bootstrap": N_("Paired bootstrap: draws the same rows again for both models, a thousand times."),
}
FEWEST_FREE = 5.0  # of an average over classes, however few rows the rarest has
FLIP_ROWS = 300  # up to here a sign-flip test costs nothing and needs no normal distribution
BOOTSTRAP_ROWS = 20_000
RESAMPLES = 1_000
NOT_DEFINED = N_("One of the two is not defined on these rows, so there is no difference.")
NO_TEST = N_("There is no paired test for this metric.")
TOO_FEW = N_("The rows are too few to say.")
HARDLY_CALLED = N_("One of the two answered fewer than three times with a class that occurs, so its precision there is not known and no range of the difference would hold. Compare F1 or recall.")
LIMITS = {"mcc": (-2.0, 2.0)}


@dataclass(frozen=True)
class Paired:
    """What a paired test found.

    Attributes:
        value: ours less theirs as measured; None where one is not defined.
        middle, error: centre of the interval and its standard error; None where unknown.
        freedom: of Student's t for the interval; infinity for the normal.
        p_value: two-sided; None without a test.
        test: key of `TESTS`.
        bounds: what a difference cannot leave.
        reason: why something is missing.
        reference_value: theirs, where a margin may be a share of it.
        stretch: how much further than the error alone the interval reaches down and up.
    """

    value: float | None
    middle: float | None
    error: float | None
    freedom: float
    p_value: float | None
    test: str
    bounds: tuple[float, float] = (-1.0, 1.0)
    reason: str = ""
    reference_value: float | None = None
    stretch: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Prepared:
    """One model, made ready for one metric: what it takes to be compared with any number of others.

    Attributes:
        predictions: judged rows.
        metric: stable name.
        decisions: (n,) class numbers, for metrics of decisions.
        influence: for metrics of scores; None where the metric is not defined.
        errors: (n,) absolute errors, for the median.
    """

    predictions: Predictions
    metric: str
    decisions: np.ndarray | None = None
    influence: Influence | None = None
    errors: np.ndarray | None = None


def prepare(p: Predictions, metric: str, threshold: float | None = None) -> Prepared:
    """Do for one model what every pair it is in would need again: decide, sort, or take errors.

    Args:
        p: judged rows.
        metric: stable name.
        threshold: from which score a row counts as class 1 (binary); default: 0.5.
    """
    if not len(p):
        return Prepared(p, metric)
    if p.task is Task.MANY_LABELS:
        return Prepared(p, metric)
    if metric in DECIDED and p.task.is_classification:
        cut = threshold is not None and p.task is Task.BINARY
        return Prepared(p, metric, decisions=(p.scores[:, 1] >= threshold).astype(np.int64) if cut else p.decisions())
    if metric in SCORED:
        return Prepared(p, metric, influence=influence(p, metric))
    return Prepared(p, metric, errors=np.abs(p.scores - p.truth) if metric == "median_absolute_error" else None)


def paired(ours: Prepared, theirs: Prepared) -> Paired:
    """Test the difference of two models in one metric, on the same rows in the same order.

    Args:
        ours, theirs: made ready for the same metric.

    Raises:
        ValueError: the models were judged on different rows, or made ready for different metrics.
    """
    rows, others = len(ours.predictions), len(theirs.predictions)
    if rows != others or ours.metric != theirs.metric:
        raise ValueError(f"A paired test needs the same rows and metric for both models; received {rows} and {others} rows, {ours.metric} and {theirs.metric}.")
    if not rows:
        return _nothing("There are no rows to judge.")
    if ours.predictions.task is Task.MANY_LABELS:
        from core.evaluation.many_labels_difference import paired_labels  # which builds on this module

        return paired_labels(ours.predictions, theirs.predictions, ours.metric)
    if ours.decisions is not None and theirs.decisions is not None:
        truth, classes = ours.predictions.truth, len(ours.predictions.labels)
        return _by_decisions(joint_table(truth, ours.decisions, theirs.decisions, classes), ours.metric)
    if ours.errors is not None and theirs.errors is not None:
        return _by_bootstrap(ours.errors, theirs.errors)
    if ours.metric not in SCORED:
        return _nothing(NO_TEST)
    if not ours.influence or not theirs.influence:
        return _nothing(NOT_DEFINED)
    found = _by_influence(ours, theirs)
    if ours.metric == "mape" and shares_unbounded(ours.predictions.truth):  # swapping errors needs no mean; an interval does
        return replace(found, middle=None, error=None, reason=NEAR_ZERO)
    return found


def _nothing(reason: str) -> Paired:
    return Paired(None, None, None, 0, None, "", reason=reason)


def _by_decisions(table: Joint, metric: str) -> Paired:
    concerned = _rows_concerned(table, metric)
    if concerned is not None:
        wins, losses, rows = concerned
        if not rows:
            return _nothing(NOT_DEFINED)
        return Paired((wins - losses) / rows, *bonett_price(wins, losses, rows), math.inf, mcnemar_mid_p(wins, losses), "mcnemar")
    value, middle, error = decided_gap(table, metric)
    if value is None:
        return _nothing(NOT_DEFINED)
    if math.isnan(error):
        return Paired(value, None, None, 0, None, "delta", reason=HARDLY_CALLED)
    p = two_sided(middle / error) if error > 0 else 1.0
    return Paired(value, middle, error, math.inf, p, "delta", LIMITS.get(metric, (-1.0, 1.0)))


def _rows_concerned(table: Joint, metric: str) -> tuple[int, int, int] | None:
    """Wins, losses and rows of a metric that is one share of right rows; None for other metrics."""
    if metric in ("accuracy", "recall_weighted"):
        return table.right()
    return table.of_class(1, rest=metric == "specificity") if metric in ("recall", "specificity") else None


def _by_influence(ours: Prepared, theirs: Prepared) -> Paired:
    mine, other, metric = ours.influence, theirs.influence, ours.metric
    assert mine is not None and other is not None  # paired() has looked
    parts, value = mine.parts - other.parts, mine.value - other.value
    n, freedom, classes = len(parts), min(mine.freedom, other.freedom), len(ours.predictions.labels)
    variance = _variance(parts, mine.groups, classes)
    stretch = (1.0, 1.0)
    if metric in ("roc_auc", "average_precision") and classes > 2:  # averaged: no class decides alone
        stretch = _leaning(mine, other, variance, classes)
        lone, free = class_freedom(parts, ours.predictions.truth, classes)
        variance, freedom = variance + lone, min(free, max(freedom, FEWEST_FREE))
    error = math.sqrt(variance)
    if error <= 0:
        p = 1.0 if value == 0 else None
    elif metric in MEANS and n <= FLIP_ROWS:
        p = sign_flip_p(row_losses(ours.predictions, metric) - row_losses(theirs.predictions, metric))
    else:
        p = two_sided(value / error, freedom) if freedom >= 1 else None
    bounds = (-1.0, 1.0) if metric in AREAS or metric == "ece" else (-math.inf, math.inf)
    return Paired(value, value, error, freedom, p, _test_of(metric, n), bounds, reference_value=other.value, stretch=stretch)


def _leaning(mine: Influence, other: Influence, variance: float, classes: int) -> tuple[float, float]:
    """How much further the interval of a difference of areas reaches down and up because areas near 1 lean.

    MOVER (Zou and Donner 2008): each area's own distances to its limits on the logit
    scale, put together with the correlation of the two.
    """
    sizes = [math.sqrt(_variance(one.parts, one.groups, classes)) for one in (mine, other)]
    if variance <= 0 or not all(size > 0 and 0 < one.value < 1 for size, one in zip(sizes, (mine, other), strict=True)):
        return 1.0, 1.0
    link = min(1.0, max(-1.0, (sizes[0] ** 2 + sizes[1] ** 2 - variance) / (2 * sizes[0] * sizes[1])))
    (down, up), (down_other, up_other) = (_distances(one.value, size) for one, size in zip((mine, other), sizes, strict=True))
    plain = 1.96 * math.sqrt(variance)
    return _together(down, up_other, link) / plain, _together(up, down_other, link) / plain


def _distances(area: float, error: float) -> tuple[float, float]:
    found = logit_interval(area, error, 1.0, math.inf)
    return area - (found.low or 0.0), (found.high or 1.0) - area


def _together(ours: float, theirs: float, link: float) -> float:
    return math.sqrt(max(0.0, ours * ours + theirs * theirs - 2 * link * ours * theirs))


def _variance(parts: np.ndarray, groups: np.ndarray | None, classes: int) -> float:
    if groups is not None:
        return within_variance(parts, groups, classes)
    return float((parts * parts).sum()) * len(parts) / max(len(parts) - 1, 1)


def _test_of(metric: str, rows: int) -> str:
    if metric == "roc_auc":
        return "delong"
    return "permutation" if metric in MEANS and rows <= FLIP_ROWS else "influence"


def _by_bootstrap(mine: np.ndarray, other: np.ndarray) -> Paired:
    n, reference = len(mine), float(np.median(other))
    value = float(np.median(mine)) - reference
    if n < 6 or np.array_equal(mine, other):  # fewer do not enclose a median in 95 of 100 cases
        return Paired(value, None, None, 0, 1.0 if value == 0 else None, "bootstrap", reason=TOO_FEW if n < 6 else "", reference_value=reference)
    if n > BOOTSTRAP_ROWS:
        parts = median_parts(mine) - median_parts(other)
        error = float(parts.std()) / math.sqrt(n)
    else:
        gaps = bootstrap_gaps(lambda drawn: np.median(mine[drawn], axis=1) - np.median(other[drawn], axis=1), n, resamples=max(200, min(RESAMPLES, 5_000_000 // n)))
        error = float(gaps.std(ddof=1))
    p = two_sided(value / error, n - 1) if error > 0 else None
    return Paired(value, value, error, n - 1, p, "influence" if n > BOOTSTRAP_ROWS else "bootstrap", (-math.inf, math.inf), reference_value=reference)


def median_parts(values: np.ndarray) -> np.ndarray:
    """Influence of each row on the median: a half over the density there, taken from the quantiles around it."""
    n = len(values)
    width = max(n**-0.2 * 0.5, 2 / n) * 0.5
    below, middle, above = np.quantile(values, [0.5 - width, 0.5, 0.5 + width])
    density = 2 * width / max(float(above - below), 1e-300)
    parts: np.ndarray = np.sign(values - middle) / (2 * density)
    return parts
