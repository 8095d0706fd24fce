"""What the tests of training share: a tiny dataset made by hand, runs of it, and waiting for a condition."""

from __future__ import annotations

import json
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType, DatasetInfo, SplitCounts, Task
from core.files import FOLDER_MODE
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.training import children
from core.training.process import signal_group
from core.training.queue import Queue
from core.workspace import Workspace

POLL_S = 0.02


def until(condition: Callable[[], Any], deadline_s: float = 60.0) -> Any:
    """Wait until a condition holds and return its value; a test that waits too long fails here."""
    end = time.monotonic() + deadline_s
    while not (value := condition()):
        assert time.monotonic() < end, f"waited {deadline_s} s in vain"
        time.sleep(POLL_S)
    return value


def make_dataset(workspace: Workspace, rows: int = 240, task: Task = Task.BINARY, seed: int = 0) -> Dataset:
    """A table of two numbers and a category; the target follows from the first number."""
    random = np.random.default_rng(seed)
    first, second = random.normal(size=rows), random.normal(size=rows)
    kinds = random.choice(["red", "green", "blue"], rows)
    target: Any = {
        Task.BINARY: np.where(first + 0.3 * second > 0, "yes", "no"),
        Task.MULTICLASS: np.array(["low", "middle", "top"])[np.digitize(first, [-0.5, 0.5])],
        Task.REGRESSION: 100.0 + 20.0 * first + random.normal(size=rows),
    }[task]
    labels = () if task is Task.REGRESSION else tuple(sorted(set(target.tolist())))
    split = np.array([0] * 7 + [1, 1, 2], np.uint8)[np.arange(rows) % 10]
    counts = SplitCounts(**{name: int((split == number).sum()) for number, name in enumerate(("train", "validation", "test"))})
    number = {"type": ColumnType.NUMBER, "distinct": rows, "minimum": -4.0, "maximum": 4.0, "median": 0.0}
    kind = Column(name="kind", type=ColumnType.CATEGORY, distinct=3, values=tuple((k, rows // 3) for k in ("blue", "green", "red")))
    goal = Column(name="goal", type=ColumnType.CATEGORY if labels else ColumnType.NUMBER, distinct=len(labels) or rows)
    info = DatasetInfo(
        id=f"d-{task.value}-{rows}", name="tiny", created="2026-01-01T00:00:00.000+00:00", source={"file": "tiny.csv"}, rows=rows,
        columns=(Column(name="first", **number), Column(name="second", **number), kind, goal),  # type: ignore[arg-type]
        target="goal", task=task, labels=labels, inputs=("first", "second", "kind"), split=counts,
    )  # fmt: skip
    folder = workspace.datasets_folder / info.id
    folder.mkdir(exist_ok=True)
    pl.DataFrame({"first": first, "second": second, "kind": kinds, "goal": target}).write_parquet(folder / "table.parquet")
    np.save(folder / "split.npy", split)
    (folder / "dataset.json").write_text(info.model_dump_json())
    return Dataset(folder)


def make_run(workspace: Workspace, dataset: Dataset | None = None, backend: str = "jax", **changes: Any) -> Run:
    """A queued run of the quick table recipe."""
    from core.recipes import make_spec

    info = (dataset or make_dataset(workspace)).info
    chosen = {"epochs": 3, "patience": 0, "batch_size": 32, **changes}
    return Run.create(workspace.runs_folder, make_spec(info, recipe="mlp", preset="quick", changes=chosen, backend=backend))


def bare_run(workspace: Workspace) -> Run:
    """A queued run whose spec need not be possible, for tests of queue and folder."""
    spec = RunSpec(dataset="d-none", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp")
    return Run.create(workspace.runs_folder, spec)


def events_of(run: Run) -> list[dict[str, Any]]:
    """All events of a run."""
    return [json.loads(line) for line in run.events.read_text().splitlines()]


@pytest.fixture
def workspace(clean_home: Path, compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The local workspace; workers that a failed test left behind are ended, and none may leave a temporary file, however it ended."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))  # of all that this test starts
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    clean_home.mkdir(mode=FOLDER_MODE)
    (clean_home / "cache").symlink_to(compiled)
    place = Workspace.local()
    yield place
    children.dismiss_spare()
    with Queue(place.home / "queue.db").transaction() as jobs:  # nobody starts another one meanwhile
        for job in jobs.all():
            if job.worker is not None:
                signal_group(job.worker, signal.SIGKILL)
            jobs.remove(job.run)
    for process in [*children._workers.values(), *children._dismissed]:
        process.wait(20)
    children._workers.clear()
    children._dismissed.clear()
    assert {path.name for path in temporary.rglob("*")} <= {".ses"}  # which ONNX Runtime makes once, in this process
