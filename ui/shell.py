"""What surrounds every page: title of the tab, the road, the guard; or, for an audience, one run and nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import NotFound
from core.language import NAMES, _, current, use
from ui import road
from ui.guard import guarded, show_error
from ui.process import prepare
from ui.state import audience_run, current_workspace, is_shared, language_in_url, leave_workspace
from ui.top import begin_at_top
from ui.words import on_accent

__all__ = ["show"]

ICON = Path(__file__).parent / "limelight.svg"
AUDIENCE = "audience"
WIDTH = 1120  # pixels; lines longer than this are hard to read


def show() -> None:
    """Draw the app for one visitor; called at every rerun."""
    use(language_in_url())
    st.set_page_config(page_title="Limelight", page_icon=str(ICON), layout="wide", initial_sidebar_state="collapsed")
    pages = [st.Page(f"pages/{step.name}.py", title=f"{_(step.title)} · Limelight", default=step.name == "start") for step in road.STEPS]
    here = st.navigation(pages, position="hidden")
    with guarded():
        prepare()
        with st.container(horizontal_alignment="center"), st.container(width=WIDTH):
            if st.query_params.get("view"):
                _audience()
            elif _workspace_opens():
                _brand(here.url_path or "start")
                road.draw(here.url_path or "start")
                with guarded():
                    here.run()


def _brand(page: str) -> None:
    """The name, the language, and on a shared server the one thing to know about the address."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="brand"):
        st.image(str(ICON), width=28, alt="")
        st.markdown("**Limelight**", width="content")
        if is_shared() and page != AUDIENCE:
            st.caption(_("The address of this page is the key to your data: keep it, and give it only to those who may see everything."), width="content")
        st.space("stretch")
        st.button(" · ".join(f"**{name}**" if one == current() else name for one, name in NAMES.items()), type="tertiary", key="language", on_click=_other_language)
        begin_at_top(page)


def _other_language() -> None:
    """Write the other language into the address, so that a link or a reload keeps it."""
    if language_in_url() == "en":
        st.query_params["lang"] = "zh_CN"
    else:
        st.query_params.pop("lang", None)


def _audience() -> None:
    """One run, read-only: the live view that LIVE owns."""
    run = audience_run()
    assert run is not None  # the caller saw the token
    _brand(AUDIENCE)
    from ui.audience import show as show_run

    show_run(run)


def _workspace_opens() -> bool:
    """Open the visitor's workspace; where the link is wrong, say so and offer a new one."""
    try:
        current_workspace()
    except NotFound as error:
        show_error(error)
        if st.button(on_accent(_("Start a new workspace")), type="primary", key="new_workspace"):
            leave_workspace()
            st.rerun()
        return False
    return True
