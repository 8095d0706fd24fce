"""Files between upload and use: kept on disk, few, named by nobody but us."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import LimitExceeded, NotFound, QuotaExceeded
from core.settings import settings
from core.workspace import Workspace
from ui.sources import KEPT, find, forget, from_inbox, inbox, inbox_folder, receive


@pytest.fixture
def workspace(clean_home: Path) -> Workspace:
    return Workspace.local()


def test_hostile_name_is_text_and_never_a_path(workspace: Workspace) -> None:
    source = receive(workspace, "../../etc/\ud800passwd.csv", memoryview(b"a,b\n1,2\n"))
    assert source.path.read_bytes() == b"a,b\n1,2\n"
    assert source.path.resolve().is_relative_to(workspace.folder.resolve())
    assert find(workspace, source.id) == source
    assert source.file_name == "../../etc/?passwd.csv"


def test_same_file_is_kept_once_and_only_a_few_stay(workspace: Workspace) -> None:
    first = receive(workspace, "a.csv", memoryview(b"0"))
    assert receive(workspace, "a.csv", memoryview(b"0")) == first
    for i in range(1, KEPT + 2):
        receive(workspace, "a.csv", memoryview(str(i).encode()))
    assert len(list((workspace.folder / "uploads").iterdir())) == KEPT


@pytest.mark.parametrize("name", ["f0", "../secret", "", "template-none"])
def test_unknown_is_said(workspace: Workspace, name: str) -> None:
    with pytest.raises(NotFound):
        find(workspace, name)


@pytest.mark.parametrize(("variable", "error"), [("LIMELIGHT_MAX_FILE_BYTES", LimitExceeded), ("LIMELIGHT_WORKSPACE_BYTES", QuotaExceeded)])
def test_limits_hold(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, variable: str, error: type[Exception]) -> None:
    monkeypatch.setenv(variable, "3")
    settings.cache_clear()
    with pytest.raises(error, match=variable):
        receive(workspace, "a.csv", memoryview(b"0123456789"))
    assert not list((workspace.folder / "uploads").glob("f*"))


def test_the_inbox_lists_files_and_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    folder = inbox_folder()
    (folder / "a\n<b>.csv").write_bytes(b"a,b\n1,2\n")
    (folder / ".hidden").write_bytes(b"1")
    (folder / "folder").mkdir()
    (folder / "nowhere").symlink_to(tmp_path / "gone")
    (waiting,) = inbox()
    assert (waiting.name, waiting.size_bytes) == ("a\n<b>.csv", 8)


def test_a_file_of_the_inbox_is_not_copied_and_stays(workspace: Workspace) -> None:
    place = inbox_folder() / "a.csv"
    place.write_bytes(b"a,b\n1,2\n")
    source = from_inbox(workspace, inbox()[0])
    assert source.path == place
    assert not (source.folder / "content").exists()
    forget(workspace, source)
    assert place.exists()
    assert not source.folder.exists()


def test_a_file_of_the_inbox_that_changed_is_another_file(workspace: Workspace) -> None:
    place = inbox_folder() / "a.csv"
    place.write_bytes(b"a,b\n1,2\n")
    source = from_inbox(workspace, inbox()[0])
    place.write_bytes(b"a,b\n1,2\n3,4\n")
    with pytest.raises(NotFound, match="no longer in the inbox"):
        find(workspace, source.id)
