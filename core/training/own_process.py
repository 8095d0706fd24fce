"""One door for a job in a process of its own: begun once, heard, ended at any moment, and found again by another server.

Reading a file, explaining a model and training the simple models are jobs of this kind. The web process never waits
for one and never holds its data, and whatever kills the process takes nothing else down. All about a job stands in one
folder:

    PLACE/lock            held while the process lives; the kernel frees it however the process dies
          process.json    who the process is, so that no signal ever goes to a stranger
          progress.json   the last step, replaced whole
          error.json      code and sentence, where it failed
          log.txt         what nobody foresaw

What is asked and what comes of it is each job's own.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, TypeVar

from core.dataset.progress import Progress, Step
from core.errors import Damaged, LimelightError
from core.files import read_json, write_json
from core.training.backend import ROOT
from core.training.process import ProcessIdentity, signal_group

__all__ = ["attempt", "begin", "end", "hold", "is_alive", "is_held", "launched", "record", "started", "teller", "told"]

LOCK = "lock"
TOLD_EVERY_S = 0.2
GONE_S = 5.0  # a killed process has let go of its lock by then
Result = TypeVar("Result")

started: dict[Path, subprocess.Popen[bytes]] = {}  # by place; kept, so that a child that ended is reaped
_leaving: list[subprocess.Popen[bytes]] = []  # gave its lock back and has not quite ended


def launched(arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """A Python process of this project that outlives its parent; it leads a group of its own.

    Args:
        arguments: after `python`, such as `-m` and a module.
        log: what it writes; an old one is replaced.
    """
    with log.open("wb") as file:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)


def begin(places: Sequence[Path], arguments: Sequence[str]) -> None:
    """Start one process for one or several jobs; it takes their locks itself.

    Args:
        places: the folders of the jobs; they must exist. The log is in the first.
        arguments: after `python`.
    """
    child = launched(arguments, places[0] / "log.txt")
    identity = ProcessIdentity.of(child.pid)
    _leaving[:] = [earlier for earlier in {*_leaving, *started.values()} if earlier.poll() is None]
    for place in places:
        started[place] = child
        if identity is not None:
            write_json(place / "process.json", identity.to_json())


def is_alive(place: Path) -> bool:
    """Whether the process of a job lives, ours or that of another server."""
    child = started.get(place)
    return (child is not None and child.poll() is None) or is_held(place)


def is_held(place: Path, name: str = LOCK) -> bool:
    """Whether a process holds the lock."""
    with contextlib.suppress(OSError), (place / name).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def hold(place: Path) -> IO[bytes] | None:
    """The lock of a job, for the process that does it; None where another one has it, or the folder is gone."""
    try:
        file = (place / LOCK).open("ab")
    except OSError:  # cancelled, or deleted, before it began
        return None
    deadline = time.monotonic() + 1.0  # whoever looks whether we live holds it for an instant
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.close()
                return None
            time.sleep(0.01)
        else:
            return file


def end(place: Path) -> None:
    """Kill the process of a job, if it lives, and wait until it has let go of the lock."""
    child = started.pop(place, None)
    identity = ProcessIdentity.of(child.pid) if child and child.poll() is None else ProcessIdentity.from_json(record(place / "process.json"))
    if identity is not None and (child is not None or is_held(place)):
        signal_group(identity, signal.SIGKILL)
    if child is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GONE_S)
    deadline = time.monotonic() + GONE_S  # of a process that is not our child only the lock tells
    while is_held(place) and time.monotonic() < deadline:
        time.sleep(0.01)


def attempt(place: Path, work: Callable[[Progress], Result], unforeseen: str) -> tuple[int, Result | None]:
    """Do a job in this process, and write why it failed where it does.

    Args:
        place: of the job, whose lock this process holds.
        work: the job.
        unforeseen: the sentence for what nobody foresaw; the traceback goes to standard error, which is the log.

    Returns:
        0 and what came of it; 1 for a reason that the job says itself, 3 for something unforeseen.
    """
    try:
        return 0, work(Progress(teller(place / "progress.json")))
    except LimelightError as error:
        write_json(place / "error.json", {"code": error.code, "message": error.message})
        return 1, None
    except Exception:
        traceback.print_exc()
        write_json(place / "error.json", {"code": "unforeseen", "message": unforeseen})
        return 3, None


def teller(path: Path) -> Callable[[Step], None]:
    """A function that writes steps, not more often than anybody looks."""
    last_s, stage = 0.0, ""

    def tell(step: Step) -> None:
        nonlocal last_s, stage
        now = time.monotonic()
        if now - last_s >= TOLD_EVERY_S or step.stage != stage:
            last_s, stage = now, step.stage
            beside = path.with_suffix(".new")  # not synced: of no use after a crash
            beside.write_text(json.dumps(asdict(step)), encoding="utf-8")
            os.replace(beside, path)

    return tell


def told(place: Path, first: Step) -> Step:
    """The last step that a job told; `first` where it told none yet."""
    with contextlib.suppress(TypeError):
        return Step(**record(place / "progress.json"))
    return first


def record(path: Path) -> dict[str, Any]:
    """A JSON object of a job; empty where there is none, or where it is broken."""
    try:
        found = read_json(path)
    except Damaged:
        return {}
    return found if isinstance(found, dict) else {}
