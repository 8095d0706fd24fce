"""Graphics processors, as NVIDIA's own library NVML knows them (`nvidia-ml-py`).

A machine without a card, without a driver or without permission has none, and that is no error. A card is
known by its UUID, because numbers mean different cards to NVML and to CUDA. A card that is cut into slices
(MIG) is listed as its slices: each works like a card of its own, but does not tell its use or power. What a
card does not tell is None, never a guess.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Card", "CardMeter", "all_cards", "visible_cards"]

VISIBLE = "CUDA_VISIBLE_DEVICES"
LONGEST_GAP_S = 5.0  # power between two looks further apart than this is not known


@dataclass(frozen=True)
class Card:
    """One card, or one slice of a card.

    Attributes:
        uuid: what `CUDA_VISIBLE_DEVICES` understands: "GPU-…" or "MIG-…".
        name: for people.
        index: of the card in NVML's order.
        handle: NVML's.
    """

    uuid: str
    name: str
    index: int
    handle: Any


@functools.cache
def all_cards() -> tuple[Card, ...]:
    """Every card of the machine, in NVML's order; asked once."""
    nvml = _nvml()
    if nvml is None:
        return ()
    count = _asked(nvml, "nvmlDeviceGetCount") or 0
    return tuple(card for index in range(count) for card in _cards_at(nvml, index))


def visible_cards() -> tuple[Card, ...]:
    """The cards that this process may use: all, or those that CUDA_VISIBLE_DEVICES names.

    As CUDA reads it: numbers or (beginnings of) UUIDs, separated by commas; everything from the first
    unknown one on is left out, so "-1" and "" mean none.
    """
    wanted = os.environ.get(VISIBLE)
    if wanted is None:
        return all_cards()
    chosen: list[Card] = []
    for word in (word.strip() for word in wanted.split(",")):
        found = [card for card in all_cards() if _means(word, card) and card not in chosen]
        if not found:
            break
        chosen += found[:1]
    return tuple(chosen)


class CardMeter:
    """What one card does, look by look; keeps the energy since it was made."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self._first_mj = self._ask("nvmlDeviceGetTotalEnergyConsumption")
        self._joules = 0.0
        self._power: tuple[float, float] | None = None  # time and watts of the last look
        self._gap = False

    def sample(self) -> dict[str, Any] | None:
        """One entry of the `gpus` of a `device` event; None when the card does not answer at all.

        Returns:
            name, percent (0 … 100), memory_bytes, memory_total_bytes, temperature_c, power_w and energy_j
            since this meter was made; each None where the card does not tell it.
        """
        nvml = _nvml()
        memory, busy = self._ask("nvmlDeviceGetMemoryInfo"), self._ask("nvmlDeviceGetUtilizationRates")
        sensor = getattr(nvml, "NVML_TEMPERATURE_GPU", 0)
        heat = self._ask("nvmlDeviceGetTemperature", sensor)
        heat = self._ask("nvmlDeviceGetTemperatureV", sensor) if heat is None else heat  # the first of the two goes with CUDA 14
        milliwatts = self._ask("nvmlDeviceGetPowerUsage")
        watts = None if milliwatts is None else milliwatts / 1000
        energy = self._energy(watts)
        if memory is busy is heat is watts is None:
            return None
        return {
            "name": self.card.name, "percent": None if busy is None else float(busy.gpu),
            "memory_bytes": None if memory is None else int(memory.used), "memory_total_bytes": None if memory is None else int(memory.total),
            "temperature_c": heat, "power_w": watts, "energy_j": None if energy is None else round(energy, 1),
        }  # fmt: skip

    def free_memory_bytes(self) -> int | None:
        """Free memory of the card; None when it does not tell."""
        memory = self._ask("nvmlDeviceGetMemoryInfo")
        return None if memory is None else int(memory.free)

    def total_memory_bytes(self) -> int | None:
        """All memory of the card; None when it does not tell."""
        memory = self._ask("nvmlDeviceGetMemoryInfo")
        return None if memory is None else int(memory.total)

    def _energy(self, watts: float | None) -> float | None:
        """By the card's own counter, or else the power summed over time; a gap makes it unknown for good."""
        if self._first_mj is not None:
            now = self._ask("nvmlDeviceGetTotalEnergyConsumption")
            return None if now is None or now < self._first_mj else (now - self._first_mj) / 1000
        now_s, before = time.monotonic(), self._power
        self._power = None if watts is None else (now_s, watts)
        if before is not None and watts is not None and now_s - before[0] <= LONGEST_GAP_S:
            self._joules += (before[1] + watts) / 2 * (now_s - before[0])
        elif before is not None:
            self._gap = True
        return None if self._gap or watts is None else self._joules

    def _ask(self, function: str, *arguments: Any) -> Any:
        nvml = _nvml()
        return None if nvml is None else _asked(nvml, function, self.card.handle, *arguments)


def _cards_at(nvml: Any, index: int) -> Iterator[Card]:
    handle = _asked(nvml, "nvmlDeviceGetHandleByIndex", index)
    if handle is None:
        return
    for one in list(_slices(nvml, handle)) or [handle]:
        uuid = _asked(nvml, "nvmlDeviceGetUUID", one)
        if uuid:
            name = _asked(nvml, "nvmlDeviceGetName", one) or _asked(nvml, "nvmlDeviceGetName", handle) or "Graphics processor"
            yield Card(_text(uuid), _text(name), index, one)


def _slices(nvml: Any, handle: Any) -> Iterator[Any]:
    mode = _asked(nvml, "nvmlDeviceGetMigMode", handle)  # most cards cannot be cut: not supported
    if not mode or mode[0] != 1:
        return
    for number in range(_asked(nvml, "nvmlDeviceGetMaxMigDeviceCount", handle) or 0):
        one = _asked(nvml, "nvmlDeviceGetMigDeviceHandleByIndex", handle, number)
        if one is not None:  # places without a slice are not found
            yield one


def _means(word: str, card: Card) -> bool:
    return card.index == int(word) if word.isdigit() else bool(word) and card.uuid.startswith(word)


def _asked(nvml: Any, function: str, *arguments: Any) -> Any:
    """The answer, or None: not supported, not permitted, unknown to this version, or the card has gone."""
    try:
        return getattr(nvml, function)(*arguments)
    except (nvml.NVMLError, AttributeError, ValueError):
        return None


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@functools.cache
def _nvml() -> Any:
    """The NVML library, ready to be asked; None without a driver."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no package, no driver, no permission: all mean that there is nothing to show
        return None
    return pynvml
