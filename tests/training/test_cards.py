"""One run a card: no two workers get the same one, except in a race, and a dead worker holds none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.training import cards, gpu
from core.training.cards import TakenCard, take_card
from core.training.claim import LOADING
from tests.training.nvml import FakeCard, install

Take = Callable[..., TakenCard | None]


@pytest.fixture
def nvml_cards(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeCard, FakeCard]:
    two = FakeCard("GPU-a", used=70_000), FakeCard("GPU-b", used=10_000)
    install(monkeypatch, *two)
    return two


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nvml_cards: tuple[FakeCard, FakeCard]) -> Iterator[Take]:
    """Take one of two cards as another process would, which sees both; gives up at the third look."""
    monkeypatch.setattr(cards, "RETRY_S", 0.0)
    taken: list[TakenCard] = []

    def another(race: str = "") -> TakenCard | None:
        monkeypatch.delenv(gpu.VISIBLE, raising=False)
        looks = iter([False, False, True])
        one = take_card(tmp_path, race=race, give_up=lambda: next(looks))
        taken.extend([one] if one else [])
        return one

    yield another
    for one in taken:
        one.lock.close()
    gpu.all_cards.cache_clear()


def test_the_emptier_card_comes_first_and_each_only_once(take: Take) -> None:
    first = take()
    assert os.environ[gpu.VISIBLE] == "GPU-b"
    second = take()
    assert first is not None
    assert second is not None
    assert (first.card.uuid, second.card.uuid) == ("GPU-b", "GPU-a")
    assert take() is None
    first.lock.close()  # as the kernel does when the worker dies
    third = take()
    assert third is not None
    assert third.card.uuid == "GPU-b"


def test_runs_of_one_race_share_a_card(take: Take) -> None:
    lanes = [take("r-1"), take("r-1")]
    assert [lane and lane.card.uuid for lane in lanes] == ["GPU-b", "GPU-b"]
    other, stranger = take("r-2"), take()
    assert other is not None
    assert other.card.uuid == "GPU-a"
    assert stranger is None


def test_lanes_share_the_card_of_their_race_though_another_one_is_emptier(take: Take, nvml_cards: tuple[FakeCard, FakeCard]) -> None:
    first = take("r-1")
    nvml_cards[1].used = 75_000  # the first lane has begun to learn: the other card has more free now
    second = take("r-1")
    assert [lane and lane.card.uuid for lane in (first, second)] == ["GPU-b", "GPU-b"]
    other = take()
    assert other is not None
    assert other.card.uuid == "GPU-a"


def test_a_card_that_a_race_had_is_free_again(take: Take) -> None:
    for lane in (take("r-1"), take("r-1")):
        assert lane is not None
        lane.lock.close()
    alone = take()
    assert alone is not None
    assert alone.card.uuid == "GPU-b"
    joined = take("r-1")  # the name of the race is gone with it
    assert joined is not None
    assert joined.card.uuid == "GPU-a"


def test_a_machine_without_a_card_has_none_to_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert take_card(tmp_path) is None
    assert not (tmp_path / "cards").exists()


def test_a_worker_owns_one_card_until_it_ends(take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "_own", None)
    run: Any = SimpleNamespace(stop_requested=False)
    monkeypatch.setattr(cards, "race_of", lambda run: None)
    monkeypatch.setattr(cards, "device_kind", lambda backend: "cpu")
    said: list[str] = []
    cards.own_card(run, tmp_path, said.append)
    assert cards._own is None
    monkeypatch.setattr(cards, "device_kind", lambda backend: "gpu")
    cards.own_card(run, tmp_path, said.append)
    mine = cards._own
    assert mine is not None
    cards.own_card(run, tmp_path, said.append)  # a second time changes nothing
    assert cards._own is mine
    assert cards.WAITING not in said
    other = take()
    assert other is not None
    assert other.card != mine.card
    mine.lock.close()


def test_a_worker_says_that_it_waits_and_with_stop_it_sees_no_card(take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert take() is not None
    assert take() is not None
    monkeypatch.delenv(gpu.VISIBLE)
    monkeypatch.setattr(cards, "_own", None)
    monkeypatch.setattr(cards, "race_of", lambda run: None)
    monkeypatch.setattr(cards, "device_kind", lambda backend: "gpu")
    monkeypatch.setenv("JAX_PLATFORMS", "")
    updates: list[tuple[str, str]] = []
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(config=SimpleNamespace(update=lambda *change: updates.append(change))))  # type: ignore[arg-type]
    said: list[str] = []

    class Stopped:
        looks = 0

        @property
        def stop_requested(self) -> bool:
            self.looks += 1
            return self.looks > 3

    stopped: Any = Stopped()
    cards.own_card(stopped, tmp_path, said.append)
    assert cards._own is None
    assert said == [cards.WAITING, LOADING]
    assert gpu.visible_cards() == ()
    assert os.environ["JAX_PLATFORMS"] == "cpu"
    assert updates == [("jax_platforms", "cpu")]
