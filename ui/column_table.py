"""The columns of a table: type, a small distribution, gaps, examples; so many at a time as a browser can bear."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.dataset.schema import Column, ColumnType
from core.language import N_, _
from ui.column_cards import column_cards
from ui.narrow import is_narrow, watch_width
from ui.words import count, short

__all__ = ["Edited", "column_table"]

A_PAGE = 20  # columns
TYPES = [ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.TIME, ColumnType.IDENTIFIER, ColumnType.EMPTY]
MEANINGS = N_("**number**: a quantity · **category**: one of a few values · **text**: words to read · **time**: a moment · **identifier**: names a row, never learned from")
BAR = "#0072B2"

Edited = Callable[[str, dict[str, Any]], None]  # name of a column, and what was changed: "type" or "use"


def column_table(columns: Sequence[Column], inputs: Sequence[str], target: str, rows: int, key: str, edited: Edited | None = None) -> None:
    """Draw the columns as a table, with a search box and pages where they are many.

    Args:
        columns: all of them.
        inputs: names of those that models see.
        target: what is predicted; it stands first, or nowhere in a table that can be changed.
        rows: of the table.
        key: of the widgets; another one wherever the content is another.
        edited: called for each changed column; None: nothing can be changed.
    """
    ordered = [c for c in columns if c.name != target] if edited else sorted(columns, key=lambda column: column.name != target)
    if len(ordered) > A_PAGE:
        ordered = _searched(ordered)
    shown = _page(ordered)
    if not shown:
        st.caption(_("No column has that in its name.") if len(columns) > A_PAGE else _("There is no other column."))
        return
    if is_narrow():
        column_cards(shown, inputs, target, rows, key, edited)
    else:
        _wide(shown, columns, inputs, target, rows, key, edited)
    st.caption(_(MEANINGS))
    watch_width()


def _wide(
    shown: Sequence[Column], columns: Sequence[Column], inputs: Sequence[str], target: str, rows: int, key: str, edited: Edited | None
) -> None:
    """The table itself."""
    table = _table(shown, frozenset(inputs), target, rows)
    alt = _("Name, type, distribution, gaps and examples of each column")
    if edited is None:
        st.dataframe(table, hide_index=True, height="content", column_config=_config(), column_order=[n for n in table if n != "use"], alt=alt)
    else:
        order = [name for name in table if name != "role"]
        name = f"columns_{key}_{[column.name for column in columns].index(shown[0].name)}_{len(shown)}"
        st.data_editor(
            table, hide_index=True, num_rows="fixed", height="content", column_config=_config(), column_order=order, alt=alt, key=name,
            disabled=[heading for heading in table if heading not in ("use", "type")], on_change=_tell, args=(name, shown, target, edited),
        )  # fmt: skip


def _searched(columns: list[Column]) -> list[Column]:
    wanted = st.text_input(_("Search columns"), key="column_search", placeholder=_("one of {n} names").format(n=count(len(columns))), icon=":material/search:")
    wanted = wanted.strip().lower()
    return [column for column in columns if wanted in column.name.lower()] if wanted else columns


def _page(columns: list[Column]) -> list[Column]:
    pages = -(-len(columns) // A_PAGE)
    if pages < 2:
        return columns
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        page = st.pagination(pages, key=f"column_page_{pages}")
        page = min(max(1, page), pages)
        first = (page - 1) * A_PAGE
        st.caption(_("{first} to {last} of {all} columns").format(first=count(first + 1), last=count(min(first + A_PAGE, len(columns))), all=count(len(columns))))
    return columns[first : first + A_PAGE]


def _table(columns: Sequence[Column], inputs: frozenset[str], target: str, rows: int) -> dict[str, list[Any]]:
    return {
        "use": [column.name in inputs for column in columns],
        "name": [short(column.name, 120) + (f" ({_('target')})" if column.name == target else "") for column in columns],
        "type": [column.type.value for column in columns],
        "role": [_("target") if column.name == target else _("input") if column.name in inputs else _("not used") for column in columns],
        "spread": [list(column.bars) for column in columns],
        "missing": [column.missing / max(1, rows) for column in columns],
        "different": [column.distinct for column in columns],
        "examples": [", ".join(short(example, 40) for example in column.examples) for column in columns],
    }


def _config() -> dict[str, Any]:
    return {
        "use": st.column_config.CheckboxColumn(_("use"), help=_("Whether models see this column"), width="small"),
        "name": st.column_config.TextColumn(_("name"), pinned=True),
        "type": st.column_config.SelectboxColumn(_("type"), options=[kind.value for kind in TYPES], format_func=_, required=True, help=_("How it is read. Change it where the guess is wrong")),
        "role": st.column_config.TextColumn(_("role"), width="small"),
        "spread": st.column_config.BarChartColumn(_("spread"), help=_("Rows in each range of a number, or of the most frequent values"), y_min=0, color=BAR, width="small"),
        "missing": st.column_config.NumberColumn(_("missing"), format="percent", help=_("Share of rows without a value")),
        "different": st.column_config.NumberColumn(_("different values"), format="localized"),
        "examples": st.column_config.TextColumn(_("for example"), width="large"),
    }  # fmt: skip


def _tell(key: str, shown: Sequence[Column], target: str, edited: Edited) -> None:
    """Hand on what was changed in the table; what a browser may not change is left out."""
    state = st.session_state.get(key)
    rows: Mapping[Any, Mapping[str, Any]] = state.get("edited_rows", {}) if isinstance(state, Mapping) else {}
    for place, changes in rows.items():
        if not isinstance(place, int) or not 0 <= place < len(shown):
            continue
        column = shown[place]
        kept: dict[str, Any] = {}
        if changes.get("type") in TYPES[:-1]:
            kept["type"] = ColumnType(changes["type"])
        if isinstance(changes.get("use"), bool) and column.name != target:
            kept["use"] = changes["use"]
        if kept and column.name != target:
            edited(column.name, kept)
