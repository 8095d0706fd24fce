"""What the machine has and how busy it is: processor, memory, graphics processors, energy.

The one door to `container` (limits), `gpu` (cards) and `energy` (the processor's counters). Everything that a
machine does not tell is None in a sample: a number here was measured.
"""

from __future__ import annotations

import functools
from typing import Any

import psutil

from core.language import plural
from core.training.container import ProcessorMeter, cores, free_memory_bytes
from core.training.energy import processor_counters
from core.training.gpu import CardMeter, visible_cards

__all__ = ["cores", "describe", "device_kind", "free_memory_bytes", "gpu_names", "sample_device"]

# Distributions of which one group must be installed whole; JAX brings CUDA 13, which TensorFlow 2.21 cannot use, and tensorflow-cpu knows no card
GPU_BUILDS = {"jax": (("jax-cuda13-plugin",), ("jax-cuda12-plugin",)), "tensorflow": (("tensorflow", "nvidia-cudnn-cu12"),)}
CPU_BUILDS = {"jax": (), "tensorflow": ("tensorflow-cpu",)}  # one of these beside it takes its place

_meters: dict[psutil.Process, _Meter] = {}


def gpu_names() -> tuple[str, ...]:
    """Names of the graphics processors that this process may use; empty where there is none."""
    return tuple(card.name for card in visible_cards())


def device_kind(backend: str | None = None) -> str:
    """"gpu" when there is a graphics processor and a backend built for it, else "cpu".

    Args:
        backend: "jax" or "tensorflow"; default: either will do.
    """
    wanted = [backend] if backend else list(GPU_BUILDS)
    return "gpu" if gpu_names() and any(_uses_cards(name) for name in wanted) else "cpu"


def describe(backend: str) -> str:
    """The device that a run on this backend uses, for people: "CPU, 2 cores" or the name of the card."""
    return gpu_names()[0] if device_kind(backend) == "gpu" else plural("CPU, {n} core", "CPU, {n} cores", cores())


def sample_device(process: psutil.Process) -> dict[str, Any]:
    """One `device` event without its time.

    Args:
        process: the worker. Energy counts from the first call with it; a worker works on one run.

    Returns:
        cpu_percent: of the cores that this process may use, since the last call (0 … 100); None at once after it.
        memory_bytes: resident memory of the worker. memory_available_bytes: what a new process could take.
        energy_j: of all that tells its energy, see energy_of; None where nothing does. It is the machine's, not
        the worker's alone.
        energy_of: what was counted: "processor", "cards", both or nothing.
        gpus: the cards of this process, each as `gpu.CardMeter.sample` gives it.
    """
    if process not in _meters:
        _meters[process] = _Meter(process)
    return _meters[process].sample()


class _Meter:
    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._processor = ProcessorMeter()
        self._counters = processor_counters()
        self._cards: list[CardMeter] = []

    def sample(self) -> dict[str, Any]:
        if [meter.card for meter in self._cards] != list(visible_cards()):  # the worker has taken one of them since
            self._cards = [CardMeter(card) for card in visible_cards()]
        gpus = [sample for card in self._cards if (sample := card.sample()) is not None]
        processor = _sum([counter.joules() for counter in self._counters])
        cards = _sum([sample["energy_j"] for sample in gpus]) if len(gpus) == len(self._cards) else None
        known = {name: joules for name, joules in (("processor", processor), ("cards", cards)) if joules is not None}
        return {
            "cpu_percent": self._processor.percent(), "memory_bytes": self._process.memory_info().rss,
            "memory_available_bytes": free_memory_bytes(), "energy_j": round(sum(known.values()), 1) if known else None,
            "energy_of": list(known), "gpus": gpus,
        }  # fmt: skip


def _sum(values: list[float | None]) -> float | None:
    """The sum of numbers that are all known; None for no number or one unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _uses_cards(backend: str) -> bool:
    return any(all(map(_installed, group)) for group in GPU_BUILDS[backend]) and not any(map(_installed, CPU_BUILDS[backend]))


@functools.cache
def _installed(distribution: str) -> bool:
    from importlib import metadata  # of two builds of one library only the names of their distributions differ

    try:
        return bool(metadata.version(distribution))
    except metadata.PackageNotFoundError:
        return False
