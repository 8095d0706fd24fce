"""What becomes of the jobs of the queue: given to a process, adopted, hurried, and ended where the process has died.

The launcher calls these inside a transaction of the queue, so that two pumps never decide about the same run.
Nothing here trusts what a file says about a process: a run is worked on while the kernel holds its lock.
"""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path

from core.errors import Damaged, LimelightError
from core.files import read_json
from core.language import N_
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training import children
from core.training.backend import choose_backend
from core.training.claim import end_run
from core.training.control import LEARNED, has_checkpoint
from core.training.failures import explain_exit, explain_stop, vanished
from core.training.line import places
from core.training.order import read_order
from core.training.process import ProcessIdentity, signal_group
from core.training.queue import Job, Jobs

__all__ = ["adopt", "is_working", "left_queue", "scan", "settle", "start_job", "start_next"]

LEASE_S = 60.0  # a new process has this long to lock its run
EXIT_S = 1.0  # a process that has let go of its run is gone within this time
ATTEMPTS = 2  # processes that may die before they lock the run; then it fails
STOP_S, TERM_S = 15.0, 60.0  # a worker that ignores Stop gets SIGTERM after the first, SIGKILL after both: it may be in one long call of its engine
NO_MODEL = N_("It was stopped before it had a model.")
NOT_GONE_ON = N_("It was stopped before it went on, so there is no model. Its last checkpoint is kept: press Continue to go on from there.")
NOT_STARTED = N_("The training process could not be started. The run's log.txt says why; try again.")
NOT_RESUMED = N_("The training process could not be started. The run's log.txt says why. Its last checkpoint is kept: press Resume to try again.")
NOBODY = ProcessIdentity(0, 0, "")  # a process that is gone, or that nobody can name

_stops_seen: dict[Path, float] = {}  # run folder → when this process first saw its stop file (monotonic)


def start_next(home: Path, jobs: Jobs) -> int:
    """Put right what has died, and start the jobs whose turn it is; the number of processes started."""
    adopt(home, jobs)
    place = places(home, [job.run for job in jobs.all()])
    taken = {place[job.run] for job in jobs.all() if job.worker is not None and is_working(home, jobs, job)}
    started = 0
    for job in [job for job in jobs.all() if job.worker is None]:
        has_room = place[job.run] in taken or len(taken) < settings().max_parallel_runs or Run(home / job.run).stop_requested
        if has_room and start_job(home, jobs, job):
            taken.add(place[job.run])
            started += 1
    return started


def start_job(home: Path, jobs: Jobs, job: Job) -> bool:
    """Give a waiting job a process; False when it need not have one, and then it leaves the queue."""
    run = Run(home / job.run)
    try:
        state, spec = run.status.state, run.spec
    except Damaged:
        _lose(jobs, job, run)
        return False
    if state is not RunState.QUEUED:
        jobs.remove(job.run)
        return False
    if run.stop_requested:
        end(run, RunState.STOPPED, left_queue(run))
        jobs.remove(job.run)
        return False
    identity = children.start_worker(run, choose_backend(spec), home)
    jobs.lease(job.run, identity or NOBODY, LEASE_S)
    return True


def left_queue(run: Run) -> str:
    """The sentence for a run that was stopped while it waited: for its first turn, or, resumed, to go on."""
    return NOT_GONE_ON if has_checkpoint(run) else NO_MODEL


def adopt(home: Path, jobs: Jobs) -> None:
    """Find the process of a job that waits, as the queue believes, but is being worked on.

    Whoever started it was killed before the queue knew. It takes a place, or too many would work.
    """
    for key in jobs.waiting():
        if Run(home / key).is_locked():
            jobs.give(key, _worker(Run(home / key)))


def is_working(home: Path, jobs: Jobs, job: Job) -> bool:
    """Whether a started job still takes a place; puts it right when it does not."""
    run = Run(home / job.run)
    code = children.exit_code(run)  # also frees the process table of a dead child
    try:
        state = run.status.state
    except Damaged:
        _lose(jobs, job, run)
        return False
    if not state.is_over and run.is_locked():
        _hurry(run)
        return True
    if state is RunState.QUEUED:
        return _is_coming(jobs, job, run, code)
    settle(run)
    jobs.remove(job.run)
    return False


def _is_coming(jobs: Jobs, job: Job, run: Run, code: int | None) -> bool:
    """Whether the process of a job that is not locked yet may still lock it."""
    assert job.worker is not None
    if job.worker.is_alive() and job.leased:
        return True
    signal_group(job.worker, signal.SIGKILL)
    if job.attempts < ATTEMPTS:
        jobs.release(job.run)
        return False
    state, message = _explained(run, code)
    if has_checkpoint(run):  # a run that was to go on: what it has learned is worth another try
        end(run, RunState.INTERRUPTED, NOT_RESUMED)
    else:
        end(run, RunState.FAILED, message if state is RunState.FAILED else NOT_STARTED)
    jobs.remove(job.run)
    return False


def _lose(jobs: Jobs, job: Job, run: Run) -> None:
    """Forget a run that was deleted or cannot be read."""
    jobs.remove(job.run)
    children.forget(run)
    _stops_seen.pop(run.folder, None)


def settle(run: Run) -> None:
    """Write the end of a run whose worker is gone; nothing happens if it is over, waits again, or lives.

    A run that had obeyed Stop and was being judged was ended by something else, so it says what that was.
    """
    state, message = _explained(run, children.exit_code(run, wait_s=EXIT_S))
    if run.stop_requested and run.status.phase not in LEARNED:
        state, message = explain_stop(resumable=has_checkpoint(run))
    end(run, state, message, waiting=False)
    children.forget(run)
    _stops_seen.pop(run.folder, None)


def end(run: Run, state: RunState, message: str, *, waiting: bool = True) -> None:
    """Write the end of a run; on a full disk it is tried again at a later pump, so that nothing else suffers."""
    with contextlib.suppress(LimelightError, OSError):
        end_run(run, state, message, waiting=waiting)


def scan(home: Path, jobs: Jobs) -> None:
    """Find in the folders what the queue does not know: waiting runs in their order, and dead ones."""
    known = {job.run for job in jobs.all()}
    for key, run in _unfinished(home):
        if key in known:
            continue
        if run.status.state is RunState.QUEUED:
            jobs.add(key)
        elif run.is_locked():
            jobs.add(key, _worker(run))
        else:
            settle(run)


def _unfinished(home: Path) -> list[tuple[str, Run]]:
    """Readable runs of all workspaces that are not over: in the order that somebody chose, then oldest first."""
    chosen, found = read_order(home), []
    for folder in home.glob("workspaces/*/runs/[!.]*"):
        with contextlib.suppress(Damaged):
            status, run = Run(folder).status, Run(folder)
            if not status.state.is_over and run.spec:
                key = folder.relative_to(home).as_posix()
                found.append((chosen.get(key, len(chosen)), status.created, key, run))
    return [(key, run) for _, _, key, run in sorted(found, key=lambda item: item[:3])]


def _hurry(run: Run) -> None:
    """End a worker that does not react to Stop, after a fair time, and only if it is the right process."""
    if not run.stop_requested or run.status.phase in LEARNED:
        _stops_seen.pop(run.folder, None)
        return
    waited_s = time.monotonic() - _stops_seen.setdefault(run.folder, time.monotonic())
    if waited_s >= STOP_S:
        signal_group(_worker(run), signal.SIGKILL if waited_s >= STOP_S + TERM_S else signal.SIGTERM)


def _worker(run: Run) -> ProcessIdentity:
    """Who works on a run, as it wrote down itself; nobody where that cannot be read."""
    with contextlib.suppress(Damaged):
        return ProcessIdentity.from_json(read_json(run.path("worker.json"))) or NOBODY
    return NOBODY


def _explained(run: Run, code: int | None) -> tuple[RunState, str]:
    try:
        return explain_exit(code, run.spec, resumable=has_checkpoint(run))
    except Damaged:
        return RunState.INTERRUPTED, vanished()
