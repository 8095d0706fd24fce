"""A driver that is not there: NVML's functions, their answers' shapes and their errors as `pynvml` has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from core.training import gpu


@dataclass
class FakeCard:
    """One card; a value of None is "not supported"."""

    uuid: str
    name: str = "NVIDIA H100 80GB HBM3"
    percent: int | None = 50
    used: int | None = 4_000
    total: int = 80_000
    temperature: int | None = 41
    milliwatts: int | None = 120_000
    millijoules: int | None = 1_000_000
    slices: list[FakeCard] = field(default_factory=list)


class FakeNvml:
    """Answers for its cards; `broken` names functions that fail, `calls` counts what was asked."""

    NVMLError = pynvml.NVMLError
    NVML_TEMPERATURE_GPU = pynvml.NVML_TEMPERATURE_GPU

    def __init__(self, *cards: FakeCard) -> None:
        self.cards = list(cards)
        self.broken: dict[str, int] = {}
        self.calls: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("nvml"):
            return object.__getattribute__(self, name)
        if not hasattr(pynvml, name):
            raise AttributeError(name)  # the real library has no such function
        self.calls.append(name)
        if name in self.broken:
            return _failing(self.broken[name])
        return object.__getattribute__(self, name)

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802  # NVML's names
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> FakeCard:  # noqa: N802
        return self.cards[index]

    def nvmlDeviceGetUUID(self, handle: FakeCard) -> str:  # noqa: N802
        return handle.uuid

    def nvmlDeviceGetName(self, handle: FakeCard) -> str:  # noqa: N802
        return handle.name

    def nvmlDeviceGetMigMode(self, handle: FakeCard) -> list[int]:  # noqa: N802
        return [1, 1] if handle.slices else [0, 0]

    def nvmlDeviceGetMaxMigDeviceCount(self, handle: FakeCard) -> int:  # noqa: N802
        return 7

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: FakeCard, number: int) -> FakeCard:  # noqa: N802
        return handle.slices[number] if number < len(handle.slices) else _failing(pynvml.NVML_ERROR_NOT_FOUND)()

    def nvmlDeviceGetMemoryInfo(self, handle: FakeCard) -> Any:  # noqa: N802
        used = _told(handle.used)
        return SimpleNamespace(total=handle.total, used=used, free=handle.total - used)

    def nvmlDeviceGetUtilizationRates(self, handle: FakeCard) -> Any:  # noqa: N802
        return SimpleNamespace(gpu=_told(handle.percent), memory=1)

    def nvmlDeviceGetTemperature(self, handle: FakeCard, sensor: int) -> int:  # noqa: N802
        assert sensor == pynvml.NVML_TEMPERATURE_GPU
        return _told(handle.temperature)

    def nvmlDeviceGetTemperatureV(self, handle: FakeCard, sensor: int) -> int:  # noqa: N802
        assert sensor == pynvml.NVML_TEMPERATURE_GPU
        return _told(handle.temperature)

    def nvmlDeviceGetPowerUsage(self, handle: FakeCard) -> int:  # noqa: N802
        return _told(handle.milliwatts)

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: FakeCard) -> int:  # noqa: N802
        return _told(handle.millijoules)


def install(monkeypatch: pytest.MonkeyPatch, *cards: FakeCard) -> FakeNvml:
    """Make a fake driver the machine's."""
    nvml = FakeNvml(*cards)
    monkeypatch.setattr(gpu, "_nvml", lambda: nvml)
    monkeypatch.delenv(gpu.VISIBLE, raising=False)
    gpu.all_cards.cache_clear()
    return nvml


def _told(value: int | None) -> int:
    return _failing(pynvml.NVML_ERROR_NOT_SUPPORTED)() if value is None else value


def _failing(code: int) -> Callable[..., Any]:
    def fail(*_arguments: Any) -> Any:
        raise pynvml.NVMLError(code)

    return fail
