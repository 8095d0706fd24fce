"""The queue's file: order, leases, and a broken file."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from core.errors import DiskFull, MachineError
from core.training.process import ProcessIdentity
from core.training.queue import Queue

ME = ProcessIdentity(os.getpid(), 1, "boot")


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "queue.db")


def names(queue: Queue) -> list[str]:
    with queue.transaction() as jobs:
        return [job.run for job in jobs.all()]


def test_jobs_stand_in_the_order_they_came_and_only_once(queue: Queue) -> None:
    with queue.transaction() as jobs:
        for run in ("c", "a", "b", "a"):
            jobs.add(run)
    assert names(Queue(queue.path)) == ["c", "a", "b"]
    assert stat.S_IMODE(queue.path.stat().st_mode) == 0o600


def test_a_place_is_kept_by_who_comes_back_and_lost_by_who_leaves(queue: Queue) -> None:
    with queue.transaction() as jobs:
        jobs.add("a")
        jobs.add("b")
        jobs.lease("a", ME, 60)
        jobs.release("a")
        assert [job.run for job in jobs.all()] == ["a", "b"]
        jobs.remove("a")
        jobs.add("a")
    assert names(queue) == ["b", "a"]


def test_a_lease_names_the_process_and_runs_out(queue: Queue) -> None:
    with queue.transaction() as jobs:
        jobs.add("a")
        jobs.lease("a", ME, 60)
        (job,) = jobs.all()
        assert (job.worker, job.leased, job.attempts) == (ME, True, 1)
        jobs.lease("a", ME, -1)
        (job,) = jobs.all()
        assert (job.leased, job.attempts) == (False, 2)


def test_an_error_undoes_the_whole_transaction(queue: Queue) -> None:
    with pytest.raises(ZeroDivisionError), queue.transaction() as jobs:
        jobs.add("a")
        raise ZeroDivisionError
    assert names(queue) == []


def test_a_file_that_is_no_database_is_put_aside(queue: Queue) -> None:
    queue.path.write_bytes(b"not a database at all" * 200)
    assert names(queue) == []
    assert queue.path.with_suffix(".damaged").read_bytes().startswith(b"not a database")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, DiskFull), (sqlite3.SQLITE_IOERR_SHMSIZE, DiskFull), (sqlite3.SQLITE_CANTOPEN, DiskFull),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, MachineError), (sqlite3.SQLITE_LOCKED, MachineError), (sqlite3.SQLITE_ERROR, sqlite3.OperationalError),
    ],
)  # fmt: skip
def test_what_sqlite_says_of_the_disk_and_of_others_becomes_a_sentence(queue: Queue, code: int, kind: type[Exception]) -> None:
    error = sqlite3.OperationalError("in SQLite's words")
    error.sqlite_errorcode = code
    with pytest.raises(kind) as caught, queue.transaction() as jobs:
        jobs.add("a")
        raise error
    assert type(caught.value) is kind
    assert ("in SQLite's words" in str(caught.value)) is (kind is sqlite3.OperationalError)
    assert names(queue) == []


def test_transactions_exclude_each_other(queue: Queue) -> None:
    """Eight threads count to five each, reading before writing: no count is lost, and nobody is sent away."""

    def count() -> None:
        for _ in range(5):
            with queue.transaction() as jobs:
                jobs.add(str(len(jobs.all())))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert names(queue) == [str(number) for number in range(40)]


@pytest.mark.parametrize(("patience_s", "words"), [(10.0, ""), (0.0, "for too long")])
def test_who_opens_the_file_while_another_closes_it_tries_again(queue: Queue, monkeypatch: pytest.MonkeyPatch, patience_s: float, words: str) -> None:
    """SQLite says at once that it is locked, whatever time it was given: 4 of 6,400 transactions of 16 threads."""
    connected, refusals = Queue._connected, [sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_BUSY]

    def refuses(self: Queue, timeout_s: float) -> sqlite3.Connection:
        if refusals:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = refusals.pop()
            raise error
        return connected(self, timeout_s)

    monkeypatch.setattr(Queue, "_connected", refuses)
    monkeypatch.setattr("core.training.queue.BUSY_S", patience_s)
    if words:
        with pytest.raises(MachineError, match=words), queue.transaction():
            pass
    else:
        with queue.transaction() as jobs:
            jobs.add("a")
        assert names(queue) == ["a"]


def test_waiting_runs_are_arranged_in_their_own_places(queue: Queue) -> None:
    with queue.transaction() as jobs:
        for run in "abcde":
            jobs.add(run)
        jobs.lease("a", ME, 60)
        jobs.arrange(["e", "a", "gone", "c", "b", "e"])  # one works, one is not here, one is named twice
        assert [job.run for job in jobs.all()] == ["a", "e", "c", "d", "b"]
        jobs.add("f")
        assert jobs.waiting() == ["e", "c", "d", "b", "f"]


def test_a_second_broken_file_is_not_put_over_the_first(queue: Queue) -> None:
    for content in (b"first broken file" * 200, b"second broken file" * 200):
        queue.path.write_bytes(content)
        assert names(queue) == []
        with queue.transaction() as jobs:
            jobs.remove("nothing")
    assert queue.path.with_suffix(".damaged").read_bytes().startswith(b"first")
    assert queue.path.with_suffix(".damaged-1").read_bytes().startswith(b"second")
