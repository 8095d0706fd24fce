"""The lanes of a race: which specs they are, and what each is called."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.dataset.schema import DatasetInfo
from core.errors import BadSettings, NoRoom, NotFound
from core.language import speaking
from core.race_lanes import labels, make_lanes, race_room, told_apart, with_batch
from core.recipes import make_spec
from core.training import gpu, room
from core.workspace import Workspace
from tests.training.conftest import make_dataset
from tests.training.nvml import FakeCard, install


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
        ({"presets": ("quick", "balanced"), "changes": {"epochs": 3}}, ["Quick", "Balanced"]),
        ({"presets": ("quick", "balanced"), "seeds": (0, 1), "changes": {"epochs": 3}}, ["Quick, seed 0", "Quick, seed 1", "Balanced, seed 0", "Balanced, seed 1"]),
        ({"seeds": (0, 7)}, ["Seed 0", "Seed 7"]),
        ({"presets": ("quick", "balanced"), "seeds": (0, 1)}, ["Quick, seed 0", "Quick, seed 1", "Balanced, seed 0", "Balanced, seed 1"]),
    ],
)
def test_a_lane_is_called_by_what_sets_it_apart(info: DatasetInfo, given: dict[str, Any], expected: list[str]) -> None:
    assert labels(make_lanes(info, **given)) == expected


def test_changed_settings_are_named_and_given_names_stay(info: DatasetInfo) -> None:
    changes = ({}, {"learning_rate": 0.01}, {"units": 32, "balance_classes": True})
    specs = [make_spec(info, changes=change) for change in changes] + [make_spec(info, name="Mine", changes={"units": 33})]
    assert labels(specs) == ["Balanced", "Learning rate 0.01", "Units in a layer 32, balance classes on", "Mine"]
    assert len({spec.name for spec in told_apart(specs)}) == 4 and told_apart(specs)[3].name == "Mine"


def test_a_lane_has_its_name_in_the_language_of_the_visitor(info: DatasetInfo) -> None:
    changes = ({}, {"learning_rate": 0.01}, {"units": 32, "balance_classes": True})
    specs = [make_spec(info, changes=change) for change in changes]
    with speaking("zh_CN"):
        assert labels(specs) == ["均衡", "学习率 0.01", "每层的单元数 32、平衡类别 开"]
        assert labels(make_lanes(info, seeds=(0, 7), presets=("quick", "balanced"))) == ["快速、种子 0", "快速、种子 7", "均衡、种子 0", "均衡、种子 7"]
        assert labels([make_spec(info), make_spec(info, inputs=info.inputs[:1])])[1] == "1 列数据"
        assert told_apart([spec.model_copy(update={"name": "我的"}) for spec in specs])[1].name == "我的、学习率 0.01"
    assert labels(specs)[1] == "Learning rate 0.01"


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


@pytest.fixture
def machine(info: DatasetInfo, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set what is free, in bytes, of a machine on which only the batch and 100 MB of fixed memory count."""
    monkeypatch.setitem(room.ENGINES, "jax", room.Engine(fixed_bytes=100_000_000, activations=4.5, copies=2.0, export_bytes=0, export_copies=0))

    def free(memory: int = 10**12, disk: int = 10**12) -> None:
        monkeypatch.setattr(room, "free_memory_bytes", lambda: memory)
        monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=disk))

    return free


def test_memory_and_disk_of_all_lanes_are_summed(info: DatasetInfo, machine: Callable[..., None]) -> None:
    dataset, specs = Workspace.local().dataset(info.id), make_lanes(info, seeds=(0, 1, 2))
    alone = room.room_of(dataset, specs[0])
    both = race_room(dataset, specs[:2])
    assert (both.memory_needed_bytes, both.disk_needed_bytes) == (2 * alone.memory_needed_bytes, 2 * alone.disk_needed_bytes)
    machine(memory=both.memory_needed_bytes, disk=both.disk_needed_bytes)
    race_room(dataset, specs[:2]).check()
    machine(disk=both.disk_needed_bytes)
    with pytest.raises(NoRoom, match="3 lanes need about .* on the disk together"):
        race_room(dataset, specs).check()
    machine(memory=both.memory_needed_bytes - 1)
    assert not race_room(dataset, specs[:2], held_bytes=1).sentence and race_room(dataset, specs[:2]).sentence


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCard]:
    card = FakeCard("GPU-a", used=0, total=10**12)
    install(monkeypatch, card)
    monkeypatch.setattr(room, "device_kind", lambda backend: "gpu")
    yield card
    gpu.all_cards.cache_clear()


def test_lanes_share_a_card_and_the_machine(info: DatasetInfo, machine: Callable[..., None], card: FakeCard) -> None:
    dataset, specs = Workspace.local().dataset(info.id), make_lanes(info, seeds=(0, 1), changes={"batch_size": 2048})
    machine()
    both = race_room(dataset, specs)
    assert both.card_needed_bytes == 2 * room.room_of(dataset, specs[0]).card_needed_bytes
    card.total = both.card_needed_bytes - 1
    found = race_room(dataset, specs)
    assert "2 lanes need about" in found.sentence
    assert found.batch_that_fits == 1024
    card.total += 1
    race_room(dataset, specs).check()
    machine(memory=both.memory_needed_bytes - 1)
    assert "2 lanes need about" in race_room(dataset, specs).sentence


def test_the_largest_batch_with_which_all_lanes_fit_is_proposed(info: DatasetInfo, machine: Callable[..., None]) -> None:
    dataset = Workspace.local().dataset(info.id)
    specs = told_apart([make_spec(info, changes={"batch_size": batch, "units": 512}) for batch in (4096, 2048, 32)])
    need = {rows: sum(room.room_of(dataset, spec).memory_needed_bytes for spec in with_batch(info, specs, rows)) for rows in (4096, 2048, 1024)}
    machine(memory=need[2048])
    assert race_room(dataset, specs).batch_that_fits == 2048
    machine(memory=need[2048] - 1)
    found = race_room(dataset, specs)
    assert found.batch_that_fits == 1024 and "batches of at most 1024 rows" in found.sentence
    fitting = with_batch(info, specs, 1024)
    assert [spec.training.batch_size for spec in fitting] == [1024, 1024, 32] and fitting[2] == specs[2]
    assert not race_room(dataset, fitting).sentence


def test_where_no_batch_helps_it_says_so_of_one_lane_or_of_all(info: DatasetInfo, machine: Callable[..., None]) -> None:
    dataset, specs = Workspace.local().dataset(info.id), make_lanes(info, seeds=(0, 1))
    machine(memory=150_000_000)
    found = race_room(dataset, specs)
    assert found.batch_that_fits is None and "2 lanes need about" in found.sentence and "one after the other" in found.sentence
    machine(memory=50_000_000)
    assert "This run needs about" in race_room(dataset, specs).sentence
