"""How many steps TensorFlow takes in one call."""

from __future__ import annotations

import pytest

from core.recipes.plan import Layer, Plan
from core.training.fit import steps_per_call


def plan(parameters: int, kind: str = "dense") -> Plan:
    table = Layer("table", "input", (), shape=(4,), parameters=0, settings={})
    return Plan((table, Layer("a", kind, ("table",), shape=(4,), parameters=parameters, settings={})), (), "a")


def test_a_small_dense_network_takes_many_steps_in_one_call() -> None:
    assert steps_per_call(plan(100_000), rows=100_000, batch_size=64) == 10
    assert steps_per_call(plan(100), rows=100_000, batch_size=64) == 16


def test_a_large_one_takes_one_so_that_stop_is_heard() -> None:
    assert steps_per_call(plan(10_000_000), rows=100_000, batch_size=64) == 1


def test_never_more_than_an_epoch_has() -> None:
    assert steps_per_call(plan(100), rows=100, batch_size=32) == 4


@pytest.mark.parametrize("kind", ["convolution", "recurrent"])
def test_pictures_and_readers_take_one(kind: str) -> None:
    assert steps_per_call(plan(100, kind), rows=100_000, batch_size=8) == 1
