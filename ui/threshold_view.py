"""The threshold: all models at one, or each at the one that reaches a goal; chosen on validation rows, judged on test rows."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.names import explanation
from core.language import N_, _
from core.seal import look_at
from core.worth.goals import USUAL, AtGoal, Goal, Ranking
from core.worth.threshold import ALARM_SHARE, AT_THRESHOLD
from ui.charted import show_chart
from ui.comparison import Compared
from ui.guard import guarded
from ui.metric_words import value_text
from ui.moving_slider import moving_slider
from ui.words import plain
from ui.worth_table import Row, cell, worth_table

if TYPE_CHECKING:
    from core.evaluation.intervals import Interval

__all__ = ["threshold_view"]

AIMS = {
    "usual": N_("The usual 0.5"),
    "f1": N_("The best F1"),
    "mcc": N_("The best MCC"),
    "balanced_accuracy": N_("The best balanced accuracy"),
    "accuracy": N_("The best accuracy"),
    "recall": N_("Recall at least …"),
    "precision": N_("Precision at least …"),
    "specificity": N_("Specificity at least …"),
    "alarm_share": N_("At most so many alarms a day …"),
    "own": N_("A threshold of my own"),
}
LIMITED = {"recall": 90, "precision": 70, "specificity": 90}
IN_TABLE = ("precision", "recall", "specificity", "f1", "accuracy", "balanced_accuracy", "mcc", "alarm_share")


@st.fragment
@guarded()
def threshold_view(found: Compared, ranking: Ranking) -> None:
    """Draw the control, the table of all models and metrics, and the chart.

    Args:
        found: what is compared.
        ranking: its scores, sorted for the class that the models act on.
    """
    aim, moving = _aim(ranking)
    st.session_state[f"report_aim_{found.dataset.id}"] = (aim, ranking.label)  # for what is taken along
    chosen = ranking.at(aim)
    if st.session_state.get("threshold_aim") == "own":
        st.info(
            _("This is a look at the test rows, not a choice: a threshold picked because these numbers look good is too optimistic. To choose one, set a goal."),
            icon=":material/visibility:",
        )
    if not moving:  # a way of the slider is one look, at the place where it is let go
        _noted(found, ranking, aim)
    worth_table([_row(one, aim) for one in chosen], "threshold", _("Every metric of every model at its threshold, with 95 % intervals"), narrowest_px=92)
    metric = st.selectbox(_("Metric in the chart"), AT_THRESHOLD, index=AT_THRESHOLD.index(aim.metric if isinstance(aim, Goal) else "f1"), format_func=_title, key=f"threshold_metric_{_key(aim)}")
    from core.charts.threshold import threshold_chart

    goal = aim if isinstance(aim, Goal) else None
    drawn = chosen
    if moving:  # Plotly would begin anew at every move: the chart follows once the slider rests
        drawn = ranking.at(st.session_state.get("threshold_rest", aim))
    else:
        st.session_state["threshold_rest"] = aim if goal is None else USUAL
    show_chart(threshold_chart(ranking, drawn, metric, goal=goal, dark=st.context.theme.type == "dark"), "threshold")
    if ranking.can_choose:
        st.caption(_("Lines are of the validation rows, where thresholds are chosen. Marks with their intervals are of the test rows, which judge."))
    else:
        st.caption(_("These models have no validation rows, so lines and marks are both of the test rows."))
    _explain()


def _aim(ranking: Ranking) -> tuple[float | Goal, bool]:
    """What the visitor wants, and whether the slider is still being moved."""
    offered = [name for name in AIMS if ranking.can_choose or name in {"usual", "own"}]
    with st.grid("auto", min_column_width=240, gap="small"):
        with st.container(gap="xxsmall"):
            wanted = st.selectbox(_("Choose the threshold for"), offered, format_func=lambda name: _(AIMS[name]), key="threshold_aim", persist_state="session")
            st.caption(_("**Threshold**: from this probability on a model says “{label}”. Lower finds more and raises more false alarms.").format(label=plain(ranking.label, 40)))
        if wanted == "own":
            with st.container(gap="xxsmall"):
                place = moving_slider(_("Threshold for all models"), "threshold_own")
                st.caption(_("All numbers below move with it."))
            return place
        if wanted in LIMITED:
            with st.container(gap="xxsmall"):
                limit = st.number_input(_("At least, %"), 0.0, 100.0, float(LIMITED[wanted]), 1.0, key=f"threshold_limit_{wanted}", persist_state="session")
                st.caption(_meaning(wanted))
            return Goal(wanted, "at least", float(limit) / 100), False
        if wanted == "alarm_share":
            return _alarms(), False
    return (USUAL if wanted == "usual" else Goal(wanted)), False


def _alarms() -> Goal:
    with st.container(gap="xxsmall"):
        alarms = st.number_input(_("Alarms a day, at most"), 0.0, 1e9, 50.0, 1.0, format="%0.0f", key="threshold_alarms", persist_state="session")
        st.caption(_("How many your people can look at."))
    with st.container(gap="xxsmall"):
        cases = st.number_input(_("Cases a day"), 1.0, 1e9, 1_000.0, 10.0, format="%0.0f", key="threshold_cases", persist_state="session")
        st.caption(_("How many the model decides."))
    with st.container(gap="xxsmall"):
        rate = st.number_input(_("Share in real life, %"), 0.0001, 99.9999, None, 0.1, format="%0.4g", key="threshold_rate", persist_state="session", placeholder=_("as in the data"))
        st.caption(_("How many of 100 cases are of the class. Empty: as in the data."))
    return Goal("alarm_share", "at most", min(float(alarms) / float(cases), 1.0), None if rate is None else float(rate) / 100)


def _row(found: AtGoal, aim: float | Goal) -> Row:
    cells = {_("Threshold"): cell(_threshold(found.threshold), _chosen(found))}
    if isinstance(aim, Goal) and aim.bound != "best":
        met = {True: _(":green[:material/check: reached]"), False: _(":orange[:material/close: missed]"), None: _(":gray[:material/help: too close to tell]")}
        cells[_("Goal on the test rows")] = met[found.met] if found.chosen == "validation" and aim.rate is None else "–"
    cells |= {_title(metric): _metric(metric, found.metrics[metric]) for metric in IN_TABLE}
    return Row(found.one, cells, found.note)


def _metric(metric: str, interval: Interval) -> str:
    if interval.value is None:
        return "–"
    write = (lambda value: value_text("mcc", value)) if metric == "mcc" else (lambda value: f"{value * 100:.1f}")
    ends = [] if interval.low is None or interval.high is None else [write(interval.low), write(interval.high)]
    span = _("{low} to {high}").format(low=ends[0], high=ends[1]) if ends and "−" in "".join(ends) else "–".join(ends)
    return cell(write(interval.value) + ("" if metric == "mcc" else " %"), span)


def _chosen(found: AtGoal) -> str:
    return {"validation": _("chosen"), "given": "", "usual": _("usual")}[found.chosen]


def _threshold(value: float) -> str:
    return _("never acts") if value == float("inf") else f"{value:.3g}"


def _title(metric: str) -> str:
    from core.charts.threshold import metric_title

    return metric_title(metric)


def _meaning(metric: str) -> str:
    text = _(ALARM_SHARE) if metric == "alarm_share" else explanation(metric)
    term, colon, meaning = text.replace("：", ":").partition(":")
    return f"**{term}**: {meaning.strip()}" if colon else text


def _explain() -> None:
    with st.expander(_("What the metrics mean"), icon=":material/help:", key="threshold_explained"), st.grid("auto", min_column_width=340, gap="xxsmall"):
        for metric in AT_THRESHOLD:
            st.caption(_meaning(metric))


def _key(aim: float | Goal) -> str:
    return aim.metric if isinstance(aim, Goal) else "given"


def _noted(found: Compared, ranking: Ranking, aim: float | Goal) -> None:
    """Every threshold but the usual one is a question of its own to the test rows."""
    if aim == USUAL:
        return
    said = {"metric": aim.metric, "bound": aim.bound, "value": aim.value, "rate": aim.rate} if isinstance(aim, Goal) else {"given": aim}
    with suppress(OSError):
        look_at(found.dataset, "threshold", [ranked.one.model.id for ranked in ranking.models], positive=ranking.label, **said)
