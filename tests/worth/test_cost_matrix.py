"""Money of several classes: decisions by expected value, means by hand, and intervals by simulation."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.worth.cost_matrix import CostMatrix, _mean, matrix_worth
from core.worth.goals import rank
from core.worth.values import Values
from core.worth.worth import worth_of
from tests.evaluation.made import binary, multiclass
from tests.worth.test_goals import both

LABELS = ("ant", "bee", "cat")
VALUES = np.array([[10.0, -5, -50], [0, 4, -1], [-2, -1, 1]])


def made(rows: int = 600) -> Comparison:
    rng = np.random.default_rng(0)
    validation, test = multiclass(rng, rows, 3), multiclass(rng, rows, 3)
    flat = [(truth, 0.3 * scores + 0.7 * rng.dirichlet([1, 1, 1], rows)) for truth, scores in (validation, test)]
    return compare([Model("a", "A", both(Task.MULTICLASS, LABELS, validation, test)), Model("linear", "Linear", both(Task.MULTICLASS, LABELS, *flat), "baseline")])


def test_decisions_bring_most_in_expectation() -> None:
    scores, matrix = np.random.default_rng(0).dirichlet([1, 1, 1], 50), CostMatrix(VALUES)
    for row, decision in zip(scores, matrix.decide(scores), strict=True):
        expected = [sum(row[truth] * VALUES[truth, answer] for truth in range(3)) for answer in range(3)]
        assert decision == int(np.argmax(expected))
    right = CostMatrix(np.eye(3))
    assert np.array_equal(right.decide(scores), scores.argmax(1))  # right or wrong alone: the most probable class


def test_money_by_hand() -> None:
    one, matrix = made(), CostMatrix(VALUES, cases=1_000)
    found = matrix_worth(one, matrix).models[0]
    p = found.one.model.predictions
    decisions = matrix.decide(p.scores) if found.by_value else p.decisions()
    total = sum(VALUES[truth, decision] for truth, decision in zip(p.truth, decisions, strict=True))
    assert found.money.value == pytest.approx(1_000 * total / len(p))
    worth = matrix_worth(one, matrix)
    always = 1_000 * VALUES[p.truth, worth.policy].mean()
    assert found.gain.value == pytest.approx((found.money.value or 0) - always) and worth.label == LABELS[worth.policy]


def test_real_shares_weigh_the_classes() -> None:
    rates = np.array([0.01, 0.09, 0.9])
    one = made()
    found = matrix_worth(one, CostMatrix(VALUES, cases=1, rates=rates)).models[0]
    p, validation = found.one.model.predictions, found.one.validation
    assert validation is not None
    shift = rates / np.bincount(validation.truth, minlength=3) * len(validation)
    decisions = CostMatrix(VALUES).decide(p.scores * shift) if found.by_value else p.decisions()
    by_class = [VALUES[truth, decisions[p.truth == truth]].mean() for truth in range(3)]
    assert found.money.value == pytest.approx(float(rates @ by_class))


def test_two_classes_agree_with_the_threshold_of_the_break_even() -> None:
    """For two classes deciding by value is a threshold at the break-even precision."""
    rng = np.random.default_rng(0)
    one = compare([Model("a", "A", both(Task.BINARY, ("no", "yes"), binary(rng, 500), binary(rng, 500)))])
    matrix = CostMatrix(np.array([[0.0, -25], [0, 60]]), cases=1_000)
    p = one.models[0].model.predictions
    assert np.array_equal(matrix.decide(p.scores), (p.scores[:, 1] > 25 / 85).astype(int))
    values, gap = Values(60, -25), matrix_worth(one, matrix).models[0].gain
    assert gap.value == pytest.approx(worth_of(rank(one), values).models[0].gain.value, rel=0.2)


def test_the_sentence_and_the_document() -> None:
    found = matrix_worth(made(), CostMatrix(VALUES))
    assert "is worth €" in found.sentence and "always answering" in found.sentence and found.reference == "linear"
    assert found.models[0].versus is not None and found.models[1].versus is None
    json.dumps(found.to_json(), allow_nan=False)
    poor = matrix_worth(made(), CostMatrix(np.array([[1.0, -9, -9], [-9, 1, -9], [-9, -9, 1]]) * 1e-6 + np.array([0.0, 0, 1])))
    assert "is worth €" not in poor.sentence


@pytest.mark.parametrize("values", [np.zeros((2, 3)), np.zeros(3), np.full((3, 3), np.nan), np.zeros((2, 2))])
def test_a_matrix_of_another_size_is_refused(values: np.ndarray) -> None:
    with pytest.raises(BadSettings):
        matrix_worth(made(60), CostMatrix(values))


def test_shares_must_be_shares() -> None:
    for rates in (np.array([0.5, 0.5]), np.array([0.5, 0.6, 0.1]), np.array([-0.5, 0.5, 1.0])):
        with pytest.raises(BadSettings):
            CostMatrix(VALUES, rates=rates)


@pytest.mark.parametrize("rates", [None, np.array([0.05, 0.15, 0.8])])
def test_intervals_cover(rates: np.ndarray | None) -> None:
    rng, matrix, held = np.random.default_rng(4), CostMatrix(VALUES, cases=1, rates=rates), 0
    shares, mix = np.array([0.2, 0.3, 0.5]), np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]])
    true = float((shares if rates is None else rates) @ (mix * VALUES).sum(1))
    for _ in range(400):
        truth = rng.choice(3, 200, p=shares)
        decided = (rng.random(200)[:, None] > mix[truth].cumsum(1)).sum(1).clip(0, 2)
        found = _mean(matrix.of(truth, decided), truth, matrix)
        held += (found.low or 0) <= true <= (found.high or 0)
    assert 0.915 <= held / 400 <= 0.99
