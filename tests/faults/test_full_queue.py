"""A full disk under the queue: SQLite can then not even be read. The runs at work are obeyed, and people are told why.

The disk is full in earnest: the kernel lets this process write no byte into any file, while new empty files (a wish) are
possible, as on a disk without a free block.
"""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import DiskFull, MachineError
from core.runs.race import all_races
from core.runs.run import Run
from core.runs.series import all_series
from core.runs.state import RunState
from core.settings import settings
from core.training import children, control, upkeep
from core.training.groups import start_race, start_series
from core.training.launcher import Launcher
from core.training.queue import Queue
from core.workspace import Workspace
from tests.conftest import ROOT
from tests.training.conftest import bare_run, make_dataset, make_run
from tests.ui import live_made as made


@pytest.fixture(autouse=True)
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()


@contextmanager
def full() -> Iterator[None]:
    """No byte can be written (Python ignores the signal that comes with it)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def home(workspace: Workspace) -> Launcher:
    """A launcher whose queue was used before."""
    launcher = Launcher(workspace.home)
    launcher.pump()
    return launcher


def interrupted(workspace: Workspace) -> Run:
    run = bare_run(workspace)
    for state in (RunState.STARTING, RunState.RUNNING, RunState.INTERRUPTED):
        run.update(state=state)
    run.path(control.CHECKPOINT_FILE).write_bytes(b"npz")
    return run


def test_stop_reaches_a_worker(workspace: Workspace, home: Launcher) -> None:
    run = bare_run(workspace)
    with made.worked_on(run):
        made.begin(run)
        with full():
            home.stop(run)
        assert run.stop_requested and run.status.state is RunState.RUNNING


def test_a_waiting_run_that_is_stopped_leaves_once_there_is_room(workspace: Workspace, home: Launcher) -> None:
    run = bare_run(workspace)
    home.submit(run)
    with full():
        home.stop(run)
        home.stop(run)
    home.pump()
    assert (run.status.state, home.position(run)) == (RunState.STOPPED, 0)


def test_looking_after_the_queue_and_making_a_spare_ready_disturb_no_page(workspace: Workspace, home: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    run, spec, orders = bare_run(workspace), make_run(workspace).spec, []
    monkeypatch.setattr(children, "warm_spare", lambda *_: True)
    monkeypatch.setattr(children, "rehearse", orders.append)
    with made.worked_on(run):
        made.begin(run)
        with full():
            assert (home.pump(), home.state(run).state, home.position(run)) == (0, RunState.RUNNING, 0)
            assert home.warm("jax", workspace, spec)
    assert orders == []


@pytest.mark.parametrize("ask", [Launcher.position, Launcher.resume, lambda home, run: home.move(run, 1), lambda home, run: home.waiting(Workspace.local())])
def test_what_needs_the_queue_says_that_the_disk_is_full(workspace: Workspace, home: Launcher, ask: Callable[[Launcher, Run], Any]) -> None:
    run = interrupted(workspace) if ask is Launcher.resume else bare_run(workspace)
    before = run.status
    with full(), pytest.raises(DiskFull, match="Free some space"):
        ask(home, run)
    assert run.status == before


def test_a_look_at_a_run_that_waits_shows_the_page_and_the_reason(workspace: Workspace, home: Launcher) -> None:
    make_dataset(workspace)
    run = make_run(workspace)
    home.submit(run)
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    app.query_params["run"] = run.id
    with full():
        app.run()
    assert not app.exception and not app.error
    assert app.title[0].value == "Waiting its turn"
    (box,) = app.warning
    assert "most likely because the disk is full" in box.value


class NoCommit:
    """A connection to a disk that has become full by the end of the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.close = connection.close

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == "COMMIT":
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self._connection.execute(sql, *values)


def test_what_the_queue_could_not_take_is_not_there(workspace: Workspace, home: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    run, begun = make_run(workspace), Queue._begun
    lanes = [run.spec.model_copy(update={"seed": seed}) for seed in (1, 2)]
    for start in (lambda: home.start(workspace, lanes[0]), lambda: start_race(home, workspace, lanes), lambda: start_series(home, workspace, "seeds", lanes)):
        with monkeypatch.context() as broken, pytest.raises(DiskFull):
            broken.setattr(Queue, "_begun", lambda queue: NoCommit(begun(queue)))
            start()
    assert workspace.runs() == [run]
    assert all_races(workspace) == [] and all_series(workspace) == []
    assert not list(Path(workspace.runs_folder).glob(".*"))


def test_a_process_that_cannot_be_started_on_a_full_disk_is_started_later(workspace: Workspace, home: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log cannot be made, say; whoever looked after the queue is not disturbed by it."""
    run = bare_run(workspace)
    home.submit(run)
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "1")
    settings.cache_clear()

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(upkeep.children, "start_worker", no_room)
        assert home.pump() == 0
    assert home.position(run) == 1


def test_a_disk_without_a_place_for_one_more_file_says_so(workspace: Workspace, home: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are free, inodes are not: not even an empty file, a wish, can be made."""
    run = bare_run(workspace)

    def no_inode(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with made.worked_on(run):
        made.begin(run)
        monkeypatch.setattr(Path, "touch", no_inode)
        for press in (home.stop, home.pause):
            with pytest.raises(DiskFull, match="press again"):
                press(run)
    assert not (run.stop_requested or run.pause_requested)


def test_a_queue_that_others_hold_too_long_is_said_too(workspace: Workspace, home: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.queue.BUSY_S", 0.0)
    run = bare_run(workspace)
    with Queue(workspace.home / "queue.db").transaction():
        assert home.pump() == 0
        home.stop(run)
        with pytest.raises(MachineError, match="held the queue") as caught:
            home.position(run)
    assert caught.value.code == "busy" and run.stop_requested
