"""Reading and storing in a process of its own: results, refusals, cancelled and killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.dataset import job
from core.dataset.decisions import Decisions
from core.dataset.job import Task
from core.dataset.preview import Preview
from core.dataset.progress import Step
from core.training import own_process
from core.workspace import Workspace

ROOT = Path(__file__).parents[2]
TABLE = b"age,job,churn\n" + b"".join(b"%d,%s,%s\n" % (20 + i % 40, (b"cook", b"smith")[i % 3 > 0], (b"no", b"yes")[i % 2]) for i in range(90))
BLOCKED = """
import sys
from pathlib import Path
from core.dataset import job
from core.files import new_folder

def work(folder, task, progress):
    progress.step("Storing", done=1, total=4, rows=7)
    with new_folder(task.workspace / "datasets" / "d1") as hidden, new_folder(folder / "read-1") as other:
        (hidden / "half").write_text("half")
        (other / "half").write_text("half")
        print("in the middle", flush=True)
        sys.stdin.read()

job.work = work
job.main(Path(sys.argv[1]))
"""


@pytest.fixture
def workspace(clean_home: Path) -> Workspace:
    return Workspace.local()


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    place = workspace.folder / "uploads" / "f1"
    place.mkdir(parents=True)
    (place / "content").write_bytes(TABLE)
    return place


def task(folder: Path, workspace: Workspace, what: str = "look", **decided: object) -> Task:
    return Task(what=what, path=folder / "content", file_name="people.csv", workspace=workspace.folder, name="People", decisions=Decisions(**decided))


def here(folder: Path, asked: Task, monkeypatch: pytest.MonkeyPatch) -> job.Standing:
    """Do it in this process, with all that a process does."""
    monkeypatch.setattr(job, "_spawn", lambda folder, place: job.main(folder))
    job.start(folder, asked)
    return job.standing(folder)


@pytest.fixture
def blocked(folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A process in the middle of storing."""

    def spawn(folder: Path, place: Path) -> None:
        command = [sys.executable, "-c", BLOCKED, str(folder)]
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        own_process.started[folder / "job"] = child
        assert child.stdout is not None
        assert child.stdout.readline() == b"in the middle\n"

    monkeypatch.setattr(job, "_spawn", spawn)
    job.start(folder, task(folder, workspace, "store"))
    child = own_process.started[folder / "job"]
    yield child
    for stream in (child.stdin, child.stdout):
        assert stream is not None
        stream.close()
    child.kill()
    child.wait(30)


def strays(workspace: Workspace) -> list[Path]:
    return [path for path in workspace.folder.rglob(".*") if path.name.startswith((".new-", ".gone-"))]


def test_a_real_process_reads_and_stores(folder: Path, workspace: Workspace) -> None:
    job.start(folder, task(folder, workspace))
    job.wait(folder, 60)
    assert job.standing(folder).state == "done", (folder / "job" / "log.txt").read_text()
    preview = Preview.model_validate_json(job.preview_path(folder, Decisions()).read_bytes())
    assert (preview.info.rows, preview.info.target) == (90, "churn")
    job.start(folder, task(folder, workspace, "store", seed=2))
    job.wait(folder, 60)
    found = job.standing(folder)
    assert found.state == "done"
    (dataset,) = workspace.datasets()
    assert (dataset.id, dataset.info.name, dataset.info.source["seed"]) == (found.dataset, "People", 2)


def test_nothing_was_asked(folder: Path) -> None:
    assert job.standing(folder).state == "absent"
    job.cancel(folder)
    assert [path.name for path in folder.iterdir()] == ["content"]


def test_a_refusal_is_a_sentence_and_stores_nothing(folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    found = here(folder, task(folder, workspace, "store", target="nobody"), monkeypatch)
    assert (found.state, found.code) == ("failed", "bad_target")
    assert "nobody" in found.message
    assert not workspace.datasets()
    assert not strays(workspace)


def test_what_nobody_foresaw_is_in_the_log(folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(job, "work", lambda *_: 1 // 0)
    found = here(folder, task(folder, workspace), monkeypatch)
    assert (found.state, found.code) == ("failed", "unforeseen")
    assert "ZeroDivisionError" not in found.message
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_full_disk_stores_nothing(folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    import numpy as np

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(np, "save", full)
    found = here(folder, task(folder, workspace, "store"), monkeypatch)
    assert (found.state, found.code) == ("failed", "disk_full")
    assert not workspace.datasets()
    assert not strays(workspace)


def test_a_file_is_read_once_for_each_way_of_reading(folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert here(folder, task(folder, workspace), monkeypatch).state == "done"
    (first,) = folder.glob("read-*")
    made = first.stat().st_ino
    assert here(folder, task(folder, workspace, seed=4), monkeypatch).state == "done"
    assert first.stat().st_ino == made
    assert len(list(folder.glob("look-*.json"))) == 2
    assert here(folder, task(folder, workspace, header_row=1), monkeypatch).state == "done"
    assert len(list(folder.glob("read-*"))) == 1  # the disk holds one
    assert not first.exists()


def test_progress_is_told(blocked: subprocess.Popen[bytes], folder: Path) -> None:
    found = job.standing(folder)
    assert (found.state, found.step) == ("working", Step("Storing", done=1, total=4, rows=7))
    job.cancel(folder)


def test_cancel_in_the_middle_leaves_nothing(blocked: subprocess.Popen[bytes], folder: Path, workspace: Workspace) -> None:
    assert strays(workspace)
    job.cancel(folder)
    assert blocked.poll() == -signal.SIGKILL
    assert [path.name for path in folder.iterdir()] == ["content"]
    assert not strays(workspace)
    assert not workspace.datasets()


def test_a_new_server_finds_the_work_and_can_cancel_it(blocked: subprocess.Popen[bytes], folder: Path, workspace: Workspace) -> None:
    from core.training.process import ProcessIdentity

    identity = ProcessIdentity.of(blocked.pid)
    assert identity is not None
    job.write_json(folder / "job" / "process.json", identity.to_json())
    del own_process.started[folder / "job"]
    assert job.standing(folder).state == "working"
    job.cancel(folder)
    assert blocked.wait(30) == -signal.SIGKILL
    assert job.standing(folder).state == "absent"
    assert not strays(workspace)


def test_a_process_that_was_killed_is_noticed_and_swept_up(
    blocked: subprocess.Popen[bytes], folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.kill(blocked.pid, signal.SIGKILL)
    blocked.wait(30)
    found = job.standing(folder)
    assert (found.state, found.code) == ("failed", "interrupted")
    assert strays(workspace)
    assert here(folder, task(folder, workspace, "store"), monkeypatch).state == "done"
    assert not strays(workspace)
    assert len(workspace.datasets()) == 1


def test_a_second_process_leaves_the_work_alone(blocked: subprocess.Popen[bytes], folder: Path) -> None:
    assert job.main(folder) == 2
    assert job.standing(folder).state == "working"
    job.cancel(folder)
