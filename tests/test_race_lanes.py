"""The lanes of a race: which specs they are, and what each is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.dataset.schema import DatasetInfo
from core.errors import BadSettings, NoRoom, NotFound
from core.race_lanes import check_memory, labels, make_lanes, told_apart
from core.recipes import make_spec
from core.training import room
from core.workspace import Workspace
from tests.training.conftest import make_dataset


@pytest.fixture
def info(clean_home: Path) -> DatasetInfo:
    return make_dataset(Workspace.local()).info


def test_one_lane_for_each_combination(info: DatasetInfo) -> None:
    specs = make_lanes(info, presets=("quick", "balanced"), seeds=(0, 1), changes={"epochs": 3})
    assert [(spec.settings, spec.seed) for spec in specs] == [
        (make_spec(info, preset=preset).settings, seed) for preset in ("quick", "balanced") for seed in (0, 1)
    ]  # fmt: skip
    assert {spec.training.epochs for spec in specs} == {3} and len({spec.name for spec in specs}) == 4


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"presets": ("quick", "balanced", "thorough")}, ["Quick", "Balanced", "Thorough"]),
        ({"seeds": (0, 7)}, ["Seed 0", "Seed 7"]),
        ({"presets": ("quick", "balanced"), "seeds": (0, 1)}, ["Quick, seed 0", "Quick, seed 1", "Balanced, seed 0", "Balanced, seed 1"]),
    ],
)
def test_a_lane_is_called_by_what_sets_it_apart(info: DatasetInfo, given: dict[str, tuple[str, ...]], expected: list[str]) -> None:
    assert labels(make_lanes(info, **given)) == expected  # type: ignore[arg-type]


def test_changed_settings_are_named_and_given_names_stay(info: DatasetInfo) -> None:
    changes = ({}, {"learning_rate": 0.01}, {"units": 32, "balance_classes": True})
    specs = [make_spec(info, changes=change) for change in changes] + [make_spec(info, name="Mine", changes={"units": 33})]
    assert labels(specs) == ["Balanced", "Learning rate 0.01", "Units in a layer 32, balance classes on", "Mine"]
    assert len({spec.name for spec in told_apart(specs)}) == 4 and told_apart(specs)[3].name == "Mine"


def test_the_same_twice_is_numbered(info: DatasetInfo) -> None:
    specs = [make_spec(info)] * 2
    assert labels(specs) == ["Multilayer network (1)", "Multilayer network (2)"]


def test_an_unknown_recipe_of_an_old_run_still_has_a_name(info: DatasetInfo) -> None:
    old = make_spec(info).model_copy(update={"recipe": "lost", "name": "", "settings": {"a": 1}})
    assert labels([old, make_spec(info)]) == ["Lost", "Multilayer network"]


@pytest.mark.parametrize(("given", "error"), [({"recipes": ("none",)}, NotFound), ({"presets": ("huge",)}, BadSettings), ({"changes": {"colour": 1}}, BadSettings)])
def test_what_cannot_be_is_refused(info: DatasetInfo, given: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        make_lanes(info, **given)  # type: ignore[arg-type]


def test_lanes_that_do_not_fit_into_memory_together_are_refused(info: DatasetInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, specs = Workspace.local().dataset(info.id), make_lanes(info, seeds=(0, 1, 2))
    alone = room.room_of(dataset, specs[0]).memory_needed_bytes
    monkeypatch.setattr(room, "free_memory_bytes", lambda: 2 * alone)
    check_memory(dataset, specs[:2])
    with pytest.raises(NoRoom, match="3 lanes need about"):
        check_memory(dataset, specs)
    monkeypatch.setattr(room, "free_memory_bytes", lambda: alone // 2)
    with pytest.raises(NoRoom, match="batch|memory"):
        check_memory(dataset, specs)
