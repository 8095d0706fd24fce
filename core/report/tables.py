r"""The numbers of a comparison as tables for other programs: CSV for a spreadsheet, LaTeX for a paper.

The first line of a LaTeX file says what its author needs: `booktabs` always, `ctex` with XeLaTeX where Chinese stands
in it, and an engine that knows Unicode where another script does. Names of strangers pass `latex_text`: no class
called `\input{…}` reads a file on the author's machine.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from core.evaluation.compare import Comparison
from core.language import _
from core.report.content import Cell, Section, Table
from core.report.sections import class_table, metrics_table, summary
from core.report.text import latex_text, one_line
from core.report.verdict import verdict_section

if TYPE_CHECKING:
    from core.report import Findings

__all__ = ["all_csv", "all_latex", "csv", "latex", "latex_table", "tables_of"]

CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
BEYOND = re.compile(r"[^\x00-\u017f\u2018-\u201e\u2020-\u2022\u20ac]")  # what LaTeX has no sign for unless a font of Unicode is there
SINCE = (1980, 1, 1, 0, 0, 0)  # the moment of every file in the archive, so that the same tables are the same bytes


def csv(comparison: Comparison) -> bytes:
    """One row a model, each metric with low and high; UTF-8 with the mark that Excel wants, no cell runs as a formula."""
    from core.export import csv_bytes

    return csv_bytes(comparison.to_frame())


def latex(comparison: Comparison) -> str:
    """Every metric of every model with its interval, one column a model, to be read into a paper."""
    return _needs(latex_table(metrics_table(comparison), summary(comparison)))


def all_latex(findings: Findings) -> str:
    """All tables of a report for a paper, each with its part as caption."""
    (_title, first), *others = tables_of(findings)
    written = [latex_table(first, summary(findings.comparison)), *(latex_table(table, caption, notes=True) for caption, table in others)]
    return _needs("\n".join(written))


def all_csv(findings: Findings) -> bytes:
    """All tables of a report as CSV files in one ZIP archive; `00-models.csv` has every metric in full.

    Returns:
        The archive; numbers in the other tables are as people read them, their intervals in a column of their own.
    """
    import polars as pl

    from core.export import csv_bytes

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "00-models.csv", csv(findings.comparison))
        for place, (caption, table) in enumerate(tables_of(findings), start=1):
            _put(archive, f"{place:02d}-{_file_name(caption)}.csv", csv_bytes(pl.DataFrame(_columns(table))))
    return target.getvalue()


def tables_of(findings: Findings) -> Iterator[tuple[str, Table]]:
    """Each table of a report with what it is about, in reading order; without the charts, which take longer."""
    comparison = findings.comparison
    yield _("All numbers"), metrics_table(comparison)
    parts: Sequence[Section | None] = (verdict_section(comparison, findings.looks), *findings.extras)
    for part in parts:
        for block in part.blocks if part is not None else ():
            if isinstance(block, Table):
                yield _("{part}: {table}").format(part=part.title, table=block.title) if block.title else part.title, block  # type: ignore[union-attr]
    if comparison.labels:
        for one in comparison.runs:
            table = class_table(one)
            yield _("{part}: {table}").format(part=_("Class by class"), table=table.title), table


def latex_table(table: Table, caption: str = "", *, notes: bool = False) -> str:
    r"""Any table of a report as LaTeX.

    Args:
        table: what to write; its first column is left-aligned, the others to the right.
        caption: a sentence under it.
        notes: whether what stands in small type in the first column is written too; explanations there are too long.

    Example:
        >>> from core.report.content import Head
        >>> print(latex_table(Table([Head("A&B"), Head("x")], [[Cell("50 %"), Cell("1", "0–2")]])))
        \begin{table}
        \centering
        \begin{tabular}{lr}
        \toprule
        A\&B & x \\
        \midrule
        50 \% & 1 {\scriptsize 0--2} \\
        \bottomrule
        \end{tabular}
        \end{table}
        <BLANKLINE>
    """
    rows = [" & ".join([_cell(row[0]) if notes else latex_text(row[0].text), *(_cell(cell) for cell in row[1:])]) + r" \\" for row in table.rows]
    return "\n".join([
        r"\begin{table}", r"\centering", *([rf"\caption{{{latex_text(caption, 500)}}}"] if caption else []),
        rf"\begin{{tabular}}{{l{'r' * (len(table.head) - 1)}}}", r"\toprule", " & ".join(latex_text(one.text) for one in table.head) + r" \\", r"\midrule",
        *rows, r"\bottomrule", r"\end{tabular}", r"\end{table}", "",
    ])  # fmt: skip


def _cell(cell: Cell) -> str:
    small = f" {{\\scriptsize {latex_text(cell.small)}}}" if cell.small and cell.text != "–" else ""
    return latex_text(cell.text) + small


def _needs(text: str) -> str:
    """The file with what it takes to typeset it in its first line."""
    needs = r"% Needs \usepackage{booktabs}"
    if CHINESE.search(text):
        needs += r" and, for its Chinese, \usepackage{ctex}; typeset it with XeLaTeX or LuaLaTeX."
    elif BEYOND.search(text):
        needs += "; typeset it with XeLaTeX or LuaLaTeX and a font that has its signs."
    else:
        needs += "; any LaTeX of 2020 or later typesets it."
    return f"{needs}\n{text}"


def _columns(table: Table) -> dict[str, list[str]]:
    """Texts by column; what stands in small type gets a column behind its own."""
    found: dict[str, list[str]] = {}
    for place, head in enumerate(table.head):
        name = one_line(head.text) or str(place + 1)
        name = name if name not in found else f"{name} ({place + 1})"
        cells = [row[place] for row in table.rows]
        found[name] = [one_line(cell.text) for cell in cells]
        if any(cell.small for cell in cells):
            found[_("{column} (small type)").format(column=name) if place else f"{name} ({place + 1}b)"] = [one_line(cell.small, 400) for cell in cells]
    return found


def _file_name(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text, flags=re.UNICODE).strip("-_")[:60] or "table"


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, SINCE), content, zipfile.ZIP_DEFLATED)
