"""The lanes of a race: specs from recipes, presets and seeds, and what to call each so that a room can tell them apart.

A lane is called by what sets it apart from the others ("Quick", "Seed 3", "learning rate 0.01"), not by all that
it is; a name that somebody gave stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from pydantic import BaseModel

from core.dataset.dataset import Dataset
from core.dataset.schema import DatasetInfo
from core.errors import NoRoom
from core.language import LANGUAGES, N_, translated
from core.recipes import RECIPES, make_spec
from core.runs.spec import RunSpec, TrainingSettings
from core.training.room import room_of, size

__all__ = ["check_memory", "labels", "make_lanes", "told_apart"]

FEW = 3  # differences named in one label
NAME_LENGTH = 120


def make_lanes(
    info: DatasetInfo, *, recipes: Sequence[str | None] = (None,), presets: Sequence[str] = ("balanced",), seeds: Sequence[int] = (0,),
    changes: Mapping[str, Any] | None = None, inputs: Sequence[str] | None = None, backend: str = "auto",
) -> list[RunSpec]:
    """One spec for each combination of recipe, preset and seed, told apart by name.

    Args:
        info: the dataset.
        recipes: names of recipes; None: the one that fits the data.
        presets: quick, balanced, thorough or custom.
        seeds: 0 … 2³¹ − 1. With one seed all lanes see the rows in the same order.
        changes, inputs, backend: as in `make_spec`, the same for all lanes.

    Returns:
        The specs, in the order given; `core.runs.race.create_race` checks how many they are.

    Raises:
        NotFound, BadSettings: as `make_spec`.
    """
    specs = [
        make_spec(info, recipe=name, preset=preset, changes=changes, inputs=inputs, seed=seed, backend=backend)
        for name, preset, seed in product(recipes, presets, seeds)
    ]
    return told_apart(specs)


def told_apart(specs: Sequence[RunSpec]) -> list[RunSpec]:
    """The same specs with different names: where some share one, what sets these apart is added."""
    named = list(specs)
    for name in {spec.name for spec in specs}:
        places = [number for number, spec in enumerate(specs) if spec.name == name]
        alike = [specs[place] for place in places]
        for place, spec in zip(places, alike, strict=True):
            if len(alike) > 1 and (parts := _differences(spec, alike)):
                named[place] = spec.model_copy(update={"name": f"{name}, {', '.join(parts)}"[:NAME_LENGTH]})
    return named


def check_memory(dataset: Dataset, specs: Sequence[RunSpec]) -> None:
    """Refuse a race whose processes would not fit into memory together, or a lane that fits nowhere.

    Args:
        dataset: what they learn from.
        specs: of the lanes.

    Raises:
        NoRoom: says what is needed and what is free.
        BadSettings: a network that cannot be built.
    """
    rooms = [room_of(dataset, spec) for spec in specs]
    for room in rooms:
        room.check()
    needed, free = sum(room.memory_needed_bytes for room in rooms), min((room.memory_free_bytes for room in rooms), default=0)
    if needed > free:
        raise NoRoom(
            N_("{specs} lanes need about {needed} of memory at once, and {free} is free. Choose fewer lanes, or train them one after the other.").format(specs=len(specs), needed=size(needed), free=size(free))
        )


def labels(specs: Sequence[RunSpec]) -> list[str]:
    """What to call each lane: the name that somebody gave it, or what sets it apart; all different.

    Args:
        specs: of the lanes.

    Example:
        >>> from core.dataset.schema import Task
        >>> spec = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp")
        >>> labels([spec.model_copy(update={"preset": "quick"}), spec])
        ['Quick', 'Balanced']
    """
    differences = [_differences(spec, specs) for spec in specs]
    found = [spec.name if _is_given(spec) else _label(parts, spec) for spec, parts in zip(specs, differences, strict=True)]
    return [label if found.count(label) == 1 else f"{label} ({found[: number + 1].count(label)})" for number, label in enumerate(found)]


def _label(parts: Sequence[str], spec: RunSpec) -> str:
    text = ", ".join(parts) or _title(spec)
    return text[0].upper() + text[1:]


def _is_given(spec: RunSpec) -> bool:
    """Whether a person chose the name: ours begin with the title of the recipe."""
    return bool(spec.name) and not spec.name.startswith(tuple(translated(language, _title(spec)) for language in LANGUAGES))


def _title(spec: RunSpec) -> str:
    return RECIPES[spec.recipe].title if spec.recipe in RECIPES else spec.recipe


def _differences(spec: RunSpec, specs: Sequence[RunSpec]) -> list[str]:
    """In what this spec is not like all the others, in words, the most important first."""
    varies = {field for field in ("recipe", "preset", "seed", "backend", "inputs") if len({getattr(each, field) for each in specs}) > 1}
    parts = [_title(spec)] if "recipe" in varies else []
    parts += [spec.preset] if "preset" in varies and spec.preset != "custom" else []
    if not parts or spec.preset == "custom":
        parts += _changed_settings(spec, specs)[:FEW]
    parts += [f"seed {spec.seed}"] if "seed" in varies else []
    parts += [spec.backend] if "backend" in varies else []
    return parts + ([f"{len(spec.inputs)} columns"] if "inputs" in varies else [])


def _changed_settings(spec: RunSpec, specs: Sequence[RunSpec]) -> list[str]:
    alike = [each for each in specs if each.recipe == spec.recipe]
    values = [{**each.settings, **each.training.model_dump()} for each in alike]
    usual = {name: Counter(str(each.get(name)) for each in values).most_common(1)[0][0] for name in values[0]}
    models: list[type[BaseModel]] = [*([RECIPES[spec.recipe].settings] if spec.recipe in RECIPES else []), TrainingSettings]
    titles = {name: field.title or name for model in models for name, field in model.model_fields.items()}
    own = {**spec.settings, **spec.training.model_dump()}
    return [f"{titles[name].lower()} {_value(value)}" for name, value in own.items() if name in titles and str(value) != usual.get(name)]


def _value(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
