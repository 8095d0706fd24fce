"""The queue of runs: one small SQLite file that several processes may use at once.

It holds only what can be found again: which runs wait, in which order, and which process was started for
which run. The truth about a run is its folder; delete `queue.db` and the next pump builds it anew (an order that
somebody chose is kept in `queue.json`, see `core.training.order`).

A job that was given to a process is *leased*: until the worker has locked its run folder, the identity
of the process and a deadline say that somebody is on the way. Deadlines are on the monotonic clock, which
all processes of one boot share and which no change of the date moves.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import DiskFull, MachineError
from core.files import FILE_MODE, remove_folder
from core.language import N_
from core.training.process import ProcessIdentity

__all__ = ["Job", "Jobs", "Queue"]

log = logging.getLogger("limelight")

BUSY_S = 10.0  # wait at most this long for another process' transaction
RETRY_S = 0.01
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}  # what a full disk is called: in WAL mode even reading makes files
HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
NO_ROOM = N_("The queue of runs cannot be read or written, most likely because the disk is full. Free some space and try again.")
TOO_LONG = N_("Another process has held the queue of runs for too long. Try again in a moment.")
TABLE = """CREATE TABLE IF NOT EXISTS jobs (
    position INTEGER PRIMARY KEY AUTOINCREMENT,  -- first come, first served
    run TEXT NOT NULL UNIQUE,                    -- folder under home, with forward slashes
    worker TEXT,                                 -- identity of the process as JSON; null: waits
    lease_until REAL NOT NULL DEFAULT 0,         -- monotonic seconds
    attempts INTEGER NOT NULL DEFAULT 0          -- processes started for it so far
)"""


@dataclass(frozen=True)
class Job:
    """One row of the queue.

    Attributes:
        run: folder of the run under home, `workspaces/<id>/runs/<id>`.
        worker: the process that was started for it; None while it waits.
        leased: True while the process may take its time to lock the folder.
        attempts: processes started for it so far.
    """

    run: str
    worker: ProcessIdentity | None
    leased: bool
    attempts: int


class Jobs:
    """The queue inside one transaction; nobody else changes it meanwhile."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, run: str, worker: ProcessIdentity | None = None) -> None:
        """Put a run at the end, unless it is in the queue already.

        Args:
            run: its folder under home.
            worker: the process that has it already, when a lost queue is rebuilt.
        """
        self._connection.execute("INSERT OR IGNORE INTO jobs (run, worker) VALUES (?, ?)", (run, _text(worker)))

    def all(self) -> list[Job]:
        """Every job, in order."""
        rows = self._connection.execute("SELECT run, worker, lease_until, attempts FROM jobs ORDER BY position")
        now = time.monotonic()
        return [Job(run, _identity(worker), now < until, attempts) for run, worker, until, attempts in rows]

    def lease(self, run: str, worker: ProcessIdentity, seconds: float) -> None:
        """Give a job to a process that has `seconds` to lock the run's folder."""
        self._connection.execute(
            "UPDATE jobs SET worker = ?, lease_until = ?, attempts = attempts + 1 WHERE run = ?",
            (_text(worker), time.monotonic() + seconds, run),
        )

    def release(self, run: str) -> None:
        """Let a job wait again, at its old place."""
        self._connection.execute("UPDATE jobs SET worker = NULL, lease_until = 0 WHERE run = ?", (run,))

    def give(self, run: str, worker: ProcessIdentity) -> None:
        """Note that a process has this job already: one that was started by somebody who died before the note."""
        self._connection.execute("UPDATE jobs SET worker = ?, lease_until = 0 WHERE run = ?", (_text(worker), run))

    def waiting(self) -> list[str]:
        """The runs that wait, the next to start first."""
        return [run for (run,) in self._connection.execute("SELECT run FROM jobs WHERE worker IS NULL ORDER BY position")]

    def arrange(self, runs: Sequence[str]) -> None:
        """Let these waiting runs stand in this order, in the places that they hold together; nobody else moves.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as home, Queue(Path(home) / "queue.db").transaction() as jobs:
            ...     for run in ("a", "b", "c", "d"):
            ...         jobs.add(run)
            ...     jobs.arrange(["d", "b"])
            ...     jobs.waiting()
            ['a', 'd', 'c', 'b']
        """
        known = set(self.waiting())
        wanted = [run for run in dict.fromkeys(runs) if run in known]
        places = sorted(self._place(run) for run in wanted)
        for run, place in zip(wanted, places, strict=True):
            self._connection.execute("UPDATE jobs SET position = ? WHERE run = ?", (-place, run))  # no two at one place meanwhile
        self._connection.execute("UPDATE jobs SET position = -position WHERE position < 0")

    def _place(self, run: str) -> int:
        return int(self._connection.execute("SELECT position FROM jobs WHERE run = ?", (run,)).fetchone()[0])

    def remove(self, run: str) -> None:
        """Take a job out; it may be out already."""
        self._connection.execute("DELETE FROM jobs WHERE run = ?", (run,))


class Queue:
    """The file `queue.db`.

    Args:
        path: where it lies or shall lie; its folder must exist, on a local disk (SQLite's WAL mode).
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Jobs]:
        """Hold the queue alone; committed at the end, undone on an error.

        A file that is no database any more is put aside: its content can be found in the run folders.

        Raises:
            DiskFull: the queue cannot be read or written; nothing was changed.
            MachineError: others held it for too long.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as home:
            ...     queue = Queue(Path(home) / "queue.db")
            ...     with queue.transaction() as jobs:
            ...         jobs.add("workspaces/local/runs/r1")
            ...     with queue.transaction() as jobs:
            ...         [job.run for job in jobs.all()]
            ['workspaces/local/runs/r1']
        """
        with _in_words(), contextlib.closing(self._begun()) as connection:
            yield Jobs(connection)
            connection.execute("COMMIT")  # without it, closing undoes the transaction

    @contextlib.contextmanager
    def adding(self) -> Iterator[tuple[Jobs, list[Path]]]:
        """The same to make runs for it: where it cannot be written in the end, the folders in the list are removed."""
        folders = list[Path]()
        try:
            with self.transaction() as jobs:
                yield jobs, folders
        except BaseException:
            for folder in folders:
                remove_folder(folder)
            raise

    def _begun(self) -> sqlite3.Connection:
        try:
            return self._begin()
        except sqlite3.OperationalError:
            raise  # busy or disk full: the file is sound
        except sqlite3.DatabaseError:
            with self.path.with_suffix(".lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # or a second process would put the new file of the first aside
                try:
                    return self._begin()
                except sqlite3.OperationalError:
                    raise
                except sqlite3.DatabaseError:
                    self._put_aside()
                    return self._begin()

    def _put_aside(self) -> None:
        """Keep a broken file under another name, never over an earlier one, and say so in the log."""
        kept = self.path.with_suffix(".damaged")
        number = 1
        while kept.exists():
            kept, number = self.path.with_suffix(f".damaged-{number}"), number + 1
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).replace(kept.with_name(kept.name + suffix))
        log.warning("The queue could not be read. It was put aside as %s and is built anew from the run folders.", kept)

    def _begin(self) -> sqlite3.Connection:
        """A connection inside a transaction; SQLite waits for that of another, but not where another opens or closes the file."""
        deadline = time.monotonic() + BUSY_S
        while True:
            left_s = deadline - time.monotonic()
            try:
                return self._connected(max(0.0, left_s))
            except sqlite3.OperationalError as error:
                if not _is_held(error) or left_s <= 0:
                    raise
            time.sleep(RETRY_S)

    def _connected(self, timeout_s: float) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=timeout_s, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(TABLE)
            self.path.chmod(FILE_MODE)
        except BaseException:
            connection.close()
            raise
        return connection


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Say in a sentence of ours what SQLite says about the disk, or about others."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if _kind(error) in FULL:
            raise DiskFull(NO_ROOM) from error
        if _is_held(error):
            raise MachineError(TOO_LONG, code="busy") from error
        raise


def _kind(error: sqlite3.OperationalError) -> int:
    """SQLite's code, without its details."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_held(error: sqlite3.OperationalError) -> bool:
    return _kind(error) in HELD


def _text(worker: ProcessIdentity | None) -> str | None:
    return None if worker is None else json.dumps(worker.to_json())


def _identity(text: str | None) -> ProcessIdentity | None:
    return None if text is None else ProcessIdentity.from_json(json.loads(text))
