"""The charts of a comparison: the finding as a heading that wraps on a phone, the figure, and its words for a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.schema import Task
from ui.comparison import Compared
from ui.guard import guarded
from ui.words import plain, short

if TYPE_CHECKING:
    from core.charts import Chart
    from core.evaluation.compare import Comparison

__all__ = ["curve_charts", "error_charts", "forest_chart", "mix_up_charts"]

CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
HALF_PX = 380  # two charts beside each other from twice this width on
LABELS_OFFERED = 1_000
CHARTS_KEPT = 60  # of all visitors; one holds some ten thousand numbers at most


def forest_chart(found: Compared) -> None:
    """The metric that stands first, of all models, with intervals."""
    _show(_chart(found, "forest"), "forest", titled=False)


@st.fragment
@guarded()
def curve_charts(found: Compared) -> None:
    """ROC and precision–recall, with more than two classes of one class against the rest."""
    label = _label(_comparison(found)) if _comparison(found).task is Task.MULTICLASS else None
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        with st.container(gap="xsmall"):
            _show(_chart(found, "roc", label=label), "roc")
            st.caption("**ROC curve**: every threshold from strict to loose. Further up and left is better; the dotted line is a coin. The shade is the 95 % band.")
        with st.container(gap="xsmall"):
            _show(_chart(found, "precision_recall", label=label), "precision_recall")
            st.caption("**Precision–recall curve**: how many calls are right when so many of the class shall be found. Further up and right is better.")


def mix_up_charts(found: Compared) -> None:
    """Confusion matrices as small multiples; with more than two classes also the recall of each class."""
    if _comparison(found).task is Task.MULTICLASS:
        _show(_chart(found, "per_class"), "per_class")
    with st.grid("auto", min_column_width=HALF_PX, gap="medium"):
        for place, _ in enumerate(_comparison(found).runs):
            with st.container(gap="xsmall"):
                _show(_chart(found, "confusion", place=place), f"confusion_{place}")
    st.caption("**Confusion matrix**: each row is a true class and shows what the model called it. On the diagonal it is right.")


def error_charts(found: Compared) -> None:
    """Predicted against true values, and the errors (residuals), of each run."""
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        for place, _ in enumerate(_comparison(found).runs):
            for kind in ("predicted_actual", "residuals"):
                with st.container(gap="xsmall"):
                    _show(_chart(found, kind, place=place), f"{kind}_{place}")
    st.caption("**Residual**: predicted less true value. A shapeless cloud around zero is good; a bend or a funnel says what the model has not understood.")


def _chart(found: Compared, kind: str, *, label: str | None = None, place: int | None = None) -> Chart:
    return _drawn(found.key, kind, label, place, st.context.theme.type == "dark", found)


@st.cache_resource(max_entries=CHARTS_KEPT, ttl="1h", show_spinner=False)
def _drawn(key: str, kind: str, label: str | None, place: int | None, dark: bool, _found: Compared) -> Chart:
    from core import charts

    comparison = _comparison(_found)
    if place is not None:
        one = comparison.runs[place]
        return {"confusion": charts.confusion, "predicted_actual": charts.predicted_actual, "residuals": charts.residuals}[kind](one, dark=dark)
    if kind in ("forest", "per_class"):
        return {"forest": charts.forest, "per_class": charts.per_class}[kind](comparison, dark=dark)
    return {"roc": charts.roc, "precision_recall": charts.precision_recall}[kind](comparison, label, dark=dark)


def _comparison(found: Compared) -> Comparison:
    assert found.comparison is not None  # the page stops where there is none
    return found.comparison


def _show(chart: Chart, key: str, *, titled: bool = True) -> None:
    if titled:
        st.markdown(f"**{plain(chart.title, 200)}**")
    st.plotly_chart(chart.figure, theme=None, key=f"chart_{key}", config=CONFIG, alt=short(chart.alt, 1_000))


def _label(comparison: Comparison) -> str:
    offered: dict[str, str] = {}
    for place, label in enumerate(comparison.labels[:LABELS_OFFERED], start=1):
        shown = short(label, 50)
        offered[f"{shown} (class {place})" if shown in offered or not shown else shown] = label
    chosen = st.selectbox("One class against the rest", list(offered), key="curve_class")
    return offered.get(chosen, comparison.labels[0])

