"""Explaining in a process of its own: `python -m core.why RUN_FOLDER… [--row N]`.

So the page never computes, the work can be cancelled at any moment, and a reload or a new server finds it again. One
process explains several runs, one after the other; it holds the lock of each until that one is done.
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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

from pydantic import ValidationError

from core.dataset.progress import Progress, Step
from core.errors import Damaged, LimelightError, NotReady
from core.files import FOLDER_MODE, read_json, write_atomic, write_json
from core.language import N_
from core.runs.run import Run
from core.training.backend import ROOT
from core.training.process import ProcessIdentity, signal_group
from core.why.result import RowWhy, Why

__all__ = ["Standing", "cancel", "carry_out", "explained_here", "load", "load_row", "picture_path", "standing", "start"]

FOLDER, LOCK = "why", "lock"
TOLD_EVERY_S = 0.2
GONE_S = 5.0  # a killed process has let go of its lock by then
ROWS_KEPT = 50  # explanations of single rows; the oldest go
DIED = N_("The process that explained this model ended in the middle, perhaps because memory ran out. Try once more.")
Found = TypeVar("Found", Why, RowWhy)
UNFORESEEN = N_("Something went wrong on our side while this model was being explained. Try once more; `why/log.txt` in the run's folder has the details.")


@dataclass(frozen=True)
class Standing:
    """How the explaining of one run stands.

    Attributes:
        state: idle (nothing is going on), working or failed.
        row: the row that is being explained; None for the model as a whole.
        step: the last step that was told.
        message: why it failed.
    """

    state: Literal["idle", "working", "failed"]
    row: int | None = None
    step: Step = Step("Waiting")
    message: str = ""


_started: dict[Path, subprocess.Popen[bytes]] = {}  # by folder `why`; kept, so that a child that ended is reaped
_leaving: list[subprocess.Popen[bytes]] = []  # gave its lock back and has not quite ended


def load(run: Run) -> Why | None:
    """What matters to a model; None as long as nobody asked."""
    return _read(_place(run) / "why.json", Why)


def load_row(run: Run, row: int) -> RowWhy | None:
    """Why a model answers so for one row of its dataset; None as long as nobody asked."""
    return _read(_place(run) / f"row-{int(row)}.json", RowWhy)


def picture_path(run: Run, row: int) -> Path:
    """Where the picture lies that shows where the model looks in this row's picture; it need not exist."""
    return _place(run) / f"picture-{int(row)}.png"


def start(runs: Sequence[Run], row: int | None = None) -> bool:
    """Explain runs in one process of their own, one after the other; those that are being explained already are left out.

    Args:
        runs: with models.
        row: explain the answer for this row of the dataset, from 0; default: the models as a whole.

    Returns:
        True when a process was started. It outlives this one.
    """
    free = [run for run in runs if standing(run).state != "working"]
    if not free:
        return False
    for run in free:
        place = _place(run)
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)
        (place / "error.json").unlink(missing_ok=True)
        (place / "progress.json").unlink(missing_ok=True)
        write_json(place / "job.json", {"row": row})
    _spawn(free, row)
    return True


def _spawn(runs: Sequence[Run], row: int | None) -> None:
    """Start the process; page tests do its work in their own."""
    folders = [str(run.folder.resolve()) for run in runs]
    with (_place(runs[0]) / "log.txt").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "core.why", *folders, *([] if row is None else ["--row", str(row)])],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    identity = ProcessIdentity.of(child.pid)
    _leaving[:] = [earlier for earlier in {*_leaving, *_started.values()} if earlier.poll() is None]
    for run in runs:
        _started[_place(run)] = child
        if identity is not None:
            write_json(_place(run) / "process.json", identity.to_json())


def standing(run: Run) -> Standing:
    """How the explaining of a run stands; a process that died without a word is noticed."""
    place = _place(run)
    if not (place / "job.json").exists():
        return Standing("idle")
    alive = _alive(place)  # before the results are looked at: it may end meanwhile
    row = _json(place / "job.json").get("row")
    if error := _json(place / "error.json"):
        return Standing("failed", row, message=str(error.get("message")))
    if not (place / "job.json").exists():
        return Standing("idle")
    if not alive:
        return Standing("failed", row, message=DIED)
    with contextlib.suppress(TypeError):
        return Standing("working", row, Step(**_json(place / "progress.json")))
    return Standing("working", row)


def cancel(run: Run) -> None:
    """Kill the process that explains a run, and with it the explaining of all runs that it was given; what was finished stays."""
    place = _place(run)
    child = _started.pop(place, None)
    identity = ProcessIdentity.of(child.pid) if child and child.poll() is None else ProcessIdentity.from_json(_json(place / "process.json"))
    if identity is not None and (child is not None or _is_held(place)):
        signal_group(identity, signal.SIGKILL)
    if child is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GONE_S)
    deadline = time.monotonic() + GONE_S  # of a process that is not our child only the lock tells
    while _is_held(place) and time.monotonic() < deadline:
        time.sleep(0.01)
    for name in ("job.json", "process.json", "progress.json", "error.json"):
        (place / name).unlink(missing_ok=True)


def carry_out(runs: Sequence[Run], row: int | None, explain: Callable[[Run, int | None, Progress], Why | RowWhy]) -> int:
    """Do the work in this process: lock all runs, explain one after the other, and write how each ended.

    Args:
        runs: to explain; those that another process has are left to it.
        row: of the dataset; None for the models as a whole.
        explain: makes the explanation; hears nothing of files.

    Returns:
        0 when all were explained, 1 when one could not be, for a reason that it says, 3 when something unforeseen happened.
    """
    held = [(run, lock) for run in runs if (lock := _lock(_place(run))) is not None]
    worst = 0
    for run, lock in held:
        with lock:
            worst = max(worst, _one(run, row, explain))
    return worst


def explained_here(run: Run, row: int | None, explain: Callable[[Run, int | None, Progress], Why | RowWhy]) -> Why | RowWhy:
    """Explain one run in this process, under its lock, and keep the result as the other process would.

    Raises:
        NotReady: another process explains it.
        UserError, MachineError: whatever `explain` raises.
    """
    place = _place(run)
    lock = _lock(place)
    if lock is None:
        raise NotReady(f"Run {run.id} is being explained by another process. Wait a moment and try again.")
    with lock:
        found = explain(run, row, Progress())
        _keep(place, row, found)
    return found


def _one(run: Run, row: int | None, explain: Callable[[Run, int | None, Progress], Why | RowWhy]) -> int:
    place, code = _place(run), 0
    try:
        found = explain(run, row, Progress(_teller(place / "progress.json")))
        _keep(place, row, found)
    except LimelightError as error:
        write_json(place / "error.json", {"code": error.code, "message": error.message})
        code = 1
    except Exception:
        traceback.print_exc()  # into log.txt
        write_json(place / "error.json", {"code": "unforeseen", "message": UNFORESEEN})
        code = 3
    for name in ("progress.json", "process.json", *(() if code else ("job.json",))):  # the job last: with it the work is seen to be over
        (place / name).unlink(missing_ok=True)
    return code


def _keep(place: Path, row: int | None, found: Why | RowWhy) -> None:
    write_atomic(place / ("why.json" if row is None else f"row-{row}.json"), found.model_dump_json(indent=1))
    _forget_old(place)


def _forget_old(place: Path) -> None:
    """Keep the newest explanations of single rows."""
    rows = sorted(place.glob("row-*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in rows[ROWS_KEPT:]:
        old.unlink(missing_ok=True)


def _teller(path: Path) -> Callable[[Step], None]:
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


def _place(run: Run) -> Path:
    return run.folder.resolve() / FOLDER


def _read(path: Path, kind: type[Found]) -> Found | None:
    if not path.exists():
        return None
    try:
        return kind.model_validate(read_json(path))
    except (Damaged, ValidationError):  # of another version, or broken: it is made again
        return None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except Damaged:
        return {}
    return found if isinstance(found, dict) else {}


def _alive(place: Path) -> bool:
    child = _started.get(place)
    return (child is not None and child.poll() is None) or _is_held(place)


def _is_held(place: Path) -> bool:
    """Whether a process holds the lock."""
    with contextlib.suppress(OSError), (place / LOCK).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(place: Path) -> IO[bytes] | None:
    """The lock of this folder, or None where another process works on it."""
    try:
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)
        file = (place / LOCK).open("ab")
    except OSError:  # the run was deleted
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
