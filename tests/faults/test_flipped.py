"""Flipped bytes in a run folder: whatever the damage, the run hides only itself and says a sentence.

Every file of a finished run is damaged in several ways, and then everything that reads run folders is asked:
the lists, the state, the events, the comparison, the prediction, the launcher.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from core.dataset.dataset import Dataset
from core.errors import LimelightError
from core.evaluation.compare import compare
from core.evaluation.model import model_of_run
from core.predict import Predictor
from core.runs.events import append_event, read_events
from core.runs.run import Run
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.pages.results_made import model
from tests.training.conftest import make_dataset

FILES = ["spec.json", "status.json", "events.jsonl", "preprocess.json", "predictions.parquet", "model.onnx", "evaluation.json"]


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


DAMAGES: list[Callable[[bytes, np.random.Generator], bytes]] = [*[flipped] * 10, *[cut] * 5, *[zeroed] * 5]


@pytest.fixture
def workspace(clean_home: Path) -> Workspace:
    return Workspace.local()


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return make_dataset(workspace)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_run_hides_only_itself(workspace: Workspace, dataset: Dataset, name: str) -> None:
    random = np.random.default_rng(FILES.index(name))
    sound, victim = model(workspace, dataset, name="Sound"), model(workspace, dataset, name="Victim", seed=1)
    for run in (sound, victim):
        append_event(run.events, {"kind": "epoch", "time_s": 1.0, "epoch": 1, "loss": 0.5})
    whole = victim.path(name).read_bytes()
    for damage in DAMAGES:
        victim.path(name).write_bytes(damage(whole, random))
        ask_everything(workspace, victim)
        assert sound.id in [run.id for run in workspace.runs()]
    assert compare([model_of_run(sound)]).models
    assert workspace.delete(victim.id) == "run"


def ask_everything(workspace: Workspace, run: Run) -> None:
    """Every reader either answers or raises one of our sentences; anything else fails the test."""
    rows = pl.DataFrame({"first": [0.0], "second": [0.0], "kind": ["red"]})
    askings: list[Callable[[], object]] = [
        lambda: run.status, lambda: run.spec, lambda: run.has_model, lambda: workspace.runs(), lambda: workspace.run(run.id),
        lambda: Launcher(workspace.home).state(run), lambda: Launcher(workspace.home).pump(), lambda: read_events(run.events),
        lambda: compare([model_of_run(run)]), lambda: Predictor.open(run).predict(rows), lambda: workspace.share(run), lambda: workspace.check_quota(new_runs=1),
    ]  # fmt: skip
    for asking in askings:
        with contextlib.suppress(LimelightError):
            asking()
