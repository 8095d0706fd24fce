"""Lines of models: how a curve, its band and its clickable points are drawn, the same in every chart.

A line itself does not answer the mouse. Over it lie some sixty unseen points, large enough for a thumb, that say
where one is and carry `customdata` for the rows behind them; so a chart stays small whatever the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.charts.style import faint, muted, rounded, short
from core.evaluation.compare import Judged

__all__ = ["CLICKABLE", "band", "clickable", "evenly", "guide", "layered", "model_line"]

CLICKABLE = 60  # unseen points on a line
THUMB = 18  # px across


def model_line(figure: go.Figure, one: Judged, x: np.ndarray, y: np.ndarray, value: str, *, shape: str = "linear", marks: Sequence[float] = (0.1, 0.3, 0.5, 0.7, 0.9)) -> None:
    """A model's line in its colour and dash, with a few of its markers, and its entry in the legend.

    Args:
        figure: to draw into.
        one: the model.
        x, y: (m,) corners; x rises.
        value: written behind its name in the legend.
        shape: linear, or `vh`/`hv` for steps.
        marks: places on x that get a marker, so that lines are told apart without colour.
    """
    run = one.model.kind == "run"
    places = np.unique(np.searchsorted(x, marks).clip(0, len(x) - 1))
    style = {"color": one.identity.colour, "width": 3 if run else 1.5, "dash": one.identity.dash, "shape": shape}
    marker = {"color": one.identity.colour, "symbol": one.identity.marker, "size": 8 if run else 6}
    still = {"marker": {"opacity": 1}}  # markers do not fade when a point is chosen
    figure.add_scatter(x=rounded(x), y=rounded(y), mode="lines", line=style, showlegend=False, legendgroup=one.model.id, hoverinfo="skip")
    figure.add_scatter(
        x=rounded(x[places]), y=rounded(y[places]), mode="markers", legendgroup=one.model.id, showlegend=False, hoverinfo="skip",
        marker=marker, unselected=still,
    )  # fmt: skip
    figure.add_scatter(  # what the legend shows: line and marker together
        x=[None], y=[None], mode="lines+markers", line=style | {"shape": "linear"}, name=f"{short(one.model.name)} · {value}",
        legendgroup=one.model.id, marker=marker | {"size": 8}, legendrank=500 if run else 1000,
    )  # fmt: skip


def clickable(figure: go.Figure, one: Judged, x: np.ndarray, y: np.ndarray, custom: list[list[Any]], texts: list[str]) -> None:
    """Unseen points that say where one is (`texts`, HTML allowed: pass user text through `safe`) and lead to the rows behind."""
    figure.add_scatter(
        x=rounded(x), y=rounded(y), mode="markers", showlegend=False, legendgroup=one.model.id, customdata=custom, text=texts, hovertemplate="%{text}<extra></extra>",
        marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": THUMB, "opacity": 0},
        selected={"marker": {"opacity": 1, "size": THUMB - 4}}, unselected={"marker": {"opacity": 0}},
    )  # fmt: skip


def guide(figure: go.Figure, x: Sequence[float], y: Sequence[float], dark: bool, said: str = "") -> None:
    """A quiet dotted line to compare with, such as that of a coin, with its word beside the middle where it has one."""
    figure.add_scatter(x=list(x), y=list(y), mode="lines", line={"color": muted(dark), "width": 1, "dash": "dot"}, hoverinfo="skip", showlegend=False)
    if said:
        figure.add_annotation(x=0.53, y=0.46, text=said, showarrow=False, xanchor="left", font={"size": 11, "color": muted(dark)})


def layered(models: Sequence[Judged]) -> list[Judged]:
    """Simple models first, so that the user's own are drawn over them."""
    return sorted(models, key=lambda one: one.model.kind == "run")


def evenly(x: np.ndarray, y: np.ndarray, points: int = CLICKABLE) -> np.ndarray:
    """Places of so many corners, evenly along the line."""
    length = np.cumsum(np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])))
    return np.unique(np.searchsorted(length, np.linspace(0, length[-1], min(points, len(x)))).clip(0, len(x) - 1))


def band(figure: go.Figure, low: tuple[np.ndarray, np.ndarray], high: tuple[np.ndarray, np.ndarray], colour: str) -> None:
    """The range in which a line may lie: (x, y) of its lower and of its upper edge, (m,) each."""
    figure.add_scatter(
        x=rounded(np.r_[low[0], high[0][::-1]]), y=rounded(np.r_[low[1], high[1][::-1]]), fill="toself", fillcolor=faint(colour),
        mode="lines", line={"width": 0}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
