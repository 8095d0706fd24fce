"""The verdict on top of the comparison: one sentence that the room can read, and the numbers behind it."""

from __future__ import annotations

import streamlit as st

from ui.verdict import Verdict

__all__ = ["verdict_card"]

ICONS = {
    "ahead": ":green[:material/trending_up:]",
    "even": ":gray[:material/drag_handle:]",
    "behind": ":orange[:material/trending_down:]",
    "open": ":gray[:material/hourglass_empty:]",
}


def verdict_card(found: Verdict) -> None:
    """Draw the finding, large, and its details."""
    with st.container(border=True, gap="small", key="verdict"):
        st.header(f"{ICONS[found.tone]} {found.finding}", anchor=False)
        for sentence in found.details:
            st.markdown(sentence)
