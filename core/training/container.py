"""What this process may use of the machine: cores and memory, less where a container has a limit.

A container on a shared host sees all of the host's cores and memory in /proc; what it may really use
stands in its control group (Linux, version 1 or 2). Threads set to the host's 64 cores would fight over
two, and a network sized for the host's memory would be killed.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

__all__ = ["ProcessorMeter", "cores", "free_memory_bytes", "processor_quota"]

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
NO_LIMIT = 2**60  # version 1 writes a number near 2⁶³ where there is no limit
SHORTEST_S = 0.05  # a share over a shorter time is noise


def cores() -> int:
    """Processor cores that this process may use, at least 1; a container's quota of 1.5 counts as 2.

    Example:
        >>> cores() >= 1
        True
    """
    quota = processor_quota()
    return max(1, len(_affinity()) if quota is None else min(len(_affinity()), math.ceil(quota)))


def processor_quota() -> float | None:
    """Processor seconds a second that the container may use; None where nothing limits it."""
    quotas = [quota for folder in _folders("cpu") if (quota := _quota(folder)) is not None]
    return min(quotas, default=None)


def free_memory_bytes() -> int:
    """Memory that a new process could take: the machine's, or less where a container has a limit."""
    free = int(psutil.virtual_memory().available)
    return min([free, *(left for folder in _folders("memory") if (left := _memory_left(folder)) is not None)])


class ProcessorMeter:
    """How busy the cores are that this process may use, since the last look.

    With a quota it is the container's own use against the quota; otherwise the mean over the cores that
    this process may run on, whoever keeps them busy.
    """

    def __init__(self) -> None:
        self._quota = processor_quota()
        self._before = self._read()

    def percent(self) -> float | None:
        """0 … 100 since the last call; None when that was no time ago."""
        (time_before, busy_before), (now, busy) = self._before, self._read()
        if now - time_before < max(SHORTEST_S, 1e-9):
            return None
        self._before = now, busy
        return round(min(100.0, max(0.0, 100.0 * (busy - busy_before) / (now - time_before))), 1)

    def _read(self) -> tuple[float, float]:
        """Time that could be used and time that was used, seconds that only grow."""
        if self._quota is not None and (used := _used_s()) is not None:
            return time.monotonic() * self._quota, used
        times = psutil.cpu_times(percpu=True)
        mine = [one for number, one in enumerate(times) if number in _affinity()] or times
        idle = sum(one.idle + getattr(one, "iowait", 0.0) for one in mine)
        total = sum(sum(one) - getattr(one, "guest", 0.0) - getattr(one, "guest_nice", 0.0) for one in mine)  # guest time is in user too
        return total, total - idle


def _affinity() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _folders(controller: str) -> Iterator[Path]:
    """The control groups that this process is in, from its own to the outermost; empty elsewhere than on Linux."""
    for line in _text(OWN).splitlines():
        _, _, rest = line.partition(":")
        names, _, place = rest.partition(":")
        if not names:
            top = ROOT
        elif controller in names.split(","):
            top = ROOT / controller
        else:
            continue
        own = top / place.strip("/")
        yield from (folder for folder in (own, *own.parents) if folder == top or top in folder.parents)


def _quota(folder: Path) -> float | None:
    limit, _, period = (_text(folder / "cpu.max") or f"{_text(folder / 'cpu.cfs_quota_us')} {_text(folder / 'cpu.cfs_period_us')}").partition(" ")
    return int(limit) / int(period) if limit.isdigit() and period.isdigit() and int(limit) > 0 < int(period) else None


def _used_s() -> float | None:
    """Processor seconds of the innermost group that tells them."""
    for folder in _folders("cpu"):
        used = dict(line.split(" ", 1) for line in _text(folder / "cpu.stat").splitlines() if " " in line).get("usage_usec", "")
        if used.isdigit():
            return int(used) / 1e6
    for folder in _folders("cpuacct"):
        if (used := _text(folder / "cpuacct.usage")).isdigit():
            return int(used) / 1e9
    return None


def _memory_left(folder: Path) -> int | None:
    limit = _text(folder / "memory.max") or _text(folder / "memory.limit_in_bytes")
    used = _text(folder / "memory.current") or _text(folder / "memory.usage_in_bytes")
    if not (limit.isdigit() and used.isdigit()) or int(limit) > NO_LIMIT:
        return None
    return max(0, int(limit) - max(0, int(used) - _reclaimable(folder)))


def _reclaimable(folder: Path) -> int:
    """Copies of files that the kernel gives up when memory is asked for: all that nobody used lately, half of the rest."""
    facts = dict(line.split(" ", 1) for line in _text(folder / "memory.stat").splitlines() if " " in line)

    def of(name: str) -> int:
        value = facts.get(f"total_{name}", facts.get(name, ""))
        return int(value) if value.isdigit() else 0

    return of("inactive_file") + of("active_file") // 2


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
