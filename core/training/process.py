"""Who a process is, so that no signal ever goes to a stranger that inherited its number.

The kernel gives the number of a dead process to a new one. A process is therefore named by three things:
its number, its start time, and the boot it belongs to. A worker writes them to `worker.json`.
"""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

__all__ = ["ProcessIdentity", "signal_group"]

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
STATE_FIELD, START_FIELD = 0, 19  # of /proc/<pid>/stat, counted after the name in brackets (man proc: 3 and 22)


@dataclass(frozen=True)
class ProcessIdentity:
    """One process of one boot of one machine.

    Attributes:
        pid: process number.
        started: start time in the kernel's own ticks since boot, which no change of the clock moves.
        boot: names the boot; start times of two boots are not comparable.
    """

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """The identity of a living process; None when there is none, or only its remains (a zombie).

        Example:
            >>> import os
            >>> ProcessIdentity.of(os.getpid()).is_alive()
            True
        """
        started = _started(pid)
        return None if started is None else cls(pid, started, _boot())

    @classmethod
    def from_json(cls, record: Any) -> ProcessIdentity | None:
        """Read what `to_json` wrote; None when it is something else."""
        try:
            return cls(int(record["pid"]), int(record["started"]), str(record["boot"]))
        except (KeyError, TypeError, ValueError):
            return None

    def to_json(self) -> dict[str, Any]:
        """As plain data for `worker.json`."""
        return asdict(self)

    def is_alive(self) -> bool:
        """True while this very process runs."""
        return self.pid > 0 and ProcessIdentity.of(self.pid) == self


def signal_group(identity: ProcessIdentity, number: signal.Signals) -> bool:
    """Signal a process and its children, if it is still the one we mean and leads its own group.

    Args:
        identity: the process; workers lead a group of their own because they start in a new session.
        number: SIGTERM or SIGKILL.

    Returns:
        False when nothing was sent: the process is gone, or its number belongs to another one now.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if identity.is_alive() and os.getpgid(identity.pid) == identity.pid:
            os.killpg(identity.pid, number)
            return True
    return False


def _started(pid: int) -> int | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return None if fields[STATE_FIELD] in {"Z", "X"} else int(fields[START_FIELD])
    except OSError:
        return None if Path("/proc/self/stat").exists() else _started_elsewhere(pid)


def _started_elsewhere(pid: int) -> int | None:
    """The same without /proc (macOS)."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else round(process.create_time() * 100)
    except psutil.Error:
        return None


def _boot() -> str:
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return f"boot-{round(psutil.boot_time())}"
