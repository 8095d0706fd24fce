"""Model card: one model described so that somebody else can decide whether to use it.

After Mitchell et al., "Model Cards for Model Reporting" (2019): what it predicts and how it was made, on which data it
was judged, how good it is with intervals, where it is weak, and what it must not be used for. As Markdown, because
repositories and hubs show it; names of strangers are written so that none of them becomes a link, a picture or HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import NotFound
from core.evaluation.compare import Comparison, Judged
from core.evaluation.names import METRICS, explanation, is_share, metric_word
from core.language import N_, _, plural
from core.report.content import Block, Cell, Facts, Figure, Head, Section, Sentence, Table
from core.report.html import made_line
from core.report.sections import TASKS, class_table, data_section, fact_text, fact_word, metric_cell
from core.report.text import markdown_text
from core.report.verdict import verdict_section

if TYPE_CHECKING:
    from core.dataset.schema import DatasetInfo
    from core.report import Findings

__all__ = ["card"]

SENTENCE = 2_000
LIMITS = (
    N_("It knows only what these rows show: about other people, places or times it may be wrong without saying so."),
    N_("Its intervals tell how far chance in the test rows may mislead, not what happens when the world changes. Judge it again on new rows from time to time."),
    N_("A person should be able to look at, and to overrule, each decision that matters to somebody."),
)


def card(findings: Findings, model: str | None, made: datetime) -> str:
    """The card as Markdown.

    Args:
        findings: what to tell.
        model: id of the model; default: the first run.
        made: the moment in the last line.

    Raises:
        NotFound: no model of the comparison has that id.
    """
    comparison = findings.comparison
    one = _chosen(comparison, model)
    parts = [
        Section(_("What it does"), _purpose(one, comparison, findings.info)),
        Section(_("How good it is"), (_numbers(one), Sentence(_("The small range behind a number is its 95 % interval."), quiet=True))),
        verdict_section(comparison, findings.looks),
        *findings.extras,
        Section(_("Class by class"), (class_table(one),)) if comparison.labels else None,
        data_section(findings.info, findings.looks) if findings.info else None,
        Section(_("How it was made"), (Facts([(fact_word(name), text) for name, value in one.model.facts.items() if (text := fact_text(value))]),)),
        Section(_("Limits"), [Sentence(text) for text in (*_own_limits(one, comparison), *map(_, LIMITS))]),
    ]
    written = [_section(part) for part in parts if part is not None and part.blocks]
    return "\n".join([f"# {_('Model card: {name}').format(name=markdown_text(one.model.name))}", "", *written, f"*{markdown_text(made_line(made))}*", ""])


def _chosen(comparison: Comparison, model: str | None) -> Judged:
    if model is None:
        return (comparison.runs or comparison.models)[0]
    for one in comparison.models:
        if one.model.id == model:
            return one
    raise NotFound(_("There is no model “{model}” in this comparison. Choose one of its models.").format(model=model[:80]))


def _purpose(one: Judged, comparison: Comparison, info: DatasetInfo | None) -> list[Block]:
    rows = plural("{n} test row", "{n} test rows", comparison.rows_judged)
    blocks: list[Block] = []
    if info is not None:
        what = _("It predicts “{target}” ({kind}) from {inputs}.").format(
            target=info.target, kind=_(TASKS[info.task.value]), inputs=plural("{n} column", "{n} columns", len(info.inputs))
        )
        blocks.append(Sentence(what))
    if comparison.sealed:
        blocks.append(Sentence(_("It was judged on {rows} that it did not see in training.").format(rows=rows)))
    else:
        blocks.append(Sentence(_("It was judged on {rows} from a file; whether it saw them before is not known here.").format(rows=rows)))
    if comparison.labels:
        names = ", ".join(comparison.labels[:20]) + (" …" if len(comparison.labels) > 20 else "")
        blocks.append(Facts([(_("Answers"), names)]))
    return blocks


def _numbers(one: Judged) -> Table:
    rows = []
    for name in METRICS:
        if name in one.evaluation.metrics:
            cell = metric_cell(name, one.evaluation.metrics[name])
            rows.append((Cell(metric_word(name, one.evaluation.task)), cell, Cell(explanation(name, one.evaluation.task).replace("：", ":").partition(":")[2].strip())))
    return Table((Head(_("Measure")), Head(_("Value")), Head(_("What it says"))), rows)


def _own_limits(one: Judged, comparison: Comparison) -> list[str]:
    """What these very numbers warn of: few rows, a weak class, no clear gain over a simple model."""
    found = []
    if comparison.rows_judged < 200:
        found.append(plural("It was judged on only {n} row, so every number is rough.", "It was judged on only {n} rows, so every number is rough.", comparison.rows_judged))
    recalls = {label: metrics["recall"] for label, metrics in one.evaluation.per_class.items() if metrics["recall"].value is not None}
    if recalls:
        weakest = min(recalls, key=lambda label: recalls[label].value or 0.0)
        share = metric_cell("recall", recalls[weakest]) if is_share("recall") else Cell("")
        found.append(_("It is weakest for “{label}”: it finds {share} of them ({interval}).").format(label=weakest, share=share.text, interval=share.small or "–"))
    if one.difference is not None and not (one.difference.clear and one.difference.better):
        name = next((other.model.name for other in comparison.models if one.difference and other.model.id == one.difference.reference), one.difference.reference)
        found.append(_("It is not clearly better than “{name}”, which is simpler.").format(name=name))
    return found


def _section(part: Section) -> str:
    return "\n".join([f"## {markdown_text(part.title)}", "", *(line for block in part.blocks for line in _block(block))])


def _block(block: Block) -> list[str]:
    match block:
        case Sentence(text, quiet):
            return [f"*{markdown_text(text, SENTENCE)}*" if quiet else markdown_text(text, SENTENCE), ""]
        case Facts(pairs):
            return [*(f"- **{markdown_text(name)}**: {markdown_text(value, SENTENCE)}" for name, value in pairs), ""]
        case Table():
            return _table(block)
        case Figure(light):
            return [f"**{markdown_text(light.title, SENTENCE)}**", "", markdown_text(light.alt, SENTENCE), ""]


def _table(table: Table) -> list[str]:
    title = [f"**{markdown_text(table.title)}**", ""] if table.title else []
    rows: Sequence[str] = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table.rows]
    return [*title, "| " + " | ".join(markdown_text(head.text) or " " for head in table.head) + " |", "|" + "---|" * len(table.head), *rows, ""]


def _cell(cell: Cell) -> str:
    return markdown_text(cell.text) + (f" ({markdown_text(cell.small)})" if cell.small else "")
