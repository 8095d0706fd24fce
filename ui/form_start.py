"""What the form of the Model page starts from: a preset, or the settings of a run that somebody wants to change."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.dataset.dataset import Dataset
from core.errors import LimelightError
from core.recipes.recipe import Recipe
from core.runs.spec import RunSpec
from ui.state import current_workspace

__all__ = ["FormStart", "begin_anew", "form_start", "place_of"]

TURN = "form_turn_"


@dataclass(frozen=True)
class FormStart:
    """Values of the fields before anybody touched them.

    Attributes:
        settings, training: by the name of the field.
        inputs: columns.
        place: what the fields belong to: data, recipe, preset, and the run whose settings they start from.
        key: begins the keys of the settings; with another start, or another turn, they are other fields.
        mark: ends the keys of seed, engine and inputs: those of a run are its own, else they stay from preset to preset.
        seed, backend: as in `RunSpec`.
        run_name: of the run whose settings these are; empty for a preset.
    """

    settings: dict[str, Any]
    training: dict[str, Any]
    inputs: tuple[str, ...]
    place: str
    key: str
    mark: str = ""
    seed: int = 0
    backend: str = "auto"
    run_name: str = ""

    def differs(self, values: Mapping[str, Any]) -> bool:
        """Whether somebody changed a setting."""
        return values != {**self.settings, **self.training}


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
        place = place_of(dataset.id, recipe.name, preset)
        return FormStart(settings, training, dataset.info.inputs, place, f"set_{place}{_turn(place)}")
    place = place_of(dataset.id, recipe.name, preset, name)
    return FormStart(
        {**settings, **spec.settings}, {**training, **spec.training.model_dump()}, spec.inputs, place, f"set_{place}{_turn(place)}",
        f"_{name}{_turn(place)}", spec.seed, spec.backend, spec.name,
    )  # fmt: skip


def place_of(dataset: str, recipe: str, preset: str, like: str = "") -> str:
    """What fields belong to, as a part of their keys.

    Example:
        >>> place_of("d1", "mlp", "quick", "r1")
        'd1_mlp_quick_r1'
    """
    return "_".join(filter(None, (dataset, recipe, preset, like)))


def begin_anew(place: str) -> None:
    """Let the fields of a place start once more from what they started from; what was typed into them is forgotten."""
    st.session_state[f"{TURN}{place}"] = st.session_state.get(f"{TURN}{place}", 0) + 1


def _turn(place: str) -> str:
    turn = st.session_state.get(f"{TURN}{place}", 0)
    return f"_{turn}" if turn else ""


def _spec_of(name: str) -> RunSpec | None:
    with suppress(LimelightError):  # it was deleted, or the address was typed
        return current_workspace().run(name).spec if name else None
    return None
