"""A fair race: its lanes learn from the same rows in the same order, and taking turns changes nothing of what they learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.dataset.schema import Part
from core.race_lanes import make_lanes
from core.runs.events import read_events
from core.runs.race import create_race, lanes_of
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training import children
from core.training.checkpoint import CHECKPOINT_FILE, GROUPS, Checkpoint
from core.training.launcher import Launcher
from core.training.material import Material
from core.training.trainer import order_of_rows
from core.workspace import Workspace
from tests.training import hasty_worker
from tests.training.conftest import make_dataset

SLICE_S = 0.5


def test_all_lanes_see_the_same_rows_in_the_same_order(workspace: Workspace) -> None:
    """Whatever the presets and batch sizes are: what a lane learns from follows from data, split and seed alone."""
    data = make_dataset(workspace)
    specs = make_lanes(data.info, presets=("quick", "balanced", "thorough"))
    lanes = lanes_of(create_race(workspace, specs), workspace.runs_folder)
    assert len({lane.spec.training.batch_size for lane in lanes}) > 1 or len({str(lane.spec.settings) for lane in lanes}) > 1
    first, *others = (Material.of(lane) for lane in lanes)
    for material in others:
        for part in Part:
            assert np.array_equal(material.rows.of(part), first.rows.of(part)), part
            assert np.array_equal(material.target(part), first.target(part))
        inputs = material.inputs(Part.TRAIN)
        assert all(np.array_equal(array, inputs[name]) for name, array in first.inputs(Part.TRAIN).items())
    rows = len(first.rows.train)
    orders = [order_of_rows(lane.spec.seed, 3, rows).tolist() for lane in lanes]
    assert orders[0] == orders[1] == orders[2] and orders[0] != order_of_rows(1, 3, rows).tolist()


def steps_of(run: Run) -> list[dict[str, Any]]:
    return [event for event in read_events(run.events)[0] if event["kind"] == "step"]


@pytest.mark.nightly
@pytest.mark.training
def test_two_equal_lanes_take_turns_and_end_level_to_the_last_bit(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)
    monkeypatch.setenv("LIMELIGHT_RACE_CORES_A_LANE", "1000")  # by turns on any machine
    settings.cache_clear()
    data = make_dataset(workspace, 20_000)
    changes = {"epochs": 60, "patience": 0, "batch_size": 4, "dropout": 0.2}  # many turns on a quick machine, too
    specs = make_lanes(data.info, presets=("quick",), changes=changes, backend="jax") * 2
    race = create_race(workspace, specs, same_twice=True)
    lanes = lanes_of(race, workspace.runs_folder)
    launcher = Launcher(workspace.home)
    launcher.submit_all(lanes)
    for lane in lanes:
        assert launcher.wait(lane).state is RunState.FINISHED, lane.path("log.txt").read_text()[-2000:]
    one, other = (Checkpoint.load(lane.path(CHECKPOINT_FILE)) for lane in lanes)
    for group in GROUPS:
        assert [array.tobytes() for array in getattr(one.now, group)] == [array.tobytes() for array in getattr(other.now, group)], group
    assert lanes[0].path("predictions.parquet").read_bytes() == lanes[1].path("predictions.parquet").read_bytes()

    told = [steps_of(lane) for lane in lanes]
    learned = [steps[-1]["learned_s"] - steps[0]["learned_s"] for steps in told]
    assert min(learned) > 3 * SLICE_S  # long enough for several turns
    for steps in told:
        waits = [after["time_s"] - before["time_s"] - (after["learned_s"] - before["learned_s"]) for before, after in zip(steps, steps[1:], strict=False)]
        assert sum(wait > SLICE_S / 2 for wait in waits) >= 2 and sum(waits) > 0.5 * min(learned), (waits, learned)
