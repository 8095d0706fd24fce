"""The one sort: the same order and counts as counting by hand, whatever the numbers look like."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Task
from core.evaluation import ranking as module
from core.evaluation.ranking import ranked, ranking
from tests.evaluation.made import binary, predictions

EDGES = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 1e-300, -1e-300, 1e300, 0.1, float(np.float32(0.1))])
ROWS = st.lists(st.tuples(st.booleans(), EDGES | st.floats(-2, 2, width=32) | st.floats(-2, 2)), min_size=1, max_size=40)


@given(ROWS)
def test_order_and_counts(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows])
    found = ranking(positive, scores)
    np.testing.assert_array_equal(found.order, np.argsort(-scores, kind="stable"))
    np.testing.assert_array_equal(found.hit, positive[found.order])
    np.testing.assert_array_equal(found.threshold, np.unique(scores)[::-1])
    assert found.hits.tolist() == [int((positive & (scores >= limit)).sum()) for limit in found.threshold]
    assert found.called.tolist() == [int((scores >= limit).sum()) for limit in found.threshold]
    assert (found.positives, found.negatives) == (positive.sum(), (~positive).sum())
    np.testing.assert_array_equal(found.to_rows(found.spread(found.threshold)), scores)
    for limit in (-3.0, 0.0, 0.1, 3.0, float(scores[0])):
        assert found.at(limit) == ((positive & (scores >= limit)).sum(), (~positive & (scores >= limit)).sum())


@given(ROWS)
def test_the_mirror_is_the_ranking_of_the_other_class(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([hit for hit, _ in rows]), np.array([score for _, score in rows])
    mirror, other = ranking(positive, scores).mirrored(), ranking(~positive, -scores)
    assert mirror.hits.tolist() == other.hits.tolist()
    assert mirror.called.tolist() == other.called.tolist()
    assert mirror.alarms.tolist() == other.alarms.tolist()
    np.testing.assert_array_equal(mirror.threshold, 1 + other.threshold)


def test_no_rows() -> None:
    found = ranking(np.zeros(0, bool), np.zeros(0))
    assert (found.rows, found.positives, found.at(0.5)) == (0, 0, (0, 0))


def test_a_ranking_is_kept_while_its_predictions_live(monkeypatch: pytest.MonkeyPatch) -> None:
    made = predictions(Task.BINARY, *binary(np.random.default_rng(0), 20))
    first = ranked(made, 1)
    assert ranked(made, 1) is first
    assert ranked(made, 0) is not first
    del made
    gc.collect()
    assert not any(kept[1] is first for kept in module._kept.values())


def test_a_large_ranking_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_ROWS", 10)
    made = predictions(Task.BINARY, *binary(np.random.default_rng(0), 20))
    assert ranked(made, 1) is not ranked(made, 1)
