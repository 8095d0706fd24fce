"""Runs that belong together: one small JSON file that names them, kept apart from the runs themselves.

A race and a series are such groups. The runs are runs like all others and know nothing of it, so deleting one of them,
or the group, breaks nothing. A group's file may come from anywhere, so it is read with suspicion.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from pydantic import BaseModel, Field, ValidationError

from core.errors import Damaged
from core.files import FOLDER_MODE, read_json, remove_folder, resolve_inside, write_atomic
from core.runs.run import Run
from core.runs.spec import RunSpec

if TYPE_CHECKING:
    from core.quota import Usage
    from core.workspace import Workspace

__all__ = ["DatasetId", "RunId", "all_or_none", "forget", "new_name", "path_of", "read_group", "readable", "runs_of", "store"]

RunId = Annotated[str, Field(pattern=r"^r[0-9]{8}-[0-9a-f]{8}$")]
DatasetId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class _Group(Protocol):
    """What a race and a series have in common."""

    @property
    def id(self) -> str: ...
    @property
    def runs(self) -> tuple[str, ...]: ...


Group = TypeVar("Group", bound=BaseModel)


def new_name(kind: str) -> tuple[str, str]:
    """A new id, `<kind>-<date>-<8 hexadecimal digits>`, and the moment it was made, ISO 8601 in UTC."""
    now = datetime.now(UTC)
    return f"{kind}-{now:%Y%m%d}-{secrets.token_hex(4)}", now.isoformat(timespec="milliseconds")


@contextlib.contextmanager
def all_or_none(workspace: Workspace, specs: Sequence[RunSpec], usage: Usage | None = None) -> Iterator[list[Run]]:
    """Make the runs of a group, in state queued; if the block fails, none of them stays.

    Args:
        workspace: where they are kept.
        specs: one a run.
        usage: what is used already, for a caller that nobody shall wait for; default: it is measured.

    Raises:
        QuotaExceeded, DiskFull: nothing was made.
    """
    (usage or workspace.usage()).check(new_runs=len(specs))
    runs: list[Run] = []
    try:
        for spec in specs:
            runs.append(Run.create(workspace.runs_folder, spec))
        yield runs
    except BaseException:
        for run in runs:
            remove_folder(run.folder)
        raise


def store(folder: Path, name: str, group: BaseModel) -> None:
    """Write the file of a group, all-or-nothing."""
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    write_atomic(folder / f"{name}.json", group.model_dump_json(indent=1))


def path_of(folder: Path, name: str) -> Path:
    """Where the file of this group would be.

    Raises:
        NotFound: the name is no identifier.
    """
    return folder / f"{resolve_inside(folder, name).name}.json"


def read_group(path: Path, model: type[Group], sentence: str, most_bytes: int) -> Group:
    """One file; whatever is in it, either a sound group or `Damaged`.

    Args:
        path: of the file.
        model: what it must be.
        sentence: for the user, where it is something else.
        most_bytes: a longer file is none of ours.
    """
    try:
        if path.resolve().parent != path.parent.resolve() or path.stat().st_size > most_bytes:
            raise Damaged(sentence)
        group = model.model_validate(read_json(path))
        if getattr(group, "id", None) != path.stem:
            raise Damaged(sentence)
    except (ValidationError, OSError, RecursionError) as error:
        raise Damaged(sentence) from error
    return group


def readable(folder: Path, model: type[Group], most_bytes: int) -> list[Group]:
    """All sound groups of a folder, in no order; a damaged one hides only itself."""
    found = []
    for path in folder.glob("*.json"):
        with contextlib.suppress(Damaged):
            found.append(read_group(path, model, "damaged", most_bytes))
    return found


def runs_of(group: _Group, runs: Path) -> list[Run]:
    """The runs of a group that are still there, in its order.

    Args:
        group: a race or a series.
        runs: the folder of all runs of its workspace.
    """
    return [Run(folder) for name in group.runs if (folder := resolve_inside(runs, name)).is_dir()]


def forget(folder: Path, name: str) -> None:
    """Delete a group; its runs stay.

    Raises:
        NotFound: the name is no identifier.
    """
    path_of(folder, name).unlink(missing_ok=True)
