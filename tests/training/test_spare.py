"""What a spare is told, and what it makes of it: rehearsed for the right run, broken off by a newer order, put back as it was."""

from __future__ import annotations

import json
import queue
from pathlib import Path
from typing import Any

import pytest

from core.training import spare
from core.training.preparation import Preparation
from core.workspace import Workspace
from tests.training.conftest import make_dataset, make_run

PIECES = ["material", "lesson", "examples", "model", "trainer"]


class Trainer:
    """Notes what is asked of it."""

    def __init__(self, fails: str = "") -> None:
        self.done: list[Any] = []
        self.fails = fails

    def snapshot(self) -> str:
        return "as it was"

    def restore(self, before: str) -> None:
        self.done.append(before)

    def __getattr__(self, name: str) -> Any:
        def act(*_: Any) -> None:
            self.done.append(name)
            if name == self.fails:
                raise MemoryError

        return act


@pytest.fixture
def ready(workspace: Workspace) -> Preparation:
    """A preparation whose network is a dummy."""
    run = make_run(workspace, make_dataset(workspace))
    found = Preparation(workspace, run.spec)
    vars(found).update({"model": None, "trainer": Trainer()})
    return found


def done(ready: Preparation) -> list[Any]:
    trainer = vars(ready)["trainer"]
    assert isinstance(trainer, Trainer)
    return trainer.done


def test_a_rehearsal_takes_one_step_and_puts_everything_back(ready: Preparation) -> None:
    assert len(list(ready.rehearse())) == len(PIECES) + 4
    assert done(ready) == ["start_epoch", "advance", "numbers", "validate", "outputs", "as it was"]
    assert set(PIECES) <= set(vars(ready))


@pytest.mark.parametrize(("stages", "expected"), [(2, []), (6, ["start_epoch", "advance", "as it was"])])
def test_a_newer_order_breaks_it_off_between_two_stages(ready: Preparation, stages: int, expected: list[str]) -> None:
    class Orders(queue.SimpleQueue[Any]):
        asked = 0

        def empty(self) -> bool:
            self.asked += 1
            return self.asked < stages

    assert spare._rehearse(ready, Orders())
    assert done(ready) == expected
    assert ("examples" in vars(ready)) == (stages > 2)


def test_after_each_rehearsal_the_compiled_code_is_kept_small(ready: Preparation, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    homes: list[Path] = []
    monkeypatch.setattr(spare, "keep_newest", homes.append)
    assert spare._rehearse(ready, queue.SimpleQueue())
    assert homes == [workspace.home]


def test_what_failed_on_the_way_is_not_used(ready: Preparation) -> None:
    vars(ready)["trainer"] = Trainer("validate")
    assert not spare._rehearse(ready, queue.SimpleQueue())
    assert done(ready)[-1] == "as it was"


def test_it_fits_a_run_of_the_same_settings_whatever_its_name(ready: Preparation, workspace: Workspace) -> None:
    spec = ready.spec
    assert ready.fits(workspace.folder, spec)
    assert ready.fits(workspace.folder, spec.model_copy(update={"name": "Tuesday"}))
    assert not ready.fits(workspace.folder, spec.model_copy(update={"seed": 9}))
    assert not ready.fits(workspace.folder, spec.model_copy(update={"training": spec.training.model_copy(update={"epochs": 99})}))
    assert not ready.fits(workspace.folder.parent / "other", spec)


def test_an_order_is_one_line_whatever_the_names_are(workspace: Workspace) -> None:
    run = make_run(workspace, make_dataset(workspace))
    hostile = run.spec.model_copy(update={"name": 'a\nb"} {"run": "/etc'})
    for line in (spare.rehearsal_order(workspace, hostile), spare.run_order(run)):
        assert line.count(b"\n") == 1
        assert line.endswith(b"\n")
    assert json.loads(spare.rehearsal_order(workspace, hostile))["rehearse"]["spec"]["name"] == hostile.name
    assert Path(json.loads(spare.run_order(run))["run"]) == run.folder.resolve()
