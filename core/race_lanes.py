"""The lanes of a race: specs from recipes, presets and seeds, and what to call each so that a room can tell them apart.

A lane is called by what sets it apart from the others ("Quick", "Seed 3", "learning rate 0.01"), not by all that
it is; a name that somebody gave stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from pydantic import BaseModel

from core.dataset.dataset import Dataset
from core.dataset.schema import DatasetInfo
from core.language import LANGUAGES, N_, _, plural, translated
from core.recipes import RECIPES, make_spec
from core.recipes.like import spec_like
from core.recipes.names import said_of
from core.runs.spec import RunSpec, TrainingSettings
from core.training.room import Room, room_of, size, smaller_batches

__all__ = ["labels", "make_lanes", "race_room", "told_apart", "with_batch"]

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
    changed = bool(changes) and len(set(presets)) > 1  # then each is "custom", and what people know it by is the preset that it began as
    specs = [
        make_spec(info, recipe=name, preset=preset, changes=changes, inputs=inputs, seed=seed, backend=backend, name=_(preset.capitalize()) if changed else "")
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
                named[place] = spec.model_copy(update={"name": _(", ").join([name, *parts])[:NAME_LENGTH]})
    return named


def race_room(dataset: Dataset, specs: Sequence[RunSpec], *, held_bytes: int = 0) -> Room:
    """Memory and disk that the lanes need together, and the batch with which all of them would fit.

    Args:
        dataset: what they learn from.
        specs: of the lanes.
        held_bytes: memory in use now that is given back before they start.

    Returns:
        The sums. `Room.check` raises where they do not fit.

    Raises:
        BadSettings: a network that cannot be built.
    """
    rooms = [room_of(dataset, spec, held_bytes=held_bytes) for spec in specs]
    total = _total(rooms)
    disk, disk_free, smaller, sentence = total.disk_needed_bytes, total.disk_free_bytes, None, ""
    if total.short is not None:
        needed, free = total.short
        largest = max(spec.training.batch_size for spec in specs)
        smaller = next((rows for rows in smaller_batches(largest) if _fit(dataset, with_batch(dataset.info, specs, rows), total)), None)
        alone = next((room.sentence for room in rooms if room.short is not None), "")
        sentence = _too_little(len(specs), size(needed), size(free), smaller) if smaller or not alone else alone
    elif disk > disk_free:
        sentence = N_("{specs} lanes need about {disk} on the disk together, and {disk_free} is free. Delete runs or datasets that you no longer need, or choose fewer lanes.").format(specs=len(specs), disk=size(disk), disk_free=size(disk_free))
    return replace(total, batch_that_fits=smaller, sentence=sentence)


def with_batch(info: DatasetInfo, specs: Sequence[RunSpec], rows: int) -> list[RunSpec]:
    """The same specs, none with a larger batch than this many rows; the name of one that is changed says so."""
    return [spec_like(spec, info, {"batch_size": rows}) if spec.training.batch_size > rows else spec for spec in specs]


def _total(rooms: Sequence[Room]) -> Room:
    """What all lanes need at once, and what there is: the same machine and the same card for each."""
    free, disk_free = min((room.memory_free_bytes for room in rooms), default=0), min((room.disk_free_bytes for room in rooms), default=0)
    needed, disk = sum(room.memory_needed_bytes for room in rooms), sum(room.disk_needed_bytes for room in rooms)
    card, card_free = sum(room.card_needed_bytes for room in rooms), max((room.card_free_bytes for room in rooms), default=0)
    return Room(needed, free, disk, disk_free, card_needed_bytes=card, card_free_bytes=card_free)


def _fit(dataset: Dataset, specs: Sequence[RunSpec], there: Room) -> bool:
    """Whether the lanes fit into the memory of an earlier look."""
    need = _total([room_of(dataset, spec) for spec in specs])
    return replace(need, memory_free_bytes=there.memory_free_bytes, card_free_bytes=there.card_free_bytes).short is None


def _too_little(lanes: int, needed: str, free: str, smaller: int | None) -> str:
    if smaller is None:
        return N_("{specs} lanes need about {needed} of memory at once, and {free} is free. Choose fewer lanes, or train them one after the other.").format(specs=lanes, needed=needed, free=free)
    return N_("{specs} lanes need about {needed} of memory at once, and {free} is free. They would fit with batches of at most {smaller} rows. Choose that, or fewer lanes.").format(
        specs=lanes, needed=needed, free=free, smaller=smaller
    )


def labels(specs: Sequence[RunSpec]) -> list[str]:
    """What to call each lane: the name that somebody gave it, or what sets it apart in the visitor's language; all different.

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
    text = _(", ").join(parts) or _(_title(spec))
    return text[0].upper() + text[1:]


def _is_given(spec: RunSpec) -> bool:
    """Whether a person chose the name: ours begin with the title of the recipe."""
    return bool(spec.name) and not spec.name.startswith(tuple(translated(language, _title(spec)) for language in LANGUAGES))


def _title(spec: RunSpec) -> str:
    return RECIPES[spec.recipe].title if spec.recipe in RECIPES else spec.recipe


def _differences(spec: RunSpec, specs: Sequence[RunSpec]) -> list[str]:
    """In what this spec is not like all the others, in words, the most important first."""
    varies = {field for field in ("recipe", "preset", "seed", "backend", "inputs") if len({getattr(each, field) for each in specs}) > 1}
    parts = [_(_title(spec))] if "recipe" in varies else []
    parts += [_(spec.preset.capitalize()).lower()] if "preset" in varies and spec.preset != "custom" else []
    if not parts or spec.preset == "custom":
        parts += _changed_settings(spec, specs)[:FEW]
    parts += [_("Seed {seed}").format(seed=spec.seed).lower()] if "seed" in varies else []
    parts += [spec.backend] if "backend" in varies else []
    return parts + ([plural("{n} column", "{n} columns", len(spec.inputs))] if "inputs" in varies else [])


def _changed_settings(spec: RunSpec, specs: Sequence[RunSpec]) -> list[str]:
    alike = [each for each in specs if each.recipe == spec.recipe]
    values = [{**each.settings, **each.training.model_dump()} for each in alike]
    usual = {name: Counter(str(each.get(name)) for each in values).most_common(1)[0][0] for name in values[0]}
    models: list[type[BaseModel]] = [*([RECIPES[spec.recipe].settings] if spec.recipe in RECIPES else []), TrainingSettings]
    titles = {name: field.title or name for model in models for name, field in model.model_fields.items()}
    own = {**spec.settings, **spec.training.model_dump()}
    return [said_of(titles[name], value) for name, value in own.items() if name in titles and str(value) != usual.get(name)]
