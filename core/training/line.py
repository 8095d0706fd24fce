"""The queue as people see it: who waits, at which place, and giving one another place.

Only runs of one's own workspace are named and moved; the place counts those of everybody, because that is how long
one waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.runs.race import Race, newest_races
from core.runs.run import Run
from core.training.order import moved, write_order
from core.training.queue import Jobs
from core.workspace import Workspace

__all__ = ["Party", "key_of", "move", "own", "parties", "places", "position"]


@dataclass(frozen=True)
class Party:
    """Who takes one place of the line.

    Attributes:
        runs: one run, or those lanes of a race that wait.
        race: theirs, if they have one.
    """

    runs: tuple[Run, ...]
    race: Race | None = None


def key_of(home: Path, folder: Path) -> str:
    """What the queue calls a folder: its path under home, with forward slashes."""
    return folder.resolve().relative_to(home).as_posix()


def own(home: Path, keys: Iterable[str], workspace: Workspace) -> list[str]:
    """Those runs that belong to a workspace, by the names of the queue, in the order given."""
    prefix = f"{key_of(home, workspace.runs_folder)}/"
    return [key for key in keys if key.startswith(prefix)]


def places(home: Path, keys: Iterable[str]) -> dict[str, str]:
    """The place that each run takes among the `max_parallel_runs`, by the run: the lanes of a race share one.

    Args:
        home: LIMELIGHT_HOME.
        keys: runs, by the names of the queue.
    """
    folders = {key: home / key for key in keys}
    races = _races(folders.values())
    return {key: races[folder].id if folder in races else key for key, folder in folders.items()}


def _races(folders: Iterable[Path]) -> dict[Path, Race]:
    """The newest race of each run folder that has one; the races of a workspace are read once, however many runs it has."""
    known: dict[Path, dict[str, Race]] = {}
    found = {}
    for folder in folders:
        workspace = folder.parent.parent
        if workspace not in known:
            known[workspace] = newest_races(workspace)
        if race := known[workspace].get(folder.name):
            found[folder] = race
    return found


def parties(runs: Sequence[Run]) -> list[Party]:
    """Waiting runs by the place they take, the next to start first.

    Args:
        runs: in the order of the queue.
    """
    races = _races(run.folder for run in runs)
    together: dict[str, list[Run]] = {}
    for run in runs:
        race = races.get(run.folder)
        together.setdefault(race.id if race else run.folder.as_posix(), []).append(run)
    return [Party(tuple(lanes), races.get(lanes[0].folder)) for lanes in together.values()]


def position(home: Path, jobs: Jobs, run: Run) -> int:
    """Place among all that waits, 1 for the next to start; 0 when it does not wait. The lanes of a race count once."""
    waiting = places(home, jobs.waiting())
    key = key_of(home, run.folder)
    return list(dict.fromkeys(waiting.values())).index(waiting[key]) + 1 if key in waiting else 0


def move(home: Path, jobs: Jobs, run: Run, place: int) -> None:
    """Give a waiting run another place among those of its workspace; a lane takes its race along.

    Nobody else's place becomes another one: what is exchanged are places, of which a race has one, not runs.

    Args:
        home: LIMELIGHT_HOME.
        jobs: the queue, held.
        run: nothing happens if it does not wait (any more).
        place: from 1, the next to start; past the end means last. The lanes of a race count once.
    """
    place_of, key = places(home, jobs.waiting()), key_of(home, run.folder)
    if key not in place_of:
        return
    mine = dict.fromkeys(place_of[one] for one in own(home, place_of, Workspace(run.folder.parent.parent)))
    wanted = iter(moved(list(mine), place_of[key], place))
    line = [next(wanted) if one in mine else one for one in dict.fromkeys(place_of.values())]
    jobs.arrange(sorted(place_of, key=lambda one: line.index(place_of[one])))  # lanes keep their order
    write_order(home, jobs.waiting())
