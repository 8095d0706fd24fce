"""A chart on paper: the Plotly figure of the page, drawn again with lines that stay sharp in print.

Plotly draws in a browser only, and no PDF may need one. So the marks that our charts are made of (lines, bands,
dots with error bars, bars, heat maps, notes) are drawn with reportlab; what a chart has beyond them is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.style import Chart
from core.report.axes import Axis, axis_of, plain_text
from core.report.marks import draw_trace, swatch
from core.report.paper import drawn_text

__all__ = ["drawing"]

SIZE = 7.5  # points, of text in a chart
INK, GRID = "#1C1C1A", "#DDDDD8"
LEGEND_ROW = 12.0
EDGE = 5.0  # points of a mark that may stand outside


@dataclass(frozen=True)
class Frame:
    """The rectangle in which data are drawn, in points from the lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


def drawing(chart: Chart, width: float) -> Any:
    """A chart as a reportlab drawing.

    Args:
        chart: drawn for a light ground.
        width: in points.
    """
    from reportlab.graphics.shapes import Drawing

    found = chart.figure.to_plotly_json()
    traces, layout = [trace for trace in found["data"] if trace.get("visible", True) is True], found["layout"]
    named = [trace for trace in traces if trace.get("name") and trace.get("showlegend", True) and len(traces) > 1]
    height = min(max(float(layout.get("height") or 400) * 0.62, 140.0), 620.0)
    picture = Drawing(width, height)
    legend = LEGEND_ROW * len(named)
    x, y = axis_of("x", layout, traces), axis_of("y", layout, traces)
    left = 20 + min(max((_width(text) for _at, text in y.ticks), default=0.0), width * 0.3)
    frame = Frame(left, 34 + legend, width - left - 10, height - 40 - legend)
    _grid(picture, frame, x, y)
    overlaid = layout.get("barmode") in ("overlay", "relative", "stack")

    def across(at: Any) -> float:
        return frame.left + x.place(at) * frame.width

    def up(at: Any) -> float:
        return frame.bottom + y.place(at) * frame.height

    inside = _clipped(frame)
    for number, trace in enumerate(traces):
        draw_trace(inside, trace, across, up, traces, number, overlaid=overlaid)
    picture.add(inside)
    _shapes(picture, frame, x, y, layout.get("shapes") or ())
    _notes(picture, frame, x, y, layout.get("annotations") or ())
    for row, trace in enumerate(named):
        at = legend - LEGEND_ROW * (row + 1) + 4
        swatch(picture, trace, frame.left, at + 2.5)
        _string(picture, frame.left + 26, at, plain_text(trace["name"]), limit=90)
    return picture


def _clipped(frame: Frame) -> Any:
    """A group in which nothing is seen far outside the frame; half a mark may stand over its edge."""
    from reportlab.graphics.shapes import Group, Path

    edge = Path(isClipPath=1, fillColor=None, strokeColor=None)
    left, bottom, right, top = frame.left - EDGE, frame.bottom - EDGE, frame.left + frame.width + EDGE, frame.bottom + frame.height + EDGE
    edge.moveTo(left, bottom)
    for corner in ((right, bottom), (right, top), (left, top)):
        edge.lineTo(*corner)
    edge.closePath()
    return Group(edge)


def _width(text: str) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    font, drawn = drawn_text(text, 36)
    return float(stringWidth(drawn, font, SIZE))


def _string(picture: Any, x: float, y: float, text: str, *, anchor: str = "start", limit: int = 60, size: float = SIZE, colour: str = INK) -> None:
    from reportlab.graphics.shapes import String
    from reportlab.lib.colors import HexColor

    font, drawn = drawn_text(text, limit)
    picture.add(String(x, y, drawn, fontName=font, fontSize=size, textAnchor=anchor, fillColor=HexColor(colour)))


def _grid(picture: Any, frame: Frame, x: Axis, y: Axis) -> None:
    from reportlab.graphics.shapes import Line
    from reportlab.lib.colors import HexColor

    thin = {"strokeColor": HexColor(GRID), "strokeWidth": 0.5}
    for at, text in x.ticks:
        place = frame.left + x.place(at) * frame.width
        if x.grid:
            picture.add(Line(place, frame.bottom, place, frame.bottom + frame.height, **thin))
        _string(picture, place, frame.bottom - 10, text, anchor="middle", limit=22)
    for at, text in y.ticks:
        place = frame.bottom + y.place(at) * frame.height
        if y.grid:
            picture.add(Line(frame.left, place, frame.left + frame.width, place, **thin))
        _string(picture, frame.left - 4, place - 2.5, text, anchor="end", limit=36)
    _string(picture, frame.left + frame.width / 2, frame.bottom - 23, x.title, anchor="middle", limit=110)
    _string(picture, 2, frame.bottom + frame.height + 6, y.title, limit=110)


def _shapes(picture: Any, frame: Frame, x: Axis, y: Axis, shapes: Sequence[Any]) -> None:
    from reportlab.graphics.shapes import Line
    from reportlab.lib.colors import HexColor

    for shape in shapes:
        if shape.get("type") != "line":
            continue
        ends = [
            (frame.left + (at if str(shape.get("xref", "x")).endswith("domain") or shape.get("xref") == "paper" else x.place(at)) * frame.width,
             frame.bottom + (up if str(shape.get("yref", "y")).endswith("domain") or shape.get("yref") == "paper" else y.place(up)) * frame.height)
            for at, up in ((shape["x0"], shape["y0"]), (shape["x1"], shape["y1"]))
        ]  # fmt: skip
        picture.add(Line(*ends[0], *ends[1], strokeColor=HexColor("#77776F"), strokeWidth=0.8, strokeDashArray=[3, 2]))


def _notes(picture: Any, frame: Frame, x: Axis, y: Axis, notes: Sequence[Any]) -> None:
    for note in notes:
        across = note["x"] if str(note.get("xref", "x")) != "x" else x.place(note["x"])
        up = note["y"] if str(note.get("yref", "y")) != "y" else y.place(note["y"])
        if not (-0.02 <= across <= 1.02 and -0.02 <= up <= 1.02):
            continue
        lines = plain_text(str(note.get("text", ""))).split("\n")
        anchor = {"left": "start", "right": "end"}.get(note.get("xanchor", ""), "middle")
        colour = (note.get("font") or {}).get("color", INK)
        for row, line in enumerate(lines):
            place = frame.bottom + up * frame.height - 2.5 + SIZE * 1.15 * ((len(lines) - 1) / 2 - row)
            _string(picture, frame.left + across * frame.width, place, line, anchor=anchor, colour=colour if str(colour).startswith("#") and len(colour) == 7 else INK)
