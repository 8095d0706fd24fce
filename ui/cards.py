"""A dataset or a run as one row of a list: name, state, when, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType, Task
from core.language import N_, _, plural
from core.runs.run import Run
from core.runs.state import RunState
from ui.state import current_workspace, go
from ui.words import ago, count, duration, number, plain

__all__ = ["dataset_row", "headline_text", "metric_name", "run_row", "state_badge", "task_text"]

STATES = {
    RunState.QUEUED: (N_("waits for its turn"), "schedule", "gray"),
    RunState.STARTING: (N_("starting"), "hourglass_empty", "orange"),
    RunState.RUNNING: (N_("learning"), "play_circle", "primary"),
    RunState.PAUSED: (N_("paused"), "pause_circle", "orange"),
    RunState.FINISHED: (N_("finished"), "check_circle", "green"),
    RunState.STOPPED: (N_("stopped, best weights kept"), "stop_circle", "green"),
    RunState.FAILED: (N_("failed"), "error", "red"),
    RunState.INTERRUPTED: (N_("interrupted"), "power_off", "orange"),
}
STOPPED_EMPTY = (N_("stopped, no model"), "stop_circle", "gray")
METRICS = {
    "accuracy": N_("accuracy"),
    "balanced_accuracy": N_("balanced accuracy"),
    "roc_auc": "ROC AUC",
    "average_precision": N_("average precision"),
    "rmse": N_("typical error (RMSE)"),
    "mae": N_("mean absolute error"),
    "r2": "R²",
    "f1": "F1",
    "f1_macro": N_("F1, average of classes"),
}


def state_badge(state: RunState, *, model: bool = True) -> None:
    """The state of a run as a badge: word, icon and colour.

    Args:
        state: of the run.
        model: it has one; a run that was stopped before its first epoch, or while it waited, has not.
    """
    label, icon, colour = STATES[state] if model or state is not RunState.STOPPED else STOPPED_EMPTY
    st.badge(_(label), icon=f":material/{icon}:", color=colour)


def headline_text(headline: dict[str, object] | None) -> str:
    """The metric that matters, with its interval; empty while there is none. Markdown of ours."""
    if not headline:
        return ""
    name = metric_name(str(headline["name"]))
    value, low, high = (number(float(headline[key])) for key in ("value", "low", "high"))  # type: ignore[arg-type]
    return f"{name} **{value}** :small[{low}–{high}]"


def metric_name(name: str) -> str:
    """What a metric of a run is called, in the middle of a sentence."""
    return _(METRICS[name]) if name in METRICS else name.replace("_", " ")


def task_text(task: Task, labels: int) -> str:
    """What is predicted, in words."""
    return {Task.BINARY: _("one of two classes"), Task.MULTICLASS: _("one of {labels} classes").format(labels=count(labels)), Task.REGRESSION: _("a number")}[task]


def run_row(run: Run) -> None:
    """One run in a list, with Open and Delete."""
    status, spec = run.status, run.spec
    with _row(f"run_{run.id}"):
        st.markdown(f"**{plain(spec.name or spec.recipe)}**", width="content")
        state_badge(status.state, model=run.has_model)
        if text := headline_text(status.headline):
            st.markdown(text, width="content")
        trained = _("{ago} · {duration} of training").format(ago=ago(status.created), duration=duration(status.seconds)) if status.seconds else ago(status.created)
        st.caption(trained, width="content")
        st.space("stretch")
        if st.button(_("Open"), key=f"open_{run.id}", help=_("Show this run")):
            go("train", run=run.id, dataset=spec.dataset, draft=None)
        _delete(run.id, _("Delete the run “{name}” with its model? This cannot be undone.").format(name=plain(spec.name or spec.recipe)))
        if note := run.note:
            st.caption(f":material/edit_note: {plain(note, 120)}")


def dataset_row(dataset: Dataset) -> None:
    """One dataset in a list, with Open and Delete."""
    info = dataset.info
    icon = "image" if info.of_type(ColumnType.IMAGE) else "notes" if info.of_type(ColumnType.TEXT) else "table"
    with _row(f"dataset_{dataset.id}"):
        st.markdown(f":material/{icon}: **{plain(info.name)}**", width="content")
        st.markdown(_("{rows}, predicts {target}").format(rows=plural("{n} row", "{n} rows", info.rows), target=plain(info.target, 40)), width="content")
        st.caption(ago(info.created), width="content")
        st.space("stretch")
        if st.button(_("Open"), key=f"open_{dataset.id}", help=_("Show this dataset")):
            go("data", dataset=dataset.id, run=None, draft=None)
        _delete(dataset.id, _("Delete the dataset “{name}”? Its runs stay, but cannot be trained further. This cannot be undone.").format(name=plain(info.name)))


def _row(key: str):  # noqa: ANN202  # a Streamlit container, whose type is private
    return st.container(horizontal=True, vertical_alignment="center", border=True, gap="small", key=f"row_{key}")


def _delete(name: str, question: str) -> None:
    """A small button that asks once and then deletes for good."""
    with st.popover("", icon=":material/delete:", help=_("Delete …"), key=f"ask_{name}"):
        st.markdown(question)
        if st.button(_("Delete for good"), key=f"delete_{name}"):
            current_workspace().delete(name)
            dropped = {key: None for key in ("dataset", "run") if st.query_params.get(key) == name}
            go("start", **dropped)
