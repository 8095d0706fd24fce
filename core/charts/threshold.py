"""Threshold chart: one metric of all models as the threshold moves, and where each of them was judged.

The lines are of the validation rows, on which thresholds are chosen; the marks with intervals are of the test rows,
which judge. So the chart may be looked at as long as one likes, and the test rows have still answered only once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.charts.style import Chart, empty_figure, error_bar, legend_below, muted, number, rounded, safe
from core.language import _
from core.worth.goals import AtGoal, Goal, Ranked, Ranking
from core.worth.threshold import AT_THRESHOLD, metric_values

__all__ = ["legend_name", "metric_title", "threshold_chart"]

POINTS = 201
NOT_SHARES = {"mcc"}


def threshold_chart(ranking: Ranking, chosen: Sequence[AtGoal], metric: str = "f1", *, goal: Goal | None = None, dark: bool = False) -> Chart:
    """One metric against the threshold.

    Args:
        ranking: the models with their scores sorted.
        chosen: where each of them is judged (`Ranking.at`), in the same order.
        metric: of `core.worth.threshold.AT_THRESHOLD`.
        goal: drawn as a line where it limits this metric.
        dark: for a dark ground.
    """
    assert metric in AT_THRESHOLD
    word, share = metric_title(metric), metric not in NOT_SHARES
    figure = empty_figure(dark, height=380 + 24 * len(ranking.models))
    figure.update_layout(legend=legend_below())
    for ranked, found in sorted(zip(ranking.models, chosen, strict=True), key=lambda pair: pair[0].one.model.kind == "run"):
        _line(figure, ranked, metric)
        _mark(figure, ranked, found, metric, share)
    if goal is not None and goal.metric == metric and goal.value is not None:
        figure.add_hline(y=goal.value, line={"color": muted(dark), "width": 1.5, "dash": "dot"}, annotation_text=_("goal"), annotation_font_color=muted(dark))
    figure.update_xaxes(title=_("Threshold (probability)"), range=[-0.01, 1.01], nticks=6)
    figure.update_yaxes(title=word, range=[-0.02, 1.02] if share else None, tickformat=".0%" if share else None, nticks=6)
    return Chart(figure, _finding(chosen, metric, word, share), _alt(chosen, metric, word, share))


def metric_title(metric: str) -> str:
    """The metric's name for people, in the visitor's language."""
    names = {
        "precision": _("Precision"), "recall": _("Recall"), "specificity": _("Specificity"), "f1": "F1", "accuracy": _("Accuracy"),
        "balanced_accuracy": _("Balanced accuracy"), "mcc": "MCC", "alarm_share": _("Alarms, share of all"),
    }  # fmt: skip
    return names[metric]


def legend_name(name: str) -> str:
    """A name cut in its middle, because models of one kind differ at the end; safe to draw."""
    return safe(name if len(name) <= 30 else f"{name[:20].rstrip()} … {name[-8:].lstrip()}")


def _line(figure: go.Figure, ranked: Ranked, metric: str) -> None:
    scores = ranked.validation or ranked.test
    corners = scores.at(np.linspace(1, 0, POINTS))
    values = metric_values(metric, corners)
    run = ranked.one.model.kind == "run"
    figure.add_scatter(
        x=rounded(corners.threshold), y=[None if math.isnan(value) else value for value in rounded(values)], mode="lines", name=safe(ranked.one.model.name),
        line={"color": ranked.one.identity.colour, "width": 2 if run else 1.2, "dash": ranked.one.identity.dash}, showlegend=False,
        legendgroup=ranked.one.model.id, hovertemplate=f"{safe(ranked.one.model.name)}<br>%{{x:.2f}} → %{{y:.3f}}<extra></extra>",
    )  # fmt: skip


def _mark(figure: go.Figure, ranked: Ranked, found: AtGoal, metric: str, share: bool) -> None:
    interval, style, run = found.metrics[metric], ranked.one.identity, ranked.one.model.kind == "run"
    if interval.value is None:
        return
    place = min(found.threshold, 1.0)
    figure.add_scatter(
        x=[place], y=[interval.value], mode="lines+markers", name=f"{legend_name(ranked.one.model.name)} · {number(interval, share).split(' · ')[0]}",
        marker={"color": style.colour, "symbol": style.marker, "size": 12 if run else 9, "line": {"width": 1.5, "color": style.colour}},
        line={"color": style.colour, "dash": style.dash, "width": 2}, error_y=error_bar(interval.value, interval.low, interval.high, style.colour),
        legendgroup=ranked.one.model.id, legendrank=500 if run else 1000, customdata=[["threshold", place, ranked.one.model.id]],
        hovertemplate=f"{safe(ranked.one.model.name)}<br>{number(interval, share)}<extra></extra>",
    )  # fmt: skip


def _finding(chosen: Sequence[AtGoal], metric: str, word: str, share: bool) -> str:
    known = [found for found in chosen if found.metrics[metric].value is not None and found.one.model.kind == "run"] or list(chosen)
    best = max(known, key=lambda found: found.metrics[metric].value or 0.0)
    same = len({found.threshold for found in chosen}) == 1
    words = {"name": best.one.model.name, "metric": word, "value": number(best.metrics[metric], share).split(" · ")[0], "threshold": f"{best.threshold:.3g}"}
    if metric == "alarm_share":
        return _("{name} calls {value} of the test rows so, at a threshold of {threshold}").format(**words)
    if same:
        return _("At a threshold of {threshold}, {name} reaches {metric} {value} on the test rows").format(**words)
    return _("{name} reaches {metric} {value} on the test rows, at a threshold of {threshold}").format(**words)


def _alt(chosen: Sequence[AtGoal], metric: str, word: str, share: bool) -> str:
    each = "; ".join(f"{found.one.model.name} {number(found.metrics[metric], share)} ({found.threshold:.3g})" for found in chosen)
    return _("{metric} on the test rows, with the threshold in brackets: {each}.").format(metric=word, each=each)
