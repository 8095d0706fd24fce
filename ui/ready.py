"""What Train would start, kept from the last drawing, so that a press starts it before the page is drawn anew.

Streamlit runs the whole script before it comes to the button at its end, and the browser draws all of that once more, only
to leave it: about a fifth of a second between the click and the first number. Where nothing but the button changed
since the page was drawn, what it showed then is what the press means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.recipes.plan import Plan
from core.runs.spec import RunSpec

__all__ = ["Ready", "keep_ready", "ready_when_pressed"]

KEY = "ready_to_train"
BUTTONS = ("train", "train_top")
PLAIN = (str, int, float, bool, type(None), list, tuple)  # what a widget of a form holds


@dataclass(frozen=True)
class Ready:
    """A run as the page offers it.

    Attributes:
        spec: of the run.
        plan: of its network; what it needs of memory follows from both.
    """

    spec: RunSpec
    plan: Plan


def keep_ready(ready: Ready | None) -> None:
    """Remember what the page offers; None where it offers nothing."""
    st.session_state[KEY] = (ready, _answers())


def ready_when_pressed() -> Ready | None:
    """What was offered, in the run in which Train was pressed and nothing else was changed with it; else None."""
    if not any(st.session_state.get(key) for key in BUTTONS):
        return None
    ready, before = st.session_state.get(KEY, (None, {}))
    return ready if _is_unchanged(before, _answers()) else None


def _is_unchanged(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether no answer was changed; one that only one of them knows was drawn after the offer was kept, or belongs to the page before."""
    return all(before[key] == now[key] for key in before.keys() & now.keys())


def _answers() -> dict[str, Any]:
    """What every widget holds and the address says."""
    held = {str(key): value for key, value in st.session_state.items() if key not in (KEY, *BUTTONS) and isinstance(value, PLAIN)}
    return held | {"": st.query_params.to_dict()}
