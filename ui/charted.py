"""How a chart of ours stands on a page: the finding as a heading that wraps on a phone, the figure, and its words for a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.words import plain, short

if TYPE_CHECKING:
    from core.charts import Chart

__all__ = ["show_chart"]

CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}


def show_chart(chart: Chart, key: str) -> None:
    """Draw a chart.

    Args:
        chart: figure, finding and words.
        key: unique on the page.
    """
    st.markdown(f"**{plain(chart.title, 200)}**")
    st.plotly_chart(chart.figure, theme=None, key=f"chart_{key}", config=CONFIG, alt=short(chart.alt, 1_000))
