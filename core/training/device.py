"""What the machine has and how busy it is: processor, memory, graphics processors.

NVML (`nvidia-ml-py`) is asked for graphics processors; a machine without them is no error.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from pathlib import Path
from typing import Any

import psutil

__all__ = ["cores", "describe", "device_kind", "free_memory_bytes", "gpu_names", "sample_device"]

CGROUP = Path("/sys/fs/cgroup")
GPU_BUILDS = {"jax": ("jax_cuda13_plugin", "jax_cuda12_plugin"), "tensorflow": ("nvidia.cudnn",)}  # packages of requirements-gpu.txt


def cores() -> int:
    """Processor cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def free_memory_bytes() -> int:
    """Memory that a new process could take: the machine's, or less where a container has a limit."""
    free = int(psutil.virtual_memory().available)
    try:
        limit = (CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((CGROUP / "memory.current").read_text(encoding="ascii"))
        return free if limit == "max" else min(free, max(0, int(limit) - used))
    except (OSError, ValueError):
        return free


@functools.cache
def gpu_names() -> tuple[str, ...]:
    """Names of the graphics processors that NVML knows; empty where there is none."""
    nvml = _nvml()
    if nvml is None:
        return ()
    return tuple(str(nvml.nvmlDeviceGetName(handle)) for handle in _handles(nvml))


def device_kind(backend: str | None = None) -> str:
    """"gpu" when there is a graphics processor and a backend built for it, else "cpu".

    Args:
        backend: "jax" or "tensorflow"; default: either will do.
    """
    wanted = [backend] if backend else list(GPU_BUILDS)
    return "gpu" if gpu_names() and any(_installed(package) for name in wanted for package in GPU_BUILDS[name]) else "cpu"


def describe(backend: str) -> str:
    """The device that a run on this backend uses, for people: "CPU, 2 cores" or the name of the card."""
    return gpu_names()[0] if device_kind(backend) == "gpu" else f"CPU, {cores()} core{'s' if cores() > 1 else ''}"


def sample_device(process: psutil.Process) -> dict[str, Any]:
    """One `device` event without its time.

    Args:
        process: the worker, kept between calls.

    Returns:
        cpu_percent of the whole machine since the last call (0 … 100), memory_bytes of the worker, gpus:
        a list of {name, percent, memory_bytes, memory_total_bytes}.
    """
    return {"cpu_percent": psutil.cpu_percent(None), "memory_bytes": process.memory_info().rss, "gpus": _gpus()}


def _gpus() -> list[dict[str, Any]]:
    nvml = _nvml()
    if nvml is None:
        return []
    found = []
    for name, handle in zip(gpu_names(), _handles(nvml), strict=False):
        try:
            memory, busy = nvml.nvmlDeviceGetMemoryInfo(handle), nvml.nvmlDeviceGetUtilizationRates(handle)
        except nvml.NVMLError:  # a slice of a card does not tell its use
            continue
        found.append({"name": name, "percent": float(busy.gpu), "memory_bytes": int(memory.used), "memory_total_bytes": int(memory.total)})
    return found


def _handles(nvml: Any) -> list[Any]:
    return [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]


@functools.cache
def _nvml() -> Any:
    """The NVML library, ready to be asked; None without a driver."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no package, no driver, no permission: all mean that there is nothing to show
        return None
    return pynvml


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
