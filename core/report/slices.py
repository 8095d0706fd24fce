"""Where a model is weak, and how it treats groups of people, as sections of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.charts.style import number
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval
from core.evaluation.names import headline, is_share, metric_word
from core.language import _, plural
from core.report.content import Block, Cell, Head, Section, Sentence, Table
from core.slices.fairness import LIMITS, MEASURES, Fairness, Gap
from core.slices.findings import SliceFindings, slice_findings
from core.slices.search import Found
from core.slices.weakness import MEASURES as WEAKNESSES

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset

__all__ = ["people_section", "weakest_section"]

MOST_SLICES = 40  # lines of a table


def weakest_section(comparison: Comparison, dataset: Dataset) -> Section:
    """The slices in which each run is clearly weaker than elsewhere, found by search and corrected for searching.

    Args:
        comparison: of models of the dataset.
        dataset: where the judged rows come from.
    """
    found = slice_findings(comparison, dataset)
    blocks: list[Block] = [block for one in comparison.runs for block in _weakest(one, found.weakest[one.model.id])]
    if any(searched.searched for searched in found.weakest.values()):
        blocks.append(Sentence(_("The search uses the sealed test rows, so every p-value is corrected for all slices searched (Holm), and every interval is widened to hold for all of them together. A slice says where the model is weak, not why."), quiet=True))
    return Section(_("Where they are weak"), blocks)


def _weakest(one: Judged, found: Found) -> list[Block]:
    if not found.searched:
        return []
    name = one.model.name
    if not found.weak:
        text = plural("{n} slice searched, and none is clearly weaker than the rest.", "{n} slices searched, and none is clearly weaker than the rest.", found.searched)
        return [Sentence(f"{name}: {text}")]
    heads = [Head(text) for text in (_("Slice"), _(WEAKNESSES[found.measure.name]).replace("：", ":").partition(":")[0], _("Elsewhere"), _("Rows"), _("p-value, corrected"))]
    rows = [
        (Cell(_slice(weak.conditions)), _cell(weak.value, found.measure.share), _cell(weak.elsewhere, found.measure.share), Cell(f"{weak.rows:,}"),
         Cell("< 0.001" if weak.adjusted_p < 0.001 else f"{weak.adjusted_p:.3f}"))
        for weak in found.weak
    ]  # fmt: skip
    return [Sentence(_("{name} is clearly weaker here than elsewhere:").format(name=name)), Table(heads, rows), Sentence(_(WEAKNESSES[found.measure.name]), quiet=True)]


def people_section(comparison: Comparison, dataset: Dataset, columns: Sequence[str]) -> Section | None:
    """The metric of each model in each part, and for classifiers the gaps between the groups; None without columns.

    Args:
        comparison: of models of the dataset.
        dataset: where the judged rows come from.
        columns: one or two that were asked for.
    """
    if not columns:
        return None
    found = slice_findings(comparison, dataset, columns)
    blocks: list[Block] = [_parts(comparison, found)]
    for one in comparison.runs:
        if one.model.id in found.fairness:
            blocks += _fairness(one, found.fairness[one.model.id])
    if found.fairness:
        blocks += [Sentence(_(text), quiet=True) for text in (*MEASURES.values(), LIMITS)]
    return Section(_("By {columns}").format(columns=" × ".join(columns)), blocks)


def _parts(comparison: Comparison, found: SliceFindings) -> Table:
    metric = headline(comparison.task)
    heads = [Head(_("Part")), Head(_("Rows")), *(Head(f"{one.model.name}: {metric_word(metric)}", one.identity.colour) for one in comparison.models)]
    first = found.slices[comparison.models[0].model.id][:MOST_SLICES]
    cut = {name: {one.number: one for one in parts} for name, parts in found.slices.items()}
    rows = [
        (Cell(_slice(part.conditions)), Cell(f"{part.rows:,}"), *(_cell(cut[one.model.id][part.number].metrics[metric], is_share(metric)) for one in comparison.models))
        for part in first
    ]
    return Table(heads, rows)


def _fairness(one: Judged, found: Fairness) -> list[Block]:
    heads = [Head(text) for text in (_("Measure"), _("Gap"), _("Most"), _("Least"), _("Beyond chance"))]
    rows = [_gap(gap) for gap in found.gaps]
    return [Sentence(_("{name}: gaps between groups in being called “{label}”.").format(name=one.model.name, label=found.label)), Table(heads, rows)]


def _gap(gap: Gap) -> tuple[Cell, ...]:
    name = _(MEASURES[gap.measure]).replace("：", ":").partition(":")[0]
    return Cell(name), _cell(gap.gap, True), Cell(gap.highest), Cell(gap.lowest), Cell(_("yes") if gap.clear else _("no"))


def _slice(conditions: Sequence[tuple[str, str]]) -> str:
    return ", ".join(_("{column} is {value}").format(column=column, value=label) for column, label in conditions)


def _cell(found: Interval, share: bool) -> Cell:
    value, _dot, limits = number(found, share).partition(" · ")
    return Cell(value, limits)
