"""Impossible to lose: a worker is killed at random moments, and the run still ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np
import pytest

from core.files import read_json
from core.runs.events import read_events
from core.runs.run import Run
from core.runs.state import RunState
from core.training import children
from core.training.checkpoint import CHECKPOINT_FILE, GROUPS, Checkpoint
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training import hasty_worker
from tests.training.conftest import make_dataset, make_run, until

pytestmark = pytest.mark.training

DEADLINE_S = 240.0
ROWS = {"jax": 16_000, "tensorflow": 4_000}  # a small network's step takes TensorFlow five times as long
EPOCHS = 3
LOST_EVENTS_S = 5.0  # at most so much of the log
CLOCKS = ("time_s", "seconds", "learned_s", "samples_per_s", "time_left_s", "time_left_low_s", "time_left_high_s")


@pytest.fixture
def home(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Launcher:
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)
    return Launcher(workspace.home)


def long_run(workspace: Workspace, backend: str) -> Run:
    """A run of some seconds whose epochs are longer than the time between two checkpoints."""
    return make_run(workspace, make_dataset(workspace, ROWS[backend]), backend, epochs=EPOCHS, batch_size=4, dropout=0.2)


def finished(home: Launcher, run: Run) -> Run:
    status = home.wait(run)
    assert status.state is RunState.FINISHED, status.message + run.path("log.txt").read_text()[-3000:]
    return run


def steps(run: Run) -> int:
    return max((event["step"] for event in whole_events(run) if event["kind"] in {"step", "epoch"}), default=0)


def whole_events(run: Run) -> list[dict[str, Any]]:
    return read_events(run.events)[0]


def kill(run: Run, moment: float, total: int) -> None:
    """`kill -9` of a worker and its children: below 0 while it starts, up to 1 at that share of its steps, above 1 while it judges."""

    def is_here() -> bool:
        status = run.status
        if status.state not in {RunState.STARTING, RunState.RUNNING}:
            return False  # the next worker is on its way
        if moment < 0:
            return True
        begun = status.state is RunState.RUNNING and steps(run) >= moment * total
        return status.phase == "judging" if moment > 1 else begun

    until(is_here, DEADLINE_S)
    os.killpg(read_json(run.path("worker.json"))["pid"], signal.SIGKILL)


def lost_s(home: Launcher, run: Run) -> float:
    """Check what a kill left, and say how many seconds of learning were lost."""
    assert time.time() - run.events.stat().st_mtime <= LOST_EVENTS_S
    until(lambda: not run.is_locked())
    assert home.state(run).state is RunState.INTERRUPTED
    told = max((event["learned_s"] for event in whole_events(run) if event["kind"] in {"step", "epoch"}), default=0.0)
    kept = Checkpoint.load(run.path(CHECKPOINT_FILE)).progress.learned_s if run.path(CHECKPOINT_FILE).exists() else 0.0
    return max(0.0, told - kept)


def same_end(one: Run, other: Run) -> None:
    """Two runs of one seed ended with the same weights, predictions, verdict and history, bit for bit."""
    left, right = (Checkpoint.load(run.path(CHECKPOINT_FILE)) for run in (one, other))
    for group in GROUPS:
        assert [array.tobytes() for array in getattr(left.now, group)] == [array.tobytes() for array in getattr(right.now, group)], group
    assert [array.tobytes() for array in left.best] == [array.tobytes() for array in right.best]
    assert one.path("predictions.parquet").read_bytes() == other.path("predictions.parquet").read_bytes()
    assert read_json(one.path("evaluation.json")) == read_json(other.path("evaluation.json"))
    assert epochs_of(one) == epochs_of(other)


def epochs_of(run: Run) -> dict[int, dict[str, Any]]:
    """The epochs of a run, the later of two where one came again."""
    found = {event["epoch"]: event for event in whole_events(run) if event["kind"] == "epoch"}
    return {number: {name: value for name, value in event.items() if name not in CLOCKS} for number, event in found.items()}


def killed_and_resumed(home: Launcher, run: Run, moments: list[float], total: int) -> list[float]:
    """Kill a run at each moment in turn, resume it each time, and follow it to its end; seconds lost at each kill."""
    lost = []
    home.submit(run)
    for moment in sorted(moments):
        kill(run, moment, total)
        lost.append(lost_s(home, run))
        home.resume(run)
    finished(home, run)
    return lost


def test_five_random_kills_change_nothing(workspace: Workspace, home: Launcher) -> None:
    whole, victim = long_run(workspace, "jax"), long_run(workspace, "jax")
    home.submit(whole)
    total = steps(finished(home, whole))
    seed = int(time.time())
    moments = np.random.default_rng(seed).uniform(-0.15, 1.15, 5).tolist()
    lost = killed_and_resumed(home, victim, moments, total)
    same_end(whole, victim)
    begins = [event["resumed_from_step"] for event in whole_events(victim) if event["kind"] == "begin"]
    print(f"seed {seed}: killed at {sorted(moments)}; went on from steps {begins}; lost {lost} s")
    assert max(lost) <= 5.0


@pytest.mark.nightly
@pytest.mark.parametrize("chain", range(3))
@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_thirty_random_kills_change_nothing(workspace: Workspace, home: Launcher, backend: str, chain: int) -> None:
    whole, victim = long_run(workspace, backend), long_run(workspace, backend)
    home.submit(whole)
    total = steps(finished(home, whole))
    moments = np.random.default_rng([20261122, chain, backend == "jax"]).uniform(-0.1, 1.1, 5).tolist()
    lost = killed_and_resumed(home, victim, moments, total)
    same_end(whole, victim)
    assert max(lost) <= 5.0


@pytest.mark.nightly
@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_killed_while_the_model_is_exported(workspace: Workspace, home: Launcher, backend: str) -> None:
    (workspace.home / "export").touch()  # this time with the conversion
    whole, victim = long_run(workspace, backend), long_run(workspace, backend)
    home.submit(whole)
    finished(home, whole)
    home.submit(victim)
    until(lambda: victim.status.phase == "exporting", DEADLINE_S)
    os.killpg(read_json(victim.path("worker.json"))["pid"], signal.SIGKILL)
    lost_s(home, victim)
    assert not victim.path("model.onnx").exists()
    home.resume(victim)
    same_end(whole, finished(home, victim))
    assert victim.has_model
