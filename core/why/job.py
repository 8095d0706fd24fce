"""Explaining in a process of its own: `python -m core.why MODEL… [--row N]`.

So the page never computes, the work can be cancelled at any moment, and a reload or a new server finds it again. One
process explains several models, one after the other; it holds the lock of each until that one is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, TypeVar

from pydantic import ValidationError

from core.dataset.progress import Progress, Step
from core.errors import Damaged, NotReady
from core.files import FOLDER_MODE, read_json, write_atomic, write_json
from core.language import N_, _
from core.training import own_process
from core.why.model import Explainable, path_of, place_of
from core.why.result import RowWhy, Why

__all__ = ["Standing", "cancel", "carry_out", "explained_here", "load", "load_row", "picture_path", "standing", "start"]

ROWS_KEPT = 50  # explanations of single rows; the oldest go
DIED = N_("The process that explained this model ended in the middle, perhaps because memory ran out. Try once more.")
UNFORESEEN = N_("Something went wrong on our side while this model was being explained. Try once more; `log.txt` beside its explanations has the details.")
Found = TypeVar("Found", Why, RowWhy)
Explain = Callable[[Explainable, int | None, Progress], Why | RowWhy]


@dataclass(frozen=True)
class Standing:
    """How the explaining of one model stands.

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


def load(model: Explainable) -> Why | None:
    """What matters to a model; None as long as nobody asked."""
    return _read(place_of(model) / "why.json", Why)


def load_row(model: Explainable, row: int) -> RowWhy | None:
    """Why a model answers so for one row of its dataset; None as long as nobody asked."""
    return _read(place_of(model) / f"row-{int(row)}.json", RowWhy)


def picture_path(model: Explainable, row: int) -> Path:
    """Where the picture lies that shows where the model looks in this row's picture; it need not exist."""
    return place_of(model) / f"picture-{int(row)}.png"


def start(models: Sequence[Explainable], row: int | None = None) -> bool:
    """Explain models in one process of their own, one after the other; those that are being explained already are left out.

    Args:
        models: runs with a model, and simple models that are trained.
        row: explain the answer for this row of the dataset, from 0; default: the models as a whole.

    Returns:
        True when a process was started. It outlives this one.
    """
    free = [model for model in models if standing(model).state != "working"]
    if not free:
        return False
    for model in free:
        place = place_of(model)
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)
        (place / "error.json").unlink(missing_ok=True)
        (place / "progress.json").unlink(missing_ok=True)
        write_json(place / "job.json", {"row": row})
    _spawn(free, row)
    return True


def _spawn(models: Sequence[Explainable], row: int | None) -> None:
    """Start the process; page tests do its work in their own."""
    paths = [str(path_of(model)) for model in models]
    own_process.begin([place_of(model) for model in models], ["-m", "core.why", *paths, *([] if row is None else ["--row", str(row)])])


def standing(model: Explainable) -> Standing:
    """How the explaining of a model stands; a process that died without a word is noticed."""
    place = place_of(model)
    if not (place / "job.json").exists():
        return Standing("idle")
    alive = own_process.is_alive(place)  # before the results are looked at: it may end meanwhile
    row = own_process.record(place / "job.json").get("row")
    if error := own_process.record(place / "error.json"):
        return Standing("failed", row, message=str(error.get("message")))
    if not (place / "job.json").exists():
        return Standing("idle")
    if not alive:
        return Standing("failed", row, message=DIED)
    return Standing("working", row, own_process.told(place, Step("Waiting")))


def cancel(model: Explainable) -> None:
    """Kill the process that explains a model, and with it the explaining of all that it was given; what was finished stays."""
    place = place_of(model)
    own_process.end(place)
    for name in ("job.json", "process.json", "progress.json", "error.json"):
        (place / name).unlink(missing_ok=True)


def carry_out(models: Sequence[Explainable], row: int | None, explain: Explain) -> int:
    """Do the work in this process: lock all models, explain one after the other, and write how each ended.

    Args:
        models: to explain; those that another process has are left to it.
        row: of the dataset; None for the models as a whole.
        explain: makes the explanation; hears nothing of files.

    Returns:
        0 when all were explained, 1 when one could not be, for a reason that it says, 3 when something unforeseen happened.
    """
    held = [(model, lock) for model in models if (lock := _lock(place_of(model))) is not None]
    worst = 0
    for model, lock in held:
        with lock:
            worst = max(worst, _one(model, row, explain))
    return worst


def explained_here(model: Explainable, row: int | None, explain: Explain) -> Why | RowWhy:
    """Explain one model in this process, under its lock, and keep the result as the other process would.

    Raises:
        NotReady: another process explains it.
        UserError, MachineError: whatever `explain` raises.
    """
    place = place_of(model)
    lock = _lock(place)
    if lock is None:
        raise NotReady(_("{model} is being explained by another process. Wait a moment and try again.").format(model=model.id))
    with lock:
        found = explain(model, row, Progress())
        _keep(place, row, found)
    return found


def _one(model: Explainable, row: int | None, explain: Explain) -> int:
    place = place_of(model)
    code, _done = own_process.attempt(place, lambda progress: _keep(place, row, explain(model, row, progress)), UNFORESEEN)
    for name in ("progress.json", "process.json", *(() if code else ("job.json",))):  # the job last: with it the work is seen to be over
        (place / name).unlink(missing_ok=True)
    return code


def _keep(place: Path, row: int | None, found: Why | RowWhy) -> None:
    write_atomic(place / ("why.json" if row is None else f"row-{row}.json"), found.model_dump_json(indent=1))
    rows = sorted(place.glob("row-*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in rows[ROWS_KEPT:]:
        old.unlink(missing_ok=True)


def _lock(place: Path) -> IO[bytes] | None:
    """The lock of a model; None where another process explains it, or it was deleted."""
    try:
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)
    except OSError:
        return None
    return own_process.hold(place)


def _read(path: Path, kind: type[Found]) -> Found | None:
    if not path.exists():
        return None
    try:
        return kind.model_validate(read_json(path))
    except (Damaged, ValidationError):  # of another version, or broken: it is made again
        return None
