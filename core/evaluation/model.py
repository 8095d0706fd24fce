"""Model: one thing to judge, wherever it comes from: a run, a baseline, later a vendor's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from core.evaluation.predictions import Predictions
from core.identity import Identity, baseline_identity, identity
from core.runs.run import Run

if TYPE_CHECKING:
    from core.training.baselines import Baseline

__all__ = ["Model", "model_of_baseline", "model_of_run"]


@dataclass(frozen=True, eq=False)
class Model:
    """One model to compare.

    Attributes:
        id: of the run, or the name of the baseline.
        name: shown to people.
        predictions: of its validation and test rows.
        kind: a run of the user's, or a baseline.
        identity: how it is drawn; default: by its place in the comparison.
        facts: what else is known and shown in tables and exports; JSON scalars by stable name (seconds,
            parameters, backend, seed, recipe …).
    """

    id: str
    name: str
    predictions: Predictions
    kind: Literal["run", "baseline"] = "run"
    identity: Identity | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


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
    }  # fmt: skip
    name = spec.name or f"{spec.recipe} · {spec.preset}"
    return Model(run.id, name, Predictions.load(run.path("predictions.parquet")), "run", identity(run), facts)


def model_of_baseline(baseline: Baseline) -> Model:
    """A baseline of a dataset, ready to compare."""
    facts = {"seconds": baseline.seconds} | ({"note": baseline.note} if baseline.note else {})
    return Model(baseline.name, baseline.title, baseline.predictions, "baseline", baseline_identity(baseline.name), facts)
