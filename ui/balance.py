"""What is to be predicted, drawn: how often each class occurs, or how a number is spread; the title says the finding."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.words import count, number, percent, plain, plural, short

__all__ = ["balance_chart", "chart_text", "spread_chart"]

if TYPE_CHECKING:
    import numpy as np

SHOWN = 20  # classes with a bar of their own
BAR_PX = 26
BLUE = "#0072B2"
QUIET: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}
PLAIN: dict[str, Any] = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "dragmode": False, "showlegend": False}


def chart_text(text: object, limit: int = 28) -> str:
    """Text of strangers for Plotly, which reads a few HTML tags: escaped and cut."""
    return html.escape(short(text, limit), quote=False)


def balance_chart(counts: Mapping[str, int], key: str) -> None:
    """Draw one bar a class, most frequent first.

    Args:
        counts: class → rows.
        key: of the element; unique on the page.
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
        labels.append(f"{plural(len(rest), 'other class', 'other classes')}")
        values.append(sum(value for _, value in rest))
    st.markdown(f"**{_finding(ordered, total)}**")
    figure = go.Figure(
        go.Bar(
            x=values, y=list(range(len(values))), orientation="h", marker={"color": BLUE},
            text=[f"{plural(value, 'row')} · {percent(value / total)}" for value in values], textposition="auto", hoverinfo="skip",
        )
    )  # fmt: skip
    figure.update_layout(
        height=BAR_PX * len(values) + 12, margin={"l": 0, "r": 8, "t": 4, "b": 4}, bargap=0.25, **PLAIN,
        xaxis={"visible": False, "rangemode": "tozero", "fixedrange": True},
        yaxis={"tickvals": list(range(len(values))), "ticktext": labels, "autorange": "reversed", "fixedrange": True, "automargin": True},
    )  # fmt: skip
    spoken = "; ".join(f"{short(label, 40)} {count(value)}" for label, value in bars)
    st.plotly_chart(figure, key=key, config=QUIET, alt=f"Rows of each class: {spoken}")


def spread_chart(values: np.ndarray, name: str, key: str) -> None:
    """Draw how the values of a number are spread.

    Args:
        values: (rows,) finite numbers.
        name: of the column.
        key: of the element; unique on the page.
    """
    import numpy as np
    import plotly.graph_objects as go

    finite = values[np.isfinite(values)]
    if not len(finite):
        return
    low, middle, high = (float(value) for value in np.quantile(finite, (0.05, 0.5, 0.95)))
    st.markdown(f"**Half of the rows lie below {number(middle)}, nine in ten between {number(low)} and {number(high)}**")
    counts, edges = np.histogram(finite, bins=min(40, max(5, int(len(finite) ** 0.5))))
    figure = go.Figure(go.Bar(x=(edges[:-1] + edges[1:]) / 2, y=counts, width=np.diff(edges), marker={"color": BLUE}, hoverinfo="skip"))
    figure.update_layout(
        height=240, bargap=0.05, **PLAIN, margin={"l": 0, "r": 8, "t": 4, "b": 0},
        xaxis={"title": {"text": chart_text(name, 60)}, "fixedrange": True, "automargin": True},
        yaxis={"title": {"text": "rows"}, "rangemode": "tozero", "fixedrange": True, "automargin": True},
    )  # fmt: skip
    spoken = f"Histogram of {short(name, 60)}: median {number(middle)}, from {number(float(finite.min()))} to {number(float(finite.max()))}"
    st.plotly_chart(figure, key=key, config=QUIET, alt=spoken)


def _finding(ordered: list[tuple[str, int]], total: int) -> str:
    """What the chart shows, in a sentence; Markdown of ours."""
    top, rare = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return f"All rows are “{plain(top[0], 30)}”"
    if top[1] <= 1.5 * rare[1]:
        return f"The {len(ordered)} classes are about equally frequent"
    if len(ordered) == 2:
        return f"{percent(top[1] / total)} are “{plain(top[0], 30)}”: always saying so is right that often"
    return f"“{plain(top[0], 30)}” is the most frequent with {percent(top[1] / total)}, “{plain(rare[0], 30)}” the rarest with {percent(rare[1] / total)}"
