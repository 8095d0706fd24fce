"""Train: watch a run learn, keep it in hand, show it to others, and see how it ended."""

import streamlit as st

from core.errors import Damaged
from core.language import _
from core.runs.state import RunState
from core.training.control import has_checkpoint
from ui.guard import guarded, show_error
from ui.live_chart import is_seen, live_chart
from ui.live_run import facts, others, result, share, titles, token_of
from ui.process import launcher
from ui.race import races_of, show_race
from ui.road import empty, page
from ui.run_again import change_settings_button, continue_box, like_box, resume, train_again_button
from ui.run_controls import note_box, note_line, work_controls
from ui.run_queue import in_line
from ui.state import current_dataset, current_run, current_workspace, go

with guarded():
    if race := st.query_params.get("race"):
        show_race(race)
        st.stop()
    run = current_run()
    if run is None:
        dataset = current_dataset()
        page(_("Watch it learn"), _("Curves and figures of a run appear here while it trains."))
        if dataset is None:
            empty(_("Here you will watch your model learn. First it needs data."), _("Choose data"), "data", icon="show_chart")
        else:
            empty(_("Here you will watch your model learn. Choose a network and press Train."), _("Choose a network"), "model", icon="show_chart")
            others(dataset.id, None)
            races_of(dataset.id)
        st.stop()
    try:
        status, spec = launcher().state(run), run.spec
    except Damaged as error:
        page(_("This run cannot be shown"), _("The others are not affected."))
        show_error(error)
        if st.button(_("Delete this run"), icon=":material/delete:", key="delete_damaged"):
            current_workspace().delete(run.id)
            go("train", run=None)
        st.stop()

    model, token = run.has_model, token_of(run)
    head = page(*titles(status, model, spec))
    state = status.state
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(facts(spec), width="content")
        with st.container(horizontal=True, width="content", key="controls"):
            if not state.is_over:
                work_controls(run, status)
            note_box(run)
            share(token)
    with st.container(key="run_end"):  # always there, so that the chart below keeps its place and its zoom
        note_line(run)
        if state.is_over:
            result(status, model, spec)
            with st.container(horizontal=True, key="next_steps"):
                if model and st.button(_("Train another"), icon=":material/add:", key="another", help=_("Another recipe or other settings on the same data and the same split")):
                    go("model", run=run.id)
                if state is not RunState.INTERRUPTED:
                    continue_box(run, status, spec)
                like_box(run, spec)
                if not model:
                    train_again_button(spec)
                    change_settings_button(run, spec)
        elif state is RunState.QUEUED:
            in_line(run, is_seen(run))
    live_chart(run, token)
    if not state.is_over:
        like_box(run, spec)  # below the chart: while it learns, that is what one looks at

    if state is RunState.PAUSED:
        if head.next(_("Resume"), key="resume", why_not="" if run.pause_requested else _("It goes on at this moment")):
            resume(run)
    elif state is RunState.INTERRUPTED:
        if head.next(_("Resume") if has_checkpoint(run) else _("Begin again"), key="resume"):
            resume(run)
    elif model:
        if head.next(_("Compare"), key="compare"):
            go("compare", dataset=spec.dataset)
    elif not state.is_over:
        head.next(_("Compare"), key="compare", why_not=_("It can be compared once it has learned"))
    others(spec.dataset, run.id, is_seen(run))
    races_of(spec.dataset)
