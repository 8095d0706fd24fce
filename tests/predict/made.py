"""Run folders as a worker leaves them, with a linear model of random weights, and files for them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import polars as pl
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType, Task
from core.predict import predict_file
from core.preprocess.preprocessor import PreprocessOptions, Preprocessor
from core.runs.run import Run
from tests.preprocess.made import dataset, spec_of

ROWS = "a,age,colour\n-0.8028,73,blue\n0.2428,34,green\n-1.6563,33,red\n"


def save_model(path: Path, name: str, shape: tuple[int, ...], outputs: int, kind: int, ending: str) -> np.ndarray:
    """A linear model of one input, as ONNX; returns its weights (features, outputs)."""
    features = int(np.prod(shape))
    weights = np.random.default_rng(0).normal(0, 1, (features, outputs)).astype(np.float32)
    nodes = [
        helper.make_node("Cast", [name], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["cast"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["sum" if ending else "output"]),
    ]
    if ending:
        nodes.append(helper.make_node(ending, ["sum"], ["output"]))
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info(name, kind, ["rows", *shape])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["rows", outputs])],
        [numpy_helper.from_array(weights, "weights")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return weights


def train(data: Dataset, runs: Path) -> tuple[Run, np.ndarray]:
    """A run folder as the worker leaves it, with a linear model of random weights."""
    run = Run.create(runs, spec_of(data))
    fitted = Preprocessor.fit(data, run.spec, PreprocessOptions(vocabulary=20, max_length=5))
    fitted.save(run.path("preprocess.json"))
    (shape,) = fitted.shapes
    kind = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32, "uint8": TensorProto.UINT8}[shape.dtype]
    ending = {Task.BINARY: "Sigmoid", Task.MULTICLASS: "Softmax", Task.REGRESSION: ""}[fitted.task]
    outputs = len(fitted.labels) if fitted.task is Task.MULTICLASS else 1
    return run, save_model(run.path("model.onnx"), shape.name, shape.shape, outputs, kind, ending)


def table_data(folder: Path, target: list[Any] | None = None, task: Task = Task.BINARY) -> Dataset:
    generator = np.random.default_rng(5)
    return dataset(
        folder,
        {
            "a": (ColumnType.NUMBER, generator.normal(0, 1, 60).tolist()),
            "age": (ColumnType.NUMBER, generator.integers(18, 80, 60).astype(float).tolist()),
            "colour": (ColumnType.CATEGORY, ["red", "green", "blue"] * 20),
        },
        target or ["no", "yes"] * 30,
        task=task,
    )


def answers(run: Run, text: str) -> tuple[pl.DataFrame, str]:
    frame, notices = predict_file(run, text.encode(), "rows.csv")
    return frame, " ".join(notices)


def pictures(sizes: dict[str, tuple[int, int]]) -> bytes:
    """A zip of grey noise, by name and (width, height)."""
    buffer = io.BytesIO()
    generator = np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, (width, height) in sizes.items():
            file = io.BytesIO()
            Image.fromarray(generator.integers(0, 256, (height, width), np.uint8)).save(file, "PNG")
            archive.writestr(name, file.getvalue())
    return buffer.getvalue()
