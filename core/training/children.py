"""The worker processes that this process started, and the spare one that it keeps ready.

Processes are global by nature, so this module holds them once for the whole process, however many
`Launcher` handles there are. A worker leads its own session: it outlives the web process, a closed
terminal and Ctrl-C. Its exit code, which only its parent sees, tells an abort from a kill.

A spare has imported its libraries and waits for orders on its standard input (`core.training.spare`). It ends by
itself when this process goes away (end of input) or when nobody needs it for half an hour.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.errors import Damaged, MachineError
from core.runs.race import race_of
from core.runs.run import Run
from core.settings import settings
from core.training.backend import ROOT, EngineName, worker_environment
from core.training.device import free_memory_bytes
from core.training.process import ProcessIdentity
from core.training.queue import Job, Queue
from core.training.room import RESERVE_BYTES, WAITING, spare_limit_bytes
from core.training.spare import run_order
from core.training.turns import by_turns

__all__ = ["bury", "dismiss_spare", "exit_code", "forget", "has_spare", "held_bytes", "rearm_spare", "rehearse", "review_spare", "start_worker", "warm_spare"]

COMMAND = (sys.executable, "-m", "core.training.worker")
REARM_S = 5.0  # by then a run that was given the spare has shown its first numbers


@dataclass
class _Spare:
    process: subprocess.Popen[bytes]
    backend: EngineName
    home: Path
    order: bytes = b""  # the last one it was given


_mutex = threading.RLock()  # whoever holds it may not open the queue: a pump comes here with the queue in its hands
_workers: dict[Path, subprocess.Popen[bytes]] = {}  # by run folder
_dismissed: list[subprocess.Popen[bytes]] = []  # spares that are ending
_spare: _Spare | None = None
_handed: tuple[float, EngineName, Path] | None = None  # when and of which kind the last spare was given a run


def start_worker(run: Run, backend: EngineName, home: Path) -> ProcessIdentity | None:
    """Start a process for a run: the spare if it has the right libraries, else a new one.

    Returns:
        Its identity; None when it was dead before we could look.
    """
    lanes = _side_by_side(run)
    with _mutex:
        process = _hand_over(run, backend, home, lanes) or _spawn(run, backend, home, lanes)
        if (earlier := _workers.get(run.folder.resolve())) is not None:  # a run that goes on: its first worker may still be leaving
            _dismissed.append(earlier)
        _workers[run.folder.resolve()] = process
        return ProcessIdentity.of(process.pid)


def exit_code(run: Run, *, wait_s: float = 0.0) -> int | None:
    """How the worker of a run ended, as `subprocess` says it; None while it lives or if it is not our child.

    Args:
        run: whose worker it was.
        wait_s: for who knows that it has let go of the run: the kernel frees the lock of a process an instant before it says how that ended.
    """
    with _mutex:
        bury()
        worker = _workers.get(run.folder.resolve())
    if worker is not None and wait_s:
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(wait_s)
    return None if worker is None else worker.returncode


def forget(run: Run) -> None:
    """Drop what is known about a worker whose run is over; it is buried once it has ended."""
    with _mutex:
        if (worker := _workers.pop(run.folder.resolve(), None)) is not None and worker.returncode is None:
            _dismissed.append(worker)


def bury() -> None:
    """Take the remains of children that have ended out of the process table; each pump does it."""
    with _mutex:
        for process in (*_workers.values(), *_dismissed):
            process.poll()
        _dismissed[:] = [process for process in _dismissed if process.returncode is None]


def warm_spare(backend: EngineName, home: Path) -> bool:
    """Keep one spare process ready; does nothing if there is one, if nothing may train here, or if memory is short or waited for.

    Returns:
        True when a spare with this backend is ready or getting ready.
    """
    global _spare
    wanted = _is_memory_wanted(home)
    with _mutex:
        if _spare is not None and (_spare.process.poll() is not None or (_spare.backend, _spare.home) != (backend, home)):
            dismiss_spare()
        _review(wanted)
        if _spare is None and not wanted and settings().max_parallel_runs and free_memory_bytes() >= spare_limit_bytes(backend):
            process = subprocess.Popen(
                [*COMMAND, "--spare"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                cwd=ROOT, env=worker_environment(backend, home), start_new_session=True,
            )  # fmt: skip
            _spare = _Spare(process, backend, home)
        return _spare is not None


def rehearse(order: bytes) -> None:
    """Let the spare get ready for the run that a page shows; asked for twice it does so once.

    Args:
        order: from `core.training.spare.rehearsal_order`.
    """
    with _mutex:
        if _spare is None or _spare.order == order or _spare.process.stdin is None:
            return
        with contextlib.suppress(OSError):  # it ended at this very moment
            _spare.process.stdin.write(order)
            _spare.process.stdin.flush()
            _spare.order = order


def rearm_spare() -> None:
    """Make a new spare some seconds after the last one was given a run: the next start shall be as quick, and this one not slower."""
    global _handed
    handed = _handed
    if handed is not None and time.monotonic() >= handed[0] + REARM_S and warm_spare(*handed[1:]):
        with _mutex:
            _handed = None if _handed is handed else _handed


def review_spare() -> None:
    """Give the spare up where memory has become short, or a run waits for it that cannot have the spare: another process
    started it, or it needs other libraries. What the spare holds itself counts as free, because its run uses it.
    """
    if (spare := _spare) is not None:
        _review(_is_memory_wanted(spare.home))


def held_bytes() -> int:
    """Memory of the spare, and of workers that end before another may start, whoever started them: the next run can have it."""
    alone = settings().max_parallel_runs == 1
    found = {job.worker.pid for job in _working(settings().home) if job.worker is not None} if alone else set()
    with _mutex:
        processes = [_spare.process] if _spare is not None else []
        processes += list(_workers.values()) if alone else []
        found |= {process.pid for process in processes if process.poll() is None}
    return sum(map(_resident_bytes, found))


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


def _review(wanted: bool) -> None:
    with _mutex:
        if _spare is None:
            return
        free = free_memory_bytes()
        if wanted or free < RESERVE_BYTES or free + _resident_bytes(_spare.process.pid) < spare_limit_bytes(_spare.backend):
            dismiss_spare()


def _is_memory_wanted(home: Path) -> bool:
    """Whether a run has a process and waits for memory before it builds anything."""
    for job in _working(home):
        with contextlib.suppress(Damaged):
            if Run(home / job.run).status.phase == WAITING:
                return True
    return False


def _working(home: Path) -> list[Job]:
    """The jobs of the queue that have a living process, whoever started it."""
    if (home / "queue.db").exists():
        with contextlib.suppress(MachineError, OSError), Queue(home / "queue.db").transaction() as jobs:
            return [job for job in jobs.all() if job.worker is not None and job.worker.is_alive()]
    return []


def _side_by_side(run: Run) -> int:
    """How many runs share the cores of one place: the lanes of a race that do not take turns."""
    race = race_of(run)
    return 1 if race is None or by_turns(len(race.runs)) else len(race.runs)


def _hand_over(run: Run, backend: EngineName, home: Path, lanes: int) -> subprocess.Popen[bytes] | None:
    """Give the run to the spare, if it has the right libraries and as many threads as the run may have."""
    global _spare, _handed
    if lanes > 1 or not has_spare(backend, home):
        if free_memory_bytes() < spare_limit_bytes(backend):
            dismiss_spare()
        return None
    assert _spare is not None
    process, _spare = _spare.process, None
    try:
        assert process.stdin is not None
        process.stdin.write(run_order(run))
        process.stdin.close()
    except OSError:  # it ended at this very moment (half an hour idle)
        _dismissed.append(process)
        return None
    _handed = (time.monotonic(), backend, home)
    return process


def _spawn(run: Run, backend: EngineName, home: Path, lanes: int) -> subprocess.Popen[bytes]:
    with run.path("log.txt").open("ab") as log:
        return subprocess.Popen(
            [*COMMAND, str(run.folder.resolve())], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            cwd=ROOT, env=worker_environment(backend, home, lanes=lanes), start_new_session=True,
        )  # fmt: skip


def _resident_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _close_input(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
