"""`python -m core.training.export RUN_FOLDER`: model.keras → model.onnx, in a process of its own.

Keras converts to ONNX through TensorFlow: straight from JAX it writes a pooling layer that ONNX Runtime
refuses. So a run that learned on another engine hands its model.keras to this short process. The result is
compared with the network's own answers before anybody may rely on it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import RunFailed
from core.files import write_atomic
from core.language import N_
from core.runs.run import Run

__all__ = ["export_onnx", "onnx_outputs", "verify"]

TOLERANCE = 1e-3  # of an output: a probability, or a standard deviation of the target
CHECKED_ROWS = 64


def export_onnx(model: Any, path: Path) -> None:
    """Write a Keras model as ONNX, all-or-nothing; Keras must run on TensorFlow.

    Args:
        model: functional model with named inputs; the ONNX inputs have the same names.
        path: the file to create.
    """
    model({place.name: np.zeros((1, *place.shape[1:]), place.dtype) for place in model.inputs})  # Keras wants one call after loading
    write_atomic(path, lambda beside: model.export(str(beside), format="onnx", verbose=False))


def onnx_outputs(path: Path, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Outputs of an ONNX model, (rows, 1) or (rows, classes) float32."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {place.name: inputs[place.name] for place in session.get_inputs()})[0])


def verify(path: Path, inputs: dict[str, np.ndarray], expected: np.ndarray) -> float:
    """Compare an export with the network's own outputs.

    Args:
        path: the ONNX file.
        inputs: model inputs by name, each (rows, …); the first 64 rows are compared.
        expected: (rows, …) outputs of the Keras model for them.

    Returns:
        The largest difference.

    Raises:
        RunFailed: it is more than 1e-3, or not a number.
    """
    checked = {name: array[:CHECKED_ROWS] for name, array in inputs.items()}
    difference = float(np.abs(onnx_outputs(path, checked) - expected[:CHECKED_ROWS]).max(initial=0.0))
    if not difference <= TOLERANCE:
        path.unlink(missing_ok=True)
        raise RunFailed(
            N_("The exported model answers differently from the trained one (by {difference}, at most {tolerance} is allowed), so it was not kept. Train again, or try another recipe.").format(difference=f"{difference:.2g}", tolerance=f"{TOLERANCE:g}")
        )
    return difference


def main(arguments: list[str]) -> int:
    """Export one run; 0 when model.onnx is there."""
    from core.training.backend import import_keras

    run = Run(Path(arguments[0]).resolve())
    keras = import_keras()
    model = keras.saving.load_model(run.path("model.keras"), compile=False, safe_mode=True)
    export_onnx(model, run.path("model.onnx"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
