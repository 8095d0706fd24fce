"""Everything that slices say about a comparison, as one object for the command line, the report and the model card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.compare import Comparison
from core.slices.columns import cut_by, cuts_of
from core.slices.fairness import Fairness, fairness
from core.slices.grouping import Grouping, crossed
from core.slices.search import Found, search
from core.slices.slices import Slice, slices
from core.slices.weakness import measure_of

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset

__all__ = ["SliceFindings", "cut_by_columns", "slice_findings", "slices_json"]


@dataclass(frozen=True, eq=False)
class SliceFindings:
    """Slices of all models, and where each run is weakest.

    Attributes:
        columns: one or two that the rows were cut by; none: only searched.
        slices: id of the model → its slices.
        fairness: id of the model → gaps between the groups that one column names; classifiers only.
        weakest: id of the run → what the search over all columns found.
    """

    columns: tuple[str, ...]
    slices: dict[str, tuple[Slice, ...]] = field(default_factory=dict)
    fairness: dict[str, Fairness] = field(default_factory=dict)
    weakest: dict[str, Found] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON, by id of the model."""
        return {
            "columns": list(self.columns),
            "slices": {name: [one.to_json() for one in found] for name, found in self.slices.items()},
            "fairness": {name: found.to_json() for name, found in self.fairness.items()},
            "weakest": {name: found.to_json() for name, found in self.weakest.items()},
        }  # fmt: skip


def slice_findings(comparison: Comparison, dataset: Dataset, columns: Sequence[str] = ()) -> SliceFindings:
    """Look into slices: by the columns named, and by a search over all columns.

    Args:
        comparison: of models of the dataset.
        dataset: where the judged rows come from.
        columns: none, one or two names.

    Raises:
        BadSettings: more than two columns, or one that cannot be cut.
        Damaged: the table cannot be read.
    """
    rows = comparison.models[0].model.predictions.rows
    all_cuts = cuts_of(dataset, rows)
    weakest = {one.model.id: search(measure_of(one.model.predictions), all_cuts) for one in comparison.runs}
    if not columns:
        return SliceFindings((), weakest=weakest)
    cut = cut_by_columns(comparison, dataset, columns)
    judged = {one.model.id: one.model.predictions for one in comparison.models}
    one_class = comparison.task.is_classification and comparison.task is not Task.MANY_LABELS
    gaps = {name: fairness(p, cut) for name, p in judged.items()} if one_class and dataset.info.target not in columns else {}
    return SliceFindings(tuple(columns), {name: slices(p, cut) for name, p in judged.items()}, gaps, weakest)


def cut_by_columns(comparison: Comparison, dataset: Dataset, columns: Sequence[str]) -> Grouping:
    """Cut the judged rows of a comparison by one column or two.

    Raises:
        BadSettings: not one or two different columns, or one that cannot be cut.
        Damaged: the table cannot be read.
    """
    if not 1 <= len(columns) <= 2 or len(set(columns)) < len(columns):
        raise BadSettings(f"Rows are cut by one column or by two different ones; received {len(columns)}. Name one or two.")
    rows = comparison.models[0].model.predictions.rows
    cuts = [cut_by(dataset, rows, name) for name in columns]
    return cuts[0] if len(cuts) == 1 else crossed(*cuts)


def slices_json(comparison: Comparison, dataset: Dataset, columns: Sequence[str] = ()) -> dict[str, Any]:
    """What `compare --slice COLUMN` prints; see `slice_findings`."""
    return slice_findings(comparison, dataset, columns).to_json()
