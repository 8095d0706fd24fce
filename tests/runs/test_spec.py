"""RunSpec: the whole recipe of a run survives JSON and refuses what makes no sense."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from core.dataset.schema import Task
from core.runs.spec import RunSpec, TrainingSettings

SPEC: dict[str, Any] = {"dataset": "d-1", "inputs": ["a"], "target": "b", "task": "binary", "recipe": "mlp"}


def test_json_and_back_is_the_same_spec() -> None:
    spec = RunSpec(dataset="d-1", inputs=("年龄", "b"), target="c", task=Task.REGRESSION, recipe="mlp", settings={"width": 64}, seed=3)
    assert RunSpec.model_validate_json(spec.model_dump_json()) == spec


def test_a_spec_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RunSpec(**SPEC).seed = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [{"inputs": []}, {"seed": -1}, {"seed": 2**31}, {"backend": "torch"}, {"version": 2}, {"task": "poetry"}, {"surprise": 1}, {"name": "x" * 121}],
    ids=str,
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    assert RunSpec(**SPEC)
    with pytest.raises(ValidationError):
        RunSpec(**{**SPEC, **change})


@pytest.mark.parametrize("change", [{"epochs": 0}, {"batch_size": 0}, {"learning_rate": 0.0}, {"learning_rate": float("nan")}, {"patience": -1}], ids=str)
def test_training_settings_have_ranges(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TrainingSettings(**change)


FOLDED = [{"fold": 5, "folds": 5}, {"fold": 0}, {"folds": 5}, {"folds": 1, "fold": 0}, {"folds": 21, "fold": 0}, {"train_share": 0}, {"train_share": 1.1}, {"repeat": 1}]


@pytest.mark.parametrize("change", [*FOLDED, {"train_share": 0.5, "fold": 0, "folds": 2}], ids=str)
def test_a_fold_is_one_of_its_folds_and_a_share_is_a_share(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RunSpec(**{**SPEC, **change})


@pytest.mark.parametrize(("change", "answers"), [({}, True), ({"fold": 0, "folds": 2, "repeat": 3}, False), ({"train_share": 0.1}, False), ({"train_share": 1}, True)], ids=str)
def test_only_a_whole_run_answers_for_the_test_rows(change: dict[str, Any], answers: bool) -> None:
    spec = RunSpec(**{**SPEC, **change})
    assert spec.answers_for_test is answers and RunSpec.model_validate_json(spec.model_dump_json()) == spec
