"""Race: two to four runs of one dataset that were started together, so that a room can watch who learns faster.

A race is one small file, `races/<id>.json` in the workspace: which runs, when, what for. The runs are runs like
all others and know nothing of it, so deleting one of them, or the race, breaks nothing. The start is fair because
split and order of rows follow from dataset and seed, and because `core.training.turns` lets nobody begin early.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from core.errors import BadSettings, NotFound
from core.identity import identity
from core.language import N_
from core.runs import group
from core.runs.run import Run
from core.runs.spec import RunSpec

if TYPE_CHECKING:
    from core.quota import Usage
    from core.workspace import Workspace

__all__ = ["LANES", "Race", "all_races", "create_race", "forget_race", "lanes_of", "load_race", "newest_races", "race_of"]

LANES = (2, 4)  # fewest and most
MOST_BYTES = 16 * 1024  # of a race file; ours have 300


class Race(BaseModel):
    """Runs that were started together.

    Attributes:
        id: `race-<date>-<8 hexadecimal digits>`, the name of its file.
        name: shown to people; never used as a path.
        dataset: id of the dataset of all its runs.
        runs: ids of the runs, 2 … 4, in the order of their lanes; some may have been deleted since.
        created: ISO 8601, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^race-[0-9]{8}-[0-9a-f]{8}$")
    name: str = Field(default="", max_length=120)
    dataset: group.DatasetId
    runs: tuple[group.RunId, ...] = Field(min_length=LANES[0], max_length=LANES[1])
    created: str = Field(max_length=40)


def create_race(workspace: Workspace, specs: Sequence[RunSpec], name: str = "", *, same_twice: bool = False, usage: Usage | None = None) -> Race:
    """Make the runs of a race, in state queued, and the race itself; see `core.training.groups.start_race`.

    Args:
        workspace: where they are kept.
        specs: 2 … 4 specs of one dataset, one a lane, in the order of the lanes.
        name: shown to people.
        same_twice: allow two lanes with the same settings and seed (to see how exact a repetition is).
        usage: what is used already; default: it is measured.

    Returns:
        The race, stored.

    Raises:
        BadSettings: too few or too many lanes, several datasets, or the same spec twice.
        QuotaExceeded, DiskFull: nothing was created.
    """
    _check(specs, same_twice)
    with group.all_or_none(workspace, specs, usage) as runs:
        for run in runs:
            identity(run)  # colours in the order of the lanes, whoever looks first
        name_of, created = group.new_name("race")
        race = Race(id=name_of, name=name.strip()[:120], dataset=specs[0].dataset, runs=tuple(run.id for run in runs), created=created)
        group.store(_folder(workspace.folder), race.id, race)
    return race


def _check(specs: Sequence[RunSpec], same_twice: bool) -> None:
    fewest, most = LANES
    if not fewest <= len(specs) <= most:
        raise BadSettings(N_("A race has {fewest} to {most} lanes, and this one would have {specs}. Choose {fewest} to {most}.").format(fewest=fewest, most=most, specs=len(specs)))
    if len({spec.dataset for spec in specs}) > 1:
        raise BadSettings(N_("The lanes of a race learn from the same data, but these belong to different datasets. Choose runs of one dataset."))
    _, times = Counter(_without_name(spec) for spec in specs).most_common(1)[0]
    if times > 1 and not same_twice:
        raise BadSettings(N_("{times} lanes have the same settings and the same seed, so they would learn the same. Change a setting or the seed of one of them.").format(times=times))


def _without_name(spec: RunSpec) -> str:
    return spec.model_copy(update={"name": "", "preset": ""}).model_dump_json()


def load_race(workspace: Workspace, name: str) -> Race:
    """The race with this id.

    Raises:
        NotFound: there is none, or the name is no identifier.
        Damaged: its file cannot be read.
    """
    path = group.path_of(_folder(workspace.folder), name)
    if not path.is_file():
        raise NotFound(N_("There is no race {name} in this workspace. Its runs may still be there; look in the list of runs.").format(name=repr(name)))
    return group.read_group(path, Race, N_("The race {stem} cannot be read. Delete it and start a new one; its runs are not affected.").format(stem=path.stem), MOST_BYTES)


def all_races(workspace: Workspace) -> list[Race]:
    """All readable races, newest first; a damaged file hides only itself."""
    return sorted(_readable(workspace.folder), key=lambda race: (race.created, race.id), reverse=True)


def race_of(run: Run) -> Race | None:
    """The race that a run takes part in, or None; with several, the newest."""
    mine = [race for race in _readable(run.folder.parent.parent) if run.id in race.runs]
    return max(mine, key=lambda race: (race.created, race.id), default=None)


def newest_races(workspace: Path) -> dict[str, Race]:
    """The newest race of each run that takes part in one, by run; all races are read once, however many runs are asked about.

    Args:
        workspace: its folder.
    """
    ordered = sorted(_readable(workspace), key=lambda race: (race.created, race.id))
    return {run: race for race in ordered for run in race.runs}


def lanes_of(race: Race, runs: Path) -> list[Run]:
    """The runs of a race that are still there, in the order of their lanes.

    Args:
        race: the race.
        runs: the folder of all runs of its workspace.
    """
    return group.runs_of(race, runs)


def forget_race(workspace: Workspace, name: str) -> None:
    """Delete a race; its runs stay.

    Raises:
        NotFound: the name is no identifier.
    """
    group.forget(_folder(workspace.folder), name)


def _folder(workspace: Path) -> Path:
    return workspace / "races"


def _readable(workspace: Path) -> list[Race]:
    return group.readable(_folder(workspace), Race, MOST_BYTES)
