"""Where a model is weakest, on the page: the slices that a search found, corrected for the searching, each with its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import N_, _, plural
from ui.comparison import Compared
from ui.guard import guarded
from ui.metric_words import range_text, value_text
from ui.row_cards import key_of, show_rows
from ui.words import plain, short

if TYPE_CHECKING:
    from core.evaluation.intervals import Interval
    from core.slices.grouping import Grouping
    from core.slices.search import Found, Weak

__all__ = ["weakest_view"]

KEPT = 12
TITLES = {"wrong": N_("Wrong"), "missed": N_("Missed"), "false_alarms": N_("False alarms"), "error": N_("Error")}


@st.fragment
@guarded()
def weakest_view(found: Compared) -> None:
    """Search all columns and pairs of columns for one model, and show what is clear."""
    from core.slices.weakness import MEASURES, measures_for

    comparison = found.comparison
    assert comparison is not None  # the page stops where there is none
    models = {one.model.id: short(one.model.name, 60) for one in comparison.models}
    left, right = st.columns(2)
    with left:
        model = st.selectbox(_("Model"), list(models), format_func=lambda one: models.get(one, ""), key="weak_model")
    offered = measures_for(comparison.task)
    with right:
        measure = offered[0]
        if len(offered) > 1:
            measure = st.selectbox(_("What goes wrong"), offered, format_func=lambda one: _(TITLES.get(one, one)), key="weak_measure")
    st.caption(_(MEASURES[measure]))
    with st.spinner(_("Searching"), show_time=False):
        searched = _search(found.key, model, measure, found)
    _told(searched)
    for place, weak in enumerate(searched.weak):
        _card(found, searched, weak, model, f"weak_{key_of(found.key, model, measure)}_{place}")


@st.cache_resource(max_entries=2, ttl="1h", show_spinner=False)
def _cuts(key: str, _found: Compared) -> tuple[Grouping, ...]:
    """All columns, cut once for all models and visitors: two bytes a row and column."""
    from core.slices.columns import cuts_of

    assert _found.comparison is not None
    return cuts_of(_found.dataset, _found.comparison.models[0].model.predictions.rows)


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def _search(key: str, model: str, measure: str, _found: Compared) -> Found:
    from core.slices.search import search
    from core.slices.weakness import measure_of

    assert _found.comparison is not None
    predictions = next(one.model.predictions for one in _found.comparison.models if one.model.id == model)
    return search(measure_of(predictions, measure), _cuts(key, _found))


def _told(found: Found) -> None:
    """What was searched and how it was corrected."""
    if not found.searched:
        st.info(_("No part of these {rows} test rows is large enough to be tested: at least {smallest} rows are needed.").format(rows=f"{found.rows:,}", smallest=found.smallest))
        return
    values = {
        "slices": plural("{n} slice", "{n} slices", found.searched), "columns": plural("{n} column and its pairs", "{n} columns and their pairs", found.columns),
        "smallest": found.smallest, "overall": _value(found, found.overall),
    }  # fmt: skip
    if not found.weak:
        st.info(_("No slice is clearly weaker than the rest. {slices} of {columns} were searched, each of at least {smallest} test rows.").format(**values))
        st.caption(_("That does not prove that there is none: a small weakness in a small slice needs more test rows to be seen."))
        return
    st.markdown(_("{slices} of {columns} were searched, each of at least {smallest} test rows. Over all rows: **{overall}**.").format(**values))
    st.caption(_("The search uses the sealed test rows, so every p-value is corrected for all slices searched (Holm), and every interval is widened to hold for all of them together. p is how likely chance alone makes such a difference. A slice says where the model is weak, not why."))


def _card(found: Compared, searched: Found, weak: Weak, model: str, key: str) -> None:
    """One slice: what is true of it, how weak it is, and its rows on demand."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**" + plain(", ".join(_("{column} is {value}").format(column=short(column, 40), value=short(label, 60)) for column, label in weak.conditions), 220) + "**")
        values = {
            "here": _value(searched, weak.value.value), "range": _range(searched, weak.value), "elsewhere": _value(searched, weak.elsewhere.value),
            "rows": plural("{n} row", "{n} rows", weak.rows), "p": _p_value(weak.adjusted_p),
        }  # fmt: skip
        st.markdown(_("**{here}** :small[:gray[{range}]] against {elsewhere} elsewhere · {rows} · corrected p {p}").format(**values))
        if st.toggle(_("Show its rows"), key=f"{key}_open"):
            _rows(found, searched, weak, model, key)


def _rows(found: Compared, searched: Found, weak: Weak, model: str, key: str) -> None:
    from core.slices.rows_behind import InSlice

    member = weak.member & (searched.measure.values > 0) if searched.measure.share else weak.member
    show_rows(found, model, InSlice(member), key)


def _value(found: Found, value: float | None) -> str:
    return value_text("accuracy" if found.measure.share else "mae", value)


def _range(found: Found, interval: Interval) -> str:
    return range_text("accuracy" if found.measure.share else "mae", interval)


def _p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
