"""Latency: measured once, kept with the run, measured again for another model, and never the reason of a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core import latency
from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.evaluation.model import model_of_run
from core.latency import known_latency_ms, latency_ms
from core.runs.events import append_event
from core.runs.run import Run
from core.workspace import Workspace
from tests.pages import results_made as made


@pytest.fixture
def trained(clean_home: Path) -> tuple[Run, Dataset]:
    workspace = Workspace.local()
    rows = "".join(f"{i},{'ab'[i % 2]},{'ny'[i % 3 > 0]}\n" for i in range(200))
    dataset = ingest(f"x,kind,answer\n{rows}".encode(), workspace, file_name="t.csv", target="answer")
    return made.model(workspace, dataset), dataset


def test_it_is_measured_once_and_kept(trained: tuple[Run, Dataset], monkeypatch: pytest.MonkeyPatch) -> None:
    run, dataset = trained
    assert known_latency_ms(run) is None
    found = latency_ms(run, dataset)
    assert found is not None and 0 < found < 1000
    times: list[float] = []
    monkeypatch.setattr(latency, "_measured_ms", lambda *_: times.append(1.0) or 1.0)
    assert latency_ms(run, dataset) == known_latency_ms(run) == found and not times
    os.utime(run.path("model.onnx"), ns=(1, 1))  # another model in its place
    assert known_latency_ms(run) is None and latency_ms(run, dataset) == 1.0


def test_a_model_that_cannot_be_asked_has_none(trained: tuple[Run, Dataset]) -> None:
    run, dataset = trained
    run.path("model.onnx").write_bytes(b"none")
    assert latency_ms(run, dataset) is None
    run.path(latency.FILE).write_text('{"latency_ms": "soon"}')
    assert known_latency_ms(run) is None


def test_facts_say_what_is_known(trained: tuple[Run, Dataset]) -> None:
    run, dataset = trained
    facts = model_of_run(run).facts
    assert facts["latency_ms"] is None and facts["energy_j"] is None
    assert facts["size_bytes"] == run.path("model.onnx").stat().st_size + run.path("preprocess.json").stat().st_size
    assert facts["settings"]["learning_rate"] == run.spec.training.learning_rate and facts["settings"]["inputs"] == list(run.spec.inputs)
    latency_ms(run, dataset)
    assert model_of_run(run).facts["latency_ms"] == known_latency_ms(run)


def test_energy_is_that_of_learning_over_all_workers(trained: tuple[Run, Dataset]) -> None:
    run, _ = trained
    run.events.unlink()
    told = [("device", 0.0, 0.0), ("step", 4.0, 0.0), ("device", 4.0, 200.0), ("step", 8.0, 3.0), ("device", 8.0, 400.0), ("begin", 8.5, 0), ("device", 9.0, 20.0),
            ("step", 9.5, 3.0), ("device", 9.5, 50.0), ("step", 10.5, 4.0), ("device", 10.5, 90.0), ("end", 11.0, 0), ("device", 12.0, 500.0)]  # fmt: skip
    for step, (kind, time_s, value) in enumerate(told):
        append_event(run.events, {"kind": kind, "time_s": time_s, "energy_j" if kind == "device" else "learned_s": value, "step": step})
    assert model_of_run(run).facts["energy_j"] == 150.0 + 40.0  # not the compiling of both workers, not what came after learning
    append_event(run.events, {"kind": "device", "time_s": 13.0, "energy_j": None})
    assert model_of_run(run).facts["energy_j"] is None
