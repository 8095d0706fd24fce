"""Permutation importance: how much worse the model becomes when a column is shuffled.

Breiman, "Random Forests" (2001); Fisher, Rudin and Dominici, "All Models are Wrong, but Many are Useful" (JMLR 2019).
Columns that move together are shuffled together too, because each of them alone seems useless while the other stands in
for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.evaluation.intervals import LEVEL
from core.evaluation.student import t_quantile
from core.why.asked import Inputs, Place, exchanged
from core.why.measure import Measured, measure
from core.why.result import Importance

__all__ = ["importance"]

Answer = Callable[[Inputs], np.ndarray]


def importance(
    answer: Answer, inputs: Inputs, truth: np.ndarray, groups: Sequence[Sequence[Place]], metric: str, *,
    shuffles: int = 10, seed: int = 0, heard: Callable[[int], None] = lambda done: None,
) -> list[tuple[float, float | None, float | None]]:
    """Importance of groups of columns.

    Args:
        answer: encoded rows → (n, classes) or (n, 1).
        inputs: encoded rows, n of them.
        truth: (n,) their answers.
        groups: for each, the places that are shuffled together.
        metric: a name that `core.why.measure.measure` knows.
        shuffles: how often each group is shuffled; the mean is taken.
        seed: of the shuffling; each group meets the same orders of rows, and so does each model.
        heard: called with the number of groups done.

    Returns:
        For each group the loss of the metric and its 95 % limits, None where every row is the same. A row counts in
        its error both as the one that is judged and as the one that lent its values (the two projections of a
        two-sample U-statistic; van der Vaart, Asymptotic Statistics, 1998, chapter 12).

    Example:
        >>> table = {"table": np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0], [3.0, 5.0]], np.float32)}
        >>> places = [[Place("table", slice(0, 1))], [Place("table", slice(1, 2))]]
        >>> found = importance(lambda rows: rows["table"][:, :1], table, np.arange(4.0), places, "rmse")
        >>> found[0][0] > 1, found[1][0]
        (True, 0.0)
    """
    before = measure(metric, truth, answer(inputs))
    orders = [np.random.default_rng((seed, number)).permutation(len(truth)) for number in range(shuffles)]
    found = []
    for done, places in enumerate(groups, start=1):
        after = [(order, measure(metric, truth, answer(_shuffled(inputs, places, order)))) for order in orders]
        found.append(_loss(before, after))
        heard(done)
    return found


def _shuffled(inputs: Inputs, places: Sequence[Place], order: np.ndarray) -> Inputs:
    """Each row with some columns of the row `order[i]`."""
    return exchanged(inputs, {place.name: inputs[place.name][order] for place in places}, places)


def _loss(before: Measured, after: Sequence[tuple[np.ndarray, Measured]]) -> tuple[float, float | None, float | None]:
    n = len(before.parts)
    value = before.value - float(np.mean([one.value for _, one in after])) + 0.0  # never minus zero
    parts = before.parts.copy()
    for order, one in after:
        parts -= one.parts / len(after)
        parts[order] -= one.parts / len(after)  # row order[i] lent its values to row i
    error = math.sqrt(float((parts * parts).sum()) * n / max(n - 1, 1))
    if error <= 1e-15:
        return value, None, None
    reach = t_quantile(LEVEL, max(n - 1, 1)) * error
    return value, value - reach, value + reach


def named(
    found: Sequence[tuple[float, float | None, float | None]], columns: Sequence[tuple[str, ...]], together: Mapping[str, tuple[str, ...]]
) -> tuple[Importance, ...]:
    """The importances with the names of their columns, strongest first.

    Args:
        found: what `importance` gave.
        columns: the names of each group.
        together: by column name, the group that it belongs to.
    """
    named = [
        Importance(columns=names, value=value, low=low, high=high, alone=len(names) == 1, grouped=len(names) == 1 and len(together[names[0]]) > 1)
        for (value, low, high), names in zip(found, columns, strict=True)
    ]  # fmt: skip
    return tuple(sorted(named, key=lambda one: -one.value))
