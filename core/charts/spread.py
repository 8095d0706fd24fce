"""The spread of a series: a dot for each seed or fold, and the mean of each network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.charts.style import Chart, digits, empty_figure, error_bar, ink, plain, safe, two_lines
from core.evaluation.intervals import Interval
from core.evaluation.names import higher_is_better, is_share, metric_word
from core.identity import Identity
from core.language import _

__all__ = ["Strip", "spread_chart"]


@dataclass(frozen=True)
class Strip:
    """One network of the chart.

    Attributes:
        name: text of strangers.
        identity: how it is drawn.
        labels: what each dot is ("seed 3"), in words.
        values: the metric of each dot.
        mean: of them, with an interval where there is one.
    """

    name: str
    identity: Identity
    labels: tuple[str, ...]
    values: tuple[float, ...]
    mean: Interval


def spread_chart(strips: Sequence[Strip], metric: str, *, dark: bool = False) -> Chart:
    """One row a network; the first is drawn on top.

    Args:
        strips: one or more, each with a value.
        metric: stable name.
        dark: for a dark ground.
    """
    share, word = is_share(metric), metric_word(metric)
    figure = empty_figure(dark, height=150 + 64 * len(strips))
    for place, strip in enumerate(reversed(strips)):
        colour = strip.identity.colour
        figure.add_scatter(
            x=digits(np.array(strip.values)), y=[place + lift for lift in _lifts(len(strip.values))], mode="markers", name=safe(strip.name), showlegend=False,
            text=[safe(label) for label in strip.labels], marker={"color": colour, "symbol": strip.identity.marker, "size": 9, "opacity": 0.6},
            hovertemplate=f"%{{text}}<br>{safe(word)} %{{x:{'.1%' if share else '.3~g'}}}<extra></extra>",
        )  # fmt: skip
        if (mean := strip.mean.value) is not None:
            figure.add_scatter(
                x=[mean], y=[place], mode="markers", showlegend=False, hoverinfo="skip", error_x=error_bar(mean, strip.mean.low, strip.mean.high, ink(dark)),
                marker={"color": ink(dark), "symbol": "line-ns-open", "size": 26, "line": {"width": 3, "color": ink(dark)}},
            )  # fmt: skip
    better = _("right is better") if higher_is_better(metric) else _("left is better")
    figure.update_xaxes(title=f"{word}; {better}", tickformat=".1%" if share else None, nticks=4)
    names = [two_lines(strip.name) for strip in reversed(strips)]
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, showgrid=False, range=[-0.6, len(names) - 0.4])
    told = "; ".join(f"{strip.name}: {_written(strip, share)}" for strip in strips)
    return Chart(figure, _title(strips, word, share), f"{word}. {told}.")


def _lifts(count: int) -> list[float]:
    """Dots of one strip at slightly different heights, so that equal ones can be told apart."""
    return [0.18 * ((place % 3) - 1) for place in range(count)]


def _title(strips: Sequence[Strip], word: str, share: bool) -> str:
    widest = max(strips, key=lambda strip: max(strip.values) - min(strip.values))
    gap = max(widest.values) - min(widest.values)
    return _("{metric}: from run to run, “{name}” moves by {gap}").format(metric=word, name=widest.name, gap=_("{points} points").format(points=f"{100 * gap:.1f}") if share else plain(gap))


def _written(strip: Strip, share: bool) -> str:
    return ", ".join(f"{100 * value:.1f} %" if share else plain(value) for value in strip.values)
