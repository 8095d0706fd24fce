"""Judging: predictions of the right rows in the right order, and a headline from the test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.dataset.schema import Part, Task
from core.errors import RunFailed
from core.files import read_json
from core.training.judge import judge, predictions_of
from core.training.material import Material
from core.workspace import Workspace
from tests.training.conftest import make_dataset, make_run


class Oracle:
    """A network that knows: it answers with a function of the standardised first number."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def predict(self, inputs: dict[str, np.ndarray], **_how: Any) -> np.ndarray:
        return np.asarray(self.answer(inputs["table"][:, 0]), np.float32)


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS, Task.REGRESSION])
def test_rows_truth_and_scores_belong_together(workspace: Workspace, task: Task) -> None:
    dataset = make_dataset(workspace, task=task)
    material = Material.of(make_run(workspace, dataset))
    width = 3 if task is Task.MULTICLASS else 1
    oracle = Oracle(lambda first: np.tile(1 / (1 + np.exp(-first))[:, None], width))
    predictions, raw = predictions_of(oracle, material)
    split = dataset.split()
    assert predictions.rows.tolist() == [*np.flatnonzero(split == 1), *np.flatnonzero(split == 2)]
    assert predictions.parts.tolist() == split[predictions.rows].tolist()
    goal = dataset.table(("goal",))["goal"].to_numpy()[predictions.rows]
    told = np.array(predictions.labels)[predictions.truth] if task.is_classification else predictions.truth
    assert (told == goal).all()
    assert np.array_equal(predictions.scores, material.preprocessor.scores(np.concatenate([raw[Part.VALIDATION], raw[Part.TEST]])))


def test_the_headline_is_the_test_rows_own(workspace: Workspace) -> None:
    dataset = make_dataset(workspace)
    run = make_run(workspace, dataset)
    predictions, _ = predictions_of(Oracle(lambda first: (first > 0).astype(float)[:, None]), Material.of(run))
    headline = judge(run, predictions)
    tested = predictions.of(Part.TEST)
    assert headline["name"] == "accuracy"
    assert headline["value"] == pytest.approx((tested.decisions() == tested.truth).mean())
    assert headline["low"] < headline["value"] <= headline["high"]
    assert set(read_json(run.path("evaluation.json"))) == {"validation", "test"}


def test_a_network_that_answers_with_no_number_is_refused(workspace: Workspace) -> None:
    material = Material.of(make_run(workspace))
    with pytest.raises(RunFailed, match="not a number"):
        predictions_of(Oracle(lambda first: first[:, None] * np.nan), material)
