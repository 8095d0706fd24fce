"""The browser side of the live chart alone, without a server: its history of a run, and its numbers in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from core.runs.history import Point, thin
from core.runs.learned_energy import learned_energy

pytestmark = pytest.mark.browser
SCRIPTS = Path(__file__).parents[2] / "ui" / "live_chart"


@pytest.fixture(scope="module")
def blank(browser: Any) -> Iterator[Page]:
    """One empty page for all tests: no code leaves anything behind in it."""
    page = browser.new_page()
    yield page
    page.close()


def model(page: Page, code: str) -> Any:
    """Run code against `history`, a RunHistory of the browser side, outside any app."""
    scripts = "\n".join((SCRIPTS / f"{name}.js").read_text() for name in ("language", "words", "series", "history", "axes"))
    return page.evaluate("([scripts, code]) => new Function(`${scripts}; const history = new RunHistory(); ${code}`)()", [scripts, code])


STEPS = "const steps = (from, to) => Array.from({length: to - from + 1}, (_, i) => ({kind: 'step', step: from + i, loss: from + i === 5000 ? 9 : 1}));"


def test_a_long_history_is_thinned_but_exact(blank: Page) -> None:
    """Of each stretch its first, its last and its extremes stay, the same as the server would keep."""
    random = np.random.default_rng(0)
    losses, metrics = random.random(30_000).round(6).tolist(), random.random(30_000).round(6).tolist()
    code = """
        history.take(given.map(([loss, metric], i) => ({kind: 'step', step: i + 1, loss, metric})));
        history.thin();
        return [history.batch.step, history.batch.loss, history.width];
    """
    scripts = code.replace("given", json.dumps(list(zip(losses, metrics, strict=True))))
    steps, loss, width = model(blank, scripts)
    points = [Point(i, i + 1, (losses[i], metrics[i]), "") for i in range(30_000)]
    expected = [point.key for point in thin(points, width)]
    assert steps == expected and len(steps) <= 4096
    assert loss == [losses[step - 1] for step in steps]


def test_an_average_over_an_uneven_axis(blank: Page) -> None:
    """Against the plain definition: every number counts 2^-(distance ÷ half-life)."""
    random = np.random.default_rng(1)
    x, y = np.sort(random.random(40)), random.normal(size=40)
    y[7] = np.nan
    known = np.isfinite(y)
    weights = 2 ** (-np.abs(x[:, None] - x[None, known]) / 0.1)
    expected = weights @ y[known] / weights.sum(axis=1)
    given = [None if np.isnan(value) else value for value in y.tolist()]
    found = model(blank, f"return smoothed({json.dumps(x.tolist())}, {json.dumps(given)}, 0.1);")
    assert found[7] is None
    assert np.array(found, float)[known] == pytest.approx(expected[known])
    assert model(blank, "return smoothed([0, 1], [4, 1], 0);") == [4, 1]


def test_a_million_points_are_few_on_a_screen(blank: Page) -> None:
    code = """
        const x = Array.from({length: 1000000}, (_, i) => i / 1000);
        const y = x.map((_, i) => i === 123456 ? 9 : i === 654321 ? -9 : 0);
        const [sx, sy] = forScreen(x, y, 0, 1000, 600);
        return [sx.length, Math.max(...sy), Math.min(...sy), sx[0], sx.at(-1)];
    """
    length, high, low, first, last = model(blank, code)
    assert length <= 4 * 602 and (high, low, first, last) == (9, -9, 0, 999.999)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_on_an_axis_are_round_and_inside(blank: Page, low: float, size: float, about: int) -> None:
    values = model(blank, f"return ticks({low!r}, {low + size!r}, {about});")
    assert len(values) <= about + 2
    assert all(low - size * 1e-6 <= value <= low + size * (1 + 1e-6) for value in values)
    steps = np.diff(values)
    if len(steps) > 1 and size > 1e-4 * abs(low):
        assert np.allclose(steps, steps[0], rtol=1e-4)


def test_what_was_marked_goes_when_a_run_goes_back(blank: Page) -> None:
    code = f"""{STEPS}
        history.take([{{kind: 'begin', steps_per_epoch: 10, epochs: 9, resumed_from_step: 0}}]);
        history.take(steps(1, 35));
        history.take([1, 2, 3].map((epoch) => ({{kind: 'epoch', epoch, step: 10 * epoch}})));
        history.take([{{kind: 'begin', steps_per_epoch: 10, epochs: 9, resumed_from_step: 20}}]);
        return [history.batch.step.at(-1), history.epochs.length, history.resumed];"""
    assert model(blank, code) == [20, 2, [20]]


def test_a_run_that_begins_anew_shows_nothing_old(blank: Page) -> None:
    code = f"""{STEPS}
        history.take([{{kind: 'begin', steps_per_epoch: 10, epochs: 9, resumed_from_step: 0}}]);
        history.take([...steps(1, 25), {{kind: 'epoch', epoch: 1, step: 10}}, {{kind: 'epoch', epoch: 2, step: 20}}]);
        history.take([{{kind: 'notice', code: 'flat', message: 'Flat'}}, {{kind: 'device', cpu_percent: 5}}, {{kind: 'end', epochs: 2}}]);
        history.take([{{kind: 'begin', steps_per_epoch: 10, epochs: 9, resumed_from_step: 0}}]);
        return [history.empty, history.epochs, history.notices, history.end, history.step, history.device.length];"""
    assert model(blank, code) == [True, [], [], None, None, 1]


def test_energy_is_that_of_learning_over_all_workers(blank: Page) -> None:
    """As Python adds it up: no compiling, no waiting, and a new worker that counts from 0 loses nothing."""
    told = [("device", 0, 0), ("step", 4, 0), ("device", 4, 200), ("step", 8, 3), ("device", 8, 400), ("begin", 8.5, 0), ("device", 9, 20),
            ("step", 9.5, 3), ("device", 9.5, 50), ("step", 10.5, 4), ("device", 10.5, 90), ("end", 11, 0), ("device", 12, 500)]  # fmt: skip
    events = [{"kind": kind, "time_s": at, "energy_j" if kind == "device" else "learned_s": value, "step": step, "resumed_from_step": 4} for step, (kind, at, value) in enumerate(told)]
    expected = learned_energy(events)
    assert expected is not None
    code = f"const events = {json.dumps(events)}; history.take(events); const once = history.energy.joules; history.take(events.filter((event) => event.kind === 'device'));"
    assert model(blank, f"{code} return [once, history.energy.joules];") == [expected[1][-1]] * 2 == [190.0] * 2
    assert model(blank, f"{code} history.take([{{kind: 'begin', time_s: 13, resumed_from_step: 0}}]); return history.energy.joules;") == 0


def test_the_speed_of_a_whole_run_fits_a_cell(blank: Page) -> None:
    """Against the plain means of stretches of equally many."""
    random = np.random.default_rng(2)
    values = random.random(1000)
    expected = [part.mean() for part in np.array_split(values, 8)]
    assert model(blank, f"return averages([null, ...{json.dumps(values.tolist())}, null], 8);") == pytest.approx(expected)
    assert model(blank, "return [averages([], 8), averages([null], 8), averages([3, null, 5], 8)];") == [[], [], [3, 5]]


def test_the_same_events_twice_change_nothing(blank: Page) -> None:
    code = f"{STEPS} history.take(steps(1, 50)); history.take([{{kind: 'epoch', epoch: 1, step: 50}}]); history.take(steps(51, 60));"
    again = "history.take(steps(41, 50)); history.take([{kind: 'epoch', epoch: 1, step: 50}]); history.take(steps(51, 60));"
    once = model(blank, f"{code} return [history.batch.step, history.epochs];")
    twice = model(blank, f"{code} {again} return [history.batch.step, history.epochs];")
    assert once == twice and len(once[0]) == 60


LEARNED = """
    const begin = (from = 0) => ({kind: 'begin', epochs: 20, steps_per_epoch: 100, batch_size: 10, resumed_from_step: from, metric: 'accuracy'});
    const state = (name, time_s) => { history.setStatus({state: name, phase: ''}); history.take([{kind: 'state', state: name, time_s}]); };
    const step = (number, time_s) => history.take([{kind: 'step', step: number, time_s, samples_per_s: 1000}]);
    const epoch = (number, time_s, left) => history.take([{kind: 'epoch', epoch: number, step: 100 * number, time_s, samples_per_s: 1000,
      time_left_s: left, time_left_low_s: left, time_left_high_s: left, metric: 0.5, val_metric: 0.5, best_epoch: number}]);
    history.take([begin()]); state('running', 0); step(100, 10); epoch(1, 10, 300);
    const left = () => Math.round(history.timeLeft()?.seconds ?? -1);
"""


@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("step(150, 15);", 295),
        ("state('paused', 12); step(150, 615); return left();", -1),
        ("state('paused', 12); state('running', 612); step(150, 617);", 293),  # 2 s and 5 s of learning since the epoch, and a pause of ten minutes
        ("state('paused', 12); state('running', 612); epoch(2, 620, 290); step(210, 621);", 289),  # an epoch knows of the pauses before it
        ("state('interrupted', 12); state('queued', 12);", -1),
        ("state('starting', 12);", -1),
        ("state('interrupted', 12); state('running', 400); history.take([begin(100)]); step(110, 401);", 19),  # what is left of 20 epochs at this speed
        ("state('running', 400); epoch(2, 400, 0); history.take([begin(200)]);", 18),  # continued: the last epoch had nothing left
        ("state('interrupted', 12); state('running', 400); history.take([begin(100)]); epoch(2, 410, 180);", 180),
    ],
)
def test_time_is_left_only_while_it_learns(blank: Page, what: str, seconds: int) -> None:
    assert model(blank, f"{LEARNED} {what} return left();") == seconds


@pytest.mark.parametrize(("state", "said"), [("queued", "Waiting its turn"), ("starting", "Getting ready"), ("paused", "Paused"), ("running", "Epoch 1 of 20, Validation accuracy 0.500. About 5 min left")])
def test_a_screen_reader_hears_that_it_stands_still(blank: Page, state: str, said: str) -> None:
    assert model(blank, f"{LEARNED} state('{state}', 12); return announcement(history);") == said


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (0.8566, ["Validation loss 0.143, as at epoch 1, the best", "Validation accuracy 0.857, as at epoch 1, which is kept"]),
        (0.8, ["Validation loss 0.200; 0.143 at epoch 1, the best", "Validation accuracy 0.800; 0.857 at epoch 1, which is kept"]),
    ],
)
def test_the_same_figure_is_not_said_twice(blank: Page, now: float, said: list[str]) -> None:
    epochs = f"[0.8571, {now}].forEach((value, i) => history.take([{{kind: 'epoch', epoch: i + 1, step: i + 1, best_epoch: 1, val_metric: value, val_loss: 1 - value}}]));"
    code = f"history.take([{{kind: 'begin', metric: 'accuracy'}}]); {epochs} return ['loss', 'metric'].map((field) => finding(history, field));"
    assert model(blank, code) == said


def test_an_audience_is_not_told_what_to_press(blank: Page) -> None:
    notice = json.dumps({"message": "Press Stop.", "after": "It was flat."})
    ways = ("ended: false, watched: false", "ended: false, watched: true", "ended: true, watched: false")
    assert [model(blank, f"return noticeWords({notice}, {{{way}}});") for way in ways] == ["Press Stop.", "It was flat.", "It was flat."]


def test_a_run_that_goes_back_to_its_checkpoint(blank: Page) -> None:
    steps = model(blank, f"{STEPS} history.take(steps(1, 50)); history.take(steps(21, 22)); return history.batch.step;")
    assert steps == list(range(1, 23))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("number(0.84213)", "0.842"), ("number(12345.6)", "12,300"), ("number(null)", "–"), ("number(0)", "0"), ("number(0.00001234)", "1.23e-5"),
        ("rounded(12345)", "12,300"), ("duration(80)", "1 min 20 s"), ("duration(7260)", "2 h 1 min"), ("duration(7200)", "2 h"), ("duration(7199)", "2 h"), ("duration(5399)", "1 h 30 min"), ("duration(42.4)", "42 s"),
        ("duration(83, true)", "1 min 30 s"), ("duration(3.21)", "3.2 s"), ("bytes(612000000)", "612 MB"), ("bytes(3100000000)", "3.1 GB"),
        ("timeLeft({seconds: 42, low: 30, high: 61})", "About 45 s left, 30 s – 1 min 10 s"), ("timeLeft({seconds: 42, low: 31, high: 58})", "About 45 s left, 35 s – 1 min"),
        ("timeLeft({seconds: 42, low: 31, high: 48})", "About 45 s left, 35–50 s"), ("timeLeft({seconds: 15, low: 0, high: 25})", "About 15 s left, at most 25 s"), ("timeLeft({seconds: 42, low: null, high: null})", "About 45 s left"), ("timeLeft({seconds: 4, low: 2, high: 6})", "A few seconds left"),
        ("patienceWords(3)", "Stops after 3 more epochs without improvement"), ("patienceWords(1)", "Stops after one more epoch without improvement"),
        ("noticeWords({message: 'Press Stop', after: 'It was flat', epoch: 4}, {ended: false})", "Press Stop (epoch 4)"),
        ("noticeWords({message: 'Press Stop', after: 'It was flat', epoch: 4}, {ended: true})", "It was flat (epoch 4)"),
        ("noticeWords({message: 'Free some space', after: null, epoch: 4}, {ended: true})", ""), ("noticeWords({message: 'Said before this was'}, {ended: true})", "Said before this was"),
        ("plainNumber(0.0005)", "0.0005"), ("tickWords([0, 0.2, 0.4]).join()", "0.0,0.2,0.4"), ("tickWords([0, 500, 1000]).join(' ')", "0 500 1,000"),
    ],
)  # fmt: skip
def test_numbers_as_people_say_them(blank: Page, call: str, text: str) -> None:
    assert model(blank, f"return {call};") == text
