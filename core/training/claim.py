"""Taking a run: the lock that says "this process, and no other, works on it".

The kernel frees the lock when the process dies, however it dies. The state is looked at and changed only
under the lock, so a run is done once, even when two processes were started for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.errors import Damaged
from core.language import N_
from core.runs.events import append_event, last_time_s, mend
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.training.process import ProcessIdentity
from core.training.recorder import Recorder
from core.training.repair import HALF_WRITTEN
from core.training.scratch import Scratch, remove_scratch

__all__ = ["Claim", "LOADING", "RESERVE_FILE", "append_state", "end_run", "locked"]

PROBED_S = 2.0  # readers hold a shared lock for an instant to see whether we live; try again for this long
RETRY_S = 0.02
LOADING = N_("loading libraries")  # the phase in which a run starts
RESERVE_FILE = "reserve"  # room for the last words of a run on a full disk
RESERVE_BYTES = 64 * 1024
WORKERS_OWN = frozenset({".keras", ".npz", ".onnx", ".parquet"})  # files that nobody but a worker writes


@dataclass(frozen=True)
class Claim:
    """A run that this process holds.

    Attributes:
        run: the run.
        spec: what is asked.
        recorder: writes its events and status.
        lock: keeps the lock while open.
        scratch: where this process has its temporary files.
    """

    run: Run
    spec: RunSpec
    recorder: Recorder
    lock: IO[bytes]
    scratch: Scratch

    @classmethod
    def take(cls, run: Run) -> Claim | None:
        """Lock a queued run and report that it is starting.

        Returns:
            None when there is nothing to do: another process has the run, or it does not wait any more.
        """
        lock = _lock(run.folder, PROBED_S)
        if lock is None:
            return None
        try:
            claim = cls._taken(run, lock)
        except BaseException:
            lock.close()
            raise
        if claim is None:
            lock.close()
        return claim

    @classmethod
    def _taken(cls, run: Run, lock: IO[bytes]) -> Claim | None:
        identity = ProcessIdentity.of(os.getpid())
        if identity is None or run.status.state is not RunState.QUEUED:
            return None
        try:
            spec = run.spec
        except Damaged as error:
            run.update(state=RunState.FAILED, message=error.message)
            return None
        run.save_json("worker.json", identity.to_json())
        with contextlib.suppress(OSError):
            mend(run.events)  # an earlier worker was perhaps killed in the middle of a line
        _clear(run)
        with contextlib.suppress(OSError):
            run.path(RESERVE_FILE).write_bytes(b"\0" * RESERVE_BYTES)
        recorder = Recorder(run)
        recorder.state(RunState.STARTING, phase=LOADING)
        return cls(run, spec, recorder, lock, Scratch(run.folder))

    def release(self) -> None:
        """Finish writing and let go of the run."""
        self.recorder.close()
        self.run.path(RESERVE_FILE).unlink(missing_ok=True)
        self.scratch.close()
        self.lock.close()


@contextlib.contextmanager
def locked(run: Run) -> Iterator[bool]:
    """Hold a run for an instant, to put its state right while no worker does.

    Yields:
        False when a worker lives; then nothing may be written.
    """
    lock = _lock(run.folder, 0.0)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.close()


def end_run(run: Run, state: RunState, message: str, *, waiting: bool = True) -> bool:
    """Write the end of a run that no worker holds; nothing happens if it is over or held.

    Args:
        run: the run.
        state: stopped, failed or interrupted.
        message: the sentence for the user.
        waiting: end it too where it waits for its turn; False for who found its worker dead: meanwhile somebody pressed Resume.

    Returns:
        True when the state was changed.
    """
    with locked(run) as free:
        if not free or (now := run.status.state).is_over or (now is RunState.QUEUED and not waiting):
            return False
        remove_scratch(run.folder)
        with contextlib.suppress(OSError):
            run.path(RESERVE_FILE).unlink(missing_ok=True)
            append_state(run, state, message)
        run.update(state=state, message=message, phase="")
        return True


def append_state(run: Run, state: RunState, message: str) -> None:
    """Append a state to the events of a run that no worker holds, after what may be a torn line."""
    mend(run.events)
    append_event(run.events, {"kind": "state", "time_s": last_time_s(run.events), "state": state.value, "message": message})


def _clear(run: Run) -> None:
    """Remove what an earlier worker was killed in the middle of, a checkpoint perhaps; the smaller files that pages write too are left to `repair`."""
    for path in [path for path in run.folder.iterdir() if HALF_WRITTEN.fullmatch(path.name) and path.suffix in WORKERS_OWN]:
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            path.unlink()
            print(f"Removed a half-written file of {size:,} bytes; the one before it is whole.", flush=True)  # in the run's log


def _lock(folder: Path, wait_s: float) -> IO[bytes] | None:
    try:
        file = (folder / "lock").open("ab")
    except FileNotFoundError:  # deleted
        return None
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(RETRY_S)
        else:
            return file
