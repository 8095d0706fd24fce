"""Flipped bytes in a run folder: whatever the damage, the run hides only itself and says a sentence.

A real worker trains a run. What its folder holds in the middle and in the end is listed, not known from
anywhere; every file is damaged in several ways, and then everything that reads run folders is asked: the
lists, the state, the events, their history, the checkpoint, the live feed, the comparison, the prediction, the launcher.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from core.dataset.dataset import Dataset
from core.errors import LimelightError
from core.evaluation.compare import compare
from core.evaluation.model import model_of_run
from core.identity import identity
from core.predict import Predictor
from core.runs.events import append_event, last_time_s, read_events
from core.runs.history import History
from core.runs.run import Run
from core.runs.state import RunState
from core.training import children, control
from core.training.checkpoint import Checkpoint
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.pages.results_made import model
from tests.training import hasty_worker
from tests.training.conftest import make_dataset, make_run, until
from tests.ui.live_made import worked_on
from ui.live_feed import Feed

pytestmark = pytest.mark.training
DEADLINE_S = 120.0


def flipped(content: bytes, random: np.random.Generator) -> bytes:
    """A few bits changed anywhere."""
    data = bytearray(content)
    for place in random.integers(0, len(data), 1 + int(random.integers(8))):
        data[place] ^= 1 << int(random.integers(8))
    return bytes(data)


def cut(content: bytes, random: np.random.Generator) -> bytes:
    """The end is missing."""
    return content[: int(random.integers(len(content)))]


def zeroed(content: bytes, random: np.random.Generator) -> bytes:
    """A block of zeros, as a disk leaves after a power cut."""
    start = int(random.integers(len(content)))
    return content[:start] + b"\0" * min(4096, len(content) - start) + content[start + 4096 :]


BY_DAY: list[Callable[[bytes, np.random.Generator], bytes]] = [flipped, flipped, cut, zeroed]
DAMAGES = {"day": BY_DAY, "night": [*[flipped] * 20, *[cut] * 10, *[zeroed] * 10]}
NUMBERS = ("checkpoint.npz", "model.keras")  # the last things a run has


def damaged(path: Path, whole: bytes, damages: str, random: np.random.Generator) -> Iterator[str]:
    """The file with one damage after the other; an empty one has nothing to damage, so it is filled with rubbish."""
    for damage in DAMAGES[damages]:
        path.write_bytes(damage(whole, random) if whole else bytes(random.integers(0, 256, 32).astype(np.uint8)))
        yield f"{path.name}, {damage.__name__}"
    path.write_bytes(whole)


@pytest.mark.parametrize("damages", ["day", pytest.param("night", marks=pytest.mark.nightly)])
def test_a_damaged_run_hides_only_itself(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, damages: str) -> None:
    if damages == "night":  # with the conversion
        (workspace.home / "export").touch()
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)
    dataset = make_dataset(workspace)
    sound, learning, over = model(workspace, dataset, name="Sound"), *trained(workspace, dataset)
    append_event(sound.events, {"kind": "epoch", "time_s": 1.0, "epoch": 1, "loss": 0.5})
    if not over.has_model:  # nothing was converted
        over.path("model.onnx").write_bytes(sound.path("model.onnx").read_bytes())
    random, tried = np.random.default_rng(5), dict.fromkeys((learning, over), 0)
    for run in tried:
        with worked_on(run) if run is learning else contextlib.nullcontext():
            for path in sorted(path for path in run.folder.iterdir() if path.is_file() and path.name != "lock"):
                for said in damaged(path, path.read_bytes(), damages, random):
                    ask_everything(workspace, run, said)
                    assert sound.id in [run.id for run in workspace.runs()], said
                    tried[run] += 1
    print(f"damages tried: {[(run.id, count, sorted(path.name for path in run.folder.iterdir())) for run, count in tried.items()]}")
    assert compare([model_of_run(sound)]).models
    assert workspace.delete(over.id) == "run"


def trained(workspace: Workspace, dataset: Dataset) -> tuple[Run, Run]:
    """The same run as it was while it learned, and once it was over."""
    run, home = make_run(workspace, dataset, "jax", epochs=10_000), Launcher(workspace.home)
    home.submit(run)
    workspace.share(run)
    identity(run)
    until(lambda: run.path("checkpoint.npz").exists() and run.status.epoch > 2, DEADLINE_S)
    learning, aside = Run(run.folder.with_name(f"{run.id[:-8]}{'0' * 8}")), workspace.home / "aside-of-the-test"
    shutil.copytree(run.folder, aside, ignore=shutil.ignore_patterns("tmp", "*.tmp", ".*"))
    run.request_stop()
    until(lambda: run.status.state is RunState.STOPPED, DEADLINE_S)
    until(lambda: children.exit_code(run) is not None, DEADLINE_S)  # the worker's last act is a look at all runs: it would end one that nobody trains
    aside.rename(learning.folder)
    learning.request_learning_rate(0.01)
    learning.request_pause()
    for one in (learning, run):  # a long run has an index too
        indexed(one)
    assert learning.status.state is RunState.RUNNING and {*NUMBERS[:1], "status.json", "worker.json", "reserve", "log.txt"} <= names(learning)
    assert {*NUMBERS, "predictions.parquet", "evaluation.json", "preprocess.json"} <= names(run)
    return learning, run


def indexed(run: Run) -> None:
    history = History.load(run.events)
    while history.read():
        continue
    history.save()


def names(run: Run) -> set[str]:
    return {path.name for path in run.folder.iterdir()}


def ask_everything(workspace: Workspace, run: Run, said: str) -> None:
    """Every reader either answers or raises one of our sentences; anything else fails the test."""
    rows, home = pl.DataFrame({"first": [0.0], "second": [0.0], "kind": ["red"]}), Launcher(workspace.home)
    askings: list[Callable[[], object]] = [
        lambda: run.status, lambda: run.spec, lambda: run.has_model, lambda: workspace.runs(), lambda: workspace.run(run.id),
        lambda: home.state(run), lambda: home.pump(), lambda: home.repair(), lambda: read_events(run.events), lambda: last_time_s(run.events),
        lambda: compare([model_of_run(run)]), lambda: Predictor.open(run).predict(rows), lambda: workspace.share(run), lambda: workspace.check_quota(new_runs=1),
        lambda: Checkpoint.load(run.path("checkpoint.npz")), lambda: History.load(run.events).read(), lambda: identity(run), lambda: control.continued(run, 3),
        lambda: control.learning_rate_of(run), lambda: run.stop_requested or run.pause_requested or run.learning_rate_requested, lambda: fed(run),
    ]  # fmt: skip
    for asking in askings:
        try:
            asking()
        except LimelightError as error:
            assert str(error).strip(), said
        except Exception as error:
            raise AssertionError(f"{said}: {error!r}") from error


def fed(run: Run) -> None:
    """A frame for somebody who comes late is JSON, whatever the files say."""
    feed = Feed(run)
    feed._history = History.load(run.events)
    feed._history.read()
    feed._recent_from = feed.offset
    feed._read_status()
    if frame := feed.after(0, -1):
        json.loads(frame.text)
