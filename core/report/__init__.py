"""Report: the whole comparison to take along: a page that works offline, a PDF, tables, a model card.

A founder mails it, opens it on a train, prints it. What belongs into it is gathered here in one object; what is not
known is left out. The same findings give the same file, but for the one line that says when it was made.

    findings = Findings(comparison, info=dataset.info)
    report_html(findings)      one HTML file with live charts
    report_pdf(findings)       the same on paper
    model_card(findings)       Markdown, for a repository
    table_csv(comparison)      numbers for a spreadsheet
    table_latex(comparison)    numbers for a paper
    tables_zip(findings)       every table of the report for a spreadsheet
    tables_latex(findings)     every table of the report for a paper
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.dataset.schema import DatasetInfo
from core.evaluation.compare import Comparison
from core.report.content import Section
from core.seal import Look

__all__ = ["Findings", "model_card", "report_html", "report_pdf", "table_csv", "table_latex", "tables_latex", "tables_zip"]


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that a report may tell; only the comparison has to be there.

    Attributes:
        comparison: the models, their numbers, and the verdict where there is one.
        info: the dataset; None: nothing is said about the data.
        title: heading; "": the dataset's name and target.
        looks: at the sealed test rows, this one included (`core.seal.look_at`); None: not counted.
        extras: further parts in reading order (threshold, money, slices, why), as `core.report.extras` makes them.
        files: facts about where the numbers come from, such as a file of predictions; name → text.
    """

    comparison: Comparison
    info: DatasetInfo | None = None
    title: str = ""
    looks: Sequence[Look] | None = None
    extras: Sequence[Section] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def report_html(findings: Findings, *, made: datetime | None = None) -> str:
    """The comparison as one self-contained HTML page of about 5 MB, nearly all of it plotly.js.

    Args:
        findings: what to tell, in the language that is spoken now (`core.language`).
        made: the moment in the last line; default: now.

    Returns:
        The page as text, to be written as UTF-8.
    """
    from core.report.html import page

    return page(findings, made or datetime.now(UTC))


def report_pdf(findings: Findings, *, made: datetime | None = None) -> bytes:
    """The comparison on paper: A4, with text that can be searched and charts as lines, not as pictures.

    Args:
        findings: what to tell, in the language that is spoken now (`core.language`).
        made: the moment in the last line; default: now.
    """
    from core.report.pdf import paper

    return paper(findings, made or datetime.now(UTC))


def model_card(findings: Findings, model: str | None = None, *, made: datetime | None = None) -> str:
    """One model described in Markdown: what for, on which data, how good, where weak, and what it must not be used for.

    Args:
        findings: what to tell, in the language that is spoken now (`core.language`).
        model: id of the model; default: the first run.
        made: the moment in the last line; default: now.

    Raises:
        NotFound: no model of the comparison has that id.
    """
    from core.report.card import card

    return card(findings, model, made or datetime.now(UTC))


def table_csv(comparison: Comparison) -> bytes:
    """The table of a comparison as CSV that Excel opens well: one row a model, each metric with low and high."""
    from core.report.tables import csv

    return csv(comparison)


def table_latex(comparison: Comparison) -> str:
    """The table of a comparison for a paper: `booktabs`, one row a model, intervals in small type."""
    from core.report.tables import latex

    return latex(comparison)


def tables_zip(findings: Findings) -> bytes:
    """Every table of the report as CSV files in one ZIP archive; the first has every metric in full."""
    from core.report.tables import all_csv

    return all_csv(findings)


def tables_latex(findings: Findings) -> str:
    """Every table of the report for a paper, one after the other; the first line says what is needed to typeset them."""
    from core.report.tables import all_latex

    return all_latex(findings)
