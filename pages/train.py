"""Train: watch a run learn, stop it, show it to others, and see how it ended."""

import streamlit as st

from core.errors import Damaged
from ui.guard import guarded, show_error
from ui.live_chart import live_chart
from ui.live_run import facts, others, queue_place, result, share, stop_button, titles, train_again
from ui.process import launcher
from ui.road import empty, page
from ui.state import current_dataset, current_run, current_workspace, go

with guarded():
    run = current_run()
    if run is None:
        dataset = current_dataset()
        page("Watch it learn", "Curves and figures of a run appear here while it trains.")
        if dataset is None:
            empty("Here you will watch your model learn. First it needs data.", "Choose data", "data", icon="show_chart")
        else:
            empty("Here you will watch your model learn. Choose a network and press Train.", "Choose a network", "model", icon="show_chart")
            others(dataset.id, None)
        st.stop()
    try:
        status, spec = launcher().state(run), run.spec
    except Damaged as error:
        page("This run cannot be shown", "The others are not affected.")
        show_error(error)
        if st.button("Delete this run", icon=":material/delete:", key="delete_damaged"):
            current_workspace().delete(run.id)
            go("train", run=None)
        st.stop()

    model, token = run.has_model, current_workspace().share(run)
    head = page(*titles(status, model))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(facts(spec), width="content")
        with st.container(horizontal=True, width="content"):
            if not status.state.is_over:
                stop_button(run, status.state)
            share(token)
    with st.container(key="run_end"):  # always there, so that the chart below keeps its place and its zoom
        if status.state.is_over:
            result(status, model)
            if not model:
                train_again(spec)
        elif status.state == "queued":
            queue_place(run)
    live_chart(run, token)

    if model:
        if st.button("Train another", icon=":material/add:", key="another", help="Another recipe or other settings on the same data and the same split"):
            go("model", run=run.id)
        if head.next("Compare", key="compare"):
            go("compare", dataset=spec.dataset)
    elif not status.state.is_over:
        head.next("Compare", key="compare", why_not="It can be compared once it has learned")
    others(spec.dataset, run.id)
