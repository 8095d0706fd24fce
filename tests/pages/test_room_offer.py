"""A run that would not fit is refused before it is made, wherever it is asked for, and a batch that fits is one press away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.race_lanes import make_lanes, race_room, with_batch
from core.recipes import make_spec
from core.runs.race import all_races, lanes_of
from core.runs.run import Run
from core.runs.state import RunState
from core.training import room
from core.workspace import Workspace
from tests.conftest import ROOT
from tests.pages.conftest import literal
from tests.training.conftest import make_dataset
from tests.ui import live_made as made

pytestmark = pytest.mark.usefixtures("nothing_starts")

Free = Callable[[int], None]


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Free:
    """Set the free memory, in bytes, of a machine on which the batch is what counts."""
    monkeypatch.setitem(room.ENGINES, "jax", room.Engine(fixed_bytes=0, activations=4.5, copies=2.0, export_bytes=0, export_copies=0))
    return lambda size_bytes: monkeypatch.setattr(room, "free_memory_bytes", lambda: size_bytes)


def ended(state: RunState) -> Run:
    """A run with large batches that is over and has a checkpoint."""
    place = Workspace.local()
    changes = {"batch_size": 4096, "units": 512, "epochs": 4}
    run = Run.create(place.runs_folder, make_spec(make_dataset(place).info, changes=changes, backend="jax", name="First"))
    made.begin(run)
    if state is RunState.FINISHED:
        made.finish(run, 4, state)
    else:
        run.update(state=state)
    run.update(epoch=4)
    run.path("checkpoint.npz").write_bytes(b"npz")
    return run


def page(name: str, **params: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    for key, value in params.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def others(run: Run) -> list[Run]:
    return [one for one in Workspace.local().runs() if one != run]


def needed(run: Run, rows: int) -> int:
    dataset = Workspace.local().dataset(run.spec.dataset)
    return race_room(dataset, with_batch(dataset.info, [run.spec], rows)).memory_needed_bytes


def test_training_it_again_offers_the_batch_that_fits(free: Free) -> None:
    run = ended(RunState.FAILED)
    app = page("train", run=run.id)
    free(needed(run, 1024))
    app.button(key="again").click().run()
    assert "A batch of 1024 rows instead of 4096 would fit." in app.warning[0].value and others(run) == []
    app.button(key="fit_again").click().run()
    (new,) = others(run)
    assert new.spec.training.batch_size == 1024 and new.spec.name == "First (batch size 1024)" and new.spec.preset == "custom"


def test_the_same_with_one_change_offers_it_too_until_something_else_is_chosen(free: Free) -> None:
    run = ended(RunState.FINISHED)
    app = page("train", run=run.id)
    app.selectbox(key=f"like_{run.id}").set_value("epochs").run()
    app.number_input(key=f"like_{run.id}_epochs").set_value(7).run()
    free(needed(run, 512))
    app.button(key="like_train").click().run()
    offer = f"fit_like_{run.id}"
    assert offer in keys(app) and others(run) == []
    app.number_input(key=f"like_{run.id}_epochs").set_value(8).run()
    assert offer not in keys(app) and not app.warning
    app.button(key="like_train").click().run()
    app.button(key=offer).click().run()
    (new,) = others(run)
    assert (new.spec.training.batch_size, new.spec.training.epochs) == (512, 8)


def test_what_fits_by_now_is_offered_no_more(free: Free) -> None:
    run = ended(RunState.FAILED)
    app = page("train", run=run.id)
    free(needed(run, 1024))
    app.button(key="again").click().run()
    free(10**12)
    app.run()
    assert not app.warning and "fit_again" not in keys(app) and others(run) == []
    app.button(key="again").click().run()
    assert others(run)[0].spec.training.batch_size == 4096


def test_more_epochs_are_refused_with_what_helps(free: Free) -> None:
    run = ended(RunState.FINISHED)
    app = page("train", run=run.id)
    free(needed(run, 1024))
    app.button(key="train_on").click().run()
    assert "It keeps its batch of 4096 rows." in literal(app.error[0].value) and "at most 1024 rows" in app.error[0].value
    assert others(run) == []


def test_a_race_offers_the_batch_with_which_all_lanes_fit(free: Free, visit: Callable[..., AppTest]) -> None:
    dataset = make_dataset(Workspace.local())
    lanes = make_lanes(dataset.info, seeds=(0, 1, 2), changes={"batch_size": 8192})
    app = visit("model", dataset=dataset.id, preset="balanced")
    app.number_input(key=f"set_{dataset.id}_mlp_balanced_training_batch_size").set_value(8192)
    app.segmented_control(key="race_way").set_value("seeds").run()
    free(race_room(dataset, with_batch(dataset.info, lanes, 2048)).memory_needed_bytes)
    app.button(key="start_race").click().run()
    assert any("3 lanes need about" in box.value for box in app.warning) and all_races(Workspace.local()) == []
    app.button(key="fit_race").click().run()
    (race,) = all_races(Workspace.local())
    assert {lane.spec.training.batch_size for lane in lanes_of(race, Workspace.local().runs_folder)} == {2048}
