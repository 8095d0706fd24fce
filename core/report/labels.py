"""Many labels in a report: how each model does on each label, and in which labels one is better than the other."""

from __future__ import annotations

from core.evaluation.compare import Comparison, Judged
from core.evaluation.difference import Difference
from core.evaluation.many_labels_difference import label_differences, label_thresholds_json
from core.evaluation.verdict_words import gap_words
from core.language import N_, _
from core.report.content import Block, Cell, Head, Section, Sentence, Table

__all__ = ["labels_section"]

MOST_LABELS = 50
HOW = N_(
    "Each label is a yes-or-no question of its own: a row may have none, one or several. Averages over classes or labels count each label alike, "
    "weighted ones by the rows that have it, and those over all labels put all pairs of row and label into one table. Labels that no test row has count in none of the averages. "
    "All intervals and tests take the row as what was drawn, because the labels of a row hang together."
)


def labels_section(comparison: Comparison, each: list[Table]) -> Section:
    """How each model treats each label, and the differences to the reference label by label.

    Args:
        comparison: of models of many labels.
        each: one table a model, its numbers by label.
    """
    blocks: list[Block] = [Sentence(_(HOW), quiet=True), *each]
    reference = next((one for one in comparison.models if one.model.id == comparison.reference), None)
    if reference is not None and len(comparison.models) > 1:
        blocks += _differences(comparison, reference)
    return Section(_("Label by label"), [*blocks, *_thresholds(comparison)])


def _thresholds(comparison: Comparison) -> list[Block]:
    """From which score on each model gives each label."""
    found = label_thresholds_json(comparison) or {}
    rows = [
        (Cell(label), *(Cell(_("never") if (cut := found[one.model.id][label]) is None else f"{cut:.3g}") for one in comparison.models)) for label in comparison.labels[:MOST_LABELS]
    ]  # fmt: skip
    heads = (Head(_("Label")), *(Head(one.model.name, one.identity.colour) for one in comparison.models))
    return [Table(heads, rows, _("From which score on a label is given"))]


def _differences(comparison: Comparison, reference: Judged) -> list[Block]:
    others = [one for one in comparison.models if one.model.id != reference.model.id]
    found = {one.model.id: label_differences(one.model, reference.model) for one in others}
    rows = [(Cell(label), *(_cell(found[one.model.id][label]) for one in others)) for label in comparison.labels[:MOST_LABELS]]
    title = Sentence(_("Difference in the F1 of each label to “{reference}”, in points, on the same rows. p-values are corrected for the number of labels (Holm).").format(reference=reference.model.name))
    return [title, Table((Head(_("Label")), *(Head(one.model.name, one.identity.colour) for one in others)), rows)]


def _cell(found: Difference) -> Cell:
    interval = found.interval
    if interval.value is None or interval.low is None or interval.high is None:
        return Cell(gap_words(found.metric, interval.value), _(interval.reason))
    limits = _("{low} to {high}").format(low=gap_words(found.metric, interval.low), high=gap_words(found.metric, interval.high))
    return Cell(gap_words(found.metric, interval.value), f"{limits} · {_('clear') if found.clear else _('not clear')}")
