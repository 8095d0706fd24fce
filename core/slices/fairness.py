"""Fairness: gaps between groups of people, as the measures that papers and regulators use, with intervals.

Each measure asks for one thing to be equal in all groups. When groups differ in how often the answer is true, no
model but a perfect one can satisfy all of them at once (Kleinberg, Mullainathan and Raghavan 2016; Chouldechova
2017): which one matters is a decision of people. A gap says that a model treats groups differently, not why.

The gap of a measure is the highest less the lowest group. As the two are picked among all groups, its interval is
made of all pairs of groups, each widened for their number (Bonferroni); a pair's interval is Newcombe's (1998).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

import numpy as np

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.intervals import LEVEL, Interval, wilson, wilson_limits
from core.evaluation.predictions import Predictions
from core.language import N_, _
from core.slices.grouping import Grouping

__all__ = ["LIMITS", "MEASURES", "Fairness", "Gap", "Group", "fairness"]

SMALLEST: Final = 30  # rows of a group
LEAST: Final = 10  # rows that a share is taken of
MEASURES: dict[str, str] = {  # stable name → definition in one line
    "demographic_parity": N_("Demographic parity: the same share of each group is called so, whatever the truth (Calders and others 2009). It ignores that groups may really differ."),
    "equal_opportunity": N_("Equal opportunity: of those who truly are, the same share of each group is found (Hardt and others 2016). It ignores false alarms."),
    "equalised_odds": N_("Equalised odds: in each group the same share of those who are is found, and the same share of those who are not is called by mistake (Hardt and others 2016)."),
    "predictive_parity": N_("Predictive parity: a call is right equally often in each group (Chouldechova 2017). It ignores those who were not called."),
}
LIMITS = N_("These measures cannot all be equal at once when the groups differ in how often the answer is true. A gap says that a model treats groups differently, not why; which measure matters is your decision.")
SHARES: dict[str, tuple[str, ...]] = {  # measure → what must be equal
    "demographic_parity": ("called",), "equal_opportunity": ("found",),
    "equalised_odds": ("found", "called_by_mistake"), "predictive_parity": ("right_calls",),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """One group with the shares that the measures compare.

    Attributes:
        label: of the group.
        rows: judged rows in it.
        base: share for which the answer is true.
        called: share that the model calls so.
        found: of those for which it is true, the share called so (recall, true positive rate).
        called_by_mistake: of the others, the share called so (false positive rate).
        right_calls: of those called so, the share for which it is true (precision).
    """

    label: str
    rows: int
    base: Interval
    called: Interval
    found: Interval
    called_by_mistake: Interval
    right_calls: Interval
    counts: tuple[int, int, int, int]  # true and called, false and called, true and not called, false and not called

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        names = ("base", "called", "found", "called_by_mistake", "right_calls")
        return {"group": self.label, "rows": self.rows} | {name: getattr(self, name).to_json() for name in names}


@dataclass(frozen=True)
class Gap:
    """How far apart the groups are by one measure.

    Attributes:
        measure: a key of MEASURES.
        gap: highest less lowest, 0 to 1, with an interval; undefined where fewer than two groups can be measured.
        highest, lowest: the groups.
        ratio: lowest over highest; below 0.8 US employment law looks closer (the four-fifths rule, 1978); None for equalised odds.
        clear: the gap is above 0 beyond chance.
    """

    measure: str
    gap: Interval
    highest: str = ""
    lowest: str = ""
    ratio: float | None = None
    clear: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        about = {"measure": self.measure, "highest": self.highest, "lowest": self.lowest, "ratio": self.ratio, "clear": self.clear}
        return about | self.gap.to_json()


@dataclass(frozen=True)
class Fairness:
    """What a model does to groups of people.

    Attributes:
        column: that names the group.
        label: the class that counts as being called.
        groups: those large enough.
        left_out: labels of groups with fewer than 30 rows.
        gaps: one a measure.
    """

    column: str
    label: str
    groups: tuple[Group, ...]
    left_out: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "column": self.column, "label": self.label, "groups": [one.to_json() for one in self.groups], "smallest": SMALLEST,
            "left_out": list(self.left_out), "gaps": [one.to_json() for one in self.gaps],
        }  # fmt: skip


def fairness(predictions: Predictions, grouping: Grouping, label: int | None = None) -> Fairness:
    """Measure how differently a model treats groups.

    Args:
        predictions: (n,) judged rows of one classifier.
        grouping: of the same rows.
        label: number of the class that counts as being called; default 1 of a binary task, else 0.

    Returns:
        The groups and the gap of each measure.

    Raises:
        BadSettings: the task is regression, or there is no such class.
    """
    if not predictions.task.is_classification:
        raise BadSettings("These fairness measures are made for classes. For a number, look at its error slice by slice.")
    number = (1 if predictions.task is Task.BINARY else 0) if label is None else label
    if not 0 <= number < len(predictions.labels):
        raise BadSettings(f"There is no class number {number}; expected 0 to {len(predictions.labels) - 1}.")
    kept, left_out = [], []
    for code, cells in enumerate(_cells(predictions, grouping, number)):
        name = " · ".join(grouping.labels[code])
        if sum(cells) >= SMALLEST:
            kept.append(_group(name, cells))
        elif sum(cells):
            left_out.append(name)
    gaps = tuple(_gap(measure, kept) for measure in MEASURES)
    return Fairness(" · ".join(grouping.columns), predictions.labels[number], tuple(kept), tuple(left_out), gaps)


def _cells(p: Predictions, grouping: Grouping, number: int) -> list[tuple[int, int, int, int]]:
    """Counts of each group as in `Group.counts`."""
    kind = 2 * (p.decisions() != number) + (p.truth != number)
    counts = np.bincount(grouping.codes.astype(np.int64) * 4 + kind, minlength=4 * len(grouping.labels)).reshape(-1, 4)
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in counts]


def _group(label: str, cells: tuple[int, int, int, int]) -> Group:
    shares = {name: wilson(*_share(name, cells), reason=_("No rows to take this share of.")) for name in ("base", "called", "found", "called_by_mistake", "right_calls")}
    return Group(label, sum(cells), **shares, counts=cells)


def _share(name: str, cells: tuple[int, int, int, int]) -> tuple[int, int]:
    """Hits and rows of a share."""
    true_called, false_called, true_not, false_not = cells
    return {
        "base": (true_called + true_not, sum(cells)),
        "called": (true_called + false_called, sum(cells)),
        "found": (true_called, true_called + true_not),
        "called_by_mistake": (false_called, false_called + false_not),
        "right_calls": (true_called, true_called + false_called),
    }[name]


def _gap(measure: str, groups: list[Group]) -> Gap:
    """The largest gap among what the measure wants equal."""
    names = SHARES[measure]
    found = [gap for name in names if (gap := _one_gap(measure, name, groups, len(names))) is not None]
    if len(found) < len(names):
        return Gap(measure, Interval.undefined(_("Fewer than two groups have {least} rows to take this share of.").format(least=LEAST)))
    widest = max(found, key=lambda gap: gap.gap.value or 0.0)
    if len(found) == 1:
        return widest
    low, high = (max(getattr(gap.gap, end) for gap in found) for end in ("low", "high"))
    return Gap(measure, Interval(widest.gap.value, low, high), widest.highest, widest.lowest, None, any(gap.clear for gap in found))


def _one_gap(measure: str, share: str, groups: list[Group], together: int) -> Gap | None:
    counted = [(one.label, *_share(share, one.counts)) for one in groups]
    counted = [one for one in counted if one[2] >= LEAST]
    if len(counted) < 2:
        return None
    hits, rows = (np.array([one[place] for one in counted]) for place in (1, 2))
    values = hits / rows
    low, high = wilson_limits(hits, rows, 1 - (1 - LEVEL) / (together * math.comb(len(counted), 2)))
    pairs = list(permutations(range(len(counted)), 2))
    surely = max(values[a] - values[b] - math.hypot(values[a] - low[a], high[b] - values[b]) for a, b in pairs)
    at_most = max(values[a] - values[b] + math.hypot(high[a] - values[a], values[b] - low[b]) for a, b in pairs)
    top, bottom = int(np.argmax(values)), int(np.argmin(values))
    gap = Interval(float(values[top] - values[bottom]), max(0.0, float(surely)), min(1.0, float(at_most)))
    ratio = float(values[bottom] / values[top]) if values[top] > 0 else None
    return Gap(measure, gap, counted[top][0], counted[bottom][0], ratio, bool(surely > 0))
