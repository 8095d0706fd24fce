"""Gain and lift by counting in the sorted list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.lift import gain_of
from core.evaluation.ranking import ranking
from tests.evaluation.made import binary


def test_gain_and_lift_by_hand() -> None:
    """Ten rows, four of the class, at ranks 1, 2, 5 and 9."""
    positive = np.zeros(10, bool)
    positive[[0, 1, 4, 8]] = True
    found = gain_of(ranking(positive, np.arange(10, 0, -1.0)))
    assert found is not None
    assert found.handled == pytest.approx(np.arange(1, 11) / 10)
    assert found.found == pytest.approx(np.array([1, 2, 2, 2, 3, 3, 3, 3, 4, 4]) / 4)
    assert found.lift[:2] == pytest.approx([2.5, 2.5]) and found.lift[-1] == 1
    assert found.at(0.2) == pytest.approx(0.5)
    assert (found.found_low < found.found)[:-1].all() and (found.found_high[:8] > found.found[:8]).all()
    assert (found.found_low[-1], found.found_high[-1]) == (1, 1)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.5, 0.9])), min_size=2, max_size=50))
def test_ties_are_handled_together(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows])
    found = gain_of(ranking(positive, scores))
    if positive.all() or not positive.any():
        assert found is None
        return
    assert found is not None
    for place, limit in enumerate(found.threshold):
        assert found.handled[place] == pytest.approx((scores >= limit).mean())
        assert found.found[place] == pytest.approx(positive[scores >= limit].sum() / positive.sum())
    assert (found.found_low <= found.found + 1e-12).all() and (found.found <= found.found_high + 1e-12).all()
    assert (found.found_low >= 0).all() and (found.found_high <= 1).all()


def test_thinned_corners_are_corners_and_the_first_rows_stay() -> None:
    truth, scores = binary(np.random.default_rng(0), 50_000)
    ranks = ranking(truth == 1, scores[:, 1])
    whole, thinned = gain_of(ranks), gain_of(ranks, 200)
    assert whole is not None and thinned is not None
    assert len(thinned.handled) <= 200
    assert set(thinned.handled) <= set(whole.handled)
    assert thinned.handled[0] == whole.handled[0] and thinned.handled[-1] == 1


def test_the_error_of_the_gain_is_that_of_a_moving_threshold() -> None:
    """With random scores the gain is the share handled and its variance q (1 - q) (1 - share) / positives, from the hypergeometric limit."""
    rng = np.random.default_rng(4)
    found = gain_of(ranking(rng.random(40_000) < 0.4, rng.random(40_000)))
    assert found is not None
    place = int(np.searchsorted(found.handled, 0.3))
    expected = 1.96 * np.sqrt(0.3 * 0.7 * 0.6 / 16_000)
    assert (found.found_high - found.found_low)[place] / 2 == pytest.approx(expected, rel=0.03)
