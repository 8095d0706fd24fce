"""Findings about how numbers are spread: values that cannot be, values far out, scales that a few rows stretch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.dataset.facts import Facts, brief, look, note, quoted
from core.dataset.repairs.quantities import outlier_limits, possible_range
from core.dataset.schema import Column, ColumnType, Finding
from core.language import N_, plural

__all__ = ["extreme_values", "impossible_values", "outliers", "skewed_scale"]

EXTREME = 1e30  # beyond it, float32 arithmetic overflows
FAR = 10.0  # quartile distances beyond a quartile: no tail of a usual distribution reaches so far
FAR_LOG = 3.0  # the same among logarithms, for what cannot be negative
FEW_SHARE = 0.01  # of the values; more are a tail
IMPOSSIBLE_SHARE = 0.2  # of the values; where more are, the name means something else
SKEWED = 3.0  # third standardised moment; an exponential distribution has 2
DIFFERENT_VALUES = 20
UPPER_TIMES = 3  # so many times wider is the upper half of a skewed scale, its last hundredth left aside


def extreme_values(facts: Facts) -> Iterator[Finding]:
    """Numbers so large that arithmetic suffers."""
    for c in facts.columns:
        largest = max(c.minimum or 0, c.maximum or 0, key=abs)
        if c.type is ColumnType.NUMBER and abs(largest) > EXTREME:
            yield look("extreme_values", N_("{name} reaches {largest}. If that is a slip, correct it: one such value can outweigh all others.").format(name=quoted(c.name), largest=f"{abs(largest):.3g}"), column=c.name, evidence={"value": largest, "median": c.median})


def outliers(facts: Facts) -> Iterator[Finding]:
    """A few values far from all others."""
    if not facts.measures:
        return
    with np.errstate(all="ignore"):
        for place in np.flatnonzero(_far_out(facts)):
            column = facts.measures[place]
            if max(abs(column.minimum or 0), abs(column.maximum or 0)) <= EXTREME and (found := _outliers(facts, column)):
                yield found


def _far_out(facts: Facts) -> np.ndarray:
    """(measures,) whether the least or the largest number lies far beyond the quartiles, as it stands and as a logarithm."""
    low, first, third, high = (facts.quantiles(share) for share in (0, 0.25, 0.75, 1))
    wide = third - first
    raw = (wide > 0) & ((high > third + FAR * wide) | (low < first - FAR * wide))
    positive = low >= 0
    logs = [np.log1p(np.where(positive, values, 0)) for values in (first, third, high)]
    return np.asarray(raw & (~positive | (logs[2] > logs[1] + FAR_LOG * (logs[1] - logs[0]))))


def _outliers(facts: Facts, column: Column) -> Finding | None:
    values = facts.table[column.name]
    limits = outlier_limits(values)
    if limits is None:
        return None
    beyond = ((values < limits[0]) | (values > limits[1])).fill_null(False).to_numpy()
    count = int(beyond.sum())
    if not 0 < count <= max(1, FEW_SHARE * (facts.rows - column.missing)):
        return None
    farthest = column.maximum if (column.maximum or 0) > limits[1] else column.minimum
    evidence = {"beyond": count, "low": limits[0], "high": limits[1], "farthest": farthest, "median": column.median}
    return look("outliers", plural("{n} value of {name} lies far from the others: {farthest}, where {share} are between {low} and {high}. If it is a slip, correct or limit it.", "{n} values of {name} lie far from the others: {farthest}, where {share} are between {low} and {high}. If they are slips, correct or limit them.", count, name=quoted(column.name), farthest=brief(farthest or 0), share=f"{1 - count / (facts.rows - column.missing):.1%}", low=brief(limits[0]), high=brief(limits[1])), column=column.name, rows=facts.file_rows(beyond), count=count, evidence=evidence, repair=N_("Limit to {low} – {high}").format(low=brief(limits[0]), high=brief(limits[1])))


def impossible_values(facts: Facts) -> Iterator[Finding]:
    """Numbers that their name rules out: an age of −3, a negative price."""
    for column in facts.measures:
        known = possible_range(column.name)
        if known is None:
            continue
        low, high = known
        if (low is None or (column.minimum or 0) >= low) and (high is None or (column.maximum or 0) <= high):
            continue
        values = facts.table[column.name]
        wrong = ((values < (-np.inf if low is None else low)) | (values > (np.inf if high is None else high))).fill_null(False)
        count = int(wrong.sum())
        if count > IMPOSSIBLE_SHARE * (facts.rows - column.missing):
            continue
        shown = [float(value) for value in values.filter(wrong).unique().sort().head(3).to_list()]
        can = N_("between {low} and {high}").format(low=brief(low), high=brief(high)) if low is not None and high is not None else N_("at least {low}").format(low=brief(low)) if low is not None else N_("at most {high}").format(high=brief(high or 0))
        yield look("impossible_values", N_("{values_words} of {name} cannot be true ({shown}): it should be {can_words}.").format(values_words=plural("{n} value", "{n} values", count), name=quoted(column.name), shown=", ".join(map(brief, shown)), can_words=can), column=column.name, rows=facts.file_rows(wrong.to_numpy()), count=count, evidence={"values": shown, "count": count, "possible": [low, high]}, repair=N_("Read them as missing") if count > 1 else N_("Read it as missing"))


def skewed_scale(facts: Facts) -> Iterator[Finding]:
    """Numbers most of which are crowded at the low end of their scale."""
    if not facts.measures or not facts.rows:
        return
    inputs = set(facts.inputs)
    with np.errstate(all="ignore"):
        skew = _skewness(facts)
        low, middle, top = (facts.quantiles(share) for share in (0, 0.5, 0.99))
        crowded = (skew > SKEWED) & (low >= 0) & (top - middle > UPPER_TIMES * (middle - low))  # not one slip alone
    for place in np.flatnonzero(crowded):
        column = facts.measures[place]
        if column.name in inputs and column.distinct >= DIFFERENT_VALUES and (column.maximum or 0) <= EXTREME:
            yield note("skewed_scale", N_("{name} is crowded at its low end: half of the values are up to {median}, the largest is {largest}. A logarithm spreads them out.").format(name=quoted(column.name), median=brief(column.median or 0), largest=brief(column.maximum or 0)), column=column.name, evidence={"skewness": round(float(skew[place]), 2), "median": column.median, "99_percent_below": float(top[place]), "largest": column.maximum}, repair=N_("Use its logarithm"))


def _skewness(facts: Facts) -> np.ndarray:
    """(measures,) third standardised moment."""
    values = facts.ordered
    there = np.isfinite(values)
    count = np.maximum(facts.present, 1)
    away = np.where(there, values, 0)
    away = np.where(there, values - (away.sum(axis=1) / count)[:, None], 0)
    variance = (away**2).sum(axis=1) / count
    return np.asarray(np.nan_to_num((away**3).sum(axis=1) / count / variance**1.5, nan=0.0, posinf=0.0, neginf=0.0))
