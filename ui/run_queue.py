"""The line of waiting runs on the train page: where this run stands, who comes before it, and how to change that."""

from __future__ import annotations

import streamlit as st

from core.errors import LimelightError
from core.language import N_, _, plural
from core.retelling import retold
from core.runs.run import Run
from ui.guard import guarded
from ui.process import launcher
from ui.state import current_workspace
from ui.words import plain

__all__ = ["in_line", "place_text"]

LOOK_EVERY_S = 3.0
SHOWN = 12
PLACES = {1: N_("next in line"), 2: N_("2nd in line"), 3: N_("3rd in line")}


def place_text(place: int) -> str:
    """A place in words.

    Example:
        >>> place_text(1), place_text(4)
        ('next in line', '4th in line')
    """
    return _(PLACES[place]) if place in PLACES else _("{place}th in line").format(place=place)


def in_line(run: Run, seen: bool = True) -> None:
    """How many runs come first and which, kept up to date while somebody looks; each can be moved forward."""
    st.fragment(_in_line, run_every=LOOK_EVERY_S if seen else None)(run)


@guarded()
def _in_line(run: Run) -> None:
    place = launcher().position(run)
    if not place:
        return
    message = run.status.message
    said = _("This run is {place}.").format(place=place_text(place))
    st.info(f"{said} {plain(retold(message), 300)}" if message else said, icon=":material/schedule:")
    waiting = launcher().waiting(current_workspace())
    if len(waiting) < 2:
        return
    st.markdown(f"**{_('Waiting, the next to start first')}**")
    for number, one in enumerate(waiting[:SHOWN], 1):
        _row(one, number, here=one == run)
    if len(waiting) > SHOWN:
        st.caption(plural("and {n} more run", "and {n} more runs", len(waiting) - SHOWN))


def _row(run: Run, number: int, *, here: bool) -> None:
    name = plain(_name(run), 60)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"line_{run.id}"):
        shown = _("**{name}** (this run)").format(name=name) if here else name
        st.markdown(f"{number}. {shown}", width="content")
        st.space("stretch")
        if number > 2:
            st.button(_("Move up"), icon=":material/arrow_upward:", key=f"up_{run.id}", on_click=_move, args=(run, number - 1))
        if number > 1:
            st.button(_("To the front"), icon=":material/vertical_align_top:", key=f"front_{run.id}", on_click=_move, args=(run, 1))


def _name(run: Run) -> str:
    try:
        return run.spec.name or run.id
    except LimelightError:
        return run.id


@guarded()
def _move(run: Run, place: int) -> None:
    launcher().move(run, place)
