"""What each command does: plain values in, one JSON document out.

The command line prints these documents; notebooks may call the functions. Every one works in the
workspace `local` under `LIMELIGHT_HOME`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BadSettings, Cancelled, NotFound, RunFailed
from core.files import write_atomic
from core.ingest_command import existing, ingest
from core.language import N_
from core.runs.run import Run
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.runs.spec import RunSpec
    from core.training.launcher import Launcher

__all__ = ["delete", "ingest", "metrics_of", "predict", "recipes", "runs", "spec_of", "start", "train"]


def recipes(task: str | None = None) -> dict[str, Any]:
    """The recipes with their presets and their settings as a JSON schema."""
    from core.dataset.schema import Task
    from core.recipes import recipes_schema

    return {"recipes": recipes_schema(Task(task) if task else None)}


def spec_of(
    dataset: str | None,
    like: str | None = None,
    recipe: str | None = None,
    preset: str | None = None,
    changes: Mapping[str, Any] | None = None,
    seed: int | None = None,
    backend: str | None = None,
) -> RunSpec:
    """What to train, from words.

    Args:
        dataset: id of a dataset; None with `like`.
        like: id of a run whose data, recipe, settings and seed are taken.
        recipe: name of a recipe; default: the one that fits the data.
        preset: quick, balanced (default) or thorough.
        changes: settings of the recipe or of the training loop that differ.
        seed: 0 or more; decides every random choice. Default: 0, or that of the other run.
        backend: auto (default), jax or tensorflow.

    Raises:
        NotFound, BadSettings: with a sentence that says what is allowed.
    """
    from core.recipes import make_spec
    from core.recipes.like import spec_like

    if seed is not None and seed < 0:
        raise BadSettings(N_("The seed must be 0 or more, but it is {seed}.").format(seed=seed))
    workspace = Workspace.local()
    if like is not None:
        spec = workspace.run(like).spec
        return spec_like(spec, workspace.dataset(spec.dataset).info, changes, seed=seed, backend=backend)
    info = workspace.dataset(dataset or "").info
    return make_spec(info, recipe=recipe, preset=preset or "balanced", changes=changes or {}, seed=seed or 0, backend=backend or "auto")


def start(spec: RunSpec) -> dict[str, Any]:
    """Put a run into the queue, start it if there is room, and return at once.

    Raises:
        QuotaExceeded: nothing was started.
    """
    run, launcher = _submitted(spec)
    return {"run": run.id, "state": launcher.state(run).state.value, "place": launcher.position(run)}


def train(spec: RunSpec, on_event: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
    """Train one model and wait for its verdict.

    Args:
        spec: from `spec_of`.
        on_event: called with each event while it trains.

    Raises:
        QuotaExceeded: before anything starts.
        RunFailed: the run ended without a model.
    """
    run, launcher = _submitted(spec)
    status = _wait(launcher, run, on_event)
    if not run.has_model:
        raise RunFailed(status.message or N_("Run {id} ended as {state}. See its log.txt.").format(id=run.id, state=status.state))
    return {"run": run.id, **_summary(run), "metrics": metrics_of(run)}


def _submitted(spec: RunSpec) -> tuple[Run, Launcher]:
    from core.training.children import held_bytes
    from core.training.launcher import Launcher
    from core.training.room import room_of

    workspace = Workspace.local()
    usage = workspace.usage()
    usage.check(new_runs=1)
    room_of(workspace.dataset(spec.dataset), spec, held_bytes=held_bytes()).check()
    launcher = Launcher(workspace.home)

    def make() -> tuple[Run, list[Run]]:
        usage.recounted(workspace.folder).check(new_runs=1)  # another shell may have taken the last place meanwhile
        run = Run.create(workspace.runs_folder, spec)
        return run, [run]

    return launcher.submit_made(make), launcher


def runs() -> dict[str, Any]:
    """All runs of the workspace, newest first, with state and headline metric."""
    return {
        "runs": [
            {"run": run.id, "name": run.spec.name, "dataset": run.spec.dataset, "recipe": run.spec.recipe,
             "created": run.status.created, **_summary(run), "headline": run.status.headline, "note": run.note}
            for run in Workspace.local().runs()
        ]
    }  # fmt: skip


def predict(name: str, file: Path, out: Path | None = None) -> dict[str, Any]:
    """Predict every row of a file, in its order.

    Raises:
        NotFound: no such run or file.
        NotReady: the run has no model.
        BadInput, BadFile: the file does not fit the model.
    """
    from core.export import csv_bytes
    from core.predict import predict_file

    run = Workspace.local().run(name)
    source = existing(file)
    frame, notices = predict_file(run, source, file.name)
    if out is not None:
        if not out.resolve().parent.is_dir():
            raise NotFound(N_("There is no folder {parent} to write to. Make it first.").format(parent=repr(str(out.parent))))
        write_atomic(out.resolve(), csv_bytes(frame))
    return {"run": run.id, "rows": frame.height, "notices": list(notices), "predictions": frame.to_dicts()}


def delete(name: str) -> dict[str, Any]:
    """Delete a run or a dataset for good.

    Raises:
        NotFound: neither is called so.
        UserError: a run in progress uses it.
    """
    return {"deleted": name, "kind": Workspace.local().delete(name)}


def _wait(launcher: Launcher, run: Run, on_event: Callable[[dict[str, Any]], None] | None) -> Any:
    """Wait for the end; the first Ctrl-C asks the run to stop and keep its best weights, the second ends the waiting."""
    try:
        return launcher.wait(run, on_event)
    except KeyboardInterrupt:
        launcher.stop(run)
    try:
        return launcher.wait(run, on_event)
    except KeyboardInterrupt:
        raise Cancelled(N_("You stopped waiting. Run {id} stops after its next steps and keeps its best weights; look at it with: python -m core status {id}").format(id=run.id)) from None


def _summary(run: Run) -> dict[str, Any]:
    status = run.status
    return {
        "state": status.state.value,
        "epochs": status.epoch,
        "seconds": round(status.seconds, 3),
        "backend": status.backend,
        "device": status.device,
    }


def metrics_of(run: Run) -> dict[str, Any]:
    """The metrics of the judged parts: {"test": {name: {"value","low","high"}}, "validation": …}; a share of a learning curve has no test."""
    from core.files import read_json

    evaluation = read_json(run.path("evaluation.json"))
    return {part: evaluation[part]["metrics"] for part in ("test", "validation") if part in evaluation}
