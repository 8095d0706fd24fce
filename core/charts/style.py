"""What all charts share: the dress of a figure, and how names and numbers are written.

Grounds are transparent, the grid is quiet, and margins leave room on a phone. User text passes `safe`,
because Plotly reads a little HTML in names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.evaluation.intervals import Interval

__all__ = [
    "Chart", "digits", "empty_figure", "error_bar", "error_bars", "faint", "ink", "legend_below", "muted",
    "number", "on_cell", "plain", "rounded", "safe", "short", "square_figure", "two_lines", "unique",
]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
AXIS_TITLES: dict[str, Any] = {"layout": {axis: {"title": {"font": {"size": 13}, "standoff": 10}} for axis in ("xaxis", "yaxis")}}  # outlives `title=…`
LABEL_LENGTH = 32  # characters of a name in a chart
LINE_LENGTH = 18  # characters of one of the two lines of a name beside an axis


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure with its words.

    Attributes:
        figure: the Plotly figure, without title.
        title: the finding, as a sentence.
        alt: the same with numbers, for those who cannot see the figure.
    """

    figure: go.Figure
    title: str
    alt: str


def number(interval: Interval, share: bool = True) -> str:
    """A number with its interval, as our pages write it: `84.2 % · 82.1–86.1` or `0.471 · 0.44–0.51`.

    Example:
        >>> number(Interval(0.842, 0.821, 0.861))
        '84.2 % · 82.1–86.1'
    """
    if interval.value is None:
        return "—"
    write = (lambda value: f"{value * 100:.1f}") if share else plain
    middle = write(interval.value) + (" %" if share else "")
    return middle if interval.low is None or interval.high is None else f"{middle} · {write(interval.low)}–{write(interval.high)}"


def plain(value: float) -> str:
    """Three significant digits, thousands separated, never in powers of ten below a million."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 8)}f}" if 1e-6 < abs(value) < 1e9 else f"{value:.3g}"


def error_bar(value: float, low: float | None, high: float | None, colour: str) -> dict[str, Any]:
    if low is None or high is None:
        return {"visible": False}
    return {"type": "data", "symmetric": False, "array": [high - value], "arrayminus": [value - low], "color": colour, "thickness": 2.5, "width": 7}


def error_bars(intervals: Sequence[Interval], colour: str) -> dict[str, Any]:
    values = [(i.value or 0.0, i.low if i.low is not None else i.value, i.high if i.high is not None else i.value) for i in intervals]
    return {
        "type": "data", "symmetric": False, "color": colour, "thickness": 1.5, "width": 0,
        "array": [(high or 0.0) - value for value, _, high in values], "arrayminus": [value - (low or 0.0) for value, low, _ in values],
    }  # fmt: skip


def empty_figure(dark: bool, height: int) -> go.Figure:
    """An empty figure in our dress: transparent, quiet grid, room for a phone."""
    grid = "rgba(255,255,255,0.13)" if dark else "rgba(0,0,0,0.09)"
    axis = {"gridcolor": grid, "zeroline": False, "linecolor": grid, "title": {"standoff": 10, "font": {"size": 13}}, "automargin": True, "fixedrange": False}
    return go.Figure(layout={
        "height": height, "margin": {"l": 12, "r": 16, "t": 12, "b": 12}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": ink(dark)}, "xaxis": axis, "yaxis": axis, "hoverlabel": {"font": {"family": FONT}},
        "dragmode": False, "legend": {"orientation": "h"}, "template": AXIS_TITLES,
    })  # fmt: skip


def square_figure(dark: bool, lines: int) -> go.Figure:
    figure = empty_figure(dark, height=400 + 24 * lines)
    share = {"range": [-0.01, 1.01], "tickformat": ".0%", "nticks": 6}
    return figure.update_layout(xaxis=share, yaxis=share, legend=legend_below())


def legend_below() -> dict[str, Any]:
    return {"orientation": "v", "x": 0, "xanchor": "left", "y": 0, "yref": "container", "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"}


def ink(dark: bool) -> str:
    return "#EEEEEC" if dark else "#1C1C1A"


def muted(dark: bool) -> str:
    return "#9A9A95" if dark else "#77776F"


def faint(colour: str, strength: float = 0.14) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"


def safe(text: str) -> str:
    """User text for Plotly, which reads a little HTML in names: entities keep it as text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(text: str) -> str:
    """A name cut to what a chart has room for, safe to draw; its end is kept, where models of one recipe differ."""
    return safe(text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 8].rstrip()}…{text[-7:]}")


def two_lines(text: str) -> str:
    """A name for a place beside an axis, where a phone has room for two short lines; its end is kept; safe to draw."""
    lines = wrap(text, LINE_LENGTH) or [""]
    if len(lines) > 2:
        lines = [lines[0], f"… {text[2 - LINE_LENGTH :].lstrip()}"]
    return "<br>".join(safe(line) for line in lines)


def on_cell(colour: str, strength: float, dark: bool) -> str:
    """White or near black, whichever is easier to read on a cell of this colour and strength."""
    ground = 17 if dark else 255
    channels = [(int(colour[at : at + 2], 16) * strength + ground * (1 - strength)) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]  # WCAG 2.2
    return "#FFFFFF" if luminance < 0.2 else ink(dark=False)


def unique(labels: Sequence[str]) -> list[str]:
    """Short class names that stay different from each other, for a categorical axis."""
    seen: dict[str, int] = {}
    names = []
    for label in labels:
        name = short(label)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def rounded(values: np.ndarray) -> list[float]:
    return [float(value) for value in np.round(values, 5)]


def digits(values: np.ndarray) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
