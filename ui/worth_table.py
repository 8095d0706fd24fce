"""What each model brings, side by side: one row a model on a desk, one card a model on a phone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.language import _
from ui.narrow import is_narrow
from ui.number_table import key_picture
from ui.words import JOINER, plain

if TYPE_CHECKING:
    from core.evaluation.compare import Judged

__all__ = ["Row", "cell", "glued", "worth_table"]

SIGN_BEFORE_CURRENCY = re.compile(r"([−+])(?=[^\s\d.,])")


@dataclass(frozen=True)
class Row:
    """One model: its cells by column title, as Markdown of ours."""

    one: Judged
    cells: Mapping[str, str]
    note: str = ""


def cell(value: str, span: str = "") -> str:
    """An amount with its interval in smaller type below."""
    shown, below = (glued(text.replace("$", r"\$")) for text in (value, span))
    return f"**{shown}**" + (f"  \n:small[:gray[{below}]]" if span else "")


def glued(text: str) -> str:
    """The same Markdown, no line of which ends between a sign and its currency."""
    return SIGN_BEFORE_CURRENCY.sub(rf"\1{JOINER}", text)


def worth_table(rows: Sequence[Row], key: str, alt: str, narrowest_px: int = 120) -> None:
    """Draw the rows.

    Args:
        rows: one a model, all with the same columns.
        key: of the cards, unique on the page.
        alt: what the table holds, for a screen reader.
        narrowest_px: width that a cell of a card needs.
    """
    if not rows:
        return
    if is_narrow():
        for place, row in enumerate(rows):
            with st.container(border=True, gap="xsmall", key=f"{key}_card_{place}"):
                _card(row, narrowest_px)
        return
    columns = {_("Model"): [f"![]({key_picture(row.one.identity)}) {_name(row)}" for row in rows]}
    columns |= {title: [row.cells[title] for row in rows] for title in rows[0].cells}
    st.table(columns, hide_index=True, border="horizontal", alt=alt)


def _card(row: Row, narrowest_px: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(key_picture(row.one.identity), width=56, alt="")
        st.markdown(_name(row), width="content")
    with st.grid("auto", min_column_width=narrowest_px, gap="small"):
        for title, text in row.cells.items():
            st.markdown(f":small[{title}]  \n{text}")


def _name(row: Row) -> str:
    badge = f" :gray-badge[{_('simple model')}]" if row.one.model.kind == "baseline" else ""
    return f"**{plain(row.one.model.name, 60)}**{badge}" + (f"  \n:small[:gray[{plain(row.note, 200)}]]" if row.note else "")
