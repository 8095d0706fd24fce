"""Trained models whose reasons are known: the network is a formula that the test wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType, Part, Task
from core.evaluation.predictions import Predictions
from core.preprocess.preprocessor import PreprocessOptions, Preprocessor
from core.runs.run import Run
from core.runs.state import RunState
from core.workspace import Workspace
from tests.preprocess.made import dataset, spec_of

OPTIONS = PreprocessOptions(vocabulary=40, max_length=12)
ROWS = 160


def linear(path: Path, name: str, kind: int, shape: tuple[int, ...], weights: np.ndarray, bias: np.ndarray, ending: str) -> None:
    """A linear model of one input as ONNX, weights (features, outputs), bias (outputs,)."""
    nodes = [
        helper.make_node("Cast", [name], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["cast"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum" if ending else "output"]),
        *([helper.make_node(ending, ["sum"], ["output"])] if ending else []),
    ]
    _save(path, nodes, name, kind, shape, weights.shape[1], {"weights": weights, "bias": bias})


def bag_of_words(path: Path, name: str, length: int, scores: np.ndarray) -> None:
    """Two classes: the sigmoid of the sum of a score for each token."""
    nodes = [
        helper.make_node("Gather", ["scores", name], ["each"]),
        helper.make_node("ReduceSum", ["each", "axis"], ["sum"], keepdims=1),
        helper.make_node("Sigmoid", ["sum"], ["output"]),
    ]
    _save(path, nodes, name, TensorProto.INT32, (length,), 1, {"scores": scores}, {"axis": np.array([1], np.int64)})


def _save(path: Path, nodes: list[Any], name: str, kind: int, shape: tuple[int, ...], outputs: int, numbers: dict[str, np.ndarray], whole: dict[str, np.ndarray] | None = None) -> None:
    fixed = [numpy_helper.from_array(array.astype(np.float32), key) for key, array in numbers.items()]
    fixed += [numpy_helper.from_array(array, key) for key, array in (whole or {}).items()]
    graph = helper.make_graph(
        nodes, "known", [helper.make_tensor_value_info(name, kind, ["rows", *shape])], [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["rows", outputs])], fixed
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def parts(rows: int = ROWS) -> list[int]:
    """A third of the rows each: training, validation, test."""
    return [at % 3 for at in range(rows)]


def numbers(rows: int = ROWS, seed: int = 3) -> np.ndarray:
    """(rows, 3): the first two columns go together, the third is by itself."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=rows)
    return np.c_[first, first + 0.1 * rng.normal(size=rows), rng.normal(size=rows)]


def run_of(data: Dataset, workspace: Workspace) -> Run:
    """A run folder that ended well, still without a model."""
    run = Run.create(workspace.runs_folder, spec_of(data))
    Preprocessor.fit(data, run.spec, OPTIONS).save(run.path("preprocess.json"))
    for state in (RunState.STARTING, RunState.RUNNING, RunState.FINISHED):
        run.update(state=state)
    return run


def judged(run: Run, data: Dataset) -> None:
    """Keep the run's own answers to its validation and test rows, as a worker does."""
    from core.predict import Predictor

    predictor = Predictor.open(run)
    split = np.asarray(data.split())
    rows = np.flatnonzero(split != Part.TRAIN.number)
    target = data.table((data.info.target,), rows)[data.info.target].to_list()
    truth = np.array([data.info.labels.index(value) for value in target]) if data.info.labels else np.array(target, float)
    pictures = data.images()[rows] if data.info.image_shape else None
    scores = predictor.answer(predictor.preprocessor.encode(data.table(run.spec.inputs, rows), pictures))
    Predictions(data.info.task, data.info.labels, rows, split[rows], truth, scores).save(run.path("predictions.parquet"))


def priced(workspace: Workspace) -> tuple[Run, Dataset]:
    """A number from three numbers and a category, by a linear model that uses the first column and hardly the third."""
    table = numbers()
    colours = ["red" if at % 2 else "blue" for at in range(ROWS)]
    data = dataset(
        workspace.datasets_folder / "d-priced",
        {"a": (ColumnType.NUMBER, table[:, 0].tolist()), "twin": (ColumnType.NUMBER, table[:, 1].tolist()), "c": (ColumnType.NUMBER, table[:, 2].tolist()), "colour": (ColumnType.CATEGORY, colours)},
        (10 + 3 * table[:, 0] + 0.5 * table[:, 2]).tolist(), task=Task.REGRESSION, parts=parts(),
    )  # fmt: skip
    run = run_of(data, workspace)
    fitted = Preprocessor.load(run.path("preprocess.json"))
    (shape,) = fitted.shapes
    encoded = fitted.encode(data.table(run.spec.inputs))["table"].astype(float)
    wanted = (data.table(("y",))["y"].to_numpy() - fitted.scores(np.zeros((1, 1)))[0]) / (fitted.scores(np.ones((1, 1)))[0] - fitted.scores(np.zeros((1, 1)))[0])
    columns = [0, 2]  # features of a and of c, where numbers have one feature each
    weights = np.zeros((shape.shape[0], 1))
    *weights[columns, 0], bias = np.linalg.lstsq(np.c_[encoded[:, columns], np.ones(ROWS)], wanted, rcond=None)[0]
    linear(run.path("model.onnx"), shape.name, TensorProto.FLOAT, shape.shape, weights, np.array([bias]), "")
    judged(run, data)
    return run, data


def reviewed(workspace: Workspace) -> tuple[Run, Dataset]:
    """Praise or complaint from a text, by a sum of the scores of its words: good +2, bad -2, all others 0."""
    rng = np.random.default_rng(0)
    fill = ["the", "room", "was", "very", "and", "breakfast"]
    texts, answers = [], []
    for at in range(ROWS):
        word = "good" if at % 2 else "bad"
        texts.append(" ".join([*rng.permutation(fill)[:4], word]))
        answers.append("praise" if at % 2 else "complaint")
    data = dataset(workspace.datasets_folder / "d-reviewed", {"text": (ColumnType.TEXT, texts)}, answers, parts=parts())
    run = run_of(data, workspace)
    fitted = Preprocessor.load(run.path("preprocess.json"))
    encoder = fitted.encoders[0]
    scores = np.zeros(OPTIONS.vocabulary)
    for word, score in (("good", 2.0), ("bad", -2.0)):
        scores[encoder.words.index(word) + 2] = score  # type: ignore[union-attr]
    bag_of_words(run.path("model.onnx"), "text_0", OPTIONS.max_length, scores)
    judged(run, data)
    return run, data


def pictured(workspace: Workspace) -> tuple[Run, Dataset]:
    """Three kinds of picture: a bright square at the left, at the right, or nowhere, by a linear model of the pixels."""
    images = np.random.default_rng(1).integers(0, 40, (ROWS, 8, 8, 1), dtype=np.uint8)
    kinds = ["left", "none", "right"]
    for at in range(ROWS):
        if at % 3 == 0:
            images[at, 2:5, 0:3] = 250
        if at % 3 == 2:
            images[at, 2:5, 5:8] = 250
    data = dataset(workspace.datasets_folder / "d-pictured", {"image": (ColumnType.IMAGE, [f"{at}.png" for at in range(ROWS)])}, [kinds[at % 3] for at in range(ROWS)], task=Task.MULTICLASS, parts=[(at // 3) % 3 for at in range(ROWS)], images=images)
    run = run_of(data, workspace)
    weights = np.zeros((8, 8, 3))
    weights[2:5, 0:3, 0] = weights[2:5, 5:8, 2] = 0.01
    linear(run.path("model.onnx"), "image_0", TensorProto.UINT8, (8, 8, 1), weights.reshape(64, 3), np.array([0, 8, 0]), "Softmax")
    judged(run, data)
    return run, data
