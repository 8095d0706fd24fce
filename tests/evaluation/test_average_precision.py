"""Average precision from few rows: leaving out by hand, with scikit-learn; nothing is certain that a few rows say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from core.evaluation.average_precision import FEW_POSITIVES, average_precision_interval, averaged_interval, left_out
from core.evaluation.ranking import ranking
from tests.evaluation.made import binary


@pytest.mark.parametrize("digits", [None, 1])
def test_left_out_by_hand(digits: int | None) -> None:
    """With and without rows of equal score."""
    truth, scores = binary(np.random.default_rng(1), 60, 1.0, 0.3)
    given = scores[:, 1] if digits is None else scores[:, 1].round(digits)
    found = left_out(ranking(truth == 1, given))
    rest = np.array([average_precision_score(np.delete(truth, row), np.delete(given, row)) for row in range(60)])
    assert found is not None and found.value == pytest.approx(average_precision_score(truth, given))
    assert found.bias == pytest.approx(59 * (rest.mean() - found.value))
    assert found.variance == pytest.approx(59 / 60 * ((rest - rest.mean()) ** 2).sum())
    order = ranking(truth == 1, given).order
    assert found.parts == pytest.approx((rest.mean() - rest)[order] * 59 / 60)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.5, 0.9])), min_size=2, max_size=40))
def test_the_number_lies_in_its_interval(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows])
    found = left_out(ranking(positive, scores))
    if positive.all() or not positive.any():
        assert found is None
        return
    assert found is not None
    interval = average_precision_interval(found)
    assert interval.low is not None and interval.high is not None
    assert 0 <= interval.low <= found.value <= interval.high <= 1
    assert interval.low < interval.high


def test_many_rows_have_no_bias_to_speak_of() -> None:
    truth, scores = binary(np.random.default_rng(2), 4 * FEW_POSITIVES, 1.0, 0.5)
    many, few = left_out(ranking(truth == 1, scores[:, 1])), left_out(ranking(truth[:9_000] == 1, scores[:9_000, 1]))
    assert many is not None and few is not None
    assert many.bias == 0 and 0 < few.bias < few.variance**0.5 / 20


def test_a_perfect_ranking_is_exactly_1() -> None:
    """49 times 1/49 is not 1 in floating point; an interval of that width once stood here."""
    for rows in range(2, 120):
        truth = np.arange(rows) >= rows // 2
        found = left_out(ranking(truth, np.arange(rows) / rows))
        assert found is not None and found.value == 1.0
        assert (average_precision_interval(found).low or 0) < 1 - 1 / rows


def test_classes_of_a_single_row_make_an_average_uncertain() -> None:
    """Each ranked perfectly: alone each has Wilson's interval, together they may not look certain."""
    lone = left_out(ranking(np.array([True, False, False]), np.array([0.9, 0.2, 0.1])))
    other = left_out(ranking(np.array([False, True, True, False]), np.array([0.9, 0.8, 0.2, 0.1])))
    assert lone is not None and other is not None
    together = averaged_interval([lone, lone, other], np.full(3, 1 / 3), np.zeros(4))
    assert (together.high or 0) - (together.low or 0) > 0.2
