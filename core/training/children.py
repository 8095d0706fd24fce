"""The worker processes that this process started, and the spare one that it keeps ready.

Processes are global by nature, so this module holds them once for the whole process, however many
`Launcher` handles there are. A worker leads its own session: it outlives the web process, a closed
terminal and Ctrl-C. Its exit code, which only its parent sees, tells an abort from a kill.

A spare has imported its libraries and waits for the folder of a run on its standard input. It ends by
itself when this process goes away (end of input) or when nobody needs it for half an hour.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from core.runs.run import Run
from core.training.backend import ROOT, EngineName, worker_environment
from core.training.device import free_memory_bytes
from core.training.process import ProcessIdentity

__all__ = ["dismiss_spare", "exit_code", "forget", "has_spare", "start_worker", "warm_spare"]

# A TensorFlow spare holds about 0.7 GB and its run as much again; below this no spare is started, and a
# waiting one is sent away before a run that it does not fit.
SPARE_FREE_BYTES = 2 * 1024**3
COMMAND = (sys.executable, "-m", "core.training.worker")


@dataclass
class _Spare:
    process: subprocess.Popen[bytes]
    backend: EngineName
    home: Path


_mutex = threading.RLock()
_workers: dict[Path, subprocess.Popen[bytes]] = {}  # by run folder
_dismissed: list[subprocess.Popen[bytes]] = []  # spares that are ending
_spare: _Spare | None = None


def start_worker(run: Run, backend: EngineName, home: Path) -> ProcessIdentity | None:
    """Start a process for a run: the spare if it has the right libraries, else a new one.

    Returns:
        Its identity; None when it was dead before we could look.
    """
    with _mutex:
        process = _hand_over(run, backend, home) or _spawn(run, backend, home)
        _workers[run.folder.resolve()] = process
        return ProcessIdentity.of(process.pid)


def exit_code(run: Run) -> int | None:
    """How the worker of a run ended, as `subprocess` says it; None while it lives or if it is not our child."""
    with _mutex:
        for process in (*_workers.values(), *_dismissed):
            process.poll()  # takes the remains of the dead out of the process table
        _dismissed[:] = [process for process in _dismissed if process.returncode is None]
        worker = _workers.get(run.folder.resolve())
        return None if worker is None else worker.returncode


def forget(run: Run) -> None:
    """Drop what is known about a worker that has ended."""
    with _mutex:
        worker = _workers.get(run.folder.resolve())
        if worker is not None and worker.returncode is not None:
            del _workers[run.folder.resolve()]


def warm_spare(backend: EngineName, home: Path) -> bool:
    """Keep one spare process ready; does nothing if there is one or memory is short.

    Returns:
        True when a spare with this backend is ready or getting ready.
    """
    global _spare
    with _mutex:
        if _spare is not None and (_spare.process.poll() is not None or (_spare.backend, _spare.home) != (backend, home)):
            dismiss_spare()
        if _spare is None and free_memory_bytes() >= SPARE_FREE_BYTES:
            process = subprocess.Popen(
                [*COMMAND, "--spare"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                cwd=ROOT, env=worker_environment(backend, home), start_new_session=True,
            )  # fmt: skip
            _spare = _Spare(process, backend, home)
        return _spare is not None


def has_spare(backend: EngineName, home: Path) -> bool:
    """True when a living spare with this backend waits."""
    with _mutex:
        return _spare is not None and _spare.process.poll() is None and (_spare.backend, _spare.home) == (backend, home)


def dismiss_spare() -> None:
    """Send the spare away: the end of its input tells it to go."""
    global _spare
    with _mutex:
        if _spare is not None:
            _close_input(_spare.process)
            _dismissed.append(_spare.process)
            _spare = None


def _hand_over(run: Run, backend: EngineName, home: Path) -> subprocess.Popen[bytes] | None:
    global _spare
    if not has_spare(backend, home):
        if free_memory_bytes() < SPARE_FREE_BYTES:
            dismiss_spare()
        return None
    assert _spare is not None
    process, _spare = _spare.process, None
    try:
        assert process.stdin is not None
        process.stdin.write(f"{run.folder.resolve()}\n".encode())
        process.stdin.close()
    except OSError:  # it ended at this very moment (half an hour idle)
        _dismissed.append(process)
        return None
    return process


def _spawn(run: Run, backend: EngineName, home: Path) -> subprocess.Popen[bytes]:
    with run.path("log.txt").open("ab") as log:
        return subprocess.Popen(
            [*COMMAND, str(run.folder.resolve())], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            cwd=ROOT, env=worker_environment(backend, home), start_new_session=True,
        )  # fmt: skip


def _close_input(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
