"""A waiting file while it is read or stored: how far it is, Cancel, and what to do where it failed.

All of it is read from the folder of the file (core.dataset.job), so a reload, or another browser, sees the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.dataset import job
from core.dataset.decisions import Decisions
from core.dataset.job import Standing, Task
from core.dataset.progress import Progress
from core.dataset.schema import ColumnType
from core.errors import LimelightError
from core.language import _, plural
from core.retelling import retold
from ui.guard import guarded
from ui.sources import Source, decided, forget
from ui.state import current_workspace, keep
from ui.words import count, plain, short, size

if TYPE_CHECKING:
    from core.dataset.preview import Preview

__all__ = ["Failure", "ask", "is_small", "last_understood", "looked_at", "progress_panel", "widget_key", "change"]

LOOK_EVERY_S = 0.5
AT_ONCE_S = 1.5  # a file that is read faster shows no progress
SMALL_CELLS = 200_000  # understood in this process, in less time than another one needs to start (1.3 s)
BYTES = frozenset({"Reading", "Unpacking", "Copying"})  # stages that count bytes


class Failure(Exception):
    """Why a waiting file could not be read or understood, in a sentence for the page."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def widget_key(name: str, source: Source) -> str:
    """The key of a widget about a waiting file; another one once decisions were taken back, so that it shows what holds."""
    return f"{name}_{source.id}" + (f"_{made}" if (made := st.session_state.get(f"anew_{source.id}", 0)) else "")


def change(source: Source, decisions: Decisions, *, anew: bool = False) -> None:
    """Decide something else about a waiting file.

    Args:
        source: the file.
        decisions: all of them.
        anew: the widgets shall show these, whatever they showed before.
    """
    decided(source, decisions)
    if anew:
        st.session_state[f"anew_{source.id}"] = st.session_state.get(f"anew_{source.id}", 0) + 1


def looked_at(source: Source) -> Preview | None:
    """What is in a waiting file with what was decided about it; None while it is being read.

    Raises:
        Failure: it cannot be read so.
    """
    decisions = source.decisions
    if (found := _preview(source.folder, decisions) or _made(source, decisions)) is not None:
        _good(source, decisions)
    return found


def _made(source: Source, decisions: Decisions) -> Preview | None:
    """A new preview: at once where that is quick, else by a process of its own."""
    before = _last_good(source)
    if before is not None and before.read_key == decisions.read_key and _is_small(source, before, decisions):
        try:
            with st.spinner(_("Looking at the columns …")):
                job.work(source.folder, _task(source, "look", decisions), Progress())
        except LimelightError as error:
            raise Failure(error.message, error.code) from error
        return _preview(source.folder, decisions)
    standing = job.standing(source.folder)
    if not _is_about(standing, decisions) or standing.state == "done":  # done, but the preview is gone or of another version
        standing = _begin(source, decisions)
    if standing.state == "failed":
        raise Failure(standing.message, standing.code)
    if standing.state == "done" and (found := _preview(source.folder, decisions)) is None:
        raise Failure(job.UNFORESEEN, "unforeseen")
    return found if standing.state == "done" else None


def ask(source: Source, what: str, name: str) -> Task:
    """The task of storing a waiting file as it is decided now."""
    return _task(source, what, source.decisions, name)


def is_small(preview: Preview) -> bool:
    """Whether a table is understood and stored faster than a process starts; texts and pictures are looked at elsewhere."""
    slow = (ColumnType.TEXT, ColumnType.IMAGE)
    return preview.cells <= SMALL_CELLS and not any(column.type in slow for column in preview.info.columns)


def _is_small(source: Source, before: Decisions, now: Decisions) -> bool:
    preview = _preview(source.folder, before)
    return preview is not None and is_small(preview) and ColumnType.TEXT not in now.types.values()


def _begin(source: Source, decisions: Decisions) -> Standing:
    with st.spinner(_("Reading the file …"), show_time=True):
        job.start(source.folder, _task(source, "look", decisions))
        job.wait(source.folder, AT_ONCE_S)
    return job.standing(source.folder)


def _task(source: Source, what: str, decisions: Decisions, name: str = "") -> Task:
    return Task.model_validate({
        "what": what, "path": source.path.resolve(), "file_name": source.file_name, "decisions": decisions,
        "workspace": current_workspace().folder.resolve(), "name": name,
    })  # fmt: skip


def _is_about(standing: Standing, decisions: Decisions) -> bool:
    return standing.task is not None and standing.task.what == "look" and standing.task.decisions.key == decisions.key


def _good(source: Source, decisions: Decisions) -> None:
    """Remember the decisions that were last understood: what Cancel and Undo go back to."""
    path = source.folder / "good.json"
    if Decisions.load(path) != decisions or not path.exists():
        decisions.save(path)


def _last_good(source: Source) -> Decisions | None:
    path = source.folder / "good.json"
    return Decisions.load(path) if path.exists() else None


def _preview(folder: Path, decisions: Decisions) -> Preview | None:
    path = job.preview_path(folder, decisions)
    try:
        return _parsed(path.as_posix(), path.stat().st_mtime_ns)
    except OSError:
        return None


@st.cache_resource(scope="session", max_entries=3, ttl="30m", show_spinner=False)
def _parsed(path: str, changed: int) -> Preview | None:
    """One preview, parsed once and not at every rerun; None where another version of ours wrote it."""
    from pydantic import ValidationError

    from core.dataset.preview import Preview

    try:
        return Preview.model_validate_json(Path(path).read_bytes())
    except ValidationError:
        Path(path).unlink(missing_ok=True)
        return None


def progress_panel(source: Source, title: str) -> None:
    """Draw how far the work on a file is, and Cancel; the page goes on by itself once it is done.

    Args:
        source: the file.
        title: what is being done; Markdown of ours.
    """
    with st.container(border=True, key="reading"):
        st.markdown(f"**{title}**")
        st.text(short(source.file_name, 120))
        _progress(source)
    st.skeleton(height=120)


@st.fragment(run_every=LOOK_EVERY_S)
@guarded()
def _progress(source: Source) -> None:
    standing = job.standing(source.folder)
    if standing.state != "working":
        st.rerun()
    step = standing.step
    share = min(step.done / step.total, 1.0) if step.total else 0.0
    st.progress(share, text=" · ".join(_parts(step.stage, step.done, step.total, step.rows, source)))
    st.button(_("Cancel"), icon=":material/close:", key="cancel", on_click=_cancel, args=(source,), help=_("Stop, and keep nothing of it"))


def _parts(stage: str, done: int, total: int, rows: int, source: Source) -> list[str]:
    """How far it is, in words."""
    said = [plain(retold(stage), 60)]
    if total and total >= source.path.stat().st_size / 2 and total > 100_000:
        said.append(_("{done} of {total}").format(done=size(done), total=size(total)))
    elif total:
        said.append(_("{done} of {total}").format(done=count(done), total=count(total)))
    if rows:
        said.append(plural("{n} row", "{n} rows", rows))
    return said


def _cancel(source: Source) -> None:
    """Stop; go back to what was decided before, or drop the file where nothing was."""
    was = job.standing(source.folder)
    job.cancel(source.folder)
    if was.task is not None and was.task.what == "store":
        st.toast(_("Cancelled. Nothing was stored."), icon=":material/close:")
        return
    before = _last_good(source)
    if before is not None and before.key != source.decisions.key:
        change(source, before, anew=True)
        return
    forget(current_workspace(), source)
    st.session_state["cancelled"] = source.file_name
    keep(draft=None)


def last_understood(source: Source) -> Preview | None:
    """What was in the file before the decision that does not fit; None where nothing was understood yet."""
    before = _last_good(source)
    return None if before is None else _preview(source.folder, before)


def go_back(source: Source) -> None:
    """Take back the last decision, as a callback; nothing happens where there was none."""
    if (before := _last_good(source)) is not None:
        job.cancel(source.folder)
        change(source, before, anew=True)


def can_go_back(source: Source) -> bool:
    """Whether a decision was understood before this one."""
    before = _last_good(source)
    return before is not None and before.key != source.decisions.key
