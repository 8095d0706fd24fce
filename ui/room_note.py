"""The note beside Train that says what a run needs, and offers the batch that fits where it needs too much."""

from __future__ import annotations

import streamlit as st

from core.language import _, plural
from core.retelling import retold
from core.training.room import Room, size

__all__ = ["room_note"]


def room_note(room: Room, batch_key: str) -> None:
    """Draw the note.

    Args:
        room: from `core.training.room.room_for`.
        batch_key: key of the widget that holds the batch size; the button changes it.
    """
    if not room.sentence:
        st.caption(_(":material/memory: Needs about {needed} of memory; {free} is free.").format(needed=size(room.memory_needed_bytes), free=size(room.memory_free_bytes)))
        return
    st.warning(retold(room.sentence), icon=":material/memory:")
    if room.batch_that_fits is not None:
        label = plural("Use batches of {n} row", "Use batches of {n} rows", room.batch_that_fits)
        st.button(label, key="batch_that_fits", on_click=_set, args=(batch_key, room.batch_that_fits))


def _set(key: str, value: int) -> None:
    st.session_state[key] = value
