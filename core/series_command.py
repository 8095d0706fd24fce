"""What `train` does with `--seeds`, `--folds` or `--shares`, and the command `series`: one network trained several times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import BadSettings
from core.language import N_
from core.runs.repeats import base_name, fold_specs, label_of, seed_specs, share_specs
from core.runs.run import Run
from core.runs.series import Kind, all_series, load_series, members_of
from core.runs.spec import RunSpec
from core.workspace import Workspace

__all__ = ["series", "shares_of", "train_series"]

SHARES = (0.1, 0.25, 0.5, 1.0)


def train_series(
    spec: RunSpec, seeds: int | None = None, folds: int | None = None, shares: Sequence[float] | None = None, repeats: int = 1, *, detach: bool = False
) -> dict[str, Any]:
    """Train one network with several seeds, on several folds, or on several shares of the rows, and wait for the end.

    Args:
        spec: of an ordinary run, from `core.commands.spec_of`.
        seeds, folds, shares: exactly one of them, see `core.runs.repeats`.
        repeats: of folds, how often the rows are dealt; of shares, seeds a share.
        detach: return once the runs are queued.

    Returns:
        The series with its runs and, as far as they are judged, what they say.

    Raises:
        BadSettings, NotFound, QuotaExceeded, NoRoom: before anything starts.
    """
    from core.training.children import held_bytes
    from core.training.follow import wait_for_all
    from core.training.groups import start_series
    from core.training.launcher import Launcher
    from core.training.room import room_of

    kind, specs = _wanted(spec, seeds, folds, shares, repeats)
    workspace = Workspace.local()
    room_of(workspace.dataset(spec.dataset), spec, held_bytes=held_bytes()).check()
    launcher = Launcher(workspace.home)
    made, _new = start_series(launcher, workspace, kind, specs, base_name(spec))
    if not detach:
        wait_for_all(launcher, members_of(made, workspace))
    return _document(made.id, workspace)


def series(name: str | None = None) -> dict[str, Any]:
    """How one series stands, or a list of all of them.

    Raises:
        NotFound: there is no series of that name.
    """
    workspace = Workspace.local()
    if name is not None:
        return _document(load_series(workspace, name).id, workspace)
    return {"all": [{"series": one.id, "kind": one.kind, "name": one.name, "dataset": one.dataset, "runs": len(one.runs), "created": one.created} for one in all_series(workspace)]}


def shares_of(text: str) -> tuple[float, ...]:
    """Shares as they are typed.

    Raises:
        BadSettings: one of them is no number.

    Example:
        >>> shares_of("0.1, 0.5,1")
        (0.1, 0.5, 1.0)
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise BadSettings(N_("Shares are numbers above 0 and at most 1 with commas between, such as 0.1,0.25,0.5,1, but {text} was given.").format(text=repr(text))) from error


def _wanted(spec: RunSpec, seeds: int | None, folds: int | None, shares: Sequence[float] | None, repeats: int) -> tuple[Kind, list[RunSpec]]:
    if folds is not None:
        return "folds", fold_specs(spec, folds, repeats)
    if shares is not None:
        return "shares", share_specs(spec, shares, repeats)
    if seeds is None:
        raise BadSettings(N_("A series needs a number of seeds or folds, or shares of the rows. Say which."))
    return "seeds", seed_specs(spec, seeds)


def _document(name: str, workspace: Workspace) -> dict[str, Any]:
    from core.series_results import result_of

    found = load_series(workspace, name)
    return result_of(found, workspace).to_json() | {"runs": [_standing(run) for run in members_of(found, workspace)]}


def _standing(run: Run) -> dict[str, Any]:
    spec, status = run.spec, run.status
    return {
        "run": run.id, "name": label_of(spec), "seed": spec.seed, "fold": spec.fold, "repeat": spec.repeat, "train_share": spec.train_share,
        "state": status.state.value, "message": status.message, "epochs": status.epoch, "seconds": round(status.seconds, 3),
    }  # fmt: skip
