"""Numbers: every metric and every cost of every model, with differences to a reference that the visitor pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.names import METRICS, headline
from core.language import _
from ui.class_table import class_table
from ui.comparison import Compared, reference_of
from ui.narrow import is_narrow, watch_width
from ui.number_columns import columns_of, explained, ordered, shown_at_first, title_of
from ui.number_table import number_cards, number_table
from ui.settings_table import settings_table

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison
    from core.evaluation.difference import Difference

__all__ = ["numbers_part"]

KEPT = 40  # tables of differences, of all visitors


def numbers_part(found: Compared) -> None:
    """Draw the table with its controls, the settings that differ, and the classes one by one."""
    comparison = found.comparison
    assert comparison is not None  # the page stops where there is none
    reference, columns, by = _choices(found, comparison)
    gaps = _gaps(found.key, reference, tuple(name for name in columns if name in METRICS), comparison)
    (number_cards if is_narrow() else number_table)(ordered(comparison, by), columns, gaps, reference)
    watch_width()
    _explain(columns, with_gaps=bool(gaps))
    settings_table(comparison)
    if comparison.task.is_classification:
        st.subheader(_("Class by class"), anchor=False)
        class_table(comparison)


def _choices(found: Compared, comparison: Comparison) -> tuple[str | None, tuple[str, ...], str]:
    """Reference, columns and order, as the visitor wants them."""
    offered = columns_of(comparison)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="number_choices"):
        reference = reference_of(found)
        by = st.selectbox(_("Sort by"), offered, format_func=title_of, index=offered.index(headline(comparison.task)), key="numbers_by", persist_state="session", width=220)
        with st.popover(_("Columns"), icon=":material/view_column:"):
            shown = st.pills(
                _("Columns to show"), offered, selection_mode="multi", default=shown_at_first(comparison), format_func=title_of,
                key=f"numbers_columns_{comparison.task.value}", persist_state="session",
            )  # fmt: skip
    columns = tuple(name for name in offered if name in shown) or shown_at_first(comparison)
    return reference, columns, by if by in offered else offered[0]


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def _gaps(key: str, reference: str | None, metrics: tuple[str, ...], _comparison: Comparison) -> dict[tuple[str, str], Difference]:
    """Differences to the reference by id of the model and metric, corrected for how many models are compared."""
    from core.evaluation.difference import paired_difference

    pinned = next((one for one in _comparison.models if one.model.id == reference), None)
    if pinned is None:
        return {}
    others = [one for one in _comparison.models if one is not pinned]
    return {
        (one.model.id, metric): paired_difference(one.model, pinned.model, metric, len(others))
        for one in others for metric in metrics if metric in one.evaluation.metrics and metric in pinned.evaluation.metrics
    }  # fmt: skip


def _explain(columns: tuple[str, ...], *, with_gaps: bool) -> None:
    """One line for each term that the table uses."""
    with st.expander(_("What the columns mean"), icon=":material/help:", key="numbers_explained"), st.grid("auto", min_column_width=340, gap="xxsmall"):
        for column in columns:
            term, colon, meaning = explained(column).replace("：", ": ").partition(":")
            st.caption(f"**{term}**: {meaning.strip()}" if colon else term)
        st.caption(_("**Interval**: in smaller type; the truth lies in it in 95 of 100 cases. Few test rows make it wide."))
        if with_gaps:
            st.caption(_("**Difference**: with its sign, to the reference on the same rows. Coloured with an arrow where a paired test, corrected for the number of models, says that it is real."))
