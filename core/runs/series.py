"""Series: one network trained several times, so that luck can be told from skill.

With several seeds a series shows how much a result owes to the beginning; with folds every open row judges once; with
shares of the training rows it shows whether more data would help. A series is one small file, `series/<id>.json` in the
workspace; its runs are ordinary runs in the queue. A run that was asked for in the same words before, and was not meddled
with since, is taken instead of training it again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.errors import BadSettings, Damaged, NotFound
from core.language import N_, _
from core.runs import group
from core.runs.repeats import MOST_RUNS, NAME_LENGTH
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState

if TYPE_CHECKING:
    from core.quota import Usage
    from core.workspace import Workspace

__all__ = ["Kind", "Series", "all_series", "create_series", "forget_series", "load_series", "members_of"]

Kind = Literal["seeds", "folds", "shares"]
MOST_BYTES = 32 * 1024  # of a series file; a hundred runs take 3 KB
DAMAGED = N_("The series {name} cannot be read. Delete it and start a new one; its runs are not affected.")


class Series(BaseModel):
    """Runs of one network that differ in seed, fold or share of the rows.

    Attributes:
        id: `series-<date>-<8 hexadecimal digits>`, the name of its file.
        kind: what differs: seeds, folds (perhaps dealt several times), or shares of the training rows.
        name: of the network, shown to people; never used as a path.
        dataset: id of the dataset of all its runs.
        runs: their ids; some may have been deleted since, and some may be older than the series.
        created: ISO 8601, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^series-[0-9]{8}-[0-9a-f]{8}$")
    kind: Kind
    name: str = Field(default="", max_length=NAME_LENGTH)
    dataset: group.DatasetId
    runs: tuple[group.RunId, ...] = Field(min_length=2, max_length=MOST_RUNS)
    created: str = Field(max_length=40)


def create_series(workspace: Workspace, kind: Kind, specs: Sequence[RunSpec], name: str = "", *, usage: Usage | None = None) -> tuple[Series, list[Run]]:
    """Make the runs of a series that are not there yet, and the series itself; see `core.training.groups.start_series`.

    Args:
        workspace: where they are kept.
        kind: what differs.
        specs: from `core.runs.repeats`.
        name: of the network, for people.
        usage: what is used already; default: it is measured.

    Returns:
        The series, stored, and its new runs in state queued, in the order in which they should train. Where a series
        of just these runs is there, that one, and no runs: asked for in two tabs, it is made once.

    Raises:
        BadSettings: the dataset has too few rows for it.
        QuotaExceeded, DiskFull: nothing was created.
    """
    _fits(workspace, kind, specs)
    known = {_wish(run.spec): run.id for run in reversed(workspace.runs()) if _can_be_taken(run)}
    missing = [spec for spec in specs if _wish(spec) not in known]
    if not missing and (there := _there(workspace, kind, tuple(known[_wish(spec)] for spec in specs))):
        return there, []
    with group.all_or_none(workspace, missing, usage) as runs:
        known |= {_wish(spec): run.id for spec, run in zip(missing, runs, strict=True)}
        identifier, created = group.new_name("series")
        series = Series(
            id=identifier, kind=kind, name=name.strip()[:NAME_LENGTH], dataset=specs[0].dataset,
            runs=tuple(known[_wish(spec)] for spec in specs), created=created,
        )  # fmt: skip
        group.store(_folder(workspace), series.id, series)
    return series, runs


def load_series(workspace: Workspace, name: str) -> Series:
    """The series with this id.

    Raises:
        NotFound: there is none, or the name is no identifier.
        Damaged: its file cannot be read.
    """
    path = group.path_of(_folder(workspace), name)
    if not path.is_file():
        raise NotFound(_("There is no series {name} in this workspace. Its runs may still be there; look in the list of runs.").format(name=repr(name)))
    return group.read_group(path, Series, _(DAMAGED).format(name=path.stem), MOST_BYTES)


def all_series(workspace: Workspace, dataset: str | None = None) -> list[Series]:
    """All readable series, of one dataset or of all, newest first; a damaged one hides only itself."""
    found = [series for series in group.readable(_folder(workspace), Series, MOST_BYTES) if dataset in (None, series.dataset)]
    return sorted(found, key=lambda series: (series.created, series.id), reverse=True)


def members_of(series: Series, workspace: Workspace) -> list[Run]:
    """The runs of a series that are still there and can be read, in its order; a damaged one hides only itself."""
    found = []
    for run in group.runs_of(series, workspace.runs_folder):
        with contextlib.suppress(Damaged):
            if run.spec.dataset == series.dataset and run.status:
                found.append(run)
    return found


def forget_series(workspace: Workspace, name: str) -> None:
    """Delete a series; its runs stay.

    Raises:
        NotFound: the name is no identifier.
    """
    group.forget(_folder(workspace), name)


def _folder(workspace: Workspace) -> Path:
    return workspace.folder / "series"


def _fits(workspace: Workspace, kind: Kind, specs: Sequence[RunSpec]) -> None:
    """Refuse before anything is made what every run of it would refuse."""
    dataset = workspace.dataset(specs[0].dataset)
    if kind == "folds":
        from core.training.rows import check_folds

        check_folds(dataset, specs[0].folds)
    if kind == "shares" and not dataset.info.split.validation:
        raise BadSettings(_("A learning curve is judged on the validation rows, and this dataset has none. Upload it again with another split."))


def _there(workspace: Workspace, kind: Kind, runs: tuple[str, ...]) -> Series | None:
    """The newest series of these runs and no others, in this order."""
    return next((series for series in all_series(workspace) if (series.kind, series.runs) == (kind, runs)), None)


def _can_be_taken(run: Run) -> bool:
    """Whether a run is what its spec says and nothing else: not stopped early, not continued, its learning rate left alone."""
    state = run.status.state
    alive = state is RunState.FINISHED and run.has_model or (not state.is_over and not run.stop_requested)
    return alive and not run.spec.continues and run.learning_rate_requested is None


def _wish(spec: RunSpec) -> str:
    """What decides the result; two runs with the same wish learn the same."""
    return spec.model_copy(update={"name": "", "preset": "", "continues": ""}).model_dump_json()
