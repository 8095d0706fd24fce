"""`python -m core.training.worker RUN_FOLDER`: one process for one run, from its spec to its verdict.

It says that it is starting before it imports anything heavy, so that the page moves at once; it learns,
writes down what the network says about the validation and test rows, judges it, and exports it. However it
ends, the run's state says so in a sentence, and the next run in the queue is started.

With `--spare` instead of a folder it loads its libraries and waits for a run (`core.training.spare`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.language import N_
from core.runs.run import Run
from core.runs.state import RunState, can_move
from core.training.claim import RESERVE_FILE, Claim
from core.training.control import LEARNED, has_checkpoint
from core.training.ending import how_it_ended
from core.training.failures import Terminated, explain, explain_stop, not_finite
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.training.fit import Fitted
    from core.training.material import Material
    from core.training.preparation import Preparation

__all__ = ["main"]

NICENESS = 10  # the page and the rest of the machine go first
EXPORT_S = 300.0  # a conversion that takes longer has hung


class _Termination:
    """SIGTERM: while the network learns it is heard between two steps, so that a checkpoint can be taken; else at once."""

    gently = False
    told = False


class _Stopped(Exception):  # noqa: N818  # not an error: the user pressed Stop before there was anything to keep
    pass


def main(arguments: list[str]) -> int:
    """Work on one run; 0 unless it failed."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    signal.signal(signal.SIGTERM, _terminate)
    if arguments == ["--spare"]:
        from core.training.spare import wait_for_run

        claim, ready = wait_for_run()
    else:
        claim, ready = Claim.take(Run(Path(arguments[0]).resolve())), None
    if claim is None:
        return 0
    try:
        state = _work(claim, ready)
    finally:
        claim.release()
    _pump(claim.run)
    return int(state is RunState.FAILED)


def _work(claim: Claim, ready: Preparation | None = None) -> RunState:
    """Train, judge, export; returns the state in which the run ended."""
    headline: dict[str, Any] | None = None
    fitted: Fitted | None = None
    try:
        fitted, headline = _train(claim, ready)
        claim.recorder.check()
        stopped = fitted.reason == "stop"
        state, message = (RunState.STOPPED if stopped else RunState.FINISHED), how_it_ended(fitted, claim.spec)
    except _Stopped:
        state, message = RunState.STOPPED, N_("You stopped it before it had learned anything, so there is no model.")
    except BaseException as error:
        traceback.print_exc()
        state, message = explain(error, claim.spec, resumable=has_checkpoint(claim.run))
        if isinstance(error, Terminated) and claim.run.stop_requested and claim.run.status.phase not in LEARNED:
            state, message = explain_stop(resumable=has_checkpoint(claim.run))
        claim.run.path(RESERVE_FILE).unlink(missing_ok=True)  # on a full disk this makes room for the last words
    _conclude(claim, state, message, fitted, headline)
    return state


def _train(claim: Claim, ready: Preparation | None) -> tuple[Fitted, dict[str, Any]]:
    """How it ended, and the headline of its evaluation; what a spare has made ahead is not made again."""
    from core.training.backend import import_keras
    from core.training.cards import own_card

    own_card(claim.run, _home(claim.run), lambda phase: claim.recorder.status(phase=phase))
    keras = import_keras()
    from core.training.learn import learn
    from core.training.preparation import Preparation
    from core.training.room import check_worker

    workspace = Workspace(claim.run.folder.parent.parent)
    check_worker(workspace.dataset(claim.spec.dataset), claim.spec, lambda phase: _stop_here(claim, phase))
    _stop_here(claim, N_("preparing data"))
    ready = ready or Preparation(workspace, claim.spec)
    material = ready.material
    material.store(claim.run)
    _ = ready.lesson
    _stop_here(claim, N_("building the network"))
    _ = ready.model
    try:
        _Termination.gently = True
        fitted = learn(claim, ready, lambda: _Termination.told)
    finally:
        _Termination.gently = False
    if _Termination.told and not claim.run.stop_requested:  # who was told because he was slow to stop has stopped now
        raise Terminated
    if not fitted.best_epoch:
        raise _Stopped if fitted.reason == "stop" else not_finite(claim.spec, fitted.blowup)
    claim.recorder.status(phase="judging")
    return fitted, _judge_and_export(claim, material, ready.model, keras.backend.backend() == "tensorflow")


def _judge_and_export(claim: Claim, material: Material, model: Any, tensorflow: bool) -> dict[str, Any]:
    """Store model, predictions and evaluation; the conversion to ONNX goes on beside the judging."""
    from core.dataset.schema import Part
    from core.training.export import export_onnx, verify
    from core.training.judge import judge, predictions_of

    run = claim.run
    from core.files import write_atomic

    write_atomic(run.path("model.keras"), model.save)
    converting = None if tensorflow else _start_export(run)
    try:
        predictions, raw = predictions_of(model, material)
        predictions.save(run.path("predictions.parquet"))
        headline = judge(run, predictions)
        _count_look(claim, material)
        claim.recorder.status(phase="exporting")
        if converting is None:
            export_onnx(model, run.path("model.onnx"))
        elif code := converting.wait(EXPORT_S):
            raise subprocess.CalledProcessError(code, "the conversion to ONNX")
    finally:
        if converting is not None and converting.poll() is None:
            converting.kill()
            converting.wait()
    part = next((part for part in (Part.VALIDATION, Part.TEST) if part in raw), None)
    if part is not None:
        verify(run.path("model.onnx"), material.inputs(part), raw[part])
    return headline


def _count_look(claim: Claim, material: Material) -> None:
    """Whoever trains sees how it did on the sealed test rows: that is a look at them."""
    from core.seal import look_at

    if claim.spec.answers_for_test:
        with contextlib.suppress(OSError):
            look_at(material.dataset, "training", [claim.run.id])


def _start_export(run: Run) -> subprocess.Popen[bytes]:
    from core.training.backend import ROOT, worker_environment

    command = [sys.executable, "-m", "core.training.export", str(run.folder)]
    return subprocess.Popen(command, cwd=ROOT, env=worker_environment("tensorflow", _home(run), gpu=False), stdin=subprocess.DEVNULL)


def _conclude(claim: Claim, state: RunState, message: str, fitted: Fitted | None, headline: dict[str, Any] | None) -> None:
    """The last words: events first, so that whoever sees the final state finds them all."""
    recorder, done = claim.recorder, claim.run.status
    known: dict[str, Any] = {}  # where the learning did not end, the recorder may hold later numbers than the file, so they are not touched
    if fitted:
        known = {"epoch": fitted.epochs, "best_epoch": fitted.best_epoch, "seconds": round(fitted.seconds, 3)}
        done = done.model_copy(update=known)
    recorder.event("state", state=state.value, message=message)
    if state is not RunState.INTERRUPTED:  # that is no end: it may go on
        recorder.event("end", state=state.value, epochs=done.epoch, seconds=done.seconds, best_epoch=done.best_epoch)
    recorder.status(state=state, message=message, phase="", headline=headline, **known)
    recorder.close()
    if not claim.run.status.state.is_over:  # the disk was full: once more, with nothing but the end
        for between in (RunState.STARTING, RunState.RUNNING):
            if not can_move(claim.run.status.state, state) and can_move(claim.run.status.state, between):
                claim.run.update(state=between)
        claim.run.update(state=state, message=message, phase="")


def _stop_here(claim: Claim, next_phase: str) -> None:
    """Between two phases: heed Stop, report a full disk, name what comes next."""
    claim.recorder.check()
    if claim.run.stop_requested and not has_checkpoint(claim.run):  # with one there is something to keep and to judge
        raise _Stopped
    claim.recorder.status(phase=next_phase)


def _terminate(_number: int, _frame: Any) -> None:
    if not _Termination.gently:
        raise Terminated
    _Termination.told = True  # however often it comes: each pump of each process hurries a run that is slow to stop


def _pump(run: Run) -> None:
    """Start the next run in the queue; a page need not be open for that."""
    try:
        from core.training.backend import leave_environment
        from core.training.compiled import keep_newest
        from core.training.launcher import Launcher

        leave_environment()  # this run's engine and card are not those of the next
        Launcher(_home(run)).pump()
        keep_newest(_home(run))
    except Exception:
        traceback.print_exc()


def _home(run: Run) -> Path:
    """LIMELIGHT_HOME, from home/workspaces/<id>/runs/<id>."""
    return run.folder.parents[3]


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # everything is written; the engines' own farewell takes longer and can abort
