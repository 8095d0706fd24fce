"""A comparison to take home: the table for a spreadsheet, and the page as one file that works offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.schema import DatasetInfo

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison

__all__ = ["take_home"]


def take_home(comparison: Comparison, info: DatasetInfo) -> None:
    """Draw the download buttons; a file is made when somebody asks for it, not before.

    Args:
        comparison: what to take.
        info: of the dataset, for the facts in the page.
    """
    from core.report import report_html, table_csv

    with st.container(horizontal=True):
        st.download_button(
            "Table (CSV)", data=lambda: table_csv(comparison), file_name="comparison.csv", mime="text/csv",
            icon=":material/table:", on_click="ignore", key="compare_csv",
        )  # fmt: skip
        st.download_button(
            "Whole page (HTML)", data=lambda: report_html(comparison, info).encode(), file_name="comparison.html", mime="text/html",
            icon=":material/description:", on_click="ignore", key="compare_html",
        )  # fmt: skip
    st.caption("The table has every metric with both ends of its interval. The page is one file of about 5 MB that needs no network.")
