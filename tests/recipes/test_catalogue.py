"""The list of recipes: order for a dataset, refusals, JSON schema, sound presets."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from core.dataset.schema import ColumnType, Task
from core.errors import BadSettings, NotFound
from core.recipes import PRESETS, RECIPES, default_recipe, recipe, recipes_for, recipes_schema, refusal
from core.runs.spec import TrainingSettings
from tests.recipes import made

NUMBER, CATEGORY, TEXT, IMAGE, IDENTIFIER = (
    ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.IMAGE, ColumnType.IDENTIFIER,
)  # fmt: skip


@pytest.mark.parametrize(
    ("types", "order"),
    [
        ({"a": NUMBER, "b": CATEGORY}, ["mlp", "cnn", "text_pooling", "text_recurrent", "text_transformer"]),
        ({"a": TEXT}, ["text_pooling", "text_recurrent", "text_transformer", "cnn", "mlp"]),
        ({"a": TEXT, "b": NUMBER}, ["text_pooling", "text_recurrent", "text_transformer", "mlp", "cnn"]),
        ({"a": IMAGE}, ["cnn", "text_pooling", "text_recurrent", "text_transformer", "mlp"]),
        ({"a": IMAGE, "b": NUMBER, "c": TEXT}, ["cnn", "text_pooling", "text_recurrent", "text_transformer", "mlp"]),
        ({"a": IDENTIFIER, "b": ColumnType.TIME}, ["mlp", "cnn", "text_pooling", "text_recurrent", "text_transformer"]),
    ],
)
def test_the_best_fitting_recipe_comes_first(types: dict[str, ColumnType], order: list[str]) -> None:
    info = made.info(types)
    assert [one.name for one in recipes_for(info)] == order
    assert default_recipe(info) == order[0]


def test_a_recipe_without_its_kind_of_input_is_refused_with_what_to_do() -> None:
    info = made.info({"review": TEXT, "stars": NUMBER})
    assert refusal(RECIPES["mlp"], info) == ""
    assert refusal(RECIPES["cnn"], info) == (
        "The recipe cnn (Convolutional network) needs pictures among the inputs, and there are none. "
        "Choose one of: mlp, text_pooling, text_recurrent, text_transformer."
    )
    assert "needs a column of numbers, categories or times" in refusal(RECIPES["mlp"], info, ["review"])


def test_an_unknown_recipe_is_named_with_those_that_exist() -> None:
    with pytest.raises(NotFound, match="no recipe named 'gan'. Choose one of: mlp, cnn, text_pooling, text_recurrent, text_transformer."):
        recipe("gan")


@pytest.mark.parametrize("task", [None, Task.BINARY, "regression"])
def test_the_schema_says_everything_about_every_setting(task: Task | str | None) -> None:
    schema = json.loads(json.dumps(recipes_schema(task)))
    assert [one["name"] for one in schema] == list(RECIPES)
    for one in schema:
        assert set(one["presets"]) == set(PRESETS)
        for group in ("settings", "training"):
            for key, field in one[group]["properties"].items():
                assert field["title"] and len(field["description"]) > 20, key
                if field["type"] in {"integer", "number"}:
                    assert {"minimum", "exclusiveMinimum"} & set(field) and "maximum" in field, key
                assert all(key in preset[group] for preset in one["presets"].values())


def test_the_schema_of_an_unknown_task_is_refused() -> None:
    with pytest.raises(BadSettings, match="no task named 'ranking'. Choose one of: binary, multiclass, regression."):
        recipes_schema("ranking")


@pytest.mark.parametrize("name", RECIPES)
def test_no_setting_is_called_like_one_of_training(name: str) -> None:
    settings: type[BaseModel] = RECIPES[name].settings
    assert not set(settings.model_fields) & set(TrainingSettings.model_fields)


@pytest.mark.parametrize("name", RECIPES)
def test_balanced_is_what_the_settings_default_to(name: str) -> None:
    assert RECIPES[name].presets["balanced"].settings == RECIPES[name].settings()


@pytest.mark.parametrize("name", RECIPES)
def test_presets_grow_from_quick_to_thorough(name: str) -> None:
    presets = [RECIPES[name].presets[preset] for preset in PRESETS]
    epochs = [preset.training.epochs for preset in presets]
    shape = made.own_shape(RECIPES[name])
    sizes = [
        RECIPES[name].plan(preset.settings, (made.text(vocabulary=preset.settings.model_dump()["vocabulary"]) if shape.kind == "text" else shape,), Task.BINARY, 2).parameters
        for preset in presets
    ]  # fmt: skip
    assert epochs == sorted(set(epochs))
    assert sizes == sorted(set(sizes))
