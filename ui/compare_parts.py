"""The parts of the page Compare, one click apart: which is looked at is in the URL, and only that one is drawn."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from core.language import N_, _
from core.seal import look_at
from ui.comparison import Compared
from ui.guard import guarded

__all__ = ["PARTS", "choose_part", "draw_part"]

LAST = "compare_look_in_url"  # what the URL said at the last run of the page: a link or the back button says something else
COUNTED = ("verdict", "numbers", "curves", "rows")  # looks that the part itself does not write down


@dataclass(frozen=True)
class Part:
    """One part: its title and its icon."""

    title: str
    icon: str


PARTS = {  # by name in the URL
    "verdict": Part(N_("Verdict"), "gavel"),
    "numbers": Part(N_("Numbers"), "table_rows"),
    "curves": Part(N_("Curves"), "show_chart"),
    "rows": Part(N_("Rows"), "manage_search"),
    "worth": Part(N_("Worth"), "payments"),
    "why": Part(N_("Why"), "lightbulb"),
    "more": Part(N_("More data"), "query_stats"),
    "take": Part(N_("Take along"), "download"),
}
FIRST = next(iter(PARTS))


def choose_part() -> str:
    """Let the visitor choose; a link with `?look=` opens its part, and so does the back button.

    Returns:
        The name of a part.
    """
    said = st.query_params.get("look")
    if "look_part" not in st.session_state or said != st.session_state.get(LAST):
        st.session_state["look_part"] = said if said in PARTS else FIRST
    chosen = st.segmented_control(
        _("What to look at"), list(PARTS), format_func=lambda name: f":material/{PARTS[name].icon}: {_(PARTS[name].title)}",
        required=True, key="look_part", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    name = chosen if chosen in PARTS else FIRST
    if name != said:
        st.query_params["look"] = name
    st.session_state[LAST] = name
    return name


def draw_part(name: str, found: Compared) -> None:
    """Draw a part; a look at the test rows is counted, and the parts that ask more closely count their own.

    Args:
        name: of a part.
        found: with a comparison.
    """
    if name in COUNTED and found.comparison is not None:
        with suppress(OSError):  # a copy on a read-only disk can be looked at all the same
            look_at(found.dataset, name, [one.model.id for one in found.comparison.models])
    with guarded():
        _draw(name, found)


def _draw(name: str, found: Compared) -> None:
    """Each part is imported when it is wanted first, so that the page opens at once."""
    match name:
        case "numbers":
            from ui.numbers import numbers_part as part
        case "curves":
            from ui.curves_view import curves_part as part
        case "rows":
            from ui.rows_behind import rows_part as part
        case "worth":
            from ui.worth import worth_part as part
        case "why":
            from ui.why_view import why_part as part
        case "more":
            from ui.more_data import more_data_part as part
        case "take":
            from ui.take_home import take_part as part
        case _unknown:
            from ui.verdict_card import verdict_part as part
    part(found)
