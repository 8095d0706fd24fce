"""The columns of the table of all numbers: metrics with their interval and difference, and what a model costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.evaluation.names import METRICS, explanation, higher_is_better
from core.language import N_, _
from ui.metric_words import SHOWN, range_text, signed, title, value_text
from ui.words import count, duration, number, size

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison, Judged
    from core.evaluation.difference import Difference
    from core.evaluation.intervals import Interval

__all__ = ["COSTS", "Cell", "cell", "columns_of", "explained", "ordered", "shown_at_first", "title_of"]

NO_BREAK = "\u00a0"
COSTS: dict[str, tuple[str, str]] = {  # fact → title, explanation
    "seconds": (N_("Training"), N_("Training: how long the model learned on this machine.")),
    "parameters": (N_("Parameters"), N_("Parameters: the numbers that the model has learned; more need more memory. Of a linear model its coefficients are counted, of trees their splits and leaves, of the most frequent class the share of each class.")),
    "size_bytes": (N_("Size"), N_("Size: of the file that answers, with its preprocessing. A simple model keeps no file: its numbers count four bytes each, and its words as they are written.")),
    "latency_ms": (N_("One answer"), N_("One answer: how long one prediction takes on this machine.")),
    "energy_j": (N_("Energy"), N_("Energy: of the whole machine while the model learned, where the machine tells it.")),
}
FIRST_COSTS = ("seconds", "size_bytes", "latency_ms")
AT_FIRST = {"binary": ("accuracy", "recall", "f1", "roc_auc", "log_loss"), "multiclass": ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "log_loss")}


@dataclass(frozen=True)
class Cell:
    """What stands in one place of the table.

    Attributes:
        value: the number, as people write it.
        span: its 95 % interval; empty where there is none.
        gap: the difference to the reference with its sign; empty for the reference and for costs.
        gap_span: its 95 % interval.
        tone: what the paired test says of the gap.
        reason: why a number is missing.
    """

    value: str
    span: str = ""
    gap: str = ""
    gap_span: str = ""
    tone: Literal["better", "worse", "even"] = "even"
    reason: str = ""


def columns_of(comparison: Comparison) -> tuple[str, ...]:
    """Every metric that some model has, then every cost that is known of some model."""
    metrics = [name for name in METRICS if any(name in one.evaluation.metrics for one in comparison.models)]
    return (*metrics, *(name for name in COSTS if any(_cost(one, name) is not None for one in comparison.models)))


def shown_at_first(comparison: Comparison) -> tuple[str, ...]:
    """The columns that are shown until the visitor chooses others: what fits beside one another."""
    wanted = (*AT_FIRST.get(comparison.task.value, SHOWN[comparison.task]), *FIRST_COSTS)
    return tuple(name for name in columns_of(comparison) if name in wanted)


def title_of(column: str) -> str:
    """The head of a column."""
    return _(COSTS[column][0]) if column in COSTS else title(column)


def explained(column: str) -> str:
    """One line that says what a column is."""
    return _(COSTS[column][1]) if column in COSTS else explanation(column)


def cell(one: Judged, column: str, gaps: Mapping[tuple[str, str], Difference]) -> Cell:
    """What stands in the row of a model.

    Args:
        one: the model.
        column: a metric or a cost.
        gaps: differences to the reference by id of the model and metric.
    """
    if column in COSTS:
        return Cell(_cost_text(column, _cost(one, column)))
    interval = one.evaluation.metrics.get(column)
    if interval is None:
        return Cell("–")
    gap = gaps.get((one.model.id, column))
    written, span = _gap_texts(column, gap.interval) if gap else ("", "")
    tone: Literal["better", "worse", "even"] = "even" if gap is None or not gap.clear else "better" if gap.better else "worse"
    return Cell(value_text(column, interval.value), range_text(column, interval), written, span, tone, interval.reason or "")


def ordered(comparison: Comparison, column: str) -> list[Judged]:
    """The models, the best in a column first; those without a number last."""
    sign = -1 if column not in COSTS and higher_is_better(column) else 1

    def place(one: Judged) -> tuple[bool, float]:
        value = _cost(one, column) if column in COSTS else getattr(one.evaluation.metrics.get(column), "value", None)
        return value is None, 0.0 if value is None else sign * value

    return sorted(comparison.models, key=place)


def _gap_texts(column: str, gap: Interval) -> tuple[str, str]:
    """The difference and its interval; the interval does not break over two lines."""
    low, high = signed(column, gap.low), signed(column, gap.high)
    span = _("{low} to {high}").format(low=low, high=high).replace(" ", NO_BREAK) if low and high else ""
    return signed(column, gap.value), span


def _cost(one: Judged, column: str) -> float | None:
    value = one.model.facts.get(column)
    return float(value) if isinstance(value, int | float) else None


def _cost_text(column: str, value: float | None) -> str:
    if value is None:
        return "–"
    match column:
        case "seconds":
            return duration(value).replace(" s", f"{NO_BREAK}s")
        case "parameters":
            return count(int(value))
        case "size_bytes":
            return size(int(value)).replace(" ", NO_BREAK)
        case "latency_ms":
            return f"{number(value)}{NO_BREAK}ms"
        case _:
            return f"{number(value / 1000)}{NO_BREAK}kJ" if value >= 1000 else f"{number(value)}{NO_BREAK}J"
