"""The time left: its range holds what it promises."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.timeleft import time_left


@pytest.mark.parametrize("known", [3, 5, 8])
@pytest.mark.parametrize("to_come", [1, 10, 100])
def test_the_range_covers_four_of_five_courses(known: int, to_come: int) -> None:
    random = np.random.default_rng([known, to_come])
    hits = 0
    for _ in range(1000):
        epochs = random.normal(2.0, 0.2, known + to_come)
        left = time_left(epochs[:known].tolist(), to_come)
        assert left.low is not None
        assert left.high is not None
        hits += left.low <= epochs[known:].sum() <= left.high
    assert 0.76 <= hits / 1000 <= 0.84


def test_few_epochs_tell_no_range() -> None:
    left = time_left([1.0, 3.0], 4)
    assert (left.seconds, left.low, left.high) == (8.0, None, None)


def test_nothing_left_is_nothing() -> None:
    left = time_left([1.0, 2.0, 6.0], 0)
    assert (left.seconds, left.low, left.high) == (0.0, 0.0, 0.0)


def test_no_time_is_negative() -> None:
    assert time_left([0.1, 9.0, 0.1], 3).low == 0.0
