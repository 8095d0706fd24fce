"""One run a card: a worker locks a free graphics processor and sees no other.

The lock is a file for each card; the kernel frees it when the worker dies, however it dies. It is taken
before the engine looks for cards (importing it does not), so a warm spare holds none while it waits. Runs
of one race take turns, so they share a card.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.files import FOLDER_MODE
from core.language import N_
from core.runs.race import race_of
from core.runs.run import Run
from core.training.claim import LOADING
from core.training.device import device_kind
from core.training.gpu import VISIBLE, Card, CardMeter, visible_cards

__all__ = ["TakenCard", "next_card_bytes", "own_card", "take_card"]

RETRY_S = 0.2
WAITING = N_("waiting until a graphics card is free")  # the phase of a run that has a process and no card

_own: TakenCard | None = None  # this worker's, held until the process ends


@dataclass(frozen=True)
class TakenCard:
    """A card that this process has for itself (or shares with its race).

    Attributes:
        card: which one.
        lock: keeps it while open.
    """

    card: Card
    lock: IO[str]


def own_card(run: Run, home: Path, say: Callable[[str], None]) -> None:
    """Give this worker a card of its own, if its engine uses one; call it before the engine looks for cards.

    Waits while every card is taken, until the user presses Stop. Then it sees none: what there is to judge from an
    earlier life of the run is judged on the processor, and nobody else's card is touched.

    Args:
        run: the worker's.
        home: LIMELIGHT_HOME.
        say: told the phase of the run when it must wait, and when it goes on.
    """
    global _own
    if _own is not None or device_kind(os.environ.get("KERAS_BACKEND")) != "gpu":
        return
    race = race_of(run)
    _own = take_card(home, race=race.id if race else "", give_up=lambda: run.stop_requested, wait=lambda: say(WAITING))
    if _own is None:
        _see_none()
    say(LOADING)


def take_card(home: Path, *, race: str = "", give_up: Callable[[], bool] = lambda: False, wait: Callable[[], None] = lambda: None) -> TakenCard | None:
    """Wait for a free card, take it, and hide all others from this process.

    Args:
        home: LIMELIGHT_HOME; the locks lie under it.
        race: id of the race that this run is part of; its runs share a card.
        give_up: asked five times a second while no card is free (the user pressed Stop).
        wait: called once, when no card is free.

    Returns:
        The card with its lock; keep it. None where there is no card, or `give_up` said so.
    """
    cards = visible_cards()
    folder = home / "cards"
    if cards:
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    waits = False
    while cards and not give_up():
        with _one_at_a_time(folder):
            for card in sorted(cards, key=lambda card: (not race or _holder(folder, card) != race, -(CardMeter(card).free_memory_bytes() or 0))):
                if (lock := _lock(folder, card, race)) is not None:
                    os.environ[VISIBLE] = card.uuid
                    return TakenCard(card, lock)
        if not waits:
            wait()
            waits = True
        time.sleep(RETRY_S)
    return None


def next_card_bytes(home: Path) -> int | None:
    """Memory that the next run finds on the best card; a worker's own card, where this process has one. None where no card tells.

    A card that a run of ours has counts whole: that run gives its memory back before another one gets the card.
    """
    told = [_next_bytes(card, home / "cards") for card in visible_cards()]
    return max((size_bytes for size_bytes in told if size_bytes is not None), default=None)


def _next_bytes(card: Card, folder: Path) -> int | None:
    meter = CardMeter(card)
    return meter.total_memory_bytes() if _own is None and _is_taken(folder, card) else meter.free_memory_bytes()


def _is_taken(folder: Path, card: Card) -> bool:
    """Whether a run has a card, or the lanes of a race together."""
    with contextlib.suppress(FileNotFoundError), _one_at_a_time(folder):  # whoever chooses a card must not find it held by us
        return _holder(folder, card) is not None
    return False


def _holder(folder: Path, card: Card) -> str | None:
    """The race whose lanes have a card, "" where it is a single run; None where nobody has it. For who chooses, or keeps others from it."""
    with contextlib.suppress(FileNotFoundError), (folder / _lock_name(card)).open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read()
    return None


def _see_none() -> None:
    """Hide every card from the engine, which has perhaps been imported but has not looked for them yet."""
    os.environ |= {VISIBLE: "-1", "JAX_PLATFORMS": "cpu"}
    if (jax := sys.modules.get("jax")) is not None:  # it read the variable when it was imported
        jax.config.update("jax_platforms", "cpu")


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "choosing.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock(folder: Path, card: Card, race: str) -> IO[str] | None:
    """Lock a card alone; or together with those who have it, when they are of the same race."""
    file = (folder / _lock_name(card)).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        if race and file.read() == race and _share(file):
            return file
        file.close()
        return None
    file.seek(0)
    file.truncate()
    file.write(race)
    file.flush()
    if race:
        _share(file)
    return file


def _lock_name(card: Card) -> str:
    return f"{re.sub(r'[^A-Za-z0-9-]', '_', card.uuid)}.lock"


def _share(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
