"""The shared parts: which encoder stands behind which input, and the head for each task."""

from __future__ import annotations

import pytest

from core.dataset.schema import Task
from core.errors import BadSettings
from core.recipes import RECIPES
from core.recipes.encoders import Image, Text, draw, encode_image, encode_text, hidden_layers
from core.recipes.plan import OUTPUT, PlanBuilder
from tests.recipes import made


@pytest.mark.parametrize(
    ("task", "classes", "units", "activation"),
    [(Task.BINARY, 2, 1, "sigmoid"), (Task.MULTICLASS, 7, 7, "softmax"), (Task.REGRESSION, 0, 1, "linear")],
)
def test_the_head_fits_the_task(task: Task, classes: int, units: int, activation: str) -> None:
    plan = draw([made.TABLE], task, classes, body=lambda _builder, vector: vector)
    output = plan.layer(OUTPUT)
    assert plan.layers[-1] == output
    assert (output.shape, output.settings["activation"]) == ((units,), activation)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_reads_every_input_of_a_mixture(name: str) -> None:
    recipe = RECIPES[name]
    shapes = (made.TABLE, made.text(), made.text(number=1), made.IMAGE)
    plan = recipe.plan(recipe.presets["balanced"].settings, shapes, Task.MULTICLASS, 4)
    read = {source for layer in plan.layers for source in layer.inputs}
    assert {layer.name for layer in plan.layers} - read == {OUTPUT}
    assert plan.inputs == shapes


@pytest.mark.parametrize("name", RECIPES)
def test_a_column_name_is_never_in_a_plan(name: str) -> None:
    recipe = RECIPES[name]
    plan = recipe.plan(recipe.presets["quick"].settings, (made.own_shape(recipe),), Task.BINARY, 2)
    assert all(layer.name.replace("_", "").isalnum() and layer.name == layer.name.lower() for layer in plan.layers)


def test_too_many_blocks_are_refused_with_the_most_that_fit() -> None:
    shape = made.InputShape("image_0", "image", (28, 28, 1), "uint8")
    with pytest.raises(BadSettings, match="^Pictures of 28 × 28 can be halved 4 times at most; you asked for 6 blocks. Choose fewer blocks.$"):
        encode_image(PlanBuilder([shape]), "image_0", Image(blocks=6))
    builder = PlanBuilder([shape])
    assert builder.shape(encode_image(builder, "image_0", Image(blocks=4, filters=2))) == (16,)


def test_a_picture_keeps_its_places_or_only_what_is_there() -> None:
    flat, average = (PlanBuilder([made.IMAGE]) for _ in range(2))
    assert flat.shape(encode_image(flat, "image_0", Image(blocks=2, filters=4, keep_places=True))) == (4 * 4 * 8,)
    assert average.shape(encode_image(average, "image_0", Image(blocks=2, filters=4, keep_places=False))) == (8,)


def test_strongest_words_double_the_vector_of_a_text() -> None:
    builder = PlanBuilder([made.text()])
    assert builder.shape(encode_text(builder, "text_0", Text(embedding_size=5, strongest_words=True))) == (10,)


def test_no_hidden_layer_leaves_the_vector_as_it_is() -> None:
    assert hidden_layers(PlanBuilder([made.TABLE]), "table", layers=0, units=9, dropout=0.5) == "table"
