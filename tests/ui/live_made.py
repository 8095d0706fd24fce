"""Runs made by hand for the tests of the live chart: a worker's events without a worker."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.runs.events import append_event
from core.runs.run import Run
from core.runs.spec import RunSpec, TrainingSettings
from core.runs.state import RunState
from core.workspace import Workspace

STEPS = 10  # a made epoch


def made_run(name: str = "First try", epochs: int = 5) -> tuple[Run, str]:
    """A queued run in the local workspace, and its view token."""
    workspace = Workspace.local()
    spec = RunSpec(
        dataset="d0123456789abcdef", inputs=("age",), target="left", task="binary", recipe="mlp", name=name,
        training=TrainingSettings(epochs=epochs),
    )  # fmt: skip
    run = Run.create(workspace.runs_folder, spec)
    return run, workspace.share(run)


def event(run: Run, kind: str, **fields: Any) -> None:
    append_event(run.events, {"kind": kind, "time_s": 0.0, **fields})


def begin(run: Run, epochs: int = 5, **more: Any) -> None:
    """From queued to running, with the events of a worker."""
    run.update(state=RunState.STARTING, phase="loading libraries")
    event(run, "state", state="starting", message="")
    event(run, "begin", epochs=epochs, steps_per_epoch=STEPS, batch_size=32, rows=320, backend="jax", device="2 cores", parameters=9, metric="accuracy", **more)
    run.update(state=RunState.RUNNING, phase="training")
    event(run, "state", state="running", message="")


def step(run: Run, number: int) -> None:
    event(run, "step", step=number, epoch=(number - 1) // STEPS + 1, batch=(number - 1) % STEPS + 1, loss=1 / number, metric=1 - 1 / (number + 1), samples_per_s=1234.0)


def epoch(run: Run, number: int, best_epoch: int | None = None, **more: Any) -> None:
    best = best_epoch or number
    fields: dict[str, Any] = {
        "epoch": number, "step": number * STEPS, "loss": 0.5 / number, "metric": 0.8, "val_loss": 0.6 / number, "val_metric": 0.75 + number / 100,
        "best": best == number, "best_epoch": best, "learning_rate": 0.001, "samples_per_s": 1300.0, "time_left_s": 42.0,
    }  # fmt: skip
    event(run, "epoch", **(fields | more))


def one_epoch(run: Run, number: int, **more: Any) -> None:
    """All steps of an epoch, and its end."""
    for batch in range(1, STEPS + 1):
        step(run, (number - 1) * STEPS + batch)
    epoch(run, number, **more)


def finish(run: Run, epochs: int, state: RunState = RunState.FINISHED) -> None:
    event(run, "state", state=state.value, message="")
    event(run, "end", state=state.value, epochs=epochs, seconds=12.5, best_epoch=epochs)
    headline = {"name": "accuracy", "value": 0.842, "low": 0.821, "high": 0.861}
    run.path("model.onnx").touch()
    run.update(state=state, phase="", seconds=12.5, message="All epochs are done.", headline=headline)


@contextmanager
def worked_on(run: Run) -> Iterator[None]:
    """Hold the run's lock as a living worker does, so that nobody declares it dead."""
    with run.path("lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
