"""What the form of the Model page starts from: a preset, or the settings of a run that somebody wants to change."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.dataset.dataset import Dataset
from core.errors import LimelightError
from core.recipes.recipe import Recipe
from core.runs.spec import RunSpec
from ui.state import current_workspace

__all__ = ["FormStart", "form_start"]


@dataclass(frozen=True)
class FormStart:
    """Values of the fields before anybody touched them.

    Attributes:
        settings, training: by the name of the field.
        inputs: columns.
        seed, backend: as in `RunSpec`.
        mark: ends the keys of the fields: with another start they are other fields.
        run_name: of the run whose settings these are; empty for a preset.
    """

    settings: dict[str, Any]
    training: dict[str, Any]
    inputs: tuple[str, ...]
    seed: int = 0
    backend: str = "auto"
    mark: str = ""
    run_name: str = ""


def form_start(dataset: Dataset, recipe: Recipe, preset: str) -> FormStart:
    """A preset of a recipe; with `?like=ID` in the address that run, where it is one of this dataset and recipe.

    Args:
        dataset: the dataset in hand.
        recipe: the chosen one.
        preset: quick, balanced or thorough.
    """
    start = recipe.presets[preset]
    settings, training = start.settings.model_dump(), start.training.model_dump()
    name = st.query_params.get("like", "")
    spec = _spec_of(name)
    if spec is None or (spec.dataset, spec.recipe) != (dataset.id, recipe.name):
        return FormStart(settings, training, dataset.info.inputs)
    return FormStart({**settings, **spec.settings}, {**training, **spec.training.model_dump()}, spec.inputs, spec.seed, spec.backend, f"_{name}", spec.name)


def _spec_of(name: str) -> RunSpec | None:
    with suppress(LimelightError):  # it was deleted, or the address was typed
        return current_workspace().run(name).spec if name else None
    return None
