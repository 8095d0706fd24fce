"""Launcher: decides when a run gets a process, and keeps what is said about runs true.

Pages, the command line and a worker that ends all call `pump`; it may be called at any time, by any number
of processes at once, and killed at any moment. At most `settings().max_parallel_runs` runs work, first
come, first served. `submit`, `stop` and `state` are all that a page needs, and little enough that
another machine could stand behind them.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import Damaged, LimelightError, QuotaExceeded, UserError
from core.files import FOLDER_MODE, read_json, remove_folder
from core.runs.events import read_events
from core.runs.run import Run, Status
from core.runs.state import RunState
from core.settings import settings
from core.training import children
from core.training.backend import EngineName, choose_backend
from core.training.claim import end_run
from core.training.failures import explain_exit, vanished
from core.training.process import ProcessIdentity, signal_group
from core.training.queue import Job, Jobs, Queue
from core.workspace import Workspace

__all__ = ["Launcher"]

LEASE_S = 60.0  # a new process has this long to lock its run
ATTEMPTS = 2  # processes that may die before they lock the run; then it fails
SCAN_S = 10.0  # look at all run folders at most this often
STOP_S, TERM_S = 15.0, 5.0  # a worker that ignores Stop gets SIGTERM after the first, SIGKILL after both
WAIT_S, PUMP_S = 0.1, 0.5  # rhythm of `wait`
REACTED = {"stopping", "judging", "exporting"}  # phases of a worker that has seen the stop file, or needs not
NO_MODEL = "It was stopped before it had a model."
NOT_STARTED = "The training process could not be started. The run's log.txt says why; try again."

_stops_seen: dict[Path, float] = {}  # run folder → when this process first saw its stop file (monotonic)


class Launcher:
    """Starts, stops and follows the runs of one LIMELIGHT_HOME; cheap to make, safe to share by threads.

    Args:
        home: LIMELIGHT_HOME.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.home.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        self._queue = Queue(self.home / "queue.db")
        self._scan_due = 0.0

    def submit(self, run: Run) -> None:
        """Put a new run into the queue and start it if there is room.

        Args:
            run: from `Run.create`, in state queued. Submitting it again changes nothing.

        Raises:
            QuotaExceeded: the workspace or the server has used its training time; the run is removed.
            UserError: the run was started before.
        """
        state = run.status.state
        if state.is_over:
            raise UserError(f"Run {run.id} is {state} and cannot be started again. Train a new one with the same settings.")
        if state is RunState.QUEUED:
            self._check_quota(run)
        with self._queue.transaction() as jobs:
            jobs.add(self._key(run))
        self.pump()

    def pump(self) -> int:
        """Start what may start, and put right what has died. Safe at any time, from any process.

        Returns:
            The number of processes started.
        """
        with self._queue.transaction() as jobs:
            if time.monotonic() >= self._scan_due:
                self._scan(jobs)
                self._scan_due = time.monotonic() + SCAN_S
            working = sum(self._is_working(jobs, job) for job in jobs.all() if job.worker is not None)
            waiting = [job for job in jobs.all() if job.worker is None]
            started = 0
            for job in waiting:
                if working + started >= settings().max_parallel_runs:
                    break
                started += self._start(jobs, job)
            return started

    def stop(self, run: Run) -> None:
        """Ask a run to stop: a waiting one leaves the queue, a working one keeps its best weights.

        Returns at once; may be called again and again. A run that is over stays as it is.
        """
        if run.status.state.is_over:
            return
        run.request_stop()
        with self._queue.transaction() as jobs:
            if run.status.state is RunState.QUEUED and end_run(run, RunState.STOPPED, NO_MODEL):
                jobs.remove(self._key(run))
        self.pump()

    def state(self, run: Run) -> Status:
        """How a run stands, checked against the process: a dead worker is never shown as running.

        Raises:
            Damaged: the run's status cannot be read.
        """
        status = run.status
        if status.state.is_over or status.state is RunState.QUEUED or run.is_locked():
            return status
        self._settle(run)
        return run.status if run.status.state.is_over else status.model_copy(update={"state": RunState.INTERRUPTED, "message": vanished(), "phase": ""})

    def position(self, run: Run) -> int:
        """Place in the queue, 1 for the next to start; 0 when it does not wait."""
        with self._queue.transaction() as jobs:
            waiting = [job.run for job in jobs.all() if job.worker is None]
        return waiting.index(self._key(run)) + 1 if self._key(run) in waiting else 0

    def warm(self, backend: EngineName) -> bool:
        """Keep a process with its libraries loaded, so that the next run answers at once.

        For a process that lives long (the web server); call it whenever a page that leads to training
        is shown. Needs 2 GB of free memory, otherwise it does nothing.

        Args:
            backend: "jax" or "tensorflow"; `choose_backend(spec)` says which.

        Returns:
            True when such a process is ready or getting ready.
        """
        return children.warm_spare(backend, self.home)

    def wait(self, run: Run, on_event: Callable[[dict[str, Any]], None] | None = None) -> Status:
        """Follow a run to its end; for the command line.

        Args:
            run: a submitted run.
            on_event: called with each event, in order.

        Returns:
            The final status.
        """
        offset, pump_due = 0, 0.0
        while True:
            if time.monotonic() >= pump_due:
                self.pump()
                pump_due = time.monotonic() + PUMP_S
            over = self.state(run).state.is_over and not run.is_locked()
            events, offset = read_events(run.events, offset)
            for event in events:
                if on_event is not None:
                    on_event(event)
            if over and not events:
                return run.status
            if not events:
                time.sleep(WAIT_S)

    # ---- one job

    def _start(self, jobs: Jobs, job: Job) -> int:
        """Give a waiting job a process; 1 when one was started."""
        run = Run(self.home / job.run)
        try:
            state, spec = run.status.state, run.spec
        except Damaged:
            jobs.remove(job.run)
            return 0
        if state is not RunState.QUEUED:
            jobs.remove(job.run)
            return 0
        if run.stop_requested:
            _end(run, RunState.STOPPED, NO_MODEL)
            jobs.remove(job.run)
            return 0
        identity = children.start_worker(run, choose_backend(spec), self.home)
        jobs.lease(job.run, identity or ProcessIdentity(0, 0, ""), LEASE_S)
        return 1

    def _is_working(self, jobs: Jobs, job: Job) -> bool:
        """Whether a started job still takes a place; puts it right when it does not."""
        run = Run(self.home / job.run)
        code = children.exit_code(run)  # also frees the process table of a dead child
        try:
            state = run.status.state
        except Damaged:
            jobs.remove(job.run)
            return False
        if not state.is_over and run.is_locked():
            self._hurry(run)
            return True
        if state is RunState.QUEUED:
            return self._is_coming(jobs, job, run, code)
        self._settle(run)
        jobs.remove(job.run)
        return False

    def _is_coming(self, jobs: Jobs, job: Job, run: Run, code: int | None) -> bool:
        """Whether the process of a job that is not locked yet may still lock it."""
        assert job.worker is not None
        if job.worker.is_alive() and job.leased:
            return True
        signal_group(job.worker, signal.SIGKILL)
        if job.attempts < ATTEMPTS:
            jobs.release(job.run)
            return False
        state, message = _explained(run, code)
        _end(run, RunState.FAILED, message if state is RunState.FAILED else NOT_STARTED)
        jobs.remove(job.run)
        return False

    def _settle(self, run: Run) -> None:
        """Write the end of a run whose worker is gone; nothing happens if it is over or lives."""
        state, message = _explained(run, children.exit_code(run))
        if run.stop_requested:
            state, message = RunState.STOPPED, f"It did not react to Stop and was ended. {NO_MODEL}"
        _end(run, state, message)
        children.forget(run)
        _stops_seen.pop(run.folder, None)

    def _hurry(self, run: Run) -> None:
        """End a worker that does not react to Stop, after a fair time, and only if it is the right process."""
        if not run.stop_requested or run.status.phase in REACTED:
            return
        waited_s = time.monotonic() - _stops_seen.setdefault(run.folder, time.monotonic())
        with contextlib.suppress(Damaged):
            identity = ProcessIdentity.from_json(read_json(run.path("worker.json")))
            if identity is not None and waited_s >= STOP_S:
                signal_group(identity, signal.SIGKILL if waited_s >= STOP_S + TERM_S else signal.SIGTERM)

    # ---- all runs

    def _scan(self, jobs: Jobs) -> None:
        """Find in the folders what the queue does not know: waiting runs in their order, and dead ones."""
        known = {job.run for job in jobs.all()}
        for run in self._unfinished():
            if self._key(run) in known:
                continue
            if run.status.state is RunState.QUEUED:
                jobs.add(self._key(run))
            elif run.is_locked():
                with contextlib.suppress(Damaged):
                    jobs.add(self._key(run), ProcessIdentity.from_json(read_json(run.path("worker.json"))))
            else:
                self._settle(run)

    def _unfinished(self) -> list[Run]:
        """Readable runs of all workspaces that are not over, oldest first."""
        found = []
        for folder in self.home.glob("workspaces/*/runs/[!.]*"):
            with contextlib.suppress(Damaged):
                status, run = Run(folder).status, Run(folder)
                if not status.state.is_over and run.spec:
                    found.append((status.created, run.id, run))
        return [run for _, _, run in sorted(found, key=lambda item: item[:2])]

    def _check_quota(self, run: Run) -> None:
        try:
            Workspace(run.folder.parent.parent).check_quota()
        except QuotaExceeded:
            remove_folder(run.folder)
            raise

    def _key(self, run: Run) -> str:
        return run.folder.resolve().relative_to(self.home).as_posix()


def _explained(run: Run, code: int | None) -> tuple[RunState, str]:
    try:
        return explain_exit(code, run.spec)
    except Damaged:
        return RunState.INTERRUPTED, vanished()


def _end(run: Run, state: RunState, message: str) -> None:
    """Write the end of a run; on a full disk it is tried again at a later pump, so that nothing else suffers."""
    with contextlib.suppress(LimelightError, OSError):
        end_run(run, state, message)
