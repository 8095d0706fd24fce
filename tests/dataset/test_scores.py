"""How the score of one column is measured: on rows held out, by hand and against scikit-learn."""

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import ColumnType, Part
from core.dataset.scores import Score, _areas, _most_frequent, column_scores, half

N, C = ColumnType.NUMBER, ColumnType.CATEGORY
RANDOM = np.random.default_rng(0)
ROWS = 600
SCORE = RANDOM.normal(size=ROWS)
ANSWER = np.where(SCORE > 0, "yes", "no")


def score(values: object, kind: ColumnType, answer: object = ANSWER) -> Score:
    return column_scores(pl.DataFrame({"x": values, "y": answer}, strict=False), {"x": kind}, "y")[0]


def test_missing_values_are_a_group() -> None:
    values = np.where(ANSWER == "yes", RANDOM.integers(0, 5, ROWS).astype(float), np.nan)
    assert score(pl.Series(values).fill_nan(None), N).right == 1.0


def test_test_rows_are_not_looked_at() -> None:
    parts = np.where(np.arange(ROWS) % 5 == 0, Part.TEST.number, Part.TRAIN.number)
    table = pl.DataFrame({"x": SCORE, "y": ANSWER})
    other = table.with_columns(pl.when(pl.Series(parts == Part.TEST.number)).then(0.0).otherwise("x").alias("x"))
    scores = [column_scores(t, {"x": N}, "y", parts) for t in (table, other)]
    assert scores[0] == scores[1]
    assert scores[0] != column_scores(other, {"x": N}, "y")


def test_right_and_usual_by_hand() -> None:
    """Value a is yes in three of four rows: always yes for a, no for b, judged on the other half."""
    values = np.array(["a", "b"])[np.arange(ROWS) % 2]
    answer = np.where((np.arange(ROWS) % 2 == 0) & (np.arange(ROWS) % 8 != 0), "yes", "no")
    held_out = ~half(ROWS)
    expected = float(((values == "a") == (answer == "yes"))[held_out].mean())
    measured = score(values, C, answer)
    assert measured.right == pytest.approx(expected)
    assert measured.usual == pytest.approx(float((answer == "no")[held_out].mean()))
    assert measured.reduction == pytest.approx((measured.right - measured.usual) / (1 - measured.usual))
    assert measured.rows == held_out.sum()


def test_auc_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(2)
    codes = random.integers(0, 8, (3, 500))
    classes = (random.random(500) < codes[0] / 9).astype(np.int64)
    fit = half(500)
    for measured, column in zip(_areas(codes, classes, fit), codes, strict=True):
        rate = np.array([((classes[fit & (column == g)]).sum() + classes[fit].mean()) / ((fit & (column == g)).sum() + 1) for g in range(8)])
        assert measured == pytest.approx(metrics.roc_auc_score(classes[~fit], rate[column[~fit]]))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.booleans()), min_size=1, max_size=60))
def test_the_most_frequent_class_agrees_with_counting(rows: list[tuple[int, int, bool]]) -> None:
    codes, classes, fit = (np.array(values) for values in zip(*rows, strict=True))
    told, seen = _most_frequent(codes[None], classes, fit, 9)
    for place, group in enumerate(codes[~fit]):
        counts = Counter(classes[fit & (codes == group)].tolist())
        assert seen[0, place] == bool(counts)
        assert counts[int(told[0, place])] == max(counts.values()) if counts else told[0, place] == 9
