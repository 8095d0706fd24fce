"""The page of a race in all its states, and the way into one from the model page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.errors import DiskFull
from core.runs.race import Race, all_races, lanes_of
from core.runs.run import Run
from core.runs.state import RunState
from core.training import room, upkeep
from core.workspace import Workspace
from tests.conftest import ROOT
from tests.pages.conftest import EVIL, NotingLauncher, Visit, assert_sound, labels, words
from tests.ui import live_made as made
from tests.ui.race_made import DATASET, epoch, made_race, racing
from ui import race as shown

pytestmark = pytest.mark.usefixtures("nothing_starts")


def page(race: Race | str | None = None, name: str = "train", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    if race:
        query["race"] = race if isinstance(race, str) else race.id
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def passed(app: AppTest) -> dict[str, Any]:
    """What the browser gets."""
    (component,) = app.get("bidi_component")
    return dict(json.loads(component.proto.json))


def finish(runs: list[Run]) -> None:
    for run in runs:
        made.begin(run)
        made.one_epoch(run, 1)
        made.finish(run, 1)


def test_a_full_disk_takes_the_links_and_not_the_race(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise DiskFull("The disk is full.")

    race, runs = made_race("Alpha", "Beta")
    monkeypatch.setattr(Workspace, "share", full)
    with racing(runs):
        app = page(race)
        assert [lane["token"] for lane in passed(app)["lanes"]] == ["", ""] and labels(app)["stop_race"] and not app.error


def test_a_race_whose_end_cannot_be_written_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its workers are dead; on the full disk their runs say for ever that they learn."""
    race, runs = made_race("Alpha", "Beta")
    for run in runs:
        made.begin(run)
    again: list[object] = []
    monkeypatch.setattr(upkeep, "end", lambda *_, **__: None)
    monkeypatch.setattr(shown.st, "rerun", lambda **given: again.append(given))
    app = page(race)
    assert app.title[0].value == "The race was interrupted" and [run.status.state for run in runs] == [RunState.RUNNING] * 2
    assert again == []


def test_a_race_that_waits() -> None:
    race, runs = made_race("Alpha", "Beta", name="Friday")
    app = page(race)
    assert app.title[0].value == "The race waits its turn" and "**Friday**" in words(app) and "2 lanes" in words(app)
    lanes = passed(app)["lanes"]
    assert [lane["name"] for lane in lanes] == ["Alpha", "Beta"] and [lane["id"] for lane in lanes] == [run.id for run in runs]
    assert len({lane["colour"] for lane in lanes}) == 2 and len({lane["marker"] for lane in lanes}) == 2
    assert len({lane["token"] for lane in lanes}) == 2 and {lane["state"] for lane in lanes} == {"queued"}
    assert labels(app)["stop_race"] and not labels(app)["compare_race"]


def test_a_race_that_is_on_says_what_is_fair_and_how_the_machine_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.training import turns

    race, runs = made_race("Alpha", "Beta")
    with racing(runs):
        monkeypatch.setattr(turns, "by_turns", lambda lanes: True)
        app = page(race)
        assert app.title[0].value == "The race is on"
        assert "in the same order" in words(app) and "**By turns.**" in words(app) and "Only you see this page" in words(app)
        monkeypatch.setattr(turns, "by_turns", lambda lanes: False)
        assert "**Side by side.**" in words(page(race))


def test_seeds_are_said_to_change_the_order() -> None:
    race, _ = made_race("Alpha", "Beta", same_seed=False)
    assert "each in an order of its own" in words(page(race))


def test_all_lanes_are_stopped_together() -> None:
    race, runs = made_race("Alpha", "Beta", "Gamma")
    with racing(runs):
        app = page(race)
        app.button(key="stop_race").click().run()
        assert not app.exception and all(run.stop_requested for run in runs) and not labels(app)["stop_race"]


def test_a_race_that_is_over_leads_to_the_comparison() -> None:
    race, runs = made_race("Alpha", "Beta")
    finish(runs)
    app = page(race)
    assert app.title[0].value == "The race is over" and labels(app)["compare_race"] and "stop_race" not in labels(app)


def end(run: Run, state: RunState) -> None:
    """How a run stands at the end: with an epoch done, and a model where its state has one."""
    made.begin(run)
    made.one_epoch(run, 1)
    if state.has_model:
        made.finish(run, 1, state)
    else:
        run.update(state=state, phase="", message="It ended.")


FINISHED, STOPPED, FAILED, INTERRUPTED = RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED
KEPT = "Each lane keeps the weights of its best epoch."


@pytest.mark.parametrize(
    ("states", "title", "lead"),
    [
        ((FINISHED, STOPPED), "The race is over", KEPT),
        ((FINISHED, FAILED), "The race is over", "One lane ended without a model and has no place. Press its name in the board to see why."),
        ((FAILED, FINISHED, FAILED), "The race is over", "2 lanes ended without a model and have no place. Press a name in the board to see why."),
        ((FAILED, FAILED), "The race is over", "No lane ended with a model. Press a name in the board to see why."),
        ((FINISHED, FAILED, INTERRUPTED), "The race is over", "One lane was interrupted. Press its name in the board: there it can go on."),
        ((INTERRUPTED, INTERRUPTED), "The race was interrupted", "2 lanes were interrupted. Press their names in the board: there they can go on."),
    ],
)  # fmt: skip
def test_how_a_race_ended(states: tuple[RunState, ...], title: str, lead: str) -> None:
    race, runs = made_race(*"ABC"[: len(states)])
    for run, state in zip(runs, states, strict=True):
        end(run, state)
    app = page(race)
    assert app.title[0].value == title and lead in words(app) and (KEPT in words(app)) is (lead == KEPT)
    assert labels(app)["compare_race"] is any(state.has_model for state in states)
    assert [lane["model"] for lane in passed(app)["lanes"]] == [state.has_model for state in states]


def test_what_learns_still_is_not_called_without_a_model() -> None:
    race, runs = made_race("Alpha", "Beta")
    with racing(runs):
        assert [lane["model"] for lane in passed(page(race))["lanes"]] == [None, None]


def test_a_race_in_the_queue_is_taken_out_of_it() -> None:
    race, runs = made_race("Alpha", "Beta")
    app = page(race)
    assert app.button(key="stop_race").label == "Take out of the queue"
    app.button(key="stop_race").click().run()
    assert not app.exception and {run.status.state for run in runs} == {RunState.STOPPED}
    assert "No lane ended with a model." in words(app) and KEPT not in words(app) and "stop_race" not in labels(app)


def test_a_race_without_a_model_cannot_be_compared() -> None:
    race, runs = made_race("Alpha", "Beta")
    for run in runs:
        run.update(state=RunState.STOPPED)
    assert not labels(page(race))["compare_race"]


def test_deleted_and_damaged_lanes_hide_only_themselves() -> None:
    race, runs = made_race("Alpha", "Beta", "Gamma", "Delta")
    finish(runs)
    Workspace.local().delete(runs[0].id)
    runs[1].path("status.json").write_text("{")
    runs[2].path("spec.json").write_text("[]")
    assert [lane["name"] for lane in passed(page(race))["lanes"]] == ["Delta"]
    runs[3].path("spec.json").write_text("")
    app = page(race)
    assert "runs of this race are gone" in words(app)


@pytest.mark.parametrize("name", ["race-20200101-00000000", "../x", "nonsense"])
def test_a_race_that_is_not_here(name: str) -> None:
    app = page(name)
    assert app.error[0].value and not app.get("bidi_component")


def test_names_are_text() -> None:
    race, runs = made_race(EVIL, "Beta", name=EVIL)
    app = page(race)
    assert "[x](javascript" not in words(app)
    assert passed(app)["lanes"][0]["name"].startswith("<img")  # the browser writes it as text; see the component's tests


def test_a_lane_can_be_opened_and_only_one_of_this_race(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import race_chart

    went: list[dict[str, Any]] = []
    monkeypatch.setattr(shown, "go", lambda name, **changes: went.append({"page": name, **changes}))
    race, runs = made_race("Alpha", "Beta")
    for wish in (runs[1].id, "r20200101-00000000", None, 7):
        monkeypatch.setattr(race_chart, "_COMPONENT", lambda wish=wish, **_: {"open": wish})
        page(race)
    assert went == [{"page": "train", "run": runs[1].id}]


def test_the_browser_gets_what_it_asks_for() -> None:
    race, runs = made_race("Alpha", "Beta")
    with racing(runs):
        epoch(runs[0], 1, 0.75)
        app = page(race)
        assert [lane["feed"] for lane in passed(app)["lanes"]] == ["socket", "socket"]
        app.session_state[f"race_{race.id}"] = {"needs": {runs[0].id: {"feed": "fragment", "have": 0}}}
        app.run()
        first, second = passed(app)["lanes"]
    assert [event["kind"] for event in first["batch"]["events"]] == ["state", "begin", "state", "epoch"] and "batch" not in second


def test_races_of_the_data_are_listed_and_can_be_forgotten() -> None:
    race, runs = made_race("Alpha", "Beta")
    finish(runs)
    app = page(run=runs[0].id)
    assert "Races on this data" in words(app) and "Alpha · Beta" in words(app)
    app.button(key=f"delete_{race.id}").click().run()
    assert not app.exception and all_races(Workspace.local()) == [] and len(Workspace.local().runs()) == 2


def test_only_constant_code_reaches_the_browser() -> None:
    from ui import race_chart

    race, _ = made_race(EVIL, "Beta")
    (component,) = page(race).get("bidi_component")
    for code in (component.proto.html_content, component.proto.js_content, component.proto.css_content):
        assert code and "alert(1)" not in code
    for name in race_chart.OWN:
        code = (race_chart.HERE / f"{name}.js").read_text()
        assert "innerHTML" not in code and "insertAdjacentHTML" not in code and "eval(" not in code


# ---- the model page


@pytest.fixture
def choose(people: Dataset, visit: Visit, launcher: NotingLauncher, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    """Open the model page; what is started is only noted."""
    monkeypatch.setattr("ui.race_start.launcher", lambda: launcher)
    monkeypatch.setattr("ui.race.launcher", lambda: launcher)
    return lambda: visit("model", dataset=people.id)


def raced() -> list[Run]:
    (race,) = all_races(Workspace.local())
    return lanes_of(race, Workspace.local().runs_folder)


def start(app: AppTest) -> None:
    app.button(key="start_race").click().run()
    assert_sound(app)
    assert app.title[0].value == "The race waits its turn"


def test_a_race_between_presets(choose: Callable[[], AppTest], launcher: NotingLauncher) -> None:
    app = choose()
    assert "**Quick** against **Balanced** against **Thorough**" in words(app)
    start(app)
    runs = raced()
    assert [run.spec.preset for run in runs] == ["quick", "balanced", "thorough"] and len({run.spec.seed for run in runs}) == 1
    assert len({run.spec.name for run in runs}) == 3 and launcher.submitted == [run.id for run in runs]


def test_a_race_between_seeds(choose: Callable[[], AppTest]) -> None:
    app = choose()
    app.segmented_control(key="race_way").set_value("seeds").run()
    app.segmented_control(key="race_count").set_value(4).run()
    start(app)
    assert [run.spec.seed for run in raced()] == [0, 1, 2, 3]


def test_a_race_of_ones_own_choice(choose: Callable[[], AppTest]) -> None:
    app = choose()
    app.segmented_control(key="race_way").set_value("own").run()
    assert not labels(app)["start_race"]
    app.button(key="race_add").click().run()
    assert not labels(app)["start_race"]
    app.segmented_control(key="preset").set_value("quick").run()
    app.button(key="race_add").click().run()
    app.button(key="race_add").click().run()
    app.button(key="race_remove_2").click().run()
    start(app)
    assert [run.spec.preset for run in raced()] == ["balanced", "quick"]


def test_one_lane_is_no_race(choose: Callable[[], AppTest]) -> None:
    app = choose()
    app.pills(key="race_presets").set_value(["quick"]).run()
    assert not labels(app)["start_race"]


def test_a_race_that_does_not_fit_is_refused_before_it_starts(choose: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    app = choose()
    monkeypatch.setattr(room, "free_memory_bytes", lambda: 2 * 1024**3)
    app.button(key="start_race").click().run()
    assert "3 lanes need about" in words(app) and all_races(Workspace.local()) == [] and Workspace.local().runs() == []


def test_the_dataset_of_a_race_need_not_be_there() -> None:
    race, _ = made_race("Alpha", "Beta")
    assert DATASET in words(page(race)).replace("\\", "")
