"""The process that explains: started once, told, cancelled, found again, and its answers kept whole."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core import why
from core.dataset.progress import Progress, Step
from core.errors import BadInput, NotReady
from core.files import read_json, write_json
from core.runs.run import Run
from core.training import own_process
from core.training.process import ProcessIdentity
from core.why import job
from core.why.__main__ import main
from core.why.explain import explain
from core.why.model import place_of
from core.workspace import Workspace
from tests.why import made

PATIENCE_S = 60.0


@pytest.fixture
def run() -> Run:
    return made.priced(Workspace.local())[0]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sleeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that takes the locks of its runs and then works for ever."""
    code = (
        "import fcntl, sys, time\n"
        "held = [open(folder + '/why/lock', 'ab') for folder in sys.argv[1:]]\n"
        "[fcntl.flock(one, fcntl.LOCK_EX) for one in held]\n"
        "time.sleep(600)\n"
    )

    def spawn(runs: list[Run], row: int | None) -> None:
        child = subprocess.Popen([sys.executable, "-c", code, *(str(run.folder.resolve()) for run in runs)], start_new_session=True)
        for run in runs:
            own_process.started[place_of(run)] = child
            identity = ProcessIdentity.of(child.pid)
            assert identity is not None
            write_json(place_of(run) / "process.json", identity.to_json())

    monkeypatch.setattr(job, "_spawn", spawn)


def test_a_real_process_explains_a_run_and_then_a_row(run: Run) -> None:
    assert why.load(run) is None
    assert why.standing(run).state == "idle"
    assert why.start([run])
    assert not why.start([run])  # it is being explained already
    until(lambda: why.standing(run).state != "working")
    assert why.standing(run) == why.Standing("idle"), run.path("why").joinpath("log.txt").read_text()
    found = why.load(run)
    assert found is not None
    assert found.importance
    assert why.start([run], 4)
    assert why.standing(run).row == 4
    until(lambda: why.standing(run).state != "working")
    one = why.load_row(run, 4)
    assert one is not None
    assert one.row == 4
    left = {path.name for path in run.path("why").iterdir()}
    assert left == {"lock", "log.txt", "why.json", "row-4.json"}


def test_what_the_user_can_fix_is_said(run: Run) -> None:
    assert main([str(run.folder), "--row", "99999"]) == 1
    write_json(run.path("why") / "job.json", {"row": 99_999})
    stands = why.standing(run)
    assert (stands.state, stands.row) == ("failed", 99_999)
    assert "no row 99,999" in stands.message
    assert why.load_row(run, 99_999) is None


def test_what_nobody_foresaw_is_said_without_a_traceback(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(run: Run, row: int | None, progress: Progress) -> why.Why:
        progress.step("Loading the model")
        raise ZeroDivisionError("secret")

    run.path("why").mkdir()
    write_json(run.path("why") / "job.json", {"row": None})
    assert job.carry_out([run], None, broken) == 3
    assert why.standing(run) == why.Standing("failed", None, Step("Waiting"), job.UNFORESEEN)
    assert "secret" in capsys.readouterr().err  # for the log
    assert job.carry_out([run], None, explain) == 0  # and it may be tried again
    assert why.load(run) is not None


def test_cancel_ends_the_process_and_leaves_what_was_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    job.carry_out([run], None, explain)
    other = Run.create(run.folder.parent, run.spec)
    sleeping(monkeypatch)
    assert why.start([run, other])
    until(lambda: own_process.is_held(place_of(other)))
    identity = ProcessIdentity.from_json(read_json(run.path("why") / "process.json"))
    assert identity is not None
    monkeypatch.setattr(own_process, "started", {})  # as another server would: it is not our child
    assert why.standing(run).state == why.standing(other).state == "working"
    why.cancel(other)
    until(lambda: not identity.is_alive())
    assert why.standing(other).state == "idle"
    assert why.standing(run).state == "failed"  # it was with the same process
    assert why.standing(run).message == job.DIED
    assert why.load(run) is not None
    assert why.start([run])
    why.cancel(run)
    assert why.standing(run).state == "idle"


def test_a_run_that_another_process_explains_is_left_to_it(run: Run) -> None:
    run.path("why").mkdir()
    with (run.path("why") / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert job.carry_out([run], None, explain) == 0
        assert why.load(run) is None
        with pytest.raises(NotReady, match="another process"):
            job.explained_here(run, None, explain)


def test_explained_here_keeps_what_it_found(run: Run) -> None:
    found = job.explained_here(run, None, explain)
    assert why.load(run) == found
    with pytest.raises(BadInput):
        job.explained_here(run, -1, explain)


def test_progress_is_heard(run: Run) -> None:
    heard: list[why.Standing] = []

    def telling(run: Run, row: int | None, progress: Progress) -> why.Why:
        write_json(run.path("why") / "job.json", {"row": row})
        progress.step("Shuffling columns", 3, 10)
        heard.append(why.standing(run))
        return explain(run, row, Progress())  # type: ignore[return-value]

    assert job.carry_out([run], None, telling) == 0
    assert heard == [why.Standing("working", None, Step("Shuffling columns", 3, 10))]
    assert why.standing(run).state == "idle"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2}', '{"run": 1}'])
def test_a_broken_answer_is_none(run: Run, content: str) -> None:
    run.path("why").mkdir()
    for name in ("why.json", "row-0.json", "job.json"):
        (run.path("why") / name).write_text(content)
    assert why.load(run) is None
    assert why.load_row(run, 0) is None
    assert why.standing(run).state in {"idle", "failed"}


def test_only_the_newest_rows_are_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "ROWS_KEPT", 2)
    for row in (3, 5, 8):
        job.explained_here(run, row, explain)
    assert why.load_row(run, 3) is None
    assert why.load_row(run, 8) is not None


def test_a_deleted_run_is_no_error(tmp_path: Path) -> None:
    assert main([str(tmp_path / "gone")]) == 0
    assert job.carry_out([Run(tmp_path / "gone")], None, explain) == 0
