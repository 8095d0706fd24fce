"""Room: the estimate grows with what it is made of, and the batch that is proposed is the largest that fits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.schema import Column, ColumnType, DatasetInfo, SplitCounts, Task
from core.errors import NoRoom
from core.preprocess.shapes import PreprocessOptions, shapes_of
from core.recipes import options_of, plan_of
from core.recipes.plan import Plan
from core.runs.spec import RunSpec, TrainingSettings
from core.training import cards, gpu
from core.training import room as module
from core.training.room import ENGINES, Room, room_for, size
from tests.training.nvml import FakeCard, install

GB = 10**9
PLENTY = 1000 * GB


@pytest.fixture(autouse=True)
def without_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "device_kind", lambda backend: "cpu")


def info_of(rows: int = 1000, columns: int = 20, task: Task = Task.BINARY, kind: ColumnType = ColumnType.NUMBER, raw: int = 0) -> DatasetInfo:
    names = [f"c{n}" for n in range(columns)]
    return DatasetInfo(
        id="d-1", name="d", created="2026-01-01", source={"bytes": raw}, rows=rows, columns=tuple(Column(name=name, type=kind) for name in names),
        target="y", task=task, labels=("a", "b"), inputs=tuple(names), split=SplitCounts(train=rows * 8 // 10, validation=rows // 10, test=rows // 10),
        image_shape=(28, 28, 1) if kind is ColumnType.IMAGE else None,
    )  # fmt: skip


def made(recipe: str = "mlp", backend: str = "jax", own: dict[str, Any] | None = None, batch: int = 64, optimizer: Any = "adam", **facts: Any) -> tuple[RunSpec, DatasetInfo, Plan]:
    info = info_of(**facts)
    training = TrainingSettings(batch_size=batch, optimizer=optimizer)
    spec = RunSpec(dataset="d-1", inputs=info.inputs, target="y", task=info.task, recipe=recipe, backend=backend, settings=own or {}, training=training)  # type: ignore[arg-type]
    return spec, info, plan_of(spec, shapes_of(info.columns, options_of(spec) if recipe != "mlp" else PreprocessOptions(), info.image_shape), 2)


def needed(*arguments: Any, **facts: Any) -> int:
    return room_for(*made(*arguments, **facts), free_bytes=PLENTY).memory_needed_bytes


@pytest.mark.parametrize("backend", list(ENGINES))
def test_a_small_run_needs_the_libraries_and_little_else(backend: Any) -> None:
    engine = ENGINES[backend]
    assert 0 <= needed(backend=backend) - engine.fixed_bytes - engine.export_bytes < 5_000_000


def test_rows_parameters_and_optimizer_by_hand() -> None:
    engine = ENGINES["tensorflow"]
    own = {"layers": 1, "units": 100, "dropout": 0.0}
    spec, info, plan = made(backend="tensorflow", own=own, columns=10, rows=1000, batch=256, raw=7_000_000, optimizer="sgd")
    parameters, row_outputs = 10 * 100 + 100 + 100 + 1, 100 + 1
    rows = 2 * 900 * (10 * 4 + 8)
    network = 4 * parameters * (2 * 2 + engine.copies)
    step, export = engine.activations * 4 * row_outputs * 256, engine.export_copies * 4 * parameters
    assert plan.parameters == parameters
    assert room_for(spec, info, plan, free_bytes=PLENTY).memory_needed_bytes == round(engine.fixed_bytes + 7_000_000 + rows + network + step + export)


def test_every_part_makes_it_larger() -> None:
    small = needed(backend="tensorflow")
    assert needed(backend="tensorflow", rows=1_000_000) > small
    assert needed(backend="tensorflow", raw=10**9) > small
    assert needed(backend="tensorflow", own={"units": 2048}) > small
    assert needed(backend="tensorflow", batch=4096) > small
    assert needed(backend="tensorflow", optimizer="sgd") < small


def test_what_lies_inside_of_a_layer_counts() -> None:
    text = {"kind": ColumnType.TEXT, "columns": 1, "backend": "tensorflow", "batch": 512}
    one_way, both_ways = (needed("text_recurrent", own={"both_ways": both}, **text) for both in (False, True))
    assert both_ways > one_way > needed("text_pooling", **text)
    short, long = (needed("text_transformer", own={"max_length": length}, **text) for length in (64, 256))
    assert long > ENGINES["tensorflow"].fixed_bytes + 8 * (short - ENGINES["tensorflow"].fixed_bytes) * 0.5  # far more than 4 times: words ask words


def test_pictures_are_bytes_until_they_are_a_batch() -> None:
    pictures = {"kind": ColumnType.IMAGE, "columns": 1, "backend": "tensorflow"}
    more = needed("cnn", rows=101_000, **pictures) - needed("cnn", rows=1000, **pictures)
    assert more == 2 * 90_000 * (28 * 28 + 8)


WIDE = {"units": 256, "layers": 8}


@given(st.integers(1, 8192), st.integers(0, 20))
@settings(max_examples=40)
def test_the_proposed_batch_is_the_largest_power_of_two_that_fits(batch: int, tenths: int) -> None:
    spec, info, plan = made("mlp", "tensorflow", WIDE, batch=batch, columns=5)
    free = ENGINES["tensorflow"].fixed_bytes + tenths * GB // 10
    room = room_for(spec, info, plan, free_bytes=free)
    assert bool(room.sentence) == (room.memory_needed_bytes > free)
    if not room.sentence:
        assert room.batch_that_fits is None
        return

    def fits(rows: int) -> bool:
        other = spec.model_copy(update={"training": spec.training.model_copy(update={"batch_size": rows})})
        return not room_for(other, info, plan, free_bytes=free).sentence

    if room.batch_that_fits is None:
        assert batch == 1 or not fits(1)
    else:
        assert room.batch_that_fits < batch
        assert fits(room.batch_that_fits)
        assert room.batch_that_fits * 2 >= batch or not fits(room.batch_that_fits * 2)


def test_the_sentence_proposes_what_fits() -> None:
    spec, info, plan = made("mlp", "tensorflow", WIDE, batch=8192)
    free = room_for(*made("mlp", "tensorflow", WIDE, batch=4096), free_bytes=PLENTY).memory_needed_bytes
    room = room_for(spec, info, plan, free_bytes=free)
    assert room.batch_that_fits == 4096
    assert room.sentence.startswith(f"This run needs about {room.memory_needed_bytes / 1e9:.1f} GB of memory and {size(free)} is free.")
    assert room.sentence.endswith("A batch of 4096 rows instead of 8192 would fit.")
    with pytest.raises(NoRoom, match="4096 rows"):
        room.check()


def test_where_no_batch_fits_the_sentence_says_what_else_helps() -> None:
    room = room_for(*made(), free_bytes=100_000_000)
    assert room.batch_that_fits is None
    assert "100 MB is free. A smaller batch would not be enough" in room.sentence


def test_memory_that_is_given_back_counts_as_free() -> None:
    need = needed()
    assert room_for(*made(), free_bytes=need - 1).sentence
    assert not room_for(*made(), free_bytes=need - 1, held_bytes=1).sentence


def test_free_memory_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "free_memory_bytes", lambda: 12_345)
    assert room_for(*made()).memory_free_bytes == 12_345


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=1_000_000))
    room = room_for(*made(), free_bytes=PLENTY)
    assert "on the disk, and 1 MB is free. Delete runs" in room.sentence
    with pytest.raises(NoRoom):
        room.check()


def test_the_disk_of_a_home_that_does_not_exist_yet_is_that_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(shutil, "disk_usage", lambda place: (asked.append(place), SimpleNamespace(free=1))[1])
    module._disk_free(tmp_path / "a" / "b")
    assert asked == [tmp_path.resolve()]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCard]:
    card = FakeCard("GPU-a", used=0, total=40_000_000)
    install(monkeypatch, card)
    monkeypatch.setattr(module, "device_kind", lambda backend: "gpu")
    yield card
    gpu.all_cards.cache_clear()


def test_on_a_graphics_processor_its_memory_counts(card: FakeCard) -> None:
    spec, info, plan = made("mlp", own={"units": 512}, batch=8192, columns=5)
    room = room_for(spec, info, plan, free_bytes=PLENTY)
    assert (room.memory_free_bytes, room.card_free_bytes) == (PLENTY, 40_000_000)
    assert "of memory on the graphics processor and 40 MB is free" in room.sentence
    assert room.batch_that_fits is not None


def test_on_a_graphics_processor_the_memory_of_the_machine_counts_too(card: FakeCard) -> None:
    """A table that is larger than what the machine has is read there before a row of it is on the card."""
    spec, info, plan = made(raw=20 * GB)
    room = room_for(spec, info, plan, free_bytes=16 * GB)
    assert room.card_needed_bytes <= room.card_free_bytes
    assert (room.short, room.batch_that_fits) == ((room.memory_needed_bytes, 16 * GB), None)
    assert "of memory and 16.0 GB is free" in room.sentence
    assert not room_for(spec, info, plan, free_bytes=room.memory_needed_bytes).sentence


def test_on_a_graphics_processor_a_step_needs_no_memory_of_the_machine(card: FakeCard) -> None:
    small, large = (room_for(*made(own={"units": 512}, batch=batch), free_bytes=PLENTY) for batch in (32, 8192))
    assert small.memory_needed_bytes == large.memory_needed_bytes
    assert small.card_needed_bytes < large.card_needed_bytes


def test_a_card_that_does_not_tell_its_memory_refuses_nobody(card: FakeCard) -> None:
    card.used = None
    room = room_for(*made(), free_bytes=PLENTY)
    assert (room.card_needed_bytes, room.card_free_bytes, room.sentence) == (0, 0, "")


@pytest.mark.parametrize("race", ["", "r-1"])
def test_a_card_that_a_run_of_ours_has_counts_whole(card: FakeCard, clean_home: Path, monkeypatch: pytest.MonkeyPatch, race: str) -> None:
    """That run ends before another gets the card. What another program holds is not given back."""
    card.used = card.total - 1
    assert room_for(*made(), free_bytes=PLENTY).sentence
    taken = cards.take_card(clean_home, race=race)
    assert taken is not None
    monkeypatch.delenv(gpu.VISIBLE)
    assert not room_for(*made(), free_bytes=PLENTY).sentence
    monkeypatch.setattr(cards, "_own", taken)  # in the worker that has it
    assert room_for(*made(), free_bytes=PLENTY).card_free_bytes == 1
    taken.lock.close()
    monkeypatch.setattr(cards, "_own", None)
    assert room_for(*made(), free_bytes=PLENTY).sentence


def test_a_worker_waits_for_memory_that_a_spare_gives_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    rooms = iter([Room(2, 1, 1, 2, sentence="Too large."), Room(2, 1, 1, 2, sentence="Too large."), Room(2, 2, 1, 2)])
    monkeypatch.setattr(module, "_workers_room", lambda dataset, spec: next(rooms))
    said: list[str] = []
    module.check_worker(None, None, said.append)  # type: ignore[arg-type]  # nobody looks at them
    assert said == [module.WAITING] * 2


@pytest.mark.parametrize(("room", "patience_s"), [(Room(2, 1, 1, 2, sentence="Too large."), 0.0), (Room(1, 2, 2, 1, sentence="No disk."), 60.0)], ids=["memory", "disk"])
def test_a_worker_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch, room: Room, patience_s: float) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", patience_s)
    monkeypatch.setattr(module, "_workers_room", lambda dataset, spec: room)
    said: list[str] = []
    with pytest.raises(NoRoom, match=room.sentence):
        module.check_worker(None, None, said.append)  # type: ignore[arg-type]
    assert said == []


def test_a_room_that_fits_is_not_refused() -> None:
    Room(1, 2, 1, 2).check()
