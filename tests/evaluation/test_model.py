"""A run and a baseline become models to compare, with the facts by which their numbers can be traced."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.dataset.schema import Task
from core.evaluation.model import model_of_baseline, model_of_run
from core.identity import baseline_identity, identity_of_number
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.training.baselines import Baseline
from tests.evaluation.made import binary, predictions


def test_a_run(tmp_path: Path) -> None:
    run = Run.create(tmp_path, RunSpec(dataset="d1", inputs=("x",), target="y", task=Task.BINARY, recipe="mlp", seed=7))
    made = predictions(Task.BINARY, *binary(np.random.default_rng(0), 20))
    made.save(run.path("predictions.parquet"))
    model = model_of_run(run)
    assert (model.id, model.name, model.kind) == (run.id, "mlp · balanced", "run")
    assert model.identity == identity_of_number(0)
    assert (model.facts["seed"], model.facts["recipe"]) == (7, "mlp")
    np.testing.assert_array_equal(model.predictions.scores, made.scores)


def test_a_baseline() -> None:
    made = predictions(Task.BINARY, *binary(np.random.default_rng(0), 20))
    model = model_of_baseline(Baseline("linear", "Linear model", made, 1.5, "Trained on 5 of 9 training rows."))
    assert (model.id, model.name, model.kind) == ("linear", "Linear model", "baseline")
    assert model.identity == baseline_identity("linear")
    assert model.facts == {"seconds": 1.5, "note": "Trained on 5 of 9 training rows."}
