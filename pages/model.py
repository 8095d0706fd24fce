"""Model: choose a recipe and its settings, see the network that results, and press Train."""

from contextlib import suppress

import streamlit as st

from core.dataset.schema import ColumnType
from core.errors import BadSettings, LimelightError
from core.language import _, plural
from core.preprocess.shapes import input_shapes
from core.recipes import PRESETS, RECIPES, default_recipe, make_spec, options_of, plan_of, recipes_for, refusal
from core.retelling import retold
from core.runs.spec import RunSpec, TrainingSettings
from core.training.backend import choose_backend
from core.training.children import held_bytes
from core.training.room import room_for
from ui.form_start import begin_anew, form_start
from ui.guard import show_error
from ui.network_view import network_view
from ui.process import launcher
from ui.race_start import race_start
from ui.ready import Ready, keep_ready, ready_when_pressed
from ui.road import empty, page
from ui.room_note import room_note
from ui.setting_words import default_name, preset_name
from ui.settings_form import settings_form
from ui.state import current_dataset, current_workspace, go, keep
from ui.words import plain

ICONS = {"table": "table", "image": "image", "text": "notes"}
NEVER = {ColumnType.IDENTIFIER, ColumnType.EMPTY}
FEW_INPUTS = 60  # more columns are chosen in a searchable list


def begin(spec: RunSpec) -> None:
    run = launcher().start(current_workspace(), spec)
    go("train", run=run.id, dataset=spec.dataset)


if (ready := ready_when_pressed()) and (pressed_on := current_dataset()):
    with suppress(LimelightError):  # it is said where the button stands
        if not room_for(ready.spec, pressed_on.info, ready.plan, held_bytes=held_bytes()).sentence:
            begin(ready.spec)

head = page(_("Choose a network"), _("A recipe is a tested kind of network. Its presets are a good start; every setting can be changed."))
dataset = current_dataset()
if dataset is None:
    empty(_("Here you choose the network that learns from your data. First it needs data."), _("Choose data"), "data", icon="model_training")
    st.stop()

info = dataset.info
st.caption(_("{name} · {rows} · predicts {target}").format(name=plain(info.name), rows=plural("{n} row", "{n} rows", info.rows), target=plain(info.target)))

wanted = st.query_params.get("recipe", "")
name = wanted if wanted in RECIPES and not refusal(RECIPES[wanted], info) else default_recipe(info)
offered = recipes_for(info)
fitting = [recipe for recipe in offered if not refusal(recipe, info)]
with st.grid(max(2, len(fitting)), min_column_width=210):
    for recipe in fitting:
        with st.container(border=True, height="stretch", key=f"recipe_{recipe.name}"):
            st.markdown(f":material/{ICONS[recipe.kind]}: **{_(recipe.title)}**")
            st.caption(_(recipe.description))
            st.space("stretch")
            if recipe.name == name:
                st.markdown(f":primary[:material/check_circle: {_('Chosen')}]")
            elif st.button(_("Choose"), key=f"choose_{recipe.name}", width="stretch"):
                keep(recipe=recipe.name, like=None)
                st.rerun()
if len(fitting) < len(offered):
    with st.expander(plural("{n} recipe for other kinds of data", "{n} recipes for other kinds of data", len(offered) - len(fitting))):
        for recipe in offered[len(fitting) :]:
            st.markdown(f":material/{ICONS[recipe.kind]}: {_('**{title}**. {description}').format(title=_(recipe.title), description=_(recipe.description))}")
            st.caption(plain(retold(refusal(recipe, info)), 400))
recipe = RECIPES[name]

shown = st.query_params.get("preset", "balanced")
preset = st.segmented_control(
    _("Preset"), PRESETS, default=shown if shown in PRESETS else "balanced", format_func=preset_name, required=True, key="preset"
)
preset = preset if preset in PRESETS else "balanced"
if preset != shown:
    keep(preset=preset, like=None)
start = form_start(dataset, recipe, preset)
if start.run_name:
    st.caption(_("The fields start from the settings of {name}. Another preset replaces them.").format(name=plain(start.run_name)))

form, preview = st.columns([3, 2], gap="large")
with form:
    run_name = st.text_input(_("Name of this run"), max_chars=120, placeholder=default_name(name, preset), key="run_name")
    heading = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    heading.subheader(_("Network"), anchor=False, width="content")
    changes = settings_form(recipe.settings, start.settings, start.key)
    with st.expander(_("Training"), icon=":material/tune:", expanded=False):
        changes |= settings_form(TrainingSettings, start.training, f"{start.key}_training")
        left, right = st.columns(2)
        backend = left.segmented_control(_("Engine"), ["auto", "jax", "tensorflow"], default=start.backend, format_func=lambda engine: _("auto") if engine == "auto" else engine, required=True, key=f"backend{start.mark}")
        left.caption(_("Auto takes what was measured as fastest for this recipe on this machine."))
        seed = right.number_input(_("Seed"), 0, 2**31 - 1, start.seed, step=1, key=f"seed{start.mark}")
        right.caption(_("The same seed gives the same start, order of rows and dropout."))
    if start.differs(changes):
        label = _("Back to the settings of that run") if start.run_name else _("Back to the preset")
        heading.button(label, icon=":material/undo:", key="form_back", on_click=begin_anew, args=(start.place,), help=_("Network and training get the values they started with"))
    with st.expander(_("Inputs"), icon=":material/input:", expanded=False):
        usable = [column for column in info.columns if column.name != info.target and column.type not in NEVER]
        titles = {str(number): column for number, column in enumerate(usable)}
        st.caption(plural("The columns that the network sees: {n} column can be used.", "The columns that the network sees: {n} columns can be used.", len(usable)))
        inputs = list(start.inputs)
        if len(usable) <= FEW_INPUTS:
            chosen = st.pills(
                _("Columns"), list(titles), selection_mode="multi", default=[number for number, column in titles.items() if column.name in start.inputs],
                format_func=lambda number: f"{plain(titles[number].name, 40)} :gray[:small[{_(titles[number].type.value)}]]",
                key=f"inputs_{dataset.id}{start.mark}", label_visibility="collapsed",
            )  # fmt: skip
            inputs = [titles[number].name for number in chosen if number in titles]
        else:
            st.caption(_("With more than {few} columns all of them are used. Change types on the data page to leave some out.").format(few=FEW_INPUTS))

with preview:
    st.subheader(_("What will be built"), anchor=False)
    spec, offer = None, None
    try:
        spec = make_spec(info, recipe=name, preset=preset, changes=changes, inputs=inputs, seed=int(seed or 0), backend=str(backend), name=run_name.strip())
        spec = spec if run_name.strip() else spec.model_copy(update={"name": default_name(spec.recipe, spec.preset)})  # as the field proposes it
        plan = plan_of(spec, input_shapes(dataset, spec, options_of(spec)), len(info.labels))
        network_view(plan)
        room = room_for(spec, info, plan, held_bytes=held_bytes())
        offer = None if room.sentence else Ready(spec, plan)
        room_note(room, f"{start.key}_training_batch_size")
        launcher().warm(choose_backend(spec), *((current_workspace(), spec) if offer else ()))
    except BadSettings as error:
        show_error(error)
        spec = None

keep_ready(offer)
race_start(info, spec, [recipe.name for recipe in fitting])
why_not = _("First put right what is refused") if spec is None else "" if offer else _("It does not fit into this machine as it is")
if head.next(_("Train"), key="train", why_not=why_not) and spec:
    begin(spec)
