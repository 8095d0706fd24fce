"""The histogram of scores: two humps, the rows of the class and the others; what overlaps cannot be told apart."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.charts.style import Chart, empty_figure, faint, muted, safe, short
from core.evaluation.compare import Comparison, Judged
from core.evaluation.score_histogram import ScoreHistogram, overlap, score_histogram
from core.language import _

__all__ = ["histogram"]


def histogram(comparison: Comparison, one: Judged, label: str, *, dark: bool = False) -> Chart:
    """Which probabilities one model gives to rows of a class (upwards) and to the others (downwards).

    Up and down instead of one over the other: nothing is hidden, and a rare class is still seen, because each
    side is a share of its own rows.

    Args:
        comparison: that the model belongs to.
        one: a judged classifier.
        label: the class.
        dark: for a dark ground.
    """
    column = comparison.labels.index(label)
    predictions = one.model.predictions
    found = score_histogram(predictions.is_of(column), predictions.scores[:, column])
    figure = empty_figure(dark, height=340)
    ours, theirs = found.positives / max(found.positives.sum(), 1), found.others / max(found.others.sum(), 1)
    _side(figure, found, ours, one.identity.colour, column, one, found.positives, safe(label))
    _side(figure, found, -theirs, faint(muted(dark), 0.75), column, one, found.others, _("not {label}").format(label=safe(label)))
    top = float(max(ours.max(initial=0.0), theirs.max(initial=0.0), 0.01)) * 1.15
    ticks = [tick for tick in np.linspace(-1, 1, 21) if abs(tick) <= top][:: max(1, int(top / 0.25))]
    figure.update_xaxes(title=_("Score (probability of “{label}”)").format(label=short(label)), tickformat=".0%", range=[found.edges[0], found.edges[-1]], nticks=6)
    figure.update_yaxes(title=_("Share of these rows"), range=[-top, top], tickvals=ticks, ticktext=[f"{abs(tick) * 100:.0f} %" for tick in ticks], zeroline=True, zerolinecolor=muted(dark))
    figure.update_layout(barmode="relative", bargap=0.06, showlegend=False)
    names = ((0.98, safe(short(label)), one.identity.colour, "top"), (0.02, _("not {label}").format(label=short(label)), muted(dark), "bottom"))
    for y, text, colour, anchor in names:
        figure.add_annotation(x=0.5, xref="paper", y=y, yref="paper", yanchor=anchor, text=f"<b>{text}</b>", showarrow=False, font={"color": colour, "size": 13})
    shared = overlap(found)
    title = _("{name}: {n} of 100 “{label}” look like the others").format(name=one.model.name, n=f"{shared * 100:.0f}", label=label)
    counts = {"rows": f"{int(found.positives.sum()):,}", "others": f"{int(found.others.sum()):,}"}
    alt = _("Scores of {name} for {rows} rows that are “{label}” and {others} that are not; the two humps overlap by {share}.").format(name=one.model.name, label=label, share=f"{shared:.0%}", **counts)
    return Chart(figure, title, alt)


def _side(figure: go.Figure, found: ScoreHistogram, heights: np.ndarray, colour: str, column: int, one: Judged, rows: np.ndarray, name: str) -> None:
    middles = (found.edges[:-1] + found.edges[1:]) / 2
    texts = [
        _("{low}–{high}: {rows} rows that are {name}").format(low=f"{low:.0%}", high=f"{high:.0%}", rows=f"{count:,}", name=name)
        for low, high, count in zip(found.edges[:-1], found.edges[1:], rows, strict=True)
    ]  # fmt: skip
    figure.add_bar(
        x=[float(middle) for middle in middles], y=[float(height) for height in np.round(heights, 5)], width=float(found.edges[1] - found.edges[0]) * 0.94,
        marker={"color": colour, "line": {"width": 0}}, text=texts, textposition="none", hovertemplate="%{text}<extra></extra>",
        customdata=[["bin", *found.inside(place), column, one.model.id] for place in range(len(rows))],
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 0.55}},
    )  # fmt: skip
