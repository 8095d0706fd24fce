"""Where a model is weakest: a search over all slices of all columns and pairs of columns, corrected for the searching.

Who looks at a thousand slices finds a bad one in any model, by luck alone. So every slice that was large enough to
be tested counts: Holm's correction (1979) over all of them, with tests (`core.slices.exact_tests`) that assume
only that a slice which is no weaker than the rest holds any rows as likely as any other. Which slices are tested
depends on how many rows they have and never on what a model said.

Intervals are widened in the same way (Bonferroni), so that all of them together hold 95 times in 100, those of the
slices found included: a slice that was picked because it looks worst looks worse than it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.errors import BadSettings
from core.evaluation.intervals import LEVEL, Interval, quantile, wilson_limits
from core.evaluation.significance import holm
from core.slices.exact_tests import RankTest, ShareTest
from core.slices.grouping import Grouping
from core.slices.weakness import Measure

__all__ = ["Found", "Weak", "search", "smallest_slice"]

SMALLEST: Final = 30  # rows
SMALLEST_SHARE: Final = 0.005  # of the rows
LARGEST_SHARE: Final = 2 / 3  # what is true of most rows is no slice but the model
PAIRED: Final = 20  # columns that are crossed with each other: 190 pairs
SHOWN: Final = 10
LOOKED_AT: Final = 200  # clear slices, the surest first, of which the list is made


@dataclass(frozen=True, eq=False)
class Weak:
    """A slice in which the model is clearly weaker than elsewhere.

    Attributes:
        conditions: (column, label) for each column that cuts.
        member: (n,) bool, which of the judged rows lie in it.
        rows: that were looked at in it.
        value: the measure there, with an interval that holds for all slices searched together.
        elsewhere: the measure in all other rows, likewise.
        difference: value less elsewhere, likewise.
        p_value: of this test alone.
        adjusted_p: corrected for all slices searched (Holm).
    """

    conditions: tuple[tuple[str, str], ...]
    member: np.ndarray
    rows: int
    value: Interval
    elsewhere: Interval
    difference: Interval
    p_value: float
    adjusted_p: float

    def to_json(self) -> dict[str, Any]:
        """As JSON; `conditions` column by column."""
        return {
            "conditions": [{"column": column, "is": label} for column, label in self.conditions], "rows": self.rows,
            "value": self.value.to_json(), "elsewhere": self.elsewhere.to_json(), "difference": self.difference.to_json(),
            "p_value": self.p_value, "adjusted_p": self.adjusted_p,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    Attributes:
        measure: what was measured.
        weak: clearly weaker slices, at most 10; first the one that is surely (lower limit) the furthest from the rest.
        searched: slices that were tested.
        columns: columns that were cut.
        smallest: rows that a slice needed to be tested.
        rows: that were looked at.
        overall: the measure over all of them; None without rows.
    """

    measure: Measure
    weak: tuple[Weak, ...]
    searched: int
    columns: int
    smallest: int
    rows: int
    overall: float | None

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "measure": self.measure.name, "searched": self.searched, "columns": self.columns, "smallest": self.smallest,
            "rows": self.rows, "overall": self.overall, "correction": "holm", "level": LEVEL, "weak": [one.to_json() for one in self.weak],
        }  # fmt: skip


def smallest_slice(rows: int) -> int:
    """Rows that a slice needs to be tested: 30, or 0.5 % of all where that is more."""
    return max(SMALLEST, math.ceil(SMALLEST_SHARE * rows))


def search(measure: Measure, groupings: Sequence[Grouping], *, pairs: bool = True, smallest: int | None = None) -> Found:
    """Search the slices of all columns, and of all pairs of the first 20, for those where a model is weakest.

    Args:
        measure: what is weak, row by row.
        groupings: cuts of the same rows, one column each.
        pairs: whether pairs of columns are searched too; it finds more and corrects for more.
        smallest: rows that a slice needs; default `smallest_slice`.

    Returns:
        The slices whose weakness is clear at 5 % after the correction. A slice that is no weaker than the wider slice
        it lies in, or whose weakness lies in rows of slices listed before it, is left out of the list, not of the count.

    Raises:
        BadSettings: `smallest` is below 2.
    """
    values, cuts = measure.values[measure.among], [one.take(measure.among) for one in groupings]
    least = smallest_slice(len(values)) if smallest is None else smallest
    if least < 2:
        raise BadSettings(f"A slice needs at least 2 rows; received {least}.")
    if not len(values):
        return Found(measure, (), 0, len(groupings), least, 0, None)
    test = ShareTest.of(values) if measure.share else RankTest.of(values)
    parts = [(one,) for one in cuts] + [(a, b) for place, a in enumerate(cuts[:PAIRED]) for b in cuts[place + 1 : PAIRED] if pairs]
    tested = [_tested(part, test, least) for part in parts]
    adjusted = np.array(holm([float(p) for one in tested for p in one.p_values]))
    clear = _clear(tested, adjusted, values, measure.share)
    listed = tuple(_weak(one, member, measure.among) for one, member in _listed(clear, values, least))
    return Found(measure, listed, len(adjusted), len(groupings), least, len(values), float(values.mean()))


@dataclass(frozen=True, eq=False)
class _Tested:
    """The slices of one column or one pair that are large enough, and their tests."""

    cuts: tuple[Grouping, ...]
    numbers: np.ndarray  # (k,) slices
    counts: np.ndarray  # (k,) rows
    p_values: np.ndarray  # (k,)

    def conditions(self, number: int) -> tuple[tuple[str, str], ...]:
        first = self.cuts[0]
        if len(self.cuts) == 1:
            return first.conditions(number)
        other = self.cuts[1]
        return first.conditions(number // len(other.labels)) + other.conditions(number % len(other.labels))


def _codes(cuts: tuple[Grouping, ...]) -> tuple[np.ndarray, int]:
    """(n,) int64 slice of each row, and how many slices there are; a pair is not made into a grouping, which would cost more than its test."""
    codes = cuts[0].codes.astype(np.int64)
    if len(cuts) == 1:
        return codes, len(cuts[0].labels)
    codes *= len(cuts[1].labels)
    codes += cuts[1].codes
    return codes, len(cuts[0].labels) * len(cuts[1].labels)


def _tested(cuts: tuple[Grouping, ...], test: ShareTest | RankTest, least: int) -> _Tested:
    codes, slices = _codes(cuts)
    counts = np.bincount(codes, minlength=slices)
    numbers = np.flatnonzero((counts >= least) & (counts <= LARGEST_SHARE * len(codes)))
    counts = counts[numbers]
    return _Tested(cuts, numbers, counts, test.p_values(counts, test.sums(codes, slices)[numbers]))


@dataclass(frozen=True, eq=False)
class _Clear:
    """A slice that is clearly weak, before anybody has looked which rows lie in it."""

    conditions: tuple[tuple[str, str], ...]
    cuts: tuple[Grouping, ...]
    number: int
    sums: tuple[int, float, float]  # rows, sum of the measure, sum of its squares
    value: Interval
    elsewhere: Interval
    difference: Interval
    p_value: float
    adjusted_p: float

    def member(self) -> np.ndarray:
        return np.asarray(_codes(self.cuts)[0] == self.number)


def _clear(tested: Sequence[_Tested], adjusted: np.ndarray, values: np.ndarray, share: bool) -> list[_Clear]:
    """All slices that are clearly weak, the one that is surely the furthest from the rest first."""
    level = 1 - (1 - LEVEL) / max(len(adjusted), 1)
    whole = (len(values), float(values.sum()), float((values**2).sum()))
    found, start = [], 0
    for one in tested:
        part = adjusted[start : start + len(one.numbers)]
        start += len(one.numbers)
        places = np.flatnonzero(part < 1 - LEVEL)
        if len(places):
            codes, slices = _codes(one.cuts)
            sums = np.bincount(codes, values, slices)
            squares = sums if share else np.bincount(codes, values**2, slices)
            for place in places:
                number = int(one.numbers[place])
                own = (int(one.counts[place]), float(sums[number]), float(squares[number]))
                rest = (whole[0] - own[0], whole[1] - own[1], whole[2] - own[2])
                inside, outside = _interval(*own, share, level), _interval(*rest, share, level)
                about = (one.conditions(number), one.cuts, number, own, inside, outside, _apart(inside, outside))
                found.append(_Clear(*about, float(one.p_values[place]), float(part[place])))
    ahead = [one for one in found if (one.difference.value or 0.0) > 0]
    return sorted(ahead, key=lambda one: (-(one.difference.low or 0.0), one.conditions))


def _interval(rows: int, total: float, squares: float, share: bool, level: float) -> Interval:
    """A mean with limits: Wilson's for a share; for errors, which are above 0 and lean to the right, normal on the log scale."""
    mean = total / rows
    if share:
        low, high = wilson_limits(np.array([total]), np.array([rows]), level)
        return Interval(mean, float(low[0]), float(high[0]))
    if mean <= 0:
        return Interval(mean, 0.0, 0.0)
    error = math.sqrt(max(squares / rows - mean * mean, 0.0) / max(rows - 1, 1))
    reach = math.exp(min(quantile(level) * error / mean, 700.0))
    return Interval(mean, mean / reach, mean * reach)


def _apart(a: Interval, b: Interval) -> Interval:
    """a less b from the limits of both (MOVER, Zou and Donner 2008; for shares Newcombe's method 10, 1998)."""
    va, vb = a.value or 0.0, b.value or 0.0
    below = math.hypot(va - (a.low or 0.0), (b.high or 0.0) - vb)
    above = math.hypot((a.high or 0.0) - va, vb - (b.low or 0.0))
    return Interval(va - vb, va - vb - below, va - vb + above)


def _listed(found: Sequence[_Clear], values: np.ndarray, least: int) -> list[tuple[_Clear, np.ndarray]]:
    """With their rows, those that tell something new: more than the wider slice around them, and more than those listed before."""
    listed: list[tuple[_Clear, np.ndarray]] = []
    wider = {one.conditions: one for one in found if len(one.conditions) == 1}
    own = [one for one in found if all(_weaker_within(one, wider[(each,)]) for each in one.conditions if (each,) in wider and wider[(each,)] is not one)]
    left = np.ones(len(values), bool)
    for one in own[:LOOKED_AT]:
        member = one.member()
        if not listed or _still_weak(values[member & left], values[~member & left], least):
            listed.append((one, member))
            left &= ~member
        if len(listed) == SHOWN:
            break
    return listed


def _still_weak(inside: np.ndarray, outside: np.ndarray, least: int) -> bool:
    """Whether what is left of a slice is weaker than what is left elsewhere by two standard errors; it only shortens the list."""
    if len(inside) < least or not len(outside):
        return False
    error = math.sqrt(float(inside.var()) / len(inside) + float(outside.var()) / len(outside))
    return float(inside.mean() - outside.mean()) > 2 * error


def _weaker_within(one: _Clear, whole: _Clear) -> bool:
    """Whether a slice is weaker than the rest of the wider one by two standard errors; it only shortens the list."""
    rows, total, squares = (w - o for w, o in zip(whole.sums, one.sums, strict=True))
    if rows < 1:
        return False
    inside, outside = one.sums[1] / one.sums[0], total / rows
    variance = max(one.sums[2] / one.sums[0] - inside**2, 0.0) / one.sums[0] + max(squares / rows - outside**2, 0.0) / rows
    return inside - outside > 2 * math.sqrt(variance)


def _weak(one: _Clear, member: np.ndarray, among: np.ndarray) -> Weak:
    """With the rows among all judged rows, not only among those that the measure looks at."""
    everywhere = np.zeros(len(among), bool)
    everywhere[np.flatnonzero(among)[member]] = True
    return Weak(one.conditions, everywhere, one.sums[0], one.value, one.elsewhere, one.difference, one.p_value, one.adjusted_p)
