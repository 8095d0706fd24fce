"""Workspace: the folder that holds one person's datasets and runs. Nothing reads across two of them.

On one's own machine there is one, `local`, which the pages and the command line share. On a shared
server every visitor gets their own, opened by a 128-bit token in the URL. A second kind of token shows
one run, read-only, to an audience. Folders are named by the hash of a token, so that a path in a log
opens nothing.

    LIMELIGHT_HOME/
        workspaces/<id>/datasets/<id>/
        workspaces/<id>/runs/<id>/
        views/<hash of a view token>.json       → which run it shows
        queue.db                                the launcher's
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from core.dataset.dataset import Dataset
from core.errors import Damaged, NotFound, UserError
from core.files import FOLDER_MODE, disk_full_as, read_json, remove_folder, resolve_inside, write_json
from core.language import N_
from core.quota import Usage
from core.runs.run import Run
from core.settings import Settings, settings

__all__ = ["Workspace", "run_of_view"]

LOCAL = "local"
TOKEN = re.compile(r"[0-9a-f]{32}")  # 128 bits


@dataclass(frozen=True)
class Workspace:
    """One person's datasets and runs.

    Attributes:
        folder: `LIMELIGHT_HOME/workspaces/<id>`.
    """

    folder: Path

    @classmethod
    def local(cls, home: Path | None = None) -> Workspace:
        """The one workspace of one's own machine, created when first used."""
        return cls._open(LOCAL, home)

    @classmethod
    def create(cls, home: Path | None = None) -> tuple[Workspace, str]:
        """A new private workspace and its token, for a visitor to a shared server."""
        token = secrets.token_hex(16)
        return cls._open(_hashed(token), home), token

    @classmethod
    def of_token(cls, token: str, home: Path | None = None) -> Workspace:
        """The workspace that a token from a URL opens.

        Raises:
            NotFound: the token has the wrong form or opens nothing here.
        """
        root = _root(home, "workspaces")
        if not TOKEN.fullmatch(token) or not (root / _hashed(token)).is_dir():
            raise NotFound(N_("This link opens no workspace on this server. Check that it is complete, or start a new one."))
        return cls(root / _hashed(token))

    @classmethod
    def _open(cls, name: str, home: Path | None) -> Workspace:
        workspace = cls(_root(home, "workspaces") / name)
        for place in (workspace.folder, workspace.folder / "datasets", workspace.folder / "runs"):
            _make(place)
        return workspace

    @property
    def home(self) -> Path:
        """The `LIMELIGHT_HOME` that this workspace lies in."""
        return self.folder.parent.parent

    @property
    def runs_folder(self) -> Path:
        """Where runs are created."""
        return self.folder / "runs"

    @property
    def datasets_folder(self) -> Path:
        """Where datasets are stored."""
        return self.folder / "datasets"

    def datasets(self) -> list[Dataset]:
        """All readable datasets, newest first; a damaged one hides only itself."""
        found = [Dataset(path) for path in _folders(self.datasets_folder)]
        return sorted((d for d in found if _readable(d)), key=lambda d: d.info.created, reverse=True)

    def runs(self) -> list[Run]:
        """All readable runs, newest first; a damaged one hides only itself."""
        found = [(run.status.created, run) for path in _folders(self.runs_folder) if _readable(run := Run(path))]
        return [run for _, run in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def dataset(self, name: str) -> Dataset:
        """The dataset with this id.

        Raises:
            NotFound: there is none.
        """
        return Dataset(self._existing(self.datasets_folder, name, "dataset"))

    def run(self, name: str) -> Run:
        """The run with this id.

        Raises:
            NotFound: there is none.
        """
        return Run(self._existing(self.runs_folder, name, "run"))

    def delete(self, name: str) -> str:
        """Delete a run or a dataset for good.

        Args:
            name: its id.

        Returns:
            "run" or "dataset".

        Raises:
            NotFound: neither is called so.
            UserError: a worker is busy with the run, or with a run of the dataset.
        """
        if (run_folder := resolve_inside(self.runs_folder, name)).is_dir():
            _refuse_busy([Run(run_folder)], name)
            remove_folder(run_folder)
            self._forget_views(name)
            return "run"
        folder = self._existing(self.datasets_folder, name, "dataset or run")
        _refuse_busy([run for run in self.runs() if run.spec.dataset == name], name)
        remove_folder(folder)
        return "dataset"

    def share(self, run: Run) -> str:
        """The read-only token that shows this run to an audience; the same one each time, unless its file was damaged.

        Raises:
            DiskFull: a new one cannot be written.
        """
        file, views = run.path("view.json"), _root(self.home, "views")
        with contextlib.suppress(Damaged, KeyError, TypeError):  # none yet, or a broken file: then a new one is made
            token = str(read_json(file)["token"])
            if TOKEN.fullmatch(token) and (views / f"{_hashed(token)}.json").is_file():
                return token
        token = secrets.token_hex(16)
        write_json(views / f"{_hashed(token)}.json", {"workspace": self.folder.name, "run": run.id})
        write_json(file, {"token": token})
        return token

    def check_quota(self, *, new_bytes: int = 0, new_runs: int = 0, limits: Settings | None = None) -> None:
        """Refuse an upload or a run that would pass a quota of this workspace or of the server.

        Raises:
            QuotaExceeded: names the quota, what is used, and what to do.
        """
        self.usage(limits).check(new_bytes=new_bytes, new_runs=new_runs)

    def usage(self, limits: Settings | None = None) -> Usage:
        """What is used now; `Usage.check` compares it as often as one likes."""
        return Usage.of(self.folder, limits)

    def _forget_views(self, run: str) -> None:
        """Remove what links to a run that is gone; whoever opens one is told that it shows no run."""
        for record in _root(self.home, "views").glob("*.json"):
            with contextlib.suppress(Damaged, AttributeError):
                place = read_json(record)
                if (place.get("workspace"), place.get("run")) == (self.folder.name, run):
                    record.unlink(missing_ok=True)

    def _existing(self, root: Path, name: str, kind: str) -> Path:
        if not (path := resolve_inside(root, name)).is_dir():
            raise NotFound(N_("There is no {kind} {name} in this workspace. Copy an identifier from the list.").format(kind=kind, name=repr(name)))
        return path


def run_of_view(token: str, home: Path | None = None) -> Run:
    """The run that a read-only token shows.

    Raises:
        NotFound: the token has the wrong form, or the run is gone.
    """
    record = _root(home, "views") / f"{_hashed(token)}.json"
    if not TOKEN.fullmatch(token) or not record.exists():
        raise NotFound(N_("This link shows no run. Ask for a new one."))
    place = read_json(record)
    workspace = Workspace(resolve_inside(_root(home, "workspaces"), place["workspace"]))
    return workspace.run(place["run"])


def _root(home: Path | None, name: str) -> Path:
    root = (home or settings().home).resolve() / name
    _make(root)
    return root


def _make(folder: Path) -> None:
    try:
        with disk_full_as(N_("There is no room on the disk to save {name}. Free some space and try again.").format(name=folder.name)):
            folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    except OSError as error:
        raise UserError(N_("The folder {folder} cannot be made ({reason}). Set LIMELIGHT_HOME to a folder that you may write to.").format(folder=folder, reason=error.strerror), code="home") from error


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")]


def _readable(item: Dataset | Run) -> bool:
    try:
        _ = item.info if isinstance(item, Dataset) else (item.status, item.spec)
    except Damaged:
        return False
    return True


def _refuse_busy(runs: list[Run], name: str) -> None:
    if any(run.is_locked() for run in runs):
        raise UserError(N_("{name} is being used by a run in progress. Stop the run first, then delete.").format(name=name), code="busy")
