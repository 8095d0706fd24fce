"""A report on paper: A4, searchable, charts as lines, Chinese with a font that every reader brings.

The file is made without the moment and the random id that a PDF usually holds, so that the same findings give the
same bytes, but for the one line that says when it was made.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.language import current
from core.report.content import Block, Cell, Facts, Figure, Head, Section, Sentence, Table
from core.report.drawing import drawing
from core.report.html import made_line
from core.report.paper import BOLD, PLAIN, marked_up, register_fonts
from core.report.sections import heading, sections, summary
from core.report.text import one_line

if TYPE_CHECKING:
    from core.report import Findings

__all__ = ["paper"]

MARGIN = 48.0  # points
MODELS_ACROSS = 5  # columns of a table beside its first; more go into a second table under it
LINE, RAISED, QUIET, INK = "#D9D9D4", "#F4F4F2", "#5F5F58", "#1C1C1A"


def paper(findings: Findings, made: datetime) -> bytes:
    """The whole file.

    Args:
        findings: what to tell.
        made: the moment in the last line.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    register_fonts()
    style, title, target = _styles(), heading(findings), io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN, title=one_line(title),
        author="Limelight", invariant=1, lang=current().replace("_", "-"), pageCompression=1,
    )  # fmt: skip
    flow: list[Any] = [Paragraph(marked_up(title, 300), style["title"]), Paragraph(marked_up(summary(findings.comparison)), style["text"])]
    for part in sections(findings, dark=False):
        flow += _section(part, style, document.width)
    flow.append(Paragraph(marked_up(made_line(made)), style["quiet"]))
    document.build(flow, onFirstPage=_page_number, onLaterPages=_page_number)
    return target.getvalue()


def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    wrap = {"wordWrap": "CJK"} if current() == "zh_CN" else {"splitLongWords": 1}
    text = ParagraphStyle("text", fontName=PLAIN, fontSize=9.5, leading=13.5, textColor=HexColor(INK), spaceAfter=6, **wrap)
    return {
        "text": text,
        "quiet": ParagraphStyle("quiet", text, fontSize=7.5, leading=10.5, textColor=HexColor(QUIET)),
        "alt": ParagraphStyle("alt", text, fontSize=7.5, leading=10.5, textColor=HexColor(QUIET), spaceBefore=4, spaceAfter=12),
        "title": ParagraphStyle("title", text, fontName=BOLD, fontSize=18, leading=23, spaceAfter=8),
        "section": ParagraphStyle("section", text, fontName=BOLD, fontSize=13, leading=17, spaceBefore=16, spaceAfter=6, keepWithNext=1),
        "finding": ParagraphStyle("finding", text, fontName=BOLD, fontSize=10, leading=13.5, spaceBefore=8, keepWithNext=1),
        "cell": ParagraphStyle("cell", text, fontSize=8, leading=10.5, spaceAfter=0),
        "head": ParagraphStyle("head", text, fontName=BOLD, fontSize=8, leading=10.5, spaceAfter=0),
    }


def _page_number(canvas: Any, document: Any) -> None:
    canvas.setFont(PLAIN, 7.5)
    canvas.drawRightString(document.pagesize[0] - MARGIN, MARGIN / 2, str(document.page))


def _section(part: Section, style: dict[str, Any], width: float) -> list[Any]:
    from reportlab.platypus import KeepTogether, Paragraph

    head = Paragraph(marked_up(part.title), style["section"])
    first, *others = [piece for block in part.blocks for piece in _block(block, style, width)]
    beginning = [KeepTogether([head, *first])] if isinstance(first, tuple) else [head, first]
    return [*beginning, *(KeepTogether(list(one)) if isinstance(one, tuple) else one for one in others)]


def _block(block: Block, style: dict[str, Any], width: float) -> list[Any]:
    """Flowables; those in a tuple stay on one page."""
    from reportlab.platypus import Paragraph

    match block:
        case Sentence(text, quiet):
            return [Paragraph(marked_up(text), style["quiet" if quiet else "text"])]
        case Facts(pairs):
            return _tables(Table((Head(""), Head("")), [(Cell(name), Cell(value)) for name, value in pairs]), style, width, headless=True)
        case Table():
            return _tables(block, style, width)
        case Figure(light):
            return [(Paragraph(marked_up(light.title), style["finding"]), drawing(light, width), Paragraph(marked_up(light.alt), style["alt"]))]


def _tables(table: Table, style: dict[str, Any], width: float, *, headless: bool = False) -> list[Any]:
    """A table, in as many parts as its columns need to stay readable."""
    from reportlab.platypus import Paragraph

    found: list[Any] = [Paragraph(marked_up(table.title), style["finding"])] if table.title else []
    most = MODELS_ACROSS + 1 if all(not cell.small for row in table.rows for cell in row[1:]) else MODELS_ACROSS
    for start in range(1, max(len(table.head), 2), most):
        places = [0, *range(start, min(start + most, len(table.head)))]
        found += _part([table.head[place] for place in places], [[row[place] for place in places] for row in table.rows], style, width, headless)
    return found


def _part(head: Sequence[Head], rows: Sequence[Sequence[Cell]], style: dict[str, Any], width: float, headless: bool) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import LongTable, Paragraph, Spacer

    cells = [[Paragraph(_cell(cell), style["cell"]) for cell in row] for row in rows]
    if not headless:
        cells.insert(0, [Paragraph(_swatch(one) + marked_up(one.text, 80), style["head"]) for one in head])
    first = width * (0.26 if len(head) > 5 else 0.34 if len(head) > 2 or headless else 0.5)
    rest = (width - first) / max(len(head) - 1, 1)
    commands: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE)), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4), ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]  # fmt: skip
    if not headless:
        commands.append(("BACKGROUND", (0, 0), (-1, 0), HexColor(RAISED)))
    return [LongTable(cells, [first, *[rest] * (len(head) - 1)], repeatRows=0 if headless else 1, style=commands, hAlign="LEFT"), Spacer(0, 8)]


def _swatch(head: Head) -> str:
    from core.report.marks import colour

    return f'<font color="#{colour(head.colour).hexval()[2:]}">■</font> '.replace("■", "\u2022") if head.colour else ""


def _cell(cell: Cell) -> str:
    small = f'<br/><font size="6.5" color="{QUIET}">{marked_up(cell.small, 400)}</font>' if cell.small else ""
    return marked_up(cell.text, 300) + small
