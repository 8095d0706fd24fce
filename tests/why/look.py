"""A process of its own for one engine: networks whose Grad-CAM is known, looked at; writes maps and expectations as JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.schema import Task
from core.files import write_json
from core.preprocess.shapes import InputShape
from core.recipes import recipe
from core.training.backend import import_keras

ENGINE, FOLDER = sys.argv[1], Path(sys.argv[2])
assert os.environ["KERAS_BACKEND"] == ENGINE
keras = import_keras()

from core.recipes.network import build  # noqa: E402  # after the engine is chosen
from core.why.gradients import look_at  # noqa: E402

SIDE = 12


def pictures() -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Noise with one bright patch of 3 × 3, at another place in each."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 30, (6, SIDE, SIDE, 1), dtype=np.uint8)
    places = [(int(rng.integers(1, SIDE - 4)), int(rng.integers(1, SIDE - 4))) for _ in images]
    for image, (row, column) in zip(images, places, strict=True):
        image[row : row + 3, column : column + 3] = 255
    return images, places


def planted(task: Task, outputs: int, ending: str) -> Any:
    """Sees brightness with one filter, darkness with the other; the answer is brightness, so it must look at the patch."""
    picture = keras.Input((SIDE, SIDE, 1), dtype="uint8", name="image_0")
    scaled = keras.layers.Identity()(keras.ops.cast(picture, "float32") / 255)
    seen = keras.layers.Conv2D(2, 3, padding="same", activation="relu", name="see")(scaled)
    answer = keras.layers.Dense(outputs, activation=ending, name="output")(keras.layers.GlobalAveragePooling2D()(seen))
    model = keras.Model({"image_0": picture}, answer)
    kernel = np.zeros((3, 3, 1, 2))
    kernel[1, 1, 0] = [1, -1]
    model.get_layer("see").set_weights([kernel, np.array([0.0, 1.0])])
    weights = np.zeros((2, outputs))
    weights[0, -1], weights[1, 0] = 9, 0.1 if outputs > 1 else 0
    model.get_layer("output").set_weights([weights, np.linspace(0, 0.5, outputs)])
    return model


def expected(model: Any, images: np.ndarray) -> np.ndarray:
    """With average pooling and one dense layer Grad-CAM is class activation mapping (Zhou et al. 2016): closed form."""
    seen = np.stack([np.maximum(images[..., 0] / 255.0, 0), np.maximum(1 - images[..., 0] / 255.0, 0)], axis=-1)
    weights, bias = (np.asarray(array) for array in model.get_layer("output").get_weights())
    raw = seen.mean(axis=(1, 2)) @ weights + bias
    own = weights[:, raw.argmax(axis=1)] if weights.shape[1] > 1 else weights[:, [0] * len(raw)] * np.sign(raw.T)
    maps = np.maximum(np.einsum("nhwf,fn->nhw", seen, own), 0)
    return maps / np.maximum(maps.max(axis=(1, 2), keepdims=True), 1e-12)


def main() -> dict[str, Any]:
    images, places = pictures()
    found: dict[str, Any] = {"places": places}
    for name, task, outputs, ending in (("three", Task.MULTICLASS, 3, "softmax"), ("two", Task.BINARY, 1, "sigmoid")):
        model = planted(task, outputs, ending)
        model.save(FOLDER / f"{name}_{ENGINE}.keras")
        again = keras.saving.load_model(FOLDER / f"{name}_{ENGINE}.keras", compile=False, safe_mode=True)
        found[name] = look_at(again, {"image_0": images}).tolist()
        found[f"{name}_expected"] = expected(model, images).tolist()
    shapes = [InputShape("table", "table", (4,), "float32"), InputShape("image_0", "image", (SIDE, SIDE, 3), "uint8")]
    cnn = recipe("cnn")
    model = build(cnn.plan(cnn.settings(blocks=2, filters=4, units=8), shapes, Task.REGRESSION, 0), seed=1)  # our own recipe, beside columns
    rng = np.random.default_rng(2)
    found["own"] = look_at(model, {"table": rng.normal(size=(5, 4)).astype(np.float32), "image_0": rng.integers(0, 256, (5, SIDE, SIDE, 3), dtype=np.uint8)}).tolist()
    return found


if __name__ == "__main__":
    write_json(FOLDER / f"{ENGINE}.json", json.loads(json.dumps(main())))
