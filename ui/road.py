"""The road along the top (Start · Data · Model · Train · Compare · Stage) and the one next button of a page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.dataset.dataset import Dataset
from core.errors import LimelightError
from core.language import N_, _
from core.runs.run import Run
from ui.state import current_dataset, current_run, go, params, runs_with_model, through_shell
from ui.words import on_accent

__all__ = ["STEPS", "Page", "Step", "draw", "empty", "page"]


@dataclass(frozen=True)
class Step:
    """One step of the road: its page, what it is called, what one does there."""

    name: str
    title: str
    what: str


STEPS = (
    Step("start", N_("Start"), N_("Choose a ready example or bring a file")),
    Step("data", N_("Data"), N_("See what is in it and what shall be predicted")),
    Step("model", N_("Model"), N_("Choose a network and its settings")),
    Step("train", N_("Train"), N_("Watch it learn")),
    Step("compare", N_("Compare"), N_("Models side by side on the same test rows")),
    Step("stage", N_("Stage"), N_("Try the model, show it to others")),
)
MARKS = {
    "here": (N_("here"), "radio_button_checked"),
    "done": (N_("done"), "check_circle"),
    "next": (N_("open"), "radio_button_unchecked"),
    "not yet": (N_("not yet"), "radio_button_unchecked"),
}
NO_DATA = N_("Not yet: choose data first")
NO_RUN = N_("Not yet: train a model first")
NO_MODEL = N_("Not yet: wait until a model is trained")


def draw(here: str) -> None:
    """The row of steps; each says whether it is done, where one is, or why it cannot be entered yet."""
    done, why_not = _standing()
    with st.container(key="road"), st.grid(len(STEPS), min_column_width=104, gap="xsmall"):
        for step in STEPS:
            reason = "" if step.name == here else why_not.get(step.name, "")
            mark, icon = MARKS["here" if step.name == here else "done" if step.name in done else "not yet" if reason else "next"]
            st.page_link(
                f"pages/{step.name}.py",
                label=f"{f'**{_(step.title)}**' if step.name == here else _(step.title)}  \n:small[{_(mark)}]",
                icon=f":material/{icon}:",
                help=_(reason or step.what),
                disabled=bool(reason),
                query_params=params(),
                width="stretch",
            )


def _standing() -> tuple[set[str], dict[str, str]]:
    """Names of the steps that are done, and for those that cannot be entered the reason."""
    dataset, run = _present()
    if dataset is None:
        return {"start"} if st.query_params.get("draft") else set(), {"model": NO_DATA, "train": NO_RUN, "compare": NO_RUN, "stage": NO_RUN}
    done = {"start", "data"}
    models = runs_with_model(dataset)
    why_not = {} if models else {"compare": NO_MODEL if run else NO_RUN, "stage": NO_MODEL if run else NO_RUN}
    if run is None and not models:
        why_not["train"] = NO_RUN
    if run is not None or models:
        done.add("model")
    if models and (run is None or run.has_model):
        done.add("train")
    return done, why_not


def _present() -> tuple[Dataset | None, Run | None]:
    """Dataset and run of the URL, or None where they cannot be read: the page itself will say why."""
    try:
        return current_dataset(), current_run()
    except LimelightError:
        return None, None


@dataclass(frozen=True)
class Page:
    """The head of a page, with a place for the next button that is filled once the page knows it."""

    slot: DeltaGenerator

    def next(self, label: str, *, key: str, why_not: str = "") -> bool:
        """Draw the one primary button, top right and bottom right.

        Args:
            label: what happens, as a verb.
            key: base of the widget keys: `<key>_top` and `<key>`.
            why_not: the reason, when it cannot be pressed yet.

        Returns:
            True in the run in which one of the two was pressed.
        """
        top = self._button(self.slot, label, f"{key}_top", why_not)
        bottom = self._button(st.container(horizontal=True, horizontal_alignment="right"), label, key, why_not)
        return top or bottom

    def _button(self, place: DeltaGenerator, label: str, key: str, why_not: str) -> bool:
        text = on_accent(f"{label} :material/arrow_forward:", enabled=not why_not)
        return place.button(text, type="primary", key=key, disabled=bool(why_not), help=why_not or None)


def page(title: str, lead: str) -> Page:
    """The head of a page: its title, one sentence, and room for the next button.

    Args:
        title: what one does here.
        lead: one sentence; both are ours, never text of strangers.
    """
    through_shell()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="content", gap="xsmall"):
            st.title(title, anchor=False)
            st.markdown(lead)
        slot = st.container(width="content")
    return Page(slot)


def empty(what: str, button: str, to: str, *, icon: str = "hourglass_empty") -> None:
    """A designed empty state: what will be here and the button that fills it.

    Args:
        what: one or two sentences.
        button: label of the button.
        to: the step that it leads to.
        icon: a Material symbol.
    """
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.space("small")
        st.markdown(f":material/{icon}: {what}", text_alignment="center")
        if st.button(on_accent(button), type="primary", key="empty_next"):
            go(to)
        st.space("small")
