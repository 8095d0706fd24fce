"""A race in a real browser: the order changes by itself, the axes can be changed, and two real lanes reach the end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.identity import identity
from core.race_lanes import make_lanes
from core.runs.race import create_race, lanes_of
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training.launcher import Launcher
from core.workspace import Workspace
from tests.e2e.conftest import PATIENCE_MS, Server
from tests.e2e.test_live_chart import NO_SOCKET, hide, show, sockets_of, until_closed
from tests.e2e.visitor import TRAINING_MS
from tests.training.conftest import make_dataset
from tests.ui import live_made as made
from tests.ui.race_made import epoch, made_race, racing
from ui import race_chart

pytestmark = [pytest.mark.browser]
expect.set_options(timeout=PATIENCE_MS)


def order(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".ll-rows .ll-model").all_inner_texts()]


@pytest.mark.usefixtures("home")
def test_the_board_follows_the_race(server: Server, new_page: Callable[..., Page]) -> None:
    race, runs = made_race("Alpha", "Beta", "<b>Gamma")
    with racing(runs):
        page = new_page()
        sockets = sockets_of(page)
        page.goto(f"{server.url}/train?race={race.id}")
        lead = page.locator("[data-part=lead]")
        expect(lead).to_have_text("Getting ready; nobody begins before all are")
        for run in runs:
            made.step(run, 1)
        expect(lead).to_have_text("They have started; the order shows after the first epoch")
        epoch(runs[0], 1, 0.7)
        expect(lead).to_have_text("Alpha has a first result: 70.0 %")
        epoch(runs[1], 1, 0.61)
        expect(lead).to_have_text("Alpha leads by 9.0 points after 1 epoch")
        assert order(page) == ["Alpha", "Beta", "<b>Gamma"]
        page.evaluate("window.isHidden = true")
        epoch(runs[1], 2, 0.715)
        hide(page, sockets)  # two seconds, in which the epoch came
        expect(lead).to_have_text("Alpha leads by 9.0 points after 1 epoch")  # nobody looks: nothing is said
        show(page)
        expect(lead).to_have_text("Beta leads by 1.5 points after 2 epochs")
        assert order(page) == ["Beta", "Alpha", "<b>Gamma"]
        expect(page.locator("[data-part=voice]")).to_have_text(re.compile("Places: 1, Beta, 71.5 %; 2, Alpha, 70.0 %"), timeout=20_000)

        row = page.locator(".ll-rows .ll-row").first
        expect(row.locator(".ll-learned")).to_have_text("4.0 s")
        expect(row.locator(".ll-best")).to_have_text("2")
        expect(page.locator("[data-axis=energy]")).to_be_disabled()
        page.locator("[data-axis=seconds]").click()
        expect(page.locator("[data-part=axis-name]")).to_have_text(re.compile("without waiting"))
        page.locator("[data-field=loss]").click()
        expect(lead).to_have_text("Beta leads by 0.015 after 2 epochs")
        drawn = page.locator(".ll-validation").evaluate_all("paths => paths.map(path => path.getAttribute('stroke'))")
        assert drawn == [identity(run).colour for run in runs]

        for run in runs[:2]:
            made.finish(run, 2)
        runs[2].request_stop()
        runs[2].update(state="interrupted", message="It ended.")
        expect(page.get_by_role("heading", name="The race is over")).to_be_visible()
        page.locator("[data-field=metric]").click()
        expect(lead).to_have_text("Beta ended 1.5 points ahead")
        until_closed(sockets)  # the server takes all lanes for over
        runs[2].update(state="queued")  # somebody else presses Resume
        made.begin(runs[2])
        epoch(runs[2], 1, 0.9)
        expect(lead).to_have_text("<b>Gamma leads by 18.5 points after 1 epoch")
        expect(page.get_by_role("heading", name="The race is on")).to_be_visible()
        page.locator(".ll-rows button").first.click()
        expect(page).to_have_url(re.compile(f"run={runs[2].id}"))


@pytest.mark.usefixtures("home")
def test_a_lane_that_failed_is_not_placed(server: Server, new_page: Callable[..., Page]) -> None:
    """It was ahead; Compare leaves it out, and so does the board."""
    race, runs = made_race("Alpha", "Beta", "Gamma")
    with racing(runs):
        for run, value in zip(runs, (0.9, 0.88, 0.86), strict=True):
            epoch(run, 1, value)
        page = new_page()
        page.goto(f"{server.url}/train?race={race.id}")
        lead, rows = page.locator("[data-part=lead]"), page.locator(".ll-rows .ll-row")
        expect(lead).to_have_text("Alpha leads by 2.0 points after 1 epoch")
        made.event(runs[0], "state", state="failed", message="It ended.")
        runs[0].update(state="failed", message="It ended.", phase="")
        expect(lead).to_have_text("Beta leads by 2.0 points after 1 epoch")
        expect(rows.last).to_have_text(re.compile(r"^–\s*Alpha\s*–\s*–.*Failed$"))
        expect(page.locator(".ll-lane svg.ll-drawing").first).to_have_attribute("aria-label", "Alpha: not placed, it has no model. Failed.")
        made.finish(runs[1], 1)
        made.finish(runs[2], 1, RunState.STOPPED)
        expect(page.get_by_role("heading", name="The race is over")).to_be_visible()
        expect(page.get_by_text("One lane ended without a model and has no place.")).to_be_visible()
        expect(lead).to_have_text("Beta ended 2.0 points ahead")
        assert order(page) == ["Beta", "Gamma", "Alpha"]
        expect(page.locator("[data-part=voice]")).to_have_text("Beta ended 2.0 points ahead. Places: 1, Beta, 88.0 %; 2, Gamma, 86.0 %.")


@pytest.mark.usefixtures("home")
def test_a_race_that_was_stopped_in_the_queue_has_no_model(server: Server, new_page: Callable[..., Page]) -> None:
    race, runs = made_race("Alpha", "Beta")
    epoch(runs[0], 1, 0.9)  # it had learned before it was queued again: a checkpoint, no model
    for run in runs:
        run.update(state="stopped", message="It was stopped before it had a model.")
    page = new_page()
    page.goto(f"{server.url}/train?race={race.id}")
    expect(page.locator(".ll-rows .ll-state").first).to_have_text("Stopped, no model")
    assert page.locator(".ll-done").evaluate_all("bars => bars.map((bar) => bar.style.transform)") == ["scaleX(0)"] * 2  # a full bar would say that it did all
    expect(page.locator("[data-part=lead]")).to_have_text("The race is over, and no lane ended with a model")
    expect(page.get_by_text("No lane ended with a model. Press a name in the board to see why.")).to_be_visible()


@pytest.mark.usefixtures("home")
def test_it_fits_a_phone(server: Server, new_page: Callable[..., Page]) -> None:
    race, runs = made_race("A name that is rather long for a narrow screen", "Beta", "Gamma", "Delta")
    with racing(runs):
        for number, run in enumerate(runs):
            epoch(run, 1, 0.7 + number / 100)
        page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
        page.goto(f"{server.url}/train?race={race.id}")
        expect(page.locator("[data-part=lead]")).to_have_text("Delta leads by 1.0 point after 1 epoch")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        heights = page.locator(".ll-race button:visible").evaluate_all("buttons => buttons.map(b => b.getBoundingClientRect().height)")
        assert min(heights) >= 44
        tops = [page.locator(".ll-lane").nth(number).bounding_box() for number in range(4)]
        assert all(first and second and second["y"] >= first["y"] + first["height"] for first, second in zip(tops, tops[1:], strict=False))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("way", [pytest.param("polling", marks=pytest.mark.nightly), "fragment"])  # a single run's chart is polled by day
def test_without_a_socket_it_finds_another_way(server: Server, new_page: Callable[..., Page], way: str) -> None:
    race, runs = made_race("Alpha", "Beta")
    with racing(runs):
        page = new_page()
        page.add_init_script(NO_SOCKET)
        if way == "fragment":
            page.route("**/*.jsonl", lambda route: route.abort())
        page.goto(f"{server.url}/train?race={race.id}")
        expect(page.locator(f".ll-race[data-way*={way}]")).to_be_visible()
        for run, value in zip(runs, (0.7, 0.75), strict=True):
            epoch(run, 1, value)
        expect(page.locator("[data-part=lead]")).to_have_text("Beta leads by 5.0 points after 1 epoch")
        epoch(runs[0], 2, 0.8)
        expect(page.locator("[data-part=lead]")).to_have_text("Alpha leads by 5.0 points after 2 epochs")


@pytest.mark.nightly
@pytest.mark.training
def test_two_real_lanes_from_the_start_to_the_comparison(app: Server, new_page: Callable[..., Page], clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_HOME", str(app.home))
    settings.cache_clear()
    workspace = Workspace.local()
    info = make_dataset(workspace, rows=600).info
    race = create_race(workspace, make_lanes(info, seeds=(0, 1), changes={"epochs": 6, "patience": 0, "layers": 1, "units": 8}, backend="jax"))
    runs = lanes_of(race, workspace.runs_folder)
    page = new_page()
    page.goto(f"{app.url}/train?race={race.id}&dataset={info.id}")
    expect(page.get_by_role("heading", name="The race")).to_be_visible()
    Launcher(workspace.home).submit_all(runs)
    expect(page.get_by_role("heading", name="The race is over")).to_be_visible(timeout=TRAINING_MS)
    expect(page.locator("[data-part=lead]")).to_have_text(re.compile("ended"))
    page.locator(".st-key-compare_race button").first.click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    begun = [_began(run) for run in runs]
    ended = [run.events.stat().st_mtime for run in runs]
    assert max(begun) < min(ended)  # one place for both: neither waited until the other was done


def _began(run: Run) -> float:
    """When the run's first step was written, in seconds on the clock of the machine."""
    events = [json.loads(line) for line in run.events.read_text().splitlines()]
    first = next(event for event in events if event["kind"] == "step")
    return run.events.stat().st_mtime - (events[-1]["time_s"] - first["time_s"])


# ---- the browser's own arithmetic, outside any app


def run_js(page: Page, code: str) -> Any:
    """Run code where the component's scripts are known."""
    scripts = race_chart._scripts().replace("export default function", "const unused = function")
    lanes = """
    const lane = (name, events) => { const history = new LaneHistory(); history.take(events); return { id: name, name, history }; };
    const begin = (metric = "accuracy") => ({ kind: "begin", epochs: 5, steps_per_epoch: 10, batch_size: 32, rows: 320, metric });
    const ended = (one, state, model = state === "finished" || state === "stopped") => { one.history.setStatus({ state, message: "", phase: "", model }); return one; };
    const epoch = (n, value, more = {}) => ({ kind: "epoch", epoch: n, step: 10 * n, loss: 1, metric: 0.5, val_loss: 1 - value, val_metric: value, best_epoch: n, learned_s: 2 * n, time_s: 4 * n, ...more });
    """
    return page.evaluate("([scripts, code]) => new Function(`${scripts}; ${code}`)()", [scripts, lanes + code])


@pytest.mark.parametrize(
    ("lanes", "field", "sentence"),
    [
        ('[lane("A", []), lane("B", [])]', "metric", "Getting ready; nobody begins before all are"),
        ('[lane("A", [begin(), epoch(1, 0.8)]), lane("B", [begin(), epoch(1, 0.8), epoch(2, 0.812)])]', "metric", "B leads by 1.2 points after 2 epochs"),
        ('[lane("A", [begin(), epoch(1, 0.80001)]), lane("B", [begin(), epoch(1, 0.80002)])]', "metric", "B and A are level after 1 epoch"),
        ('[lane("A", [begin("mean_absolute_error"), epoch(1, 3.5)]), lane("B", [begin("mean_absolute_error"), epoch(1, 3)])]', "metric", "B leads by 0.50 after 1 epoch"),
        ('[lane("A", [begin(), epoch(1, 0.8)]), lane("B", [begin(), epoch(1, 0.7)])]', "loss", "A leads by 0.100 after 1 epoch"),
        ('[lane("A", [begin(), epoch(1, 0.9), epoch(2, 0.95, {best_epoch: 1})]), lane("B", [begin(), epoch(1, 0.93)])]', "metric", "B leads by 3.0 points after 1 epoch"),
        ('[lane("A", [begin(), epoch(1, null, {val_loss: null, metric: 0.6})]), lane("B", [begin(), epoch(1, null, {val_loss: null, metric: 0.5})])]', "metric", "A leads by 10.0 points after 1 epoch"),
    ],
)  # fmt: skip
def test_who_leads_in_words(new_page: Callable[..., Page], lanes: str, field: str, sentence: str) -> None:
    assert run_js(new_page(), f"return leadWords(ranking({lanes}, '{field}'), '{field}');") == sentence


A, B = 'lane("A", [begin(), epoch(1, 0.8), epoch(2, 0.9)])', 'lane("B", [begin(), epoch(1, 0.88)])'
NOTHING = 'lane("B", [begin()])'


@pytest.mark.parametrize(
    ("lanes", "sentence"),
    [
        (f'[ended({A}, "finished"), ended({B}, "stopped")]', "A ended 2.0 points ahead"),
        (f'[ended({A}, "failed"), ended({B}, "finished"), ended(lane("C", [begin(), epoch(1, 0.86)]), "stopped")]', "B ended 2.0 points ahead"),
        (f'[ended({A}, "failed"), ended({B}, "finished")]', "Only B ended with a model: 88.0 %"),
        (f'[ended({A}, "interrupted"), ended({B}, "stopped")]', "Only B ended with a model: 88.0 %"),
        (f'[ended({A}, "stopped", false), ended({B}, "finished")]', "Only B ended with a model: 88.0 %"),  # it was to go on, and left the queue
        (f'[ended({A}, "failed"), ended({B}, "interrupted")]', "The race was interrupted; no lane has a model yet"),
        (f'[ended({A}, "failed"), ended({B}, "failed")]', "The race is over, and no lane ended with a model"),
        ('[ended(lane("A", []), "stopped", false), ended(lane("B", []), "stopped", false)]', "The race is over, and no lane ended with a model"),
        ('[ended(lane("A", []), "finished"), ended(lane("B", []), "finished")]', "The race is over"),  # its events are on their way
        (f'[ended({A}, "finished"), ended(lane("B", []), "finished")]', "The race is over"),
        (f'[ended({A}, "failed"), {B}]', "B is alone in the race now: 88.0 % after 1 epoch"),
        (f'[ended({A}, "interrupted"), {NOTHING}]', "B is alone in the race now, without a result yet"),
        (f'[ended({A}, "failed"), {B}, lane("C", [begin()])]', "B has a first result: 88.0 %"),
        (f'[ended({A}, "failed"), {B}, lane("C", [begin(), epoch(1, 0.85)])]', "B leads by 3.0 points after 1 epoch"),
        (f'[ended({A}, "finished"), {B}]', "A leads by 2.0 points after 2 epochs"),
    ],
)  # fmt: skip
def test_a_lane_without_a_model_wins_nothing(new_page: Callable[..., Page], lanes: str, sentence: str) -> None:
    assert run_js(new_page(), f"return leadWords(ranking({lanes}, 'metric'), 'metric');") == sentence


def test_only_between_two_is_there_luck(new_page: Callable[..., Page]) -> None:
    def under(lanes: str) -> str:
        return str(run_js(new_page(), f"return underWords(ranking({lanes}, 'metric'), 'metric', 'Accuracy');"))

    assert "more than luck" in under(f'[ended({A}, "finished"), ended({B}, "finished")]')
    assert under(f'[ended({A}, "failed"), ended({B}, "finished")]') == "Measured as accuracy on the validation rows, which nobody learns from."
    assert under(f'[ended({A}, "failed"), ended({B}, "failed")]') == ""


def test_a_lane_without_a_model_has_no_epoch_that_counts(new_page: Callable[..., Page]) -> None:
    code = f"""
    return ["finished", "stopped", "failed", "interrupted"].map((state) => {{
      const {{ history }} = ended({A}, state);
      return [curvesOf(history, "epochs", "metric").best, curvesOf(history, "epochs", "metric").validation.length, stateOf(history), standing(history, "metric")];
    }});
    """
    kept, stopped, failed, interrupted = run_js(new_page(), code)
    assert (kept, stopped) == ([[2, 0.9], 2, "Finished", 0.9], [[2, 0.9], 2, "Stopped", 0.9])
    assert (failed, interrupted) == ([None, 2, "Failed", None], [None, 2, "Interrupted", None])
    assert run_js(new_page(), f'return stateOf(ended({A}, "stopped", false).history)') == "Stopped, no model"


def test_of_few_batches_all_are_in_the_picture(new_page: Callable[..., Page]) -> None:
    """Of many, the first noisy ones may lie outside."""
    code = """
    const curve = (...y) => [{ training: y.map((one, number) => [number, one]), validation: [[1, 0.7]] }];
    const noisy = curve(0.1, 0.2, ...Array(200).fill(0.6), 0.8);
    return [extentOf(curve(0.5, 0.8), true), extentOf(noisy, true)];
    """
    assert run_js(new_page(), code) == [[0.5, 0.8], [0.6, 0.7]]


def test_where_a_step_lies_on_each_axis(new_page: Callable[..., Page]) -> None:
    device = "[0, 2, 4, 6, 8].map((t) => ({ kind: 'device', time_s: t, energy_j: 10 * t }))"
    code = f"""
    const history = lane("A", [begin(), epoch(1, 0.8), epoch(2, 0.9), ...{device}]).history;
    history.measure();
    return ["epochs", "seconds", "samples", "energy"].map((axis) => [history.at(10, axis), history.at(15, axis), history.at(20, axis)]);
    """
    epochs, seconds, samples, energy = run_js(new_page(), code)
    assert epochs == [1, 1.5, 2] and seconds == [2, 3, 4] and samples == [320, 480, 640]
    assert energy == pytest.approx([20, 30, 40])  # it learned half of the time, so half of 80 J are its own


def test_going_back_to_a_checkpoint_and_the_same_twice(new_page: Callable[..., Page]) -> None:
    code = """
    const step = (n, learned) => ({ kind: "step", step: n, epoch: 1, batch: n, loss: 1, learned_s: learned, time_s: learned });
    const { history } = lane("A", [begin(), step(1, 1), step(2, 2), step(3, 3), step(2, 2.5), step(3, 3.5)]);
    return [history.clock.step, history.clock.learned, history.learnedSeconds];
    """
    assert run_js(new_page(), code) == [[0, 1, 2, 3], [0, 1, 2.5, 3.5], 3.5]


def test_the_energy_of_a_second_worker_is_added(new_page: Callable[..., Page]) -> None:
    code = """
    const device = (t, joules) => ({ kind: "device", time_s: t, energy_j: joules });
    const { history } = lane("A", [begin(), device(1, 5), device(2, 9), device(3, 2), device(3, 2), device(4, 4)]);
    return history.meter.joules;
    """
    assert run_js(new_page(), code) == [5, 9, 11, 13]


def test_a_long_race_stays_small(new_page: Callable[..., Page]) -> None:
    code = """
    const steps = Array.from({ length: 20000 }, (_, i) => ({ kind: "step", step: i + 1, epoch: 1, loss: 1, learned_s: i / 10, time_s: i / 5 }));
    const { history } = lane("A", [begin(), ...steps]);
    return [history.clock.step.length, history.clock.step[0], history.clock.step.at(-1), history.at(10000, "seconds"), curvesOf(history, "seconds", "loss").training.length];
    """
    length, first, last, middle, points = run_js(new_page(), code)
    assert length <= 1500 and first == 0 and last == 20000 and middle == pytest.approx(999.9, abs=2) and points < 1000
