"""Gain and lift charts: what is found when only the best-scored rows can be handled."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.charts.curves import banded, nothing_to_rank, usual_class
from core.charts.lines import band, clickable, evenly, guide, layered, model_line
from core.charts.style import Chart, empty_figure, legend_below, muted, plain, safe, square_figure
from core.evaluation.compare import Comparison, Judged
from core.evaluation.lift import Gain, gain_of
from core.evaluation.ranking import ranked
from core.language import _

__all__ = ["gain", "lift"]

POINTS = 300
TOP = 0.1  # of the rows, read out in titles


def gain(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """Share of one class that is found when so many of the rows are handled, best-scored first.

    Args:
        comparison: of classifiers.
        label: the class; default: the second of two; of more, the hardest for the first model.
        dark: for a dark ground.
    """
    chosen = label or usual_class(comparison)
    found = _gains(comparison, chosen)
    figure = square_figure(dark, len(comparison.models))
    guide(figure, (0, 1), (0, 1), dark, _("by chance"))
    for one, curve in found:
        x, y = np.r_[0.0, curve.handled], np.r_[0.0, curve.found]
        if one in banded(comparison, "roc_auc", chosen):
            band(figure, (curve.handled, curve.found_low), (curve.handled, curve.found_high), one.identity.colour)
        model_line(figure, one, x, y, f"{curve.at(TOP) * 100:.0f} %", marks=(0.05, 0.15, 0.3, 0.5, 0.7))
        _points(figure, one, curve, comparison.labels.index(chosen), as_lift=False)
    figure.update_xaxes(title=_("Rows handled, best-scored first"))
    figure.update_yaxes(title=_("Found (gain)"))
    if not found:
        return nothing_to_rank(figure, chosen)
    best, curve = max(found, key=lambda pair: (pair[0].model.kind == "run", pair[1].at(TOP)))
    title = _("In the top 10 % of its list, {name} has {n} of 100 “{label}”").format(name=best.model.name, n=f"{curve.at(TOP) * 100:.0f}", label=chosen)
    return Chart(figure, title, _("Share of “{label}” found in the top 10 % of rows: {each}.").format(label=chosen, each=_each(found, as_lift=False)))


def lift(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """How many times more of one class than by chance is among the best-scored rows.

    Args:
        comparison: of classifiers.
        label: the class; default: the second of two; of more, the hardest for the first model.
        dark: for a dark ground.
    """
    chosen = label or usual_class(comparison)
    found = _gains(comparison, chosen)
    figure = empty_figure(dark, height=360 + 24 * len(comparison.models))
    figure.add_hline(y=1, line={"color": muted(dark), "width": 1, "dash": "dot"})
    figure.add_annotation(x=0.99, y=1, text=_("by chance"), showarrow=False, xanchor="right", yshift=-9, font={"size": 11, "color": muted(dark)})
    for one, curve in found:
        shown = curve.handled >= min(0.01, float(curve.handled[-1]))  # of the first few rows a lift is noise
        x, y = curve.handled[shown], curve.lift[shown]
        if one in banded(comparison, "roc_auc", chosen):
            band(figure, (x, curve.lift_low[shown]), (x, curve.lift_high[shown]), one.identity.colour)
        model_line(figure, one, x, y, f"{curve.at(TOP) / TOP:.1f}×", marks=(0.05, 0.15, 0.3, 0.5, 0.7))
        _points(figure, one, curve, comparison.labels.index(chosen), as_lift=True)
    figure.update_xaxes(title=_("Rows handled, best-scored first"), range=[0, 1.01], tickformat=".0%", nticks=6)
    figure.update_yaxes(title=_("Times better than chance (lift)"), rangemode="tozero", ticksuffix="×")
    figure.update_layout(legend=legend_below())
    if not found:
        return nothing_to_rank(figure, chosen)
    best, curve = max(found, key=lambda pair: (pair[0].model.kind == "run", pair[1].at(TOP)))
    times = f"{curve.at(TOP) / TOP:.1f}"
    title = _("In the top 10 % of its list, {name} finds {times} times as many “{label}” as chance would").format(name=best.model.name, times=times, label=chosen)
    return Chart(figure, title, _("Lift for “{label}” in the top 10 % of rows: {each}.").format(label=chosen, each=_each(found, as_lift=True)))


def _gains(comparison: Comparison, label: str) -> list[tuple[Judged, Gain]]:
    column, found = comparison.labels.index(label), []
    for one in layered(comparison.models):
        curve = gain_of(ranked(one.model.predictions, column), POINTS)
        if curve is not None:
            found.append((one, curve))
    return found


def _points(figure: go.Figure, one: Judged, curve: Gain, column: int, *, as_lift: bool) -> None:
    y = curve.lift if as_lift else curve.found
    places = evenly(curve.handled, curve.found)
    places = places[curve.handled[places] >= min(0.01, float(curve.handled[-1]))]
    texts = [
        _("{name}<br>{handled} of the rows handled, {found} found<br>called from {threshold} on").format(
            name=safe(one.model.name), handled=f"{curve.handled[place]:.1%}", found=f"{curve.found[place]:.1%}", threshold=plain(float(curve.threshold[place])),
        )
        for place in places
    ]  # fmt: skip
    custom = [["threshold", float(curve.threshold[place]), column, one.model.id] for place in places]
    clickable(figure, one, curve.handled[places], y[places], custom, texts)


def _each(found: list[tuple[Judged, Gain]], *, as_lift: bool) -> str:
    found = sorted(found, key=lambda pair: pair[0].model.kind != "run")
    return "; ".join(f"{one.model.name} {curve.at(TOP) / TOP:.1f}×" if as_lift else f"{one.model.name} {curve.at(TOP) * 100:.0f} %" for one, curve in found)
