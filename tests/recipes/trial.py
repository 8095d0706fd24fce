"""Runs in a process of its own (one process has one Keras backend): builds, trains, saves and loads every recipe.

    python tests/recipes/trial.py make FOLDER    build everything; save models, answers and facts under FOLDER/<backend>
    python tests/recipes/trial.py load FOLDER    answer with the other backend's models; on TensorFlow also export to ONNX
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
BACKEND = os.environ["KERAS_BACKEND"]
OTHER = {"jax": "tensorflow", "tensorflow": "jax"}[BACKEND]

from core.training.backend import import_keras  # noqa: E402

keras = import_keras()
import numpy as np  # noqa: E402
from recipes import made  # noqa: E402

from core.recipes import RECIPES, Plan  # noqa: E402
from core.recipes.network import build, compile_network  # noqa: E402
from core.runs.spec import TrainingSettings  # noqa: E402

ROWS = made.ROWS
SEED = 7


def plan_of(name: str, preset: str, shapes: Any, **changes: Any) -> Plan:
    recipe, task = RECIPES[name], made.TASK_OF[name]
    settings = recipe.settings.model_validate({**recipe.presets[preset].settings.model_dump(), **changes})
    return recipe.plan(settings, shapes, task, made.CLASSES[task])


def without_chance(name: str, **changes: Any) -> dict[str, Any]:
    """Settings under which training is the same on every backend: no dropout."""
    return {key: 0.0 for key in ("dropout", "word_dropout") if key in RECIPES[name].settings.model_fields} | changes


def differences(plan: Plan, model: Any) -> list[str]:
    """Where plan and Keras model disagree."""
    found = [] if plan.parameters == model.count_params() else [f"total {plan.parameters} != {model.count_params()}"]
    for layer in plan.layers:
        real = model.get_layer(layer.name)
        if tuple(real.output.shape[1:]) != layer.shape:
            found.append(f"{layer.name}: shape {layer.shape} != {real.output.shape}")
        if real.count_params() != layer.parameters:
            found.append(f"{layer.name}: {layer.parameters} != {real.count_params()}")
    planned = {layer.name for layer in plan.layers}
    return found + [f"{layer.name} is not planned" for layer in model.layers if layer.name not in planned]


def make(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = {"differences": {}, "loss": {}, "logs": {}, "padding": {}}
    for name, preset, shapes in made.cases():
        if BACKEND == "jax" and (preset, len(shapes)) != ("quick", 1):  # shapes are the same on both; JAX compiles something for each new one
            continue
        plan = plan_of(name, preset, shapes)
        facts["differences"][f"{name} {preset} {len(shapes)}"] = differences(plan, build(plan, SEED))
    for name, recipe in RECIPES.items():
        shapes = (made.own_shape(recipe),)
        model = build(plan_of(name, "quick", shapes, **without_chance(name)), SEED)
        np.savez(folder / f"{name}_weights.npz", *model.get_weights())
        logs = train(name, model)
        facts["logs"][name] = list(logs)
        facts["loss"][name] = [float(value) for value in logs["loss"]]
        answers = finish(folder, name, model, shapes)
        if recipe.kind == "text" and BACKEND == "tensorflow":  # the other backend gives the same answers, which another test says
            facts["padding"][name] = padding_matters(name, model, answers)
    options: dict[str, dict[str, Any]] = {
        "cnn": {"keep_places": False, "convolutions": 2}, "text_recurrent": {"cell": "lstm", "both_ways": False, "layers": 2},
    }
    for name, changes in options.items():  # what no preset has, with a table beside it
        shapes = (made.TABLE, made.own_shape(RECIPES[name]))
        finish(folder, f"{name}_other", build(plan_of(name, "quick", shapes, **changes), SEED), shapes)
    return facts


def train(name: str, model: Any) -> dict[str, list[float]]:
    task = made.TASK_OF[name]
    compile_network(model, TrainingSettings(learning_rate=0.01), task)
    model.run_eagerly = BACKEND == "tensorflow"  # to compile takes a hundred times as long as these few rows
    shapes = (made.own_shape(RECIPES[name]),)
    history = model.fit(made.rows(shapes, ROWS), made.targets(task, ROWS), batch_size=16, epochs=2, shuffle=False, verbose=0)
    return dict(history.history)


def answers_of(model: Any, rows: dict[str, np.ndarray]) -> np.ndarray:
    """What the network says. JAX compiles each operation that it meets, so it compiles them all as one; TensorFlow would take far longer than these few rows do."""
    asked = {place.name: rows[place.name] for place in model.inputs}
    if BACKEND == "tensorflow":
        return np.asarray(model(asked, training=False))
    import jax

    learned, other = ([variable.value for variable in kind] for kind in (model.trainable_variables, model.non_trainable_variables))
    return np.asarray(jax.jit(lambda *values: model.stateless_call(*values, training=False)[0])(learned, other, asked))


def finish(folder: Path, name: str, model: Any, shapes: Any) -> np.ndarray:
    answers = answers_of(model, made.rows(shapes, ROWS))
    np.save(folder / f"{name}_answers.npy", answers)
    model.save(folder / f"{name}.keras")
    return answers


def padding_matters(name: str, model: Any, answers: np.ndarray) -> float:
    """Largest difference that 20 more places of padding make; weights do not depend on the length, but for one vector for each place."""
    shape = made.text(12)
    longer = build(plan_of(name, "quick", (made.text(32),)), SEED)
    weights = longer.get_weights()
    for weight, shorter in zip(weights, model.get_weights(), strict=True):
        weight[: len(shorter)] = shorter
    longer.set_weights(weights)
    padded = {shape.name: np.pad(made.rows((shape,), ROWS)[shape.name], ((0, 0), (0, 20)))}
    return float(np.abs(answers_of(longer, padded) - answers).max())


def load(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for path in sorted((folder / OTHER).glob("*.keras")):
        model = keras.saving.load_model(path, safe_mode=True)
        rows = made.rows_named([place.name for place in model.inputs], ROWS)
        answers = np.load(folder / OTHER / f"{path.stem}_answers.npy")
        facts[path.stem] = float(np.abs(answers_of(model, rows) - answers).max())
        if BACKEND == "tensorflow":
            model.export(str(folder / f"{path.stem}.onnx"), format="onnx", verbose=False)
    return facts


if __name__ == "__main__":
    work, place = sys.argv[1], Path(sys.argv[2])
    if work == "make":
        (place / BACKEND).mkdir(parents=True)
        result = make(place / BACKEND)
    else:
        result = load(place)
    (place / f"{work}_{BACKEND}.json").write_text(json.dumps(result))
