"""While models are being explained: how far each is, Cancel, and what to do where it failed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import why
from core.language import _
from core.why.model import Explainable
from ui.guard import guarded
from ui.words import plain

__all__ = ["failed", "is_working", "start", "working"]

LOOK_EVERY_S = 1.0


def is_working(models: Sequence[Explainable]) -> bool:
    """Whether one of these models is being explained."""
    return any(why.standing(model).state == "working" for model in models)


def start(models: Sequence[Explainable], row: int | None = None) -> None:
    """Explain models, or their answers for one row, in a process of their own; for buttons."""
    with guarded():
        why.start(models, row)


@st.fragment(run_every=LOOK_EVERY_S)
@guarded()
def working(models: Sequence[Explainable], names: Sequence[str]) -> None:
    """Show how far the work is; the page is drawn again whenever one ends. Once on a page.

    Args:
        models: those that are being explained.
        names: how each is called.
    """
    standings = [why.standing(model) for model in models]
    if any(one.state != "working" for one in standings):  # what one has found need not wait for the others
        st.rerun()
    with st.container(border=True, gap="small", key="why_working"):
        st.markdown(":material/hourglass_empty: " + _("**The models are being explained** in a process of their own. You may leave this page; the work goes on."))
        for name, one in zip(names, standings, strict=True):
            if one.state == "working":
                st.progress(min(1.0, one.step.done / one.step.total) if one.step.total else 0.0, text=f"{plain(name, 40)} · {_(one.step.stage)}")
        st.button(_("Cancel"), key="why_cancel", icon=":material/close:", on_click=_cancel, args=(tuple(models),))


def failed(models: Sequence[Explainable], names: Sequence[str], row: int | None = None) -> None:
    """Say which could not be explained and why, with a button to try again.

    Args:
        models: those in question.
        names: how each is called.
        row: only failures of explaining this row; None: of the models as a whole.
    """
    for place, (model, name) in enumerate(zip(models, names, strict=True)):
        one = why.standing(model)
        if one.state == "failed" and one.row == row:
            st.warning(_("{model} could not be explained: {reason}").format(model=plain(name, 40), reason=plain(_(one.message), 400)), icon=":material/error:")
            st.button(_("Try again"), key=f"why_again_{place}", on_click=start, args=([model], row))


def _cancel(models: Sequence[Explainable]) -> None:
    with guarded():
        for model in models:
            if why.standing(model).state == "working":
                why.cancel(model)
