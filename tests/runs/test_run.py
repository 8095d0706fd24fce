"""The run folder: created whole, replaced whole, locked while a worker lives, damaged alone."""

from __future__ import annotations

import fcntl
import json
import stat
from pathlib import Path

import pytest

from core.dataset.schema import Task
from core.errors import BadSettings, Damaged
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState

SPEC = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp", seed=7)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path, SPEC)


def test_a_new_run_waits_and_knows_its_spec(run: Run) -> None:
    assert (run.status.state, run.status.epochs, run.spec) == (RunState.QUEUED, SPEC.training.epochs, SPEC)
    assert run.events.read_bytes() == b""
    assert not run.has_model


def test_only_the_owner_may_read_a_run(run: Run) -> None:
    assert stat.S_IMODE(run.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(run.path("status.json").stat().st_mode) == 0o600


def test_runs_made_together_have_names_of_their_own(tmp_path: Path) -> None:
    assert len({Run.create(tmp_path, SPEC).id for _ in range(20)}) == 20


def test_an_update_changes_only_what_it_names(run: Run) -> None:
    before = run.status
    run.update(epoch=3, phase="training")
    assert run.status == before.model_copy(update={"epoch": 3, "phase": "training"})


def test_an_unknown_field_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="colour"):
        run.update(colour="red")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"state": "dancing", "created": ""}', b"\xff\xfe"])
def test_a_damaged_status_is_named(run: Run, content: bytes) -> None:
    run.path("status.json").write_bytes(content)
    with pytest.raises(Damaged):
        _ = run.status


def test_a_spec_of_a_newer_version_is_named(run: Run) -> None:
    run.path("spec.json").write_text(json.dumps({**SPEC.model_dump(mode="json"), "version": 2}))
    with pytest.raises(Damaged, match="settings of run"):
        _ = run.spec


def test_stop_may_be_asked_twice(run: Run) -> None:
    assert not run.stop_requested
    run.request_stop()
    run.request_stop()
    assert run.stop_requested


def test_pause_lasts_until_resume(run: Run) -> None:
    run.request_resume()
    assert not run.pause_requested
    run.request_pause()
    run.request_pause()
    assert run.pause_requested
    run.request_resume()
    run.request_resume()
    assert not run.pause_requested


def test_the_learning_rate_last_asked_for_counts(run: Run) -> None:
    assert run.learning_rate_requested is None
    run.request_learning_rate(0.5)
    run.request_learning_rate(1)
    assert run.learning_rate_requested == 1.0


@pytest.mark.parametrize("rate", [0.0, -1e-3, 1.5, float("nan"), float("inf"), True, "0.1"], ids=repr)
def test_a_learning_rate_out_of_range_is_refused_and_never_heard(run: Run, rate: float) -> None:
    with pytest.raises(BadSettings, match="at most 1"):
        run.request_learning_rate(rate)
    run.path("learning_rate.json").write_text(json.dumps({"learning_rate": rate}))
    assert run.learning_rate_requested is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"learning_rate": null}', b"\xff"], ids=repr)
def test_a_damaged_request_is_no_request(run: Run, content: bytes) -> None:
    run.path("learning_rate.json").write_bytes(content)
    assert run.learning_rate_requested is None


def test_a_run_is_locked_while_somebody_holds_it(run: Run) -> None:
    assert not run.is_locked()
    with run.path("lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert run.is_locked()
    assert not run.is_locked()


def test_a_stopped_run_without_a_file_has_no_model(run: Run) -> None:
    run.update(state=RunState.STOPPED)
    assert not run.has_model
    run.path("model.onnx").write_bytes(b"x")
    assert run.has_model
