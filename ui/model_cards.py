"""Models side by side: one card a model with every number and its interval; a table on a desk, cards on a phone."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.metrics import METRICS, headline
from core.identity import Identity
from ui.metric_words import SHOWN, TITLES, gap_text, range_text, value_text
from ui.words import duration, plain

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison, Judged

__all__ = ["explain", "model_cards", "model_key"]

DASHES = {"solid": "", "dash": "7 4", "dot": "2 4", "dashdot": "7 4 2 4", "longdash": "12 4", "longdashdot": "12 4 2 4"}
MARKERS = {
    "circle": '<circle cx="28" cy="10" r="5"/>',
    "square": '<rect x="23" y="5" width="10" height="10"/>',
    "diamond": '<path d="M28 4l6 6-6 6-6-6z"/>',
    "triangle-up": '<path d="M28 4l6 11H22z"/>',
    "cross": '<path d="M26 4h4v4h4v4h-4v4h-4v-4h-4V8h4z"/>',
    "star": '<path d="M28 3l2 5h5l-4 3 2 5-5-3-5 3 2-5-4-3h5z"/>',
    "x": '<path d="M24 4l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z"/>',
}


def model_cards(comparison: Comparison) -> None:
    """Draw one card a model; the metrics of all cards stand below one another."""
    for place, one in enumerate(comparison.models):
        with st.container(border=True, gap="xsmall", key=f"model_card_{place}"):
            _head(one)
            names = SHOWN[comparison.task]
            with st.grid(len(names), min_column_width=112, gap="small"):
                for name in names:
                    interval = one.evaluation.metrics[name]
                    span = range_text(name, interval)
                    st.markdown(
                        f":small[{TITLES[name]}]  \n**{value_text(name, interval.value)}**" + (f"  \n:small[:gray[{span}]]" if span else ""),
                        help=interval.reason or None,
                    )


def explain(comparison: Comparison) -> None:
    """One line for each term that the cards use."""
    lines = [METRICS[name] for name in SHOWN[comparison.task]]
    with st.grid("auto", min_column_width=340, gap="xxsmall"):
        for line in lines:
            term, _, meaning = line.partition(":")
            st.caption(f"**{term}**: {meaning.strip()}" if meaning else line)
        st.caption("**Interval**: in smaller type; the truth lies in it in 95 of 100 cases. Few test rows make it wide.")


def model_key(identity: Identity) -> str:
    """The line and the marker by which a model is known, as an SVG picture.

    Args:
        identity: colour, dash and marker.
    """
    name = identity.marker.removesuffix("-open")
    hollow = identity.marker.endswith("-open")
    fill = f'fill="none" stroke="{identity.colour}" stroke-width="2"' if hollow else f'fill="{identity.colour}"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="56" height="20" viewBox="0 0 56 20">'
        f'<path d="M2 10H54" stroke="{identity.colour}" stroke-width="3" stroke-dasharray="{DASHES.get(identity.dash, "")}"/>'
        f"<g {fill}>{MARKERS.get(name, MARKERS['circle'])}</g></svg>"
    )


def _head(one: Judged) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image("data:image/svg+xml;base64," + base64.b64encode(model_key(one.identity).encode()).decode(), width=56, alt="")
        st.markdown(f"**{plain(one.model.name, 60)}**", width="content")
        if one.model.kind == "baseline":
            st.badge("simple model", color="gray")
        if seconds := one.model.facts.get("seconds"):
            st.caption(f"trained in {duration(float(seconds))}", width="content")
    if one.difference is not None:
        _gap(one)
    if note := one.model.facts.get("note"):
        st.caption(plain(note, 200))


def _gap(one: Judged) -> None:
    gap = one.difference
    assert gap is not None
    text = f"the best simple model: {gap_text(headline(one.evaluation.task), gap.interval)}"
    if not gap.clear:
        st.markdown(f":gray[:material/drag_handle: no clear difference to {text}]")
    elif gap.better:
        st.markdown(f":green[:material/trending_up: ahead of {text}]")
    else:
        st.markdown(f":orange[:material/trending_down: behind {text}]")
