"""The device: a machine without graphics processors is no error, and what is not told is None."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pynvml
import pytest

from core.training import device, energy, gpu
from tests.training.conftest import until
from tests.training.nvml import FakeCard, FakeNvml, install
from tests.training.test_energy import zone

FIELDS = {"cpu_percent", "memory_bytes", "memory_available_bytes", "energy_j", "energy_of", "gpus"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No meter and no card known from elsewhere; a machine that tells no energy."""
    monkeypatch.setattr(device, "_meters", {})
    monkeypatch.setattr(energy, "POWERCAP", tmp_path / "powercap")
    gpu.all_cards.cache_clear()
    yield
    gpu.all_cards.cache_clear()


@pytest.fixture
def one_card(monkeypatch: pytest.MonkeyPatch) -> FakeNvml:
    return install(monkeypatch, FakeCard("GPU-a", name="Card"))


def test_a_sample_of_a_machine_without_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_nvml", lambda: None)
    sample = device.sample_device(psutil.Process())
    assert set(sample) == FIELDS
    assert sample["cpu_percent"] is None  # nothing to compare with yet
    assert sample["memory_bytes"] > 1_000_000
    assert sample["memory_available_bytes"] > 0
    assert (sample["energy_j"], sample["energy_of"], sample["gpus"]) == (None, [], [])


def test_a_later_look_knows_the_load() -> None:
    process = psutil.Process()
    loads: list[float | None] = []
    until(lambda: (loads.append(device.sample_device(process)["cpu_percent"]), loads[-1] is not None)[1])
    assert loads[0] is None
    assert loads[-1] is not None
    assert 0 <= loads[-1] <= 100


def test_energy_is_that_of_processor_and_cards(one_card: FakeNvml, tmp_path: Path) -> None:
    package = zone(tmp_path / "powercap", "intel-rapl:0", "package-0", 1_000_000)
    process = psutil.Process()
    device.sample_device(process)
    (package / "energy_uj").write_text("4000000")
    one_card.cards[0].millijoules = 1_500_000
    sample = device.sample_device(process)
    assert (sample["energy_j"], sample["energy_of"]) == (503.0, ["processor", "cards"])
    assert [card["energy_j"] for card in sample["gpus"]] == [500.0]


def test_a_card_that_vanishes_takes_its_energy_along(one_card: FakeNvml) -> None:
    process = psutil.Process()
    assert device.sample_device(process)["energy_j"] == 0.0
    one_card.broken = {name: pynvml.NVML_ERROR_GPU_IS_LOST for name in dir(pynvml) if name.startswith("nvmlDeviceGet")}
    sample = device.sample_device(process)
    assert (sample["gpus"], sample["energy_j"]) == ([], None)


def test_only_the_card_that_the_worker_took_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeCard("GPU-a", name="A"), FakeCard("GPU-b", name="B"))
    process = psutil.Process()
    assert [card["name"] for card in device.sample_device(process)["gpus"]] == ["A", "B"]
    monkeypatch.setenv(gpu.VISIBLE, "GPU-b")
    assert [card["name"] for card in device.sample_device(process)["gpus"]] == ["B"]


def test_a_card_counts_only_with_an_engine_built_for_it(one_card: FakeNvml, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_installed", lambda distribution: distribution.startswith("jax-cuda"))
    assert (device.device_kind("jax"), device.device_kind("tensorflow"), device.device_kind()) == ("gpu", "cpu", "gpu")
    assert device.describe("jax") == "Card"
    assert device.describe("tensorflow").startswith("CPU, ")


@pytest.mark.parametrize(("installed", "kind"), [
    ({"tensorflow-cpu", "nvidia-cudnn-cu13"}, "cpu"),  # as requirements-gpu.txt installs it: JAX brings cuDNN
    ({"tensorflow-cpu", "nvidia-cudnn-cu12"}, "cpu"),
    ({"tensorflow", "nvidia-cudnn-cu13"}, "cpu"),
    ({"tensorflow", "nvidia-cudnn-cu12"}, "gpu"),
    ({"tensorflow", "tensorflow-cpu", "nvidia-cudnn-cu12"}, "cpu"),
])  # fmt: skip
def test_tensorflow_uses_a_card_only_where_it_is_the_build_for_cards(one_card: FakeNvml, monkeypatch: pytest.MonkeyPatch, installed: set[str], kind: str) -> None:
    monkeypatch.setattr(device, "_installed", lambda distribution: distribution in installed)
    assert device.device_kind("tensorflow") == kind
    assert device.device_kind("jax") == "cpu"


def test_what_is_installed_is_known_by_its_distribution() -> None:
    assert device._installed("numpy")
    assert not device._installed("numpy-for-quantum-computers")


def test_a_hidden_card_does_not_count(one_card: FakeNvml, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_installed", lambda distribution: distribution != "tensorflow-cpu")
    assert device.device_kind("jax") == "gpu"
    monkeypatch.setenv(gpu.VISIBLE, "-1")
    assert device.device_kind("jax") == "cpu"
