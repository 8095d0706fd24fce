"""Permutation importance: what scikit-learn says of the same model, a formula's own answer, and intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression

from core.why.asked import Inputs, Place
from core.why.importance import importance, named

PLACES = [[Place("table", slice(at, at + 1))] for at in range(3)]


def data(rows: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, 3))


def test_regression_is_what_scikit_learn_says() -> None:
    x = data(120)
    y = 2 * x[:, 0] - x[:, 1] + 0.3 * np.random.default_rng(1).normal(size=120)
    model = LinearRegression().fit(x, y)
    theirs = permutation_importance(model, x, y, scoring="neg_root_mean_squared_error", n_repeats=40, random_state=0)
    ours = importance(lambda rows: model.predict(rows["table"])[:, None], {"table": x}, y, PLACES, "rmse", shuffles=40, seed=5)
    for at, (value, low, high) in enumerate(ours):
        assert value == pytest.approx(theirs.importances_mean[at], abs=5 * theirs.importances_std[at] / np.sqrt(40) * 2**0.5 + 1e-9)
        assert low is not None
        assert high is not None
        assert low < value < high


@pytest.mark.parametrize(("metric", "scoring"), [("accuracy", "accuracy"), ("roc_auc", "roc_auc"), ("log_loss", "neg_log_loss")])
def test_classes_are_what_scikit_learn_says(metric: str, scoring: str) -> None:
    x = data(150)
    y = (x[:, 0] + 0.5 * x[:, 1] + 0.5 * np.random.default_rng(1).normal(size=150) > 0).astype(int)
    model = LogisticRegression().fit(x, y)
    theirs = permutation_importance(model, x, y, scoring=scoring, n_repeats=25, random_state=0)
    ours = importance(lambda rows: model.predict_proba(rows["table"]), {"table": x}, y, PLACES, metric, shuffles=25, seed=5)
    for at, (value, _low, _high) in enumerate(ours):
        assert value == pytest.approx(theirs.importances_mean[at], abs=5 * theirs.importances_std[at] / np.sqrt(25) * 2**0.5 + 1e-9)


def formula(rows: Inputs) -> np.ndarray:
    return rows["table"] @ np.array([[2.0], [1.0], [0.0]])


def coverage(samples: int, rows: int) -> float:
    """How often the interval holds the truth: RMSE grows from 1 to √(1 + 2·2²) when the first column is shuffled."""
    hits = 0
    for seed in range(samples):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(rows, 3))
        y = formula({"table": x})[:, 0] + rng.normal(size=rows)
        _, low, high = importance(formula, {"table": x}, y, PLACES[:1], "rmse", shuffles=5, seed=seed)[0]
        assert low is not None
        assert high is not None
        hits += low <= 2.0 <= high
    return hits / samples


def test_the_interval_holds_the_truth() -> None:
    assert 0.91 <= coverage(200, 100) <= 0.99


@pytest.mark.nightly
def test_the_interval_holds_the_truth_often_enough() -> None:
    assert 0.93 <= coverage(3_000, 200) <= 0.975


def test_a_column_that_nothing_hangs_on_is_worth_nothing_for_sure() -> None:
    x = data(50)
    value, low, high = importance(formula, {"table": x}, formula({"table": x})[:, 0] + 1, PLACES[2:], "rmse")[0]
    assert (value, low, high) == (0.0, None, None)


def test_together_they_cannot_hide() -> None:
    """Two columns that say the same: alone each is worth little, together they are worth all."""
    first = np.random.default_rng(0).normal(size=200)
    x = np.c_[first, first, np.zeros(200)]
    answer = lambda rows: ((rows["table"][:, :1] + rows["table"][:, 1:2]) / 2)  # noqa: E731
    found = importance(answer, {"table": x}, first, [*PLACES[:2], [PLACES[0][0], PLACES[1][0]]], "rmse", shuffles=20)
    assert found[2][0] > 1.9 * found[0][0]
    assert found[2][0] == pytest.approx(2**0.5 * first.std(), rel=0.1)


def test_a_text_is_shuffled_whole_and_nothing_is_changed_for_good() -> None:
    texts = np.arange(40).reshape(20, 2)
    inputs = {"table": data(20), "text_0": texts.copy()}
    seen: list[np.ndarray] = []

    def answer(rows: Inputs) -> np.ndarray:
        seen.append(rows["text_0"].copy())
        return rows["text_0"][:, :1].astype(float)

    importance(answer, inputs, np.arange(20.0), [[Place("text_0")]], "rmse", shuffles=2)
    assert (inputs["text_0"] == texts).all()
    for shuffled in seen[1:]:
        assert sorted(map(tuple, shuffled.tolist())) == sorted(map(tuple, texts.tolist()))
        assert (shuffled != texts).any()


def test_names_and_order() -> None:
    found = named([(0.1, 0.0, 0.2), (0.3, None, None), (0.4, 0.3, 0.5)], [("a",), ("b",), ("a", "b")], {"a": ("a", "b"), "b": ("a", "b")})
    assert [one.columns for one in found] == [("a", "b"), ("b",), ("a",)]
    assert [one.grouped for one in found] == [False, True, True]
    assert [one.alone for one in found] == [False, True, True]
