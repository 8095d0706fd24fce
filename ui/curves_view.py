"""The part Curves of the page Compare: how well the models rank, whether their probabilities are true, and what they mix up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.dataset.schema import Task
from core.language import N_, _, current
from ui.charted import show_chart
from ui.clicks import clickable_chart
from ui.comparison import Compared
from ui.guard import guarded
from ui.rows_behind import show_clicked
from ui.words import glued, number, percent, plain, short

if TYPE_CHECKING:
    from core.charts import Chart
    from core.evaluation.compare import Comparison

__all__ = ["curves_part"]

HALF_PX = 380  # two charts beside each other from twice this width on
LABELS_OFFERED = 1_000
CHARTS_KEPT = 120  # of all visitors; one holds some twenty thousand numbers at most
MOST_DRAWN = 12  # models that get a chart of their own

VIEWS = {"rank": N_("Ranking"), "top": N_("Top of the list"), "truth": N_("Probabilities"), "mix": N_("Mix-ups"), "classes": N_("All classes")}
NUMBER_VIEWS = {"size": N_("By size"), "single": N_("Row by row")}
AVERAGES = {"macro": N_("Every class alike"), "weighted": N_("Classes by their rows"), "micro": N_("Every row and class")}
CLICK = N_("Click a point to see the rows behind it.")


def curves_part(found: Compared) -> None:
    """Draw the part: one group of charts at a time, so that only what is looked at is computed."""
    comparison = _comparison(found)
    if comparison.task.is_classification:
        views = {name: title for name, title in VIEWS.items() if name != "classes" or comparison.task is Task.MULTICLASS}
        draw: dict[str, Callable[[Compared], None]] = {"rank": _ranking, "top": _top, "truth": _probabilities, "mix": _mix_ups, "classes": _classes}
    else:
        views, draw = NUMBER_VIEWS, {"size": _by_size, "single": _row_by_row}
    first = next(iter(views))
    view = st.segmented_control(
        _("Charts"), list(views), format_func=lambda name: _(views[name]), default=first, required=True, key=f"curves_view_{comparison.task.value}",
        label_visibility="collapsed", wrap=True, persist_state="session",
    )  # fmt: skip
    draw[view if view in views else first](found)


@st.fragment
@guarded()
def _ranking(found: Compared) -> None:
    """ROC, precision-recall and DET."""
    label = _label(found)
    clicks = []
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        for kind, words in (
            ("roc", N_("**ROC curve**: every threshold from strict to loose. Further up and left is better; the dotted line is a coin. The shade is the 95 % band.")),
            ("precision_recall", N_("**Precision–recall curve**: how many calls are right when so many of the class shall be found. Further up and right is better; the dotted line is calling by chance.")),
            ("det", N_("**DET curve**: both kinds of error against each other, stretched where they are small. Further down and left is better.")),
        ):
            clicks.append(_clickable(found, kind, words, label=label))
    _rows(found, clicks)


@st.fragment
@guarded()
def _top(found: Compared) -> None:
    """Gain and lift."""
    label = _label(found)
    clicks = []
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        for kind, words in (
            ("gain", N_("**Gain**: handle so many rows, best-scored first, and find so many of the class. The dotted line is picking by chance.")),
            ("lift", N_("**Lift**: how many times more of the class than by chance is among the rows handled.")),
        ):
            clicks.append(_clickable(found, kind, words, label=label))
    _rows(found, clicks)


@st.fragment
@guarded()
def _probabilities(found: Compared) -> None:
    """Calibration, and the scores of each model."""
    label = _label(found)
    clicks = []
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        words = N_("**Calibration**: ten groups of equally many rows. On the dotted line a stated 70 % happens 70 times in 100. The shade is the 95 % range of what happens.")
        clicks.append(_clickable(found, "calibration", words, label=label))
        for place in range(len(_comparison(found).runs[:MOST_DRAWN])):
            clicks.append(_clickable(found, "histogram", N_("**Scores**: rows of the class upwards, all others downwards, each side as shares of its own rows."), label=label, place=place))
    if _comparison(found).task is Task.MULTICLASS:
        st.caption(_("The calibration error in the table of numbers judges the class that the model chose. This chart judges one class at a time."))
    _rows(found, clicks)


@st.fragment
@guarded()
def _mix_ups(found: Compared) -> None:
    """Confusion matrices as small multiples, and the difference of two."""
    comparison = _comparison(found)
    counts = st.toggle(_("Rows instead of shares"), key="curves_counts") if len(comparison.labels) > 4 else False
    clicks = []
    with st.grid("auto", min_column_width=HALF_PX, gap="medium"):
        for place in range(len(comparison.runs[:MOST_DRAWN])):
            clicks.append(_clickable(found, "confusion", None, place=place, how="counts" if counts else None))
    st.caption(_("**Confusion matrix**: each row is a true class and shows what the model called it. On the diagonal it is right."))
    if len(comparison.models) > 1:
        clicks.append(_difference(found))
    _rows(found, clicks)


def _difference(found: Compared) -> Any:
    """Two models, cell by cell."""
    comparison = _comparison(found)
    names = [short(one.model.name, 60) for one in comparison.models]
    other = next((place for place, one in enumerate(comparison.models) if one.model.id == comparison.reference and place), len(names) - 1)
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        ours = st.selectbox(_("Where does this model differ"), range(len(names)), format_func=names.__getitem__, key=f"curves_ours_{found.key}") or 0
        theirs = st.selectbox(_("from this one"), range(len(names)), index=other, format_func=names.__getitem__, key=f"curves_theirs_{found.key}")
        if theirs is None or theirs == ours:
            st.info(_("Choose two different models."), icon=":material/compare_arrows:")
            return None
        words = N_("**Difference**: rows of the first model less rows of the second. Blue helps (more right, fewer mistakes), orange hurts.")
        return _clickable(found, "confusion_difference", words, place=ours, other=theirs)


@st.fragment
@guarded()
def _classes(found: Compared) -> None:
    """One number for each class, and one curve for all classes."""
    how = st.segmented_control(_("Average over classes"), list(AVERAGES), format_func=lambda name: _(AVERAGES[name]), default="macro", required=True, key="curves_average", wrap=True)
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        with st.container(gap="xsmall"):
            show_chart(_chart(found, "averaged", how=how or "macro"), "averaged")
            st.caption(glued(_("**Averaged ROC curve**: each class against the rest, put together. The shade is the 95 % band.")))
        with st.container(gap="xsmall"):
            show_chart(_chart(found, "per_class"), "per_class")
            st.caption(_("**Recall of each class**: of the rows that are so, the share that was found."))


@st.fragment
@guarded()
def _by_size(found: Compared) -> None:
    """The error where a model predicts little and where it predicts much, and a margin that keeps its promise."""
    click = _clickable(found, "error_by_size", N_("**Error by size**: eight groups of equally many rows by what the model predicts, with 95 % intervals."))
    _margins(_comparison(found))
    _rows(found, [click])


@st.fragment
@guarded()
def _row_by_row(found: Compared) -> None:
    """Predicted against true values, and the errors, of each run."""
    with st.grid(2, min_column_width=HALF_PX, gap="medium"):
        for place in range(len(_comparison(found).runs[:MOST_DRAWN])):
            for kind in ("predicted_actual", "residuals"):
                with st.container(gap="xsmall"):
                    show_chart(_chart(found, kind, place=place), f"{kind}_{place}")
    st.caption(_("**Residual**: predicted less true value. A shapeless cloud around zero is good; a bend or a funnel says what the model has not understood."))


def _margins(comparison: Comparison) -> None:
    from core.evaluation.regression_errors import margin

    lines = []
    for one in comparison.models:
        if one.validation is None:
            continue
        held = margin((one.validation.truth, one.validation.scores), (one.model.predictions.truth, one.model.predictions.scores))
        if held is not None:
            words = _("{name}: predicted ± {half} held {share} of the test rows ({low}–{high}).")
            ends = {"low": percent(held.held.low or 0.0), "high": percent(held.held.high or 1.0)}
            lines.append(words.format(name=plain(one.model.name, 60), half=number(held.half_width), share=percent(held.held.value or 0.0), **ends))
    if lines:
        st.markdown("\n".join(f"* {line}" for line in lines))
        st.caption(_("**A margin that promises 9 of 10**: its width is learnt on the validation rows and judged on the test rows (split conformal prediction)."))


def _clickable(found: Compared, kind: str, words: str | None, **which: Any) -> Any:
    with st.container(gap="xsmall"):
        event = clickable_chart(_chart(found, kind, **which), "_".join([kind, *(str(part) for part in which.values() if part is not None)])[:120])
        if words:
            st.caption(glued(_(words)))
    return event


def _rows(found: Compared, clicks: list[Any]) -> None:
    """The rows behind the point that was clicked in one of the charts."""
    st.caption(_(CLICK))
    for place, event in enumerate(clicks):
        if event is not None:
            show_clicked(found, event, f"curves_{place}")


def _chart(found: Compared, kind: str, *, label: str | None = None, place: int | None = None, other: int | None = None, how: str | None = None) -> Chart:
    return _drawn(f"{found.key}{current()}", kind, label, place, other, how, st.context.theme.type == "dark", _comparison(found))


@st.cache_resource(max_entries=CHARTS_KEPT, ttl="1h", show_spinner=False)
def _drawn(key: str, kind: str, label: str | None, place: int | None, other: int | None, how: str | None, dark: bool, _comparison: Comparison) -> Chart:
    from core import charts

    if kind == "confusion_difference":
        assert place is not None and other is not None  # both are chosen
        return charts.confusion_difference(_comparison.models[place], _comparison.models[other], dark=dark)
    if kind == "averaged":
        return charts.averaged(_comparison, how, dark=dark)  # type: ignore[arg-type]  # one of AVERAGES
    if place is not None:
        one = _comparison.runs[place]
        if kind == "histogram":
            return charts.histogram(_comparison, one, label or charts.usual_class(_comparison), dark=dark)
        if kind == "confusion":
            return charts.confusion(one, dark=dark, counts=how == "counts")
        return {"predicted_actual": charts.predicted_actual, "residuals": charts.residuals}[kind](one, dark=dark)
    if kind in ("per_class", "error_by_size"):
        return {"per_class": charts.per_class, "error_by_size": charts.error_by_size}[kind](_comparison, dark=dark)
    curves = {"roc": charts.roc, "precision_recall": charts.precision_recall, "det": charts.det, "gain": charts.gain, "lift": charts.lift, "calibration": charts.calibration}
    return curves[kind](_comparison, label, dark=dark)


def _comparison(found: Compared) -> Comparison:
    assert found.comparison is not None  # the page stops where there is none
    return found.comparison


def _label(found: Compared) -> str | None:
    """With more than two classes, the one to draw against the rest."""
    comparison = _comparison(found)
    if comparison.task is not Task.MULTICLASS:
        return None
    offered = range(min(len(comparison.labels), LABELS_OFFERED))
    chosen = st.selectbox(_("One class against the rest"), offered, format_func=lambda place: short(comparison.labels[place], 50), key=f"curve_class_{len(comparison.labels)}")
    return comparison.labels[chosen or 0]
