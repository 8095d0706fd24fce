"""The verdict as the first section of a report: the sentence for the whole field, and each pair with its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluation.compare import Comparison
from core.evaluation.verdict import FieldVerdict, Verdict
from core.evaluation.verdict_words import gap_words, metric_name, size_words
from core.language import N_, _
from core.report.content import Block, Cell, Head, Section, Sentence, Table
from core.seal import Look, looks_sentence

__all__ = ["verdict_section"]

FINDINGS = {
    "better": N_("better"), "worse": N_("worse"), "no_practical_difference": N_("no practical difference"), "cannot_tell": N_("cannot tell yet"),
}  # fmt: skip


def verdict_section(comparison: Comparison, looks: Sequence[Look] | None = None) -> Section | None:
    """What the comparison comes to; None where nothing was judged against anything.

    Args:
        comparison: with its verdict of the field, where there is one.
        looks: at the sealed test rows so far; None: not counted.
    """
    field = comparison.field
    if field is None or not (field.verdicts or field.pairs):
        return None
    judged = [*field.verdicts, *field.pairs]
    blocks: list[Block] = [Sentence(field.sentence), Table(_heads(), [_row(one) for one in judged])]
    blocks += [Sentence(_("Test: {test}").format(test=why), quiet=True) for why in dict.fromkeys(one.why for one in judged)]
    blocks.append(Sentence(_method(field), quiet=True))
    if looks is not None:
        blocks.append(Sentence(looks_sentence(looks)))
    return Section(_("The verdict"), blocks)


def _heads() -> tuple[Head, ...]:
    names = (_("Model beside reference"), _("Finding"), _("Difference (95 % interval)"), _("Probability of being better"), _("p-value, corrected"), _("Rows that would settle it"))
    return tuple(Head(name) for name in names)


def _row(one: Verdict) -> tuple[Cell, ...]:
    interval = one.difference.interval
    known = interval.low is not None and interval.high is not None
    limits = _("{low} to {high}").format(low=gap_words(one.metric, interval.low), high=gap_words(one.metric, interval.high)) if known else ""
    return (
        Cell(one.names[0], _("beside {reference}").format(reference=one.names[1])), Cell(_(FINDINGS[one.finding.value])),
        Cell(gap_words(one.metric, interval.value), limits), Cell(_share(one.probability)), Cell(_p(one.difference.adjusted_p)),
        Cell("–" if one.rows_needed is None else f"{one.rows_needed:,}"),
    )  # fmt: skip


def _share(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{min(max(value, 0.001), 0.999) * 100:.1f} %"  # never 0 or 100: no number of rows proves that


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _method(field: FieldVerdict) -> str:
    return _(
        "Judged by {metric}. Differences smaller than the margin of {margin} do not matter in practice. All tests are paired: the same rows for both. "
        "p-values are corrected for the number of models compared (Holm), so that looking at many does not cry “better” by luck."
    ).format(metric=metric_name(field.metric), margin=size_words(field.metric, (field.verdicts or field.pairs)[0].margin))
