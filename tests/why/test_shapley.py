"""Shapley values: games solved by hand, the axioms, and a linear model whose values are known in closed form."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.why.shapley import Value, exact, sampled, shapley


def game(worth: dict[tuple[int, ...], float]) -> Value:
    """A game by the worth of each coalition that is worth something."""

    def value(known: np.ndarray, _others: np.ndarray) -> np.ndarray:
        return np.array([[worth.get(tuple(np.flatnonzero(one).tolist()), 0.0)] for one in known])

    return value


def by_orders(table: np.ndarray, players: int) -> np.ndarray:
    """The definition itself: what each player adds, averaged over all orders."""
    totals = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        coalition = 0
        for player in order:
            totals[player] += table[coalition | 1 << player] - table[coalition]
            coalition |= 1 << player
    return totals / len(orders)


def tabled(table: np.ndarray, players: int) -> Value:
    return lambda known, _others: table[(known * (1 << np.arange(players))).sum(axis=1)][:, None]


def test_the_glove_game() -> None:
    # two left gloves and one right one: a pair is worth 1; Shapley gives 1/6, 1/6, 4/6
    found = exact(game({(0, 2): 1.0, (1, 2): 1.0, (0, 1, 2): 1.0}), 3, 1)
    np.testing.assert_allclose(found.values[:, 0], [1 / 6, 1 / 6, 4 / 6], atol=1e-12)
    assert found.exact
    assert not found.errors.any()


def test_three_columns_by_hand() -> None:
    # f = x1 + 2 x2 x3 at (1, 1, 1) against (0, 0, 0): x1 adds 1, x2 and x3 share the product
    def value(known: np.ndarray, _others: np.ndarray) -> np.ndarray:
        x = known.astype(float)
        return (x[:, 0] + 2 * x[:, 1] * x[:, 2])[:, None]

    assert exact(value, 3, 1).values[:, 0].tolist() == [1.0, 1.0, 1.0]


@given(st.lists(st.floats(-100, 100), min_size=16, max_size=16))
def test_exact_is_the_mean_over_all_orders(worth: list[float]) -> None:
    table = np.array(worth)
    found = exact(tabled(table, 4), 4, 1)
    np.testing.assert_allclose(found.values[:, 0], by_orders(table, 4), atol=1e-9)


@given(st.lists(st.floats(-10, 10), min_size=8, max_size=8), st.sampled_from([exact, lambda v, p, o: sampled(v, p, o, 7)]))
def test_efficiency(worth: list[float], solve: Any) -> None:
    """What is shared out is what there is, exactly, sampled or not."""
    table = np.array(worth)
    found = solve(tabled(table, 3), 3, 1)
    assert found.base[0] + found.values.sum() == pytest.approx(table[-1], abs=1e-9)


@given(st.lists(st.floats(-10, 10), min_size=4, max_size=4), st.floats(-10, 10))
def test_symmetry_and_null_player(by_size: list[float], extra: float) -> None:
    """Worth by size alone, and a last player who adds nothing: equal shares, and nothing for the last."""
    size = np.array([bin(at % 8).count("1") for at in range(16)])
    table = np.array(by_size)[size]
    found = exact(tabled(table, 4), 4, 1).values[:, 0]
    np.testing.assert_allclose(found[:3], (table[7] - table[0]) / 3, atol=1e-9)
    assert found[3] == pytest.approx(0, abs=1e-12)
    doubled = exact(tabled(2 * table + extra, 4), 4, 1).values[:, 0]  # linearity
    np.testing.assert_allclose(doubled, 2 * found, atol=1e-8)


def linear_game(weights: np.ndarray, x: np.ndarray, others: np.ndarray) -> Value:
    return lambda known, other: (np.where(known, x, others[other]) @ weights)[:, None]


@pytest.mark.parametrize("players", [5, 20])
def test_a_linear_model_has_closed_form(players: int) -> None:
    """φ_j = w_j (x_j − mean of the others), both for the exact and for the sampled solution (Štrumbelj and Kononenko 2014)."""
    rng = np.random.default_rng(0)
    weights, x, others = rng.normal(size=players), rng.normal(size=players), rng.normal(size=(10, players))
    found = shapley(linear_game(weights, x, others), players, 10, budget=4_000)
    assert found.exact == (players == 5)
    np.testing.assert_allclose(found.values[:, 0], weights * (x - others.mean(axis=0)), atol=1e-9)
    assert found.base[0] == pytest.approx(others.mean(axis=0) @ weights)


def crossed(players: int) -> Value:
    """Columns that only count together: products of neighbours."""
    rng = np.random.default_rng(1)
    x, others = rng.normal(size=players), rng.normal(size=(8, players))

    def value(known: np.ndarray, other: np.ndarray) -> np.ndarray:
        mixed = np.where(known, x, others[other])
        return np.tanh((mixed[:, :-1] * mixed[:, 1:]).sum(axis=1))[:, None]

    return value


def test_sampling_comes_near_and_knows_how_near() -> None:
    truth = exact(crossed(8), 8, 8).values[:, 0]
    off = []
    for seed in range(12):
        found = sampled(crossed(8), 8, 8, 160, seed)
        off += ((found.values[:, 0] - truth) / found.errors[:, 0]).tolist()
    assert 0.5 < float(np.std(off)) < 1.3  # the errors that it states are those that it makes
    assert np.mean(np.abs(off) < 2) > 0.9


def test_the_seed_decides() -> None:
    first, second, third = (sampled(crossed(6), 6, 8, 16, seed).values for seed in (0, 0, 1))
    assert (first == second).all()
    assert (first != third).any()


def test_work_is_bounded_and_told() -> None:
    asked, steps = [0], []

    def value(known: np.ndarray, _other: np.ndarray) -> np.ndarray:
        asked[0] += len(known)
        return known.sum(axis=1, keepdims=True).astype(float)

    found = shapley(value, 40, 100, heard=lambda done, total: steps.append((done, total)))
    assert not found.exact
    assert asked[0] <= 100_000
    assert steps[-1][0] == steps[-1][1]
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
