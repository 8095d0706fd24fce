"""Fairness where nobody named a column: the gaps between groups by the columns that say who a person is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from core.dataset.schema import Task
from core.errors import LimelightError
from core.evaluation.compare import Comparison, Judged
from core.language import _
from core.report.content import Block, Cell, Head, Section, Sentence, Table
from core.seal import look_at
from core.slices.fairness import LIMITS, MEASURES, Fairness, Gap, fairness
from core.slices.findings import cut_by_columns
from core.slices.people import people_columns

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset
    from core.slices.grouping import Grouping

__all__ = ["groups_section"]


def groups_section(comparison: Comparison, dataset: Dataset, positive: str | None = None) -> Section | None:
    """A table of gaps for each column that says who a person is; None for numbers, and where there is no such column.

    Args:
        comparison: of classifiers of the dataset.
        dataset: where the judged rows come from; the look at its test rows is counted.
        positive: the class that counts as being called; default: the second of two, the first of more.
    """
    if comparison.task not in (Task.BINARY, Task.MULTICLASS):
        return None
    label = comparison.labels.index(positive) if positive in comparison.labels else None
    blocks: list[Block] = []
    for column in people_columns(dataset.info):
        with suppress(LimelightError):  # a column that cannot be cut hides only itself
            blocks += _column(comparison, cut_by_columns(comparison, dataset, (column,)), column, label)
            if not comparison.sealed:
                continue
            with suppress(OSError):  # a copy on a read-only disk can be told of all the same
                look_at(dataset, "slices", [one.model.id for one in comparison.models], columns=[column])
    if not blocks:
        return None
    return Section(_("Groups of people"), [*blocks, *(Sentence(_(text), quiet=True) for text in (*MEASURES.values(), LIMITS))])


def _column(comparison: Comparison, cut: Grouping, column: str, label: int | None) -> list[Block]:
    models: Sequence[Judged] = comparison.runs or comparison.models
    found = [fairness(one.model.predictions, cut, label) for one in models]
    if all(gap.gap.value is None for one in found for gap in one.gaps):
        return []  # no two groups are large enough to be compared
    heads = [Head(_("Measure")), *(Head(one.model.name, one.identity.colour) for one in models)]
    rows = [(Cell(_(MEASURES[gaps[0].measure]).replace("：", ":").partition(":")[0]), *map(_gap, gaps)) for gaps in zip(*(one.gaps for one in found), strict=True)]
    said = _("By “{column}”: gaps between groups in being called “{label}”, in points, with their 95 % intervals.").format(column=column, label=found[0].label)
    return [Sentence(said), Table(heads, rows), *_left_out(found[0])]


def _gap(gap: Gap) -> Cell:
    value, low, high = (None if end is None else f"{end * 100:.1f}" for end in (gap.gap.value, gap.gap.low, gap.gap.high))
    if value is None:
        return Cell("–", gap.gap.reason)
    words = {"low": low, "high": high, "most": gap.highest, "least": gap.lowest}
    if gap.clear:
        return Cell(value, _("{low} to {high}; most for “{most}”, least for “{least}”").format(**words))
    return Cell(value, _("{low} to {high}; it may be chance").format(**words))


def _left_out(found: Fairness) -> list[Block]:
    if not found.left_out:
        return []
    return [Sentence(_("Left out, because they have fewer than 30 test rows: {groups}.").format(groups=", ".join(found.left_out[:10])), quiet=True)]
