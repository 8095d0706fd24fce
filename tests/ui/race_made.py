"""Races made by hand: lanes with a worker's events and without a worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from core.runs.race import Race, create_race, lanes_of
from core.runs.run import Run
from core.runs.spec import RunSpec, TrainingSettings
from core.workspace import Workspace
from tests.ui import live_made as made

DATASET = "d0123456789abcdef"


def made_race(*names: str, name: str = "", same_seed: bool = True) -> tuple[Race, list[Run]]:
    """A race of queued runs in the local workspace, one a name."""
    workspace = Workspace.local()
    specs = [
        RunSpec(
            dataset=DATASET, inputs=("age",), target="left", task="binary", recipe="mlp", name=lane, seed=0 if same_seed else number,
            training=TrainingSettings(epochs=5, batch_size=16 + number),
        )
        for number, lane in enumerate(names or ("Alpha", "Beta"))
    ]  # fmt: skip
    race = create_race(workspace, specs, name)
    return race, lanes_of(race, workspace.runs_folder)


def epoch(run: Run, number: int, value: float, loss: float | None = None) -> None:
    """The end of an epoch that is the best so far, with this accuracy on the validation rows."""
    made.event(
        run, "epoch", epoch=number, step=number * made.STEPS, loss=0.5, metric=0.8, val_loss=1 - value if loss is None else loss, val_metric=value,
        best=True, best_epoch=number, learning_rate=0.001, samples_per_s=1300.0, learned_s=2.0 * number, time_left_s=9.0,
    )  # fmt: skip


@contextmanager
def racing(runs: Sequence[Run]) -> Iterator[None]:
    """All lanes have begun, and workers hold them."""
    with ExitStack() as stack:
        for run in runs:
            stack.enter_context(made.worked_on(run))
            made.begin(run)
        yield
