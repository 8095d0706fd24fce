"""A series on the page: how far it is, what its runs reached, and how it can be ended or forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.language import _, plural
from core.runs.repeats import label_of
from core.runs.run import Run
from core.runs.series import Series, forget_series, members_of
from core.runs.state import RunState
from ui.guard import guarded
from ui.process import launcher
from ui.series_start import WAYS
from ui.state import current_workspace, go
from ui.words import ago, plain

if TYPE_CHECKING:
    from core.series_results import SeriesResult

__all__ = ["progress", "series_rows"]

LOOK_EVERY_S = 3.0
SHOWN = 12


def progress(series: Sequence[Series]) -> None:
    """How far the series are that still work, looked at by itself; the page is drawn anew when a run of one is judged."""
    states = _states(series)
    every = LOOK_EVERY_S if any(not state.is_over for state in states.values()) else None
    st.fragment(_look, run_every=every)(series, states)


def _states(series: Sequence[Series]) -> dict[str, RunState]:
    workspace = current_workspace()
    return {run.id: launcher().state(run).state for one in series for run in members_of(one, workspace)}


def _look(series: Sequence[Series], shown: dict[str, RunState]) -> None:
    with guarded():
        states = _states(series)
        if {name for name, state in states.items() if state.is_over} != {name for name, state in shown.items() if state.is_over}:
            st.rerun(scope="app")
        for one in series:
            if any(name in states and not states[name].is_over for name in one.runs):
                _bar(one, states)


def _bar(one: Series, states: dict[str, RunState]) -> None:
    mine = [states[name] for name in one.runs if name in states]
    over = sum(state.is_over for state in mine)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"progress_{one.id}"):
        text = _("{kind} of {name}: {over} of {all} runs are over").format(kind=_(WAYS[one.kind]), name=plain(one.name, 60), over=over, all=len(mine))
        st.progress(over / max(len(mine), 1), text=text, width="stretch")
        if st.button(_("Stop the rest"), icon=":material/stop_circle:", key=f"stop_{one.id}", help=_("Runs that learn keep their best weights; runs that wait leave the queue")):
            for run in members_of(one, current_workspace()):
                if run.id in one.runs and not run.status.state.is_over:
                    launcher().stop(run)
            st.rerun(scope="app")


def series_rows(results: Sequence[SeriesResult]) -> None:
    """Each series as one row of a list, with its runs and a way to forget it; its runs stay."""
    for result in results[:SHOWN]:
        one = result.series
        with st.expander(f"{_(WAYS[one.kind])} · {plain(one.name, 60)} · {plural('{n} run', '{n} runs', len(one.runs))} · {ago(one.created)}", key=f"series_{one.id}"):
            scores = {scored.run.id: scored.value for scored in result.scored}
            for run in members_of(one, current_workspace()):
                _row(one, run, scores.get(run.id))
            if st.button(_("Forget this series; its runs stay"), icon=":material/delete:", key=f"forget_{one.id}"):
                forget_series(current_workspace(), one.id)
                st.rerun()
    if len(results) > SHOWN:
        st.caption(plural("and {n} older series", "and {n} older series", len(results) - SHOWN))


def _row(one: Series, run: Run, score: float | None) -> None:
    from ui.cards import state_badge
    from ui.metric_words import title, value_text

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(plain(label_of(run.spec)), width="content")
        state_badge(run.status.state, model=run.has_model)
        if score is not None:
            metric = (run.status.headline or {}).get("name", "accuracy")
            st.markdown(f"{title(str(metric))} **{value_text(str(metric), score)}**", width="content")
        if st.button(_("Open"), key=f"open_{one.id}_{run.id}", type="tertiary"):
            go("train", run=run.id, dataset=run.spec.dataset)
