"""A new page begins at its top.

Streamlit keeps the scroll position when the page changes, so the button at the foot of one page would lead
into the middle of the next. This component draws nothing; it scrolls up when the page is another than before, and
says in which language the page is written, for screen readers and for the choice of Chinese fonts.
"""

from __future__ import annotations

import streamlit as st

from core.language import current

__all__ = ["begin_at_top"]

_SCRIPT = """
export default function ({ data }) {
  if (window.limelightPage !== undefined && window.limelightPage !== data.page) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  }
  window.limelightPage = data.page
  document.documentElement.lang = data.language
}
"""
_TOP = st.components.v2.component("limelight_top", js=_SCRIPT)


def begin_at_top(page: str) -> None:
    """Scroll to the top where this page is not the one before.

    Args:
        page: its name.
    """
    _TOP(key="begin_at_top", data={"page": page, "language": current().replace("_", "-")}, width="content", height="content")
