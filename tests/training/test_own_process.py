"""The door for a job in a process of its own: who holds the lock, what is told, how it ends, and what stays after a failure."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.dataset.progress import Progress, Step
from core.errors import BadInput
from core.files import write_json
from core.training import own_process
from core.training.process import ProcessIdentity

PATIENCE_S = 60.0
HOLDS = "import fcntl, sys, time\nheld = [open(place + '/lock', 'ab') for place in sys.argv[1:]]\n[fcntl.flock(one, fcntl.LOCK_EX) for one in held]\nprint('held', flush=True)\ntime.sleep(600)"


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_process_for_two_jobs_is_found_by_another_server_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [tmp_path / name for name in ("a", "b")]
    for place in places:
        place.mkdir()
        assert not own_process.is_alive(place)
    own_process.begin(places, ["-c", HOLDS, *map(str, places)])
    assert all(own_process.is_alive(place) for place in places)  # before it has its lock
    until(lambda: all(own_process.is_held(place) for place in places))
    assert "held" in (places[0] / "log.txt").read_text()
    identity = ProcessIdentity.from_json(own_process.record(places[1] / "process.json"))
    assert identity is not None
    child = own_process.started[places[0]]
    monkeypatch.setattr(own_process, "started", {})  # as another server would see it: no child of ours
    assert own_process.hold(places[1]) is None
    own_process.end(places[1])
    child.wait(PATIENCE_S)
    assert not any(own_process.is_alive(place) for place in places)
    assert not identity.is_alive()
    lock = own_process.hold(places[1])
    assert lock is not None
    lock.close()


def test_no_signal_goes_to_a_stranger(tmp_path: Path) -> None:
    me = ProcessIdentity.of(own_process.os.getpid())
    assert me is not None
    write_json(tmp_path / "process.json", me.to_json())  # a number that was given to somebody else, who holds no lock
    own_process.end(tmp_path)
    assert me.is_alive()


def test_whoever_looks_does_not_take_the_lock(tmp_path: Path) -> None:
    lock = own_process.hold(tmp_path)
    assert lock is not None
    with lock:
        assert own_process.is_held(tmp_path)
    assert not own_process.is_held(tmp_path)
    with (tmp_path / "lock").open("rb") as looker:
        fcntl.flock(looker, fcntl.LOCK_SH)
        assert not own_process.is_held(tmp_path)
    assert own_process.hold(tmp_path / "gone") is None


def test_what_comes_of_a_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def work(progress: Progress) -> int:
        progress.step("Reading", 1, 3)
        return 7

    assert own_process.told(tmp_path, Step("Waiting")) == Step("Waiting")
    assert own_process.attempt(tmp_path, work, "Ours.") == (0, 7)
    assert own_process.told(tmp_path, Step("Waiting")) == Step("Reading", 1, 3)
    assert not (tmp_path / "error.json").exists()

    def refuse(progress: Progress) -> int:
        raise BadInput("No such row.")

    assert own_process.attempt(tmp_path, refuse, "Ours.") == (1, None)
    assert own_process.record(tmp_path / "error.json")["message"] == "No such row."
    assert own_process.attempt(tmp_path, lambda progress: 1 // 0, "Ours.") == (3, None)
    assert own_process.record(tmp_path / "error.json") == {"code": "unforeseen", "message": "Ours."}
    assert "ZeroDivisionError" in capsys.readouterr().err  # for the log
    (tmp_path / "error.json").write_text("[1]")
    assert own_process.record(tmp_path / "error.json") == {}


def test_steps_are_not_written_more_often_than_anybody_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr(own_process.time, "monotonic", lambda: now[0])
    progress, path = Progress(own_process.teller(tmp_path / "progress.json")), tmp_path / "progress.json"
    progress.step("Reading", 1, 9)
    progress.step("Reading", 2, 9)
    assert '"done": 1' in path.read_text()
    now[0] += 1
    progress.step("Reading", 3, 9)
    assert '"done": 3' in path.read_text()
    progress.step("Looking")
    assert '"stage": "Looking"' in path.read_text()


def test_a_log_holds_what_was_said_last(tmp_path: Path) -> None:
    for word in ("first", "second"):
        assert own_process.launched(["-c", f"print({word!r})"], tmp_path / "log.txt").wait(PATIENCE_S) == 0
    assert (tmp_path / "log.txt").read_text() == "second\n"
