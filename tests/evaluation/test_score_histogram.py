"""Score histograms: NumPy's counts, and bins that say exactly which rows they hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.score_histogram import overlap, score_histogram


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20).map(lambda n: n / 20) | st.floats(0, 1)), min_size=1, max_size=60))
def test_bins_hold_the_rows_that_they_name(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows])
    found = score_histogram(positive, scores)
    assert found.positives.sum() == positive.sum() and found.others.sum() == (~positive).sum()
    for place in range(len(found.positives)):
        low, high = found.inside(place)
        inside = (scores >= low) & (scores <= high)
        assert (inside & positive).sum() == found.positives[place]
        assert (inside & ~positive).sum() == found.others[place]


def test_overlap() -> None:
    apart = score_histogram(np.array([True, False]), np.array([0.9, 0.1]))
    same = score_histogram(np.array([True, False, False]), np.array([0.5, 0.5, 0.5]))
    half = score_histogram(np.array([True, True, False, False]), np.array([0.9, 0.5, 0.5, 0.1]))
    assert [overlap(found) for found in (apart, same, half)] == [0, 1, pytest.approx(0.5)]
    assert overlap(score_histogram(np.zeros(0, bool), np.zeros(0))) == 0


def test_scores_that_are_no_probabilities_widen_the_bins() -> None:
    found = score_histogram(np.array([True, False]), np.array([-3.0, 5.0]))
    assert (found.edges[0], found.edges[-1]) == (-3, 5)
