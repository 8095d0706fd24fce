"""The list of recipes: look one up, order them by how well they fit a dataset, describe them as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.dataset.schema import DatasetInfo, Task
from core.errors import BadSettings, NotFound
from core.language import N_
from core.recipes.cnn import CNN
from core.recipes.mlp import MLP
from core.recipes.recipe import Kind, Recipe, kinds_of
from core.recipes.text_pooling import TEXT_POOLING
from core.recipes.text_recurrent import TEXT_RECURRENT
from core.recipes.text_transformer import TEXT_TRANSFORMER
from core.runs.spec import TrainingSettings

__all__ = ["RECIPES", "default_recipe", "recipe", "recipes_for", "recipes_schema", "refusal"]

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (MLP, CNN, TEXT_POOLING, TEXT_RECURRENT, TEXT_TRANSFORMER)}

_NEEDS: dict[Kind, str] = {
    "table": N_("a column of numbers, categories or times"),
    "text": N_("a column of text"),
    "image": "pictures",
}
_PREFERRED: tuple[Kind, ...] = ("image", "text", "table")  # what says most about a row comes first


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        NotFound: there is none; the message lists those that exist.

    Example:
        >>> recipe("mlp").title
        'Multilayer network'
    """
    if name not in RECIPES:
        raise NotFound(N_("There is no recipe named {name}. Choose one of: {recipes}.").format(name=repr(name), recipes=", ".join(RECIPES)))
    return RECIPES[name]


def recipes_for(info: DatasetInfo) -> tuple[Recipe, ...]:
    """All recipes, the best fitting first; those that `refusal` refuses come last."""
    return tuple(sorted(RECIPES.values(), key=lambda one: (bool(refusal(one, info)), _PREFERRED.index(one.kind))))


def default_recipe(info: DatasetInfo) -> str:
    """Name of the recipe that fits best: pictures → cnn, texts → text_pooling, else mlp."""
    return recipes_for(info)[0].name


def refusal(chosen: Recipe, info: DatasetInfo, inputs: Sequence[str] | None = None) -> str:
    """Why a recipe cannot be used on these columns, as a sentence; empty when it can.

    Args:
        chosen: the recipe.
        info: the dataset.
        inputs: names of the input columns; default: the dataset's own.
    """
    names = info.inputs if inputs is None else inputs
    return missing_kind(chosen, kinds_of([info.column(name).type for name in names]))


def missing_kind(chosen: Recipe, present: Sequence[str]) -> str:
    """The sentence of `refusal` for kinds of input tensors; empty when the recipe's own kind is there.

    Example:
        >>> missing_kind(CNN, ["table"])
        'The recipe cnn (Convolutional network) needs pictures among the inputs, and there are none. Choose one of: mlp.'
    """
    if chosen.kind in present:
        return ""
    others = ", ".join(one.name for one in RECIPES.values() if one.kind in present) or N_("a dataset with other columns")
    return N_("The recipe {recipe} ({title_words}) needs {kind_words} among the inputs, and there are none. Choose one of: {others_words}.").format(recipe=chosen.name, title_words=chosen.title, kind_words=_NEEDS[chosen.kind], others_words=others)


def recipes_schema(task: Task | str | None = None) -> list[dict[str, Any]]:
    """Every recipe with its settings as JSON schema and its presets, for the command line and forms.

    Args:
        task: only recipes for this task (today each recipe serves every task); default: all.

    Returns:
        One dictionary a recipe: name, title, description, kind, tasks, settings and training (JSON
        schemas), presets ({name: {settings, training}}).

    Raises:
        BadSettings: no such task.
    """
    tasks = [one.value for one in Task if one is not Task.MANY_LABELS]  # networks have no head for it
    if task is not None and str(task) not in tasks:
        raise BadSettings(N_("There is no task named {task}. Choose one of: {tasks}.").format(task=repr(str(task)), tasks=", ".join(tasks)))
    return [_schema(one, tasks) for one in RECIPES.values()]


def _schema(one: Recipe, tasks: list[str]) -> dict[str, Any]:
    presets = {
        name: {"settings": preset.settings.model_dump(), "training": preset.training.model_dump()}
        for name, preset in one.presets.items()
    }
    return {
        "name": one.name, "title": one.title, "description": one.description, "kind": one.kind, "tasks": tasks,
        "settings": one.settings.model_json_schema(), "training": TrainingSettings.model_json_schema(), "presets": presets,
    }
