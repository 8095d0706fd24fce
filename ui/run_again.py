"""What comes after a run: more epochs, the same with one change, the same again. Each makes a new run and goes there.

A double click makes one run: the launcher knows the same wish when it comes twice.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.language import _, plural
from core.recipes import PRESETS, RECIPES
from core.recipes.like import spec_like
from core.runs.run import Run, Status
from core.runs.spec import RunSpec, TrainingSettings
from core.training.control import has_checkpoint
from ui.form_start import begin_anew, place_of
from ui.guard import guarded
from ui.process import launcher
from ui.room_offer import is_offered, that_fit
from ui.settings_form import setting_field
from ui.state import current_workspace, go

__all__ = ["change_settings_button", "continue_box", "like_box", "resume", "train_again_button"]

MOST_EPOCHS = 10_000
FEWEST_MORE = 5  # epochs that are offered at first, at least
SEED = "seed"


def resume(run: Run) -> None:
    """Let a paused run go on, or queue an interrupted one again, and draw the page anew."""
    launcher().resume(run)
    st.rerun()


def continue_box(run: Run, status: Status, spec: RunSpec) -> None:
    """Train on from where it ended; drawn only where there is something to go on from."""
    left = MOST_EPOCHS - status.epoch
    if not has_checkpoint(run) or left < 1:
        return
    with st.popover(_("Continue"), icon=":material/fast_forward:", key="continue_box", help=_("More epochs, as a new run")):
        st.markdown(plural("It did {n} epoch. A new run goes on from there; this one stays as it is.", "It did {n} epochs. A new run goes on from there; this one stays as it is.", status.epoch))
        offered = min(left, max(FEWEST_MORE, spec.training.epochs // 2))
        more = st.number_input(_("More epochs"), min_value=1, max_value=left, value=offered, step=1, key=f"more_{run.id}")
        if st.button(_("Train on"), icon=":material/play_arrow:", key="train_on", width="stretch"):
            with guarded():
                _go_to(launcher().continue_run(run, int(more)))


def like_box(run: Run, spec: RunSpec) -> None:
    """The same data, settings and seed, but for one thing: the fairest experiment."""
    if spec.recipe not in RECIPES:
        return
    models = {name: model for model in (RECIPES[spec.recipe].settings, TrainingSettings) for name in model.model_fields}
    values: dict[str, Any] = {**spec.settings, **spec.training.model_dump(), SEED: spec.seed}
    with st.popover(_("Same with one change"), icon=":material/content_copy:", key="like_box", help=_("A new run that differs in one setting")):
        names = [name for name in models if name in values]
        chosen = st.selectbox(_("Change"), [*names, SEED], format_func=lambda name: _title(models, name), key=f"like_{run.id}")
        if chosen == SEED:
            value: Any = st.number_input(_("Seed"), 0, 2**31 - 1, spec.seed, step=1, key=f"like_{run.id}_{SEED}")
            st.caption(_("Another seed gives another start and another order of rows: it shows how much is luck."))
        else:
            value = setting_field(models[chosen], chosen, values[chosen], f"like_{run.id}_{chosen}")
        pressed = st.button(_("Train"), icon=":material/play_arrow:", key="like_train", width="stretch", disabled=value == values[chosen], help=_("Everything else stays as it was"))
        with guarded():
            if pressed or is_offered(f"like_{run.id}"):
                info = current_workspace().dataset(spec.dataset).info
                _start(spec_like(spec, info, seed=int(value)) if chosen == SEED else spec_like(spec, info, {chosen: value}), f"like_{run.id}", pressed)


def train_again_button(spec: RunSpec) -> None:
    """A second try with the same settings, from the beginning."""
    pressed = st.button(_("Train it again"), icon=":material/replay:", key="again", help=_("A new run with the same settings, from the beginning"))
    with guarded():
        if pressed or is_offered("again"):
            _start(spec.model_copy(update={"continues": ""}), "again", pressed)


def change_settings_button(run: Run, spec: RunSpec) -> None:
    """A look at the settings first: the form starts from those of the run."""
    if st.button(_("Change the settings"), icon=":material/tune:", key="change"):
        preset = spec.preset if spec.preset in PRESETS else "balanced"
        begin_anew(place_of(spec.dataset, spec.recipe, preset, run.id))  # not where an earlier look at them ended
        go("model", run=None, dataset=spec.dataset, recipe=spec.recipe, preset=preset, like=run.id)


def _title(models: dict[str, Any], name: str) -> str:
    return _("Seed") if name == SEED else _(str(models[name].model_fields[name].title or name))


def _start(spec: RunSpec, key: str, pressed: bool) -> None:
    """Start it if it fits into this machine; else say so, and offer the batch that fits."""
    workspace = current_workspace()
    for wanted in that_fit(workspace.dataset(spec.dataset), [spec], key, pressed=pressed):
        _go_to(launcher().start(workspace, wanted))


def _go_to(run: Run) -> None:
    go("train", run=run.id, dataset=run.spec.dataset)
