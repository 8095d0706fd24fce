"""A file between its arrival and "Use this data": kept on disk in the workspace, never in the session.

The browser's copy is dropped at once, and a file of the inbox stays where it is. Because everything lies on disk (the
file, what was decided about it, what was made of it) and its id is in the URL (`?draft=`), a reload loses nothing.

    uploads/<id>/source.json      file name, and where the content lies
                 content          the upload itself; not for templates and files of the inbox
                 decisions.json   core.dataset.decisions
                 job/, read-*/, look-*.json      core.dataset.job
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.dataset.samples import template
from core.errors import LimitExceeded, NotFound
from core.files import (
    FOLDER_MODE,
    new_folder,
    read_json,
    remove_folder,
    resolve_inside,
    sweep,
    write_atomic,
    write_json,
)
from core.language import N_
from core.settings import MIB, settings
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.dataset.decisions import Decisions

__all__ = ["Source", "Waiting", "decided", "find", "forget", "from_inbox", "inbox", "inbox_folder", "receive"]

KEPT = 2  # files of one workspace that wait to be used; older ones are dropped
TEMPLATE = "template-"


@dataclass(frozen=True)
class Source:
    """A file that waits to be used.

    Attributes:
        id: for `?draft=`.
        folder: its own; what was decided about it and what was made of it.
        path: where it lies.
        file_name: what the visitor called it; text from outside.
        title: name proposed for the dataset.
        target: column proposed as target; empty: let the profile guess.
    """

    id: str
    folder: Path
    path: Path
    file_name: str
    title: str
    target: str = ""

    @property
    def decisions(self) -> Decisions:
        """What was decided about it so far."""
        from core.dataset.decisions import Decisions

        path = self.folder / "decisions.json"
        return Decisions.load(path) if path.exists() else Decisions(target=self.target or None)


@dataclass(frozen=True)
class Waiting:
    """A file of the inbox.

    Attributes:
        id: to ask for it; made of its name, size and date.
        name: as it stands in the folder; text from outside.
        size_bytes: its length.
        changed: when, seconds since 1970.
        path: where it lies.
    """

    id: str
    name: str
    size_bytes: int
    changed: float
    path: Path


def decided(source: Source, decisions: Decisions) -> None:
    """Keep what was decided, so that a reload finds it."""
    decisions.save(source.folder / "decisions.json")


def receive(workspace: Workspace, file_name: str, data: memoryview | Callable[[Path], object], size_bytes: int | None = None) -> Source:
    """Keep an uploaded file until it is used.

    Args:
        workspace: whose it is; its quota counts.
        file_name: as the browser gave it; kept as text only.
        data: the content, or a function that writes it to a path.
        size_bytes: of the content, where a function writes it.

    Raises:
        LimitExceeded: it is larger than one upload may be.
        QuotaExceeded: the workspace is full.
        DiskFull: nothing was kept.
    """
    length = len(data) if isinstance(data, memoryview) else size_bytes or 0
    limits = settings()
    if length > limits.max_file_bytes:
        raise LimitExceeded(
            N_("This file has {length} MB; the limit is {limit} MB. Upload a smaller part of it, or raise {variable}.").format(length=f"{length / MIB:,.0f}", limit=f"{limits.max_file_bytes / MIB:,.0f}", variable=limits.variable("max_file_bytes"))
        )
    workspace.check_quota(new_bytes=length)
    digest = hashlib.sha256(data if isinstance(data, memoryview) else os.urandom(32)).digest()
    name = "f" + hashlib.sha256(file_name.encode(errors="replace") + b"\0" + digest).hexdigest()[:20]
    with new_folder(_folder(workspace) / name) as folder:
        write_atomic(folder / "content", bytes(data) if isinstance(data, memoryview) else data)
        write_json(folder / "source.json", {"file_name": file_name.encode(errors="replace").decode()})
    _drop_old(workspace, name)
    return find(workspace, name)


def inbox_folder() -> Path:
    """Where files too large for the browser are put; made when first asked for."""
    folder = settings().home.resolve() / "inbox"
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    return folder


def inbox() -> list[Waiting]:
    """The files of the inbox, newest first."""
    found = []
    with os.scandir(inbox_folder()) as entries:
        for entry in entries:
            try:
                if entry.name.startswith(".") or not entry.is_file():
                    continue
                about = entry.stat()
            except OSError:  # gone meanwhile, or a link that leads nowhere
                continue
            decisive = f"{entry.name}\0{about.st_size}\0{about.st_mtime_ns}".encode(errors="replace")
            found.append(Waiting("i" + hashlib.sha256(decisive).hexdigest()[:20], entry.name, about.st_size, about.st_mtime, Path(entry.path)))
    return sorted(found, key=lambda waiting: -waiting.changed)


def from_inbox(workspace: Workspace, waiting: Waiting) -> Source:
    """Take a file of the inbox where it lies, without a copy."""
    with new_folder(_folder(workspace) / waiting.id) as folder:
        write_json(folder / "source.json", {"file_name": waiting.name.encode(errors="replace").decode(), "inbox": waiting.id})
    _drop_old(workspace, waiting.id)
    return find(workspace, waiting.id)


def find(workspace: Workspace, name: str) -> Source:
    """The waiting file, or the ready template, of that id.

    Raises:
        NotFound: it is gone; bring it again.
    """
    folder = resolve_inside(_folder(workspace), name)
    if name.startswith(TEMPLATE):
        ready = template(name.removeprefix(TEMPLATE))
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        return Source(name, folder, Path(ready.file), Path(ready.file).name, ready.title, ready.target or "")
    if not (folder / "source.json").is_file():
        raise NotFound(N_("This upload is no longer here. Choose the file once more."))
    about: dict[str, Any] = read_json(folder / "source.json")
    file_name = str(about["file_name"])
    path = folder / "content" if "inbox" not in about else _of_inbox(str(about["inbox"]))
    return Source(name, folder, path, file_name, Path(file_name).stem)


def forget(workspace: Workspace, source: Source) -> None:
    """Drop a waiting file and all that was made of it; templates and files of the inbox themselves stay."""
    from core.dataset.job import cancel

    cancel(source.folder)
    if source.folder.is_dir():
        remove_folder(source.folder)
    sweep(_folder(workspace))


def _of_inbox(name: str) -> Path:
    """The path of a file of the inbox, by comparison with what is there: no path is made of a name.

    Raises:
        NotFound: it was taken away, or changed.
    """
    for waiting in inbox():
        if waiting.id == name:
            return waiting.path
    raise NotFound(N_("This file is no longer in the inbox, or it has changed since. Choose it once more."))


def _folder(workspace: Workspace) -> Path:
    return workspace.folder / "uploads"


def _drop_old(workspace: Workspace, newest: str) -> None:
    """Keep the few that were used last; what is being made of the others is stopped."""
    from core.dataset.job import cancel

    folders = [path for path in _folder(workspace).iterdir() if not path.name.startswith(".") and path.name != newest]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        cancel(folder)
        remove_folder(folder)
