"""The warm-up of a spare: it trains something tiny, stops between stages when a run is there, and changes no run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.dataset.schema import Task
from core.preprocess.shapes import InputShape
from core.recipes import RECIPES
from core.runs.spec import RunSpec
from core.training import trainer
from core.training.fit import Lesson
from core.training.trainer import steps_of


class Steps:
    """A trainer that learns nothing: three steps, no engine."""

    def __init__(self, model: object, lesson: Lesson, spec: RunSpec) -> None:
        assert len(lesson.y) % spec.training.batch_size  # so that the shorter last step is compiled too
        self.left = steps_of(len(lesson.y), spec.training.batch_size)
        self.done: list[str] = []
        made.append(self)

    def advance(self, steps: int) -> int:
        self.left -= steps
        return steps if self.left >= 0 else 0

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_arguments: self.done.append(name)


made: list[Steps] = []


def warm_up(stop: Callable[[], bool]) -> None:
    """Imported here: collecting this file must not load an engine into every process of the tests."""
    from core.training import warm

    warm.warm_up(stop)


@pytest.fixture(autouse=True)
def light_trainer(monkeypatch: pytest.MonkeyPatch) -> None:
    made.clear()
    monkeypatch.setattr(trainer, "trainer_of", Steps)


def test_it_goes_through_all_stages_and_asks_between_them() -> None:
    asked: list[bool] = []
    warm_up(lambda: bool(asked.append(False)))
    assert len(asked) == 6  # network, trainer, three steps, validation
    assert made[0].done == ["start_epoch", *["numbers"] * 3, "validate", "snapshot", "finish"]


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_a_run_does_not_wait_for_all_of_it(stage: int) -> None:
    asked: list[int] = []
    warm_up(lambda: asked.append(0) or len(asked) == stage)  # type: ignore[func-returns-value]
    assert len(asked) == stage


def test_it_leaves_no_trace_in_the_network_of_a_run() -> None:
    import keras

    from core.recipes.network import build

    def weights() -> list[np.ndarray]:
        keras.utils.set_random_seed(7)
        recipe = RECIPES["mlp"]
        plan = recipe.plan(recipe.settings(), [InputShape("table", "table", (5,), "float32")], Task.BINARY, 2)
        model = build(plan, 7)
        outputs = np.asarray(model({"table": np.ones((4, 5), np.float32)}, training=True))
        return [*model.get_weights(), outputs, np.random.default_rng().random(0), np.random.random(2)]  # noqa: NPY002  # Keras' own generator

    before = weights()
    warm_up(lambda: False)
    after = weights()
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


def test_there_is_something_to_warm_up_for_each_engine() -> None:
    from core.training import warm

    assert {RECIPES[name].kind for name in warm.SHAPES} == {shape.kind for shape in warm.SHAPES.values()}
