"""What a comparison comes to, in words: never "better" unless a paired test on the same rows says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.evaluation.intervals import Interval
from core.evaluation.metrics import headline, higher_is_better
from ui.metric_words import gap_text, range_text, value_text
from ui.words import plain, plural

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison, Judged

__all__ = ["Verdict", "verdict"]

NAMES = {"accuracy": "accuracy", "rmse": "typical error (RMSE)"}


@dataclass(frozen=True)
class Verdict:
    """The finding of a comparison, as Markdown of ours.

    Attributes:
        finding: one sentence: the model that comes first, and how it stands to the best baseline.
        details: sentences with the numbers behind it.
        tone: ahead, even or behind, or open where there is nothing to compare with.
    """

    finding: str
    details: tuple[str, ...]
    tone: Literal["ahead", "even", "behind", "open"]


def verdict(comparison: Comparison) -> Verdict:
    """Say what the comparison found.

    Args:
        comparison: of at least one run.
    """
    metric, rows = headline(comparison.task), plural(comparison.rows_judged, "sealed test row")
    first, *others = _ranked(comparison.runs, metric)
    name, value = _name(first), first.evaluation.headline
    reached = f"{name} reaches {NAMES[metric]} {_with_range(metric, value)} on {rows}."
    details = [reached, *([_runner_up(metric, first, others)] if others else [])]
    gap = first.difference
    if gap is None:
        return Verdict(f"{name}: how good is it?", (*details, "No simple model stands beside it yet, so nothing says whether that is much."), "open")
    baseline = next(one for one in comparison.models if one.model.id == gap.reference)
    other = f"the best simple model, {_name(baseline)}"
    details.append(
        f"{_name(baseline)}: {_with_range(metric, baseline.evaluation.headline)}. Difference on the same rows: {gap_text(metric, gap.interval)}. "
        "Which simple model is the best was decided on the validation rows."
    )
    if not gap.clear:
        return Verdict(f"{name} cannot be told apart from {other}", (*details, "Either they are equally good, or the test rows are too few to tell."), "even")
    if gap.better:
        return Verdict(f"{name} is ahead of {other}", tuple(details), "ahead")
    return Verdict(f"{name} falls behind {other}", (*details, "Use the simple model, or train another one."), "behind")


def _ranked(runs: tuple[Judged, ...], metric: str) -> list[Judged]:
    sign = -1 if higher_is_better(metric) else 1
    return sorted(runs, key=lambda one: float("inf") if (value := one.evaluation.headline.value) is None else sign * value)


def _runner_up(metric: str, first: Judged, others: list[Judged]) -> str:
    """How the first of the runs stands to the second, corrected for all pairs that could have come first."""
    from core.evaluation.compare import paired_difference

    runs = len(others) + 1
    gap = paired_difference(first.model, others[0].model, runs * (runs - 1) // 2)
    if gap.clear and gap.better:
        return f"Of your {runs} models it comes first, ahead of {_name(others[0])} by {gap_text(metric, gap.interval)}."
    return f"Of your {runs} models it comes first, but on these rows it cannot be told apart from {_name(others[0])}: {gap_text(metric, gap.interval)}."


def _with_range(metric: str, interval: Interval) -> str:
    span = range_text(metric, interval)
    return f"**{value_text(metric, interval.value)}**" + (f" ({span})" if span else "")


def _name(one: Judged) -> str:
    name = plain(one.model.name, 50)
    return f"“{name}”" if one.model.kind == "run" else name
