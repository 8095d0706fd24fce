"""Compare: several models on exactly the same rows, with the paired difference to a reference and the verdict on each.

Rows that a model lacks are judged for none. Unless the user names one, the reference is the best baseline, or without
baselines the best run; which is the best is decided on the validation rows, so that the test rows only answer and
never choose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import polars as pl

from core.dataset.schema import Part, Task
from core.errors import BadSettings
from core.evaluation.answers import check_answers
from core.evaluation.difference import Difference, paired_difference
from core.evaluation.evaluate import Evaluation, evaluate
from core.evaluation.metrics import headline, higher_is_better
from core.evaluation.model import Model, model_of_baseline, model_of_run
from core.evaluation.predictions import Predictions
from core.evaluation.verdict import MARGIN, FieldVerdict, judge_field
from core.identity import Identity, baseline_identity, identity_of_number

__all__ = ["Comparison", "Difference", "Judged", "Model", "compare", "model_of_baseline", "model_of_run", "on_common_rows", "paired_difference"]


@dataclass(frozen=True, eq=False)
class Judged:
    """One model of a comparison with its numbers.

    Attributes:
        model: what was compared; its predictions are the judged test rows only.
        evaluation: on those rows.
        identity: how it is drawn.
        difference: to the reference; None for the reference, for baselines beside one that is a baseline, and where
            there is neither a baseline nor a reference that the user named.
        validation: its predictions of the validation rows, on which thresholds are chosen; None where there are none.
    """

    model: Model
    evaluation: Evaluation
    identity: Identity
    difference: Difference | None = None
    validation: Predictions | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Models side by side; runs first, then baselines, each in the order given.

    Attributes:
        task, labels: of all models.
        rows_judged: test rows that all models have predicted.
        models: the judged models.
        reference: id of the model that the others are compared with; None for a single model.
        field: the verdict on all of them; None for a single model.
    """

    task: Task
    labels: tuple[str, ...]
    rows_judged: int
    models: tuple[Judged, ...]
    reference: str | None = None
    field: FieldVerdict | None = None

    @property
    def runs(self) -> tuple[Judged, ...]:
        """The models that are not baselines."""
        return tuple(one for one in self.models if one.model.kind == "run")

    @property
    def sealed(self) -> bool:
        """Whether the judged rows are sealed test rows of ours; of files from elsewhere nobody knows who saw them."""
        return not any(one.model.outside for one in self.models)

    def to_json(self) -> dict[str, Any]:
        """The document that `python -m core compare --json` prints."""
        return {
            "rows_judged": self.rows_judged, "task": self.task.value, "labels": list(self.labels),
            "metric": self.field.metric if self.field else headline(self.task), "reference": self.reference,
            "models": [_model_json(one) for one in self.models], "verdict": self.field.to_json() if self.field else None,
        }  # fmt: skip

    def to_frame(self) -> pl.DataFrame:
        """One row a model: id, name, kind, rows, then each metric with `_low` and `_high`."""
        return pl.DataFrame([_row(one) for one in self.models], infer_schema_length=None)


def compare(models: Sequence[Model], *, reference: str | None = None, metric: str | None = None, margin: float = MARGIN) -> Comparison:
    """Judge models side by side on the test rows that all of them have predicted.

    Args:
        models: one or more, of the same dataset and task.
        reference: id of the model that the others are compared with; default: the best baseline (without baselines
            the best run) on the validation rows.
        metric: stable name of the metric of the verdict; default: the one that stands first for the task.
        margin: a difference below it does not matter in practice; see `judge_field`.

    Returns:
        The comparison, runs first, with the verdict on each.

    Raises:
        BadSettings: no model, models of different tasks, classes or truths, no test row in common, or no such
            reference or metric.
    """
    if not models:
        raise BadSettings("There is no model to compare. Train one first.")
    ordered = sorted(models, key=lambda model: model.kind != "run")
    first = ordered[0].predictions
    if any((m.predictions.task, m.predictions.labels) != (first.task, first.labels) for m in ordered):
        raise BadSettings("These models answer different questions (another task or other classes). Compare models of one dataset.")
    judged = on_common_rows(ordered)
    results = tuple(
        Judged(model, evaluate(model.predictions), model.identity or _usual_identity(model, place), validation=_validation(ordered[place]))
        for place, model in enumerate(judged)
    )
    found = Comparison(first.task, first.labels, len(judged[0].predictions), results, reference or _best(ordered, metric))
    if len(ordered) < 2:
        return replace(found, reference=None)
    verdict = judge_field(found, metric=metric, margin=margin)
    named = reference is not None or any(model.kind == "baseline" for model in ordered)
    return replace(found, models=tuple(_with_difference(one, verdict) for one in results) if named else results, field=verdict)


def _with_difference(one: Judged, field: FieldVerdict) -> Judged:
    verdict = field.of(one.model.id)
    return one if verdict is None else replace(one, difference=verdict.difference)


def on_common_rows(models: Sequence[Model]) -> list[Model]:
    """The same models with predictions of the test rows that all of them have, in the same order.

    Raises:
        BadSettings: they have no test row in common, or different answers for it.
    """
    check_answers(models)
    tests = [model.predictions.of(Part.TEST) for model in models]
    same = all(np.array_equal(test.rows, tests[0].rows) for test in tests)  # as from one dataset: nothing to sort or copy
    rows = tests[0].rows if same else reduce(np.intersect1d, (test.rows for test in tests))
    if not len(rows):
        raise BadSettings("These models have no test row in common. Compare models of one dataset.")
    aligned = tests if same else [test.take(_positions(test.rows, rows)) for test in tests]
    if any(not np.array_equal(one.truth, aligned[0].truth) for one in aligned):
        raise BadSettings("These models were given different answers for the same rows. Compare models of one dataset.")
    return [replace(model, predictions=common) for model, common in zip(models, aligned, strict=True)]


def _validation(model: Model) -> Predictions | None:
    found = model.predictions.of(Part.VALIDATION)
    return found if len(found) else None


def _positions(have: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    order = np.argsort(have, kind="stable")
    positions: np.ndarray = order[np.searchsorted(have[order], wanted)]
    return positions


def _usual_identity(model: Model, place: int) -> Identity:
    return baseline_identity(model.id) if model.kind == "baseline" else identity_of_number(place)


def _best(models: Sequence[Model], metric: str | None) -> str:
    """Id of the baseline that is best on the validation rows, without baselines of the run (the first of equals)."""
    offered = [model for model in models if model.kind == "baseline"] or models
    found = {model.id: _quality(model.predictions.of(Part.VALIDATION), metric) for model in offered}
    return max(found, key=lambda name: found[name])


def _quality(p: Predictions, metric: str | None) -> float:
    """The metric, with a minus where less is better; lowest of all where it is not defined."""
    if not len(p):
        return -math.inf
    name = metric or headline(p.task)
    if name != headline(p.task) or p.task is Task.MANY_LABELS:
        found = evaluate(p, Part.VALIDATION).metrics.get(name)
        value = found.value if found else None
        return -math.inf if value is None else value * (1 if higher_is_better(name) else -1)
    return float((p.decisions() == p.truth).mean()) if p.task.is_classification else -float(((p.scores - p.truth) ** 2).mean()) ** 0.5


def _model_json(one: Judged) -> dict[str, Any]:
    about = one.evaluation.to_json()
    return {
        "run": one.model.id, "name": one.model.name, "kind": one.model.kind,
        "metrics": about["metrics"], "per_class": about["per_class"], "class_rows": about["class_rows"],
        "confusion": about["confusion"],
        "difference": one.difference.to_json() if one.difference else None, "facts": dict(one.model.facts),
    }  # fmt: skip


def _row(one: Judged) -> dict[str, Any]:
    row: dict[str, Any] = {"id": one.model.id, "name": one.model.name, "kind": one.model.kind, "rows": one.evaluation.rows}
    for name, interval in one.evaluation.metrics.items():
        row |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return row
