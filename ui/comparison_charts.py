"""The charts of a comparison: the finding as a heading that wraps on a phone, the figure, and its words for a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.schema import Task
from ui.words import plain, short

if TYPE_CHECKING:
    from core.charts import Chart
    from core.evaluation.compare import Comparison

__all__ = ["curve_charts", "error_charts", "forest_chart", "mix_up_charts"]

CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
HALF_PX = 380  # two charts beside each other from twice this width on
LABELS_OFFERED = 1_000


def forest_chart(comparison: Comparison) -> None:
    """The metric that stands first, of all models, with intervals."""
    from core import charts

    _show(charts.forest(comparison, dark=_dark()), "forest", titled=False)


@st.fragment
def curve_charts(comparison: Comparison) -> None:
    """ROC and precision–recall, with more than two classes of one class against the rest."""
    from core import charts

    label = _label(comparison) if comparison.task is Task.MULTICLASS else None
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        with st.container(gap="xsmall"):
            _show(charts.roc(comparison, label, dark=_dark()), "roc")
            st.caption("**ROC curve**: every threshold from strict to loose. Further up and left is better; the dotted line is a coin. The shade is the 95 % band.")
        with st.container(gap="xsmall"):
            _show(charts.precision_recall(comparison, label, dark=_dark()), "precision_recall")
            st.caption("**Precision–recall curve**: how many calls are right when so many of the class shall be found. Further up and right is better.")


def mix_up_charts(comparison: Comparison) -> None:
    """Confusion matrices as small multiples; with more than two classes also the recall of each class."""
    from core import charts

    if comparison.task is Task.MULTICLASS:
        _show(charts.per_class(comparison, dark=_dark()), "per_class")
    with st.grid("auto", min_column_width=HALF_PX, gap="medium"):
        for place, one in enumerate(comparison.runs or comparison.models):
            with st.container(gap="xsmall"):
                _show(charts.confusion(one, dark=_dark()), f"confusion_{place}")
    st.caption("**Confusion matrix**: each row is a true class and shows what the model called it. On the diagonal it is right.")


def error_charts(comparison: Comparison) -> None:
    """Predicted against true values, and the errors (residuals), of each run."""
    from core import charts

    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        for place, one in enumerate(comparison.runs or comparison.models):
            with st.container(gap="xsmall"):
                _show(charts.predicted_actual(one, dark=_dark()), f"predicted_{place}")
            with st.container(gap="xsmall"):
                _show(charts.residuals(one, dark=_dark()), f"residuals_{place}")
    st.caption("**Residual**: predicted less true value. A shapeless cloud around zero is good; a bend or a funnel says what the model has not understood.")


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


def _dark() -> bool:
    return st.context.theme.type == "dark"
