"""Model: one thing to judge, wherever it comes from: a run, a baseline, later a vendor's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from core.evaluation.answers import answer_facts
from core.evaluation.predictions import Predictions
from core.identity import Identity, apart, baseline_identity, identity
from core.language import _
from core.latency import known_latency_ms
from core.runs.events import read_events
from core.runs.history import History
from core.runs.learned_energy import learned_energy
from core.runs.run import Run
from core.runs.spec import RunSpec

if TYPE_CHECKING:
    from core.training.baselines import Baseline

__all__ = ["Model", "model_of_baseline", "model_of_run", "settings_of", "told_apart"]

TAIL_BYTES = 64 * 1024  # of an event log: the machine is told about every few seconds


@dataclass(frozen=True, eq=False)
class Model:
    """One model to compare.

    Attributes:
        id: of the run, or the name of the baseline.
        name: shown to people.
        predictions: of its validation and test rows.
        kind: a run of the user's, or a baseline.
        identity: how it is drawn; default: by its place in the comparison.
        facts: what else is known and shown in tables and exports; JSON values by stable name (seconds,
            parameters, backend, seed, recipe …, `settings` as one object); what is not known is null or absent.
        title: of a simple model: its name in English, which is said again in another language (`core.evaluation.retold`).
    """

    id: str
    name: str
    predictions: Predictions
    kind: Literal["run", "baseline"] = "run"
    identity: Identity | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""

    @property
    def outside(self) -> bool:
        """Whether its predictions come from a file, so that nobody here knows who saw their rows before."""
        return "file" in self.facts


def model_of_run(run: Run) -> Model:
    """A run that has a model, ready to compare.

    Raises:
        Damaged: its predictions, spec or status cannot be read.
    """
    spec, status = run.spec, run.status
    facts = {
        "recipe": spec.recipe, "preset": spec.preset, "backend": status.backend, "device": status.device,
        "seed": spec.seed, "epochs": status.epoch, "best_epoch": status.best_epoch, "seconds": status.seconds,
        "parameters": status.parameters, "state": status.state.value, "created": status.created,
        "size_bytes": _size_bytes(run), "latency_ms": known_latency_ms(run), "energy_j": _energy_j(run), "settings": settings_of(spec),
        **answer_facts(spec),
    }  # fmt: skip
    name = spec.name or f"{spec.recipe} · {spec.preset}"
    return Model(run.id, name, Predictions.load(run.path("predictions.parquet")), "run", identity(run), facts)


def told_apart(models: Sequence[Model]) -> list[Model]:
    """Models whose names look the same get the end of their id, else nobody knows which one a sentence means."""
    names = apart([model.name for model in models], [model.id for model in models])
    return [replace(model, name=name) for model, name in zip(models, names, strict=True)]


def settings_of(spec: RunSpec) -> dict[str, Any]:
    """All that was decided about a run by its name on the command line: recipe, inputs, settings, training, seed."""
    decided = {"recipe": spec.recipe, "preset": spec.preset, "inputs": list(spec.inputs)}
    return decided | spec.settings | spec.training.model_dump() | {"backend": spec.backend, "seed": spec.seed, "train_share": spec.train_share}


def _size_bytes(run: Run) -> int | None:
    """Bytes of what predicts: the exported network and its preprocessing."""
    try:
        return sum(run.path(name).stat().st_size for name in ("model.onnx", "preprocess.json"))
    except OSError:
        return None


def _energy_j(run: Run) -> float | None:
    """Joules of the machine while the run learned; None where the machine does not tell.

    On most machines it does not, and the end of the log says so; only then all of it need not be read.
    """
    try:
        end = run.events.stat().st_size
    except OSError:
        return None
    found, _ = read_events(run.events, max(0, end - TAIL_BYTES))
    told = [event.get("energy_j") for event in found if event["kind"] == "device"]
    if not told or not isinstance(told[-1], int | float):
        return None
    curve = learned_energy(History.events_of(run.events))
    return None if curve is None else round(float(curve[1][-1]), 1)


def model_of_baseline(baseline: Baseline) -> Model:
    """A baseline of a dataset, ready to compare."""
    known = dict(baseline.facts)
    if "parameters_are" in known:
        known["parameters_are"] = _(str(known["parameters_are"]))
    facts = {"seconds": baseline.seconds} | known | ({"note": baseline.note} if baseline.note else {})
    return Model(baseline.name, _(baseline.title), baseline.predictions, "baseline", baseline_identity(baseline.name), facts, baseline.title)
