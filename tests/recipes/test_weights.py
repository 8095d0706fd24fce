"""Initial weights: their spread, their orthogonality, and that a seed always gives the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.recipes.weights import initial_weight


@pytest.mark.parametrize(
    ("shape", "relu", "limit"),
    [((300, 200), False, math.sqrt(6 / 500)), ((300, 200), True, math.sqrt(6 / 300)), ((3, 3, 20, 40), True, math.sqrt(6 / 180))],
)
def test_a_kernel_is_uniform_up_to_its_limit(shape: tuple[int, ...], relu: bool, limit: float) -> None:
    weight = initial_weight("kernel", shape, (0, 1, 0), relu=relu)
    assert weight.dtype == np.float32
    assert np.abs(weight).max() == pytest.approx(limit, rel=0.01)
    assert weight.std() == pytest.approx(limit / math.sqrt(3), rel=0.03)  # of a uniform distribution


@pytest.mark.parametrize("shape", [(8, 24), (24, 8), (6, 6)])
def test_a_recurrent_kernel_is_orthogonal(shape: tuple[int, int]) -> None:
    weight = initial_weight("recurrent_kernel", shape, (0, 1, 1)).astype(np.float64)
    product = weight @ weight.T if shape[0] <= shape[1] else weight.T @ weight
    assert weight.shape == shape
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-6)


def test_an_lstm_forgets_nothing_at_first() -> None:
    np.testing.assert_array_equal(initial_weight("bias", (8,), (0, 0, 0), cell="lstm"), [0, 0, 1, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(initial_weight("bias", (2, 6), (0, 0, 0), cell="gru"), np.zeros((2, 6)))


def test_the_seed_decides_and_so_does_the_place() -> None:
    first = initial_weight("embeddings", (50, 4), (3, 1, 0))
    np.testing.assert_array_equal(first, initial_weight("embeddings", (50, 4), (3, 1, 0)))
    for other in [(4, 1, 0), (3, 2, 0), (3, 1, 1)]:
        assert (first != initial_weight("embeddings", (50, 4), other)).all()


def test_a_weight_without_a_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="No rule for initial weights of 'moment'"):
        initial_weight("moment", (3,), (0, 0, 0))
