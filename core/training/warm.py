"""What a spare worker does before it is needed: a tiny training that nobody sees.

The first network of a process is slow: the engine starts its threads, and Keras and the engine import and
trace what they use for the first time. A spare has time for that. A run that is handed over meanwhile waits for
the stage at hand, never for all of them. Nothing of it is left but what the engine keeps in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import keras
import numpy as np

from core.dataset.schema import Task
from core.preprocess.shapes import InputShape
from core.recipes.network import build, compile_network
from core.recipes.recipe import RecipeSettings
from core.runs.spec import RunSpec, TrainingSettings
from core.training.fit import Lesson

__all__ = ["warm_up"]

ROWS, BATCH = 10, 4  # two whole steps and a shorter one: all that a trainer compiles
SHAPES = {"mlp": InputShape("table", "table", (3,), "float32"), "cnn": InputShape("image_0", "image", (8, 8, 1), "uint8")}


def warm_up(wanted: Callable[[], bool]) -> None:
    """Train a tiny network of the kind that this engine is chosen for.

    Args:
        wanted: True as soon as a run is there; asked between the stages.
    """
    for _ in _stages("mlp" if keras.backend.backend() == "jax" else "cnn"):
        if wanted():
            return


def _stages(recipe: str) -> Iterator[None]:
    from core.recipes import RECIPES
    from core.training.trainer import trainer_of

    shape, chosen = SHAPES[recipe], RECIPES[recipe]
    own: RecipeSettings = chosen.presets["quick"].settings
    training = TrainingSettings(batch_size=BATCH, epochs=1)
    spec = RunSpec(dataset="", inputs=("a",), target="b", task=Task.BINARY, recipe=recipe, settings=own.model_dump(), training=training)
    model = build(chosen.plan(own, [shape], spec.task, 2), spec.seed)
    compile_network(model, training, spec.task)
    yield
    x, y = {shape.name: np.zeros((ROWS, *shape.shape), shape.dtype)}, np.zeros(ROWS, np.float32)
    trainer = trainer_of(model, Lesson(x, y, x, y), spec)
    yield
    trainer.start_epoch(1)
    while trainer.advance(1):
        trainer.numbers()
        yield
    trainer.validate()
    yield
    trainer.snapshot()
    trainer.finish()
