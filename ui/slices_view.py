"""Slices on the page: any column, or two, with every model's metric and interval in each part, and the rows of a part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from core.language import _, plural
from core.seal import look_at
from ui.clicks import clickable_chart, clicked_custom
from ui.comparison import Compared
from ui.guard import guarded
from ui.metric_words import SHOWN, range_text, title, value_text
from ui.row_cards import key_of, show_rows
from ui.words import plain, short

if TYPE_CHECKING:
    from core.charts import Chart
    from core.slices.grouping import Grouping
    from core.slices.slices import Slice

__all__ = ["column_boxes", "cut_of", "slices_view"]

KEPT = 12
NONE = ""
TABLE_ROWS = 60


@st.fragment
@guarded()
def slices_view(found: Compared) -> None:
    """Choose one column or two, see the metric in each part, and open the rows of one."""
    comparison = found.comparison
    assert comparison is not None  # the page stops where there is none
    columns = column_boxes(found, "slice", two=True)
    if not columns:
        st.caption(_("No column of these data can be cut into parts."))
        return
    with suppress(OSError):  # a copy on a read-only disk can be looked at all the same
        look_at(found.dataset, "slices", [one.model.id for one in comparison.models], columns=list(columns))
    names = SHOWN[comparison.task]
    metric = st.pills(_("Metric"), names, default=names[0], required=True, format_func=title, key="slice_metric") or names[0]
    cut, parts = _judged(found.key, columns, metric, found)
    chart = _drawn(found.key, columns, metric, st.context.theme.type == "dark", found)
    event = clickable_chart(chart, f"slices_{key_of(found.key, columns, metric)}")
    st.caption(_("Each interval stands for itself: with many parts, one looks bad by chance. “Weakest slices” corrects for that. A part says where a model is weak, not why."))
    with st.expander(_("As a table")):
        _table(parts, metric, {one.model.id: one.model.name for one in comparison.models})
    _rows_of(found, cut, parts, event)


def column_boxes(found: Compared, key: str, *, two: bool = False) -> tuple[str, ...]:
    """The column, or the two, that the visitor cuts by; none where no column can be cut."""
    from core.slices.columns import sliceable

    names = list(sliceable(found.dataset.info, target=two))
    if not names:
        return ()
    left, right = st.columns(2)
    with left:
        first = st.selectbox(_("Cut the test rows by"), names, format_func=lambda name: short(name, 60), key=f"{key}_column_{found.dataset.id}")
    chosen = first if first in names else names[0]
    if not two or len(names) < 2:
        return (chosen,)
    others = [NONE, *(name for name in names if name != chosen)]
    with right:
        second = st.selectbox(_("and by"), others, format_func=lambda name: short(name, 60) or _("no second column"), key=f"{key}_second_{found.dataset.id}_{chosen}")
    return (chosen, second) if second else (chosen,)


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def cut_of(key: str, columns: tuple[str, ...], _found: Compared) -> Grouping:
    """How one column or two cut the judged rows; read once for all visitors."""
    from core.slices.findings import cut_by_columns

    assert _found.comparison is not None
    return cut_by_columns(_found.comparison, _found.dataset, columns)


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def _judged(key: str, columns: tuple[str, ...], metric: str, _found: Compared) -> tuple[Grouping, Mapping[str, Sequence[Slice]]]:
    from core.slices.slices import slices

    assert _found.comparison is not None
    cut = cut_of(key, columns, _found)
    return cut, {one.model.id: slices(one.model.predictions, cut, (metric,)) for one in _found.comparison.models}


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def _drawn(key: str, columns: tuple[str, ...], metric: str, dark: bool, _found: Compared) -> Chart:
    from core.charts.slices import slice_chart

    assert _found.comparison is not None
    return slice_chart(_found.comparison, _judged(key, columns, metric, _found)[1], metric, dark=dark)


def _table(parts: Mapping[str, Sequence[Slice]], metric: str, names: Mapping[str, str]) -> None:
    """The chart as a table: a part a line, a model a column."""
    first = next(iter(parts.values()))[:TABLE_ROWS]
    lines: dict[str, list[str]] = {_("Part"): [plain(_condition(one), 120) for one in first], _("Rows"): [f"{one.rows:,}" for one in first]}
    for model, judged in parts.items():
        intervals = [one.metrics[metric] for one in judged[:TABLE_ROWS]]
        name = plain(names[model], 40)
        lines[name if name not in lines else f"{name} ({len(lines)})"] = [f"{value_text(metric, one.value)} :small[:gray[{range_text(metric, one)}]]" for one in intervals]
    st.table(lines, hide_index=True, border="horizontal", alt=_("The metric of each model in each part"))


def _condition(one: Slice) -> str:
    return " · ".join(label for _column, label in one.conditions)


def _rows_of(found: Compared, cut: Grouping, parts: Mapping[str, Sequence[Slice]], event: object) -> None:
    """The rows of a part: of the point that was clicked, or of the part chosen by hand."""
    from core.slices.rows_behind import InSlice

    comparison = found.comparison
    assert comparison is not None
    first = parts[comparison.models[0].model.id]
    numbers = {one.number: f"{short(_condition(one), 70)} ({plural('{n} row', '{n} rows', one.rows)})" for one in first}
    models = {one.model.id: short(one.model.name, 60) for one in comparison.models}
    key = f"slice_rows_{key_of(found.key, cut.columns)}"
    if (point := _point(event)) is not None and point != st.session_state.get(f"{key}_seen"):
        st.session_state[f"{key}_seen"] = point
        number, model = point
        if number in numbers and model in models:
            st.session_state[f"{key}_part"], st.session_state[f"{key}_model"] = number, model
    st.markdown(f"**{_('The rows of one part')}**")
    left, right = st.columns(2)
    with left:
        number = st.selectbox(_("Part"), list(numbers), format_func=lambda one: numbers.get(one, ""), key=f"{key}_part")
    with right:
        model = st.selectbox(_("Model"), list(models), format_func=lambda one: models.get(one, ""), key=f"{key}_model")
    wrong = comparison.task.is_classification and st.toggle(_("Only mistakes"), value=True, key=f"{key}_wrong")
    show_rows(found, model, InSlice(cut.member(number), wrong), f"{key}_{number}_{model}_{wrong}")


def _point(event: object) -> tuple[int, str] | None:
    """The slice and the model of the point that was clicked; it comes from a browser."""
    match clicked_custom(event):
        case ["slice", int(number), str(model)]:
            return number, model
    return None
