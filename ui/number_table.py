"""The table of all numbers: one row a model on a desk, one card a model on a phone."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.identity import Identity
from core.language import _
from ui.number_columns import Cell, cell, title_of
from ui.words import glued, plain

if TYPE_CHECKING:
    from core.evaluation.compare import Judged
    from core.evaluation.difference import Difference

__all__ = ["key_picture", "model_key", "number_cards", "number_table"]

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
COLOURS = {"better": "green", "worse": "orange", "even": "gray"}
ARROWS = {"better": ":material/arrow_upward:", "worse": ":material/arrow_downward:", "even": ""}

Gaps = Mapping[tuple[str, str], "Difference"]


def number_table(models: Sequence[Judged], columns: Sequence[str], gaps: Gaps, reference: str | None) -> None:
    """Draw the table.

    Args:
        models: in the order of the rows.
        columns: metrics and costs, in the order of the columns.
        gaps: differences to the reference by id of the model and metric.
        reference: id of the model that the others are compared with.
    """
    rows: dict[str, list[str]] = {_("Model"): [_name(one, reference) for one in models]}
    for column in columns:
        rows[title_of(column)] = [_lines(cell(one, column, gaps)) for one in models]
    st.table(rows, hide_index=True, border="horizontal", alt=_("All numbers of the compared models, each with its 95 % interval"))


def number_cards(models: Sequence[Judged], columns: Sequence[str], gaps: Gaps, reference: str | None) -> None:
    """Draw the same numbers as cards; the arguments are those of `number_table`."""
    for place, one in enumerate(models):
        with st.container(border=True, gap="xsmall", key=f"model_card_{place}"):
            st.markdown(_name(one, reference))
            with st.grid(len(columns), min_column_width=132, gap="small"):
                for column in columns:
                    found = cell(one, column, gaps)
                    st.markdown(f":small[{title_of(column)}]  \n{_lines(found)}", help=found.reason or None)
            if note := one.model.facts.get("note"):
                st.caption(plain(note, 200))


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


def key_picture(identity: Identity) -> str:
    """The same as an address that `st.image` and Markdown take."""
    return "data:image/svg+xml;base64," + base64.b64encode(model_key(identity).encode()).decode()


def _name(one: Judged, reference: str | None) -> str:
    tags = [f":gray-badge[{_('simple model')}]"] if one.model.kind == "baseline" else []
    if one.model.id == reference:
        tags.append(f":gray-badge[:material/push_pin: {_('reference')}]")
    name = f"**{plain(one.model.name, 60)}**"
    return "  \n".join([f"![]({key_picture(one.identity)}) {name}", *([" ".join(tags)] if tags else [])])


def _lines(found: Cell) -> str:
    """Number and interval, difference and interval, one below the other."""
    lines = [f"**{found.value}**"]
    if found.span:
        lines.append(f":small[:gray[{glued(found.span)}]]")
    if found.gap:
        lines.append(f":small[:{COLOURS[found.tone]}[{found.gap}{ARROWS[found.tone]}]]")
    if found.gap_span:
        lines.append(f":small[:gray[{found.gap_span}]]")
    return "  \n".join(lines)
