"""The learning curve: what runs reached with so many rows, the law through them, and what lies ahead with its band."""

from __future__ import annotations

import numpy as np

from core.charts.style import Chart, digits, empty_figure, faint, legend_below, muted, plain, safe
from core.evaluation.learning_curve import LearningCurve
from core.evaluation.names import higher_is_better, is_share, metric_word
from core.identity import Identity
from core.language import _

__all__ = ["learning_curve_chart"]


def learning_curve_chart(curve: LearningCurve, identity: Identity, name: str, *, dark: bool = False) -> Chart:
    """Dots of all runs over the rows they learned from; the curve solid where there are runs, dashed ahead of them.

    Args:
        curve: with two points or more.
        identity: how the network is drawn.
        name: of the network; text of strangers.
        dark: for a dark ground.
    """
    share, word = is_share(curve.metric), metric_word(curve.metric)
    figure = empty_figure(dark, height=380)
    if len(curve.rows):
        _law(figure, curve, identity, dark)
    dots = [(point.rows, value) for point in curve.points for value in point.values]
    figure.add_scatter(
        x=[rows for rows, _value in dots], y=digits(np.array([value for _rows, value in dots])), mode="markers", name=_("one run"),
        marker={"color": identity.colour, "symbol": identity.marker, "size": 9, "opacity": 0.75},
        hovertemplate=_("{rows} rows").format(rows="%{x:,}") + f"<br>{safe(word)} %{{y:{'.1%' if share else '.3~g'}}}<extra></extra>",
    )  # fmt: skip
    ticks = [point.rows for point in curve.points] + ([int(curve.rows[-1])] if len(curve.rows) else [])
    better = _("up is better") if higher_is_better(curve.metric) else _("down is better")
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[f"{rows:,}" for rows in ticks], title=_("Rows to learn from"))
    figure.update_yaxes(title=f"{word}<br>{better}", tickformat=".1%" if share else None, nticks=6)
    figure.update_layout(showlegend=True, legend=legend_below(), margin={"b": 110})
    return Chart(figure, curve.sentence, _alt(curve, name))


def _law(figure, curve: LearningCurve, identity: Identity, dark: bool) -> None:  # type: ignore[no-untyped-def]
    """Band, curve, and the line behind which nobody has looked."""
    now = curve.points[-1].rows
    seen = curve.rows <= now * 1.001
    ahead = ~seen
    ahead[max(int(seen.sum()) - 1, 0)] = True  # so that the two parts meet
    figure.add_scatter(
        x=[*curve.rows.tolist(), *curve.rows[::-1].tolist()], y=digits(np.concatenate([curve.high, curve.low[::-1]])), fill="toself",
        fillcolor=faint(identity.colour), line={"width": 0}, hoverinfo="skip", name=_("95 % band"),
    )  # fmt: skip
    for part, dash, name in ((seen, "solid", _("the curve through them")), (ahead, "dash", _("what lies ahead"))):
        figure.add_scatter(
            x=curve.rows[part].tolist(), y=digits(curve.middle[part]), mode="lines", name=name, hoverinfo="skip",
            line={"color": identity.colour, "width": 2.5, "dash": dash},
        )  # fmt: skip
    figure.add_vline(x=now, line={"color": muted(dark), "width": 1, "dash": "dot"})


def _alt(curve: LearningCurve, name: str) -> str:
    share = is_share(curve.metric)
    points = "; ".join(
        _("{rows} rows: {value}").format(rows=f"{point.rows:,}", value=f"{100 * point.mean:.1f} %" if share else plain(point.mean)) for point in curve.points
    )
    return _("Learning curve of {name}, {metric}: {points}. {sentence}").format(name=name, metric=metric_word(curve.metric), points=points, sentence=curve.sentence)
