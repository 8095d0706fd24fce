"""The part Rows of the page Compare: from a number to the rows behind it, slice by slice, and group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.dataset.schema import Task
from core.language import N_, _
from ui.clicks import bring_into_view, clickable_chart, clicked
from ui.comparison import Compared
from ui.groups_view import groups_view
from ui.guard import guarded
from ui.narrow import watch_width
from ui.row_cards import key_of, show_rows
from ui.slices_view import slices_view
from ui.weakest_view import weakest_view
from ui.words import plain, short

if TYPE_CHECKING:
    from core.charts import Chart
    from core.evaluation.compare import Comparison, Judged
    from core.slices.rows_behind import Where

__all__ = ["rows_part", "show_clicked"]

VIEWS = {"mistakes": N_("Mistakes"), "weakest": N_("Weakest slices"), "slices": N_("By column"), "groups": N_("Groups of people")}
PLACES = {
    "wrong": N_("All mistakes"), "cell": N_("One class taken for another"), "bin": N_("Scores in a range"),
    "threshold": N_("Mistakes at a threshold"), "apart": N_("Models disagree"),
}  # fmt: skip
NUMBER_PLACES = {"wrong": N_("Largest errors"), "bin": N_("Predictions in a range"), "apart": N_("Models far apart")}
CLASSES_OFFERED = 1_000


def rows_part(found: Compared) -> None:
    """Draw the part: one of four views, each ends at rows of the dataset."""
    assert found.comparison is not None  # the page stops where there is none
    watch_width()
    views = [name for name in VIEWS if name != "groups" or found.comparison.task.is_classification]
    view = st.segmented_control(
        _("View"), views, format_func=lambda name: _(VIEWS[name]), default=views[0], required=True, key="rows_view",
        label_visibility="collapsed", wrap=True, persist_state="session",
    )  # fmt: skip
    {"mistakes": _mistakes, "weakest": weakest_view, "slices": slices_view, "groups": groups_view}[view or views[0]](found)


@st.fragment
@guarded()
def _mistakes(found: Compared) -> None:
    """A place in the numbers of one model, and its rows."""
    comparison = found.comparison
    assert comparison is not None
    places = PLACES if comparison.task.is_classification else NUMBER_PLACES
    offered = [name for name in places if (name != "threshold" or comparison.task is Task.BINARY) and (name != "apart" or len(comparison.models) > 1)]
    left, right = st.columns(2)
    with left:
        model = _model(comparison)
    with right:
        kind = st.selectbox(_("Which rows"), offered, format_func=lambda name: _(places[name]), key="rows_place")
    where = _where(found, model, kind or offered[0])
    show_rows(found, model, where, f"rows_{model}_{key_of(where)}")


def _model(comparison: Comparison) -> str:
    """The id of one model, chosen by the visitor; the first run at first."""
    names = {one.model.id: short(one.model.name, 60) for one in comparison.models}
    chosen = st.selectbox(_("Model"), list(names), format_func=lambda name: names.get(name, ""), key="rows_model")
    return chosen if chosen in names else next(iter(names))


def _where(found: Compared, model: str, kind: str) -> Where:
    from core.slices.rows_behind import AtThreshold, Disagree, Wrong

    comparison = found.comparison
    assert comparison is not None
    if kind == "cell":
        return _cell(found, model)
    if kind == "bin":
        return _bin(comparison, model)
    if kind == "threshold":
        label = plain(comparison.labels[1], 40)
        at = st.slider(_("Call it {label} from this score on").format(label=label), 0.0, 1.0, 0.5, 0.01, key="rows_threshold")
        return AtThreshold(float(at))
    return Disagree() if kind == "apart" else Wrong()


def _cell(found: Compared, model: str) -> Where:
    """A cell of the confusion matrix, clicked or chosen; at first the largest one beside the diagonal."""
    import numpy as np

    from core.slices.rows_behind import Cell

    assert found.comparison is not None
    one = next(one for one in found.comparison.models if one.model.id == model)
    matrix, labels = one.evaluation.confusion, one.evaluation.labels
    assert matrix is not None  # only classifiers have cells
    names = [short(label, 50) for label in labels[:CLASSES_OFFERED]]
    keys = [f"rows_cell_{part}_{key_of(found.key, model)}" for part in ("truth", "called")]
    if keys[0] not in st.session_state:
        largest = np.unravel_index(int(np.argmax(matrix - np.diag(np.diagonal(matrix)))), matrix.shape)
        for key, number in zip(keys, largest, strict=True):
            st.session_state[key] = min(int(number), len(names) - 1)
    chart = _matrix(found.key, model, st.context.theme.type == "dark", one)
    event = clickable_chart(chart, f"rows_matrix_{key_of(found.key, model)}")
    place = clicked(event)
    if place is not None and isinstance(place[1], Cell) and st.session_state.get(f"{keys[0]}_seen") != place[1]:
        st.session_state[f"{keys[0]}_seen"] = place[1]
        if max(place[1].truth, place[1].called) < len(names):
            st.session_state[keys[0]], st.session_state[keys[1]] = place[1].truth, place[1].called
    left, right = st.columns(2)
    with left:
        truth = st.selectbox(_("In truth"), range(len(names)), format_func=names.__getitem__, key=keys[0])
    with right:
        called = st.selectbox(_("The model said"), range(len(names)), format_func=names.__getitem__, key=keys[1])
    return Cell(int(truth or 0), int(called or 0))


@st.cache_resource(max_entries=24, ttl="1h", show_spinner=False)
def _matrix(key: str, model: str, dark: bool, _one: Judged) -> Chart:
    from core.charts import confusion

    return confusion(_one, dark=dark)


def _bin(comparison: Comparison, model: str) -> Where:
    """A range of scores, or of predicted values."""
    from core.slices.rows_behind import Bin

    p = next(one.model.predictions for one in comparison.models if one.model.id == model)
    if not comparison.task.is_classification:
        low, high = float(p.scores.min()), float(p.scores.max())
        if low == high:
            return Bin(low, high)
        span = st.slider(_("Predictions from … to …"), low, high, (low, high), key=f"rows_range_{model}")
        return Bin(*span)
    label = 1
    if comparison.task is not Task.BINARY:
        names = [short(one, 50) for one in comparison.labels[:CLASSES_OFFERED]]
        label = st.selectbox(_("Score of the class"), range(len(names)), format_func=names.__getitem__, key="rows_bin_class") or 0
    title = _("Score of {label} from … to …").format(label=plain(comparison.labels[label], 40))
    span = st.slider(title, 0.0, 1.0, (0.4, 0.6), 0.01, key="rows_bin")
    return Bin(*span, label)


def show_clicked(found: Compared, event: Any, key: str) -> None:
    """Show the rows behind the point that was clicked in a chart; nothing where none was.

    Args:
        found: the comparison that the chart draws.
        event: what `ui.clicks.clickable_chart` returned.
        key: of the widgets.
    """
    place = clicked(event)
    if place is None:
        return
    model, where = place
    bring_into_view(key, key_of(model, where))
    show_rows(found, model, where, f"{key}_{model}_{key_of(where)}")
