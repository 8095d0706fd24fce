"""Launcher: decides when a run gets a process, and keeps what is said about runs true.

Pages, the command line and a worker that ends all call `pump`; it may be called at any time, by any number
of processes at once, and killed at any moment. At most `settings().max_parallel_runs` runs work, first
come, first served unless somebody moved one. What it offers is what people do to a run: little enough that
another machine could stand behind it.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from core.errors import MachineError, QuotaExceeded, UserError
from core.files import FOLDER_MODE, remove_folder
from core.language import N_
from core.runs.run import Run, Status
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.training import children, control, line, upkeep
from core.training.backend import EngineName
from core.training.claim import end_run
from core.training.failures import vanished
from core.training.follow import follow
from core.training.order import write_order
from core.training.queue import Queue
from core.training.repair import repair
from core.training.room import check_continued
from core.training.spare import rehearsal_order
from core.training.twice import just_made
from core.workspace import Workspace

__all__ = ["Launcher"]

log = logging.getLogger("limelight")

SCAN_S = 10.0  # look at all run folders at most this often
WAITS = N_("It has not begun and waits for its turn.")

Made = TypeVar("Made")


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

    # ---- start

    def start(self, workspace: Workspace, spec: RunSpec) -> Run:
        """Make a run of a spec and put it into the queue; for buttons, which are pressed twice and in two tabs.

        Returns:
            The new run; or, where the same spec was asked for a moment ago and is not over, that run.

        Raises:
            QuotaExceeded, DiskFull: nothing was made.
        """
        return self._made_once(workspace, spec)

    def submit_made(self, make: Callable[[], tuple[Made, Sequence[Run]]]) -> Made:
        """Make runs that belong together and put them into the queue, while nobody else can change it.

        Args:
            make: returns what this returns, and the new runs to queue. Others wait for it, so it must be quick.

        Raises:
            DiskFull: the queue cannot be written; the runs are removed.
        """
        with self._queue.adding() as (jobs, folders):
            answer, runs = make()
            for run in runs:
                folders.append(run.folder)
                jobs.add(self._key(run))
        self.pump()
        return answer

    def submit(self, run: Run) -> None:
        """Put a new run into the queue and start it if there is room.

        Args:
            run: from `Run.create`, in state queued. Submitting it again changes nothing.

        Raises:
            QuotaExceeded: the workspace or the server has used its training time; the run is removed.
            UserError: the run was started before.
            DiskFull: the queue cannot be written now; the run stays, and a later pump finds it.
        """
        self.submit_all([run])

    def submit_all(self, runs: Sequence[Run]) -> None:
        """The same for several runs that belong together, a race: nobody else's run comes between them.

        Raises:
            QuotaExceeded: all of them are removed.
            UserError: one was started before; none is queued.
        """
        for run in runs:
            if (state := run.status.state).is_over:
                raise UserError(N_("Run {id} is {state} and cannot be started again. Train a new one with the same settings.").format(id=run.id, state=state))
        waiting = [run for run in runs if run.status.state is RunState.QUEUED]
        try:
            for place in {run.folder.parent.parent for run in waiting}:
                Workspace(place).check_quota()
        except QuotaExceeded:
            for run in waiting:
                remove_folder(run.folder)
            raise
        with self._queue.transaction() as jobs:
            for run in runs:
                jobs.add(self._key(run))
        self.pump()

    def pump(self) -> int:
        """Start what may start, and put right what has died. Safe at any time, from any process.

        Where the disk is full or others hold the queue, the runs at work go on and the next pump does the rest.

        Returns:
            The number of processes started.
        """
        children.bury()
        try:
            with self._queue.transaction() as jobs:
                if time.monotonic() >= self._scan_due:
                    upkeep.scan(self.home, jobs)
                    self._scan_due = time.monotonic() + SCAN_S
                return upkeep.start_next(self.home, jobs)
        except (MachineError, OSError) as error:
            log.warning("The queue could not be looked after; the next look tries again: %s", error)
            return 0

    # ---- what people do to a run

    def stop(self, run: Run) -> None:
        """Ask a run to stop: a waiting one leaves the queue, a working or paused one keeps its best weights.

        Returns at once; may be called again and again. A run that is over stays as it is. On a full disk the wish
        counts too: a worker obeys it without the queue, and a waiting run is never started; it leaves at a later pump.

        Raises:
            DiskFull: not even an empty file can be made, so nothing was asked.
        """
        if run.status.state.is_over:
            return
        run.request_stop()
        with contextlib.suppress(MachineError, OSError), self._queue.transaction() as jobs:
            if run.status.state is RunState.QUEUED and end_run(run, RunState.STOPPED, upkeep.left_queue(run)):
                jobs.remove(self._key(run))
        self.pump()

    def pause(self, run: Run) -> None:
        """Ask a run to hold still; it keeps its process, its memory and its place. May be called again.

        Raises:
            UserError: the run waits or is over.
        """
        control.pause(run, self.state(run))

    def resume(self, run: Run) -> str:
        """Let a paused run go on, or queue an interrupted one again. May be called again, from anywhere.

        Returns:
            What happens now, as a sentence: an interrupted run goes on from its checkpoint, or begins anew.

        Raises:
            UserError: the run ended; it can be continued, or trained again.
            QuotaExceeded: the training time of the workspace or server is used up; the run stays interrupted.
        """
        state = self.state(run).state
        if state is RunState.INTERRUPTED:
            Workspace(run.folder.parent.parent).check_quota()
            return self._queue_again(run)
        if state.is_over:
            raise UserError(N_("Run {id} is {state}, so there is nothing to resume. Continue it for more epochs, or train it again.").format(id=run.id, state=state))
        run.request_resume()
        return WAITS if state is RunState.QUEUED and not run.is_locked() else control.GOES_ON

    def set_learning_rate(self, run: Run, rate: float) -> None:
        """Change the learning rate of a run while it works, from its next steps on.

        Raises:
            UserError: the run is over.
            BadSettings: the rate is not above 0 and at most 1.
        """
        control.set_learning_rate(run, self.state(run), rate)

    def continue_run(self, run: Run, more_epochs: int) -> Run:
        """Train on where a run ended, as a new run; the old one stays as it is.

        Args:
            run: a run that is over and has a checkpoint.
            more_epochs: 1 or more, on top of those that it did.

        Returns:
            The new run, in the queue; asked for twice within a moment, it is made once.

        Raises:
            NotReady, UserError, BadSettings: see `control.continued`.
            QuotaExceeded, DiskFull, NoRoom: nothing was made.
        """
        spec, workspace = control.continued(run, more_epochs), Workspace(run.folder.parent.parent)
        check_continued(workspace.dataset(spec.dataset), spec, held_bytes=children.held_bytes())
        return self._made_once(workspace, spec, lambda folder: control.prepare_continued(run, folder))

    # ---- the queue

    def waiting(self, workspace: Workspace) -> list[Run]:
        """The waiting runs of a workspace, the next to start first."""
        with self._queue.transaction() as jobs:
            return [Run(self.home / key) for key in line.own(self.home, jobs.waiting(), workspace)]

    def position(self, run: Run) -> int:
        """Place in the queue of the whole server, 1 for the next to start; 0 when it does not wait. A race counts once."""
        if run.status.state is not RunState.QUEUED:
            return 0  # which is known without the queue, on a full disk too
        with self._queue.transaction() as jobs:
            return line.position(self.home, jobs, run)

    def move(self, run: Run, place: int) -> None:
        """Give a waiting run another place, from 1, among those of its workspace; see `core.training.line.move`."""
        with self._queue.transaction() as jobs:
            line.move(self.home, jobs, run, place)

    # ---- the truth

    def state(self, run: Run) -> Status:
        """How a run stands, checked against the process: a dead worker is never shown as running.

        Raises:
            Damaged: the run's status cannot be read.
        """
        status = run.status
        if status.state.is_over or status.state is RunState.QUEUED or run.is_locked():
            return status
        upkeep.settle(run)
        if (settled := run.status).state.is_over:
            return settled
        message = vanished(resumable=control.has_checkpoint(run))  # the disk is full, or it has just been queued again
        return status.model_copy(update={"state": RunState.INTERRUPTED, "message": message, "phase": ""})

    def repair(self) -> list[str]:
        """Put right what an earlier server left; for the start of a server. Nothing is deleted in silence.

        Returns:
            What was found, one sentence each; also in the log.
        """
        found = repair(self.home)
        self.pump()
        return found

    def warm(self, backend: EngineName, workspace: Workspace | None = None, spec: RunSpec | None = None) -> bool:
        """Keep a process with its libraries loaded, so that the next run answers at once.

        For a process that lives long (the web server); call it whenever a page that leads to training
        is shown. Does nothing where memory is short.

        Args:
            backend: "jax" or "tensorflow"; `choose_backend(spec)` says which.
            workspace, spec: the run that the page would start; the process gets ready for it, unless others work.

        Returns:
            True when such a process is ready or getting ready.
        """
        warm = children.warm_spare(backend, self.home)
        if warm and workspace is not None and spec is not None and not self._is_busy():
            children.rehearse(rehearsal_order(workspace, spec))
        return warm

    def wait(self, run: Run, on_event: Callable[[dict[str, Any]], None] | None = None) -> Status:
        """Follow a run to its end; for the command line.

        Args:
            run: a submitted run.
            on_event: called with each event, in order.

        Returns:
            The final status.
        """
        return follow(self, run, on_event)

    # ---- one run

    def _is_busy(self) -> bool:
        """Whether a run works or waits, or nobody can say; one that is over may still stand in the queue."""
        try:
            with self._queue.transaction() as jobs:
                return any(job.worker is None or upkeep.is_working(self.home, jobs, job) for job in jobs.all())
        except MachineError:
            return True

    def _made_once(self, workspace: Workspace, spec: RunSpec, fill: Callable[[Path], object] | None = None) -> Run:
        """A new run in the queue, or the one that the same press of a button made a moment ago."""
        usage = workspace.usage()  # takes long, so nobody waits for it
        with self._queue.adding() as (jobs, folders):
            own = line.own(self.home, (job.run for job in jobs.all()), workspace)
            run = just_made((Run(self.home / key) for key in own), spec)
            if run is None:
                usage.recounted(workspace.folder).check(new_runs=1)
                run = Run.create(workspace.runs_folder, spec, fill)
                folders.append(run.folder)
                jobs.add(self._key(run))
        self.pump()
        return run

    def _queue_again(self, run: Run) -> str:
        with self._queue.transaction() as jobs:
            if message := control.requeue(run):
                jobs.remove(self._key(run))  # what was noted about its former process
                jobs.add(self._key(run))
                write_order(self.home, jobs.waiting())
        self.pump()
        return message or run.status.message or control.GOES_ON

    def _key(self, run: Run) -> str:
        return line.key_of(self.home, run.folder)
