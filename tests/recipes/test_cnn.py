"""The convolutional network against a calculation by hand."""

from __future__ import annotations

import pytest

from core.dataset.schema import Task
from core.errors import BadSettings
from core.recipes.cnn import CNN, CnnSettings
from tests.recipes import made


def test_parameters_by_hand() -> None:
    settings = CnnSettings(blocks=2, filters=4, convolutions=1, kernel_size=3, keep_places=True, units=10, dropout=0)
    plan = CNN.plan(settings, (made.IMAGE,), Task.MULTICLASS, 5)
    first, second = 9 * 3 * 4 + 4 * 4, 9 * 4 * 8 + 4 * 8  # weights, then batch norm
    hidden, output = (4 * 4 * 8) * 10 + 10, 10 * 5 + 5  # 16 × 16 halved twice is 4 × 4
    assert plan.parameters == first + second + hidden + output


def test_two_convolutions_before_each_halving() -> None:
    plan = CNN.plan(CnnSettings(blocks=2, convolutions=2), (made.IMAGE,), Task.BINARY, 2)
    assert [layer.kind for layer in plan.layers].count("convolution") == 4
    assert [layer.kind for layer in plan.layers].count("halve") == 2


def test_pictures_too_small_for_the_blocks_are_refused() -> None:
    with pytest.raises(BadSettings, match="Pictures of 16 × 16 can be halved 4 times at most; you asked for 5 blocks"):
        CNN.plan(CnnSettings(blocks=5), (made.IMAGE,), Task.BINARY, 2)
