"""Cards: what they tell is shown, what they do not tell is None, and no error of the library comes through."""

from __future__ import annotations

from collections.abc import Iterator

import pynvml
import pytest

from core.training import gpu
from core.training.gpu import CardMeter, all_cards, visible_cards
from tests.training.nvml import FakeCard, install

FUNCTIONS = (
    "nvmlDeviceGetCount", "nvmlDeviceGetHandleByIndex", "nvmlDeviceGetUUID", "nvmlDeviceGetName", "nvmlDeviceGetMigMode",
    "nvmlDeviceGetMaxMigDeviceCount", "nvmlDeviceGetMigDeviceHandleByIndex", "nvmlDeviceGetMemoryInfo", "nvmlDeviceGetUtilizationRates",
    "nvmlDeviceGetTemperature", "nvmlDeviceGetTemperatureV", "nvmlDeviceGetPowerUsage", "nvmlDeviceGetTotalEnergyConsumption",
)  # fmt: skip
ERRORS = (pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_NO_PERMISSION, pynvml.NVML_ERROR_GPU_IS_LOST, pynvml.NVML_ERROR_UNKNOWN)


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """The list of cards is asked for once in a process; these tests ask again."""
    gpu.all_cards.cache_clear()
    yield
    gpu.all_cards.cache_clear()


def test_a_card_tells_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, card := FakeCard("GPU-a"))
    meter = CardMeter(all_cards()[0])
    card.millijoules = 1_002_500
    assert meter.sample() == {
        "name": card.name, "percent": 50.0, "memory_bytes": 4_000, "memory_total_bytes": 80_000,
        "temperature_c": 41, "power_w": 120.0, "energy_j": 2.5,
    }  # fmt: skip
    assert meter.free_memory_bytes() == 76_000


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_call_may_fail_with_any_error(monkeypatch: pytest.MonkeyPatch, function: str, error: int) -> None:
    nvml = install(monkeypatch, FakeCard("GPU-a", slices=[FakeCard("MIG-a", percent=None, milliwatts=None, temperature=None)]), FakeCard("GPU-b"))
    nvml.broken[function] = error
    known = {"nvmlDeviceGetCount", "nvmlDeviceGetHandleByIndex", "nvmlDeviceGetUUID"}
    assert bool(all_cards()) is (function not in known)
    for card in all_cards():
        sample = CardMeter(card).sample()
        assert sample is None or set(sample) >= {"name", "percent", "energy_j"}
    assert function in nvml.calls or function == "nvmlDeviceGetTemperatureV"


def test_what_one_call_does_not_tell_the_others_still_do(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeCard("GPU-a", percent=None, temperature=None))
    sample = CardMeter(all_cards()[0]).sample()
    assert sample is not None
    assert (sample["percent"], sample["temperature_c"], sample["memory_bytes"], sample["power_w"]) == (None, None, 4_000, 120.0)


def test_the_newer_call_for_the_temperature_is_tried_where_the_old_one_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(monkeypatch, FakeCard("GPU-a"))
    nvml.broken["nvmlDeviceGetTemperature"] = pynvml.NVML_ERROR_FUNCTION_NOT_FOUND
    sample = CardMeter(all_cards()[0]).sample()
    assert sample is not None
    assert sample["temperature_c"] == 41


def test_a_card_that_vanishes_is_no_longer_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(monkeypatch, FakeCard("GPU-a"))
    meter = CardMeter(all_cards()[0])
    assert meter.sample() is not None
    nvml.broken = dict.fromkeys(FUNCTIONS, pynvml.NVML_ERROR_GPU_IS_LOST)
    assert meter.sample() is None
    assert meter.free_memory_bytes() is None


def test_slices_stand_for_their_card(monkeypatch: pytest.MonkeyPatch) -> None:
    one = FakeCard("MIG-1", name="NVIDIA H100 MIG 3g.40gb", percent=None, temperature=None, milliwatts=None, millijoules=None)
    two = FakeCard("MIG-2", name="NVIDIA H100 MIG 3g.40gb", used=None, percent=None, temperature=None, milliwatts=None, millijoules=None)
    install(monkeypatch, FakeCard("GPU-a", slices=[one, two]), FakeCard("GPU-b"))
    assert [card.uuid for card in all_cards()] == ["MIG-1", "MIG-2", "GPU-b"]
    first, second = (CardMeter(card).sample() for card in all_cards()[:2])
    assert first == {"name": one.name, "percent": None, "memory_bytes": 4_000, "memory_total_bytes": 80_000, "temperature_c": None, "power_w": None, "energy_j": None}
    assert second is None


def test_power_is_summed_where_the_card_counts_no_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(gpu.time, "monotonic", lambda: clock[0])
    install(monkeypatch, card := FakeCard("GPU-a", millijoules=None, milliwatts=100_000))
    meter = CardMeter(all_cards()[0])
    energies = []
    for clock[0], card.milliwatts in ((100.0, 100_000), (102.0, 200_000), (103.0, 0)):
        sample = meter.sample()
        assert sample is not None
        energies.append(sample["energy_j"])
    assert energies == [0.0, 300.0, 400.0]  # trapezoids: 2 s of 150 W, 1 s of 100 W


def test_a_gap_makes_the_energy_unknown_and_it_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(gpu.time, "monotonic", lambda: clock[0])
    install(monkeypatch, FakeCard("GPU-a", millijoules=None))
    meter = CardMeter(all_cards()[0])
    energies = []
    for clock[0] in (0.0, 1.0, 60.0, 61.0):
        sample = meter.sample()
        assert sample is not None
        energies.append(sample["energy_j"])
    assert energies == [0.0, 120.0, None, None]


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        (None, ["GPU-aa", "GPU-ab", "GPU-c"]), ("", []), ("-1", []), ("2,0", ["GPU-c", "GPU-aa"]), ("1,-1,0", ["GPU-ab"]), ("GPU-c", ["GPU-c"]),
        ("GPU-a", ["GPU-aa"]), ("GPU-ab, 0", ["GPU-ab", "GPU-aa"]), ("7", []), ("0,0", ["GPU-aa"]), ("NoDevFiles", []),
    ],
)  # fmt: skip
def test_the_environment_hides_cards(monkeypatch: pytest.MonkeyPatch, visible: str | None, expected: list[str]) -> None:
    install(monkeypatch, FakeCard("GPU-aa"), FakeCard("GPU-ab"), FakeCard("GPU-c"))
    if visible is not None:
        monkeypatch.setenv(gpu.VISIBLE, visible)
    assert [card.uuid for card in visible_cards()] == expected


def test_no_driver_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", absent)
    gpu._nvml.cache_clear()
    try:
        assert gpu._nvml() is None
        assert visible_cards() == ()
    finally:
        gpu._nvml.cache_clear()
