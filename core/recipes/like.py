"""A run like another one: the same data, inputs, recipe, settings and seed, with a few things changed.

The fairest experiment changes one thing. Name and preset follow from what was changed, so that a list of runs
says by itself what each one tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.dataset.schema import DatasetInfo
from core.language import _
from core.recipes.catalogue import recipe as find_recipe
from core.recipes.names import NAMED, chosen_name, said_of
from core.recipes.recipe import PRESETS
from core.recipes.specs import make_spec
from core.runs.spec import RunSpec, TrainingSettings

__all__ = ["spec_like", "title_of"]

NAME_CHARACTERS = 120
ROWS = ("train_share", "fold", "folds", "repeat")  # which rows a run learns from: part of what is copied


def spec_like(
    spec: RunSpec, info: DatasetInfo, changes: Mapping[str, Any] | None = None, *, seed: int | None = None, backend: str | None = None, name: str = ""
) -> RunSpec:
    """The spec of a run like another one.

    Args:
        spec: of the run to copy, its fold or its share of the rows too; what it continued is not copied.
        info: its dataset.
        changes: settings of the recipe or of the training loop, as in `make_spec`.
        seed, backend: default: as before.
        name: default: the old name, and what was changed.

    Returns:
        The new spec, validated.

    Raises:
        NotFound, BadSettings: see `make_spec`.
    """
    values = {**spec.settings, **spec.training.model_dump(), **(changes or {})}
    new = make_spec(
        info, recipe=spec.recipe, preset=spec.preset if spec.preset in PRESETS else "custom", changes=values, inputs=spec.inputs,
        seed=spec.seed if seed is None else seed, backend=backend or spec.backend, name=name or spec.name,
    )  # fmt: skip
    new = new.model_copy(update={field: getattr(spec, field) for field in ROWS})
    return new if name else new.model_copy(update={"name": _named(spec, new)})


def title_of(recipe: str, setting: str) -> str:
    """What a setting is called on the page: "Learning rate" for learning_rate; its own name where it has no title."""
    for model in (find_recipe(recipe).settings, TrainingSettings):
        if setting in model.model_fields:
            return model.model_fields[setting].title or setting
    return setting


def _named(old: RunSpec, new: RunSpec) -> str:
    """The old name and what differs: "First (learning rate 0.0003)". A name is its owner's: in the language of who presses."""
    before, after = {**old.settings, **old.training.model_dump()}, {**new.settings, **new.training.model_dump()}
    differs = [said_of(title_of(new.recipe, key), value) for key, value in after.items() if value != before.get(key)]
    differs += [_("Seed {seed}").format(seed=new.seed).lower()] if new.seed != old.seed else []
    differs += [new.backend] if new.backend != old.backend else []
    if not differs:
        return old.name
    base = chosen_name(old.name, old.recipe)
    ending = _(NAMED).format(recipe="", preset=_(", ").join(differs))
    return base[: NAME_CHARACTERS - len(ending[:NAME_CHARACTERS])] + ending[:NAME_CHARACTERS]
