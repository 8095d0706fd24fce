"""Shares of classes: whatever the data hold, the fields begin at 100 % together, and nothing else is taken."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadSettings
from ui.class_shares import _first, shares_of


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=12).filter(any))
def test_the_fields_begin_with_a_sound_answer(rows: list[int]) -> None:
    shares = np.array(rows) / sum(rows)
    first = _first(shares)
    assert all(0 <= value <= 100 for value in first) and np.abs(np.array(first) / 100 - shares).max() < 0.01
    taken = shares_of(first)
    assert taken.sum() == pytest.approx(1, abs=1e-12) and (taken >= 0).all()


@pytest.mark.parametrize("percents", [[50.0, 49.8], [100.0, 1.0], [0.0, 0.0, 0.0]])
def test_what_is_not_100_percent_is_refused(percents: list[float]) -> None:
    with pytest.raises(BadSettings, match="together they must be 100 %"):
        shares_of(percents)


def test_what_rounding_leaves_over_is_shared_out() -> None:
    assert shares_of([33.3, 33.3, 33.3]).tolist() == pytest.approx([1 / 3] * 3)
    assert shares_of([99.95, 0.0]).tolist() == [1.0, 0.0]
