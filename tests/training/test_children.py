"""The spare worker: kept only where there is room, and gone with the process that wanted it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.runs.race import create_race, lanes_of
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training import backend as backend_module
from core.training import children, turns
from core.training.backend import EngineName
from core.training.process import ProcessIdentity
from core.training.queue import Job, Queue
from core.training.room import WAITING, spare_limit_bytes
from core.workspace import Workspace
from tests.training.conftest import bare_run, until

WAITER = (sys.executable, "-c", "import sys; sys.stdin.readline()")  # waits as a spare does, without libraries
STAYER = (sys.executable, "-c", "import signal, sys; ('--spare' in sys.argv and not sys.stdin.readline()) or signal.pause()")  # with a run it is there until it is killed


@pytest.fixture(autouse=True)
def light_spare(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", WAITER)


@pytest.fixture
def elsewhere(workspace: Workspace) -> Iterator[tuple[Run, ProcessIdentity]]:
    """A run at work in a process that this one did not start, as the worker before it does, or a server that is no more."""
    run, process = bare_run(workspace), subprocess.Popen(WAITER, stdin=subprocess.PIPE, start_new_session=True)
    identity = ProcessIdentity.of(process.pid)
    assert identity is not None
    give(workspace, run, identity)
    yield run, identity
    process.communicate()


def give(workspace: Workspace, run: Run, worker: ProcessIdentity) -> None:
    with Queue(workspace.home / "queue.db").transaction() as jobs:
        jobs.add(key := run.folder.relative_to(workspace.home.resolve()).as_posix())
        jobs.lease(key, worker, 60.0)


def spare_pid() -> int:
    assert children._spare is not None
    return children._spare.process.pid


def test_one_spare_is_kept_however_often_it_is_asked_for(tmp_path: Path) -> None:
    assert children.warm_spare("jax", tmp_path)
    first = spare_pid()
    assert children.warm_spare("jax", tmp_path)
    assert spare_pid() == first
    assert children.has_spare("jax", tmp_path)
    assert not children.has_spare("tensorflow", tmp_path)


def test_another_engine_replaces_it(tmp_path: Path) -> None:
    children.warm_spare("jax", tmp_path)
    first = ProcessIdentity.of(spare_pid())
    children.warm_spare("tensorflow", tmp_path)
    assert first is not None
    until(lambda: not first.is_alive())  # the end of its input told it to go
    assert children.has_spare("tensorflow", tmp_path)


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_no_spare_where_memory_is_short(backend: EngineName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = spare_limit_bytes(backend)
    monkeypatch.setattr(children, "free_memory_bytes", lambda: limit - 1)
    assert not children.warm_spare(backend, tmp_path)
    monkeypatch.setattr(children, "free_memory_bytes", lambda: limit)
    assert children.warm_spare(backend, tmp_path)


def test_no_spare_where_nothing_may_train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    assert not children.warm_spare("jax", tmp_path)


def test_a_small_machine_keeps_a_spare_of_either_engine() -> None:
    """Community Cloud: 2.7 GB in all, of which the web process holds 0.3 GB."""
    assert max(spare_limit_bytes("jax"), spare_limit_bytes("tensorflow")) < 2.4e9


def test_a_spare_is_given_up_when_memory_becomes_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [10**11]
    monkeypatch.setattr(children, "free_memory_bytes", lambda: free[0])
    monkeypatch.setattr(children, "_resident_bytes", lambda pid: 400_000_000)
    assert children.warm_spare("jax", tmp_path)
    free[0] = spare_limit_bytes("jax") - 400_000_000
    children.review_spare()
    assert children.has_spare("jax", tmp_path)  # its own memory is free for its run
    free[0] -= 1
    children.review_spare()
    assert not children.has_spare("jax", tmp_path)
    assert children.held_bytes() == 0


def test_what_a_spare_holds_is_known(tmp_path: Path) -> None:
    assert children.held_bytes() == 0
    assert children.warm_spare("jax", tmp_path)
    assert 0 < children.held_bytes() < 10**9


def test_what_a_run_holds_that_another_process_started_is_known(workspace: Workspace, elsewhere: tuple[Run, ProcessIdentity], monkeypatch: pytest.MonkeyPatch) -> None:
    run, identity = elsewhere
    monkeypatch.setattr(children, "_resident_bytes", lambda pid: pid)
    assert children.held_bytes() == identity.pid
    give(workspace, run, replace(identity, started=identity.started + 1))  # the number belongs to somebody else now
    assert children.held_bytes() == 0


def test_where_several_may_work_the_next_does_not_wait_for_their_memory(elsewhere: tuple[Run, ProcessIdentity], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "2")
    settings.cache_clear()
    assert children.held_bytes() == 0


def test_a_run_that_waits_for_memory_sends_the_spare_away(workspace: Workspace, elsewhere: tuple[Run, ProcessIdentity]) -> None:
    """The worker before it started it, so it cannot have the spare, whose memory counted as free when it was accepted."""
    run, _identity = elsewhere
    assert children.warm_spare("jax", workspace.home)
    children.review_spare()
    assert children.has_spare("jax", workspace.home)  # nobody needs its memory
    run.update(state=RunState.STARTING, phase=WAITING)
    children.review_spare()
    assert not children.has_spare("jax", workspace.home)
    assert not children.warm_spare("jax", workspace.home)  # a page is shown meanwhile
    run.update(phase="preparing data")
    assert children.warm_spare("jax", workspace.home)


@pytest.mark.parametrize("look", ["review", "rearm", "warm", "held"])
def test_a_look_never_waits_for_the_queue_with_what_a_pump_needs(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, look: str) -> None:
    """A pump has the queue and then asks for the spare; the other way round both would wait for each other."""
    held: list[bool] = []

    def working(_home: Path) -> list[Job]:
        held.append(children._mutex._is_owned())  # type: ignore[attr-defined]  # what threading.Condition asks, too
        return []

    assert children.warm_spare("jax", workspace.home)
    monkeypatch.setattr(children, "REARM_S", 0.0)
    monkeypatch.setattr(children, "_handed", (0.0, "jax", workspace.home))
    monkeypatch.setattr(children, "_working", working)
    looks: dict[str, Callable[[], object]] = {
        "review": children.review_spare, "rearm": children.rearm_spare, "warm": lambda: children.warm_spare("jax", workspace.home), "held": children.held_bytes,
    }  # fmt: skip
    looks[look]()
    assert held == [False]


def test_how_a_worker_ended_is_waited_for_where_it_has_let_go_of_its_run(workspace: Workspace) -> None:
    """The kernel frees a lock before the process can be asked how it ended; without the wait "killed" was told as "vanished"."""
    run = bare_run(workspace)
    with subprocess.Popen((sys.executable, "-c", "import sys; sys.exit(len(sys.stdin.readline()))"), stdin=subprocess.PIPE, text=True) as process:
        children._workers[run.folder.resolve()] = process
        assert (children.exit_code(run), children.exit_code(run, wait_s=0.01)) == (None, None)
        assert process.stdin
        process.stdin.write("seven!\n")
        process.stdin.flush()
        assert children.exit_code(run, wait_s=60.0) == 7
    children.forget(run)


def test_a_dead_spare_is_replaced(tmp_path: Path) -> None:
    children.warm_spare("jax", tmp_path)
    assert children._spare is not None
    children._spare.process.kill()
    children._spare.process.wait(20)
    assert not children.has_spare("jax", tmp_path)
    assert children.warm_spare("jax", tmp_path)
    assert children.has_spare("jax", tmp_path)


def test_a_used_spare_is_replaced_once_the_run_has_begun(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_handed", None)
    children.rearm_spare()
    assert children._spare is None  # nobody wanted one yet
    children.warm_spare("jax", workspace.home)
    first = spare_pid()
    children.start_worker(bare_run(workspace), "jax", workspace.home)
    children.rearm_spare()
    assert children._spare is None  # the run that has just begun goes first
    monkeypatch.setattr(children, "REARM_S", 0.0)
    children.rearm_spare()
    second = spare_pid()
    assert second != first
    children.rearm_spare()
    assert spare_pid() == second


@pytest.mark.parametrize(("cores", "expected"), [(8, ["4", "4"]), (1, ["1", "1"])])
def test_lanes_side_by_side_share_the_cores_and_none_has_the_spare(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, cores: int, expected: list[str]) -> None:
    """On one core they take turns: each has it to itself, and the first may have the spare."""
    monkeypatch.setattr(children, "COMMAND", STAYER)
    monkeypatch.setattr(turns, "cores", lambda: cores)
    monkeypatch.setattr(turns, "device_kind", lambda: "cpu")
    monkeypatch.setattr(backend_module, "cores", lambda: cores)
    specs = [bare_run(workspace).spec.model_copy(update={"seed": seed}) for seed in (1, 2)]
    runs = lanes_of(create_race(workspace, specs), workspace.runs_folder)
    assert children.warm_spare("jax", workspace.home)
    spare = spare_pid()
    started = list[subprocess.Popen[bytes]]()
    try:
        for run in runs:
            children.start_worker(run, "jax", workspace.home)
            started.append(children._workers[run.folder.resolve()])
        assert [threads_of(worker.pid) for worker in started] == expected
        assert (spare in [worker.pid for worker in started]) is (cores == 1)
    finally:
        for worker in started:
            worker.kill()
            worker.wait(20)


def threads_of(pid: int) -> str:
    """What a process was told when it was started; for a moment after that the kernel has not put it down yet."""
    def told() -> list[bytes]:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")

    until(lambda: len(told()) > 1)
    return next(line.removeprefix(b"PJRT_NPROC=") for line in told() if line.startswith(b"PJRT_NPROC=")).decode()