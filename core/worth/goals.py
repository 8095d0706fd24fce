"""Goals: "recall at least 0.9", "at most 50 alarms in 1,000 cases", "the best F1": which threshold fulfils them.

Solved on the validation rows, judged on the test rows, always: a threshold that was picked because the test rows like
it says nothing about tomorrow. A threshold that somebody names, such as that of a slider, is judged too and marked as
given.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval
from core.language import _
from core.worth.threshold import AT_THRESHOLD, Counts, Thresholds, metric_values

__all__ = ["USUAL", "AtGoal", "Goal", "Ranked", "Ranking", "rank", "solve", "threshold_json"]

USUAL = 0.5
WRITTEN = re.compile(r"^\s*(?:best\s+)?([a-z0-9_]+)\s*(?:(>=|<=)\s*([0-9.]+%?)\s*(?:/\s*([0-9.]+))?)?\s*$", re.IGNORECASE)
OTHER_NAMES = {"alarms": "alarm_share"}


@dataclass(frozen=True)
class Goal:
    """What a threshold shall achieve.

    Attributes:
        metric: of `core.worth.threshold.AT_THRESHOLD`.
        bound: as good as can be, at least `value`, or at most `value`.
        value: share from 0 to 1; None for the best.
        rate: share of the class in real life, for which the goal shall hold; None: as in the data.

    Example:
        >>> Goal.parse("recall>=0.9"), Goal.parse("alarms<=50/1000").value, Goal.parse("f1").bound
        (Goal(metric='recall', bound='at least', value=0.9, rate=None), 0.05, 'best')
    """

    metric: str
    bound: Literal["best", "at least", "at most"] = "best"
    value: float | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        if self.metric not in AT_THRESHOLD or (self.bound == "best" and self.metric in {"recall", "specificity", "precision", "alarm_share"}):
            known = ", ".join(AT_THRESHOLD)
            raise BadSettings(_("“{goal}” is no goal for a threshold. Name a measure ({known}) and a limit, such as recall>=0.9, or f1 for the best F1.").format(goal=self.metric, known=known))
        if self.bound != "best" and not (self.value is not None and 0 <= self.value <= 1):
            raise BadSettings(_("The limit of a goal is a share from 0 to 1; received {value}. Write recall>=0.9, or alarms<=50/1000.").format(value=self.value))

    @classmethod
    def parse(cls, text: str) -> Goal:
        """Read `recall>=0.9`, `alarms<=50/1000` or `f1`.

        Raises:
            BadSettings: it is none of these.
        """
        found = WRITTEN.match(text)
        if not found:
            raise BadSettings(_("“{goal}” is no goal for a threshold. Write a number such as 0.4, or recall>=0.9, alarms<=50/1000, f1.").format(goal=text[:60]))
        name = OTHER_NAMES.get(found[1].lower(), found[1].lower())
        if not found[2]:
            return cls(name)
        try:
            value = float(found[3].rstrip("%")) / (100 if found[3].endswith("%") else 1) / float(found[4] or 1)
        except (ValueError, ZeroDivisionError):
            value = math.nan
        return cls(name, "at least" if found[2] == ">=" else "at most", value)


@dataclass(frozen=True, eq=False)
class Ranked:
    """One model with its scores sorted.

    Attributes:
        one: the judged model.
        test: its scores of the test rows.
        validation: of the validation rows; None where there are none, so that nothing can be chosen.
        number: of the class that it says yes to.
    """

    one: Judged
    test: Thresholds
    validation: Thresholds | None
    number: int

    @cached_property
    def truth(self) -> np.ndarray:
        """(n,) bool: which test rows are of the class."""
        return self.one.model.predictions.is_of(self.number)

    def alarms(self, threshold: float) -> np.ndarray:
        """(n,) bool: for which test rows the model says yes."""
        return np.asarray(self.one.model.predictions.scores[:, self.number] >= threshold)


@dataclass(frozen=True, eq=False)
class AtGoal:
    """One model at the threshold that was chosen for it, or given.

    Attributes:
        one: the judged model.
        threshold: from this score on it says yes; infinity: never.
        chosen: on the validation rows, given by somebody, or the usual 0.5 because nothing could be chosen.
        met: whether the test rows agree that the goal holds; None where the interval cannot tell or there is no goal.
        aim: the goal's metric on the validation rows.
        metrics: of `AT_THRESHOLD`, on the test rows.
        counts: of the test rows.
        note: a sentence where the goal could not be solved; else empty.
    """

    one: Judged
    threshold: float
    chosen: Literal["validation", "given", "usual"]
    met: bool | None
    aim: float | None
    metrics: dict[str, Interval]
    counts: Counts
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON; `threshold` is null where the model never says yes."""
        return {
            "run": self.one.model.id, "name": self.one.model.name, "kind": self.one.model.kind,
            "threshold": self.threshold if math.isfinite(self.threshold) else None, "chosen_on": self.chosen, "met": self.met,
            "validation": self.aim, "metrics": {name: found.to_json() for name, found in self.metrics.items()},
            "counts": self.counts.to_json(), "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ranking:
    """All models of a comparison, ready to be cut at any threshold for one class.

    Attributes:
        label: the class that a model says yes to.
        number: of this class.
        models: in the order of the comparison.
    """

    label: str
    number: int
    models: tuple[Ranked, ...]

    @cached_property
    def can_choose(self) -> bool:
        """Whether any model has validation rows."""
        return any(ranked.validation is not None for ranked in self.models)

    def at(self, aim: float | Goal) -> tuple[AtGoal, ...]:
        """Every model at one threshold, or at the threshold that reaches a goal for it.

        Args:
            aim: a threshold for all, or a goal that is solved for each model on its validation rows.
        """
        return tuple(_at(ranked, aim) for ranked in self.models)


def rank(comparison: Comparison, positive: str | None = None) -> Ranking:
    """Sort the scores of all models for one class against the rest.

    Args:
        comparison: of classifiers.
        positive: the class that a model says yes to; default: the second of two, the rarest of more.

    Raises:
        BadSettings: numbers are predicted, which has no threshold; or there is no such class.
    """
    if not comparison.task.is_classification:
        raise BadSettings(_("These models predict a number, so there is no threshold to set. Ask for the cost of an error instead."))
    label = _usual_label(comparison) if positive is None else positive
    if label not in comparison.labels:
        raise BadSettings(_("There is no class “{label}”. The classes are: {labels}.").format(label=label, labels=", ".join(comparison.labels[:20])))
    number = comparison.labels.index(label)
    def sort(found: Any) -> Thresholds | None:
        return None if found is None or not len(found) else Thresholds.of(found.is_of(number), found.scores[:, number])

    ranked = tuple(Ranked(one, sort(one.model.predictions) or Thresholds.of(np.zeros(0), np.zeros(0)), sort(one.validation), number) for one in comparison.models)
    return Ranking(label, number, ranked)


def solve(scores: Thresholds, goal: Goal) -> tuple[float, float | None]:
    """The threshold that reaches a goal.

    Of all thresholds that keep a limit, the one that gives away least: for recall the strictest (fewest alarms), for
    precision, specificity and alarms the loosest (finds most). Of several that are best, the one in the middle.

    Args:
        scores: of the rows to choose on: the validation rows.
        goal: what to reach.

    Returns:
        The threshold and what the metric is there; (0.5, None) where none reaches the goal.
    """
    corners = scores.corners
    values = metric_values(goal.metric, corners, goal.rate)
    known = np.where(np.isfinite(values), values, -np.inf)
    if goal.bound == "best":
        good = np.flatnonzero(known >= known.max() - 1e-12) if np.isfinite(known.max()) else np.zeros(0, np.int64)
        place = int(good[len(good) // 2]) if len(good) else -1
    else:
        limit = goal.value or 0.0
        good = np.flatnonzero(values >= limit - 1e-12 if goal.bound == "at least" else values <= limit + 1e-12)
        strictest = goal.bound == "at least" and goal.metric in {"recall", "alarm_share"}
        place = -1 if not len(good) else int(good[0] if strictest else good[-1])
    return (USUAL, None) if place < 0 else (corners.between(place), float(values[place]))


def threshold_json(comparison: Comparison, threshold: float | str | Goal, positive: str | None = None) -> dict[str, Any]:
    """Every model at one threshold or at the threshold of a goal: what `--threshold` prints.

    Args:
        comparison: of classifiers.
        threshold: a score from 0 to 1, or a goal such as `recall>=0.9` (`Goal.parse`).
        positive: the class that a model says yes to.

    Raises:
        BadSettings: a regression, no such class, or no such goal.
    """
    aim = read_aim(threshold)
    ranking = rank(comparison, positive)
    goal = {"metric": aim.metric, "bound": aim.bound, "value": aim.value, "rate": aim.rate} if isinstance(aim, Goal) else None
    return {
        "positive": ranking.label, "goal": goal, "threshold": None if isinstance(aim, Goal) else aim,
        "rows_judged": comparison.rows_judged, "models": [found.to_json() for found in ranking.at(aim)],
    }  # fmt: skip


def read_aim(text: float | str | Goal) -> float | Goal:
    """A threshold or a goal, from a number or its words.

    Raises:
        BadSettings: neither.
    """
    if isinstance(text, Goal):
        return text
    try:
        value = float(text)
    except ValueError:
        return Goal.parse(str(text))
    if not 0 <= value <= 1:
        raise BadSettings(_("A threshold is a probability from 0 to 1; received {value}.").format(value=text))
    return value


def _at(ranked: Ranked, aim: float | Goal) -> AtGoal:
    def judged(threshold: float, chosen: Literal["validation", "given", "usual"], reached: float | None, note: str = "") -> AtGoal:
        metrics = ranked.test.metrics(threshold)
        met = _met(metrics[aim.metric], aim) if isinstance(aim, Goal) and chosen == "validation" and aim.rate is None else None
        return AtGoal(ranked.one, threshold, chosen, met, reached, metrics, ranked.test.counts(threshold), note)

    if not isinstance(aim, Goal):
        return judged(aim, "given", None)
    if ranked.validation is None:
        return judged(USUAL, "usual", None, _("There are no validation rows to choose a threshold on, so it stays at 0.5."))
    threshold, reached = solve(ranked.validation, aim)
    if reached is None:
        return judged(USUAL, "usual", None, _("No threshold reaches this on the validation rows, so it stays at 0.5."))
    return judged(threshold, "validation", reached)


def _met(found: Interval, goal: Goal) -> bool | None:
    """What the test rows say about a limit; None when the interval holds it."""
    if goal.value is None or found.low is None or found.high is None:
        return None
    above, below = found.low >= goal.value, found.high < goal.value
    if goal.bound == "at most":
        above, below = found.high <= goal.value, found.low > goal.value
    return True if above else False if below else None


def _usual_label(comparison: Comparison) -> str:
    if comparison.task is Task.BINARY:
        return comparison.labels[1]
    rows = comparison.models[0].evaluation.class_rows
    return min((label for label in comparison.labels if rows.get(label)), key=lambda label: rows[label], default=comparison.labels[0])
