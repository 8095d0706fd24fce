"""make_spec: presets and changes become one validated spec; every refusal is a sentence with what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from core.dataset.schema import ColumnType, Task
from core.errors import BadSettings, NotFound
from core.preprocess.shapes import PreprocessOptions
from core.recipes import RECIPES, make_spec, metric_name, options_of, plan_of, settings_of
from core.runs.spec import RunSpec
from core.settings import settings
from tests.recipes import made

TABLE = made.info({"id": ColumnType.IDENTIFIER, "age": ColumnType.NUMBER, "city": ColumnType.CATEGORY})
REVIEWS = made.info({"review": ColumnType.TEXT, "stars": ColumnType.NUMBER})


def test_the_default_is_the_balanced_preset_of_the_fitting_recipe() -> None:
    spec = make_spec(TABLE)
    balanced = RECIPES["mlp"].presets["balanced"]
    assert (spec.recipe, spec.preset, spec.backend, spec.seed) == ("mlp", "balanced", "auto", 0)
    assert (spec.settings, spec.training) == (balanced.settings.model_dump(), balanced.training)
    assert (spec.dataset, spec.target, spec.task, spec.inputs) == ("d-1", "answer", Task.BINARY, ("age", "city"))
    assert spec.name == "Multilayer network (balanced)"
    assert RunSpec.model_validate_json(spec.model_dump_json()) == spec


def test_changes_go_to_the_recipe_or_to_the_training() -> None:
    spec = make_spec(TABLE, preset="quick", changes={"units": 7, "epochs": 3}, seed=5, backend="jax", name="Mine")
    quick = RECIPES["mlp"].presets["quick"]
    assert spec.settings == {**quick.settings.model_dump(), "units": 7}
    assert spec.training == quick.training.model_copy(update={"epochs": 3})
    assert (spec.preset, spec.seed, spec.backend, spec.name) == ("custom", 5, "jax", "Mine")


def test_text_from_a_command_line_is_understood() -> None:
    spec = make_spec(TABLE, changes={"dropout": "0.5", "layers": "3", "balance_classes": "true", "optimizer": "sgd"})
    assert (spec.settings["dropout"], spec.settings["layers"]) == (0.5, 3)
    assert (spec.training.balance_classes, spec.training.optimizer) == (True, "sgd")


def test_a_change_to_the_same_value_keeps_the_preset() -> None:
    assert make_spec(TABLE, changes={"units": RECIPES["mlp"].settings().model_dump()["units"]}).preset == "balanced"


def test_custom_starts_from_balanced() -> None:
    assert make_spec(TABLE, preset="custom").settings == make_spec(TABLE).settings


def test_inputs_are_put_in_the_order_of_the_table() -> None:
    assert make_spec(TABLE, inputs=["city", "age"]).inputs == ("age", "city")
    assert make_spec(TABLE, inputs=["city"]).inputs == ("city",)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"recipe": "gan"}, "There is no recipe named 'gan'. Choose one of: mlp"),
        ({"recipe": "cnn"}, "The recipe cnn (Convolutional network) needs pictures among the inputs, and there are none. Choose one of: mlp."),
        ({"preset": "fast"}, "There is no preset named 'fast'. Choose one of: quick, balanced, thorough."),
        ({"backend": "torch"}, "There is no backend named 'torch'. Choose one of: auto, jax, tensorflow."),
        ({"changes": {"unit": 3}}, "The recipe mlp has no setting 'unit'. Did you mean 'units'? Choose among: layers, units, dropout, epochs"),
        ({"changes": {"units": 0}}, "Units in a layer (units) must be a whole number from 1 to 2048, but it is 0. Change it."),
        ({"changes": {"units": "many"}}, "Units in a layer (units) must be a whole number from 1 to 2048, but it is 'many'."),
        ({"changes": {"dropout": 1}}, "Dropout (dropout) must be a number from 0 to 0.9, but it is 1. Change it."),
        ({"changes": {"dropout": float("nan")}}, "Dropout (dropout) must be a number from 0 to 0.9, but it is nan."),
        ({"changes": {"learning_rate": 0}}, "Learning rate (learning_rate) must be a number above 0 to 1, but it is 0."),
        ({"changes": {"optimizer": "adagrad"}}, "Optimizer (optimizer) must be one of: adam, adamw, sgd, rmsprop, but it is 'adagrad'."),
        ({"changes": {"balance_classes": "perhaps"}}, "Balance classes (balance_classes) must be true or false, but it is 'perhaps'."),
        ({"seed": -1}, "seed must be a whole number from 0 to 2147483647, but it is -1."),
        ({"name": "x" * 121}, "name must be text of at most 120 characters"),
        ({"inputs": []}, "A model needs at least one input column."),
        ({"inputs": ["agee"]}, "There is no column named 'agee'. Choose inputs among: id, age, city"),
        ({"inputs": ["age", "answer"]}, "'answer' is the target: it cannot be an input as well."),
        ({"inputs": ["id"]}, "Column 'id' cannot be an input: its type is identifier."),
    ],
)
def test_a_bad_choice_is_refused_with_what_is_allowed(choices: dict[str, Any], sentence: str) -> None:
    with pytest.raises((BadSettings, NotFound)) as refused:
        make_spec(TABLE, **choices)
    assert sentence in refused.value.message


def test_two_bad_settings_are_both_named() -> None:
    with pytest.raises(BadSettings, match=r"layers.*units"):
        make_spec(TABLE, changes={"layers": 99, "units": 0})


def test_options_follow_the_settings_of_a_text_recipe() -> None:
    spec = make_spec(REVIEWS, changes={"vocabulary": 5000, "max_length": 50, "ngrams": 1})
    assert options_of(spec) == PreprocessOptions(vocabulary=5000, max_length=50, ngrams=1)
    assert options_of(make_spec(REVIEWS, recipe="mlp")) == PreprocessOptions()


def test_a_spec_from_a_file_is_validated_again() -> None:
    spec = make_spec(TABLE)
    assert settings_of(spec) == RECIPES["mlp"].settings()
    with pytest.raises(BadSettings, match="There is no setting 'depth'. Choose among: layers, units, dropout."):
        settings_of(spec.model_copy(update={"settings": {"depth": 3}}))
    with pytest.raises(NotFound, match="no recipe named 'old'"):
        settings_of(spec.model_copy(update={"recipe": "old"}))


def test_the_plan_of_a_spec() -> None:
    plan = plan_of(make_spec(TABLE, changes={"layers": 1, "units": 8}), (made.TABLE,), 2)
    assert plan.parameters == 12 * 8 + 8 + 8 + 1


def test_a_plan_without_the_recipes_own_input_is_refused() -> None:
    with pytest.raises(BadSettings, match="needs a column of text among the inputs"):
        plan_of(make_spec(REVIEWS), (made.TABLE,), 2)


def test_a_network_larger_than_the_limit_is_refused_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARAMETERS", "1000")
    settings.cache_clear()
    with pytest.raises(BadSettings) as refused:
        plan_of(make_spec(TABLE, changes={"layers": 1, "units": 100}), (made.TABLE,), 2)
    assert refused.value.message == (
        "This network would have 1,401 parameters; at most 1,000 are allowed here (LIMELIGHT_MAX_PARAMETERS). "
        "Most are in hidden_1 (1,300): make it smaller."
    )


@pytest.mark.parametrize(("task", "name"), [(Task.BINARY, "accuracy"), (Task.MULTICLASS, "accuracy"), (Task.REGRESSION, "mean_absolute_error")])
def test_one_metric_is_followed(task: Task, name: str) -> None:
    assert metric_name(task) == name
