"""The marks of a chart on paper: lines, bands, dots with error bars, bars and heat maps, as reportlab draws them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.report.axes import values_of

__all__ = ["draw_trace", "swatch"]

Place = Callable[[Any], float]
DASHES = {"dash": [5, 3], "dot": [1.5, 2], "dashdot": [5, 2, 1.5, 2], "longdash": [8, 3], "longdashdot": [8, 3, 1.5, 3]}
GREY = "#8A8F98"
THINNER = 0.62  # a line of the screen on paper


def draw_trace(picture: Any, trace: dict[str, Any], x: Place, y: Place, traces: Sequence[dict[str, Any]], number: int, *, overlaid: bool = False) -> None:
    """Draw one trace.

    Args:
        picture: the drawing.
        trace: as Plotly has it.
        x, y: value → points.
        traces, number: all of the figure, and the place of this one among them.
        overlaid: bars of several traces stand in one place, not beside each other.
    """
    kind = trace.get("type", "scatter")
    if kind == "heatmap":
        _heatmap(picture, trace, x, y)
    elif kind == "bar":
        _bars(picture, trace, x, y, [trace] if overlaid else traces)
    elif kind in ("scatter", "scattergl"):
        _scatter(picture, trace, x, y, traces, number)


def swatch(picture: Any, trace: dict[str, Any], x: float, y: float) -> None:
    """What the legend shows of a trace: its line and its marker."""
    from reportlab.graphics.shapes import Line, Rect

    if trace.get("type") == "bar":
        picture.add(Rect(x + 6, y - 3, 8, 6, fillColor=colour(_marker_colour(trace)), strokeColor=None))
        return
    mode = trace.get("mode") or "lines"
    if "lines" in mode:
        picture.add(Line(x, y, x + 20, y, **_stroke(trace)))
    if "markers" in mode:
        _dot(picture, x + 10, y, trace, 5)


def colour(text: Any, alpha: float = 1.0) -> Any:
    """A colour of Plotly's for reportlab; grey where it cannot be read.

    Example:
        >>> colour("rgba(0,114,178,0.5)").alpha, colour("#0072B2").hexval(), colour("plasma").hexval()
        (0.5, '0x0072b2', '0x8a8f98')
    """
    from reportlab.lib.colors import Color

    if found := re.fullmatch(r"rgba?\((\d+), ?(\d+), ?(\d+)(?:, ?([\d.]+))?\)", str(text)):
        red, green, blue = (int(found[place]) / 255 for place in (1, 2, 3))
        return Color(red, green, blue, alpha * float(found[4] or 1))
    digits = str(text) if re.fullmatch(r"#[0-9A-Fa-f]{6}", str(text)) else GREY
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return Color(red, green, blue, alpha)


def _scatter(picture: Any, trace: dict[str, Any], x: Place, y: Place, traces: Sequence[dict[str, Any]], number: int) -> None:
    mode = trace.get("mode") or ("lines" if len(values_of(trace, "x")) > 20 else "lines+markers")
    points = _points(trace, x, y)
    if trace.get("fill"):
        _band(picture, trace, points, _points(traces[number - 1], x, y) if number else [], y)
    if "lines" in mode and (trace.get("line") or {}).get("width") != 0:
        _lines(picture, trace, _stepped(points, (trace.get("line") or {}).get("shape")))
    if "markers" in mode:
        _error_bars(picture, trace, x, y)
        for place, (across, up) in enumerate(points):
            if not math.isnan(across + up):
                _dot(picture, across, up, trace, _sized(trace, place))


def _points(trace: dict[str, Any], x: Place, y: Place) -> list[tuple[float, float]]:
    return [(x(across), y(up)) for across, up in zip(values_of(trace, "x"), values_of(trace, "y"), strict=False)]


def _stepped(points: Sequence[tuple[float, float]], shape: Any) -> list[tuple[float, float]]:
    if shape not in ("hv", "vh") or not points:
        return list(points)
    stepped = [points[0]]
    for before, after in zip(points, points[1:], strict=False):
        stepped += [(after[0], before[1]) if shape == "hv" else (before[0], after[1]), after]
    return stepped


def _stroke(trace: dict[str, Any]) -> dict[str, Any]:
    line = trace.get("line") or {}
    dash = DASHES.get(line.get("dash") or "")
    return {"strokeColor": colour(line.get("color") or _marker_colour(trace)), "strokeWidth": float(line.get("width") or 2) * THINNER} | ({"strokeDashArray": dash} if dash else {})


def _lines(picture: Any, trace: dict[str, Any], points: Iterable[tuple[float, float]]) -> None:
    from reportlab.graphics.shapes import PolyLine

    run: list[float] = []
    for across, up in [*points, (math.nan, math.nan)]:
        if not math.isnan(across + up):
            run += [across, up]
            continue
        if len(run) > 2:
            picture.add(PolyLine(run, **_stroke(trace)))
        run = []


def _band(picture: Any, trace: dict[str, Any], points: Sequence[tuple[float, float]], before: Sequence[tuple[float, float]], y: Place) -> None:
    from reportlab.graphics.shapes import Polygon

    outline = [point for point in points if not math.isnan(sum(point))]
    if trace["fill"] == "tonexty":
        outline += [point for point in reversed(before) if not math.isnan(sum(point))]
    elif trace["fill"] == "tozeroy" and outline:
        outline += [(outline[-1][0], y(0.0)), (outline[0][0], y(0.0))]
    if len(outline) > 2:
        fill = colour(trace.get("fillcolor") or (trace.get("line") or {}).get("color"), 1.0 if trace.get("fillcolor") else 0.2)
        picture.add(Polygon([part for point in outline for part in point], fillColor=fill, strokeColor=None))


def _error_bars(picture: Any, trace: dict[str, Any], x: Place, y: Place) -> None:
    from reportlab.graphics.shapes import Line

    for key, sideways in (("error_x", True), ("error_y", False)):
        error = trace.get(key) or {}
        if error.get("array") is None or error.get("visible") is False:
            continue
        stroke = {"strokeColor": colour(error.get("color") or _marker_colour(trace)), "strokeWidth": float(error.get("thickness") or 2) * THINNER}
        given = error.get("arrayminus")
        below = error["array"] if given is None else given
        for across, up, more, less in zip(values_of(trace, "x"), values_of(trace, "y"), error["array"], below, strict=False):
            if None in (across, up, more, less):
                continue
            ends = ((x(across - less), y(up)), (x(across + more), y(up))) if sideways else ((x(across), y(up - less)), (x(across), y(up + more)))
            picture.add(Line(*ends[0], *ends[1], **stroke))


def _marker_colour(trace: dict[str, Any]) -> Any:
    return (trace.get("marker") or {}).get("color") or (trace.get("line") or {}).get("color") or GREY


def _sized(trace: dict[str, Any], place: int) -> float:
    size = (trace.get("marker") or {}).get("size", 6)
    return float(size if isinstance(size, int | float) else list(size)[place]) * THINNER


def _dot(picture: Any, x: float, y: float, trace: dict[str, Any], size: float) -> None:
    from reportlab.graphics.shapes import Circle, Line, Polygon, Rect

    marker = trace.get("marker") or {}
    symbol, found = str(marker.get("symbol") or "circle"), _marker_colour(trace)
    ink = colour(found if isinstance(found, str) else GREY, float(marker.get("opacity") or 1))
    paint = {"fillColor": None if symbol.endswith("-open") else ink, "strokeColor": ink, "strokeWidth": 0.9}
    half = size / 2
    if symbol.startswith("line-ns"):
        picture.add(Line(x, y - half, x, y + half, strokeColor=ink, strokeWidth=1.8))
    elif symbol.startswith("square"):
        picture.add(Rect(x - half, y - half, size, size, **paint))
    elif symbol.startswith("diamond"):
        picture.add(Polygon([x - half, y, x, y + half, x + half, y, x, y - half], **paint))
    elif symbol.startswith("triangle"):
        picture.add(Polygon([x - half, y - half, x, y + half, x + half, y - half], **paint))
    else:
        picture.add(Circle(x, y, half, **paint))


def _bars(picture: Any, trace: dict[str, Any], x: Place, y: Place, traces: Sequence[dict[str, Any]]) -> None:
    from reportlab.graphics.shapes import Rect

    flat = trace.get("orientation") == "h"
    along, across = (values_of(trace, "x"), values_of(trace, "y")) if flat else (values_of(trace, "y"), values_of(trace, "x"))
    grow, lie = (x, y) if flat else (y, x)
    bars = [one for one in traces if one.get("type") == "bar"]
    centres = sorted(place for place in {lie(one) for one in across} if not math.isnan(place))
    gap = min((after - before for before, after in zip(centres, centres[1:], strict=False)), default=40.0)
    wide = gap * 0.8 / len(bars)
    offset = (bars.index(trace) - (len(bars) - 1) / 2) * wide
    found = _marker_colour(trace)
    for place, (value, at) in enumerate(zip(along, across, strict=False)):
        if value is None or math.isnan(lie(at)):
            continue
        start, end = sorted((grow(0.0), grow(value)))
        ink = colour(found if isinstance(found, str) else list(found)[place], float((trace.get("marker") or {}).get("opacity") or 1))
        side = lie(at) + offset - wide / 2
        box = (start, side, end - start, wide) if flat else (side, start, wide, end - start)
        picture.add(Rect(*box, fillColor=ink, strokeColor=None))


def _heatmap(picture: Any, trace: dict[str, Any], x: Place, y: Place) -> None:
    from reportlab.graphics.shapes import Rect

    table = [list(row) for row in values_of(trace, "z")]
    if not table:
        return
    columns, rows = values_of(trace, "x") or list(range(len(table[0]))), values_of(trace, "y") or list(range(len(table)))
    known = [value for row in table for value in row if value is not None]
    low = trace["zmin"] if trace.get("zmin") is not None else min(known)
    high = trace["zmax"] if trace.get("zmax") is not None else max(known)
    wide = abs(x(columns[1]) - x(columns[0])) if len(columns) > 1 else 60.0
    tall = abs(y(rows[1]) - y(rows[0])) if len(rows) > 1 else 30.0
    scale = [(float(stop), colour(text)) for stop, text in trace.get("colorscale") or ((0, "#FFFFFF"), (1, GREY))]
    for up, row in zip(rows, table, strict=False):
        for across, value in zip(columns, row, strict=False):
            if value is not None:
                share = (value - low) / ((high - low) or 1)
                picture.add(Rect(x(across) - wide / 2 + 0.5, y(up) - tall / 2 + 0.5, wide - 1, tall - 1, fillColor=_between(scale, share), strokeColor=None))


def _between(scale: Sequence[tuple[float, Any]], share: float) -> Any:
    from reportlab.lib.colors import Color

    share = min(max(share, 0.0), 1.0)
    above = next((place for place, (stop, _ink) in enumerate(scale) if stop >= share), len(scale) - 1)
    (start, one), (end, two) = scale[max(above - 1, 0)], scale[above]
    part = (share - start) / (end - start) if end > start else 1.0
    mixed = [a + (b - a) * part for a, b in zip((*one.rgb(), one.alpha), (*two.rgb(), two.alpha), strict=True)]
    return Color(*mixed[:3], alpha=mixed[3])
