"""The way into a race, on the model page: choose what shall run against what, and start all of it at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import streamlit as st
from pydantic import ValidationError

from core.dataset.schema import DatasetInfo
from core.language import N_, _
from core.race_lanes import labels, make_lanes, told_apart
from core.recipes import PRESETS, RECIPES
from core.runs.race import LANES
from core.runs.spec import RunSpec
from core.training.groups import start_race
from ui.guard import guarded
from ui.process import launcher
from ui.room_offer import that_fit
from ui.setting_words import preset_name
from ui.state import current_workspace, go
from ui.words import plain

__all__ = ["race_start"]

BETWEEN = {"presets": N_("Presets"), "networks": N_("Networks"), "seeds": N_("Seeds"), "own": N_("My own choice")}
WHAT = {
    "presets": N_("The same network, small and quick against large and thorough."),
    "networks": N_("Different kinds of network with the same preset."),
    "seeds": N_("The settings of this page several times, each from another beginning: how much of a result is luck."),
    "own": N_("Set the page as you like it and add it; then change something and add that."),
}


def race_start(info: DatasetInfo, spec: RunSpec | None, fitting: Sequence[str]) -> None:
    """Draw the way into a race.

    Args:
        info: the dataset.
        spec: what the page is set to; None while something in it is refused.
        fitting: names of the recipes that can learn from these data.
    """
    with st.expander(_("Race: train two to four at once"), icon=":material/flag:", key="race"):
        if spec is None:
            st.caption(_("First put right what is refused above."))
            return
        st.markdown(_("They learn from the same rows, start together and share the machine fairly; a leader board shows who is ahead."))
        ways = [way for way in BETWEEN if way != "networks" or len(fitting) > 1]
        way = st.segmented_control(_("Race between"), ways, default=ways[0], format_func=lambda way: _(BETWEEN[way]), required=True, key="race_way")
        way = way if way in BETWEEN else ways[0]
        st.caption(_(WHAT[way]))
        with guarded():
            specs = told_apart(_chosen(way)(info, spec, fitting))
            _start(specs)


def _chosen(way: str) -> Callable[[DatasetInfo, RunSpec, Sequence[str]], list[RunSpec]]:
    return {"presets": _presets, "networks": _networks, "seeds": _seeds, "own": _own}[way]


def _presets(info: DatasetInfo, spec: RunSpec, fitting: Sequence[str]) -> list[RunSpec]:
    chosen = st.pills(_("Presets"), PRESETS, selection_mode="multi", default=list(PRESETS), format_func=preset_name, key="race_presets")
    return _lanes(info, spec, [spec.recipe], [preset for preset in PRESETS if preset in chosen])


def _networks(info: DatasetInfo, spec: RunSpec, fitting: Sequence[str]) -> list[RunSpec]:
    chosen = st.pills(
        _("Networks"), list(fitting), selection_mode="multi", default=list(fitting)[: LANES[1]], format_func=lambda name: _(RECIPES[name].title), key=f"race_networks_{info.id}"
    )
    preset = spec.preset if spec.preset in PRESETS else "balanced"
    return _lanes(info, spec, [name for name in fitting if name in chosen], [preset])


def _seeds(info: DatasetInfo, spec: RunSpec, fitting: Sequence[str]) -> list[RunSpec]:
    count = st.segmented_control(_("How many"), range(LANES[0], LANES[1] + 1), default=3, required=True, key="race_count")
    seeds = range(spec.seed, min(spec.seed + int(count or 3), 2**31))
    return [spec.model_copy(update={"seed": seed}) for seed in seeds]


def _own(info: DatasetInfo, spec: RunSpec, fitting: Sequence[str]) -> list[RunSpec]:
    key = f"race_own_{info.id}"
    kept = _kept(key)
    full = len(kept) >= LANES[1]
    if st.button(_("Add this setting"), icon=":material/add:", key="race_add", disabled=full, help=_("A race has at most four lanes") if full else None):
        kept.append(spec)
        st.session_state[key] = [each.model_dump_json() for each in kept]
        st.rerun()
    for number, (each, label) in enumerate(zip(kept, labels(kept), strict=True)):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{number + 1}. {plain(label)} :gray[· {plain(_(RECIPES[each.recipe].title))}]", width="content")
            if st.button("", icon=":material/close:", key=f"race_remove_{number}", help=_("Take it out")):
                st.session_state[key] = [other.model_dump_json() for place, other in enumerate(kept) if place != number]
                st.rerun()
    return kept


def _kept(key: str) -> list[RunSpec]:
    found = []
    for text in st.session_state.get(key, []):
        with contextlib.suppress(ValidationError):  # of an older version of this program
            found.append(RunSpec.model_validate_json(text))
    return found


def _lanes(info: DatasetInfo, spec: RunSpec, recipes: Sequence[str], presets: Sequence[str]) -> list[RunSpec]:
    return make_lanes(info, recipes=recipes, presets=presets, seeds=[spec.seed], inputs=spec.inputs, backend=spec.backend)


def _start(specs: Sequence[RunSpec]) -> None:
    fewest, most = LANES
    why_not = "" if fewest <= len(specs) <= most else (_("A race has {fewest} to {most} lanes; choose more") if len(specs) < fewest else _("A race has {fewest} to {most} lanes; choose fewer")).format(fewest=fewest, most=most)
    names = _(" against ").join(f"**{plain(label)}**" for label in labels(specs))
    if names and len(specs) > 1:
        st.markdown(names)
    pressed = st.button(_("Start the race"), icon=":material/flag:", key="start_race", disabled=bool(why_not), help=why_not or None)
    if why_not:
        return
    workspace = current_workspace()
    if lanes := that_fit(workspace.dataset(specs[0].dataset), specs, "race", pressed=pressed):
        race = start_race(launcher(), workspace, lanes)
        go("train", race=race.id, run=None, dataset=race.dataset)
