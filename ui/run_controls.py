"""What a founder can do to a run while it waits or works: stop, pause, another learning rate; and a note, always.

Each control asks and returns; the worker obeys within a tenth of a second. Pressing one twice changes nothing.
"""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.runs.note import NOTE_CHARACTERS
from core.runs.run import Run, Status
from core.runs.state import RunState
from core.training.control import LEARNED, learning_rate_of
from ui.guard import guarded
from ui.process import launcher
from ui.words import plain

__all__ = ["note_box", "note_line", "work_controls"]

FACTORS = {"÷ 10": 0.1, "÷ 2": 0.5, "× 2": 2.0}
HIGHEST_RATE = 1.0


def work_controls(run: Run, status: Status) -> None:
    """Stop, Pause and Learning rate, as far as they make sense for a run that is not over."""
    learns = status.phase not in LEARNED
    if status.state in {RunState.STARTING, RunState.RUNNING} and learns:
        _pause_button(run)
    if status.state in {RunState.RUNNING, RunState.PAUSED} and learns:
        _rate_box(run)
    _stop_button(run, status.state)


def _stop_button(run: Run, state: RunState) -> None:
    asked, waits = run.stop_requested, state is RunState.QUEUED
    st.button(
        _("Stopping …") if asked else _("Take out of the queue") if waits else _("Stop"),
        icon=":material/stop_circle:",
        key="stop",
        disabled=asked,
        help=_("It has not begun, so nothing is lost") if waits else _("Ends the training; the best weights so far are kept and judged"),
        on_click=_stop,
        args=(run,),
    )


@guarded()
def _stop(run: Run) -> None:
    launcher().stop(run)


def _pause_button(run: Run) -> None:
    asked = run.pause_requested
    st.button(
        _("Pausing …") if asked else _("Pause"),
        icon=":material/pause_circle:",
        key="pause",
        disabled=asked,
        help=_("It holds still and leaves the processor to others until you press Resume"),
        on_click=_pause,
        args=(run,),
    )


@guarded()
def _pause(run: Run) -> None:
    launcher().pause(run)


def _rate_box(run: Run) -> None:
    """The learning rate of now, and a field for another."""
    now, key = learning_rate_of(run), f"rate_{run.id}"
    with st.popover(_("Learning rate"), icon=":material/speed:", key="rate_box", help=_("Change it while it learns")):
        st.markdown(_("It learns at **{now}**.").format(now=f"{now:g}"))
        st.caption(_("Size of each correction. Smaller when the loss jumps about, larger when it hardly moves."))
        st.number_input(_("New learning rate"), min_value=0.0, max_value=HIGHEST_RATE, value=now, step=now / 2, format="%.3g", key=key)
        with st.container(horizontal=True, gap="small"):
            for place, (label, factor) in enumerate(FACTORS.items()):
                st.button(label, key=f"rate_factor_{place}", on_click=_scale, args=(key, now, factor))
        wanted = st.session_state[key]
        if st.button(_("Apply from the next step"), key="rate_apply", width="stretch", disabled=wanted == now):
            with guarded():
                launcher().set_learning_rate(run, float(wanted))
                st.rerun()


def _scale(key: str, now: float, factor: float) -> None:
    st.session_state[key] = min(HIGHEST_RATE, float(f"{now * factor:.3g}"))


def note_box(run: Run) -> None:
    """A field for a note about the run, in every state."""
    with st.popover(_("Note"), icon=":material/edit_note:", key="note_box", help=_("Only in your workspace; an audience never sees it")):
        text = st.text_area(_("Note on this run"), value=run.note, max_chars=NOTE_CHARACTERS, key=f"note_{run.id}", placeholder=_("What did you want to find out?"))
        if st.button(_("Save note"), key="note_save", width="stretch"):
            with guarded():
                run.set_note(text)
                st.rerun()


def note_line(run: Run) -> None:
    """The note, where there is one."""
    if note := run.note:
        st.caption(f":material/edit_note: {plain(note, 400)}")
