"""`python -m core race`: its words, its document, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.__main__ import main
from core.race_command import race
from core.runs.race import all_races
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.training.conftest import make_dataset


@pytest.fixture
def dataset(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A dataset on a machine that starts nothing."""
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    return make_dataset(Workspace.local()).id


def test_detached_it_says_what_waits(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["race", dataset, "--preset", "quick", "--preset", "balanced", "--epochs", "2", "--detach", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (stored,) = all_races(Workspace.local())
    assert told["race"] == stored.id and [lane["run"] for lane in told["lanes"]] == list(stored.runs)
    assert {lane["state"] for lane in told["lanes"]} == {"queued"}
    assert [run.id for run in Launcher(Workspace.local().home).waiting(Workspace.local())] == list(stored.runs)


def test_for_a_person_in_words(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["race", dataset, "--seed", "0", "--seed", "1", "--set", "units=8", "--detach"]) == 0
    printed = capsys.readouterr().out
    assert "Seed 0" in printed and "Seed 1" in printed and "queued" in printed


def test_it_waits_for_all_lanes(dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []

    def wait(self: Launcher, run: Run, on_event: object = None) -> None:
        run.update(state=RunState.STOPPED, message="Enough.")
        waited.append(run.id)

    monkeypatch.setattr(Launcher, "wait", wait)
    told = race(dataset, seeds=(0, 1, 2))
    assert [lane["run"] for lane in told["lanes"]] == waited and {lane["message"] for lane in told["lanes"]} == {"Enough."}


def test_ctrl_c_stops_all_lanes(dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def wait(self: Launcher, run: Run, on_event: object = None) -> None:
        calls.append(run.id)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(Launcher, "wait", wait)
    told = race(dataset, seeds=(0, 1))
    assert {lane["state"] for lane in told["lanes"]} == {"stopped"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--preset", "quick"], "2 to 4 lanes"), (["--seed", "0", "--seed", "-1"], "0 or more"), (["--seed", "3", "--seed", "3"], "same seed"),
        (["--preset", "quick", "--preset", "huge"], "no preset named"),
    ],
)  # fmt: skip
def test_what_cannot_race_is_refused(dataset: str, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str) -> None:
    assert main(["race", dataset, *words]) == 1
    assert sentence in capsys.readouterr().err and Workspace.local().runs() == []
