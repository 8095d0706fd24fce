"""A run in hand, from the page: each control asks for what it says, and can be pressed twice without harm."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.recipes import make_spec
from core.runs.race import forget_race
from core.runs.run import Run
from core.runs.state import RunState
from core.workspace import Workspace
from tests.conftest import ROOT
from tests.pages.conftest import literal
from tests.training.conftest import make_dataset
from tests.ui import live_made as made
from tests.ui.race_made import made_race
from ui.process import launcher

pytestmark = pytest.mark.usefixtures("nothing_starts")


def page(run: Run) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    app.query_params["run"] = run.id
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    assert not app.error, [box.value for box in app.error]
    return app


def labels(app: AppTest) -> dict[str, str]:
    """Labels of the buttons that can be pressed, by key."""
    return {button.key: button.label for button in app.button if not button.disabled}


def words(app: AppTest) -> str:
    kinds = (app.title, app.markdown, app.caption, app.warning, app.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def learning() -> Run:
    run, _ = made.made_run()
    made.begin(run)
    return run


def ended(state: RunState = RunState.FINISHED, *, checkpoint: bool = True) -> Run:
    """A run of data that are there, over after 4 epochs."""
    place = Workspace.local()
    run = Run.create(place.runs_folder, make_spec(make_dataset(place).info, preset="quick", name="First"))
    made.begin(run)
    made.one_epoch(run, 1)
    if state in {RunState.FINISHED, RunState.STOPPED}:
        made.finish(run, 4, state)
        run.update(epoch=4)
    else:
        run.update(state=state, epoch=4, message="")
    if checkpoint:
        run.path("checkpoint.npz").write_bytes(b"npz")
    return run


def other(run: Run) -> Run:
    """The one run that is here beside this one."""
    (found,) = [one for one in Workspace.local().runs() if one != run]
    return found


def test_pause_and_resume() -> None:
    run = learning()
    with made.worked_on(run):
        app = press(page(run), "pause")
        assert run.pause_requested
        assert "pause" not in labels(app)  # asked, not yet done
        run.update(state=RunState.PAUSED)
        app = page(run)
        assert app.title[0].value == "Paused"
        assert {"resume_top", "resume", "stop"} <= labels(app).keys()
        assert {"pause", "compare"}.isdisjoint(labels(app))
        press(app, "resume")
        assert not run.pause_requested
        assert "resume" not in labels(page(run))  # until the worker has seen it


def test_the_learning_rate_is_changed_while_it_learns() -> None:
    run = learning()
    with made.worked_on(run):
        app = page(run)
        assert "It learns at **0.001**" in words(app)
        assert "rate_apply" not in labels(app)  # nothing is changed yet
        app.button(key="rate_factor_0").click().run()
        assert app.number_input(key=f"rate_{run.id}").value == 0.0001
        press(app, "rate_apply")
        assert run.learning_rate_requested == 0.0001
        assert "It learns at **0.0001**" in words(page(run))


def test_a_learning_rate_that_cannot_be_is_refused_in_place() -> None:
    run = learning()
    with made.worked_on(run):
        app = page(run)
        app.number_input(key=f"rate_{run.id}").set_value(0.0).run()
        app.button(key="rate_apply").click().run()
        assert not app.exception
        assert "above 0" in app.error[0].value
        assert run.learning_rate_requested is None


def test_an_interrupted_run_resumes_with_the_primary_button() -> None:
    run = ended(RunState.INTERRUPTED)
    app = page(run)
    assert "Resume" in labels(app)["resume"]
    assert app.button(key="resume").proto.type == "primary"
    assert "train_on" not in labels(app)
    app = press(app, "resume")
    assert run.status.state is RunState.QUEUED
    assert app.title[0].value == "Waiting its turn"
    assert "from its last checkpoint" in app.info[0].value


def test_without_a_checkpoint_it_says_that_it_begins_again() -> None:
    run = ended(RunState.INTERRUPTED, checkpoint=False)
    app = page(run)
    assert "Begin again" in labels(app)["resume"]
    assert "begins anew" in press(app, "resume").info[0].value


def test_continue_makes_a_new_run_once() -> None:
    run = ended()
    app = page(run)
    assert "It did 4 epochs" in words(app)
    app.number_input(key=f"more_{run.id}").set_value(6).run()
    app.button(key="train_on").click().run()
    page_again = page(run)
    page_again.number_input(key=f"more_{run.id}").set_value(6).run()
    page_again.button(key="train_on").click().run()  # as a second tab does
    new = other(run)
    assert (new.spec.continues, new.spec.training.epochs, new.path("checkpoint.npz").read_bytes()) == (run.id, 10, b"npz")


def test_without_a_checkpoint_nothing_can_be_continued() -> None:
    assert "train_on" not in labels(page(ended(checkpoint=False)))


def test_the_same_with_one_change_makes_a_new_run_once() -> None:
    run = ended()
    app = page(run)
    assert "like_train" not in labels(app)  # nothing is changed yet
    app.selectbox(key=f"like_{run.id}").set_value("epochs").run()
    app.number_input(key=f"like_{run.id}_epochs").set_value(7).run()
    for _ in range(2):  # a double click
        app.button(key="like_train").click()
    app.run()
    new = other(run)
    assert new.spec.training == run.spec.training.model_copy(update={"epochs": 7})
    assert (new.spec.name, new.spec.seed) == ("First (epochs 7)", run.spec.seed)


def test_a_run_can_be_made_again_with_one_change_in_every_state() -> None:
    place = Workspace.local()
    run = Run.create(place.runs_folder, make_spec(make_dataset(place).info, preset="quick", name="First"))
    with made.worked_on(run):
        app = page(run)
        for state in (RunState.QUEUED, RunState.STARTING, RunState.RUNNING, RunState.PAUSED):
            run.update(state=state)
            app.run()
            assert app.selectbox(key=f"like_{run.id}").options, state
        app.selectbox(key=f"like_{run.id}").set_value("epochs").run()
        app.number_input(key=f"like_{run.id}_epochs").set_value(7).run()
        app.button(key="like_train").click().run()
    assert other(run).spec.training == run.spec.training.model_copy(update={"epochs": 7})
    assert run.status.state is RunState.PAUSED and not run.stop_requested  # it learns on


def test_another_seed_is_a_change_too() -> None:
    run = ended()
    app = page(run)
    app.selectbox(key=f"like_{run.id}").set_value("seed").run()
    app.number_input(key=f"like_{run.id}_seed").set_value(3).run()
    app.button(key="like_train").click().run()
    assert other(run).spec.seed == 3


def test_a_run_whose_data_are_gone_says_so_where_it_is_asked() -> None:
    run = ended()
    Workspace.local().delete(run.spec.dataset)
    app = page(run)
    app.button(key="train_on").click().run()
    assert not app.exception
    assert "There is no dataset" in app.error[0].value
    assert Workspace.local().runs() == [run]


def test_a_note_is_kept_and_shown_as_it_is() -> None:
    run = learning()
    with made.worked_on(run):
        app = page(run)
        app.text_area(key=f"note_{run.id}").set_value("for the *board* [x](http://y)").run()
        press(app, "note_save")
        assert run.note == "for the *board* [x](http://y)"
        shown = page(run)
        assert any("board" in caption.value for caption in shown.caption)
        assert "[x](http://y)" not in words(shown)


def test_the_queue_is_shown_and_changed() -> None:
    runs = [made.made_run(name)[0] for name in ("First", "Second", "Third")]
    for run in runs:
        launcher().submit(run)
    app = page(runs[2])
    assert "3rd in line" in app.info[0].value
    assert "**Third** (this run)" in words(app)
    assert f"front_{runs[0].id}" not in labels(app)
    press(app, f"up_{runs[2].id}")
    assert launcher().waiting(Workspace.local()) == [runs[0], runs[2], runs[1]]
    press(page(runs[1]), f"front_{runs[1].id}")
    assert launcher().waiting(Workspace.local()) == [runs[1], runs[0], runs[2]]


def rows(app: AppTest) -> list[str]:
    """The rows of the line, as they stand there."""
    return [found.value for found in app.markdown if found.value[:1].isdigit()]


def test_a_race_is_one_row_of_the_queue_and_moves_as_one() -> None:
    _, lanes = made_race("Alpha", "Beta", "Gamma", "Delta")
    launcher().submit_all(lanes)
    later = made.made_run("Later")[0]
    launcher().submit(later)
    app = page(later)
    assert app.info[0].value == "This run is 2nd in line."
    assert "**Your waiting runs, the next to start first**" in words(app)
    assert rows(app) == ["1. Alpha · Beta · Gamma · Delta (a race: its lanes start together)", "2. **Later** (this run)"]
    press(app, f"front_{later.id}")
    assert launcher().waiting(Workspace.local()) == [later, *lanes]
    app = page(lanes[2])
    assert app.info[0].value == "The race of this run is 2nd in line."
    assert rows(app) == ["1. Later", "2. **Alpha · Beta · Gamma · Delta** (a race with this run: its lanes start together)"]
    press(app, f"front_{lanes[0].id}")
    assert launcher().waiting(Workspace.local()) == [*lanes, later]


def test_a_race_that_waits_alone_is_no_list() -> None:
    race, lanes = made_race("Alpha", "Beta", name="**Friday**")
    launcher().submit_all(lanes)
    app = page(lanes[1])
    assert app.info[0].value == "The race of this run is next in line." and rows(app) == []
    launcher().submit(made.made_run("Later")[0])
    (first, _) = rows(page(lanes[1]))
    assert "**Friday**" in literal(first) and "****" not in first and "with this run" in first  # the name is text
    forget_race(Workspace.local(), race.id)
    assert len(rows(page(lanes[1]))) == 3  # then its lanes are runs like others


def test_one_lane_of_a_race_that_waits_is_a_run() -> None:
    _, lanes = made_race("Alpha", "Beta")
    lanes[1].update(state=RunState.STOPPED)
    launcher().submit(lanes[0])
    launcher().submit(made.made_run("Later")[0])
    app = page(lanes[0])
    assert app.info[0].value == "This run is next in line." and rows(app) == ["1. **Alpha** (this run)", "2. Later"]


def test_the_runs_of_others_are_counted_and_not_listed() -> None:
    stranger, _ = Workspace.create()
    mine = [made.made_run("First")[0]]
    launcher().submit(mine[0])
    for _ in range(3):
        launcher().submit(Run.create(stranger.runs_folder, mine[0].spec))
    mine.append(made.made_run("Second")[0])
    launcher().submit(mine[1])
    app = page(mine[1])
    assert app.info[0].value == "This run is 5th in line. The runs of others on this server are counted, too."
    assert rows(app) == ["1. First", "2. **Second** (this run)"]
    assert page(mine[0]).info[0].value == "This run is next in line."
    launcher().stop(mine[0])
    app = page(mine[1])
    assert "4th in line. The runs of others on this server are counted, too." in app.info[0].value and rows(app) == []


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.FINISHED, RunState.INTERRUPTED])
def test_an_audience_gets_none_of_it(state: RunState) -> None:
    from tests.pages.test_train import audience

    run = learning() if state is RunState.RUNNING else ended(state)
    run.set_note("secret")
    token = Workspace.local().share(run)
    with made.worked_on(run):
        app = audience(token)
    assert not app.button
    assert not app.number_input
    assert not app.text_area
    assert "secret" not in words(app)
