"""Before a start away from the Model page: does it fit into this machine? Where not, the batch that fits is offered.

A run that is too large would start, read its data, and fail. What was asked for is kept, so that one press starts it
with the smaller batch; the offer goes as soon as something else is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.dataset.dataset import Dataset
from core.language import plural
from core.race_lanes import race_room, with_batch
from core.retelling import retold
from core.runs.spec import RunSpec
from core.training.children import held_bytes
from core.training.room import Room, room_of

__all__ = ["is_offered", "that_fit"]

KEPT = "wanted_without_room"  # of the session: the specs that did not fit, as JSON, by the key of what offers them


def that_fit(dataset: Dataset, specs: Sequence[RunSpec], key: str, *, pressed: bool) -> list[RunSpec]:
    """What shall start now: one run, or the lanes of a race.

    Args:
        dataset: what they learn from.
        specs: what the page is set to.
        key: of the offer, unique on the page.
        pressed: whether somebody asked for it at this moment.

    Returns:
        The specs, if they were asked for and fit; the same with a smaller batch, if the offer was taken; else nothing.
    """
    kept: dict[str, list[str]] = st.session_state.setdefault(KEPT, {})
    wanted = [spec.model_dump_json() for spec in specs]
    if not pressed and kept.get(key) != wanted:
        return []
    room = _room(dataset, specs)
    if not room.sentence:
        kept.pop(key, None)
        return list(specs) if pressed else []
    kept[key] = wanted
    st.warning(retold(room.sentence), icon=":material/memory:")
    if room.batch_that_fits is None or not st.button(_offer(room.batch_that_fits), key=f"fit_{key}", icon=":material/play_arrow:"):
        return []
    del kept[key]
    return with_batch(dataset.info, specs, room.batch_that_fits)


def is_offered(key: str) -> bool:
    """Whether something that did not fit was asked for here, so that a smaller batch may be on offer."""
    return key in st.session_state.get(KEPT, {})


def _offer(rows: int) -> str:
    return plural("Train with batches of {n} row", "Train with batches of {n} rows", rows)


def _room(dataset: Dataset, specs: Sequence[RunSpec]) -> Room:
    if len(specs) == 1:
        return room_of(dataset, specs[0], held_bytes=held_bytes())
    return race_room(dataset, specs, held_bytes=held_bytes())
