"""Starting runs that belong together, a race or a series: however often the button is pressed, one is made.

A double click, two tabs and several processes all ask the same thing within a moment. Whether it is there already is
looked up, and it is made, while nobody else can change the queue.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from core.errors import Damaged, MachineError
from core.quota import Usage
from core.runs.race import Race, all_races, create_race, forget_race, lanes_of
from core.runs.run import Run
from core.runs.series import Kind, Series, create_series, forget_series
from core.runs.spec import RunSpec
from core.training.twice import is_young
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.training.launcher import Launcher

__all__ = ["start_race", "start_series"]

Made = TypeVar("Made")


def start_race(launcher: Launcher, workspace: Workspace, specs: Sequence[RunSpec], name: str = "") -> Race:
    """Make a race and queue its lanes.

    Args:
        launcher: of the home of the workspace.
        workspace: where it is kept.
        specs: of the lanes, as for `core.runs.race.create_race`; whether they fit into memory is asked before.
        name: shown to people.

    Returns:
        The new race; or, where the same lanes were asked for a moment ago and not all are over, that race.

    Raises:
        BadSettings, QuotaExceeded, DiskFull: nothing was made.

    Example:
        >>> start_race(launcher, workspace, [spec, other])                  # doctest: +SKIP
    """
    usage = workspace.usage()
    return _submitted(launcher, lambda: _race(workspace, specs, name, usage), lambda race: forget_race(workspace, race.id))


def start_series(launcher: Launcher, workspace: Workspace, kind: Kind, specs: Sequence[RunSpec], name: str = "") -> tuple[Series, list[Run]]:
    """Make a series and queue those of its runs that were not trained before.

    Args:
        launcher: of the home of the workspace.
        workspace: where it is kept.
        kind: what differs between the runs.
        specs: from `core.runs.repeats`.
        name: of the network, for people.

    Returns:
        The series and the runs that were made for it; a series of just these runs that is there already, and no runs.

    Raises:
        BadSettings, QuotaExceeded, DiskFull: nothing was made.

    Example:
        >>> start_series(launcher, workspace, "seeds", seed_specs(spec, 5))  # doctest: +SKIP
    """
    usage = workspace.usage()

    def make() -> tuple[tuple[Series, list[Run]], list[Run]]:
        series, new = create_series(workspace, kind, specs, name, usage=usage.recounted(workspace.folder))
        return (series, new), new

    return _submitted(launcher, make, lambda made: forget_series(workspace, made[0].id))


def _submitted(launcher: Launcher, make: Callable[[], tuple[Made, Sequence[Run]]], forget: Callable[[Made], None]) -> Made:
    """Make a group and queue its runs; where the queue cannot be written in the end, the new group is forgotten with its runs."""
    made = list[Made]()

    def noted() -> tuple[Made, Sequence[Run]]:
        group, runs = make()
        made.extend([group] if runs else [])
        return group, runs

    try:
        return launcher.submit_made(noted)
    except MachineError:
        for group in made:
            forget(group)
        raise


def _race(workspace: Workspace, specs: Sequence[RunSpec], name: str, usage: Usage) -> tuple[Race, list[Run]]:
    if (race := _just_made(workspace, specs)) is not None:
        return race, []
    race = create_race(workspace, specs, name, usage=usage.recounted(workspace.folder))
    return race, lanes_of(race, workspace.runs_folder)


def _just_made(workspace: Workspace, specs: Sequence[RunSpec]) -> Race | None:
    """The race of these lanes that was made a moment ago and goes on; None when a new one is meant."""
    for race in all_races(workspace):
        if not is_young(race.created):
            continue
        with contextlib.suppress(Damaged):
            lanes = lanes_of(race, workspace.runs_folder)
            if [run.spec for run in lanes] == list(specs) and any(not run.status.state.is_over for run in lanes):
                return race
    return None
