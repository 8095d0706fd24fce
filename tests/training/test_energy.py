"""Energy of the processor: counters that run over, several packages, and machines that do not tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.training import energy
from core.training.energy import EnergyCounter, processor_counters


def zone(folder: Path, name: str, label: str, microjoules: int | None) -> Path:
    made = folder / name
    made.mkdir(parents=True, exist_ok=True)
    (made / "name").write_text(f"{label}\n")
    (made / "max_energy_range_uj").write_text("10000000\n")
    if microjoules is not None:
        (made / "energy_uj").write_text(f"{microjoules}\n")
    return made


def test_a_counter_that_runs_over_goes_on(tmp_path: Path) -> None:
    counter = EnergyCounter(made := zone(tmp_path, "intel-rapl:0", "package-0", 9_000_000))
    sums = []
    for value in (9_500_000, 500_000, 2_000_000):
        (made / "energy_uj").write_text(str(value))
        sums.append(counter.joules())
    assert sums == [0.5, 1.5, 3.0]  # the second went over 10 J


def test_a_counter_that_cannot_be_read_any_more_is_unknown_for_good(tmp_path: Path) -> None:
    counter = EnergyCounter(made := zone(tmp_path, "intel-rapl:0", "package-0", 0))
    (made / "energy_uj").unlink()
    assert counter.joules() is None
    (made / "energy_uj").write_text("5")
    assert counter.joules() is None


def test_packages_count_and_neither_their_parts_nor_the_whole_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(energy, "POWERCAP", tmp_path)
    zone(tmp_path, "intel-rapl:0", "package-0", 1)
    zone(tmp_path, "intel-rapl:1", "package-1", 1)
    zone(tmp_path, "intel-rapl:0:0", "core", 1)
    zone(tmp_path, "intel-rapl:2", "psys", 1)
    zone(tmp_path, "intel-rapl:3", "package-3", None)  # only root may read it
    assert len(processor_counters()) == 2


def test_a_machine_without_counters_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(energy, "POWERCAP", tmp_path / "none")
    assert processor_counters() == []
