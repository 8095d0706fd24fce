"""Files between upload and use: kept on disk, few, named by nobody but us."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import LimitExceeded, NotFound, QuotaExceeded
from core.settings import settings
from core.workspace import Workspace
from ui.sources import KEPT, find, receive


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
