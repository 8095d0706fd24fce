"""The errors of a regression: typical, mean and median error, what is explained, and by how much of the true value it is off.

All come from the rows' own errors, so each has an interval in closed form. Also here: how errors grow with the
size of the true value, and whether a margin that was learnt on validation rows holds what it promises on test rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import Interval, mean_interval, median_interval, student_t, wilson
from core.language import N_

__all__ = ["ErrorsBySize", "Margin", "errors_by_size", "margin", "regression_metrics", "shares_unbounded"]

ZERO_TRUTH = N_("A true value is 0, and no error is a share of 0. Use the mean error (MAE).")
NEAR_ZERO = N_("Some true values are so near 0 that a few rows decide this number, and no range would hold. Use the mean error (MAE).")
SAME_TRUTH = N_("The true values of the judged rows are all the same, so there is no variation to explain.")
PROMISE = 0.9  # share of rows that a margin promises to hold
BINS = 8
FEWEST_ROWS = 20  # validation rows from which a margin can be learnt


def regression_metrics(truth: np.ndarray, values: np.ndarray) -> dict[str, Interval]:
    """RMSE, MAE, R², median absolute error and MAPE.

    Args:
        truth: (n,) true values.
        values: (n,) predicted values, in the same unit.
    """
    errors = np.abs(values - truth)
    unit = float(errors.max(initial=0.0)) or 1.0  # squares of very large or very small errors must not run over
    squared = mean_interval((errors / unit) ** 2)
    return {
        "rmse": Interval(_root(squared.value, unit), _root(squared.low, unit), _root(squared.high, unit), squared.reason),
        "mae": mean_interval(errors),
        "r2": _r2(truth, values),
        "median_absolute_error": median_interval(errors),
        "mape": _mape(truth, errors),
    }


def shares_unbounded(truth: np.ndarray) -> bool:
    """Whether true values come so near 0 that the mean of errors as shares of them has no bound.

    Where a share a·t^α of the true values is smaller than t, that mean is infinite from α = 1 down, and no interval holds
    it. α is Hill's estimate (1975) from the √n smallest (5 at least). Values on both sides of 0 pass through it, so
    there the estimate has to be clearer (3) than on one side (1.5).

    Args:
        truth: (n,) true values, none of them 0.
    """
    size = np.sort(np.abs(truth))
    few = min(max(5, math.isqrt(len(size))), len(size) - 1)
    if few < 1:
        return False
    steps = float(np.log(size[few] / size[:few]).mean())
    return steps * (3.0 if truth.min() < 0 < truth.max() else 1.5) > 1


def _mape(truth: np.ndarray, errors: np.ndarray) -> Interval:
    """Mean absolute error as a share of the true value; not defined where one is 0 (scikit-learn divides by 2e-16 instead)."""
    size = np.abs(truth)
    if len(truth) and not size.min():
        return Interval.undefined(ZERO_TRUTH)
    with np.errstate(over="ignore"):
        shares = errors / size
    if not np.isfinite(shares).all():
        return Interval.undefined(ZERO_TRUTH)
    return Interval(float(shares.mean()), None, None, NEAR_ZERO) if len(truth) and shares_unbounded(truth) else mean_interval(shares)


def _root(value: float | None, unit: float) -> float | None:
    return None if value is None else math.sqrt(value) * unit


def _r2(truth: np.ndarray, values: np.ndarray) -> Interval:
    """R² with an interval on the scale of log(1 - R²), which has no upper end to run into."""
    n = len(truth)
    away = truth - truth.mean() if n else truth
    unit = float(np.abs(away).max(initial=0.0))
    if n < 2 or float(truth.max()) == float(truth.min()) or unit <= 1e-150 * float(np.abs(values - truth).max()):
        return Interval.undefined(SAME_TRUTH)
    squares, spread = ((values - truth) / unit) ** 2, (away / unit) ** 2
    left = float(squares.sum() / spread.sum())
    if left < 1e-24:
        return Interval(1.0, None, None, "Every row is predicted exactly, so the rows cannot tell how far off this is.")
    reach = _reach_of_log(squares, spread)
    return Interval(1 - left, 1 - left * math.exp(min(reach, 700.0)), 1 - left * math.exp(-reach))


def _reach_of_log(squares: np.ndarray, spread: np.ndarray) -> float:
    """How far log(sum of squares / sum of spread) may be off: Student's t times the jackknife's error, in closed form.

    Leaving a row out lowers the spread around the new mean by n/(n-1) of its own. The delta method, which stands in
    where one row holds all of a sum, is too narrow from few rows and from skewed ones (Efron and Stein 1981). Where few
    rows decide the error it rests on fewer than n: degrees of freedom from its own variance, 2n/(kurtosis - 1)
    (Satterthwaite 1946; Box 1953), which lifts log-normal values from 92.5 to 95 % (measured).
    """
    n = len(squares)
    above, below = squares.sum() - squares, spread.sum() - spread * n / (n - 1)
    if n > 2 and min(float((above / squares.sum()).min()), float((below / spread.sum()).min())) > 1e-9:
        parts = np.log(above / below) * (n - 1)
    else:
        parts = squares / squares.mean() - spread / spread.mean()
    parts = parts - parts.mean()
    total = float((parts * parts).sum())
    kurtosis = n * float((parts**4).sum()) / total**2 if total else 3.0
    freedom = min(n - 1, max(3.0, 2 * n / max(kurtosis - 1, 1e-9)))
    return student_t(freedom) * math.sqrt(total / (n - 1) / n)


@dataclass(frozen=True, eq=False)
class ErrorsBySize:
    """How far off a model is where it predicts little and where it predicts much, in bins of equally many rows.

    Attributes:
        low, high: (b,) smallest and largest predicted value in the bin, in the target's unit; both belong to it.
        rows: (b,) how many.
        error: mean absolute error in each bin with its interval.
        bias: (b,) mean of predicted less true.
    """

    low: np.ndarray
    high: np.ndarray
    rows: np.ndarray
    error: tuple[Interval, ...]
    bias: np.ndarray


def errors_by_size(truth: np.ndarray, values: np.ndarray, bins: int = BINS) -> ErrorsBySize | None:
    """Mean absolute error by the size of the prediction.

    By the prediction and not by the truth: it is what a user knows when asking how far off it may be, and the
    largest true values are predicted too low by every model, also by the best one there can be.

    Args:
        truth, values: (n,) true and predicted values, in the same unit.
        bins: how many at most; equal predictions stay together.

    Returns:
        The bins, the smallest values first; None without rows.

    Example:
        >>> found = errors_by_size(np.array([1.0, 2.0, 10.0, 11.0]), np.array([1.0, 2.0, 7.0, 8.0]), bins=2)
        >>> [bin.value for bin in found.error], found.bias.tolist()
        ([0.0, 3.0], [0.0, -3.0])
    """
    if not len(truth):
        return None
    order = np.argsort(values, kind="stable")
    ordered, away = values[order], (values - truth)[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    wanted = np.linspace(0, len(truth), min(bins, len(truth)) + 1)[1:]
    ends = np.unique(last[np.searchsorted(last + 1, wanted - 0.5)])
    starts = np.r_[0, ends[:-1] + 1]
    parts = [away[start : end + 1] for start, end in zip(starts, ends, strict=True)]
    return ErrorsBySize(
        ordered[starts], ordered[ends], ends - starts + 1, tuple(mean_interval(np.abs(part)) for part in parts),
        np.array([part.mean() for part in parts]),
    )  # fmt: skip


@dataclass(frozen=True)
class Margin:
    """A band around each prediction that promises to hold a share of the true values.

    Attributes:
        promised: the share, 0 to 1.
        half_width: predicted value ± this, in the target's unit; learnt on validation rows.
        held: share of test rows whose true value lies inside, with its interval (Wilson).
    """

    promised: float
    half_width: float
    held: Interval


def margin(learnt: tuple[np.ndarray, np.ndarray], judged: tuple[np.ndarray, np.ndarray], promised: float = PROMISE) -> Margin | None:
    """Split conformal prediction (Vovk et al. 2005; Lei et al. 2018): does predicted ± margin keep its promise?

    The half width is the ceil((n + 1) * promised)-th smallest absolute error of the validation rows. It holds
    the promise on new rows of the same kind for any model; where it fails, the test rows are another kind.

    Args:
        learnt: truth and predicted values of the validation rows, (n,) each.
        judged: the same of the test rows, (m,) each.
        promised: share of rows to hold, 0 to 1; default 0.9.

    Returns:
        The margin; None for fewer than 20 validation rows or without test rows.
    """
    errors = np.sort(np.abs(learnt[1] - learnt[0]))
    rank = math.ceil((len(errors) + 1) * promised)
    if len(errors) < FEWEST_ROWS or rank > len(errors) or not len(judged[0]):
        return None
    half = float(errors[rank - 1])
    inside = int((np.abs(judged[1] - judged[0]) <= half).sum())
    return Margin(promised, half, wilson(inside, len(judged[0])))
