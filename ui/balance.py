"""What is to be predicted, drawn: how often each class occurs, or how a number is spread; the title says the finding."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.language import _, plural
from ui.words import count, number, percent, plain, short

__all__ = ["balance_chart", "bars_chart", "chart_text", "ranges_chart", "spread_chart"]

if TYPE_CHECKING:
    from core.dataset.preview import Spread

SHOWN = 20  # classes with a bar of their own
BAR_PX = 26
BLUE = "#0072B2"
QUIET: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}
PLAIN: dict[str, Any] = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "dragmode": False, "showlegend": False}


def chart_text(text: object, limit: int = 28) -> str:
    """Text of strangers for Plotly, which reads a few HTML tags: escaped and cut."""
    return html.escape(short(text, limit), quote=False)


def balance_chart(counts: Mapping[str, int], key: str, thing: str = "row") -> None:
    """Draw one bar a class, most frequent first.

    Args:
        counts: class → rows.
        key: of the element; unique on the page.
        thing: what one row is: "row" or "picture".
    """
    import plotly.graph_objects as go

    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    total = sum(counts.values())
    if not total:
        return
    bars, rest = ordered[:SHOWN], ordered[SHOWN:]
    labels = [chart_text(label) for label, _ in bars]
    values = [value for _, value in bars]
    if rest:
        labels.append(plural("{n} other class", "{n} other classes", len(rest)))
        values.append(sum(value for _, value in rest))
    st.markdown(f"**{_finding(ordered, total, thing)}**")
    figure = go.Figure(
        go.Bar(
            x=values, y=list(range(len(values))), orientation="h", marker={"color": BLUE},
            text=[f"{_many(thing, value)} · {percent(value / total)}" for value in values], textposition="auto", hoverinfo="skip",
        )
    )  # fmt: skip
    figure.update_layout(
        height=BAR_PX * len(values) + 12, margin={"l": 0, "r": 8, "t": 4, "b": 4}, bargap=0.25, **PLAIN,
        xaxis={"visible": False, "rangemode": "tozero", "fixedrange": True},
        yaxis={"tickvals": list(range(len(values))), "ticktext": labels, "autorange": "reversed", "fixedrange": True, "automargin": True},
    )  # fmt: skip
    spoken = "; ".join(f"{short(label, 40)} {count(value)}" for label, value in bars)
    st.plotly_chart(figure, key=key, config=QUIET, alt=(_("Rows of each class: {counts}") if thing == "row" else _("Pictures of each class: {counts}")).format(counts=spoken))


def spread_chart(spread: Spread, name: str, key: str) -> None:
    """Draw how the values of a number are spread.

    Args:
        spread: histogram and quantiles of its values.
        name: of the column.
        key: of the element; unique on the page.
    """
    import plotly.graph_objects as go

    finding = _("Half of the rows lie below {middle}, nine in ten between {low} and {high}").format(middle=number(spread.middle), low=number(spread.low), high=number(spread.high))
    st.markdown(f"**{finding}**")
    pairs = list(zip(spread.edges[:-1], spread.edges[1:], strict=True))
    places, widths = [low + (high - low) / 2 for low, high in pairs], [high - low for low, high in pairs]
    figure = go.Figure(go.Bar(x=places, y=list(spread.counts), width=widths, marker={"color": BLUE}, hoverinfo="skip"))
    figure.update_layout(
        height=240, bargap=0.05, **PLAIN, margin={"l": 0, "r": 8, "t": 4, "b": 0},
        xaxis={"title": {"text": chart_text(name, 60)}, "fixedrange": True, "automargin": True},
        yaxis={"title": {"text": _("rows")}, "rangemode": "tozero", "fixedrange": True, "automargin": True},
    )  # fmt: skip
    spoken = _("Histogram of {name}: median {middle}, from {low} to {high}").format(name=short(name, 60), middle=number(spread.middle), low=number(spread.edges[0]), high=number(spread.edges[-1]))
    st.plotly_chart(figure, key=key, config=QUIET, alt=spoken)


def bars_chart(bars: Sequence[tuple[str, int]], what: str, unit: str, key: str) -> None:
    """Draw how many there are in each of a few ranges.

    Args:
        bars: (range, how many).
        what: what is counted, in the plural.
        unit: of the ranges.
        key: of the element; unique on the page.
    """
    import plotly.graph_objects as go

    figure = go.Figure(go.Bar(x=[chart_text(name) for name, _ in bars], y=[value for _, value in bars], marker={"color": BLUE}, hoverinfo="skip"))
    figure.update_layout(
        height=220, bargap=0.08, **PLAIN, margin={"l": 0, "r": 8, "t": 4, "b": 0},
        xaxis={"title": {"text": unit}, "type": "category", "fixedrange": True, "automargin": True},
        yaxis={"title": {"text": what}, "rangemode": "tozero", "fixedrange": True, "automargin": True},
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config=QUIET, alt=_("{what} by {unit}: {counts}").format(what=what, unit=unit, counts="; ".join(f"{name}: {count(value)}" for name, value in bars)))


def ranges_chart(ranges: Mapping[str, tuple[float, float, float]], unit: str, top: float, key: str) -> None:
    """Draw for each class where the middle half of its values lies, and their median.

    Args:
        ranges: class → first quartile, median, third quartile.
        unit: of the values.
        top: end of the axis, which begins at 0.
        key: of the element; unique on the page.
    """
    import plotly.graph_objects as go

    shown = list(ranges.items())[:SHOWN]
    places = list(range(len(shown)))
    figure = go.Figure()
    figure.add_bar(
        x=[high - low for _, (low, _, high) in shown], base=[low for _, (low, _, _) in shown], y=places, orientation="h",
        marker={"color": BLUE, "opacity": 0.45}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(x=[middle for _, (_, middle, _) in shown], y=places, mode="markers", marker={"color": BLUE, "symbol": "line-ns-open", "size": 14, "line": {"width": 3}}, hoverinfo="skip")
    figure.update_layout(
        height=BAR_PX * len(shown) + 60, bargap=0.35, **PLAIN, margin={"l": 0, "r": 8, "t": 4, "b": 0},
        xaxis={"title": {"text": unit}, "range": [0, top], "fixedrange": True, "automargin": True},
        yaxis={"tickvals": places, "ticktext": [chart_text(label) for label, _ in shown], "autorange": "reversed", "fixedrange": True, "automargin": True},
    )  # fmt: skip
    spoken = "; ".join(f"{short(label, 40)} {number(middle)}" for label, (_, middle, _) in shown)
    st.plotly_chart(figure, key=key, config=QUIET, alt=_("Median of each class: {medians}").format(medians=spoken))
    if len(ranges) > SHOWN:
        st.caption(_("The first {shown} of {all} classes.").format(shown=SHOWN, all=count(len(ranges))))


def _many(thing: str, n: int) -> str:
    return plural("{n} row", "{n} rows", n) if thing == "row" else plural("{n} picture", "{n} pictures", n)


def _finding(ordered: list[tuple[str, int]], total: int, thing: str = "row") -> str:
    """What the chart shows, in a sentence; Markdown of ours."""
    top, rare = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return (_("All rows are “{label}”") if thing == "row" else _("All pictures are “{label}”")).format(label=plain(top[0], 30))
    if top[1] <= 1.5 * rare[1]:
        return _("The {classes} classes are about equally frequent").format(classes=count(len(ordered)))
    if len(ordered) == 2:
        return _("{share} are “{label}”: always saying so is right that often").format(share=percent(top[1] / total), label=plain(top[0], 30))
    return _("“{most}” is the most frequent with {most_share}, “{rare}” the rarest with {rare_share}").format(most=plain(top[0], 30), most_share=percent(top[1] / total), rare=plain(rare[0], 30), rare_share=percent(rare[1] / total))
