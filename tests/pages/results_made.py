"""Trained models without training: run folders and baselines written by hand, with a tiny linear ONNX model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.dataset.dataset import Dataset
from core.dataset.schema import Part, Task
from core.evaluation.predictions import Predictions
from core.files import write_json
from core.preprocess.preprocessor import Preprocessor
from core.recipes import make_spec, metric_name, options_of
from core.runs.events import append_event
from core.runs.run import Run
from core.runs.state import RunState
from core.training.judge import judge
from core.training.rows import rows_of_run
from core.workspace import Workspace

KINDS = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32, "uint8": TensorProto.UINT8}
ENDINGS = {Task.BINARY: "Sigmoid", Task.MULTICLASS: "Softmax", Task.REGRESSION: "Identity"}


def model(workspace: Workspace, dataset: Dataset, *, name: str = "First", skill: float = 1.0, seed: int = 0) -> Run:
    """A run as a worker leaves it. Its predictions know the truth as well as `skill` says; its model knows nothing."""
    return finish(Run.create(workspace.runs_folder, make_spec(dataset.info, name=name)), dataset, skill, seed)


def finish(run: Run, dataset: Dataset, skill: float = 1.0, seed: int = 0) -> Run:
    """Leave a queued run as a worker does; of a fold or a share the rows that it answers for."""
    fitted = Preprocessor.fit(dataset, run.spec, options_of(run.spec))
    fitted.save(run.path("preprocess.json"))
    _save_onnx(run.path("model.onnx"), fitted)
    found = predictions(dataset, skill, seed) if run.spec.answers_for_test else _of_its_rows(run, dataset, skill, seed)
    found.save(run.path("predictions.parquet"))
    for state in (RunState.STARTING, RunState.RUNNING, RunState.FINISHED):
        run.update(state=state)
    run.update(headline=judge(run, found), seconds=12.5, parameters=100)
    return run


def history(run: Run, validation: list[float], joules: float | None = None, each_s: float = 1.0) -> None:
    """The epochs that a worker writes while it learns, with the metric on the validation rows; each takes as long and as much energy."""
    append_event(run.events, {"kind": "begin", "time_s": 0.0, "metric": metric_name(run.spec.task), "resumed_from_step": 0})
    for epoch, value in enumerate(validation, start=1):
        time_s = epoch * each_s
        append_event(run.events, {"kind": "epoch", "time_s": time_s, "epoch": epoch, "step": epoch * 5, "val_metric": value, "learned_s": time_s})
        append_event(run.events, {"kind": "device", "time_s": time_s, "energy_j": None if joules is None else epoch * joules})


def predictions(dataset: Dataset, skill: float, seed: int = 0) -> Predictions:
    """Scores for the validation and test rows: noise, and the truth with the weight `skill`."""
    split = np.asarray(dataset.split())
    return _scored(dataset, np.flatnonzero(split != Part.TRAIN.number), split, skill, seed)


def _of_its_rows(run: Run, dataset: Dataset, skill: float, seed: int) -> Predictions:
    found = rows_of_run(dataset, run.spec)
    parts = np.zeros(dataset.info.rows, np.uint8)
    for part in (Part.VALIDATION, Part.TEST):
        parts[found.of(part)] = part.number
    return _scored(dataset, np.flatnonzero(parts), parts, skill, seed)


def _scored(dataset: Dataset, rows: np.ndarray, parts: np.ndarray, skill: float, seed: int) -> Predictions:
    info, generator = dataset.info, np.random.default_rng(seed)
    target = dataset.table((info.target,), rows)[info.target]
    if info.task is Task.REGRESSION:
        truth = target.to_numpy()
        scores = skill * truth + generator.normal(0, truth.std(), len(rows))
    else:
        truth = np.array([info.labels.index(label) for label in target])
        logits = generator.normal(0, 1, (len(rows), len(info.labels))) + 3 * skill * np.eye(len(info.labels))[truth]
        scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return Predictions(info.task, info.labels, rows, parts[rows], truth, scores)


LINEAR = {"parameters": 7, "parameters_are": "coefficients", "size_bytes": 40, "latency_ms": 0.5, "device": "CPU, 2 cores"}


def baselines(dataset: Dataset, skill: float = 0.2) -> None:
    """The folder that `core.training.baselines` writes, with two simple models: one of before they were measured, one of after."""
    folder = dataset.folder / "baselines"
    folder.mkdir()
    models = []
    for name, title, known in (("majority", "Always the most frequent class", 0.0), ("linear", "Linear model", skill)):
        predictions(dataset, known, seed=9).save(folder / f"{name}.parquet")
        models.append({"name": name, "title": title, "seconds": 0.5, "note": "", "error": ""} | ({"facts": LINEAR} if name == "linear" else {}))
    write_json(folder / "baselines.json", {"version": 1, "seed": 0, "versions": {}, "models": models})


def _save_onnx(path: Path, fitted: Preprocessor) -> None:
    """Every input flattened and joined, times fixed random weights."""
    outputs = len(fitted.labels) if fitted.task is Task.MULTICLASS else 1
    features = sum(int(np.prod(shape.shape)) for shape in fitted.shapes)
    weights = np.random.default_rng(0).normal(0, 0.1, (features, outputs)).astype(np.float32)
    nodes, flat = [], []
    for shape in fitted.shapes:
        flat.append(f"{shape.name}_flat")
        nodes.append(helper.make_node("Cast", [shape.name], [f"{shape.name}_float"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Flatten", [f"{shape.name}_float"], [flat[-1]]))
    nodes += [
        helper.make_node("Concat", flat, ["all"], axis=1),
        helper.make_node("MatMul", ["all", "weights"], ["sum"]),
        helper.make_node(ENDINGS[fitted.task], ["sum"], ["output"]),
    ]
    inputs = [helper.make_tensor_value_info(s.name, KINDS[s.dtype], ["rows", *s.shape]) for s in fitted.shapes]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["rows", outputs])
    graph = helper.make_graph(nodes, "linear", inputs, [output], [numpy_helper.from_array(weights, "weights")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
