"""A file between its upload and "Use this data": kept on disk in the workspace, read once, never in the session.

The browser's copy is dropped at once, and only one read file is held in memory for each visitor. Because
the file lies on disk and its id is in the URL (`?draft=`), a reload does not lose it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.samples import template
from core.errors import LimitExceeded, NotFound
from core.files import new_folder, read_json, remove_folder, resolve_inside, write_atomic, write_json
from core.settings import MIB, settings
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.dataset.ingest import Draft

__all__ = ["Source", "chosen", "draft_of", "find", "forget", "receive"]

KEPT = 2  # files of one workspace that wait to be used; older ones are dropped
TEMPLATE = "template-"


@dataclass(frozen=True)
class Source:
    """A file that is read but not yet stored.

    Attributes:
        id: for `?draft=`.
        path: where it lies.
        file_name: what the visitor called it; text from outside.
        title: name proposed for the dataset.
        target: column proposed as target; empty: let the profile guess.
    """

    id: str
    path: Path
    file_name: str
    title: str
    target: str = ""


def receive(workspace: Workspace, file_name: str, data: memoryview) -> Source:
    """Keep an uploaded file until it is used.

    Args:
        workspace: whose it is; its quota counts.
        file_name: as the browser gave it; kept as text only.
        data: the content.

    Raises:
        LimitExceeded: it is larger than one upload may be.
        QuotaExceeded: the workspace is full.
        DiskFull: nothing was kept.
    """
    limits = settings()
    if len(data) > limits.max_file_bytes:
        raise LimitExceeded(
            f"This file has {len(data) / MIB:,.0f} MB; the limit is {limits.max_file_bytes / MIB:,.0f} MB. "
            f"Upload a smaller part of it, or raise {limits.variable('max_file_bytes')}."
        )
    workspace.check_quota(new_bytes=len(data))
    name = "f" + hashlib.sha256(file_name.encode(errors="replace") + b"\0" + hashlib.sha256(data).digest()).hexdigest()[:20]
    with new_folder(_folder(workspace) / name) as folder:
        write_atomic(folder / "content", bytes(data))
        write_json(folder / "source.json", {"file_name": file_name.encode(errors="replace").decode()})
    _drop_old(workspace)
    return find(workspace, name)


def find(workspace: Workspace, name: str) -> Source:
    """The waiting file, or the ready template, of that id.

    Raises:
        NotFound: it is gone; upload it again.
    """
    if name.startswith(TEMPLATE):
        ready = template(name.removeprefix(TEMPLATE))
        return Source(name, Path(ready.file), Path(ready.file).name, ready.title, ready.target or "")
    folder = resolve_inside(_folder(workspace), name)
    if not (folder / "source.json").is_file():
        raise NotFound("This upload is no longer here. Choose the file once more.")
    file_name = str(read_json(folder / "source.json")["file_name"])
    return Source(name, folder / "content", file_name, Path(file_name).stem)


def forget(workspace: Workspace, source: Source) -> None:
    """Drop a waiting file and what was read of it; templates stay."""
    _inspected.clear()
    _chosen.clear()
    if not source.id.startswith(TEMPLATE):
        remove_folder(source.path.parent)


def draft_of(source: Source) -> Draft:
    """What is in the file, read once and held while this visitor looks at it.

    Raises:
        UserError: the file cannot be used; the message says why.
    """
    return _inspected(source.id, source.path, source.file_name)


@st.cache_resource(scope="session", max_entries=1, ttl="30m", show_spinner=False)
def _inspected(name: str, path: Path, file_name: str) -> Draft:
    from core.dataset.ingest import inspect

    return inspect(path, file_name)


def chosen(source: Source, target: str, types: tuple[tuple[str, str], ...], inputs: tuple[str, ...] | None) -> Draft:
    """The same with the visitor's choices, understood once and held like the draft itself.

    Raises:
        BadTarget, BadSettings: a choice does not fit the file.
    """
    return _chosen(source.id, target, types, inputs, draft_of(source))


@st.cache_resource(scope="session", max_entries=2, ttl="30m", show_spinner="Looking at the columns …")
def _chosen(name: str, target: str, types: tuple[tuple[str, str], ...], inputs: tuple[str, ...] | None, _draft: Draft) -> Draft:
    if target == _draft.target and not types and inputs is None:
        return _draft
    return _draft.with_choices(target=target, types=dict(types), inputs=inputs)


def _folder(workspace: Workspace) -> Path:
    return workspace.folder / "uploads"


def _drop_old(workspace: Workspace) -> None:
    folders = [path for path in _folder(workspace).iterdir() if not path.name.startswith(".")]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        remove_folder(folder)
