"""Taking a run: by one process only, under the lock, and ending one that nobody holds."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from core.files import read_json
from core.runs.run import Run
from core.runs.state import RunState
from core.training import claim as module
from core.training.claim import RESERVE_FILE, Claim, end_run
from core.workspace import Workspace
from tests.training.conftest import bare_run, events_of, until


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return bare_run(workspace)


def test_a_taken_run_starts_and_names_its_process(run: Run) -> None:
    claim = Claim.take(run)
    assert claim is not None
    until(lambda: run.status.state is RunState.STARTING)
    assert run.is_locked()
    assert read_json(run.path("worker.json"))["pid"] == os.getpid()
    claim.release()
    assert not run.is_locked()
    assert not run.path(RESERVE_FILE).exists()


def test_only_one_of_many_takes_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROBED_S", 0.2)
    taken: list[Claim | None] = []
    threads = [threading.Thread(target=lambda: taken.append(Claim.take(run))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (winner,) = [claim for claim in taken if claim is not None]
    winner.release()
    assert Claim.take(run) is None  # it does not wait any more


def test_a_reader_that_looks_does_not_keep_a_worker_out(run: Run) -> None:
    with run.path("lock").open("ab") as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        threading.Timer(0.1, lambda: fcntl.flock(reader, fcntl.LOCK_UN)).start()
        claim = Claim.take(run)
        assert claim is not None
        claim.release()


def test_temporary_files_lie_in_the_run_while_it_is_held_and_go_with_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    outside = tempfile.gettempdir()
    left = run.path("tmp")
    left.mkdir()
    (left / "of a killed worker").touch()
    claim = Claim.take(run)
    assert claim is not None
    with tempfile.NamedTemporaryFile(delete=False) as file:
        assert Path(file.name).parent == left.resolve()
    child = subprocess.run([sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == str(left.resolve())
    assert [path.name for path in left.iterdir()] == [Path(file.name).name]
    claim.release()
    assert not left.exists()
    assert (tempfile.gettempdir(), os.environ.get("TMPDIR")) == (outside, None)


def test_the_temporary_files_of_a_killed_worker_go_when_its_run_is_ended(run: Run) -> None:
    run.path("tmp").mkdir()
    (run.path("tmp") / "__autograph_generated_file.py").touch()
    assert end_run(run, RunState.INTERRUPTED, "gone")
    assert not run.path("tmp").exists()


def test_half_a_checkpoint_of_a_killed_worker_goes_at_once_and_what_a_page_writes_stays(run: Run) -> None:
    checkpoint, page = run.path(".0123456789ab.npz"), run.path(".0123456789ab.json")
    for path in (checkpoint, page, run.path("checkpoint.npz")):
        path.touch()
    claim = Claim.take(run)
    assert claim is not None
    claim.release()
    assert (checkpoint.exists(), page.exists(), run.path("checkpoint.npz").exists()) == (False, True, True)


def test_a_deleted_run_is_nobody_s(run: Run, workspace: Workspace) -> None:
    workspace.delete(run.id)
    assert Claim.take(run) is None


def test_a_run_with_a_broken_spec_fails_with_a_sentence(run: Run) -> None:
    run.path("spec.json").write_bytes(b"{}")
    assert Claim.take(run) is None
    assert run.status.state is RunState.FAILED
    assert "cannot be read" in run.status.message


def test_who_found_its_worker_dead_does_not_end_a_run_that_was_queued_again_meanwhile(run: Run) -> None:
    assert not end_run(run, RunState.INTERRUPTED, "gone", waiting=False)
    assert run.status.state is RunState.QUEUED
    assert end_run(run, RunState.STOPPED, "taken out")


def test_nobody_ends_a_run_that_is_held_or_over(run: Run) -> None:
    claim = Claim.take(run)
    assert claim is not None
    assert not end_run(run, RunState.FAILED, "x")
    claim.release()
    assert end_run(run, RunState.INTERRUPTED, "gone")
    assert not end_run(run, RunState.FAILED, "x")
    assert (run.status.state, run.status.message) == (RunState.INTERRUPTED, "gone")
    assert [event["state"] for event in events_of(run) if event["kind"] == "state"] == ["starting", "interrupted"]
