"""The simple models while they are being trained: started at the first look, added to the page by themselves."""

from __future__ import annotations

import time

import streamlit as st

from core.dataset.dataset import Dataset
from core.language import _
from core.training import baselines
from ui.guard import guarded

__all__ = ["baselines_wait"]

LOOK_EVERY_S = 2.0
START_S = 60.0  # a process that was started has taken its lock by then, or it died


def baselines_wait(dataset: Dataset) -> None:
    """See to it that the simple models are trained; draw nothing once they are ready.

    Args:
        dataset: whose baselines are wanted.
    """
    state = _state(dataset)
    if state == "working":
        _working(dataset)
    elif state == "failed":
        st.warning(_("The simple models could not be trained on these data; `baselines.log` in the dataset's folder says why."), icon=":material/error:")
        if st.button(_("Try again"), key="baselines_again"):
            st.session_state.pop(_key(dataset), None)
            st.rerun()


def _state(dataset: Dataset) -> str:
    """ "ready", "working" or "failed"; each visit starts them once at most."""
    found = baselines.state(dataset)
    if found != "absent":
        return found
    if _key(dataset) not in st.session_state:
        baselines.start(dataset)
        st.session_state[_key(dataset)] = time.monotonic()
    return "working" if time.monotonic() - st.session_state[_key(dataset)] < START_S else "failed"


@st.fragment(run_every=LOOK_EVERY_S)
@guarded()
def _working(dataset: Dataset) -> None:
    if _state(dataset) != "working":
        st.rerun()
    with st.container(border=True, gap="small", key="baselines_working"):
        st.markdown(":material/hourglass_empty: " + _(
            "**Three simple models are being trained on the same rows**: the most frequent answer, a linear model, "
            "and gradient-boosted trees. They show what anybody gets without a neural network. This page adds them by itself."
        ))  # fmt: skip
        st.skeleton(height=72)


def _key(dataset: Dataset) -> str:
    return f"baselines_{dataset.id}"
