"""Compare: several models on exactly the same rows, with the paired difference to the best baseline.

Rows that a model lacks are judged for none. Which baseline is the best is decided on the validation rows,
so that the test rows only answer and never choose.
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
from core.evaluation.evaluate import Evaluation, evaluate
from core.evaluation.intervals import LEVEL, Interval, quantile, student_t
from core.evaluation.metrics import headline, higher_is_better
from core.evaluation.model import Model, model_of_baseline, model_of_run
from core.evaluation.predictions import Predictions
from core.identity import Identity, baseline_identity, identity_of_number

__all__ = ["Comparison", "Difference", "Judged", "Model", "compare", "model_of_baseline", "model_of_run", "paired_difference"]


@dataclass(frozen=True)
class Difference:
    """How far a run is from the best baseline, on the same rows.

    Attributes:
        metric: accuracy or RMSE.
        reference: id of the baseline.
        interval: run minus baseline, 95 %.
        clear: the difference is not 0 even when the level is corrected for how many runs were compared.
        better: the sign is in the run's favour.
    """

    metric: str
    reference: str
    interval: Interval
    clear: bool
    better: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        about = {"metric": self.metric, "reference": self.reference, "clear": self.clear, "better": self.better}
        return about | self.interval.to_json()


@dataclass(frozen=True, eq=False)
class Judged:
    """One model of a comparison with its numbers.

    Attributes:
        model: what was compared; its predictions are the judged test rows only.
        evaluation: on those rows.
        identity: how it is drawn.
        difference: to the best baseline; None for baselines, or when there are none.
    """

    model: Model
    evaluation: Evaluation
    identity: Identity
    difference: Difference | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Models side by side; runs first, then baselines, each in the order given.

    Attributes:
        task, labels: of all models.
        rows_judged: test rows that all models have predicted.
        models: the judged models.
    """

    task: Task
    labels: tuple[str, ...]
    rows_judged: int
    models: tuple[Judged, ...]

    @property
    def runs(self) -> tuple[Judged, ...]:
        """The models that are not baselines."""
        return tuple(one for one in self.models if one.model.kind == "run")

    def to_json(self) -> dict[str, Any]:
        """The document that `python -m core compare --json` prints."""
        return {
            "rows_judged": self.rows_judged, "task": self.task.value, "labels": list(self.labels),
            "metric": headline(self.task), "models": [_model_json(one) for one in self.models],
        }  # fmt: skip

    def to_frame(self) -> pl.DataFrame:
        """One row a model: id, name, kind, rows, then each metric with `_low` and `_high`."""
        return pl.DataFrame([_row(one) for one in self.models], infer_schema_length=None)


def compare(models: Sequence[Model]) -> Comparison:
    """Judge models side by side on the test rows that all of them have predicted.

    Args:
        models: one or more, of the same dataset and task.

    Returns:
        The comparison, runs first.

    Raises:
        BadSettings: no model, models of different tasks, classes or truths, or no test row in common.
    """
    if not models:
        raise BadSettings("There is no model to compare. Train one first.")
    ordered = sorted(models, key=lambda model: model.kind != "run")
    first = ordered[0].predictions
    if any((m.predictions.task, m.predictions.labels) != (first.task, first.labels) for m in ordered):
        raise BadSettings("These models answer different questions (another task or other classes). Compare models of one dataset.")
    judged = _on_common_rows(ordered)
    reference = _best_baseline(ordered)
    baseline = next((model for model in judged if model.id == reference), None)
    runs = sum(model.kind == "run" for model in judged)
    results = tuple(
        Judged(
            model, evaluate(model.predictions), model.identity or _usual_identity(model, place),
            paired_difference(model, baseline, runs) if baseline and model.kind == "run" else None,
        )
        for place, model in enumerate(judged)
    )  # fmt: skip
    return Comparison(first.task, first.labels, len(judged[0].predictions), results)


def _on_common_rows(models: Sequence[Model]) -> list[Model]:
    tests = [model.predictions.of(Part.TEST) for model in models]
    rows = reduce(np.intersect1d, (test.rows for test in tests))
    if not len(rows):
        raise BadSettings("These models have no test row in common. Compare models of one dataset.")
    aligned = [test.take(_positions(test.rows, rows)) for test in tests]
    if any(not np.array_equal(one.truth, aligned[0].truth) for one in aligned):
        raise BadSettings("These models were given different answers for the same rows. Compare models of one dataset.")
    return [replace(model, predictions=common) for model, common in zip(models, aligned, strict=True)]


def _positions(have: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    order = np.argsort(have, kind="stable")
    positions: np.ndarray = order[np.searchsorted(have[order], wanted)]
    return positions


def _usual_identity(model: Model, place: int) -> Identity:
    return baseline_identity(model.id) if model.kind == "baseline" else identity_of_number(place)


def _best_baseline(models: Sequence[Model]) -> str | None:
    """Id of the baseline that is best on the validation rows (the first of equals)."""
    found = {model.id: _quality(model.predictions.of(Part.VALIDATION)) for model in models if model.kind == "baseline"}
    return max(found, key=lambda name: found[name]) if found else None


def _quality(p: Predictions) -> float:
    """Accuracy, or RMSE with a minus; lowest of all without rows."""
    if not len(p):
        return -math.inf
    return float((p.decisions() == p.truth).mean()) if p.task.is_classification else -float(((p.scores - p.truth) ** 2).mean()) ** 0.5


def paired_difference(model: Model, baseline: Model, comparisons: int = 1) -> Difference:
    """The difference of two models on the same rows, in accuracy or RMSE.

    Accuracy: Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data", 2012: one row is added to each kind of disagreement. RMSE: delta
    method on the paired squared errors with Student's t.

    Args:
        model, baseline: with predictions of the same rows in the same order.
        comparisons: how many runs are compared; the level of `clear` is corrected for it (Bonferroni).

    Returns:
        Model minus baseline. Without limits for fewer than 2 rows.
    """
    ours, theirs = model.predictions, baseline.predictions
    by_class = ours.task.is_classification
    metric = headline(ours.task)
    value, error, middle, freedom = _accuracy_gap(ours, theirs) if by_class else _rmse_gap(ours, theirs)
    corrected = 1 - (1 - LEVEL) / max(comparisons, 1)

    def reach(level: float) -> float:
        return (quantile(level) if math.isinf(freedom) else student_t(freedom, level)) * error

    if freedom < 1:
        interval = Interval(value, None, None, "One row cannot tell how far off this is.")
    else:
        low, high = middle - reach(LEVEL), middle + reach(LEVEL)
        interval = Interval(value, max(low, -1.0), min(high, 1.0)) if by_class else Interval(value, low, high)
    clear = freedom >= 1 and abs(middle) > reach(corrected)
    return Difference(metric, baseline.id, interval, clear, (value > 0) == higher_is_better(metric) and value != 0)


def _accuracy_gap(ours: Predictions, theirs: Predictions) -> tuple[float, float, float, float]:
    mine, other = ours.decisions() == ours.truth, theirs.decisions() == theirs.truth
    n = len(mine)
    wins, losses = int((mine & ~other).sum()), int((other & ~mine).sum())
    win, loss = (wins + 1) / (n + 2), (losses + 1) / (n + 2)
    error = math.sqrt((win + loss - (win - loss) ** 2) / (n + 2))
    return (wins - losses) / n, error, win - loss, math.inf


def _rmse_gap(ours: Predictions, theirs: Predictions) -> tuple[float, float, float, float]:
    mine, other = (ours.scores - ours.truth) ** 2, (theirs.scores - theirs.truth) ** 2
    n = len(mine)
    a, b = math.sqrt(float(mine.mean())), math.sqrt(float(other.mean()))
    parts = (mine / (2 * a) if a else mine) - (other / (2 * b) if b else other)
    error = float(parts.std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    return a - b, error, a - b, n - 1


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
