"""The queue as people see it: who waits, at which place, and giving one another place.

Only runs of one's own workspace are named and moved; the place counts those of everybody, because that is how long
one waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.runs.race import Race, newest_races
from core.runs.run import Run
from core.training.order import moved, write_order
from core.training.queue import Jobs
from core.workspace import Workspace

__all__ = ["key_of", "move", "own", "places", "position"]


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
    races: dict[Path, dict[str, Race]] = {}
    found = {}
    for key in keys:
        folder = home / key
        workspace = folder.parent.parent
        if workspace not in races:
            races[workspace] = newest_races(workspace)
        race = races[workspace].get(folder.name)
        found[key] = race.id if race else key
    return found


def position(home: Path, jobs: Jobs, run: Run) -> int:
    """Place among all that waits, 1 for the next to start; 0 when it does not wait. The lanes of a race count once."""
    waiting = places(home, jobs.waiting())
    key = key_of(home, run.folder)
    return list(dict.fromkeys(waiting.values())).index(waiting[key]) + 1 if key in waiting else 0


def move(home: Path, jobs: Jobs, run: Run, place: int) -> None:
    """Give a waiting run another place among those of its workspace; nobody else's run moves.

    Args:
        home: LIMELIGHT_HOME.
        jobs: the queue, held.
        run: nothing happens if it does not wait (any more).
        place: from 1, the next to start; past the end means last.
    """
    keys, key = own(home, jobs.waiting(), Workspace(run.folder.parent.parent)), key_of(home, run.folder)
    if key in keys:
        jobs.arrange(moved(keys, key, place))
        write_order(home, jobs.waiting())
