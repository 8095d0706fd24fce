"""Shapley values: what each player of a game adds, averaged over all orders in which they may join.

Shapley, "A value for n-person games" (1953). Here the players are the columns of one row, or the words of one text, and
the game's value is the model's answer when only some of them are known: of the others it sees the values of another row
(the "interventional" game of Janzing, Minorics and Blöbaum 2020, and of SHAP, Lundberg and Lee 2017). With few players all
coalitions are tried and the result is exact. With many, orders are drawn by chance, each with its reverse (Castro et al.
2009; Mitchell et al. 2022): the sum stays exact, and the error of each value is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np

__all__ = ["Shares", "exact", "sampled", "shapley"]

EXACT_ASKED = 250_000  # answers up to which all coalitions are tried: 11 columns against 100 rows
SAMPLED_ASKED = 80_000
CHUNK = 4_096  # coalitions at once

# (m, players) bool who is known, (m,) which other row stands in → (m, outputs)
Value = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Shares:
    """Who added what.

    Attributes:
        base: (outputs,) the value when nobody is known.
        values: (players, outputs); with `base` they add up to the value when all are known.
        errors: (players, outputs) standard error of the sampling; 0 where it is exact.
        exact: whether all coalitions were tried.
    """

    base: np.ndarray
    values: np.ndarray
    errors: np.ndarray
    exact: bool


def shapley(value: Value, players: int, others: int, *, budget: int = SAMPLED_ASKED, seed: int = 0, heard: Callable[[int, int], None] = lambda done, total: None) -> Shares:
    """Exact where that is affordable, else sampled.

    Args:
        value: of coalitions.
        players: how many, 1 or more.
        others: rows that stand in for who is not known, 1 or more.
        budget: answers to ask for when sampling.
        seed: of the sampling.
        heard: called with what is done and of how much.

    Example:
        >>> both = lambda known, others: known.all(axis=1, keepdims=True).astype(float)  # worth 1 only together
        >>> shapley(both, 2, 1).values.ravel().tolist()
        [0.5, 0.5]
    """
    if 2**players * others <= EXACT_ASKED:
        return exact(value, players, others, heard)
    return sampled(value, players, others, max(1, budget // (2 * (players + 1) * others)) * others, seed, heard)


def exact(value: Value, players: int, others: int, heard: Callable[[int, int], None] = lambda done, total: None) -> Shares:
    """Try all coalitions: the weighted mean over them of what a player adds (Shapley 1953)."""
    numbers = np.arange(2**players)
    known = (numbers[:, None] >> np.arange(players)) & 1 > 0
    total = np.zeros(0)
    for other in range(others):
        answers = _asked(value, known, np.full(len(known), other))
        total = answers if not other else total + answers
        heard(other + 1, others)
    worth = total / others
    size = known.sum(axis=1)
    weight = np.array([1 / (players * comb(players - 1, k)) for k in range(players)])
    values = np.empty((players, worth.shape[1]))
    for player in range(players):
        without = numbers[~known[:, player]]
        values[player] = (weight[size[without]][:, None] * (worth[without + (1 << player)] - worth[without])).sum(axis=0)
    return Shares(worth[0], values, np.zeros_like(values), True)


def sampled(value: Value, players: int, others: int, draws: int, seed: int = 0, heard: Callable[[int, int], None] = lambda done, total: None) -> Shares:
    """Draw orders by chance, each with its reverse, each other row equally often.

    Args:
        value, players, others: the game.
        draws: pairs of orders, a multiple of `others`.
        seed: of the orders.
        heard: called with what is done and of how much.
    """
    random = np.random.default_rng(seed)
    at_once = max(1, CHUNK // (2 * (players + 1)))
    sums = squares = base = np.zeros(0)
    for start in range(0, draws, at_once):
        other = np.arange(start, min(start + at_once, draws)) % others
        order = random.permuted(np.tile(np.arange(players), (len(other), 1)), axis=1)
        there, first = _walk(value, order, other)
        back, _ = _walk(value, order[:, ::-1], other)
        each = (there + back) / 2
        if not start:
            sums, squares, base = (np.zeros(shape) for shape in (each.shape[1:], each.shape[1:], first.shape[1:]))
        sums, squares, base = sums + each.sum(axis=0), squares + (each * each).sum(axis=0), base + first.sum(axis=0)
        heard(start + len(other), draws)
    mean = sums / draws
    spread = np.maximum(squares / draws - mean * mean, 0.0) / max(draws - 1, 1)
    return Shares(base / draws, mean, np.sqrt(spread), False)


def _walk(value: Value, order: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each player adds when they join in this order, (draws, players, outputs), and the value of nobody, (draws, outputs)."""
    draws, players = order.shape
    place = np.argsort(order, axis=1)
    known = place[:, None, :] < np.arange(players + 1)[None, :, None]
    worth = _asked(value, known.reshape(-1, players), np.repeat(other, players + 1)).reshape(draws, players + 1, -1)
    added = np.diff(worth, axis=1)
    return np.take_along_axis(added, place[:, :, None], axis=1), worth[:, 0]


def _asked(value: Value, known: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.concatenate([value(known[at : at + CHUNK], other[at : at + CHUNK]) for at in range(0, len(known), CHUNK)])
