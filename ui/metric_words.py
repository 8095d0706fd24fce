"""How a metric is written: shares in percent, all else with three digits, differences with a sign."""

from __future__ import annotations

from core.dataset.schema import Task
from core.evaluation.intervals import Interval
from core.language import N_, _
from ui.words import number

__all__ = ["SHOWN", "TITLES", "gap_text", "range_text", "signed", "title", "value_text"]

MINUS = "\u2212"
NO_BREAK = "\u00a0"
TITLES = {  # for a column head or a card: two words at most
    "accuracy": N_("Accuracy"),
    "balanced_accuracy": N_("Balanced acc."),
    "precision": N_("Precision"),
    "recall": N_("Recall"),
    "specificity": N_("Specificity"),
    "f1": N_("F1"),
    "mcc": N_("MCC"),
    "precision_macro": N_("Precision, avg."),
    "recall_macro": N_("Recall, avg."),
    "specificity_macro": N_("Specificity, avg."),
    "f1_macro": N_("F1, avg."),
    "precision_weighted": N_("Precision, by rows"),
    "recall_weighted": N_("Recall, by rows"),
    "specificity_weighted": N_("Specificity, by rows"),
    "f1_weighted": N_("F1, by rows"),
    "roc_auc": N_("ROC AUC"),
    "average_precision": N_("Avg. precision"),
    "roc_auc_weighted": N_("ROC AUC, by rows"),
    "average_precision_weighted": N_("Avg. precision, by rows"),
    "log_loss": N_("Log loss"),
    "brier": N_("Brier score"),
    "ece": N_("Calibration error"),
    "rmse": N_("RMSE"),
    "mae": N_("MAE"),
    "r2": N_("R²"),
    "median_absolute_error": N_("Median error"),
    "mape": N_("MAPE"),
}
SHOWN: dict[Task, tuple[str, ...]] = {  # at first; all others can be chosen
    Task.BINARY: ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "average_precision", "log_loss"),
    Task.MULTICLASS: ("accuracy", "balanced_accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc", "average_precision", "log_loss"),
    Task.REGRESSION: ("rmse", "mae", "r2", "median_absolute_error"),
}
BOUNDED = ("roc_auc", "average_precision", "r2", "mcc", "brier")  # around 0 to 1: a fourth decimal says nothing
SHARES = ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "ece", "mape")


def title(metric: str) -> str:
    """The name of a metric for a column head, in the visitor's language; an unknown name stays as it is."""
    return _(TITLES.get(metric, metric))


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
        return _("not defined")
    value, low, high = signed(metric, interval.value), signed(metric, interval.low), signed(metric, interval.high)
    if is_share(metric):
        value = _("{points} percentage points").format(points=value)
    return _("{difference} ({low} to {high})").format(difference=value, low=low, high=high) if low and high else value


def signed(metric: str, value: float | None) -> str:
    """A difference with its sign, of shares in percentage points; empty where there is none.

    Example:
        >>> signed("accuracy", 0.032), signed("roc_auc", -0.01), signed("rmse", None)
        ('+3.2', '−0.010', '')
    """
    if value is None:
        return ""
    if is_share(metric):
        return _signed(f"{abs(value * 100):.1f}", value)
    return _signed(f"{abs(value):.3f}" if metric in (*BOUNDED, "log_loss") else number(abs(value)), value)


def _plain(metric: str, value: float) -> str:
    if metric not in BOUNDED:
        return number(value).replace("-", MINUS)
    text = f"{value:.3f}".replace("-", MINUS)
    return "0.000" if text == f"{MINUS}0.000" else text


def _percent(share: float) -> str:
    return f"{share * 100:.1f}".removesuffix(".0") if share in (0.0, 1.0) else f"{share * 100:.1f}"


def _signed(text: str, value: float) -> str:
    if not float(text.replace(",", "")):
        return text
    return f"{MINUS if value < 0 else '+'}{text}"
