"""What a killed server left is put right at the next start, and named."""

from __future__ import annotations

import fcntl
import logging
import os
import time

import pytest

from core.files import locked_folder
from core.runs.state import RunState
from core.training.launcher import Launcher
from core.training.repair import ASIDE, FRESH_S, repair
from core.workspace import Workspace
from tests.training.conftest import bare_run


def test_a_tidy_home_is_left_alone(workspace: Workspace) -> None:
    bare_run(workspace)
    before = sorted(path for path in workspace.home.rglob("*"))
    assert repair(workspace.home) == []
    assert sorted(path for path in workspace.home.rglob("*")) == before


def test_a_half_made_folder_is_put_aside_and_named(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    half = workspace.datasets_folder / ".new-0123456789ab"
    half.mkdir()
    (half / "table.parquet").write_bytes(b"half")
    with caplog.at_level(logging.WARNING, logger="limelight"):
        (sentence,) = repair(workspace.home)
    assert ".new-0123456789ab" in sentence
    assert sentence in caplog.messages
    (kept,) = (workspace.home / ASIDE).iterdir()
    assert (kept / "table.parquet").read_bytes() == b"half"
    assert repair(workspace.home) == []


def test_a_folder_that_is_being_made_is_left_alone(workspace: Workspace) -> None:
    hidden, lock = locked_folder(workspace.runs_folder / "r20260101-00000000")
    try:
        assert repair(workspace.home) == []
        assert hidden.is_dir()
    finally:
        os.close(lock)


def test_a_half_written_file_goes_only_where_nobody_writes(workspace: Workspace) -> None:
    run = bare_run(workspace)
    half, whole = run.path(".0123456789ab.npz"), run.path("checkpoint.npz")
    half.write_bytes(b"half")
    whole.write_bytes(b"whole")
    assert repair(workspace.home) == []  # perhaps somebody writes it at this moment
    os.utime(half, (0, time.time() - 2 * FRESH_S))
    with run.path("lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert repair(workspace.home) == []
    (sentence,) = repair(workspace.home)
    assert "4 bytes" in sentence
    assert not half.exists()
    assert whole.read_bytes() == b"whole"


def test_what_was_being_deleted_is_deleted_and_named(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    gone = workspace.runs_folder / ".gone-0123456789ab"
    gone.mkdir()
    (gone / "model.keras").write_bytes(b"a model that nobody wants")
    with caplog.at_level(logging.WARNING, logger="limelight"):
        (sentence,) = repair(workspace.home)
    assert gone.name in sentence
    assert caplog.messages == [sentence]
    assert not gone.exists()


def test_a_run_that_cannot_be_read_is_named_and_kept(workspace: Workspace) -> None:
    run = bare_run(workspace)
    run.path("status.json").write_bytes(b"\x00")
    (sentence,) = repair(workspace.home)
    assert run.id in sentence
    assert run.folder.is_dir()


def test_the_start_of_a_server_marks_the_dead(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = bare_run(workspace)
    for step in (RunState.STARTING, RunState.RUNNING):
        dead.update(state=step)
    assert Launcher(workspace.home).repair() == []
    assert dead.status.state is RunState.INTERRUPTED
