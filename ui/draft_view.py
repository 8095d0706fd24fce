"""A file that waits: how it was read, what was found, what can be changed, and "Use this data".

The page draws a `Preview` and never the table; each change is kept beside the file and makes another preview.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.dataset import job
from core.dataset.dataset import Dataset
from core.dataset.decisions import Decisions
from core.dataset.progress import Progress
from core.dataset.schema import ColumnType, Finding, Repair, SplitBy, Task
from core.errors import LimelightError
from core.language import N_, _, plural
from core.retelling import retold
from ui.column_table import column_table
from ui.dataset_view import facts, rows_preview, show_target
from ui.findings import findings_list, repaired_list
from ui.guard import show_error
from ui.looks_view import show_looks
from ui.read_options import read_options
from ui.reading import (
    Failure,
    ask,
    can_go_back,
    change,
    go_back,
    is_small,
    last_understood,
    looked_at,
    progress_panel,
    widget_key,
)
from ui.road import Page
from ui.sources import Source, forget
from ui.split_view import show_parts, split_choice
from ui.state import current_workspace, go
from ui.upload import upload_box
from ui.words import count, plain, short, size

if TYPE_CHECKING:
    import numpy as np

    from core.dataset.preview import Preview

__all__ = ["choose_and_store"]

AS_CLASSES, AS_NUMBER = N_("classes"), N_("a number")


def choose_and_store(head: Page, source: Source) -> None:
    """Show a waiting file, take the visitor's choices, and store it when asked.

    Args:
        head: of the page; its next button stores.
        source: the waiting file.
    """
    if _is_being_stored(source):
        progress_panel(source, _("Storing the data …"))
        head.next(_("Use this data"), key="use", why_not=_("It is being stored"))
        return
    try:
        preview = looked_at(source)
    except Failure as failure:
        _failed(source, failure)
        return
    if preview is None:
        progress_panel(source, _("Reading the file …"))
        head.next(_("Use this data"), key="use", why_not=_("The file is still being read"))
        return
    name = _questions(source, preview)
    _body(source, preview)
    if head.next(_("Use this data"), key="use", why_not=plain(retold(preview.stops[0]), 300) if preview.stops else ""):
        _store(source, preview, name)


def _is_being_stored(source: Source) -> bool:
    """Whether a process stores this file; where it is done, go on with the dataset, where it failed, say so."""
    standing = job.standing(source.folder)
    if standing.task is None or standing.task.what != "store":
        return False
    if standing.state == "done":
        _stored(source, standing.dataset)
    elif standing.state == "failed":
        st.error(_("{message} Nothing was stored.").format(message=plain(retold(standing.message), 1000)), icon=":material/error:")
    return standing.state == "working"


def _failed(source: Source, failure: Failure) -> None:
    """What happened, what was kept, what can be done."""
    from core.dataset.readers.source import HEAD_BYTES, looks_like

    st.text(short(source.file_name, 120))
    st.error(plain(retold(str(failure)), 1000), icon=":material/error:")
    with source.path.open("rb") as file:
        is_text = looks_like(file.read(HEAD_BYTES)) is None
    if can_go_back(source):
        st.markdown(_("The file and all that was decided before are kept. Nothing is stored yet."))
        st.button(_("Take the last change back"), icon=":material/undo:", key="go_back", on_click=go_back, args=(source,))
    elif failure.code in {"interrupted", "unforeseen", "disk_full", "damaged"}:
        st.markdown(_("The file is kept, nothing else was stored."))
        st.button(_("Try again"), icon=":material/refresh:", key="try_again", on_click=job.cancel, args=(source.folder,))
    else:
        st.markdown(_("Nothing was stored. If it is a table that was read wrongly, say below how it is written; else bring another file.") if is_text else _("Nothing was stored. Bring another file."))
    before = last_understood(source)
    if is_text or (before is not None and before.sheets):  # another sheet, another encoding: at hand, and not only by going back
        read_options(source, None if is_text else before)
    upload_box("other_file")


def _questions(source: Source, preview: Preview) -> str:
    """Name, target, and how the target is treated; gives back the name."""
    info = preview.info
    left, right = st.columns(2, gap="large")
    name = left.text_input(_("Name"), value=short(source.title), max_chars=80, key=f"name_{source.id}", persist_state="session")
    if info.image_shape is not None:
        right.markdown(_("What is predicted: the class of a picture, which is the name of its folder."))
        return name
    names = tuple(column.name for column in info.columns)
    key = widget_key("target", source) + ("" if source.decisions.read_key == Decisions().read_key else f"_{source.decisions.read_key}")
    with right:
        st.selectbox(
            _("What should be predicted?"), range(len(names)), index=names.index(info.target) if info.target in names else None,
            format_func=lambda place: short(names[place], 120), key=key, placeholder=_("Choose a column"), on_change=_choose_target, args=(source, key, names),
        )  # fmt: skip
        if preview.guesses.get(info.target) is ColumnType.NUMBER or info.task is Task.REGRESSION:
            now = AS_NUMBER if info.task is Task.REGRESSION else AS_CLASSES
            key = f"{widget_key('as', source)}_{names.index(info.target)}_{now}"
            st.segmented_control(
                _("Predict it as"), [AS_CLASSES, AS_NUMBER], default=now, format_func=_, required=True, key=key, on_change=_choose_treatment, args=(source, key, info.target)
            )
    return name


def _body(source: Source, preview: Preview) -> None:
    info, decisions = preview.info, source.decisions
    total = preview.total if 0 < info.sampled_rows < preview.total else None
    facts(info, _("{size} in memory").format(size=size(preview.memory_bytes)), total)
    read_options(source, preview)
    if info.image_shape is None:
        st.subheader(_("The first rows") if total is None else _("A few rows"), anchor=False)
        rows_preview(preview.rows, info)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("What was noticed"), anchor=False)
        repaired_list(decisions.words, partial(_undo, source))
        findings_list([finding for finding in info.findings if finding.code != "sampled"], partial(_repair, source))
    with right:
        st.subheader(_("What is predicted"), anchor=False)
        show_target(info, preview.spread, total)
    show_looks(preview.looks, _pictures(source, preview))
    if info.image_shape is None:
        st.subheader(_("Columns"), anchor=False)
        st.caption(_("A type decides how a column is read. Change a type, or take a column out, where the guess is wrong."))
        if total is not None:
            st.caption(_("Counted on {rows} of {total} rows.").format(rows=count(info.rows), total=count(total)))
        column_table(info.columns, info.inputs, info.target, info.rows, f"{source.id}_{decisions.key}", partial(_change_column, source))
    st.subheader(_("Split"), anchor=False)
    key = f"{source.id}_{decisions.key}_{info.split_by.kind}"
    split_choice(preview, key, decisions.seed, partial(_choose_split, source), partial(_choose_seed, source))
    show_parts(info, total)


def _pictures(source: Source, preview: Preview) -> dict[str, np.ndarray]:
    if not preview.samples:
        return {}
    return _strips(source.folder.as_posix(), source.decisions.read_key, tuple(preview.samples.items()))


@st.cache_data(max_entries=4, ttl="30m", show_spinner=False)
def _strips(folder: str, read_key: str, samples: tuple[tuple[str, tuple[int, ...]], ...]) -> dict[str, np.ndarray]:
    from pathlib import Path

    import numpy as np

    from core.dataset.kept import kept

    pictures = kept(Path(folder) / f"read-{read_key}").pictures
    return {} if pictures is None else {label: np.asarray(pictures.images[list(rows)]) for label, rows in samples}


def _choose_target(source: Source, key: str, names: tuple[str, ...]) -> None:
    """Another target; what was decided about that column as an input, or about the old target, is dropped."""
    place, before = st.session_state.get(key), source.decisions
    if not isinstance(place, int) or not 0 <= place < len(names) or names[place] == before.target:
        return
    target = names[place]
    for number in reversed([number for number, repair in enumerate(before.repairs) if repair.column == target]):
        before = before.without_repair(number)
    dropped = {target, before.target}
    types = {name: kind for name, kind in before.types.items() if name not in dropped}
    used = {name: used for name, used in before.used.items() if name not in dropped}
    split = None if before.split and before.split.column == target else before.split
    change(source, before.with_(target=target, types=types, used=used, split=split))


def _choose_treatment(source: Source, key: str, target: str) -> None:
    treated, before = st.session_state.get(key), source.decisions
    if treated in {AS_CLASSES, AS_NUMBER}:
        kind = ColumnType.NUMBER if treated == AS_NUMBER else ColumnType.CATEGORY
        change(source, before.with_(target=target, types={**before.types, target: kind}))


def _change_column(source: Source, name: str, changes: dict[str, Any]) -> None:
    before = source.decisions
    types = {**before.types, **({name: changes["type"]} if "type" in changes else {})}
    used = {**before.used, **({name: changes["use"]} if "use" in changes else {})}
    change(source, before.with_(types=types, used=used))


def _repair(source: Source, finding: Finding) -> None:
    change(source, source.decisions.repaired(Repair(code=finding.code, column=finding.column), short(finding.repair, 160)))


def _undo(source: Source, place: int) -> None:
    change(source, source.decisions.without_repair(place))


def _choose_split(source: Source, split: SplitBy) -> None:
    change(source, source.decisions.with_(split=split))


def _choose_seed(source: Source, seed: int) -> None:
    change(source, source.decisions.with_(seed=seed))


def _store(source: Source, preview: Preview, name: str) -> None:
    task = ask(source, "store", name.strip())
    if not is_small(preview):
        job.start(source.folder, task)
        st.rerun()
    try:
        with st.spinner(plural("Storing {n} row …", "Storing {n} rows …", preview.info.rows), show_time=True):
            dataset = job.work(source.folder, task, Progress())
    except LimelightError as error:
        show_error(error)
        return
    _stored(source, dataset)


def _stored(source: Source, name: str) -> None:
    from core.training import baselines

    workspace = current_workspace()
    dataset: Dataset = workspace.dataset(name)
    baselines.start(dataset)
    forget(workspace, source)
    go("model", dataset=name, draft=None, run=None)
