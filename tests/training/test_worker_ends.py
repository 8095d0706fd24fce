"""How a worker ends: what it is told from outside, and what fails after the learning, costs no weights that are there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from core.errors import NoRoom
from core.files import read_json
from core.runs.run import Run
from core.runs.state import RunState
from core.training import backend, cards, children, learn, room, worker
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.claim import Claim
from core.training.failures import Terminated
from core.training.fit import Fitted
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training import hasty_worker, starved_worker
from tests.training.conftest import events_of, make_dataset, make_run, until

HEADLINE = {"name": "accuracy", "value": 0.9, "low": 0.8, "high": 1.0}
STOPPED = Fitted("stop", 3, 2, 1.0)


@pytest.fixture
def run(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A queued run whose worker would work in this process, without an engine."""
    keras = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "jax"))
    monkeypatch.setattr(backend, "import_keras", lambda: keras)
    monkeypatch.setattr(cards, "own_card", lambda *_: None)
    monkeypatch.setattr(room, "check_worker", lambda *_: None)
    monkeypatch.setattr(worker, "_judge_and_export", lambda *_: HEADLINE)
    monkeypatch.setattr(worker, "_Termination", type("_Termination", (), {"gently": False, "told": False}))
    return make_run(workspace)


def worked(run: Run, ready: Any = None) -> RunState:
    held = Claim.take(run)
    assert held is not None
    try:
        worker._work(held, ready or SimpleNamespace(material=SimpleNamespace(store=lambda run: None), lesson=None, model=None))
    finally:
        held.release()
    return run.status.state


def hurried(run: Run, *, stop: bool) -> Callable[..., Fitted]:
    """A training that is told to end, three times, while it is in one long call of the engine."""

    def learned(*_: Any) -> Fitted:
        if stop:
            run.request_stop()
        for _time in range(3):
            worker._terminate(signal.SIGTERM, None)
        return STOPPED

    return learned


def test_who_was_slow_to_stop_keeps_the_best_weights(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "learn", hurried(run, stop=True))
    assert worked(run) is RunState.STOPPED
    assert (run.status.headline, run.status.best_epoch) == (HEADLINE, 2)
    assert "the weights of epoch 2" in run.status.message


def test_who_is_told_to_end_without_stop_may_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "learn", hurried(run, stop=False))
    assert worked(run) is RunState.INTERRUPTED
    assert run.status.headline is None


def test_the_last_words_do_not_take_back_epochs_that_the_pen_still_held(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def learned(held: Claim, *_: Any) -> Fitted:
        held.recorder.status(phase="training")  # written at once; what follows within a quarter of a second waits
        held.recorder.status(epoch=7, best_epoch=6)
        raise Terminated

    monkeypatch.setattr(learn, "learn", learned)
    assert worked(run) is RunState.INTERRUPTED
    assert (run.status.epoch, run.status.best_epoch) == (7, 6)


@pytest.mark.parametrize("checkpoint", [False, True])
def test_who_is_ended_before_it_heard_stop_has_no_model(run: Run, checkpoint: bool) -> None:
    def stored(run: Run) -> None:
        run.request_stop()
        worker._terminate(signal.SIGTERM, None)

    if checkpoint:
        run.path(CHECKPOINT_FILE).write_bytes(b"npz")
    assert worked(run, SimpleNamespace(material=SimpleNamespace(store=stored))) is RunState.STOPPED
    assert "did not react to Stop" in run.status.message
    assert ("press Continue" in run.status.message) is checkpoint


def test_a_machine_that_shuts_down_while_a_stopped_run_is_judged_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(held: Claim, *_: Any) -> Any:
        until(lambda: run.status.phase == "judging")
        worker._terminate(signal.SIGTERM, None)

    def learned(*_: Any) -> Fitted:
        run.request_stop()
        run.path(CHECKPOINT_FILE).write_bytes(b"npz")
        return STOPPED

    monkeypatch.setattr(learn, "learn", learned)
    monkeypatch.setattr(worker, "_judge_and_export", judged)
    assert worked(run) is RunState.INTERRUPTED
    assert run.status.message == "The machine ended the training from outside. Press Resume: it goes on from its last checkpoint."


def test_memory_is_looked_at_before_a_row_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unread:
        @property
        def material(self) -> Any:
            raise AssertionError("rows were read")

    def refused(*_: Any) -> None:
        raise NoRoom("This run needs about 9 GB of memory and 1 GB is free.")

    monkeypatch.setattr(room, "check_worker", refused)
    assert worked(run, Unread()) is RunState.INTERRUPTED
    assert "needs about 9 GB" in run.status.message
    assert "press Resume" in run.status.message


def test_stop_is_heard_while_a_run_waits_for_memory(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(_dataset: Any, _spec: Any, say: Callable[[str], None]) -> None:
        say(room.WAITING)
        until(lambda: run.status.phase == room.WAITING)  # the server reads it there
        run.request_stop()
        say(room.WAITING)

    monkeypatch.setattr(room, "check_worker", waits)
    assert worked(run) is RunState.STOPPED


@pytest.mark.training
@pytest.mark.parametrize("stopped", [False, pytest.param(True, id="stopped")])
def test_an_export_that_is_killed_costs_no_learning(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, stopped: bool) -> None:
    """The kernel ends the largest process when memory runs out: `kill -9` of the one that converts the model."""
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)
    (workspace.home / "export").touch()  # this time with the conversion
    run, home = make_run(workspace, epochs=10_000 if stopped else 2), Launcher(workspace.home)
    home.submit(run)
    if stopped:
        until(lambda: run.status.epoch >= 2, 240.0)
        home.stop(run)
    os.kill(until(lambda: exporter(run), 240.0), signal.SIGKILL)
    until(lambda: run.status.state.is_over and not run.is_locked())
    learned = run.status.epoch
    assert (run.status.state, run.has_model) == (RunState.INTERRUPTED, False), run.path("log.txt").read_text()[-3000:]
    assert "ran out of memory" in run.status.message
    assert "press Resume" in run.status.message
    (workspace.home / "export").unlink()
    home.resume(run)
    assert home.wait(run).state is (RunState.STOPPED if stopped else RunState.FINISHED), run.path("log.txt").read_text()[-3000:]
    assert run.status.headline
    told = [event["epoch"] for event in events_of(run) if event["kind"] == "epoch"]
    assert told in ([*range(1, learned + 1)], [*range(1, learned + 1), learned])  # it was only judged again; the epoch that Stop cut short is told twice


@pytest.mark.training
@pytest.mark.parametrize(
    ("engine", "left_mb"),
    [
        ("jax", 100),  # XLA: RESOURCE_EXHAUSTED
        pytest.param("jax", 8, marks=pytest.mark.nightly),  # not even a thread: its stack needs memory
        pytest.param("jax", 30, marks=pytest.mark.nightly),  # LLVM gives up while it compiles, and ends the process
        pytest.param("tensorflow", 30, marks=pytest.mark.nightly),  # oneDNN throws, and nobody catches it
        pytest.param("tensorflow", 100, marks=pytest.mark.nightly),  # OOM when allocating tensor
    ],
)
def test_an_allocation_that_the_kernel_refuses_ends_the_run_with_its_cause(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, engine: str, left_mb: int) -> None:
    monkeypatch.setattr(children, "COMMAND", starved_worker.COMMAND)
    monkeypatch.setenv("LEFT_MB", str(left_mb))
    run = make_run(workspace, make_dataset(workspace, 20_000), engine, units=512, layers=3, batch_size=8192)
    home = Launcher(workspace.home)
    home.submit(run)
    status = home.wait(run)
    resumable = run.path(CHECKPOINT_FILE).exists()  # where compiling took so long that one was due at the first step
    assert status.state is (RunState.INTERRUPTED if resumable else RunState.FAILED), run.path("log.txt").read_text()[-3000:]
    assert status.message.startswith("The machine ran out of memory. ")
    assert "a smaller batch than 8192 rows, a smaller network, or fewer rows." in status.message


def exporter(run: Run) -> int | None:
    """Number of the process that converts the model of a run, once it is there."""
    assert not run.status.state.is_over, run.path("log.txt").read_text()[-3000:]
    if not run.path("model.keras").exists():
        return None
    found = psutil.Process(read_json(run.path("worker.json"))["pid"]).children()
    return next((child.pid for child in found if "core.training.export" in child.cmdline()), None)
