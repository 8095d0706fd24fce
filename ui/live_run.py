"""What stands around the live chart on the train page: how a run ended, its link for an audience, its siblings."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from core.errors import DiskFull, LimelightError
from core.language import N_, _, current, plural
from core.recipes import RECIPES
from core.retelling import retold
from core.runs.repeats import label_of
from core.runs.run import Run, Status
from core.runs.spec import RunSpec
from core.runs.state import RunState
from ui.cards import metric_name, run_row
from ui.guard import guarded
from ui.process import launcher
from ui.run_queue import place_text
from ui.setting_words import default_name, preset_name
from ui.state import current_workspace
from ui.words import number, plain

__all__ = ["audience_link", "facts", "others", "result", "share", "titles", "token_of"]

TITLES = {
    RunState.QUEUED: (N_("Waiting its turn"), N_("It starts by itself. You may close this page; its address brings you back.")),
    RunState.STARTING: (N_("Getting ready"), N_("The network is being built. You may close this page; its address brings you back.")),
    RunState.RUNNING: (N_("It is learning"), N_("You may close this page; the training goes on, and its address brings you back.")),
    RunState.PAUSED: (N_("Paused"), N_("Nothing is lost. It keeps its place, so runs that wait begin after it.")),
    RunState.FINISHED: (N_("It has learned"), N_("Now it was judged once, on test rows that it had never seen.")),
    RunState.STOPPED: (N_("Stopped"), N_("You ended the training early.")),
    RunState.FAILED: (N_("It ended without a model"), N_("Nothing else was touched: your data and your other runs are as they were.")),
    RunState.INTERRUPTED: (N_("Interrupted"), N_("Its process ended before the training did. Your data and your other runs are as they were.")),
}
LIST_EVERY_S = 5.0
SHOWN = 20


def titles(status: Status, model: bool, spec: RunSpec | None = None) -> tuple[str, str]:
    """Title and one sentence for the head of the page; a run of a series may answer for other rows than the test rows."""
    if spec is not None and model and not spec.answers_for_test:
        return _("It has learned"), _answers_for(spec)
    if status.state is RunState.STOPPED and model:
        return _("It has learned"), _("You ended the training early; the best weights were kept and judged on rows that it had never seen.")
    title, lead = TITLES[status.state]
    return _(title), _(lead)


def facts(spec: RunSpec) -> str:
    """Name, recipe, preset and data of a run in one line of Markdown."""
    try:
        data = current_workspace().dataset(spec.dataset).info.name
    except LimelightError:  # the data were deleted or damaged: the run is still worth seeing
        data = spec.dataset
    recipe = _(RECIPES[spec.recipe].title) if spec.recipe in RECIPES else plain(spec.recipe)
    words = {"recipe": recipe, "preset": plain(preset_name(spec.preset).lower()), "data": plain(data), "target": plain(spec.target)}
    if not spec.name or (spec.recipe in RECIPES and spec.name == default_name(spec.recipe, spec.preset)):  # it would say the same twice
        return _("**{recipe}, {preset}** · {data}, predicts {target}").format(**words)
    return _("**{name}** · {recipe}, {preset} · {data}, predicts {target}").format(name=plain(spec.name), **words)


def token_of(run: Run) -> str:
    """The read-only token of a run; "" where the disk is full: whoever watches it must still be able to stop it."""
    try:
        return current_workspace().share(run)
    except (DiskFull, OSError):
        return ""


def share(token: str) -> None:
    """The read-only link for an audience, ready to be copied."""
    with st.popover(_("Show to others"), icon=":material/group:"):
        if not token:
            st.markdown(_("No link can be made, because the disk is full. Delete runs or data that you no longer need, then load this page again."))
            return
        st.markdown(_("Whoever has this link can watch this run and see its result, and nothing else."))
        st.code(audience_link(st.context.url or "", token), language=None, wrap_lines=True)


def audience_link(page_url: str, token: str) -> str:
    """The address of the audience's view, in the language of who hands it out, made from the address of the page that one is on.

    Example:
        >>> audience_link("http://localhost:8501/train?run=r1", "0f")
        'http://localhost:8501/?view=0f'
    """
    parts = urlsplit(page_url)
    path = parts.path.removesuffix("train").replace("/~/+/", "/")  # Community Cloud's inner frame
    language = "" if current() == "en" else f"&lang={current()}"
    return urlunsplit((parts.scheme, parts.netloc, path or "/", f"view={token}{language}", ""))


def result(status: Status, model: bool, spec: RunSpec | None = None, *, watching: bool = False) -> None:
    """How the run ended, once it is over.

    Args:
        status: of the run.
        model: whether it left one.
        spec: says on which rows it was judged; default: the test rows.
        watching: for an audience, which pressed nothing and can press nothing.
    """
    text = _told(status, model) if watching else plain(retold(status.message), limit=600)
    if model:
        _headline(status, spec)
        if text:
            st.markdown(text)
    elif status.state is RunState.STOPPED:
        st.info(text or _("It was stopped before it had learned anything, so there is no model."), icon=":material/stop_circle:")
    elif status.state is RunState.FAILED:
        st.error(text or _("The log has the details."), icon=":material/error:")
    else:
        st.warning(text or _("Press Resume: it goes on from its last checkpoint."), icon=":material/power_off:")


def _told(status: Status, model: bool) -> str:
    """How it ended, for who only watches: what the founder did and can do is not theirs."""
    if status.state is RunState.STOPPED:
        return _("It was stopped early. The best weights were kept.") if model else _("It was stopped before it had learned anything, so there is no model.")
    if status.state is RunState.INTERRUPTED:
        return _("It was interrupted. Whoever started it can let it go on.")
    if status.state is RunState.FAILED:
        return _("It ended without a model.")
    return plain(retold(status.message), limit=600)


def _answers_for(spec: RunSpec) -> str:
    if spec.fold >= 0:
        return _("A run of a cross-validation ({label}): it was judged on its fold, which it had never seen. The test rows stay sealed.").format(label=label_of(spec))
    return _("A point of a learning curve ({label}): it was judged on the validation rows. The test rows stay sealed.").format(label=label_of(spec))


def _judged_on(spec: RunSpec | None) -> str:
    if spec is None or spec.answers_for_test:
        return _("{metric} on the test rows")
    return _("{metric} on its fold") if spec.fold >= 0 else _("{metric} on the validation rows")


def _headline(status: Status, spec: RunSpec | None) -> None:
    headline = status.headline
    if not headline:
        return
    name = metric_name(str(headline["name"]))
    value, low, high = (number(float(headline[key])) for key in ("value", "low", "high"))
    st.metric(
        _judged_on(spec).format(metric=f"{name[0].upper()}{name[1:]}"), value,
        delta=f"{low} – {high}", delta_color="off", delta_arrow="off", delta_description=_("95 % interval"),
        help=_("The true figure, over all rows of this kind, lies in such a range in 95 of 100 cases."),
    )  # fmt: skip


def others(dataset_id: str, here: str | None, seen: bool = True) -> None:
    """The other runs of this dataset, newest first; kept up to date while one of them moves and somebody looks."""
    runs = [run for run in current_workspace().runs() if run.spec.dataset == dataset_id and run.id != here]
    if not runs:
        return
    st.subheader(_("Other runs on this data") if here else _("Runs on this data"), anchor=False)
    moving = any(not run.status.state.is_over for run in runs)
    st.fragment(_rows, run_every=LIST_EVERY_S if moving and seen else None)(runs[:SHOWN])
    if len(runs) > SHOWN:
        st.caption(plural("and {n} older run", "and {n} older runs", len(runs) - SHOWN))


def _rows(runs: list[Run]) -> None:
    for run in runs:
        with guarded():
            if run.folder.is_dir():  # it may have been deleted in this very list
                run_row(run)
                _place_in_line(run)


def _place_in_line(run: Run) -> None:
    try:
        place = launcher().position(run) if run.status.state is RunState.QUEUED else 0
    except LimelightError:
        return
    if place:
        st.caption(place_text(place))
