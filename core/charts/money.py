"""Money chart: what each model brings a month over the best way without a model, by how many cases it acts on.

A profit curve (Provost and Fawcett, "Data Science for Business", 2013): left nobody is acted on, right everybody, and
one of both ends is the zero line. Lines are of the validation rows, which choose the threshold; marks with intervals
are of the test rows, which judge.
"""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from core.charts.style import Chart, digits, empty_figure, error_bar, legend_below, muted, rounded, safe
from core.charts.threshold import legend_name
from core.language import _
from core.worth.currency import money_range, money_text, money_ticks
from core.worth.goals import Ranked, Ranking
from core.worth.money import money_values
from core.worth.pitch import policy_word
from core.worth.threshold import metric_values
from core.worth.values import Values
from core.worth.worth import ModelWorth, Worth

__all__ = ["money_chart"]

POINTS = 240


def money_chart(ranking: Ranking, worth: Worth, *, dark: bool = False) -> Chart:
    """Gain a month against the share of cases that a model acts on.

    Args:
        ranking: the models with their scores sorted.
        worth: what they bring (`worth_of` of the same ranking).
        dark: for a dark ground.
    """
    figure = empty_figure(dark, height=380 + 24 * len(worth.models))
    figure.update_layout(legend=legend_below())
    figure.add_hline(y=0, line={"color": muted(dark), "width": 1.5, "dash": "dash"})
    measured = worth.values.against_never() if worth.policy == "never" else worth.values.against_always()
    lowest = 0.0
    for ranked, found in sorted(zip(ranking.models, worth.models, strict=True), key=lambda pair: pair[0].one.model.kind == "run"):
        lowest = min(lowest, _line(figure, ranked, measured, worth.values.currency))
        _mark(figure, found, worth)
    figure.update_xaxes(title=_("Share of cases acted on"), tickformat=".0%", range=[-0.02, 1.02], nticks=6)
    ends = _ends(worth, lowest)
    places, texts = money_ticks(*ends, worth.values.currency)
    figure.update_yaxes(title=_("Gain a month"), tickvals=places, ticktext=[safe(text) for text in texts], range=list(ends))
    return Chart(figure, _finding(worth), _alt(worth))


def _line(figure: go.Figure, ranked: Ranked, measured: Values, currency: str) -> float:
    """Draw the curve of one model; returns its lowest point."""
    scores = ranked.validation or ranked.test
    if not len(scores.hits) or not len(scores.others):
        return 0.0
    corners = scores.corners
    acted, gains = metric_values("alarm_share", corners, measured.rate), money_values(corners, measured)
    keep = np.unique(np.r_[np.searchsorted(acted, np.linspace(0, 1, POINTS)).clip(0, len(acted) - 1), int(np.argmax(gains))])
    run, style = ranked.one.model.kind == "run", ranked.one.identity
    figure.add_scatter(
        x=rounded(acted[keep]), y=digits(gains[keep]), mode="lines", line={"color": style.colour, "width": 2 if run else 1.2, "dash": style.dash},
        name=safe(ranked.one.model.name), legendgroup=ranked.one.model.id, showlegend=False, customdata=rounded(np.minimum(corners.threshold[keep], 1.0)),
        hovertemplate=f"{safe(ranked.one.model.name)}<br>%{{x:.1%}} → %{{text}} (%{{customdata:.3f}})<extra></extra>",
        text=[safe(money_text(float(gain), currency)) for gain in gains[keep]],
    )  # fmt: skip
    return float(gains.min())


def _mark(figure: go.Figure, found: ModelWorth, worth: Worth) -> None:
    style, run, gain = found.one.identity, found.one.model.kind == "run", found.gain
    if gain.value is None:
        return
    counts, rate = found.counts, worth.rate
    acted = rate * counts.tp / max(counts.positives, 1) + (1 - rate) * counts.fp / max(counts.negatives, 1)
    figure.add_scatter(
        x=[acted], y=[gain.value], mode="lines+markers", name=f"{legend_name(found.one.model.name)} · {safe(money_text(gain.value, worth.values.currency))}",
        marker={"color": style.colour, "symbol": style.marker, "size": 12 if run else 9, "line": {"width": 1.5, "color": style.colour}},
        line={"color": style.colour, "dash": style.dash, "width": 2}, error_y=error_bar(gain.value, gain.low, gain.high, style.colour),
        legendgroup=found.one.model.id, legendrank=500 if run else 1000,
        customdata=[["threshold", found.threshold if math.isfinite(found.threshold) else 1.0, found.one.model.id]],
        hovertemplate=f"{safe(found.one.model.name)}<br>{safe(money_text(gain.value, worth.values.currency))} ({safe(money_range(gain, worth.values.currency))})<extra></extra>",
    )  # fmt: skip


def _ends(worth: Worth, lowest: float) -> tuple[float, float]:
    """Ends of the axis: no further below zero than above, because who acts at random may lose far more than any model gains."""
    top = max((found.gain.high for found in worth.models if found.gain.high is not None), default=0.0)
    low = min((found.gain.low for found in worth.models if found.gain.low is not None), default=0.0)
    if top > 0:
        return min(max(-top, lowest), low) - 0.08 * top, 1.15 * top
    low = min(low, lowest, 0.0)
    return (1.08 * low, -0.08 * low) if low < 0 else (-1.0, 1.0)


def _finding(worth: Worth) -> str:
    best = worth.best
    if best is None or best.gain.value is None:
        return _("Gain a month over {policy}").format(policy=policy_word(worth.policy))
    if best.silent:
        return _("At these values no threshold of {name} beats {policy}").format(name=best.one.model.name, policy=policy_word(worth.policy))
    words = {"name": best.one.model.name, "policy": policy_word(worth.policy), "gain": money_text(best.gain.value, worth.values.currency)}
    return _("{name} brings {gain} a month over {policy}").format(**words)


def _alt(worth: Worth) -> str:
    each = "; ".join(
        f"{found.one.model.name} {money_text(found.gain.value, worth.values.currency)} ({money_range(found.gain, worth.values.currency)})" for found in worth.models
    )
    return _("Gain a month over {policy}, on the test rows, with 95 % intervals in brackets: {each}.").format(policy=policy_word(worth.policy), each=each)
