"""How a metric is written: shares in percent, all else with three digits, differences with a sign."""

from __future__ import annotations

from core.dataset.schema import Task
from core.evaluation.intervals import Interval
from ui.words import number

__all__ = ["SHOWN", "TITLES", "gap_text", "range_text", "value_text"]

MINUS = "\u2212"
NO_BREAK = "\u00a0"
TITLES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced acc.",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "precision_macro": "Precision, avg.",
    "recall_macro": "Recall, avg.",
    "f1_macro": "F1, avg.",
    "roc_auc": "ROC AUC",
    "average_precision": "Avg. precision",
    "log_loss": "Log loss",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "median_absolute_error": "Median error",
}
SHOWN: dict[Task, tuple[str, ...]] = {
    Task.BINARY: ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "average_precision", "log_loss"),
    Task.MULTICLASS: ("accuracy", "balanced_accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc", "average_precision", "log_loss"),
    Task.REGRESSION: ("rmse", "mae", "r2", "median_absolute_error"),
}
BOUNDED = ("roc_auc", "average_precision", "r2")  # around 0 to 1: a fourth decimal says nothing
SHARES = ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1")


def is_share(metric: str) -> bool:
    """Whether a metric is a share of rows, and so written in percent."""
    return metric.removesuffix("_macro").removesuffix("_weighted") in SHARES


def value_text(metric: str, value: float | None) -> str:
    """The number alone.

    Example:
        >>> value_text("accuracy", 0.8163), value_text("accuracy", 1.0), value_text("roc_auc", 0.8721), value_text("r2", -0.0000015)
        ('81.6\xa0%', '100\xa0%', '0.872', '0.000')
    """
    if value is None:
        return "–"
    if is_share(metric):
        return f"{_percent(value)}{NO_BREAK}%"
    return _plain(metric, value)


def range_text(metric: str, interval: Interval) -> str:
    """The interval behind the number; empty where there is none.

    Example:
        >>> range_text("accuracy", Interval(0.816, 0.756, 0.863)), range_text("r2", Interval(0.7, 0.68, 0.72))
        ('75.6–86.3', '0.680–0.720')
    """
    if interval.low is None or interval.high is None:
        return ""
    if is_share(metric):
        return f"{_percent(interval.low)}–{_percent(interval.high)}"
    low, high = _plain(metric, interval.low), _plain(metric, interval.high)
    return f"{low} to {high}" if MINUS in low + high else f"{low}–{high}"


def gap_text(metric: str, interval: Interval) -> str:
    """A difference with its sign and its interval.

    Example:
        >>> gap_text("accuracy", Interval(0.032, -0.004, 0.061))
        '+3.2 percentage points (−0.4 to +6.1)'
    """
    if interval.value is None:
        return "not defined"
    scale, unit = (100, " percentage points") if is_share(metric) else (1, "")
    value, *ends = (None if one is None else _signed(one * scale, one_decimal=scale == 100) for one in (interval.value, interval.low, interval.high))
    return f"{value}{unit}" + (f" ({ends[0]} to {ends[1]})" if None not in ends else "")


def _plain(metric: str, value: float) -> str:
    if metric not in BOUNDED:
        return number(value).replace("-", MINUS)
    text = f"{value:.3f}".replace("-", MINUS)
    return "0.000" if text == f"{MINUS}0.000" else text


def _percent(share: float) -> str:
    return f"{share * 100:.1f}".removesuffix(".0") if share in (0.0, 1.0) else f"{share * 100:.1f}"


def _signed(value: float, *, one_decimal: bool) -> str:
    text = f"{abs(value):.1f}" if one_decimal else number(abs(value))
    if not float(text.replace(",", "")):
        return text
    return f"{MINUS if value < 0 else '+'}{text}"
