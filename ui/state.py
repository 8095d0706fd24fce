"""Where this visitor stands: everything is in the URL, so a reload, a second browser or a link finds it again.

    ?w=TOKEN        the workspace, on a shared server; on one's own machine there is only one
    ?dataset=ID     the dataset in hand          ?run=ID     the run in hand
    ?draft=ID       a file that is read but not yet stored
    ?like=ID        on the Model page: the run whose settings are changed
    ?lang=zh_CN     the language of the pages; English where it is absent
    ?view=TOKEN     read-only: one run, for an audience; nothing else is reachable
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.dataset.dataset import Dataset
from core.language import Language, ask, language_of
from core.runs.run import Run
from core.settings import settings
from core.workspace import Workspace, run_of_view

__all__ = [
    "audience_run", "current_dataset", "current_run", "current_workspace", "go", "is_shared", "keep", "language_in_url", "leave_workspace",
    "params", "runs_with_model", "through_shell",
]  # fmt: skip

CARRIED = ("w", "dataset", "run", "draft", "lang")  # kept in the URL from page to page
CLOUD_HOST = ".streamlit.app"


def through_shell() -> None:
    """Run the whole app where Streamlit has run the file of a page by itself.

    Its old discovery of `pages/` does so until `st.navigation` was called once: at the first visit after a
    start, where the host runs a plain script and the visitor came with a link to a page.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def language_in_url() -> Language:
    """The language that the visitor chose; English outside of a visit."""
    return language_of(st.query_params.get("lang")) if get_script_run_ctx(suppress_warning=True) is not None else "en"


ask(language_in_url)  # a fragment or a callback runs in a thread where the shell has not said it


def is_shared() -> bool:
    """True where strangers share this server, so that each visitor gets a private workspace."""
    return settings().shared or (urlsplit(st.context.url or "").hostname or "").endswith(CLOUD_HOST)


def current_workspace() -> Workspace:
    """The workspace of this visitor; on a shared server the first visit makes one and puts its token in the URL.

    Raises:
        NotFound: the token in the URL opens nothing.
    """
    through_shell()
    if not is_shared():
        return Workspace.local()
    if token := st.query_params.get("w") or st.session_state.get("workspace_token"):
        workspace = Workspace.of_token(token)
    else:
        workspace, token = Workspace.create()
    st.session_state["workspace_token"] = token
    if st.query_params.get("w") != token:
        st.query_params["w"] = token
    return workspace


def leave_workspace() -> None:
    """Forget a token that opens nothing, so that the next look makes a new workspace."""
    st.session_state.pop("workspace_token", None)
    st.query_params.clear()


def audience_run() -> Run | None:
    """The one run that `?view=TOKEN` shows, or None for a visitor with a workspace.

    Raises:
        NotFound: the token shows no run.
    """
    token = st.query_params.get("view")
    return run_of_view(token) if token else None


def current_dataset() -> Dataset | None:
    """The dataset in the URL, else that of the run in the URL; None when neither is there.

    Raises:
        NotFound: the URL names a dataset that is not in this workspace.
    """
    if name := st.query_params.get("dataset"):
        return _opened(current_workspace().dataset(name).folder)
    run = current_run()
    return _opened(current_workspace().dataset(run.spec.dataset).folder) if run else None


def current_run() -> Run | None:
    """The run in the URL, or None.

    Raises:
        NotFound: the URL names a run that is not in this workspace.
    """
    name = st.query_params.get("run")
    return current_workspace().run(name) if name else None


def runs_with_model(dataset: Dataset) -> list[Run]:
    """The runs of a dataset that ended with a model, newest first; folds and shares of a series answer for other rows and are left out."""
    return [run for run in current_workspace().runs() if run.spec.dataset == dataset.id and run.spec.answers_for_test and run.has_model]


def keep(**changes: str | None) -> None:
    """Change the place in the URL without leaving the page; None removes.

    Args:
        changes: `dataset`, `run` or `draft` with an id.
    """
    for name, value in changes.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value


def params(**changes: str | None) -> dict[str, str]:
    """The query parameters that a link to another page carries.

    Args:
        changes: parameters to set, or None to drop, on the way.
    """
    here = {name: st.query_params.get(name) for name in CARRIED} | changes
    return {name: value for name, value in here.items() if value}


def go(page: str, **changes: str | None) -> None:
    """Go to a page of the road and take the place in the URL along; does not return.

    Args:
        page: "start", "data", "model", "train", "compare" or "stage".
        changes: parameters to set, or None to drop, on the way.
    """
    st.switch_page(f"pages/{page}.py", query_params=params(**changes))


def _opened(folder: Path) -> Dataset:
    try:
        changed = (folder / "dataset.json").stat().st_mtime_ns
    except OSError:
        changed = 0  # `info` will say what is wrong
    return _opened_once(folder, changed)


@lru_cache(maxsize=16)
def _opened_once(folder: Path, changed: int) -> Dataset:
    """One handle for one version of a dataset, so that its schema is parsed once and not at every rerun."""
    return Dataset(folder)
