"""What each model brings, side by side: one row a model on a desk, one card a model on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.language import _
from core.worth.currency import money_range, money_text
from ui.narrow import is_narrow
from ui.number_table import key_picture
from ui.words import glued, plain

if TYPE_CHECKING:
    from core.evaluation.compare import Judged
    from core.evaluation.intervals import Interval

__all__ = ["Row", "amount", "cell", "difference", "worth_table"]


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


def amount(found: Interval | None, currency: str, *, signed: bool = False) -> str:
    """Money with its interval in smaller type below; a dash where there is none."""
    if found is None:
        return "–"
    return cell(money_text(found.value, currency, signed=signed), money_range(found, currency, signed=signed))


def difference(found: Interval | None, clear: bool, currency: str) -> str:
    """What a model brings more than the best simple one, with an arrow where that is clear."""
    text = amount(found, currency, signed=True)
    if found is None or not clear:
        return text
    return (":green[:material/arrow_upward:] " if (found.value or 0.0) > 0 else ":orange[:material/arrow_downward:] ") + text


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
    columns = {_("Model"): [_keyed(row) for row in rows]}
    columns |= {title: [row.cells[title] for row in rows] for title in rows[0].cells}
    st.table(columns, hide_index=True, border="horizontal", alt=alt)


def _card(row: Row, narrowest_px: int) -> None:
    st.markdown(_keyed(row))
    with st.grid("auto", min_column_width=narrowest_px, gap="small"):
        for title, text in row.cells.items():
            st.markdown(f":small[{title}]  \n{text}")


def _keyed(row: Row) -> str:
    """The name behind its line and marker: a picture in the text, which offers no full screen and is no stop for the keyboard."""
    return f"![]({key_picture(row.one.identity)}) {_name(row)}"


def _name(row: Row) -> str:
    badge = f" :gray-badge[{_('simple model')}]" if row.one.model.kind == "baseline" else ""
    return f"**{plain(row.one.model.name, 60)}**{badge}" + (f"  \n:small[:gray[{plain(row.note, 200)}]]" if row.note else "")
