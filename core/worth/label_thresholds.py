"""Thresholds of many labels: from which score on each label is given, as somebody says or as the validation rows choose.

A rare label hardly ever scores 0.5, however good the model, so one threshold for all labels wastes what a model knows.
As everywhere, what is chosen is chosen on validation rows, for each model by itself, and judged on test rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.dataset.schema import Part, Task
from core.errors import BadSettings
from core.evaluation.many_labels_columns import label_thresholds
from core.evaluation.model import Model
from core.language import _
from core.worth.goals import Goal, solve
from core.worth.threshold import Thresholds

__all__ = ["with_label_thresholds"]


def with_label_thresholds(models: Sequence[Model], text: str) -> list[Model]:
    """The same models, each with a threshold for each label.

    Args:
        models: of many labels, of the same labels.
        text: one score for all (`0.4`), one for each (`spam=0.4,urgent=0.2`), or a goal that each label shall reach on
            the validation rows (`f1` for the best F1, `recall>=0.9`); a label that no threshold brings there keeps 0.5.

    Raises:
        BadSettings: each row has one class, no such label or goal, or no validation rows to choose on.
    """
    if any(model.predictions.task is not Task.MANY_LABELS for model in models):
        raise BadSettings(_("Thresholds of labels are for rows that may carry several labels. Use --threshold here, or say --many-labels if these rows may carry several."))
    if not _is_goal(text):
        return [replace(model, predictions=replace(model.predictions, thresholds=label_thresholds(text, model.predictions.labels))) for model in models]
    goal = Goal.parse(text)
    return [replace(model, predictions=replace(model.predictions, thresholds=_chosen(model, goal))) for model in models]


def _is_goal(text: str) -> bool:
    return ">=" in text or "<=" in text or text.strip().lower().removeprefix("best ") in ("f1", "mcc", "accuracy", "balanced_accuracy")


def _chosen(model: Model, goal: Goal) -> tuple[float, ...]:
    rows = model.predictions.of(Part.VALIDATION)
    if not len(rows):
        raise BadSettings(_("{model} has no validation rows to choose thresholds on. Add a column “part” that says validation or test, or give the thresholds themselves, such as 0.4.").format(model=model.name))
    return tuple(solve(Thresholds.of(rows.is_of(number), rows.scores[:, number]), goal)[0] for number in range(len(rows.labels)))
