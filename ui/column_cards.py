"""The columns of a table as cards, for a window as narrow as a phone: the same facts and the same choices as in the table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.dataset.schema import Column, ColumnType
from core.language import N_, _, plural
from ui.words import percent, plain

__all__ = ["column_cards", "sparkline"]

CHOICES = (ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.TIME, ColumnType.IDENTIFIER)
KINDS = (N_("number"), N_("category"), N_("text"), N_("image"), N_("time"), N_("identifier"), N_("empty"))  # the values of ColumnType, as `_` is asked for them
BLOCKS = "▁▂▃▄▅▆▇█"


def column_cards(
    columns: Sequence[Column], inputs: Sequence[str], target: str, rows: int, key: str, edited: Callable[[str, dict[str, Any]], None] | None
) -> None:
    """Draw one card a column.

    Args:
        columns: a page of them.
        inputs: names of those that models see.
        target: what is predicted.
        rows: of the table.
        key: of the widgets; another one wherever the content is another.
        edited: called for each changed column; None: nothing can be changed.
    """
    used = frozenset(inputs)
    for column in columns:
        name = f"{key}_{hashlib.sha256(column.name.encode(errors='replace')).hexdigest()[:10]}"
        with st.container(border=True, gap="xsmall", key=f"column_{name}"):
            role = _("target") if column.name == target else _("used") if column.name in used else _("not used")
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f"**{plain(column.name, 60)}**", width="content")
                if edited is None:
                    st.caption(f"{_(column.type.value)} · {role}", width="content")
                elif column.type is not ColumnType.EMPTY:
                    st.toggle(_("use"), value=column.name in used, key=f"use_{name}", on_change=_tell, args=(f"use_{name}", "use", column.name, edited))
            st.caption(_facts(column, rows))
            if edited is not None:
                kinds = CHOICES if column.type in CHOICES else (*CHOICES, column.type)
                st.selectbox(
                    _("type"), [kind.value for kind in kinds], index=kinds.index(column.type), format_func=_, key=f"type_{name}", label_visibility="collapsed",
                    on_change=_tell, args=(f"type_{name}", "type", column.name, edited),
                )  # fmt: skip


def _facts(column: Column, rows: int) -> str:
    """Distribution, gaps and examples in small type; Markdown of ours."""
    said = [sparkline(column.bars), plural("{n} different value", "{n} different values", column.distinct)]
    if column.missing:
        said.append(_("{share} missing").format(share=percent(column.missing / max(1, rows))))
    examples = ", ".join(plain(example, 30) for example in column.examples)
    return " · ".join(filter(None, said)) + (f"  \n{examples}" if examples else "")


def sparkline(bars: Sequence[float]) -> str:
    """A distribution in one line of text.

    Example:
        >>> sparkline([0, 1, 7]), sparkline([])
        ('▁▂█', '')
    """
    top = max(bars, default=0)
    return "".join(BLOCKS[round(bar / top * (len(BLOCKS) - 1))] for bar in bars) if top > 0 else ""


def _tell(key: str, what: str, column: str, edited: Callable[[str, dict[str, Any]], None]) -> None:
    """Hand on a change; what a browser may not choose is left out."""
    value = st.session_state.get(key)
    if what == "use" and isinstance(value, bool):
        edited(column, {"use": value})
    elif what == "type" and value in CHOICES:
        edited(column, {"type": ColumnType(value)})
