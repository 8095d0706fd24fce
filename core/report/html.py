"""A report as one HTML file that works offline.

Everything is inside: charts with plotly.js, tables, the facts by which each number can be traced. It loads nothing
(a content policy in the file forbids it), follows the reader's light or dark setting, and treats every name and label
as text: HTML is escaped, and JSON inside a script holds no `<` at all.
"""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from core import __version__
from core.charts.style import Chart
from core.language import _, current
from core.report.content import Block, Cell, Facts, Figure, Head, Section, Sentence, Table
from core.report.sections import heading, sections, summary
from core.report.style import DRAW, STYLE
from core.report.text import LONGEST, html_text

if TYPE_CHECKING:
    from core.report import Findings

__all__ = ["made_line", "page"]

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
DIRECTION = re.compile(r"[\u2028\u2029\u202a-\u202e\u2066-\u2069]|\\u(?:202[89a-e]|206[6-9])")  # as they are, and as JSON may write them
MINUS = re.compile("−(?=[^\\s\\d])")  # before a currency no line may end
SENTENCE = 2_000  # characters; our own sentences are shorter, with the names of strangers in them


def page(findings: Findings, made: datetime) -> str:
    """The whole file.

    Args:
        findings: what to tell.
        made: the moment in the last line.
    """
    title, parts = html_text(heading(findings)), sections(findings)
    contents = "".join(f'<a href="#part{number}">{html_text(part.title)}</a>' for number, part in enumerate(parts))
    return "".join((
        f'<!doctype html>\n<html lang="{current().replace("_", "-")}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
        f'<h1>{title}</h1><p>{html_text(summary(findings.comparison), SENTENCE)}</p><nav aria-label="{html_text(_("Contents"))}">{contents}</nav>',
        *(_section(number, part) for number, part in enumerate(parts)),
        f'<footer class="small">{html_text(made_line(made))} {html_text(_("Works offline; loads nothing."))}</footer>',
        f"</main><script>{_plotly_js()}</script><script>{DRAW}</script></body></html>\n",
    ))  # fmt: skip


def made_line(made: datetime) -> str:
    """The one line in which two exports of the same findings differ."""
    return _("Made by Limelight {version} on {moment} UTC.").format(version=__version__, moment=f"{made:%Y-%m-%d %H:%M}")


def _plotly_js() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("</script", "<\\/script")


def _section(number: int, part: Section) -> str:
    return f'<section id="part{number}"><h2>{html_text(part.title)}</h2>{"".join(_block(block) for block in part.blocks)}</section>'


def _block(block: Block) -> str:
    match block:
        case Sentence(text, quiet):
            return f'<p class="small">{html_text(text, SENTENCE)}</p>' if quiet else f"<p>{html_text(text, SENTENCE)}</p>"
        case Facts(pairs):
            items = "".join(f"<dt>{html_text(name)}</dt><dd>{html_text(value, SENTENCE)}</dd>" for name, value in pairs)
            return f"<dl>{items}</dl>"
        case Table():
            return _table(block)
        case Figure(light, dark):
            return _figure(light, dark or light)


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{_mark(one)}{html_text(one.text)}</th>' for one in table.head)
    body = "".join(f'<tr><th scope="row">{_cell(row[0])}</th>{"".join(f"<td>{_cell(cell)}</td>" for cell in row[1:])}</tr>' for row in table.rows)
    drawn = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    if not table.title:
        return drawn
    return f"<details><summary>{_mark(Head('', table.colour))}{html_text(table.title)}</summary>{drawn}</details>"


def _mark(head: Head) -> str:
    return f'<span class="mark" style="background:{escape(head.colour)}"></span>' if head.colour else ""


def _cell(cell: Cell) -> str:
    small = f'<span class="small">{html_text(cell.small, 2 * LONGEST)}</span>' if cell.small else ""
    return MINUS.sub("−\u2060", html_text(cell.text) + small)


def _figure(light: Chart, dark: Chart) -> str:
    alt = html_text(light.alt, SENTENCE)
    return (
        f'<figure><figcaption><h3>{html_text(light.title, SENTENCE)}</h3></figcaption><div class="chart" role="img" aria-label="{alt}" '
        f'style="height:{int(light.figure.layout.height or 400)}px"></div><p class="small">{alt}</p>'
        f'<script type="application/json" class="light">{_json(light)}</script>'
        f'<script type="application/json" class="dark">{_json(dark)}</script></figure>'
    )


def _json(chart: Chart) -> str:
    """JSON that cannot end the script around it: `<`, `>` and `&` occur only as escapes."""
    text = DIRECTION.sub("", str(chart.figure.to_json()))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
