"""ROC and precision–recall charts: all models for one class, runs with the band in which their curve may lie."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.charts.style import Chart, faint, muted, number, rounded, safe, short, square_figure
from core.dataset.schema import Task
from core.evaluation.compare import Comparison, Judged
from core.evaluation.curves import Curve, precision_recall_curve, roc_curve, thin

__all__ = ["precision_recall", "roc"]


def roc(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """Share of one class that is found against share of false alarms.

    Args:
        comparison: of classifiers.
        label: the class; default: the second of two; of more, the hardest for the first model.
        dark: for a dark ground.
    """
    chosen = label or _usual_class(comparison)
    figure = square_figure(dark, len(comparison.models))
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": muted(dark), "width": 1, "dash": "dot"}, name="coin toss", hoverinfo="skip", showlegend=False)
    found = _curves(figure, comparison, chosen, "roc", dark)
    figure.update_xaxes(title="False alarms, share of the others")
    figure.update_yaxes(title="Found (recall)")
    if found is None:
        return Chart(figure, f"There is nothing to rank: the test rows are all “{chosen}”, or none is", "No curve can be drawn.")
    at = float(np.interp(0.1, found[1].x, found[1].y))
    title = f"With 10 false alarms in 100 others, {found[0].model.name} finds {at * 100:.0f} of 100 “{chosen}”"
    return Chart(figure, title, _areas(comparison, chosen, "roc_auc", "Area under the ROC curve"))


def precision_recall(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """Share of alarms that are right against share of one class that is found.

    Args:
        comparison: of classifiers.
        label: the class; default: the second of two; of more, the hardest for the first model.
        dark: for a dark ground.
    """
    chosen = label or _usual_class(comparison)
    figure = square_figure(dark, len(comparison.models))
    found = _curves(figure, comparison, chosen, "precision", dark)
    figure.update_xaxes(title="Found (recall)")
    figure.update_yaxes(title="Right when called (precision)")
    if found is None:
        return Chart(figure, f"There is nothing to rank: the test rows are all “{chosen}”, or none is", "No curve can be drawn.")
    half = np.flatnonzero(found[1].x >= 0.5)[0]
    title = f"To find half of “{chosen}”, {found[0].model.name} is right in {found[1].y[half] * 100:.0f} of 100 calls"
    return Chart(figure, title, _areas(comparison, chosen, "average_precision", "Average precision"))


def _curves(figure: go.Figure, comparison: Comparison, label: str, kind: str, dark: bool) -> tuple[Judged, Curve] | None:
    """Draw baselines first, then runs with their bands; return the best run (or model) with its exact curve."""
    column = comparison.labels.index(label)
    make, metric = (roc_curve, "roc_auc") if kind == "roc" else (precision_recall_curve, "average_precision")
    best: tuple[float, Judged, Curve] | None = None
    banded = _banded(comparison, label, metric)
    for one in sorted(comparison.models, key=lambda one: one.model.kind == "run"):
        curve = make(one.model.predictions.truth == column, one.model.predictions.scores[:, column])
        if curve is None:
            continue
        drawn = thin(curve)
        if one in banded:
            _band(figure, drawn, one.identity.colour)
        area = one.evaluation.per_class[label][metric].value or 0.0
        _line(figure, one, drawn, f"{short(one.model.name)} · {area:.3f}", "linear" if kind == "roc" else "vh")
        rank = area + (1 if one.model.kind == "run" else 0)
        best = (rank, one, curve) if best is None or rank > best[0] else best
    return None if best is None else (best[1], best[2])


def _usual_class(comparison: Comparison) -> str:
    if comparison.task is Task.BINARY:
        return comparison.labels[1]
    areas = {label: found["roc_auc"].value for label, found in comparison.models[0].evaluation.per_class.items()}
    return min(areas, key=lambda label: 2.0 if areas[label] is None else areas[label] or 0.0)


def _banded(comparison: Comparison, label: str, metric: str) -> tuple[Judged, ...]:
    """Runs drawn with a band: both of two; of more only the best, because bands on bands are mud."""
    if len(comparison.runs) <= 2:
        return comparison.runs
    return (max(comparison.runs, key=lambda one: one.evaluation.per_class[label][metric].value or 0.0),)


def _line(figure: go.Figure, one: Judged, curve: Curve, name: str, shape: str) -> None:
    run = one.model.kind == "run"
    marks = np.unique(np.searchsorted(curve.x, [0.1, 0.3, 0.5, 0.7, 0.9]).clip(0, len(curve.x) - 1))
    style = {"color": one.identity.colour, "width": 3 if run else 1.5, "dash": one.identity.dash, "shape": shape}
    figure.add_scatter(
        x=rounded(curve.x), y=rounded(curve.y), mode="lines", line=style, showlegend=False, name=name, legendgroup=one.model.id,
        hovertemplate=f"{safe(one.model.name)}<br>%{{x:.1%}} → %{{y:.1%}}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=rounded(curve.x[marks]), y=rounded(curve.y[marks]), mode="markers", legendgroup=one.model.id, showlegend=False, hoverinfo="skip",
        marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": 8 if run else 6},
    )  # fmt: skip
    figure.add_scatter(  # what the legend shows: line and marker together
        x=[None], y=[None], mode="lines+markers", line=style | {"shape": "linear"}, name=name, legendgroup=one.model.id,
        marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": 8}, legendrank=500 if run else 1000,
    )  # fmt: skip


def _band(figure: go.Figure, curve: Curve, colour: str) -> None:
    x = np.r_[curve.low[:, 0], curve.high[::-1, 0]]
    y = np.r_[curve.low[:, 1], curve.high[::-1, 1]]
    figure.add_scatter(
        x=rounded(x), y=rounded(y), fill="toself", fillcolor=faint(colour), mode="lines", line={"width": 0}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _areas(comparison: Comparison, label: str, metric: str, word: str) -> str:
    values = [f"{one.model.name} {number(one.evaluation.per_class[label][metric], share=False)}" for one in comparison.models]
    return f"{word} for “{label}” on {comparison.rows_judged:,} test rows: {'; '.join(values)}."
