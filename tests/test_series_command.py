"""`train --seeds`, `--folds`, `--shares` and `series`: their words, their documents, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.__main__ import main
from core.runs.run import Run
from core.runs.series import all_series
from core.runs.state import RunState
from core.series_command import shares_of
from core.settings import settings
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.pages.results_made import finish
from tests.training.conftest import make_dataset


@pytest.fixture
def dataset(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A dataset on a machine that starts nothing."""
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    return make_dataset(Workspace.local()).id


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


KINDS = {
    "seeds": (["--seeds", "3", "--seed", "4"], ["seed 4", "seed 5", "seed 6"]),
    "folds": (["--folds", "2", "--repeats", "2"], ["fold 1 of 2", "fold 2 of 2", "fold 1 of 2, dealing 2", "fold 2 of 2, dealing 2"]),
    "shares": (["--shares", "0.1,1", "--repeats", "2"], ["10 % of the rows, seed 0", "10 % of the rows, seed 1", "seed 0", "seed 1"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_detached_it_says_what_waits(dataset: str, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    words, names = KINDS[kind]
    found = told(capsys, "train", dataset, "--epochs", "2", "--detach", *words)
    (stored,) = all_series(Workspace.local())
    assert found["series"] == stored.id and found["kind"] == stored.kind == kind
    assert [run["run"] for run in found["runs"]] == list(stored.runs) and [run["name"] for run in found["runs"]] == names
    assert {run["state"] for run in found["runs"]} == {"queued"} and found["waiting"] == len(names) and found["scores"] == []
    assert [run.id for run in Launcher(Workspace.local().home).waiting(Workspace.local())] == list(stored.runs)
    assert {run.spec.training.epochs for run in Workspace.local().runs()} == {2}


def test_it_waits_for_all_and_says_what_they_reached(dataset: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = Workspace.local().dataset(dataset)
    monkeypatch.setattr(Launcher, "wait", lambda self, run, on_event=None: finish(run, data, skill=0.5, seed=run.spec.fold + 1))
    found = told(capsys, "train", dataset, "--folds", "5")
    assert found["waiting"] == 0 and found["lost"] == 0 and len(found["scores"]) == 5 and found["metric"] == "accuracy"
    assert found["mean"]["low"] < found["mean"]["value"] < found["mean"]["high"]
    again = told(capsys, "series", found["series"])
    assert again == found
    listed = told(capsys, "series")["all"]
    assert [(one["series"], one["runs"]) for one in listed] == [(found["series"], 5)]


def test_ctrl_c_stops_all_of_them(dataset: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pressed: list[str] = []

    def wait(self: Launcher, run: Run, on_event: object = None) -> None:
        if not pressed:
            pressed.append(run.id)
            raise KeyboardInterrupt

    monkeypatch.setattr(Launcher, "wait", wait)
    found = told(capsys, "train", dataset, "--seeds", "2")
    assert {run["state"] for run in found["runs"]} == {RunState.STOPPED.value} and found["lost"] == 2


def test_for_a_person_in_words(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", dataset, "--shares", "0.5", "--detach"]) == 0
    first = capsys.readouterr().out
    assert "50 % of the rows, seed 0" in first and "queued" in first
    data = Workspace.local().dataset(dataset)
    for place, run in enumerate(Workspace.local().runs()):
        finish(run, data, skill=0.5, seed=place)
    (stored,) = all_series(Workspace.local())
    assert main(["series", stored.id]) == 0
    assert "at least 4 different numbers of rows" in capsys.readouterr().out
    assert main(["series"]) == 0 and stored.id in capsys.readouterr().out


def test_a_share_of_its_own_is_shown_with_its_validation_rows(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "train", dataset, "--shares", "0.5", "--detach")
    (run,) = [run for run in Workspace.local().runs() if run.spec.train_share < 1]
    finish(run, Workspace.local().dataset(dataset))
    assert set(told(capsys, "watch", run.id)["metrics"]) == {"validation"}
    assert main(["watch", run.id]) == 0 and "accuracy" in capsys.readouterr().out


def test_what_does_not_compare_is_refused_in_a_sentence(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    data, workspace = Workspace.local().dataset(dataset), Workspace.local()
    for words in (["--folds", "2"], ["--shares", "0.5"]):
        assert main(["train", dataset, *words, "--detach"]) == 0
    for run in workspace.runs():
        finish(run, data)
    by = {(run.spec.fold, run.spec.train_share): run.id for run in workspace.runs()}
    capsys.readouterr()
    assert main(["compare", by[0, 1.0], by[-1, 1.0]]) == 1 and "answers for its fold" in capsys.readouterr().err
    assert main(["compare", by[0, 1.0], by[1, 1.0]]) == 1 and "answers for its fold" in capsys.readouterr().err
    assert main(["compare", by[-1, 0.5], by[-1, 1.0]]) == 1 and "point of a learning curve" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["--seeds", "2", "--folds", "2"], ["--seeds", "2", "--follow"], ["--repeats", "2"], ["--seeds", "2", "--repeats", "2"]],
    ids=" ".join,
)
def test_words_that_do_not_go_together(dataset: str, words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["train", dataset, *words])
    assert left.value.code == 2 and Workspace.local().runs() == []


@pytest.mark.parametrize("words", [["--seeds", "1"], ["--folds", "99"], ["--shares", "a,b"], ["--shares", "2"], ["--folds", "2", "--repeats", "0"]], ids=" ".join)
def test_what_makes_no_sense_is_refused(dataset: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", dataset, *words]) == 1
    assert capsys.readouterr().err.count("\n") == 1 and Workspace.local().runs() == []


def test_like_another_run(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    first = told(capsys, "train", dataset, "--seed", "3", "--detach")["run"]
    found = told(capsys, "train", "--like", first, "--seeds", "2", "--detach")
    assert [run["seed"] for run in found["runs"]] == [3, 4] and found["runs"][0]["run"] == first


def test_shares_as_they_are_typed() -> None:
    assert shares_of(" .1,0.5 ,1") == (0.1, 0.5, 1.0)
