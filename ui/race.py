"""The race on the train page (`?race=ID`): who leads, the lanes, what is fair about it, and how to end it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import streamlit as st

from core.errors import LimelightError
from core.language import _, plural
from core.race_lanes import labels
from core.runs.race import Race, all_races, forget_race, lanes_of, load_race
from core.runs.run import Run
from core.runs.state import RunState
from ui.guard import guarded
from ui.live_run import token_of
from ui.process import launcher
from ui.race_chart import Lane, looks_every_s, race_chart
from ui.road import empty, page
from ui.state import current_workspace, go
from ui.words import ago, plain

__all__ = ["race_runs", "races_of", "show_race"]

SHOWN = 5


def show_race(name: str) -> None:
    """Draw the page of a race.

    Args:
        name: its id, from the URL.

    Raises:
        NotFound, Damaged: there is no such race, or its file cannot be read.
    """
    workspace = current_workspace()
    race = load_race(workspace, name)
    runs = _sound(lanes_of(race, workspace.runs_folder))
    if not runs:
        page(_("Race"), _("Its runs were deleted."))
        empty(_("Here two to four models learn side by side. The runs of this race are gone."), _("Choose a network"), "model", icon="flag")
        return
    lanes = [Lane(run, label, token_of(run)) for run, label in zip(runs, labels([run.spec for run in runs]), strict=True)]
    states = _states(runs)
    head = page(*_titles(states, [run.has_model for run in runs]))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(_facts(race, runs), width="content")
        if not all(state.is_over for state in states):
            _stop_all(runs, waits=all(state is RunState.QUEUED for state in states))
    _lanes(race, lanes, states)
    _fairness(race, runs)
    _onward(head, race, runs, states)


def _states(runs: Sequence[Run]) -> list[RunState]:
    """How the lanes stand in truth: on a full disk the end of a dead one may not be written down."""
    return [launcher().state(run).state for run in runs]


def _titles(states: Sequence[RunState], models: Sequence[bool]) -> tuple[str, str]:
    """Title and one sentence for the head of the page.

    Args:
        states: of the lanes.
        models: whether each lane ended with a model.
    """
    if all(state is RunState.QUEUED for state in states):
        return _("The race waits its turn"), _("It starts by itself. You may close this page; its address brings you back.")
    if not all(state.is_over for state in states):
        return _("The race is on"), _("You may close this page; the training goes on, and its address brings you back.")
    interrupted = any(state is RunState.INTERRUPTED for state in states)
    return _("The race was interrupted") if interrupted and not any(models) else _("The race is over"), _how_it_ended(states, models)


def _how_it_ended(states: Sequence[RunState], models: Sequence[bool]) -> str:
    """What is kept of a race that is over, and what can be done for a lane that has no model."""
    if interrupted := sum(state is RunState.INTERRUPTED for state in states):
        return plural("One lane was interrupted. Press its name in the board: there it can go on.", "{n} lanes were interrupted. Press their names in the board: there they can go on.", interrupted)
    if all(models):
        return _("Each lane keeps the weights of its best epoch.")
    if not any(models):
        return _("No lane ended with a model. Press a name in the board to see why.")
    return plural(
        "One lane ended without a model and has no place. Press its name in the board to see why.", "{n} lanes ended without a model and have no place. Press a name in the board to see why.", len(models) - sum(models)
    )


def _facts(race: Race, runs: Sequence[Run]) -> str:
    try:
        data = current_workspace().dataset(race.dataset).info.name
    except LimelightError:  # the data were deleted: the race is still worth seeing
        data = race.dataset
    name = [f"**{plain(race.name)}**"] if race.name else []
    what = _("{data}, predicts {target}").format(data=plain(data), target=plain(runs[0].spec.target))
    return " · ".join([*name, plural("{n} lane", "{n} lanes", len(runs)), what])


def _stop_all(runs: Sequence[Run], *, waits: bool) -> None:
    asked = all(run.stop_requested or run.status.state.is_over for run in runs)
    st.button(
        _("Stopping …") if asked else _("Take out of the queue") if waits else _("Stop all"),
        icon=":material/stop_circle:",
        key="stop_race",
        disabled=asked,
        on_click=_stop,
        args=(runs,),
        help=_("Its lanes will not learn, so none of them gets a model") if waits else _("Ends all lanes; the best weights of each are kept and judged"),
    )


@guarded()
def _stop(runs: Sequence[Run]) -> None:
    for run in runs:
        launcher().stop(run)


def _lanes(race: Race, lanes: Sequence[Lane], states: Sequence[RunState]) -> None:
    key = f"race_{race.id}"
    every = looks_every_s(key, lanes, states)
    st.fragment(_look, run_every=every)(key, lanes, states, every)


def _look(key: str, lanes: Sequence[Lane], shown: Sequence[RunState], every: float | None) -> None:
    """One look: give the browser what is new, and begin the page anew when a lane moved on."""
    with guarded():
        there = [lane for lane in lanes if lane.run.folder.is_dir()]
        if _states([lane.run for lane in there]) != list(shown) or looks_every_s(key, lanes, shown) != every:
            st.rerun(scope="app")  # with other buttons, or with another clock
        if (wanted := race_chart(there, key)) is not None:
            go("train", run=wanted)


def _fairness(race: Race, runs: Sequence[Run]) -> None:
    """What makes the race fair, how the lanes share the machine, and who can see it."""
    from core.training.device import cores
    from core.training.turns import READY_S, by_turns

    same_order = len({run.spec.seed for run in runs}) == 1
    st.markdown(
        _(":material/balance: **A fair start.** The same rows and the same split, in the same order; nobody learns before all lanes are ready (at most {seconds} s are waited for one that is late).").format(seconds=f"{READY_S:.0f}")
        if same_order
        else _(":material/balance: **A fair start.** The same rows and the same split, each in an order of its own, because the seeds differ; nobody learns before all lanes are ready (at most {seconds} s are waited for one that is late).").format(seconds=f"{READY_S:.0f}")
    )
    if by_turns(len(race.runs)):
        st.markdown(
            _(":material/sync_alt: **By turns.** The lanes share {cores}: each learns for half a second, then it is the next one's turn. Seconds count a lane's own learning, not its waiting.").format(cores=plural("{n} processor core", "{n} processor cores", cores()))
        )
    else:
        st.markdown(_(":material/splitscreen: **Side by side.** This machine has {cores}, enough for all lanes at once.").format(cores=plural("{n} processor core", "{n} processor cores", cores())))
    st.caption(_("Only you see this page. A link for others shows one run: press a name in the board, then “Show to others”."))


def _onward(head, race: Race, runs: Sequence[Run], states: Sequence[RunState]) -> None:  # type: ignore[no-untyped-def]
    over = all(state.is_over for state in states)
    with_model = [run for run in runs if run.has_model]
    why_not = "" if over and with_model else _("They can be compared once all have learned") if not over else _("No lane ended with a model")
    if head.next(_("Compare these"), key="compare_race", why_not=why_not):
        st.session_state.pop(f"compared_{race.dataset}", None)  # an earlier choice of models makes room for these
        go("compare", dataset=race.dataset, race=race.id)


def race_runs(name: str | None) -> tuple[str, ...]:
    """Ids of the runs of a race named in the URL; none where there is no such race."""
    if name:
        with contextlib.suppress(LimelightError):
            return load_race(current_workspace(), name).runs
    return ()


def races_of(dataset: str) -> None:
    """The races on these data, newest first, each with a way in."""
    races = [race for race in all_races(current_workspace()) if race.dataset == dataset]
    if not races:
        return
    st.subheader(_("Races on this data"), anchor=False)
    for race in races[:SHOWN]:
        with guarded():
            _row(race)
    if len(races) > SHOWN:
        st.caption(plural("and {n} older race", "and {n} older races", len(races) - SHOWN))


def _row(race: Race) -> None:
    runs = _sound(lanes_of(race, current_workspace().runs_folder))
    names = " · ".join(plain(label, 40) for label in labels([run.spec for run in runs])) or _("its runs were deleted")
    with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small", key=f"row_{race.id}"):
        st.markdown(f":material/flag: {f'**{plain(race.name)}** · ' if race.name else ''}{names}", width="content")
        st.caption(ago(race.created), width="content")
        st.space("stretch")
        if st.button(_("Open"), key=f"open_{race.id}", help=_("Show this race")):
            go("train", race=race.id, run=None, dataset=race.dataset)
        if st.button("", icon=":material/delete:", key=f"delete_{race.id}", help=_("Forget this race; its runs stay")):
            forget_race(current_workspace(), race.id)
            st.rerun()


def _sound(runs: Sequence[Run]) -> list[Run]:
    """Those that can be read; a damaged lane hides only itself."""
    found = []
    for run in runs:
        with contextlib.suppress(LimelightError):
            if run.spec and run.status:
                found.append(run)
    return found
