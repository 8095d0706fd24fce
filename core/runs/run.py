"""Run: one folder that holds all that matters about one training run.

    spec.json             what was asked (RunSpec)
    status.json           how it stands (Status), replaced whole
    events.jsonl          what happened, append only (core.runs.events)
    events.index.json     the same, thinned, so that a long run opens at once; only of long runs (core.runs.history)
    worker.json, lock     who works on it: identity of the process; the lock is held while it lives
    stop                  exists once somebody pressed Stop
    pause                 exists from Pause to Resume
    learning_rate.json    {"learning_rate": x}, once somebody changed it while it learned
    checkpoint.npz        where learning stands and the best weights so far; stays, so that it can go on from there
    model.keras           the finished model
    model.onnx            the same for prediction without Keras
    preprocess.json       fitted preprocessing (core.preprocess)
    predictions.parquet   validation and test rows (core.evaluation.predictions)
    evaluation.json       metrics with intervals
    reserve               64 KB that are freed for the last words when the disk is full; gone at the end
    note.txt              what somebody wrote about it (core.runs.note)
    log.txt               what the libraries said; for developers

A run can be copied, zipped, replayed and deleted; a damaged one hides only itself.
"""

from __future__ import annotations

import fcntl
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BadSettings, Damaged
from core.files import disk_full_as, new_folder, read_json, write_atomic, write_json
from core.language import N_
from core.runs.events import EVENTS_FILE
from core.runs.note import read_note, write_note
from core.runs.spec import RunSpec
from core.runs.state import RunState, can_move

__all__ = ["Run", "Status"]

LEARNING_RATE_FILE = "learning_rate.json"


class Status(BaseModel):
    """`status.json`: how a run stands, small enough to be read at every look.

    `heartbeat` counts up while the worker lives; `phase` says in a few words what it does. `epoch` and
    `epochs` are for lists that do not read events. `headline` is the metric that matters on the test
    rows, once judged: {"name", "value", "low", "high"}.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: RunState
    created: str  # ISO 8601, UTC
    message: str = ""  # a sentence for the user: why it failed, what it waits for
    phase: str = ""  # "loading libraries", "training", "judging", "exporting"
    heartbeat: int = 0
    epoch: int = 0
    epochs: int = 0
    best_epoch: int = 0
    seconds: float = 0.0  # of training, monotonic
    seconds_before: float = 0.0  # of these, those of the run that it continues
    backend: str = ""
    device: str = ""
    parameters: int = 0
    headline: dict[str, Any] | None = None


@dataclass(frozen=True)
class Run:
    """A handle on a run folder; holds no state of its own, so it is always true.

    Attributes:
        folder: the run folder; its name is the run's id.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The run's identifier."""
        return self.folder.name

    @classmethod
    def create(cls, runs: Path, spec: RunSpec, fill: Callable[[Path], object] | None = None) -> Run:
        """Make a new run in state queued.

        Args:
            runs: the folder of all runs of a workspace.
            spec: what is asked; validated by the caller (`core.recipes.make_spec`).
            fill: puts more files into the folder before anybody can see it.

        Returns:
            The run. Its id is the date and 8 random hexadecimal digits.

        Raises:
            DiskFull: nothing was created.
        """
        now = datetime.now(UTC)
        place = runs / f"r{now:%Y%m%d}-{secrets.token_hex(4)}"
        with new_folder(place) as folder:
            write_atomic(folder / "spec.json", spec.model_dump_json(indent=1))
            status = Status(state=RunState.QUEUED, created=now.isoformat(timespec="milliseconds"), epochs=spec.training.epochs)
            write_atomic(folder / "status.json", status.model_dump_json(indent=1))
            write_atomic(folder / EVENTS_FILE, b"")
            if fill is not None:
                fill(folder)
        return cls(place)

    @property
    def spec(self) -> RunSpec:
        """What was asked.

        Raises:
            Damaged: the file is missing or not a spec that this version understands.
        """
        try:
            return RunSpec.model_validate(read_json(self.folder / "spec.json"))
        except ValidationError as error:
            raise Damaged(N_("The settings of run {id} cannot be read. Delete the run and train again.").format(id=self.id)) from error

    @property
    def status(self) -> Status:
        """How it stands, as last written.

        Raises:
            Damaged: the file is missing or not a status.
        """
        try:
            return Status.model_validate(read_json(self.folder / "status.json"))
        except ValidationError as error:
            raise Damaged(N_("The state of run {id} cannot be read. Delete the run and train again.").format(id=self.id)) from error

    def update(self, **changes: Any) -> Status:
        """Replace some fields of the status, whole file at once; an illegal move of state is refused.

        Only the worker that holds the run's lock, or the launcher while nobody does, may call it.

        Raises:
            ValueError: the run may not go from its present state to `changes["state"]`.
        """
        old = self.status
        new = Status.model_validate({**old.model_dump(), **changes})
        if not can_move(old.state, new.state):
            raise ValueError(f"Run {self.id} cannot go from {old.state} to {new.state}.")
        write_atomic(self.folder / "status.json", new.model_dump_json(indent=1))
        return new

    @property
    def has_model(self) -> bool:
        """True when it ended with a model that can be judged and tried.

        The state alone does not tell: a run that is stopped before its first epoch has nothing to keep.
        """
        return self.status.state.has_model and self.path("model.onnx").exists()

    def path(self, name: str) -> Path:
        """A file of the run, by one of the fixed names in this module's list."""
        return self.folder / name

    @property
    def events(self) -> Path:
        """The event log, for `read_events`."""
        return self.folder / EVENTS_FILE

    def request_stop(self) -> None:
        """Ask the worker to stop at the next step and keep the best weights; may be called twice.

        Raises:
            DiskFull: the disk has no place for one more file, however small.
        """
        self._wish("stop")

    @property
    def stop_requested(self) -> bool:
        """True once `request_stop` was called."""
        return (self.folder / "stop").exists()

    def request_pause(self) -> None:
        """Ask the worker to hold still after the next steps; it keeps its memory and writes a checkpoint.

        Raises:
            DiskFull: as `request_stop`.
        """
        self._wish("pause")

    def request_resume(self) -> None:
        """Let a pausing worker go on; nothing happens if it does not pause."""
        (self.folder / "pause").unlink(missing_ok=True)

    @property
    def pause_requested(self) -> bool:
        """True from `request_pause` to `request_resume`."""
        return (self.folder / "pause").exists()

    def request_learning_rate(self, rate: float) -> None:
        """Ask the worker to learn on with another rate.

        Args:
            rate: above 0, at most 1, as in `TrainingSettings`.

        Raises:
            BadSettings: it is something else.
        """
        if not _is_rate(rate):
            raise BadSettings(N_("A learning rate is a number above 0 and at most 1, but {rate} was given. Give a smaller one, for example 0.001.").format(rate=repr(rate)))
        write_json(self.folder / LEARNING_RATE_FILE, {"learning_rate": float(rate)})

    def _wish(self, name: str) -> None:
        with disk_full_as(N_("There is no room on the disk to note what you want of this run. Free some space and press again.")):
            (self.folder / name).touch(mode=0o600)

    @property
    def learning_rate_requested(self) -> float | None:
        """The rate last asked for; None when nobody did, or the file is damaged."""
        try:
            rate = read_json(self.folder / LEARNING_RATE_FILE)["learning_rate"]
        except (Damaged, KeyError, TypeError):
            return None
        return float(rate) if _is_rate(rate) else None

    def is_locked(self) -> bool:
        """True while a worker process lives that took this run; the kernel frees the lock when it dies."""
        try:
            with (self.folder / "lock").open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False

    @property
    def note(self) -> str:
        """What somebody wrote about it; empty when nobody did."""
        return read_note(self.folder)

    def set_note(self, text: str) -> str:
        """Write a note about the run, or remove it with an empty text; see `core.runs.note`."""
        return write_note(self.folder, text)

    def save_json(self, name: str, value: Any) -> None:
        """Write one of the run's JSON files all-or-nothing."""
        write_json(self.folder / name, value)


def _is_rate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 < value <= 1
