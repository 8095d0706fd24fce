"""Targets: labels and numbers to arrays, network outputs back to probabilities and values."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Task
from core.errors import BadTarget
from core.preprocess.target import TargetEncoder


def again(target: TargetEncoder) -> TargetEncoder:
    return TargetEncoder.from_json(json.loads(json.dumps(target.to_json(), allow_nan=False)))


def test_two_classes_are_zero_and_one() -> None:
    target = again(TargetEncoder.fit(pl.Series(["no", "yes"]), Task.BINARY, ("no", "yes")))
    encoded = target.encode(pl.Series(["yes", "no"]))
    assert (encoded.dtype, encoded.tolist()) == (np.float32, [1.0, 0.0])
    np.testing.assert_allclose(target.scores(np.array([[0.75], [0.0]], np.float32)), [[0.25, 0.75], [1, 0]])


def test_many_classes_are_numbers_in_the_order_of_the_labels() -> None:
    target = again(TargetEncoder.fit(pl.Series(["b"]), Task.MULTICLASS, ("c", "a", "b")))
    encoded = target.encode(pl.Series(["a", "b", "c"]))
    assert (encoded.dtype, encoded.tolist()) == (np.int32, [1, 2, 0])


def test_probabilities_add_up_to_one_exactly() -> None:
    target = TargetEncoder(Task.MULTICLASS, ("a", "b", "c"))
    outputs = np.random.default_rng(0).dirichlet([1, 1, 1], 50).astype(np.float32)
    scores = target.scores(outputs)
    assert scores.dtype == np.float64
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-15)
    np.testing.assert_allclose(scores, outputs, atol=1e-6)


@given(st.lists(st.floats(-1e290, 1e290), min_size=1, max_size=30))
def test_numbers_come_back(values: list[float]) -> None:
    target = again(TargetEncoder.fit(pl.Series(values), Task.REGRESSION, ()))
    encoded = target.encode(pl.Series(values))
    assert encoded.dtype == np.float32
    assert np.isfinite(encoded).all()
    spread = max(np.ptp(np.array(values) / 2) * 2, max(abs(value) for value in values) * 1e-6)
    np.testing.assert_allclose(target.scores(encoded[:, None]), values, rtol=1e-6, atol=1e-5 * spread)


def test_numbers_are_standardised_by_the_training_rows() -> None:
    values = np.random.default_rng(3).normal(200, 30, 500)
    target = TargetEncoder.fit(pl.Series(values), Task.REGRESSION, ())
    np.testing.assert_allclose(target.encode(pl.Series(values)), (values - values.mean()) / values.std(), rtol=1e-4, atol=1e-5)


def test_one_huge_target_keeps_everything_finite() -> None:
    target = TargetEncoder.fit(pl.Series([1.0] * 199 + [1e300]), Task.REGRESSION, ())
    assert np.abs(target.encode(pl.Series([1.0, 1e300, -1e308]))).max() <= 1e6
    assert np.isfinite(target.scores(np.array([[1e38], [-1e38]]))).all()


def test_a_constant_target_predicts_it() -> None:
    target = TargetEncoder.fit(pl.Series([4.0, 4.0]), Task.REGRESSION, ())
    assert target.scores(np.array([[0.3]])).tolist() == [4.0]


@pytest.mark.parametrize("value", ["maybe", None])
def test_an_unknown_label_is_refused_by_name(value: str | None) -> None:
    with pytest.raises(BadTarget, match=f"{value}.*2 classes"):
        TargetEncoder(Task.BINARY, ("no", "yes")).encode(pl.Series([value], dtype=pl.String))


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_target_without_a_number_is_refused(value: float | None) -> None:
    with pytest.raises(BadTarget, match="without a number"):
        TargetEncoder.fit(pl.Series([1.0, value], dtype=pl.Float64), Task.REGRESSION, ())
