"""The files that the live chart's browser side can get without a route, where a host passes none through.

Streamlit serves the folder `static` beside the entry script at `app/static/`. Into `static/live` goes, only
while a viewer asks for it, a hard link to the event file of one run, named by its view token. A link costs
no bytes and grows with the file. Where this is impossible (read-only disk, another file system, static
serving off), the answer is None and the next way is taken.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from core.errors import LimelightError
from core.runs.run import Run
from core.workspace import TOKEN, run_of_view

__all__ = ["forget", "link_events", "sweep"]


def static_folder() -> Path | None:
    """`static/live` of the running app, made when first asked for; None where it cannot be served."""
    from streamlit import config
    from streamlit.file_util import get_app_static_dir
    from streamlit.runtime import Runtime

    script = getattr(Runtime.instance(), "_main_script_path", None) if Runtime.exists() else None
    if not script or not config.get_option("server.enableStaticServing"):
        return None
    folder = Path(get_app_static_dir(script)) / "live"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return None


def link_events(run: Run, view_token: str) -> str | None:
    """Let a browser read a run's events as a static file.

    Args:
        run: the run that is watched.
        view_token: its read-only token, which becomes the file's name.

    Returns:
        The address under the app, or None where the file system refuses.
    """
    folder = static_folder()
    if folder is None or not TOKEN.fullmatch(view_token):
        return None
    place = folder / f"{view_token}.jsonl"
    with contextlib.suppress(OSError):
        if place.exists() and not place.samefile(run.events):
            place.unlink()
        with contextlib.suppress(FileExistsError):
            os.link(run.events, place)
        return f"app/static/live/{place.name}"
    return None


def forget(view_token: str) -> None:
    """Take a run's events out of the static folder; nothing happens if they are not there."""
    folder = static_folder()
    if folder is not None and TOKEN.fullmatch(view_token):
        (folder / f"{view_token}.jsonl").unlink(missing_ok=True)


def sweep() -> None:
    """Remove the links of runs that are over or deleted; called whenever a run is looked at."""
    folder = static_folder()
    for place in folder.glob("*.jsonl") if folder else ():
        if not _is_live(place.stem):
            place.unlink(missing_ok=True)


def _is_live(view_token: str) -> bool:
    try:
        return not run_of_view(view_token).status.state.is_over
    except LimelightError:
        return False
