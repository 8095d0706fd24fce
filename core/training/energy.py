"""Energy of the processor, where the machine tells it: RAPL counters of Intel and AMD processors.

The kernel shows them under /sys/class/powercap; most hosts let only root read them, and virtual machines
have none. Then the energy is unknown, and is never estimated.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["EnergyCounter", "processor_counters"]

POWERCAP = Path("/sys/class/powercap")


class EnergyCounter:
    """One counter that grows and starts again at 0 when it is full.

    Args:
        folder: a zone with `energy_uj` and perhaps `max_energy_range_uj`.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "energy_uj"
        self._range = _number(folder / "max_energy_range_uj") or 0
        self._last = _number(self._file)
        self._sum = 0

    def joules(self) -> float | None:
        """Energy since this counter was made; None when it cannot be read (any more)."""
        now = _number(self._file)
        if now is None or self._last is None:
            self._last = None  # what happened meanwhile is lost, so the sum would be wrong from here on
            return None
        if now < self._last and not self._range:
            self._last = None
            return None
        self._sum += now - self._last + (self._range if now < self._last else 0)
        self._last = now
        return self._sum / 1e6


def processor_counters() -> list[EnergyCounter]:
    """One counter for each processor package that may be read; empty where the machine does not tell."""
    zones = sorted(POWERCAP.glob("intel-rapl:*"))
    packages = [zone for zone in zones if zone.name.count(":") == 1 and _name(zone).startswith("package")]  # psys holds the packages once more
    return [EnergyCounter(zone) for zone in packages if _number(zone / "energy_uj") is not None]


def _name(zone: Path) -> str:
    try:
        return (zone / "name").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
