"""What the command `race` does: two to four trainings of one dataset, started together, one JSON document out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import BadSettings
from core.language import N_
from core.race_lanes import labels, make_lanes, race_room
from core.runs.race import Race, lanes_of
from core.runs.run import Run
from core.workspace import Workspace

__all__ = ["race"]


def race(
    dataset: str, recipes: Sequence[str] | None = None, presets: Sequence[str] | None = None, seeds: Sequence[int] | None = None,
    changes: Mapping[str, Any] | None = None, backend: str = "auto", *, detach: bool = False,
) -> dict[str, Any]:
    """Start a race with one lane for each combination of recipe, preset and seed, and wait for its end.

    Args:
        dataset: id of a dataset.
        recipes, presets, seeds: 2 … 4 combinations in all; default: the fitting recipe, balanced, 0.
        changes: settings that differ from the presets, the same for all lanes.
        backend: auto, jax or tensorflow.
        detach: return once the lanes are queued.

    Raises:
        NotFound, BadSettings, QuotaExceeded, NoRoom: before anything starts.
    """
    from core.training.children import held_bytes
    from core.training.follow import wait_for_all
    from core.training.groups import start_race
    from core.training.launcher import Launcher

    if any(seed < 0 for seed in seeds or ()):
        raise BadSettings(N_("A seed must be 0 or more, but {x} was given.").format(x=min(seeds or ())))
    workspace = Workspace.local()
    source = workspace.dataset(dataset)
    specs = make_lanes(source.info, recipes=recipes or (None,), presets=presets or ("balanced",), seeds=seeds or (0,), changes=changes, backend=backend)
    race_room(source, specs, held_bytes=held_bytes()).check()
    launcher = Launcher(workspace.home)
    started = start_race(launcher, workspace, specs)
    runs = lanes_of(started, workspace.runs_folder)
    if not detach:
        wait_for_all(launcher, runs)
    return _document(started, runs)


def _document(started: Race, runs: Sequence[Run]) -> dict[str, Any]:
    names = labels([run.spec for run in runs])
    return {"race": started.id, "lanes": [{"run": run.id, "name": name, **_standing(run)} for run, name in zip(runs, names, strict=True)]}


def _standing(run: Run) -> dict[str, Any]:
    status = run.status
    return {
        "state": status.state.value, "message": status.message, "epochs": status.epoch, "best_epoch": status.best_epoch,
        "seconds": round(status.seconds, 3), "backend": status.backend, "headline": status.headline,
    }  # fmt: skip
