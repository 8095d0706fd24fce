"""Reading a waiting file, understanding it and storing it, each in a process of its own: `python -m core.dataset.job FOLDER`.

So it can be cancelled at any moment, the web process never holds the table, and a hostile file takes nothing down but
its own process. Everything is in the folder of the waiting file, so a reload, or a new server, finds the work again.

    FOLDER/job/job.json         what is asked: Task
               lock             held while the process lives; the kernel frees it however the process dies
               process.json     who the process is, so that no signal ever goes to a stranger
               progress.json    the last step, replaced whole
               error.json       code and sentence, where it failed        result.json   the id of the stored dataset
               log.txt          what nobody foresaw
           read-KEY/            the file as it was read (core.dataset.kept), once for each way of reading it
           look-KEY.json        Preview, once for each set of decisions
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.dataset.decisions import Decisions
from core.dataset.progress import Progress, Step
from core.errors import Damaged, LimelightError
from core.files import FOLDER_MODE, read_json, sweep, write_json
from core.training.process import ProcessIdentity, signal_group

__all__ = ["Standing", "Task", "cancel", "preview_path", "standing", "start", "wait", "work"]

JOB, LOCK = "job", "lock"
PROJECT = Path(__file__).resolve().parents[2]
TOLD_EVERY_S = 0.2
GONE_S = 5.0  # a killed process has let go of its lock by then
DIED = (
    "The process that read this file ended in the middle, perhaps because memory ran out. The file itself is still here. "
    "Try once more, or bring a smaller part of it."
)
UNFORESEEN = "Something went wrong on our side while this file was being read. The file itself is still here. Try once more; the log has the details."


class Task(BaseModel):
    """What a process is asked to do with a waiting file.

    Attributes:
        what: "look": read and understand it; "store": make it a dataset.
        path: the file.
        file_name: to show.
        decisions: what somebody decided about it.
        workspace: folder of the workspace that it is stored in.
        name: of the dataset.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Literal["look", "store"]
    path: Path
    file_name: str
    decisions: Decisions = Decisions()
    workspace: Path
    name: str = ""


@dataclass(frozen=True)
class Standing:
    """How a piece of work stands.

    Attributes:
        state: absent: nothing was asked; working; failed; done.
        task: what was asked.
        step: the last step that was told.
        code, message: why it failed.
        dataset: id of the dataset that was stored.
    """

    state: Literal["absent", "working", "failed", "done"]
    task: Task | None = None
    step: Step = Step("Starting")
    code: str = ""
    message: str = ""
    dataset: str = ""


_started: dict[Path, subprocess.Popen[bytes]] = {}  # kept, so that a child that ended is reaped


def start(folder: Path, task: Task) -> None:
    """Begin a piece of work in a process of its own; what went on in that folder before is cancelled.

    Args:
        folder: of the waiting file.
        task: what to do.
    """
    cancel(folder)
    place = folder / JOB
    place.mkdir(mode=FOLDER_MODE, exist_ok=True)
    write_json(place / "job.json", task.model_dump(mode="json"))
    _spawn(folder, place)


def _spawn(folder: Path, place: Path) -> None:
    """Start the process; page tests do its work in their own."""
    with (place / "log.txt").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "core.dataset.job", str(folder.resolve())],
            cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    _started[folder] = child
    if identity := ProcessIdentity.of(child.pid):
        write_json(place / "process.json", identity.to_json())


def standing(folder: Path) -> Standing:
    """How the work on a waiting file stands; a process that died without a word is noticed."""
    task = _task(folder)
    if task is None:
        return Standing("absent")
    alive = _alive(folder)  # before the results are looked at: it may end meanwhile
    if error := _json(folder / JOB / "error.json"):
        return Standing("failed", task, code=str(error.get("code")), message=str(error.get("message")))
    if result := _json(folder / JOB / "result.json"):
        return Standing("done", task, dataset=str(result.get("dataset", "")))
    if not alive:
        return Standing("failed", task, code="interrupted", message=DIED)
    told = _json(folder / JOB / "progress.json")
    with contextlib.suppress(TypeError):
        return Standing("working", task, step=Step(**told))
    return Standing("working", task)


def wait(folder: Path, seconds: float) -> None:
    """Wait for the process of this folder to end, if we started it; at most so long."""
    if child := _started.get(folder):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)


def cancel(folder: Path) -> None:
    """Kill the work on a waiting file and remove all that it wrote, half-stored datasets included; the file stays."""
    task, place = _task(folder), folder / JOB
    child = _started.pop(folder, None)
    identity = ProcessIdentity.of(child.pid) if child and child.poll() is None else ProcessIdentity.from_json(_json(place / "process.json"))
    if identity is not None and (child is not None or _is_held(place)):
        signal_group(identity, signal.SIGKILL)
    if child is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GONE_S)
    deadline = time.monotonic() + GONE_S  # of a process that is not our child only the lock tells
    while _is_held(place) and time.monotonic() < deadline:
        time.sleep(0.01)
    shutil.rmtree(place, ignore_errors=True)
    sweep(folder)
    if task is not None and task.what == "store":
        sweep(task.workspace / "datasets")


def preview_path(folder: Path, decisions: Decisions) -> Path:
    """Where the preview of a waiting file with these decisions lies, once it is made."""
    return folder / f"look-{decisions.key}.json"


def work(folder: Path, task: Task, progress: Progress) -> str:
    """Do what is asked, in this process.

    Args:
        folder: of the waiting file.
        task: what to do.
        progress: to hear how far it is.

    Returns:
        The id of the dataset, where one was stored.

    Raises:
        UserError: whatever the user can fix.
    """
    from core.dataset.draft import draft
    from core.dataset.ingest import store
    from core.dataset.preview import preview_of
    from core.dataset.readers.source import Source
    from core.files import write_atomic
    from core.workspace import Workspace

    source = Source.of(task.path, task.file_name)
    found = _read(folder, source, task.decisions, progress)
    understood = task.decisions.apply(draft(source, found.raw, found.pictures, found.guesses, progress=progress))
    if task.what == "look":
        write_atomic(preview_path(folder, task.decisions), preview_of(understood).model_dump_json())
        return ""
    return store(understood, Workspace(task.workspace), task.name, progress).id


def _read(folder: Path, source: Any, decisions: Decisions, progress: Progress) -> Any:
    """The file as it was kept when it was read first; other ways of reading it are dropped."""
    from core.dataset.kept import keep, kept
    from core.dataset.readers.read import read

    place = folder / f"read-{decisions.read_key}"
    if not place.is_dir():
        keep(place, read(source, decisions.options, progress))
        for old in folder.glob("read-*"):
            if old != place:
                shutil.rmtree(old, ignore_errors=True)
        for preview in folder.glob("look-*.json"):
            preview.unlink(missing_ok=True)
    return kept(place)


def main(folder: Path) -> int:
    """Do what `job.json` asks, alone; say how it ended in `error.json` or `result.json`."""
    place, task = folder / JOB, _task(folder)
    lock = _lock(place)
    if task is None or lock is None:
        return 2
    sweep(folder)
    with lock:
        try:
            result = work(folder, task, Progress(_teller(place / "progress.json")))
            write_json(place / "result.json", {"dataset": result})
        except LimelightError as error:
            write_json(place / "error.json", {"code": error.code, "message": error.message})
            return 1
        except Exception:
            traceback.print_exc()  # into log.txt
            write_json(place / "error.json", {"code": "unforeseen", "message": UNFORESEEN})
            return 3
    return 0


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


def _task(folder: Path) -> Task | None:
    try:
        return Task.model_validate(read_json(folder / JOB / "job.json"))
    except (Damaged, ValidationError):
        return None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except Damaged:
        return {}
    return found if isinstance(found, dict) else {}


def _alive(folder: Path) -> bool:
    child = _started.get(folder)
    return (child is not None and child.poll() is None) or _is_held(folder / JOB)


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
        file = (place / LOCK).open("ab")
    except OSError:  # cancelled before it began
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


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
