"""Predictions survive the disk exactly, choose as documented, and refuse what does not fit together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Part, Task
from core.errors import Damaged
from core.evaluation.predictions import Predictions
from tests.evaluation.made import multiclass, predictions, regression


def test_classes_survive_the_disk(tmp_path: Path) -> None:
    truth, scores = multiclass(np.random.default_rng(0), 50)
    made = predictions(Task.MULTICLASS, truth, scores, ("a", "ü", "中文", '"<&'))
    made.save(tmp_path / "p.parquet")
    read = Predictions.load(tmp_path / "p.parquet")
    assert (read.task, read.labels) == (made.task, made.labels)
    for name in ("rows", "parts", "truth", "scores"):
        np.testing.assert_array_equal(getattr(read, name), getattr(made, name))
        assert getattr(read, name).dtype == getattr(made, name).dtype


def test_numbers_survive_the_disk(tmp_path: Path) -> None:
    truth, values = regression(np.random.default_rng(0), 20)
    predictions(Task.REGRESSION, truth, values).save(tmp_path / "p.parquet")
    read = Predictions.load(tmp_path / "p.parquet")
    np.testing.assert_array_equal(read.scores, values)
    assert read.truth.dtype == np.float64
    assert read.labels == ()


def test_columns_on_disk_are_those_documented(tmp_path: Path) -> None:
    import polars as pl

    predictions(Task.BINARY, np.array([1]), np.array([[0.25, 0.75]])).save(tmp_path / "p.parquet")
    frame = pl.read_parquet(tmp_path / "p.parquet")
    assert dict(frame.schema) == {"row": pl.Int64, "part": pl.UInt8, "truth": pl.Int64, "score_0": pl.Float64, "score_1": pl.Float64}


def test_empty_predictions_survive_the_disk(tmp_path: Path) -> None:
    predictions(Task.BINARY, np.zeros(0, int), np.zeros((0, 2))).save(tmp_path / "p.parquet")
    read = Predictions.load(tmp_path / "p.parquet")
    assert len(read) == 0
    assert read.decisions().tolist() == []


def test_of_takes_one_part() -> None:
    p = Predictions(Task.REGRESSION, (), np.array([3, 5, 9]), np.array([1, 2, 1]), np.array([1.0, 2, 3]), np.array([4.0, 5, 6]))
    assert p.of(Part.VALIDATION).rows.tolist() == [3, 9]
    assert p.of(Part.TEST).scores.tolist() == [5]
    assert len(p.of(Part.TRAIN)) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_binary_says_yes_from_one_half_on(probabilities: list[float]) -> None:
    p = np.array(probabilities)
    made = predictions(Task.BINARY, np.zeros(len(p), int), np.c_[1 - p, p])
    assert made.decisions().tolist() == [int(value >= 0.5) for value in probabilities]


def test_more_classes_take_the_first_of_the_most_probable() -> None:
    made = predictions(Task.MULTICLASS, np.zeros(2, int), np.array([[0.2, 0.4, 0.4], [0.1, 0.2, 0.7]]))
    assert made.decisions().tolist() == [1, 2]


def test_regression_decides_nothing() -> None:
    with pytest.raises(ValueError, match="makes no decisions"):
        predictions(Task.REGRESSION, np.zeros(1), np.zeros(1)).decisions()


@pytest.mark.parametrize(
    ("truth", "scores", "message"),
    [
        ([0, 1], [[0.5, 0.5]], "must have the shape"),
        ([0], [[np.nan, 1.0]], "not a finite number"),
        ([2], [[0.5, 0.5]], "must lie between 0 and 1"),
        ([-1], [[0.5, 0.5]], "must lie between 0 and 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(truth: list[int], scores: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        predictions(Task.BINARY, np.array(truth), np.array(scores), ("a", "b"))


@pytest.mark.parametrize("content", [b"", b"PAR1 not really", None])
def test_a_broken_file_is_damaged(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "p.parquet").write_bytes(content)
    with pytest.raises(Damaged, match="missing or damaged"):
        Predictions.load(tmp_path / "p.parquet")


def test_a_parquet_file_of_another_kind_is_damaged(tmp_path: Path) -> None:
    import polars as pl

    pl.DataFrame({"row": [1]}).write_parquet(tmp_path / "p.parquet")
    with pytest.raises(Damaged, match="missing or damaged"):
        Predictions.load(tmp_path / "p.parquet")
