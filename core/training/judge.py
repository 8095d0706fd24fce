"""After learning: what the network says about the validation and test rows, and how good that is.

The test rows are opened here for the first time. What is stored are predictions; every page and report
computes from them, so a metric that is added later needs no new training.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.dataset.schema import Part, Task
from core.errors import RunFailed
from core.evaluation.evaluate import evaluate, headline
from core.evaluation.predictions import Predictions
from core.language import N_
from core.runs.run import Run
from core.training.material import Material

__all__ = ["judge", "outputs_of", "predictions_of"]

PREDICT_BATCH = 256  # rows
PARTS = (Part.VALIDATION, Part.TEST)


def outputs_of(model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """The network's raw outputs, (rows, 1) or (rows, classes) float32."""
    return np.asarray(model.predict(inputs, batch_size=PREDICT_BATCH, verbose=0))


def predictions_of(model: Any, material: Material) -> tuple[Predictions, dict[Part, np.ndarray]]:
    """Predict the validation and test rows.

    Args:
        model: the trained Keras model.
        material: the run's rows and their preprocessing.

    Returns:
        The predictions, and the raw outputs of each part that has rows (to compare an export with).

    Raises:
        RunFailed: the network answers with something that is not a number.
    """
    dataset, preprocessor, task = material.dataset, material.preprocessor, material.spec.task
    rows = {part: found for part in PARTS if len(found := material.rows.of(part))}
    raw = {part: outputs_of(model, material.inputs(part)) for part in rows}
    if not all(np.isfinite(outputs).all() for outputs in raw.values()):
        raise RunFailed(N_("The trained network answers with something that is not a number. Try a smaller learning rate."))
    everything = np.concatenate([np.zeros(0, np.int64), *rows.values()])
    outputs = np.concatenate([np.zeros((0, _width(material)), np.float32), *raw.values()])
    truth = dataset.table((material.spec.target,), everything)[material.spec.target]
    predictions = Predictions(
        task=task, labels=preprocessor.labels, rows=everything,
        parts=np.concatenate([np.zeros(0, np.uint8), *(np.full(len(found), part.number, np.uint8) for part, found in rows.items())]),
        truth=preprocessor.encode_target(truth) if task.is_classification else truth.to_numpy(),
        scores=preprocessor.scores(outputs),
    )  # fmt: skip
    return predictions, raw


def _width(material: Material) -> int:
    return len(material.preprocessor.labels) if material.spec.task is Task.MULTICLASS else 1


def judge(run: Run, predictions: Predictions) -> dict[str, Any]:
    """Evaluate both parts, write evaluation.json, and return the headline for the status.

    Returns:
        {"name", "value", "low", "high"} of the metric that matters, on the test rows.
    """
    judged = {part.value: evaluate(predictions, part) for part in PARTS if (predictions.parts == part.number).any()}
    run.save_json("evaluation.json", {name: evaluation.to_json() for name, evaluation in judged.items()})
    name = headline(predictions.task)
    interval = judged[Part.TEST.value if Part.TEST.value in judged else Part.VALIDATION.value].metrics[name]
    return {"name": name, "value": interval.value, "low": interval.low, "high": interval.high}
