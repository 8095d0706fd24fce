"""Seeds: two recipes, each trained several times. A lucky seed is not a better model.

One training says what this network does; it cannot say what its recipe does. With several seeds a difference has
two kinds of chance in it: which rows were judged, and which seeds were drawn. Both are added here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import BadSettings
from core.evaluation.compare import on_common_rows
from core.evaluation.difference import Difference, difference_of
from core.evaluation.joint import DECIDED, decided
from core.evaluation.metrics import headline
from core.evaluation.model import Model
from core.evaluation.paired import Paired, median_parts, prepare
from core.evaluation.power import POWER, rows_needed
from core.evaluation.student import two_sided
from core.evaluation.verdict import MARGIN, Finding, Verdict, verdicts_of

__all__ = ["SeedDifference", "judge_seeds", "seed_difference"]


@dataclass(frozen=True)
class SeedDifference:
    """The difference of two recipes, and where its uncertainty comes from.

    Attributes:
        difference: mean of ours minus mean of theirs, with the chance of rows and seeds in its interval.
        ours, theirs: the metric of each training.
        row_error: standard error from the judged rows alone.
        seed_error: standard error from the seeds alone; None where neither recipe has two trainings, and then the
            difference speaks about these trained models only.
    """

    difference: Difference
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    row_error: float
    seed_error: float | None


@dataclass(frozen=True, eq=False)
class _Group:
    values: np.ndarray  # (seeds,)
    parts: np.ndarray  # (rows,) mean over seeds of what each row adds


def seed_difference(ours: Sequence[Model], theirs: Sequence[Model], metric: str | None = None, comparisons: int = 1) -> SeedDifference:
    """The difference of two recipes, each trained with one or more seeds and judged on the same test rows.

    Rows and seeds are crossed random effects, as cases and readers are in reading studies (Gallas and others,
    "A framework for random-effects ROC analysis", Communications in Statistics 38, 2009): the variance of rows, of
    the mean over seeds, plus that of seeds. What rows and seeds make only together is in both; taking it out once,
    as the paper does, made false alarms of up to 9 % with two or three seeds (measured), so it stays, and the
    interval is rather too wide. Degrees of freedom by Welch and Satterthwaite (1946/47).

    Args:
        ours, theirs: trainings of one recipe each, with test rows.
        metric: stable name; default: the one that stands first for the task.
        comparisons: how many recipes are compared (Bonferroni).

    Returns:
        The difference; where only one recipe has several seeds, its seed spread stands for both.

    Raises:
        BadSettings: a group is empty, or the models do not fit together.
    """
    if not ours or not theirs:
        raise BadSettings("Two recipes are compared by their trainings, so each needs one or more. Train both.")
    common = on_common_rows([*ours, *theirs])
    name = metric or headline(common[0].predictions.task)
    mine, other = _group(common[: len(ours)], name), _group(common[len(ours) :], name)
    rows = len(common[0].predictions)
    if mine is None or other is None:
        found = Paired(None, None, None, 0, None, "seeds", reason="The metric is not defined for one of the trainings on these rows.")
        return SeedDifference(difference_of(found, name, theirs[0].id, rows), (), (), 0.0, None)
    found, row_error, seed_error = _mixed(mine, other, rows)
    difference = difference_of(found, name, theirs[0].id, rows, comparisons)
    return SeedDifference(difference, tuple(mine.values.tolist()), tuple(other.values.tolist()), row_error, seed_error)


def judge_seeds(ours: Sequence[Model], theirs: Sequence[Model], metric: str | None = None, margin: float = MARGIN, comparisons: int = 1) -> Verdict:
    """The verdict on two recipes, each with one or more trainings; names are those of the first trainings.

    More rows do not shrink the chance of the seeds, so the rows needed may be None: then more seeds are.
    """
    found = seed_difference(ours, theirs, metric, 1)
    verdict = verdicts_of([(ours[0], theirs[0], found.difference)], margin, comparisons)[0]
    if verdict.finding is not Finding.OPEN:
        return verdict
    return replace(verdict, rows_needed=rows_needed(found.difference, verdict.margin, POWER, comparisons, found.seed_error or 0.0))


def _mixed(mine: _Group, other: _Group, rows: int) -> tuple[Paired, float, float | None]:
    value = float(mine.values.mean() - other.values.mean())
    parts = mine.parts - other.parts
    by_rows, spread = float((parts * parts).sum()) * rows / max(rows - 1, 1), _seed_variances(mine, other)
    error = math.sqrt(by_rows + sum(spread))
    freedom = _freedom([(by_rows, rows - 1), *((v, _seeds(mine, other, g) - 1) for v, g in zip(spread, (mine, other), strict=False))])
    p = (two_sided(value / error, freedom) if freedom >= 1 else None) if error > 0 else (1.0 if value == 0 else None)
    found = Paired(value, value, error, freedom, p, "seeds", (-math.inf, math.inf), reference_value=float(other.values.mean()))
    return found, math.sqrt(by_rows), math.sqrt(sum(spread)) if spread else None


def _seeds(mine: _Group, other: _Group, group: _Group) -> int:
    """Trainings behind the spread of a group; a lone one borrows that of the other group."""
    return len(group.values) if len(group.values) > 1 else max(len(mine.values), len(other.values))


def _seed_variances(mine: _Group, other: _Group) -> tuple[float, ...]:
    """Variance of each group's mean over seeds; empty where neither has two."""
    known = [float(group.values.var(ddof=1)) for group in (mine, other) if len(group.values) > 1]
    if not known:
        return ()
    return tuple((float(g.values.var(ddof=1)) if len(g.values) > 1 else known[0]) / len(g.values) for g in (mine, other))


def _freedom(parts: list[tuple[float, float]]) -> float:
    total = sum(variance for variance, _ in parts)
    return total**2 / sum(variance**2 / max(free, 1) for variance, free in parts if variance > 0) if total > 0 else math.inf


def _group(models: Sequence[Model], metric: str) -> _Group | None:
    found = [_parts(model, metric) for model in models]
    if any(one is None for one in found):
        return None
    known = [one for one in found if one is not None]
    return _Group(np.array([value for value, _ in known]), np.asarray(sum(parts for _, parts in known) / len(known)))


def _parts(model: Model, metric: str) -> tuple[float, np.ndarray] | None:
    ready = prepare(model.predictions, metric)
    if ready.influence is not None:
        return ready.influence.value, ready.influence.parts
    if ready.errors is not None:
        return float(np.median(ready.errors)), median_parts(ready.errors) / len(ready.errors)
    if metric not in DECIDED or ready.decisions is None:
        return None
    truth, classes = model.predictions.truth, len(model.predictions.labels)
    matrix = np.bincount(truth * classes + ready.decisions, minlength=classes * classes).reshape(classes, classes).astype(float)
    value, gradient = decided(matrix, metric)
    return None if math.isnan(value) else (value, gradient[truth, ready.decisions])
