"""A goal is solved on the validation rows only and judged on the test rows only."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from core.dataset.schema import Part, Task
from core.errors import BadSettings
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from core.worth.goals import Goal, rank, read_aim, solve, threshold_json
from core.worth.threshold import Thresholds, metric_values
from tests.evaluation.made import binary, multiclass, regression


def both(task: Task, labels: tuple[str, ...], validation: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]) -> Predictions:
    """Predictions of validation rows and test rows."""
    sizes = len(validation[0]), len(test[0])
    parts = np.repeat([Part.VALIDATION.number, Part.TEST.number], sizes)
    return Predictions(task, labels, np.arange(sum(sizes)), parts, np.r_[validation[0], test[0]], np.concatenate([validation[1], test[1]]))


def comparison(rows: int = 300, seed: int = 0) -> Comparison:
    rng = np.random.default_rng(seed)
    validation, test = binary(rng, rows), binary(rng, rows)
    worse = tuple((truth, 0.5 * scores + 0.5 * rng.dirichlet([1, 1], len(truth))) for truth, scores in (validation, test))
    return compare([
        Model("a", "A", both(Task.BINARY, ("no", "yes"), validation, test)),
        Model("linear", "Linear", both(Task.BINARY, ("no", "yes"), *worse), "baseline"),
    ])  # fmt: skip


def brute(scores: Thresholds, name: str, threshold: float) -> float:
    """The metric counted at one threshold, without corners."""
    value = metric_values(name, scores.at(np.array([threshold])))[0]
    return 0.0 if math.isnan(value) else float(value)


@pytest.mark.parametrize(("text", "metric", "other"), [("recall>=0.9", "recall", "precision"), ("precision>=0.6", "precision", "recall"), ("specificity>=0.95", "specificity", "recall"), ("alarms<=100/1000", "alarm_share", "recall")])
def test_a_limit_is_kept_and_nothing_better_keeps_it(text: str, metric: str, other: str) -> None:
    goal, scores = Goal.parse(text), rank(comparison()).models[0].validation
    assert scores is not None
    threshold, reached = solve(scores, goal)
    keeps = (lambda value: value >= goal.value) if goal.bound == "at least" else (lambda value: value <= goal.value)
    assert reached is not None and keeps(reached) and brute(scores, metric, threshold) == pytest.approx(reached)
    others = np.r_[scores.hits, scores.others]
    fewest = [brute(scores, "alarm_share" if metric == "recall" else other, t) for t in others if keeps(brute(scores, metric, t))]
    assert brute(scores, "alarm_share" if metric == "recall" else other, threshold) == pytest.approx(min(fewest) if metric == "recall" else max(fewest))


@pytest.mark.parametrize("name", ["f1", "mcc", "accuracy", "balanced_accuracy"])
def test_the_best_is_the_best_of_all_thresholds(name: str) -> None:
    scores = rank(comparison()).models[0].validation
    assert scores is not None
    threshold, reached = solve(scores, Goal(name))
    assert reached == pytest.approx(max(brute(scores, name, t) for t in np.r_[scores.hits, scores.others]))
    assert brute(scores, name, threshold) == pytest.approx(reached)


def test_test_rows_have_no_say_in_the_choice() -> None:
    rng = np.random.default_rng(1)
    validation, one, other = binary(rng, 300), binary(rng, 300), binary(rng, 300)
    for aim in ("recall>=0.8", "f1"):
        chosen = [
            threshold_json(compare([Model("a", "A", both(Task.BINARY, ("no", "yes"), validation, test))]), aim)["models"][0]
            for test in (one, (other[0], other[1][:, ::-1]))
        ]  # fmt: skip
        assert chosen[0]["threshold"] == chosen[1]["threshold"] and chosen[0]["validation"] == chosen[1]["validation"]
        assert chosen[0]["metrics"]["recall"] != chosen[1]["metrics"]["recall"] and chosen[0]["chosen_on"] == "validation"


def test_a_given_threshold_is_marked_and_judged_on_test_rows() -> None:
    found = threshold_json(comparison(), 0.37)
    first, model = found["models"][0], comparison().models[0].model.predictions
    assert first["chosen_on"] == "given" and first["met"] is None and first["threshold"] == 0.37
    assert first["counts"]["tp"] == np.count_nonzero((model.scores[:, 1] >= 0.37) & (model.truth == 1))
    json.dumps(found, allow_nan=False)


def test_at_half_the_numbers_are_those_of_the_evaluation() -> None:
    one = comparison()
    found = threshold_json(one, 0.5)["models"][0]["metrics"]
    for name in ("accuracy", "precision", "recall", "f1", "balanced_accuracy"):
        assert found[name] == one.models[0].evaluation.metrics[name].to_json()


def test_without_validation_rows_nothing_is_chosen() -> None:
    truth, scores = binary(np.random.default_rng(0), 100)
    alone = Predictions(Task.BINARY, ("no", "yes"), np.arange(100), np.full(100, Part.TEST.number), truth, scores)
    found = threshold_json(compare([Model("a", "A", alone)]), "recall>=0.9")["models"][0]
    assert (found["threshold"], found["chosen_on"]) == (0.5, "usual") and "no validation rows" in found["note"]


def test_what_cannot_be_reached_is_said() -> None:
    truth, scores = np.array([0, 1, 0, 1]), np.array([[0.1, 0.9], [0.9, 0.1], [0.2, 0.8], [0.8, 0.2]])
    found = threshold_json(compare([Model("a", "A", both(Task.BINARY, ("no", "yes"), (truth, scores), (truth, scores)))]), "precision>=0.9")["models"][0]
    assert found["chosen_on"] == "usual" and "No threshold reaches" in found["note"]


def test_never_is_written_without_infinity() -> None:
    truth, scores = np.array([0, 1, 0, 0]), np.array([[0.0, 1.0], [0.9, 0.1], [0.2, 0.8], [0.8, 0.2]])
    found = threshold_json(compare([Model("a", "A", both(Task.BINARY, ("no", "yes"), (truth, scores), (truth, scores)))]), "alarms<=0.1")
    assert found["models"][0]["threshold"] is None and found["models"][0]["counts"]["tp"] == 0
    json.dumps(found, allow_nan=False)


def test_a_limit_on_alarms_holds_at_the_share_of_real_life() -> None:
    scores = rank(comparison()).models[0].validation
    assert scores is not None
    rare = solve(scores, Goal("alarm_share", "at most", 0.05, rate=0.01))
    counts = scores.counts(rare[0])
    share = 0.01 * counts.tp / counts.positives + 0.99 * counts.fp / counts.negatives
    assert share <= 0.05 and share == pytest.approx(rare[1]) and rare[0] < solve(scores, Goal("alarm_share", "at most", 0.05))[0]


@pytest.mark.parametrize("low", [True, False])
def test_the_test_rows_say_whether_a_goal_is_met(low: bool) -> None:
    rng = np.random.default_rng(2)
    validation, test = binary(rng, 2_000), binary(rng, 2_000)
    if low:
        test = test[0], np.c_[1 - 0.3 * test[1][:, 1], 0.3 * test[1][:, 1]]
    found = rank(compare([Model("a", "A", both(Task.BINARY, ("no", "yes"), validation, test))])).at(Goal("recall", "at least", 0.5 if low else 0.8))[0]
    assert found.met is (False if low else None)
    assert (found.metrics["recall"].low or 0) < (0.5 if low else 0.8)


def test_more_classes_are_judged_one_against_the_rest() -> None:
    rng = np.random.default_rng(0)
    labels = ("a", "b", "c")
    one = compare([Model("m", "M", both(Task.MULTICLASS, labels, multiclass(rng, 300, 3), multiclass(rng, 300, 3)))])
    assert rank(one).label == "a"  # the rarest
    found = threshold_json(one, 0.4, "b")
    assert found["positive"] == "b" and found["models"][0]["counts"]["tp"] == np.count_nonzero((one.models[0].model.predictions.scores[:, 1] >= 0.4) & (one.models[0].model.predictions.truth == 1))
    with pytest.raises(BadSettings, match="no class"):
        rank(one, "d")


def test_numbers_have_no_threshold() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(BadSettings, match="no threshold"):
        rank(compare([Model("m", "M", both(Task.REGRESSION, (), regression(rng, 50), regression(rng, 50)))]))


@pytest.mark.parametrize("text", ["", "recall", "roc_auc", "recall>=2", "recall>0.5", "1.5", "-0.1", "alarms<=1/0", "f1>=x", "recall>=1.2.3"])
def test_what_is_no_goal_is_refused(text: str) -> None:
    with pytest.raises(BadSettings):
        read_aim(text)


def test_goals_are_read_as_people_write_them() -> None:
    assert read_aim("0.4") == 0.4 and read_aim(" best F1 ") == Goal("f1") and read_aim("precision >= 70%") == Goal("precision", "at least", 0.7)
    assert math.isclose((Goal.parse("alarms<=50/1000").value or 0), 0.05)
