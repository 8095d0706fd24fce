"""What an audience sees: one run, read-only, moving by itself, and how it ended. Nothing leads anywhere else."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.recipes import RECIPES
from core.runs.run import Run
from ui.guard import guarded
from ui.live_chart import live_chart
from ui.live_run import result
from ui.words import plain

__all__ = ["show"]


def show(run: Run) -> None:
    """Draw the audience's view of a run.

    Args:
        run: the run that the token in the URL (`?view=TOKEN`) shows.
    """
    with guarded():
        status, spec = run.status, run.spec
        recipe = _(RECIPES[spec.recipe].title) if spec.recipe in RECIPES else spec.recipe
        st.title(plain(spec.name or recipe), anchor=False)
        st.markdown(_("{recipe} · predicts {target} · you are watching, read-only").format(recipe=plain(recipe), target=plain(spec.target)))
        with st.container(key="run_end"):  # always there, so that the chart below keeps its place and its zoom
            if status.state.is_over:
                result(status, run.has_model, spec, watching=True)
        live_chart(run, st.query_params["view"], key="audience", presented=True)
