r"""The numbers of a comparison as tables for other programs: CSV for a spreadsheet, LaTeX for a paper.

The LaTeX table uses `booktabs` and needs nothing else; with Chinese in it, the paper needs `ctex` or XeLaTeX. Names of
strangers pass `latex_text`: no class called `\input{…}` reads a file on the author's machine.
"""

from __future__ import annotations

from core.evaluation.compare import Comparison
from core.report.content import Cell, Table
from core.report.sections import metrics_table, summary
from core.report.text import latex_text

__all__ = ["csv", "latex", "latex_table"]


def csv(comparison: Comparison) -> bytes:
    """One row a model, each metric with low and high; UTF-8 with the mark that Excel wants, no cell runs as a formula."""
    from core.export import csv_bytes

    return csv_bytes(comparison.to_frame())


def latex(comparison: Comparison) -> str:
    """Every metric of every model with its interval, one column a model, to be read into a paper."""
    return latex_table(metrics_table(comparison), summary(comparison))


def latex_table(table: Table, caption: str = "") -> str:
    r"""Any table of a report as LaTeX.

    Args:
        table: what to write; its first column is left-aligned, the others to the right.
        caption: a sentence under it.

    Example:
        >>> from core.report.content import Head
        >>> print(latex_table(Table([Head("A&B"), Head("x")], [[Cell("50 %"), Cell("1", "0–2")]])))
        % \usepackage{booktabs}
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
    rows = [" & ".join([latex_text(row[0].text), *(_cell(cell) for cell in row[1:])]) + r" \\" for row in table.rows]
    return "\n".join([
        r"% \usepackage{booktabs}", r"\begin{table}", r"\centering", *([rf"\caption{{{latex_text(caption, 500)}}}"] if caption else []),
        rf"\begin{{tabular}}{{l{'r' * (len(table.head) - 1)}}}", r"\toprule", " & ".join(latex_text(one.text) for one in table.head) + r" \\", r"\midrule",
        *rows, r"\bottomrule", r"\end{tabular}", r"\end{table}", "",
    ])  # fmt: skip


def _cell(cell: Cell) -> str:
    small = f" {{\\scriptsize {latex_text(cell.small)}}}" if cell.small and cell.text != "–" else ""
    return latex_text(cell.text) + small
