"""What people do to a run: pause, resume, another learning rate, more epochs, another place in the queue."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadSettings, NotFound, NotReady, QuotaExceeded, UserError
from core.files import read_json
from core.language import speaking
from core.quota import Used
from core.runs.events import append_event
from core.runs.history import History
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.settings import settings
from core.training import children, control, launcher, twice, upkeep
from core.training.backend import ROOT
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training import fake_worker
from tests.training.conftest import bare_run, events_of, make_dataset, until

PRESSES = 50


@pytest.fixture(autouse=True)
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", fake_worker.COMMAND)


def state(run: Run) -> RunState:
    return run.status.state


def starts(run: Run) -> int:
    return len(run.path("starts").read_text().split()) if run.path("starts").exists() else 0


def started(workspace: Workspace) -> Run:
    """A run that works and has a checkpoint."""
    run = bare_run(workspace)
    Launcher(workspace.home).submit(run)
    until(lambda: control.has_checkpoint(run) and run.status.epoch == 3)
    return run


def killed(workspace: Workspace) -> Run:
    run = started(workspace)
    os.kill(read_json(run.path("worker.json"))["pid"], signal.SIGKILL)
    until(lambda: Launcher(workspace.home).state(run).state is RunState.INTERRUPTED)
    return run


def ended(workspace: Workspace, *, checkpoint: bool = True, state: RunState = RunState.FINISHED) -> Run:
    """A run of a real dataset that is over, made by hand."""
    dataset = make_dataset(workspace)
    spec = RunSpec(dataset=dataset.id, inputs=("first",), target="goal", task=dataset.info.task, recipe="mlp", name="Mine")
    run = Run.create(workspace.runs_folder, spec)
    for kind, fields in (("state", {"state": "running"}), ("step", {"step": 1}), ("epoch", {"epoch": 20}), ("state", {"state": "finished"}), ("end", {"epochs": 20})):
        append_event(run.events, {"kind": kind, "time_s": 1.0, **fields})
    for step in (RunState.STARTING, RunState.RUNNING, state):
        run.update(state=step, epoch=20)
    if checkpoint:
        run.path("checkpoint.npz").write_bytes(b"npz")
    return run


def together(count: int, act: Callable[[], Any]) -> list[Any]:
    """Do something in many threads at the same moment; their answers, or their errors."""
    ready, answers = threading.Barrier(count), []

    def one() -> None:
        ready.wait(60)
        try:
            answers.append(act())
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


# ---- pause and resume


def test_a_paused_run_keeps_its_process_and_goes_on(workspace: Workspace) -> None:
    run, home = started(workspace), Launcher(workspace.home)
    for _ in range(3):
        home.pause(run)
        home.pause(run)
        until(lambda: state(run) is RunState.PAUSED)
        assert home.resume(run) == control.GOES_ON
        assert home.resume(run) == control.GOES_ON
        until(lambda: state(run) is RunState.RUNNING)
    assert starts(run) == 1


def test_a_paused_run_keeps_its_place_and_can_be_stopped(workspace: Workspace) -> None:
    run, other, home = started(workspace), bare_run(workspace), Launcher(workspace.home)
    home.pause(run)
    until(lambda: state(run) is RunState.PAUSED)
    home.submit(other)
    assert (home.pump(), home.position(other)) == (0, 1)
    home.stop(run)
    until(lambda: state(run) is RunState.STOPPED)
    until(lambda: state(other) is RunState.RUNNING)


def test_what_does_not_work_cannot_be_paused(workspace: Workspace) -> None:
    home = Launcher(workspace.home)
    with pytest.raises(UserError, match="has not begun"):
        home.pause(bare_run(workspace))
    with pytest.raises(UserError, match="nothing to pause"):
        home.pause(ended(workspace))
    with pytest.raises(UserError, match="nothing to resume"):
        home.resume(ended(workspace))


def test_a_run_that_is_being_judged_takes_no_more_wishes(workspace: Workspace) -> None:
    run, home = started(workspace), Launcher(workspace.home)
    run.update(phase="judging")
    with pytest.raises(UserError, match="done its learning"):
        home.pause(run)
    with pytest.raises(UserError, match="is judging"):
        home.set_learning_rate(run, 0.1)


def test_an_interrupted_run_is_queued_again_as_often_as_it_dies(workspace: Workspace) -> None:
    run, home = killed(workspace), Launcher(workspace.home)
    for times in (2, 3):
        assert home.resume(run) == control.FROM_CHECKPOINT
        until(lambda expected=times: (home.pump(), starts(run) == expected)[1])
        until(lambda: state(run) is RunState.RUNNING)
        os.kill(read_json(run.path("worker.json"))["pid"], signal.SIGKILL)
        until(lambda: home.state(run).state is RunState.INTERRUPTED)
        assert "Press Resume" in run.status.message
    home.resume(run)
    (workspace.home / "go").touch()
    until(lambda: (home.pump(), state(run) is RunState.FINISHED)[1])
    states = [event["state"] for event in events_of(run) if event["kind"] == "state"]
    assert states[-5:] == ["interrupted", "queued", "starting", "running", "finished"]


def test_resume_forgets_what_was_wanted_before_and_says_when_it_begins_anew(workspace: Workspace) -> None:
    run, home = killed(workspace), Launcher(workspace.home)
    run.path("checkpoint.npz").unlink()
    run.request_stop()  # pressed when it was dead already
    run.request_pause()
    assert home.resume(run) == control.ANEW
    until(lambda: state(run) is RunState.RUNNING)
    assert not run.stop_requested
    assert not run.pause_requested


def test_fifty_presses_of_resume_start_it_once(workspace: Workspace) -> None:
    run = killed(workspace)
    answers = together(PRESSES, lambda: Launcher(workspace.home).resume(run))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    until(lambda: state(run) is RunState.RUNNING)
    (workspace.home / "go").touch()
    until(lambda: state(run) is RunState.FINISHED)
    assert starts(run) == 2  # the one that was killed, and one more


def test_resume_in_several_processes_starts_it_once(workspace: Workspace) -> None:
    run = killed(workspace)
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]\n"
        "import fake_worker; from pathlib import Path\n"
        "from core.runs.run import Run; from core.training import children; from core.training.launcher import Launcher\n"
        "children.COMMAND = fake_worker.COMMAND\n"
        f"for _ in range(10): Launcher(Path({str(workspace.home)!r})).resume(Run(Path({str(run.folder)!r})))\n"
    )
    racers = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", code]) for _ in range(3)]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0]
    until(lambda: state(run) is RunState.RUNNING)
    (workspace.home / "go").touch()
    until(lambda: state(run) is RunState.FINISHED)
    assert starts(run) == 2


def test_a_resumed_run_respects_the_quota_and_stays_as_it_is(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = killed(workspace)
    bare_run(workspace).update(seconds=61.0)
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_TRAINING_S", "60")
    settings.cache_clear()
    with pytest.raises(QuotaExceeded):
        Launcher(workspace.home).resume(run)
    assert state(run) is RunState.INTERRUPTED
    assert control.has_checkpoint(run)


def test_the_learning_rate_reaches_the_worker(workspace: Workspace) -> None:
    run, home = started(workspace), Launcher(workspace.home)
    home.set_learning_rate(run, 0.0005)
    until(lambda: run.path("rate").exists() and run.path("rate").read_text() == "0.0005")
    with pytest.raises(BadSettings):
        home.set_learning_rate(run, 2.0)
    with pytest.raises(UserError, match="cannot be changed any more"):
        home.set_learning_rate(ended(workspace), 0.1)


def test_the_present_rate_is_the_one_asked_for_else_the_one_reported(workspace: Workspace) -> None:
    run = bare_run(workspace)
    assert control.learning_rate_of(run) == 0.001
    for kind, fields in (("epoch", {"learning_rate": 0.5}), ("epoch", {"learning_rate": 0.25}), ("step", {"step": 1})):
        append_event(run.events, {"kind": kind, "time_s": 1.0, **fields})
    assert control.learning_rate_of(run) == 0.25
    with run.events.open("ab") as file:
        file.write(b'{"kind":"epoch","learning_rate":0.1')  # torn
    assert control.learning_rate_of(run) == 0.001
    run.request_learning_rate(0.0625)
    assert control.learning_rate_of(run) == 0.0625


# ---- start and continue


def test_fifty_presses_of_train_make_one_run(workspace: Workspace) -> None:
    spec = bare_run(workspace).spec.model_copy(update={"name": "pressed"})
    runs = together(PRESSES, lambda: Launcher(workspace.home).start(workspace, spec))
    assert {run.id for run in runs} == {runs[0].id}
    assert sum(run.spec == spec for run in workspace.runs()) == 1
    until(lambda: state(runs[0]) is RunState.RUNNING)
    (workspace.home / "go").touch()
    until(lambda: state(runs[0]) is RunState.FINISHED)
    assert starts(runs[0]) == 1
    assert Launcher(workspace.home).start(workspace, spec) != runs[0]  # it is over: a new one is meant


def test_a_later_press_or_another_spec_makes_another_run(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    spec, home = bare_run(workspace).spec.model_copy(update={"name": "pressed"}), Launcher(workspace.home)
    first = home.start(workspace, spec)
    assert home.start(workspace, spec.model_copy(update={"seed": 1})) != first
    first.update(created="2026-01-01T00:00:00.000+00:00")
    assert twice.just_made([first], spec) is None
    assert home.start(workspace, spec) != first


def test_the_last_place_of_the_quota_is_taken_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tabs with different settings measure at the same moment; only one of them may pass, by whatever button."""
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_RUNS", "2")
    settings.cache_clear()
    old, measure, measured, tabs = ended(workspace), Workspace.usage, threading.Barrier(4), iter(range(4))

    def usage(self: Workspace) -> Any:
        found = measure(self)
        measured.wait(60)
        return found

    def press() -> Run:
        tab, home = next(tabs), Launcher(workspace.home)
        return home.continue_run(old, 5 + tab) if tab % 2 else home.start(workspace, old.spec.model_copy(update={"seed": tab + 1}))

    monkeypatch.setattr(Workspace, "usage", usage)
    monkeypatch.setattr(launcher, "check_continued", lambda *_, **__: None)  # which depends on the memory that is free
    answers = together(4, press)
    assert sorted(type(answer).__name__ for answer in answers) == ["QuotaExceeded"] * 3 + ["Run"]
    assert len(workspace.runs()) == 2


def test_a_continued_run_has_the_checkpoint_and_the_history_of_the_first(workspace: Workspace) -> None:
    old, home = ended(workspace), Launcher(workspace.home)
    before = {path.name: path.read_bytes() for path in old.folder.iterdir()}
    new = home.continue_run(old, 5)
    assert home.continue_run(old, 5) == new  # pressed twice
    spec = new.spec
    assert (spec.continues, spec.training.epochs, spec.name) == (old.id, 25, "Mine (to epoch 25)")
    until(lambda: new.status.epoch == 3)
    kinds = [event["kind"] for event in events_of(new) if event["kind"] in {"step", "epoch", "end"}]
    assert kinds == ["step", "epoch", "epoch"]  # the last one is the worker's
    (workspace.home / "go").touch()
    until(lambda: state(new) is RunState.FINISHED)
    assert {path.name: path.read_bytes() for path in old.folder.iterdir()} == before
    again = control.continued(new, 1)
    assert again.name == f"Mine (to epoch {new.status.epoch + 1})"
    with speaking("zh_CN"):
        chinese = control.continued(new, 1)
        assert chinese.name == f"Mine（到第 {new.status.epoch + 1} 轮）"
    new.path("spec.json").write_text(chinese.model_dump_json(), encoding="utf-8")
    assert control.continued(Run(new.folder), 1).name == again.name  # whoever pressed before
    new.path("spec.json").write_text(spec.model_copy(update={"name": "Multilayer network (custom)"}).model_dump_json())
    assert control.continued(Run(new.folder), 1).name == f"Multilayer network (to epoch {new.status.epoch + 1})"  # nobody named it


def test_a_continued_run_learns_at_the_rate_asked_for_last_and_counts_what_it_adds(workspace: Workspace) -> None:
    """The checkpoint may be older than the wish; and its seconds of learning are those of both runs."""
    old = ended(workspace)
    old.request_learning_rate(0.0002)
    old.update(seconds=3600.0)
    new, plain = bare_run(workspace), bare_run(workspace)
    control.prepare_continued(old, new.folder)
    new.update(seconds=3660.0)  # as its worker says it
    assert (new.learning_rate_requested, control.learning_rate_of(new)) == (0.0002, 0.0002)
    assert Used.of(workspace.folder).training_s == 3660.0
    control.prepare_continued(new, plain.folder)  # which never has its turn
    assert (plain.status.seconds, plain.status.seconds_before) == (0.0, 3660.0)
    assert Used.of(workspace.folder).training_s == 3660.0
    last = bare_run(workspace)
    control.prepare_continued(plain, last.folder)
    assert last.status.seconds_before == 3660.0


def test_a_continued_run_has_an_index_of_its_own_history(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a viewer of a run that goes on after a million steps would wait until all of them are read."""
    monkeypatch.setattr(control, "COPY_BYTES", 1000)  # lines are cut in their middle
    old = ended(workspace)
    with old.events.open("a") as file:
        file.writelines(json.dumps({"kind": kind, "time_s": 2.0, "step": number, "message": "é"}, separators=(",", ":")) + "\n" for number in range(200) for kind in ("step", "state"))
    history = History(old.events)
    while history.read():
        pass
    history.save()
    with old.events.open("a") as file:
        file.write('{"kind":"step","time_s":3.0,"step":200}\n{"kind":"end","time_s":3.0}\n{"kind":"torn')
    new = bare_run(workspace)
    control.prepare_continued(old, new.folder)
    copied, fresh = History.load(new.events), History(new.events)
    assert 0 < copied.offset < new.events.stat().st_size
    for known in (copied, fresh):
        while known.read():
            pass
    assert copied.after(0) == fresh.after(0)
    lines = new.events.read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines].count("step") == 202 and not any('"state"' in line or '"end"' in line for line in lines)


def test_a_continued_run_that_never_had_its_turn_can_be_continued(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    home = Launcher(workspace.home)
    new = home.continue_run(ended(workspace), 5)
    home.stop(new)
    assert "press Continue" in new.status.message
    assert home.continue_run(new, 5).spec.training.epochs == 25  # as the one that was stopped


def test_a_continued_run_is_whole_before_anybody_sees_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    old = ended(workspace)
    monkeypatch.setattr(control, "prepare_continued", lambda run, folder: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Launcher(workspace.home).continue_run(old, 5)
    assert workspace.runs() == [old]


def test_continue_refuses_with_a_reason(workspace: Workspace) -> None:
    home, run = Launcher(workspace.home), ended(workspace)
    with pytest.raises(NotReady):
        home.continue_run(bare_run(workspace), 5)
    with pytest.raises(UserError, match="no checkpoint"):
        home.continue_run(ended(workspace, checkpoint=False), 5)
    for epochs in (0, -1, 9_981):
        with pytest.raises(BadSettings, match=r"1 to 9,980 more"):
            home.continue_run(run, epochs)
    workspace.delete(run.spec.dataset)
    with pytest.raises(NotFound):
        home.continue_run(run, 5)


# ---- the queue


def test_a_run_is_moved_and_the_order_survives_the_loss_of_the_queue(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    home, runs = Launcher(workspace.home), [bare_run(workspace) for _ in range(4)]
    for run in runs:
        home.submit(run)
    home.move(runs[3], 1)
    home.move(runs[0], 99)
    home.move(ended(workspace), 1)  # does not wait: nothing happens
    order = [runs[3], runs[1], runs[2], runs[0]]
    assert home.waiting(workspace) == order
    for file in workspace.home.glob("queue.db*"):
        file.unlink()
    late = bare_run(workspace)
    again = Launcher(workspace.home)
    again.pump()
    assert again.waiting(workspace) == [*order, late]


def test_nobody_overtakes_a_stranger(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    stranger, _ = Workspace.create()
    home = Launcher(workspace.home)
    mine, theirs = [], []
    for _ in range(2):
        for place, runs in ((workspace, mine), (stranger, theirs)):
            runs.append(bare_run(place))
            home.submit(runs[-1])
    home.move(mine[1], 1)
    assert [home.position(run) for run in (mine[1], theirs[0], mine[0], theirs[1])] == [1, 2, 3, 4]
    assert home.waiting(stranger) == theirs


@pytest.mark.parametrize("checkpoint", [False, True])
@pytest.mark.parametrize("pumped", [False, True])
def test_a_waiting_run_that_is_stopped_says_whether_it_can_go_on(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, checkpoint: bool, pumped: bool) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    run, home = ended(workspace, checkpoint=checkpoint, state=RunState.INTERRUPTED), Launcher(workspace.home)
    home.resume(run)
    if pumped:
        run.request_stop()
        home.pump()
    else:
        home.stop(run)
    assert state(run) is RunState.STOPPED
    assert ("press Continue" in run.status.message) is checkpoint
    assert (run.status.message == upkeep.NO_MODEL) is not checkpoint


def test_the_runs_of_a_race_share_one_place(workspace: Workspace) -> None:
    from core.runs.race import create_race, lanes_of

    dataset = make_dataset(workspace)
    spec = RunSpec(dataset=dataset.id, inputs=("first",), target="goal", task=dataset.info.task, recipe="mlp")
    single, home = bare_run(workspace), Launcher(workspace.home)
    race = create_race(workspace, [spec.model_copy(update={"seed": seed}) for seed in range(3)])
    lanes = lanes_of(race, workspace.runs_folder)
    home.submit_all(lanes)
    home.submit(single)
    until(lambda: all(state(run) is RunState.RUNNING for run in lanes))
    home.pump()
    assert home.position(single) == 1
    (workspace.home / "go").touch()
    until(lambda: state(single) is RunState.FINISHED)


def test_a_worker_that_the_queue_thinks_waits_is_adopted_and_takes_its_place(workspace: Workspace) -> None:
    """The pump was killed between the start of the process and the note in the queue."""
    run, other, home = started(workspace), bare_run(workspace), Launcher(workspace.home)
    with home._queue.transaction() as jobs:
        jobs.release(home._key(run))
    home.submit(other)
    assert home.pump() == 0
    assert (state(run), state(other), starts(run)) == (RunState.RUNNING, RunState.QUEUED, 1)
