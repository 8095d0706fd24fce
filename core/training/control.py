"""What a founder can do to a run while it works and after it ended, as changes of its folder.

A worker looks at these files a few times a second and obeys; nothing is sent to a process. The launcher decides
when; here is what is written. Everything may be called twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from pathlib import Path

from core.errors import BadSettings, LimelightError, NotReady, UserError
from core.language import LANGUAGES, N_, _, translated
from core.recipes.names import chosen_name
from core.runs.history import History
from core.runs.run import Run, Status
from core.runs.spec import RunSpec, TrainingSettings
from core.runs.state import RunState
from core.training.claim import append_state, locked

__all__ = ["ANEW", "FROM_CHECKPOINT", "GOES_ON", "LEARNED", "continued", "has_checkpoint", "learning_rate_of", "pause", "prepare_continued", "requeue", "set_learning_rate"]

CHECKPOINT_FILE = "checkpoint.npz"  # as in core.training.checkpoint, which needs NumPy
LAST_WORDS_S = 2.0  # a worker that has written its end lets go of the run within this time
RETRY_S = 0.02
LEARNED = {"stopping", "judging", "exporting"}  # phases of a worker that takes no more steps
GOES_ON = N_("It goes on.")
FROM_CHECKPOINT = N_("It waits for its turn, then goes on from its last checkpoint.")
ANEW = N_("It had no checkpoint yet, so it begins anew as soon as its turn comes.")
CONTINUED = N_("{name} (to epoch {epochs})")
NAME_CHARACTERS = 120
RATE_MARK = b'"learning_rate":'
TAIL_BYTES = 4 * 1024 * 1024  # of the history; long epochs have many events
END_MARKS = (b'"kind":"state"', b'"kind":"end"')
COPY_BYTES = 4 * 1024 * 1024  # of a history at a time


def has_checkpoint(run: Run) -> bool:
    """Whether there is something that learning can go on from."""
    return run.path(CHECKPOINT_FILE).is_file()


def pause(run: Run, status: Status) -> None:
    """Ask a working run to hold still.

    Raises:
        UserError: it does not learn (yet, or any more), so there is nothing to hold.
    """
    state = status.state
    if state.is_over:
        raise UserError(N_("Run {id} is {state}, so there is nothing to pause.").format(id=run.id, state=state))
    if status.phase in LEARNED:
        raise UserError(N_("Run {id} has done its learning and is being judged, so there is nothing to pause. It is ready in a moment.").format(id=run.id))
    if state is RunState.QUEUED and not run.is_locked():
        raise UserError(N_("Run {id} has not begun, so there is nothing to pause. Stop takes it out of the queue.").format(id=run.id))
    run.request_pause()


def set_learning_rate(run: Run, status: Status, rate: float) -> None:
    """Ask a run to learn on with another rate; one that waits begins with it.

    Raises:
        UserError: the run has done its learning.
        BadSettings: the rate is not above 0 and at most 1.
    """
    if status.state.is_over or status.phase in LEARNED:
        raise UserError(N_("Run {id} is {state}, so its learning rate cannot be changed any more. Train a new one with another rate.").format(id=run.id, state=status.state if status.state.is_over else status.phase))
    run.request_learning_rate(rate)


def learning_rate_of(run: Run) -> float:
    """The rate that a run learns at: the one last asked for, else the one last reported, else that of its spec."""
    if rate := run.learning_rate_requested:
        return rate
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError), run.events.open("rb") as file:
        file.seek(max(0, run.events.stat().st_size - TAIL_BYTES))
        tail = file.read()
        at = tail.rfind(RATE_MARK)
        event = json.loads(tail[tail.rfind(b"\n", 0, at) + 1 : tail.find(b"\n", at) + 1]) if at >= 0 else {}
        return float(event["learning_rate"])
    return run.spec.training.learning_rate


def requeue(run: Run) -> str:
    """Let an interrupted run wait again; what people wanted of it before (stop, pause) is forgotten.

    Returns:
        What happens now, as a sentence; empty when the run is not interrupted (any more).
    """
    deadline = time.monotonic() + LAST_WORDS_S
    while run.status.state is RunState.INTERRUPTED:
        with locked(run) as free:
            if free:
                return _requeued(run)
        if time.monotonic() >= deadline:
            break
        time.sleep(RETRY_S)  # its last words, or a reader that holds the lock for an instant to look at it
    return ""


def _requeued(run: Run) -> str:
    if run.status.state is not RunState.INTERRUPTED:
        return ""
    for name in ("stop", "pause"):
        run.path(name).unlink(missing_ok=True)
    message = FROM_CHECKPOINT if has_checkpoint(run) else ANEW
    run.update(state=RunState.QUEUED, message=message, phase="")
    with contextlib.suppress(OSError):
        append_state(run, RunState.QUEUED, message)
    return message


def continued(run: Run, more_epochs: int) -> RunSpec:
    """The spec of a run that learns on where another one ended.

    Args:
        run: a run that is over and has a checkpoint.
        more_epochs: 1 or more, on top of those that it did.

    Raises:
        NotReady: the run works or waits.
        UserError: there is nothing that it could go on from.
        BadSettings: more epochs than allowed, or none.
    """
    status, spec = run.status, run.spec
    if not status.state.is_over:
        raise NotReady(N_("Run {id} is {state}. Wait until it has ended, then continue it.").format(id=run.id, state=status.state))
    if not has_checkpoint(run):
        raise UserError(N_("Run {id} has no checkpoint to go on from. Train it again with more epochs.").format(id=run.id))
    most = next(limit.le for limit in TrainingSettings.model_fields["epochs"].metadata if hasattr(limit, "le"))
    epochs = status.epoch + more_epochs
    if more_epochs < 1 or epochs > most:
        raise BadSettings(N_("Choose 1 to {most} more epochs; {more_epochs} were asked for, and {epoch} are done.").format(most=f"{most - status.epoch:,}", more_epochs=f"{more_epochs:,}", epoch=f"{status.epoch:,}"))
    return spec.model_copy(update={"training": spec.training.model_copy(update={"epochs": epochs}), "continues": run.id, "name": _continued_name(spec, epochs), "preset": "custom"})


def _continued_name(spec: RunSpec, epochs: int) -> str:
    """The name and how far it goes, in the language of who presses; what an earlier press added goes, whoever pressed."""
    name = spec.name
    for language in LANGUAGES:
        before, after = translated(language, CONTINUED).format(name="", epochs="|").split("|")
        name = re.sub(rf"{re.escape(before)}[\d,]+{re.escape(after)}$", "", name)
    ending = _(CONTINUED).format(name="", epochs=f"{epochs:,}")
    return chosen_name(name, spec.recipe)[: NAME_CHARACTERS - len(ending)] + ending


def prepare_continued(run: Run, folder: Path) -> None:
    """Put into a new run's folder what it goes on from: checkpoint, history and learning rate of the one before.

    A checkpoint is only ever replaced, never written into, so both runs can share one file on the disk.
    """
    try:
        os.link(run.path(CHECKPOINT_FILE), folder / CHECKPOINT_FILE)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(run.path(CHECKPOINT_FILE), folder / CHECKPOINT_FILE)
    if rate := run.learning_rate_requested:  # the checkpoint may be older than the wish
        Run(folder).request_learning_rate(rate)
    events, status = folder / run.events.name, run.status
    gone = _copy_history(run.events, events)
    Run(folder).update(epoch=status.epoch, seconds_before=max(status.seconds, status.seconds_before))  # stopped before its turn, it can be continued in its turn
    with contextlib.suppress(OSError, LimelightError):  # without an index the copy is read whole, which takes longer
        if (known := History.load(run.events)).offset:
            known.copied(events, gone).save()


def _copy_history(old: Path, new: Path) -> list[tuple[int, int]]:
    """Copy all whole lines but those that say where the old run stands or how it ended.

    Returns:
        (offset behind it, bytes) of each line that was left out.
    """
    gone, offset, rest = list[tuple[int, int]](), 0, b""
    with old.open("rb") as source, new.open("wb") as target:
        while data := source.read(COPY_BYTES):
            whole, newline, rest = (rest + data).rpartition(b"\n")
            whole += newline
            ends = any(mark in whole for mark in END_MARKS)
            for line in whole.splitlines(keepends=True) if ends else [whole]:  # a million lines one by one take long
                offset += len(line)
                if any(mark in line[:32] for mark in END_MARKS):
                    gone.append((offset, len(line)))
                else:
                    target.write(line)
    return gone
