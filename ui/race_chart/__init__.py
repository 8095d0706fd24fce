"""The race in the browser: a leader board and one lane a run, on axes that all lanes share, moving by itself.

Each lane is fed like a live chart, by the same sockets and with the same code (`ui/live_chart`); only the
picture is another one. Events are the runs' own, so a lane can be opened, replayed and watched alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LimelightError
from core.identity import Identity, identity, identity_of_number
from core.runs.run import Run
from core.runs.state import RunState
from ui import live_chart as live
from ui.browser_words import browser_words
from ui.live_static import forget, link_events, sweep
from ui.words import short

__all__ = ["Lane", "looks_every_s", "race_chart"]

HERE = Path(__file__).parent
SHARED = ("language", "words", "series", "history", "transport", "asking", "attention")  # of the live chart
GIVEN = ("_", "N_", "learnWords", "plural", "standingWords", "RunHistory", "Transport", "Asking", "Attention", "merged", "smoothed", "PHASES", "number", "whole", "duration", "metricName", "stateWords")  # what they give to ours
OWN = ("lane", "order", "axes", "strip", "board", "component")
NAME_LENGTH = 48


@dataclass(frozen=True)
class Lane:
    """One run of a race as it is shown.

    Attributes:
        run: the run.
        name: what it is called here; text of strangers.
        token: its read-only token, which its events are fetched with; "" where none could be written.
    """

    run: Run
    name: str
    token: str


def _scripts() -> str:
    """One module for the browser: the live chart's files in a scope of their own, then ours."""
    theirs = "\n".join((live.HERE / f"{name}.js").read_text(encoding="utf-8") for name in SHARED)
    ours = "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in OWN)
    given = ", ".join(GIVEN)
    return f"const {{ {given} }} = (() => {{\n{theirs}\nreturn {{ {given} }};\n}})();\n{ours}"


_COMPONENT = st.components.v2.component(
    "limelight_race_chart",
    html=(HERE / "chart.html").read_text(encoding="utf-8"),
    css=(HERE / "style.css").read_text(encoding="utf-8"),
    js=_scripts(),
    isolate_styles=False,
)


def race_chart(lanes: Sequence[Lane], key: str) -> str | None:
    """Draw the lanes, or give them what is new.

    Args:
        lanes: in the order of the race.
        key: of the component; the same at each rerun.

    Returns:
        The id of the run whose lane the visitor wants to open, if one was pressed just now.
    """
    sweep()
    data = {"lanes": [_told(lane, key) for lane in lanes], "transport": live._transport(), "hidden": _hidden(key), "answered": live.answered(_said(key)), "words": browser_words()}
    said = _COMPONENT(key=key, data=data, on_needs_change=_nothing, on_open_change=_nothing)
    wanted = said.get("open")
    return wanted if wanted in {lane.run.id for lane in lanes} else None


def looks_every_s(key: str, lanes: Sequence[Lane], states: Sequence[RunState]) -> float | None:
    """Seconds between two looks at a race: as its most restless lane needs it; None where no lane does."""
    needed = (live.looks_every_s(state, _needs(key, lane.run) | {"hidden": _hidden(key)}) for lane, state in zip(lanes, states, strict=True))
    return min((every for every in needed if every), default=None)


def _told(lane: Lane, key: str) -> dict[str, Any]:
    """What the browser must know of a lane; the events themselves come another way unless it asked for them here."""
    run, status, needs = lane.run, lane.run.status, _needs(key, lane.run)
    look = _identity(run)
    told = {
        "id": run.id, "token": lane.token, "name": short(lane.name, NAME_LENGTH), "colour": look.colour, "marker": look.marker,
        "state": status.state.value, "message": status.message, "phase": status.phase, "over": status.state.is_over,
        "model": run.has_model if status.state.is_over else None,  # who has none at the end is not placed; before it nobody knows
        "feed": needs.get("feed", "socket"),
    }  # fmt: skip
    if status.state.is_over:
        forget(lane.token)
    elif needs.get("feed") == "polling":
        told["poll"] = link_events(run, lane.token)
    if needs.get("feed") == "fragment" or (needs.get("feed") == "polling" and not needs.get("have")):
        told["batch"] = live._batch(run, f"{key}_{run.id}", needs)
    return told


def _hidden(key: str) -> bool:
    """Whether the browser said that nobody sees the page."""
    return bool(_said(key).get("hidden"))


def _needs(key: str, run: Run) -> dict[str, Any]:
    """What the browser last said that a lane needs: {"feed", "have"}; empty before it said anything."""
    own = _said(key).get(run.id)
    return dict(own) if isinstance(own, dict) else {}


def _said(key: str) -> dict[str, Any]:
    """All that the browser last said: {run id: needs, "hidden", "number"}; empty before it said anything."""
    needs = (st.session_state.get(key) or {}).get("needs")
    return dict(needs) if isinstance(needs, dict) else {}


def _identity(run: Run) -> Identity:
    try:
        return identity(run)
    except LimelightError:  # a damaged sibling, say: no reason to hide the race
        return identity_of_number(0)


def _nothing() -> None:
    """The rerun that the browser's word causes is all that is wanted."""
