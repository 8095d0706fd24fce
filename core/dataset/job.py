"""Reading a waiting file, understanding it and storing it, each in a process of its own: `python -m core.dataset.job FOLDER`.

So it can be cancelled at any moment, the web process never holds the table, and a hostile file takes nothing down but
its own process. Everything is in the folder of the waiting file, so a reload, or a new server, finds the work again.

    FOLDER/job/job.json         what is asked: Task
               result.json      the id of the stored dataset
               lock, process.json, progress.json, error.json, log.txt    the work itself (core.training.own_process)
           read-KEY/            the file as it was read (core.dataset.kept), once for each way of reading it
           look-KEY.json        Preview, once for each set of decisions
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.dataset.decisions import Decisions
from core.dataset.progress import Progress, Step
from core.errors import Damaged
from core.files import FOLDER_MODE, read_json, sweep, write_json
from core.language import N_, speaking
from core.training import own_process

__all__ = ["Standing", "Task", "cancel", "preview_path", "standing", "start", "wait", "work"]

JOB = "job"
DIED = (
    N_("The process that read this file ended in the middle, perhaps because memory ran out. The file itself is still here. Try once more, or bring a smaller part of it.")
)
UNFORESEEN = N_("Something went wrong on our side while this file was being read. The file itself is still here. Try once more; the log has the details.")


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
    step: Step = Step(N_("Starting"))
    code: str = ""
    message: str = ""
    dataset: str = ""


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
    own_process.begin([place], ["-m", "core.dataset.job", str(folder.resolve())])


def standing(folder: Path) -> Standing:
    """How the work on a waiting file stands; a process that died without a word is noticed."""
    task = _task(folder)
    if task is None:
        return Standing("absent")
    alive = own_process.is_alive(folder / JOB)  # before the results are looked at: it may end meanwhile
    if error := own_process.record(folder / JOB / "error.json"):
        return Standing("failed", task, code=str(error.get("code")), message=str(error.get("message")))
    if result := own_process.record(folder / JOB / "result.json"):
        return Standing("done", task, dataset=str(result.get("dataset", "")))
    if not alive:
        return Standing("failed", task, code="interrupted", message=DIED)
    return Standing("working", task, step=own_process.told(folder / JOB, Step(N_("Starting"))))


def wait(folder: Path, seconds: float) -> None:
    """Wait for the process of this folder to end, if we started it; at most so long."""
    if child := own_process.started.get(folder / JOB):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)


def cancel(folder: Path) -> None:
    """Kill the work on a waiting file and remove all that it wrote, half-stored datasets included; the file stays."""
    task, place = _task(folder), folder / JOB
    own_process.end(place)
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

    with speaking("en"):  # what is stored is the same, whoever looks at it; ui tells it in the visitor's language
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
    lock = own_process.hold(place)
    if task is None or lock is None:
        return 2
    sweep(folder)
    asked = task
    with lock:
        return own_process.attempt(place, lambda progress: write_json(place / "result.json", {"dataset": work(folder, asked, progress)}), UNFORESEEN)[0]


def _task(folder: Path) -> Task | None:
    try:
        return Task.model_validate(read_json(folder / JOB / "job.json"))
    except (Damaged, ValidationError):
        return None


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
