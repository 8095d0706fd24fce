"""`python -m core.why.gradients RUN_FOLDER ROWS OUT`: where a network looks in pictures, on the engine that it learned with.

The only part of an explanation that needs gradients, and so Keras; in a process of its own, because an engine is
chosen once a process. The model is opened in safe mode. What differs between engines is one function each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.dataset import Dataset
from core.files import write_atomic
from core.preprocess.preprocessor import Preprocessor
from core.runs.run import Run
from core.why.grad_cam import class_map

__all__ = ["look_at", "main"]

AT_ONCE = 32

See = Callable[[list[Any]], Any]
Score = Callable[[Any, list[Any]], Any]


def look_at(model: Any, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where the network looks when it gives its own answer (Grad-CAM; Selvaraju et al., ICCV 2017).

    Args:
        model: of Keras, with one input of pictures; its last layer is dense.
        inputs: by name, each (n, …).

    Returns:
        (n, rows, columns) from 0 to 1, as coarse as the last layer that still knows places; all 0 where nothing speaks
        for the answer.
    """
    places = _last_with_places(model)
    look = _split(model, places)
    found = []
    for start in range(0, len(next(iter(inputs.values()))), AT_ONCE):
        batch = {name: array[start : start + AT_ONCE] for name, array in inputs.items()}
        seen, gradient = look(batch)
        found += [class_map(one, slope) for one, slope in zip(seen, gradient, strict=True)]
    return np.stack(found)


def _last_with_places(model: Any) -> Any:
    """The last layer whose output still has height and width, before the picture is halved a last time if that is the last step."""
    import keras

    layers = [layer for layer in model.layers if len(getattr(layer.output, "shape", ())) == 4 and not isinstance(layer, keras.layers.InputLayer)]
    convolved = [layer for layer in layers if not isinstance(layer, keras.layers.MaxPooling2D)]
    return (convolved or layers)[-1]


def _split(model: Any, places: Any) -> Callable[[dict[str, np.ndarray]], tuple[np.ndarray, np.ndarray]]:
    """A function that gives what the layer sees, and how the score of the model's own answer changes with it."""
    import keras
    from keras import ops

    before = keras.Model(model.inputs, [places.output], name="before")
    last = model.layers[-1]
    rest = [tensor for tensor in model.inputs if len(tensor.shape) != 4]
    after = keras.Model([places.output, *rest], last.input, name="after")
    names = [tensor.name for tensor in rest]

    def score(seen: Any, others: list[Any]) -> Any:
        """The sum over rows of each one's own answer, before the last squeeze: rows do not touch each other."""
        raw = ops.matmul(after([seen, *others], training=False), last.kernel) + last.bias
        if raw.shape[-1] > 1:
            return ops.sum(ops.max(raw, axis=-1))
        return ops.sum(ops.abs(raw)) if last.activation is keras.activations.sigmoid else ops.sum(raw)

    def features(given: list[Any]) -> Any:
        found = before(given, training=False)
        return found[0] if isinstance(found, list | tuple) else found

    see, gradient = _ENGINES[keras.backend.backend()](features, score)

    def look(batch: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        seen = see([ops.convert_to_tensor(batch[tensor.name]) for tensor in model.inputs])
        slope = gradient(seen, [ops.convert_to_tensor(batch[name]) for name in names])
        return ops.convert_to_numpy(seen), ops.convert_to_numpy(slope)

    return look


def _with_tensorflow(features: See, score: Score) -> tuple[See, Score]:
    import tensorflow as tf

    def gradient(seen: Any, others: list[Any]) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(seen)
            value = score(seen, others)
        return tape.gradient(value, seen)

    return features, gradient


def _with_jax(features: See, score: Score) -> tuple[See, Score]:
    import jax  # compiled as one: step by step each operation would be compiled alone, which takes twice as long

    return jax.jit(features), jax.jit(jax.grad(score))


_ENGINES = {"tensorflow": _with_tensorflow, "jax": _with_jax}


def main(arguments: list[str]) -> int:
    """Look at some rows of a run's dataset and write the maps, (rows, height, width), to a file."""
    from core.training.backend import import_keras

    run, rows, out = Run(Path(arguments[0]).resolve()), np.array(json.loads(arguments[1]), np.int64), Path(arguments[2])
    dataset = Dataset(run.folder.parent.parent / "datasets" / run.spec.dataset)
    preprocessor = Preprocessor.load(run.path("preprocess.json"))
    inputs = preprocessor.encode(dataset.table(run.spec.inputs, rows), dataset.images()[rows])
    model = import_keras().saving.load_model(run.path("model.keras"), compile=False, safe_mode=True)
    maps = look_at(model, inputs)
    write_atomic(out, lambda beside: np.save(beside, maps.astype(np.float32)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
