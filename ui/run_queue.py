"""The line of waiting runs on the train page: where this run stands, who comes before it, and how to change that."""

from __future__ import annotations

import streamlit as st

from core.errors import LimelightError
from core.language import N_, _, plural
from core.race_lanes import labels
from core.retelling import retold
from core.runs.run import Run
from core.training.line import Party, parties
from ui.guard import guarded
from ui.process import launcher
from ui.state import current_workspace
from ui.words import plain

__all__ = ["in_line", "place_text"]

LOOK_EVERY_S = 3.0
SHOWN = 12
PLACES = {1: N_("next in line"), 2: N_("2nd in line"), 3: N_("3rd in line")}
ORDINALS = {"st": N_("{place}st in line"), "nd": N_("{place}nd in line"), "rd": N_("{place}rd in line"), "th": N_("{place}th in line")}
ENDINGS, TEENS = {1: "st", 2: "nd", 3: "rd"}, (11, 12, 13)  # of English


def place_text(place: int) -> str:
    """A place in words.

    Example:
        >>> place_text(1), place_text(4), place_text(11), place_text(22)
        ('next in line', '4th in line', '11th in line', '22nd in line')
    """
    if place in PLACES:
        return _(PLACES[place])
    ending = "th" if place % 100 in TEENS else ENDINGS.get(place % 10, "th")
    return _(ORDINALS[ending]).format(place=place)


def in_line(run: Run, seen: bool = True) -> None:
    """How many runs come first and which, kept up to date while somebody looks; each can be moved forward."""
    st.fragment(_in_line, run_every=LOOK_EVERY_S if seen else None)(run)


@guarded()
def _in_line(run: Run) -> None:
    place = launcher().position(run)
    if not place:
        return
    line = parties(launcher().waiting(current_workspace()))
    own = next((number for number, party in enumerate(line, 1) if run in party.runs), 0)
    message = run.status.message
    said = [_place(line[own - 1] if own else None, place, own), *([plain(retold(message), 300)] if message else [])]
    st.info(" ".join(said), icon=":material/schedule:")
    if len(line) < 2:
        return
    st.markdown(f"**{_('Your waiting runs, the next to start first')}**")
    for number, party in enumerate(line[:SHOWN], 1):
        _row(party, number, here=number == own)
    if rest := sum(len(party.runs) for party in line[SHOWN:]):
        st.caption(plural("and {n} more run", "and {n} more runs", rest))


def _place(party: Party | None, place: int, own: int) -> str:
    """The place among all on this server, which is how long one waits; and why the list, of one's own runs, has another number."""
    raced = party is not None and len(party.runs) > 1
    said = _("The race of this run is {place}.") if raced else _("This run is {place}.")
    words = [said.format(place=place_text(place))]
    if own and own != place:
        words.append(_("The runs of others on this server are counted, too."))
    return " ".join(words)


def _row(party: Party, number: int, *, here: bool) -> None:
    run = party.runs[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"line_{run.id}"):
        st.markdown(f"{number}. {_shown(party, here=here)}", width="content")
        st.space("stretch")
        if number > 2:
            st.button(_("Move up"), icon=":material/arrow_upward:", key=f"up_{run.id}", on_click=_move, args=(run, number - 1))
        if number > 1:
            st.button(_("To the front"), icon=":material/vertical_align_top:", key=f"front_{run.id}", on_click=_move, args=(run, 1))


def _shown(party: Party, *, here: bool) -> str:
    """A row of the line; the lanes of a race are one, because they start together."""
    if len(party.runs) == 1:
        name = plain(_name(party.runs[0]), 60)
        return _("**{name}** (this run)").format(name=name) if here else name
    said = _("**{name}** (a race with this run: its lanes start together)") if here else _("{name} (a race: its lanes start together)")
    return said.format(name=_race_name(party))


def _race_name(party: Party) -> str:
    """The name that somebody gave it, else those of its lanes."""
    if party.race and party.race.name:
        return plain(party.race.name, 60)
    try:
        names = labels([run.spec for run in party.runs])
    except LimelightError:
        names = [_name(run) for run in party.runs]
    return " · ".join(plain(name, 40) for name in names)


def _name(run: Run) -> str:
    try:
        return run.spec.name or run.id
    except LimelightError:
        return run.id


@guarded()
def _move(run: Run, place: int) -> None:
    launcher().move(run, place)
