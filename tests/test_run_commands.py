"""The commands for a run that exists, against a worker that learns nothing: forms, exit codes, one document."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.errors import DiskFull
from core.recipes import make_spec
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training import children, room
from core.training.backend import ROOT
from core.training.launcher import Launcher
from core.training.queue import Queue
from core.workspace import Workspace
from tests.training import fake_worker
from tests.training.conftest import make_dataset, until, workspace  # noqa: F401  # the fixture ends workers that are left

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture(autouse=True)
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", fake_worker.COMMAND)


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()


@dataclass(frozen=True)
class Terminal:
    """Commands as a person types them; what they leave."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = self.capsys.readouterr()
        return code, out, err

    def json(self, *words: str) -> Any:
        code, out, err = self(*words, "--json")
        assert (code, err) == (0, ""), err
        return json.loads(out)

    def refused(self, *words: str) -> str:
        code, out, err = self(*words, "--json")
        assert (code, out, err.count("\n")) == (1, "", 1)
        return err


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def new_run(name: str = "Mine", **changes: Any) -> Run:
    place = Workspace.local()
    return Run.create(place.runs_folder, make_spec(make_dataset(place).info, preset="quick", name=name, changes=changes))


def at_work() -> Run:
    run = new_run()
    Launcher(Workspace.local().home).submit(run)
    until(lambda: run.status.epoch == 3)
    return run


def over(state: RunState = RunState.FINISHED) -> Run:
    run = new_run()
    for step in (RunState.STARTING, RunState.RUNNING, state):
        run.update(state=step, epoch=20)
    run.path("checkpoint.npz").write_bytes(b"npz")
    return run


def test_pause_resume_rate_and_stop(terminal: Terminal) -> None:
    run = at_work()
    assert "keeps its memory" in terminal.json("pause", run.id)["message"]
    until(lambda: run.status.state is RunState.PAUSED)
    assert terminal.json("status", run.id)["state"] == "paused"
    assert terminal.json("resume", run.id)["message"] == "It goes on."
    until(lambda: run.status.state is RunState.RUNNING)
    assert terminal.json("resume", run.id)["message"] == "It is learning already."
    assert terminal.json("learning-rate", run.id, "0.0005")["learning_rate"] == 0.0005
    until(lambda: run.path("rate").exists())
    code, out, _ = terminal("stop", run.id)
    assert (code, "best weights are kept" in out) == (0, True)
    until(lambda: run.status.state is RunState.STOPPED)
    assert "It is stopped already." in terminal.json("stop", run.id)["message"]


def test_stop_takes_a_waiting_run_out_of_the_queue(terminal: Terminal, nothing_starts: None) -> None:
    run = new_run()
    Launcher(Workspace.local().home).submit(run)
    done = terminal.json("stop", run.id)
    assert (done["state"], done["message"]) == ("stopped", "It left the queue.")


def test_stop_on_a_full_disk_says_that_the_run_leaves_the_queue_later(terminal: Terminal, nothing_starts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run()
    Launcher(Workspace.local().home).submit(run)

    @contextlib.contextmanager
    def no_room(_: Queue) -> Iterator[None]:
        raise DiskFull("no room")
        yield

    with monkeypatch.context() as full:
        full.setattr(Queue, "transaction", no_room)
        said = terminal.json("stop", run.id)
    assert (said["state"], said["message"]) == ("queued", "It will not be started; it leaves the queue as soon as the disk has room.")
    Launcher(Workspace.local().home).pump()
    assert run.status.state is RunState.STOPPED


def test_two_shells_do_not_pass_the_quota_of_runs_together(terminal: Terminal, nothing_starts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_RUNS", "1")
    settings.cache_clear()
    data = make_dataset(Workspace.local()).id
    monkeypatch.setattr(room.Room, "check", lambda *_: new_run("of the other shell"))  # after the first look at the quota
    assert "runs" in terminal.refused("train", data, "--preset", "quick", "--detach")
    assert [run.spec.name for run in Workspace.local().runs()] == ["of the other shell"]


def test_what_cannot_be_done_is_one_sentence(terminal: Terminal, nothing_starts: None) -> None:
    waiting, done = new_run(), over()
    assert "has not begun" in terminal.refused("pause", waiting.id)
    assert "nothing to resume" in terminal.refused("resume", done.id)
    assert "above 0" in terminal.refused("learning-rate", waiting.id, "7")
    assert "cannot be changed any more" in terminal.refused("learning-rate", done.id, "0.1")
    assert "queued" in terminal.refused("continue", waiting.id)
    assert "more epochs" in terminal.refused("continue", done.id, "--epochs", "0")
    assert "does not wait" in terminal.refused("queue", "--move", done.id, "1")
    for words in (["stop"], ["pause"], ["resume"], ["status"], ["watch"], ["continue"], ["note"]):
        assert "There is no run" in terminal.refused(*words, "r20260101-00000000")


@pytest.mark.parametrize(
    "words", [["train"], ["train", "d-1", "--like", "r1"], ["train", "--like", "r1", "--preset", "quick"], ["train", "d-1", "--detach", "--follow"],
              ["queue", "--move", "r1", "first"], ["queue", "--move", "r1", "0"], ["learning-rate", "r1", "fast"], ["stop"]],
    ids=" ".join,
)  # fmt: skip
def test_words_that_do_not_go_together_are_wrong_usage(words: list[str], terminal: Terminal) -> None:
    with pytest.raises(SystemExit) as left:
        terminal(*words)
    assert left.value.code == 2


def test_train_detached_prints_the_id_alone_so_that_a_script_can_take_it(terminal: Terminal) -> None:
    dataset = make_dataset(Workspace.local())
    at_work()
    code, out, err = terminal("train", dataset.id, "--preset", "quick", "--detach")
    (waiting,) = [run for run in Workspace.local().runs() if run.status.state is RunState.QUEUED]
    assert (code, out, err) == (0, f"{waiting.id}\n", "queued, number 1 in the queue\n")


@pytest.mark.parametrize("words", [["train"], ["train", "--seeds", "2"], ["race", "--seed", "0", "--seed", "1"]], ids=" ".join)
def test_what_will_have_room_when_its_turn_comes_is_queued(terminal: Terminal, nothing_starts: None, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """As the pages do: what the run at work holds is free by then."""
    dataset = make_dataset(Workspace.local())
    monkeypatch.setattr(room, "free_memory_bytes", lambda: 0)
    assert "of memory" in terminal.refused(words[0], dataset.id, *words[1:], "--detach")
    monkeypatch.setattr(children, "held_bytes", lambda: 10**12)
    terminal.json(words[0], dataset.id, *words[1:], "--detach")
    assert {run.status.state for run in Workspace.local().runs()} == {RunState.QUEUED}


def test_train_detached_returns_at_once_and_can_be_watched(terminal: Terminal) -> None:
    dataset = make_dataset(Workspace.local())
    begun = terminal.json("train", dataset.id, "--preset", "quick", "--detach")
    run = Workspace.local().run(begun["run"])
    assert not run.status.state.is_over
    (Workspace.local().home / "go").touch()
    code, out, err = terminal("watch", run.id)
    assert (code, "epoch 3  loss 0.5" in out, "best so far  4 s left" in out) == (3, True, True)  # the fake leaves no model
    assert err.count("\n") == 1
    code, out, err = terminal("watch", run.id, "--follow", "--json")
    *events, sentence = err.splitlines()
    assert (code, out, [json.loads(line)["kind"] for line in events].count("epoch")) == (3, "", 1)
    assert "ended as finished" in sentence


def test_ctrl_c_ends_the_watching_and_not_the_run(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    run = at_work()

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Launcher, "wait", interrupted)
    assert "The run goes on" in terminal.json("watch", run.id)["message"]
    assert run.is_locked()
    assert not run.stop_requested


def test_a_run_like_another(terminal: Terminal, nothing_starts: None) -> None:
    first = new_run("First", units=16)
    done = terminal.json("train", "--like", first.id, "--set", "learning_rate=0.0003", "--detach")
    second = Workspace.local().run(done["run"])
    assert second.spec.settings == first.spec.settings
    assert (second.spec.training.learning_rate, second.spec.name) == (0.0003, "First (learning rate 0.0003)")
    assert "wings" in terminal.refused("train", "--like", first.id, "--set", "wings=2", "--detach")


def test_an_interrupted_run_resumes_and_an_ended_one_continues(terminal: Terminal, nothing_starts: None) -> None:
    dead, done = over(RunState.INTERRUPTED), over()
    assert "from its last checkpoint" in terminal.json("resume", dead.id)["message"]
    assert dead.status.state is RunState.QUEUED
    more = terminal.json("continue", done.id, "--epochs", "5")
    new = Workspace.local().run(more["run"])
    assert (more["continues"], new.spec.continues, new.spec.training.epochs) == (done.id, done.id, 25)
    code, out, _ = terminal("status", new.id)
    assert (code, f"goes on where {done.id} ended" in out, "number 2 in the queue" in out) == (0, True, True)


def test_the_queue_is_listed_and_changed(terminal: Terminal, nothing_starts: None) -> None:
    assert terminal("queue")[1] == "No run waits. 0 may train at a time.\n"
    runs = [new_run(name) for name in ("a", "b", "c")]
    for run in runs:
        Launcher(Workspace.local().home).submit(run)
    assert [row["name"] for row in terminal.json("queue", "--move", runs[2].id, "1")["queue"]] == ["c", "a", "b"]
    assert [line.split()[:2] for line in terminal("queue")[1].splitlines()] == [["1", runs[2].id], ["2", runs[0].id], ["3", runs[1].id]]


def test_the_queue_shows_who_trains(terminal: Terminal) -> None:
    first, second = at_work(), new_run("Second")
    Launcher(Workspace.local().home).submit(second)
    told = terminal.json("queue")
    assert [(row["run"], row["state"]) for row in told["training"]] == [(first.id, "running")] and [row["run"] for row in told["queue"]] == [second.id]
    assert [line.split()[:2] for line in terminal("queue")[1].splitlines()] == [["running", first.id], ["1", second.id]]


def test_resume_says_what_is_true_of_a_run_that_neither_pauses_nor_was_interrupted(terminal: Terminal, nothing_starts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = new_run()
    Launcher(Workspace.local().home).submit(waiting)
    assert terminal.json("resume", waiting.id)["message"] == "It has not begun and waits for its turn."
    run = over()
    for state, phase, said in (("starting", "loading libraries", "starting already"), ("running", "training", "learning already"), ("running", "exporting", "being judged")):
        now = run.status.model_copy(update={"state": RunState(state), "phase": phase})
        monkeypatch.setattr(Launcher, "state", lambda self, run, now=now: now)
        assert said in terminal.json("resume", run.id)["message"]


def test_the_end_of_a_watched_run_is_said_once(terminal: Terminal) -> None:
    run = new_run()
    Launcher(Workspace.local().home).stop(run)
    code, out, err = terminal("watch", run.id)
    assert (code, out, err) == (3, "stopped\n", "It was stopped before it had a model.\n")


def test_whoever_watches_a_waiting_run_is_told_its_place(terminal: Terminal, nothing_starts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run()
    Launcher(Workspace.local().home).submit(run)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Launcher, "wait", interrupted)
    assert terminal("watch", run.id)[1].startswith("It waits, number 1 in the queue.\n")
    assert terminal.json("watch", run.id)["state"] == "queued"


@pytest.mark.parametrize("broken", [False, True])
def test_a_run_that_is_deleted_while_it_is_watched_is_gone_and_not_damaged(terminal: Terminal, nothing_starts: None, monkeypatch: pytest.MonkeyPatch, broken: bool) -> None:
    run = new_run()
    Launcher(Workspace.local().home).submit(run)
    pump = Launcher.pump

    def meddle(self: Launcher) -> int:
        run.path("status.json").unlink() if broken else Workspace.local().delete(run.id)
        monkeypatch.setattr(Launcher, "pump", pump)
        return 0

    monkeypatch.setattr(Launcher, "pump", meddle)
    code, out, err = terminal("watch", run.id, "--json")
    assert (code, out, err.count("\n"), f"Run {run.id} is gone" in err, "damaged" in err) == ((3, "", 1, False, True) if broken else (1, "", 1, True, False))


def test_a_second_ctrl_c_ends_the_waiting_and_says_which_run_stops(terminal: Terminal, nothing_starts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Launcher, "wait", interrupted)
    said = terminal.refused("train", make_dataset(Workspace.local()).id)
    (run,) = Workspace.local().runs()
    assert "You stopped waiting." in said and run.id in said and run.status.state is RunState.STOPPED


@pytest.mark.parametrize(("words", "closed", "code"), [("queue", ">&-", 0), ("status r20260101-00000000", "2>&-", 1), ("queue", "<&- >&- 2>&-", 0)])
def test_without_a_terminal_nothing_is_taken_for_its_streams(words: str, closed: str, code: int) -> None:
    command = ["/bin/sh", "-c", f'exec "$0" -m core {words} {closed}', sys.executable]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_home_that_cannot_be_is_one_sentence(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LIMELIGHT_HOME", str(tmp_path / "file" / "home"))
    settings.cache_clear()
    assert "Set LIMELIGHT_HOME to a folder that you may write to." in terminal.refused("queue")


def test_a_note_is_written_read_and_listed(terminal: Terminal) -> None:
    run = new_run()
    assert terminal("note", run.id)[1] == "No note.\n"
    assert terminal.json("note", run.id, " for the board ")["note"] == "for the board"
    assert terminal("note", run.id)[1] == "for the board\n"
    assert terminal.json("runs")["runs"][0]["note"] == terminal.json("status", run.id)["note"] == "for the board"
    terminal("note", run.id, "")
    assert run.note == ""
    assert "2,000" in terminal.refused("note", run.id, "x" * 2001)


def test_a_note_cannot_steer_the_terminal(terminal: Terminal) -> None:
    run = new_run()
    (run.folder / "note.txt").write_text("a\x1b[2Jb", encoding="utf-8")
    assert "\x1b" not in terminal("note", run.id)[1] + terminal("status", run.id)[1]

