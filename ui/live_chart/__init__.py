"""The live chart: curves and figures of one run, moving by themselves, for the trainer and for an audience.

A component of our own owns its figures in the browser, so zoom, pointer and legend survive updates and
reruns; it draws them itself on a canvas, which costs milliseconds and no library (Plotly: 4.8 MB and a
page that stands still for a moment). Events reach it by a socket (`ui.live_route`); where none opens, by
byte ranges of a static file (`ui.live_static`); else through this fragment. The browser says which it needs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from core.errors import LimelightError, NotFound
from core.identity import identity, identity_of_number
from core.language import N_
from core.runs.events import read_events
from core.runs.history import History
from core.runs.run import Run
from core.runs.state import RunState
from ui.browser_words import browser_words
from ui.guard import guarded
from ui.live_examples import example_materials
from ui.live_static import forget, link_events, sweep

__all__ = ["answered", "is_seen", "live_chart", "looks_every_s"]

HERE = Path(__file__).parent
SCRIPTS = (  # one module for the browser, in this order
    "language", "words", "colours", "series", "history", "axes", "curves", "pointer", "transport", "asking", "attention", "strip", "machine", "examples", "component",
)  # fmt: skip
STYLES = ("style", "charts", "watched", "room")
LOOK_EVERY_S = 5.0  # while nothing may flow: it waits, it starts, it was interrupted
BACKUP_EVERY_S = 30.0  # while numbers flow the browser says when the state changes; in case its word is lost. Each look costs the server 50 ms
FEED_EVERY_S = 2.0  # the slowest way: events through the fragment
MAX_BATCH_EVENTS = 20_000  # for one answer of the fragment; more than this behind gets the thinned history

Feed = Literal["auto", "socket", "polling", "fragment"]


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_COMPONENT = st.components.v2.component(
    "limelight_live_chart",
    html=_text("chart.html"),
    css="\n".join(_text(f"{name}.css") for name in STYLES),
    js="\n".join(_text(f"{name}.js") for name in SCRIPTS),
    isolate_styles=False,
)


def live_chart(run: Run, view_token: str, key: str = "live", presented: bool = False) -> None:
    """Draw a run that keeps moving; the whole page runs again when the run's state changes.

    Args:
        run: the run to show, in any state.
        view_token: its read-only token, from `live_run.token_of` or the audience's link; "" where none could be
            written, and events then come through Python.
        key: base of the widget key; the run's id is added.
        presented: before an audience: larger figures.
    """
    sweep()
    state, name = run.status.state, f"{key}_{run.id}"
    every = looks_every_s(state, _needs(name))
    if state.is_over:
        forget(view_token)
    st.fragment(_live, run_every=every)(run, view_token, name, state, every, presented)


def looks_every_s(state: RunState, needs: dict[str, Any]) -> float | None:
    """Seconds between two looks at a run: none where nothing can change any more, or nobody sees the page.

    An interrupted run is looked at all the same: somebody else may resume it.
    """
    if needs.get("hidden") or (state.is_over and state is not RunState.INTERRUPTED):
        return None
    if needs.get("feed") == "fragment" and not state.is_over:
        return FEED_EVERY_S
    return BACKUP_EVERY_S if state in {RunState.RUNNING, RunState.PAUSED} and needs.get("feed") != "polling" else LOOK_EVERY_S


def is_seen(run: Run, key: str = "live") -> bool:
    """Whether somebody looks at the page with this run's chart, as far as its browser said; if not, nothing there need be kept up to date."""
    return not _needs(f"{key}_{run.id}").get("hidden")


def answered(needs: dict[str, Any]) -> int:
    """The number of what the browser asked for last; it asks for no more until it sees that number (see `asking.js`)."""
    number = needs.get("number")
    return number if isinstance(number, int) else 0


def _live(run: Run, view_token: str, name: str, shown: RunState, every: float | None, presented: bool) -> None:
    """One look: draw the component, and begin the page anew when the run moved on."""
    with guarded():
        _look(run, view_token, name, shown, every, presented)


def _look(run: Run, view_token: str, name: str, shown: RunState, every: float | None, presented: bool) -> None:
    if not run.folder.is_dir():
        raise NotFound(N_("This run is no longer here: it was deleted while you watched."))
    status, needs = run.status, _needs(name)
    if status.state is not shown or looks_every_s(shown, needs) != every:
        st.rerun(scope="app")  # with another clock
    data: dict[str, Any] = {
        "token": view_token,
        "state": status.state.value,
        "message": status.message,
        "phase": status.phase,
        "over": status.state.is_over,
        "model": run.has_model,
        "colour": _colour(run),
        "learning_rate": run.spec.training.learning_rate,
        "hidden": bool(needs.get("hidden")),
        "answered": answered(needs),
        "transport": _transport() if view_token else "fragment",
        "presented": presented,
        "feed": needs.get("feed", "socket"),
        "words": browser_words(),
    }
    if needs.get("examples"):
        data["examples"] = example_materials(run)
    if needs.get("feed") == "polling" and not status.state.is_over:
        data["poll"] = link_events(run, view_token)
    if needs.get("feed") == "fragment" or (needs.get("feed") == "polling" and not needs.get("have")):
        data["batch"] = _batch(run, name, needs)
    _COMPONENT(key=name, data=data, on_needs_change=_nothing)


def _batch(run: Run, name: str, needs: dict[str, Any]) -> dict[str, Any]:
    """The events after those that were passed last, or after what the browser says it has."""
    memory = st.session_state.setdefault(f"{name}_passed", {"asked": None, "from": 0, "offset": 0})
    if memory["asked"] != needs:  # the browser begins, or has a gap
        have = needs.get("have")
        memory.update(asked=needs, offset=have if isinstance(have, int) and have >= 0 else 0)
    start = memory["offset"]
    events, offset = _after(run, start)
    memory.update({"from": start, "offset": offset})
    return {"from": start, "offset": offset, "restart": False, "status": None, "events": events}


def _after(run: Run, start: int) -> tuple[list[dict[str, Any]], int]:
    """The events behind an offset, thinned where they are very many, and the offset behind them."""
    events, offset = read_events(run.events, start)
    while len(events) < MAX_BATCH_EVENTS:
        found, end = read_events(run.events, offset)
        if end == offset:
            return events, offset
        events, offset = events + found, end
    history = History.load(run.events)
    while history.read():
        continue
    return [json.loads(line) for _, line in history.after(start)], history.offset


def _needs(name: str) -> dict[str, Any]:
    """What the browser last said it needs: {"feed", "have", "examples", "hidden", "number"}; empty before it said anything."""
    needs = (st.session_state.get(name) or {}).get("needs")
    return dict(needs) if isinstance(needs, dict) else {}


def _transport() -> Feed:
    """`auto`, or one way forced by LIMELIGHT_LIVE_TRANSPORT (for tests and for a host that needs it)."""
    chosen = os.environ.get("LIMELIGHT_LIVE_TRANSPORT", "auto")
    return chosen if chosen in {"socket", "polling", "fragment"} else "auto"  # type: ignore[return-value]


def _colour(run: Run) -> str:
    """The colour that this run has on every page."""
    try:
        return identity(run).colour
    except LimelightError:  # a damaged sibling, say: no reason to hide the curves
        return identity_of_number(0).colour


def _nothing() -> None:
    """The rerun that the browser's word causes is all that is wanted."""
