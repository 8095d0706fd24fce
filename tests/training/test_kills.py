"""Impossible to lose: a worker is killed at random moments, and the run still ends as if nothing had happened.

Most workers here write checkpoints without a pause, so that a kill often falls into one. What is lost in production,
where they come every five seconds, is measured apart.
"""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np
import pytest

from core.dataset.schema import ColumnType
from core.files import read_json
from core.recipes import make_spec
from core.runs.events import read_events
from core.runs.run import Run
from core.runs.state import RunState
from core.training import checkpoint_writer, children
from core.training.checkpoint import CHECKPOINT_FILE, GROUPS, Checkpoint
from core.training.launcher import Launcher
from core.training.spare import rehearsal_order
from core.workspace import Workspace
from tests.training import hasty_worker, jumping_clock
from tests.training.conftest import make_dataset, make_run, until
from tests.training.test_baselines import stored, texts
from tests.training.test_worker import is_at_rest

pytestmark = pytest.mark.training

DEADLINE_S = 240.0
ROWS = {"jax": 16_000, "tensorflow": 4_000}  # a small network's step takes TensorFlow five times as long
EPOCHS = {"jax": 12, "tensorflow": 3}
LONG = 600  # epochs, JAX: half a minute at least, so that several kills fall into one training
LOST_EVENTS_S = 5.0  # at most so much of the log
SLACK_S = 1.0  # a checkpoint waits for the next look at the device, and is on the disk once it is written
YEARS_S = 10 * 365 * 86_400.0
CLOCKS = ("time_s", "seconds", "learned_s", "prepared_s", "samples_per_s", "time_left_s", "time_left_low_s", "time_left_high_s")


@pytest.fixture
def home(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Launcher:
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)
    return Launcher(workspace.home)


def long_run(workspace: Workspace, backend: str, epochs: int = 0) -> Run:
    """A run of some seconds whose epochs are longer than the time between two checkpoints."""
    return make_run(workspace, make_dataset(workspace, ROWS[backend]), backend, epochs=epochs or EPOCHS[backend], batch_size=4, dropout=0.2)


def finished(home: Launcher, run: Run) -> Run:
    status = home.wait(run)
    assert status.state is RunState.FINISHED, status.message + run.path("log.txt").read_text()[-3000:]
    return run


def steps(run: Run) -> int:
    return max((event["step"] for event in whole_events(run) if event["kind"] in {"step", "epoch"}), default=0)


def whole_events(run: Run) -> list[dict[str, Any]]:
    return read_events(run.events)[0]


def learning(run: Run) -> list[dict[str, Any]]:
    """What is known of its learning, in order."""
    return [event for event in whole_events(run) if event["kind"] in {"step", "epoch"}]


def kill(run: Run, moment: float, total: int) -> float | None:
    """`kill -9` of a worker and its children: below 0 while it starts, up to 1 at that share of its steps, above 1 while it judges.

    Returns:
        What the run's own clock said at that moment, where it was learning: the least that the clock of this
        process was ever ahead of a new event says how to tell one from the other.
    """
    ahead_s: list[float] = []

    def is_here() -> bool:
        if moment > 1:  # judging is short: nothing else is looked at
            return run.status.phase == "judging"
        known, status = learning(run), run.status  # the status last, so that it is still true when the kill comes
        if status.state not in {RunState.STARTING, RunState.RUNNING}:
            return False  # the next worker is on its way
        if known and status.phase == "training":
            ahead_s.append(time.monotonic() - known[-1]["time_s"])
        return moment < 0 or (status.state is RunState.RUNNING and bool(known) and known[-1]["step"] >= moment * total)

    until(is_here, DEADLINE_S)
    at_s = killed_now(run)
    return at_s - min(ahead_s) if ahead_s else None


def killed_now(run: Run) -> float:
    """`kill -9`; when that was, on the monotonic clock."""
    os.killpg(read_json(run.path("worker.json"))["pid"], signal.SIGKILL)
    return time.monotonic()


def lost_s(home: Launcher, run: Run, killed_at_s: float | None = None) -> float:
    """Check what a kill left, and say how many seconds of learning were lost.

    Args:
        killed_at_s: what the run's own clock said when it was killed in the middle of learning.
    """
    until(lambda: not run.is_locked())
    assert home.state(run).state is RunState.INTERRUPTED, f"killed at {killed_at_s} s"
    known = learning(run)
    if killed_at_s is not None:
        assert killed_at_s - known[-1]["time_s"] <= LOST_EVENTS_S
    told = max((event["learned_s"] for event in known), default=0.0)
    return max(0.0, told - kept_s(run))


def kept_s(run: Run) -> float:
    """Seconds of learning in the checkpoint."""
    return Checkpoint.load(run.path(CHECKPOINT_FILE)).progress.learned_s if run.path(CHECKPOINT_FILE).exists() else 0.0


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
        lost.append(lost_s(home, run, kill(run, moment, total)))
        home.resume(run)
    finished(home, run)
    return lost


def test_five_random_kills_change_nothing(workspace: Workspace, home: Launcher) -> None:
    whole = long_run(workspace, "jax")
    home.submit(whole)
    total = steps(finished(home, whole))
    victim = long_run(workspace, "jax")
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


@pytest.mark.nightly
def test_in_production_one_checkpoint_interval_is_lost_at_most(workspace: Workspace, home: Launcher) -> None:
    """Checkpoints at least five seconds apart: a kill long after one loses what was learned since, and no more; the end is the same."""
    (workspace.home / "calm").touch()
    whole = long_run(workspace, "jax", epochs=LONG)
    home.submit(whole)
    finished(home, whole)
    victim = long_run(workspace, "jax", epochs=LONG)
    home.submit(victim)
    lost = []
    for behind_s in np.random.default_rng(7).uniform(2.0, checkpoint_writer.INTERVAL_S - 0.5, 3):
        until(lambda: victim.path(CHECKPOINT_FILE).exists() and victim.status.state is RunState.RUNNING, DEADLINE_S)
        until(lambda behind_s=behind_s: learning(victim)[-1]["learned_s"] - kept_s(victim) >= behind_s, DEADLINE_S)
        killed_now(victim)
        lost.append(lost_s(home, victim))
        home.resume(victim)
    same_end(whole, finished(home, victim))
    print(f"lost {lost} s")
    assert min(lost) >= 1.5  # it was not in a hurry
    assert max(lost) <= checkpoint_writer.INTERVAL_S + SLACK_S


@pytest.mark.nightly
@pytest.mark.parametrize("recipe", ["text_recurrent", "text_pooling"])
def test_a_text_network_is_killed(workspace: Workspace, home: Launcher, recipe: str) -> None:
    dataset = stored(texts("splendid", "dreadful", "the a film plot actor scene was of and story", 2_000), "r.csv", "label", {"review": ColumnType.TEXT})
    spec = make_spec(dataset.info, recipe=recipe, preset="quick", changes={"epochs": 3, "patience": 0, "batch_size": 8}, backend="jax")
    whole, victim = (Run.create(workspace.runs_folder, spec) for _ in range(2))
    home.submit(whole)
    total = steps(finished(home, whole))
    killed_and_resumed(home, victim, np.random.default_rng(11).uniform(0.05, 0.95, 3).tolist(), total)
    same_end(whole, victim)


@pytest.mark.nightly
def test_a_rehearsed_spare_is_killed(workspace: Workspace, home: Launcher) -> None:
    """What a spare has made ahead, a step on trial and taken back among it, leaves no trace in the end either."""
    whole = long_run(workspace, "jax")
    home.submit(whole)
    total = steps(finished(home, whole))
    order = rehearsal_order(workspace, whole.spec)
    until(lambda: home.warm("jax", workspace, whole.spec) and children._spare is not None and children._spare.order == order, DEADLINE_S)
    spare = children._spare
    assert spare is not None
    until(lambda: is_at_rest(spare.process.pid), DEADLINE_S)
    victim = long_run(workspace, "jax")
    killed_and_resumed(home, victim, [0.3, 0.7], total)
    assert victim.path("log.txt").read_text().count("Rehearsed before it was started.") == 1
    same_end(whole, victim)


@pytest.mark.nightly
def test_a_clock_that_jumps_while_it_learns_changes_nothing(workspace: Workspace, home: Launcher) -> None:
    whole, victim = long_run(workspace, "jax"), long_run(workspace, "jax")
    home.submit(whole)
    total = steps(finished(home, whole))
    home.submit(victim)
    for share, jump_s in ((0.2, YEARS_S), (0.5, -YEARS_S), (0.8, 0.0)):
        until(lambda share=share: steps(victim) >= share * total, DEADLINE_S)
        jumping_clock.jump(workspace.home, jump_s)
        home.repair()
        assert home.state(victim).state is RunState.RUNNING
    same_end(whole, finished(home, victim))
    times = [event["time_s"] for event in learning(victim)]
    assert times == sorted(times) and times[0] >= 0 and times[-1] < 3600 and victim.status.seconds < 3600
