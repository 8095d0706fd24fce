"""What the command line does to a run that exists: plain values in, one JSON document out.

All but `watch` return at once; the run goes on in its own process. Like `core.commands`, they work in the
workspace `local` under `LIMELIGHT_HOME`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.commands import metrics_of
from core.errors import NotReady, RunFailed
from core.language import N_
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training.control import LEARNED, has_checkpoint, learning_rate_of
from core.training.launcher import Launcher
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.runs.run import Status

__all__ = ["SIMPLE", "continue_run", "learning_rate", "note", "pause", "queue", "resume", "status", "stop", "watch"]

Document = dict[str, Any]
AT_WORK = {RunState.STARTING, RunState.RUNNING, RunState.PAUSED}


def stop(name: str) -> Document:
    """Ask a run to stop and keep its best weights; one that is over stays as it is."""
    run, launcher = _run(name)
    before = launcher.state(run).state
    launcher.stop(run)
    if before.is_over:
        said = f"It is {before} already."
    elif before is RunState.QUEUED:
        said = "It left the queue." if run.status.state.is_over else "It will not be started; it leaves the queue as soon as the disk has room."
    else:
        said = "It stops after its next steps; the best weights are kept and judged."
    return _answer(run, launcher, said)


def pause(name: str) -> Document:
    """Let a run hold still.

    Raises:
        UserError: it waits or is over.
    """
    run, launcher = _run(name)
    launcher.pause(run)
    return _answer(run, launcher, "It pauses after its next steps, and keeps its memory and its place.")


def resume(name: str) -> Document:
    """Let a paused run go on, or queue an interrupted one again.

    Raises:
        UserError, QuotaExceeded: see `Launcher.resume`.
    """
    run, launcher = _run(name)
    now, paused = launcher.state(run), run.pause_requested
    said = launcher.resume(run)
    if not paused and now.state in AT_WORK:
        said = N_("It has done its learning and is being judged.") if now.phase in LEARNED else N_("It is learning already.") if now.state is RunState.RUNNING else N_("It is starting already.")
    return _answer(run, launcher, said)


def continue_run(name: str, epochs: int) -> Document:
    """Train on where a run ended, as a new run.

    Raises:
        UserError: see `Launcher.continue_run`.
    """
    run, launcher = _run(name)
    new = launcher.continue_run(run, epochs)
    return {**_answer(new, launcher, f"It goes on where {run.id} ended, up to epoch {new.spec.training.epochs:,}."), "continues": run.id}


def learning_rate(name: str, rate: float) -> Document:
    """Change the learning rate of a run, from its next steps on.

    Raises:
        UserError: it is over, or the rate is not above 0 and at most 1.
    """
    run, launcher = _run(name)
    launcher.set_learning_rate(run, rate)
    return {**_answer(run, launcher, f"It learns on at {rate:g} from its next steps."), "learning_rate": rate}


def status(name: str) -> Document:
    """How a run stands, and all that is known about it without reading its history."""
    run, launcher = _run(name)
    found, spec = launcher.state(run), run.spec
    return {
        "run": run.id, "name": spec.name, "dataset": spec.dataset, "recipe": spec.recipe, "preset": spec.preset, "seed": spec.seed,
        "continues": spec.continues, **found.model_dump(mode="json"), "place": launcher.position(run), "has_model": run.has_model,
        "has_checkpoint": has_checkpoint(run), "learning_rate": learning_rate_of(run), "note": run.note,
    }  # fmt: skip


def watch(name: str, on_event: Callable[[Document], None] | None = None) -> Document:
    """Follow a run to its end. Ctrl-C ends the watching; the run goes on.

    Args:
        name: id of a run, in any state.
        on_event: called with each event since the beginning, in order.

    Raises:
        RunFailed: it ended without a model.
    """
    run, launcher = _run(name)
    try:
        end: Status = launcher.wait(run, on_event)
    except KeyboardInterrupt:
        return _answer(run, launcher, f"You stopped watching. The run goes on; watch it again with: python -m core watch {run.id}")
    if not run.has_model:
        raise RunFailed(end.message or N_("Run {id} ended as {state}. See its log.txt.").format(id=run.id, state=end.state))
    return {**_answer(run, launcher, end.message), "metrics": metrics_of(run)}


def note(name: str, text: str | None = None) -> Document:
    """Write a note about a run, remove it with an empty text, or only read it.

    Raises:
        LimitExceeded: it is too long.
    """
    run, _ = _run(name)
    return {"run": run.id, "note": run.note if text is None else run.set_note(text)}


def queue(name: str | None = None, place: int = 1) -> Document:
    """The runs that train, and those that wait, the next to start first; before that, one may be moved.

    Args:
        name: id of a waiting run to move.
        place: where it shall stand, from 1.

    Raises:
        NotReady: the run does not wait.
    """
    workspace = Workspace.local()
    launcher = Launcher(workspace.home)
    launcher.pump()
    if name is not None:
        run = workspace.run(name)
        if run not in launcher.waiting(workspace):
            raise NotReady(N_("Run {id} is {state} and does not wait, so it cannot be moved.").format(id=run.id, state=launcher.state(run).state))
        launcher.move(run, place)
    training = [{"state": status.state.value, **_named(run)} for run in reversed(workspace.runs()) if (status := launcher.state(run)).state in AT_WORK]
    rows = [{"place": at, **_named(run)} for at, run in enumerate(launcher.waiting(workspace), 1)]
    return {"training": training, "queue": rows, "at_a_time": settings().max_parallel_runs}


SIMPLE: dict[str, Callable[[str], Document]] = {"stop": stop, "pause": pause, "resume": resume, "status": status}


def _run(name: str) -> tuple[Run, Launcher]:
    workspace = Workspace.local()
    return workspace.run(name), Launcher(workspace.home)


def _named(run: Run) -> Document:
    return {"run": run.id, "name": run.spec.name, "recipe": run.spec.recipe}


def _answer(run: Run, launcher: Launcher, said: str) -> Document:
    return {"run": run.id, "state": launcher.state(run).state.value, "message": said}
