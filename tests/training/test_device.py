"""The device: a machine without graphics processors is no error, a container's limit counts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from core.training import device


@pytest.fixture
def one_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that knows one card, half used."""
    nvml: Any = SimpleNamespace(
        NVMLError=RuntimeError, nvmlDeviceGetCount=lambda: 1, nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetName=lambda handle: "Card", nvmlDeviceGetMemoryInfo=lambda handle: SimpleNamespace(used=4, total=8),
        nvmlDeviceGetUtilizationRates=lambda handle: SimpleNamespace(gpu=50),
    )  # fmt: skip
    monkeypatch.setattr(device, "_nvml", lambda: nvml)
    monkeypatch.setattr(device, "gpu_names", lambda: ("Card",))


def test_a_sample_has_the_fields_of_the_event() -> None:
    sample = device.sample_device(psutil.Process())
    assert set(sample) == {"cpu_percent", "memory_bytes", "gpus"}
    assert 0 <= sample["cpu_percent"] <= 100
    assert sample["memory_bytes"] > 1_000_000


def test_a_card_is_reported(one_card: None) -> None:
    (card,) = device.sample_device(psutil.Process())["gpus"]
    assert card == {"name": "Card", "percent": 50.0, "memory_bytes": 4, "memory_total_bytes": 8}


def test_a_card_counts_only_with_an_engine_built_for_it(one_card: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_installed", lambda package: package.startswith("jax_cuda"))
    assert (device.device_kind("jax"), device.device_kind("tensorflow"), device.device_kind()) == ("gpu", "cpu", "gpu")
    assert device.describe("jax") == "Card"
    assert device.describe("tensorflow").startswith("CPU, ")


def test_a_machine_without_a_driver_is_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_nvml", lambda: None)
    assert device.sample_device(psutil.Process())["gpus"] == []


@pytest.mark.parametrize(("limit", "used", "expected"), [("max", "5", None), ("1000", "400", 600), ("1000", "2000", 0), ("?", "1", None)])
def test_free_memory_heeds_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, used: str, expected: int | None) -> None:
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    monkeypatch.setattr(device, "CGROUP", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=10**9))
    assert device.free_memory_bytes() == (10**9 if expected is None else expected)
