"""The worker: real networks in real processes, from a spec to a verdict, on both engines."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pytest

from core.dataset.schema import Part, Task
from core.errors import RunFailed
from core.evaluation.evaluate import Evaluation
from core.evaluation.predictions import Predictions
from core.files import read_json
from core.preprocess.preprocessor import Preprocessor
from core.runs.run import Run
from core.runs.state import RunState
from core.training import children, worker
from core.training.backend import ROOT, worker_environment
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from core.training.claim import Claim
from core.training.export import onnx_outputs, verify
from core.training.launcher import Launcher
from core.training.spare import rehearsal_order
from core.workspace import Workspace
from tests.training import hasty_worker
from tests.training.conftest import events_of, make_dataset, make_run, until

DEADLINE_S = 240.0  # a loaded machine is slow; idle, these take seconds
pytestmark = pytest.mark.training


def kinds(run: Run) -> list[str]:
    """Kinds of the events in order, each stretch of equal ones once; the device speaks when it likes."""
    named = [event["kind"] for event in events_of(run) if event["kind"] != "device"]
    return [kind for number, kind in enumerate(named) if number == 0 or named[number - 1] != kind]


def exported_scores(run: Run, part: Part) -> np.ndarray:
    """What model.onnx and preprocess.json alone say about the rows of a part."""
    dataset = Workspace(run.folder.parent.parent).dataset(run.spec.dataset)
    preprocessor = Preprocessor.load(run.path("preprocess.json"))
    inputs = preprocessor.encode(dataset.table(run.spec.inputs, dataset.rows_of(part)))
    return preprocessor.scores(onnx_outputs(run.path("model.onnx"), inputs))


def test_jax_from_a_warm_spare_to_a_verdict(workspace: Workspace) -> None:
    home = Launcher(workspace.home)
    assert home.warm("jax")
    assert children._spare is not None
    spare = children._spare.process.pid
    run = make_run(workspace, make_dataset(workspace, 600), "jax", epochs=6, learning_rate=0.01)
    home.submit(run)
    status = home.wait(run)
    assert status.state is RunState.FINISHED, run.path("log.txt").read_text()[-3000:]
    assert read_json(run.path("worker.json"))["pid"] == spare
    assert (status.epoch, status.backend, status.phase, run.has_model) == (6, "jax", "", True)
    assert kinds(run)[:4] == ["state", "begin", "state", "step"]
    assert kinds(run)[-4:] == ["epoch", "examples", "state", "end"]
    assert [event["epoch"] for event in events_of(run) if event["kind"] == "epoch"] == [1, 2, 3, 4, 5, 6]
    predictions = Predictions.load(run.path("predictions.parquet"))
    tested = predictions.of(Part.TEST)
    judged = Evaluation.from_json(read_json(run.path("evaluation.json"))["test"])
    assert judged.metrics["accuracy"].value == (tested.decisions() == tested.truth).mean() > 0.85
    assert status.headline is not None
    assert status.headline["value"] == judged.metrics["accuracy"].value
    assert np.abs(exported_scores(run, Part.TEST) - tested.scores).max() <= 1e-3
    left = {path.name for path in run.folder.iterdir()}
    assert left >= {"model.keras", "model.onnx", "preprocess.json", "log.txt", CHECKPOINT_FILE}
    assert not left & {"reserve", "stop"}
    begin = next(event for event in events_of(run) if event["kind"] == "begin")
    assert (begin["rows"], begin["validation_rows"], begin["patience"], begin["resumed_from_step"]) == (420, 120, 0, 0)


def test_tensorflow_with_many_classes_and_balance(workspace: Workspace) -> None:
    run = make_run(workspace, make_dataset(workspace, 300, Task.MULTICLASS), "tensorflow", epochs=4, balance_classes=True)
    home = Launcher(workspace.home)
    home.submit(run)
    status = home.wait(run)
    assert status.state is RunState.FINISHED, run.path("log.txt").read_text()[-3000:]
    assert status.backend == "tensorflow"
    begin = next(event for event in events_of(run) if event["kind"] == "begin")
    assert (begin["metric"], begin["steps_per_epoch"], begin["rows"]) == ("accuracy", 7, 210)
    tested = Predictions.load(run.path("predictions.parquet")).of(Part.TEST)
    assert np.abs(exported_scores(run, Part.TEST) - tested.scores).max() <= 1e-3
    refuses_a_wrong_export(run)


def refuses_a_wrong_export(run: Run) -> None:
    table = Workspace(run.folder.parent.parent).dataset(run.spec.dataset).table(run.spec.inputs)
    inputs = Preprocessor.load(run.path("preprocess.json")).encode(table)
    outputs = onnx_outputs(run.path("model.onnx"), inputs)
    assert verify(run.path("model.onnx"), inputs, outputs) == 0.0
    with pytest.raises(RunFailed, match="answers differently"):
        verify(run.path("model.onnx"), inputs, outputs + 0.01)
    assert not run.path("model.onnx").exists()


def is_at_rest(pid: int) -> bool:
    """Whether a process that has loaded its libraries uses no processor time, and none of its threads waits for a turn."""
    process = psutil.Process(pid)
    before = sum(process.cpu_times()[:2])
    with contextlib.suppress(psutil.TimeoutExpired):
        process.wait(0.5)
    states = {path.read_text().rpartition(")")[2].split()[0] for path in Path(f"/proc/{pid}/task").glob("*/stat")}
    return sum(process.cpu_times()[:2]) == before > 1 and states == {"S"}


def test_two_runs_of_one_seed_are_the_same_run(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)  # nothing here looks at an export
    dataset = make_dataset(workspace, 300, Task.REGRESSION)
    first, home = make_run(workspace, dataset, "jax", epochs=3), Launcher(workspace.home)
    home.submit(first)
    assert home.wait(first).state is RunState.FINISHED
    order = rehearsal_order(workspace, first.spec)  # the second is prepared, compiled and tried before anybody asks for it
    until(lambda: home.warm("jax", workspace, first.spec) and children._spare is not None and children._spare.order == order, DEADLINE_S)
    spare = children._spare
    assert spare is not None
    until(lambda: is_at_rest(spare.process.pid), DEADLINE_S)
    second = make_run(workspace, dataset, "jax", epochs=3)
    home.submit(second)
    assert home.wait(second).state is RunState.FINISHED, second.path("log.txt").read_text()[-3000:]
    runs = [first, second]
    assert ["Rehearsed" in run.path("log.txt").read_text() for run in runs] == [False, True]
    one, other = (Predictions.load(run.path("predictions.parquet")) for run in runs)
    assert np.array_equal(one.scores, other.scores)
    assert np.abs(one.scores - one.truth).mean() < np.abs(one.truth.mean() - one.truth).mean()
    epoch = next(event for event in events_of(runs[0]) if event["kind"] == "epoch")
    assert 1.0 < epoch["val_metric"] < 100.0  # in the unit of the target, whose spread is 20; standardised it is below 1


def test_stop_keeps_the_best_weights_and_judges_them(workspace: Workspace) -> None:
    run, home = make_run(workspace, None, "jax", epochs=10_000), Launcher(workspace.home)
    home.submit(run)
    until(lambda: run.status.epoch >= 3, DEADLINE_S)
    home.stop(run)
    home.stop(run)
    status = home.wait(run)
    assert (status.state, run.has_model) == (RunState.STOPPED, True), run.path("log.txt").read_text()[-3000:]
    epochs = [event for event in events_of(run) if event["kind"] == "epoch"]
    best = min(epochs, key=lambda event: event["val_loss"])
    assert status.best_epoch == best["epoch"] == [event["epoch"] for event in epochs if event["best"]][-1]
    assert 3 <= status.epoch == len(epochs) < 10_000
    validated = Predictions.load(run.path("predictions.parquet")).of(Part.VALIDATION)
    chosen = np.clip(validated.scores[np.arange(len(validated)), validated.truth], 1e-7, 1)
    assert -np.log(chosen).mean() == pytest.approx(best["val_loss"], abs=1e-3)  # the weights are those of the best epoch


def test_a_run_without_its_dataset_fails_with_a_sentence(workspace: Workspace) -> None:
    run = make_run(workspace)
    for file in workspace.dataset(run.spec.dataset).folder.iterdir():
        file.unlink()
    home = Launcher(workspace.home)
    home.submit(run)
    status = home.wait(run)
    assert (status.state, run.has_model) == (RunState.FAILED, False)
    assert status.message.endswith(".")
    assert "Traceback" not in status.message
    assert "Traceback" in run.path("log.txt").read_text()


@pytest.mark.nightly
def test_a_file_that_grows_too_large_ends_the_run_with_a_sentence(workspace: Workspace) -> None:
    """A limit on file sizes stands in for a full disk: writes beyond it fail with EFBIG."""
    run = make_run(workspace, make_dataset(workspace, 300))
    limit = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, 70_000)); runpy.run_module('core.training.worker', run_name='__main__')"
    environment = {**worker_environment("jax", workspace.home), "JAX_ENABLE_COMPILATION_CACHE": "0"}
    changed = run.spec.model_copy(update={"settings": {**run.spec.settings, "layers": 2, "units": 512}})
    run.path("spec.json").write_text(changed.model_dump_json())
    with run.path("log.txt").open("ab") as log:
        subprocess.run([sys.executable, "-c", limit, str(run.folder)], cwd=ROOT, env=environment, stderr=log, stdout=log, timeout=DEADLINE_S)
    assert run.status.state is RunState.FAILED, run.path("log.txt").read_text()[-3000:]
    assert "room on the disk" in run.status.message or "disk is full" in run.status.message


def test_stopped_continued_and_terminated_it_goes_on_where_it_was(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGSTOP and SIGCONT (a laptop that sleeps) change nothing; SIGTERM (a machine that shuts down) loses nothing."""
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)
    run, home = make_run(workspace, None, "jax", epochs=10_000), Launcher(workspace.home)
    home.submit(run)
    until(lambda: run.status.epoch >= 1, DEADLINE_S)
    worker_pid = read_json(run.path("worker.json"))["pid"]
    os.kill(worker_pid, signal.SIGSTOP)
    assert home.state(run).state is RunState.RUNNING
    epoch = run.status.epoch
    os.kill(worker_pid, signal.SIGCONT)
    until(lambda: run.status.epoch > epoch, DEADLINE_S)
    os.kill(worker_pid, signal.SIGTERM)
    until(lambda: run.status.state.is_over and not run.is_locked(), DEADLINE_S)
    assert (run.status.state, "Press Resume" in run.status.message) == (RunState.INTERRUPTED, True)
    kept = Checkpoint.load(run.path(CHECKPOINT_FILE))
    assert kept.progress.epoch == run.status.epoch  # nothing was lost
    home.resume(run)
    until(lambda: run.status.epoch > kept.progress.epoch, DEADLINE_S)
    home.stop(run)
    assert home.wait(run).state is RunState.STOPPED
    begins = [event["resumed_from_step"] for event in events_of(run) if event["kind"] == "begin"]
    assert begins == [0, kept.steps]
    times = [event["time_s"] for event in events_of(run) if event["kind"] != "device"]
    assert times == sorted(times)


def test_a_damaged_checkpoint_costs_the_progress_and_nothing_else(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "COMMAND", hasty_worker.COMMAND)
    run, home = make_run(workspace, None, "jax", epochs=2), Launcher(workspace.home)
    run.path(CHECKPOINT_FILE).write_bytes(b"PK\x03\x04 no archive")
    home.submit(run)
    status = home.wait(run)
    assert (status.state, status.epoch) == (RunState.FINISHED, 2), run.path("log.txt").read_text()[-3000:]
    messages = [event["message"] for event in events_of(run) if event["kind"] == "state"]
    assert "Its checkpoint is damaged, so it begins anew from the start." in messages


def test_a_run_stopped_while_it_waits_never_learns(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_pump", lambda run: None)
    run = make_run(workspace)
    run.request_stop()
    claim = Claim.take(run)
    assert claim is not None
    assert worker._work(claim) is RunState.STOPPED
    claim.release()
    assert "before it had learned" in run.status.message
    assert pl.read_ndjson(run.events)["kind"].to_list()[-1] == "end"
