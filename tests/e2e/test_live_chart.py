"""The live chart in a real browser: it grows, keeps the viewer's zoom, and finds another way when one is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.files import remove_folder
from core.runs.run import Run
from tests.e2e.conftest import PATIENCE_MS, Server
from tests.ui import live_made as made

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("home")]
expect.set_options(timeout=PATIENCE_MS)
SCRIPTS = Path(__file__).parent.parent.parent / "ui" / "live_chart"

PLOT = "document.querySelector('[data-part=plot-loss]')"
POINTS = f"{PLOT}?.data?.map(trace => trace.x.length)"
AXES = f"JSON.stringify([{PLOT}._fullLayout.xaxis.range, {PLOT}._fullLayout.yaxis.range])"
WAY = "document.querySelector('.ll-live')?.dataset.way"
NO_SOCKET = """
const Real = WebSocket;
window.WebSocket = class extends Real {
  constructor(address, protocols) { super(String(address).replace("/live/", "/nowhere/"), protocols); }
};
"""


@contextmanager
def learning(epochs_done: int = 2) -> Iterator[tuple[Run, str]]:
    """A run with a worker that lives, some epochs in."""
    run, token = made.made_run(name="On stage", epochs=5)
    made.begin(run)
    for number in range(1, epochs_done + 1):
        made.one_epoch(run, number)
    with made.worked_on(run):
        yield run, token


def until(page: Page, condition: str) -> None:
    """Wait for a condition in the page. Not `wait_for_function`: our content policy forbids its eval."""
    met = page.evaluate(
        f"""() => new Promise((done) => {{
            const end = performance.now() + {PATIENCE_MS};
            const look = () => ({condition}) ? done(true) : performance.now() > end ? done(false) : setTimeout(look, 50);
            look();
        }})"""
    )
    assert met, (condition, page.evaluate(POINTS), page.evaluate(WAY), page.locator("body").inner_text())


def wait_for_points(page: Page, epochs: int) -> None:
    """Until batches, both curves and the best epoch are drawn."""
    steps = epochs * made.STEPS
    until(page, f"JSON.stringify({POINTS}) === '[{steps},{epochs},{epochs},1]'")


def zoom(page: Page) -> str:
    """Drag a box in the loss chart; returns the axes afterwards."""
    box = page.locator("[data-part=plot-loss]").bounding_box()
    assert box
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 120, steps=4)
    page.mouse.move(box["x"] + 300, box["y"] + 180, steps=4)
    page.mouse.up()
    expect(page.locator("[data-chart=loss] .ll-whole")).to_be_visible()
    return str(page.evaluate(AXES))


def test_it_grows_and_keeps_zoom_and_legend(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(2) as (run, token):
        page = new_page()
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 2)
        assert page.evaluate(WAY) == "socket"
        expect(page.locator("[data-part=progress]")).to_have_text("Epoch 2 of 5 · batch 10 of 10")
        page.evaluate(f"{PLOT}.wasHere = true")
        page.locator("[data-chart=loss] [data-trace='0']").click()
        axes = zoom(page)
        for number in (3, 4):
            made.one_epoch(run, number)
            wait_for_points(page, number)
        assert page.evaluate(AXES) == axes
        made.finish(run, 4)
        expect(page.get_by_text("0.842")).to_be_visible()  # the page noticed the end by itself
        expect(page.locator("[data-part=state]")).to_have_text("Finished")
        assert page.evaluate(AXES) == axes and page.evaluate(f"{PLOT}.wasHere")  # never made anew
        assert page.evaluate(f"{PLOT}.data[0].visible") is False
        page.locator("[data-chart=loss] .ll-whole").click()
        until(page, f"{AXES} !== {axes!r}")


def test_it_says_what_happens(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(2) as (run, token):
        page = new_page()
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 2)
        expect(page.locator("[data-part=voice]")).to_have_text("Epoch 2 of 5, validation accuracy 0.770")
        expect(page.locator("[data-part=title-loss]")).to_have_text("Validation loss 0.300, the best epoch so far")
        expect(page.locator("[data-value=val_metric]")).to_have_text("0.770")
        expect(page.locator("[data-part=speed]")).to_have_text("1,300")
        made.event(run, "device", cpu_percent=87.4, memory_bytes=512_000_000, gpus=[])
        expect(page.locator("[data-part=processor]")).to_have_text("87 %")
        expect(page.locator("[data-part=memory]")).to_have_text("512 MB")
        expect(page.locator("[data-part=gpu-cell]")).to_be_hidden()
        made.event(run, "device", cpu_percent=1.0, memory_bytes=1, gpus=[{"name": "A", "percent": 43.0, "memory_bytes": 3e9}])
        expect(page.locator("[data-part=gpu]")).to_have_text("43 %")
        page.get_by_text("Numbers by epoch").first.click()
        expect(page.locator("[data-part=rows] tr")).to_have_count(2)


def test_without_a_socket_it_reads_the_file(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(1) as (run, token):
        page = new_page()
        page.add_init_script(NO_SOCKET)
        page.goto(f"{server.url}/?view={token}")
        until(page, f"{WAY} === 'polling'")
        wait_for_points(page, 1)
        axes = zoom(page)
        made.one_epoch(run, 2)
        wait_for_points(page, 2)
        assert page.evaluate(AXES) == axes
        made.finish(run, 2)
        expect(page.get_by_text("0.842")).to_be_visible()
        assert not list(SCRIPTS.parent.parent.glob(f"static/live/{token}*"))  # taken away at the end


def test_without_socket_and_file_it_asks_python(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(1) as (run, token):
        page = new_page()
        page.add_init_script(NO_SOCKET)
        page.route("**/*.jsonl", lambda route: route.abort())
        page.goto(f"{server.url}/?view={token}")
        until(page, f"{WAY} === 'fragment'")
        wait_for_points(page, 1)
        axes = zoom(page)
        made.one_epoch(run, 2)
        wait_for_points(page, 2)
        assert page.evaluate(AXES) == axes
        made.finish(run, 2)
        expect(page.get_by_text("0.842")).to_be_visible()


def test_a_reload_and_a_second_browser_see_the_same(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(2) as (run, token):
        first = new_page()
        first.goto(f"{server.url}/train?run={run.id}")
        wait_for_points(first, 2)
        first.reload()
        wait_for_points(first, 2)
        second = new_page()
        second.goto(f"{server.url}/?view={token}")
        wait_for_points(second, 2)
        made.one_epoch(run, 3)
        wait_for_points(first, 3)
        wait_for_points(second, 3)
        expect(first.get_by_role("button", name="Stop")).to_be_visible()
        expect(second.get_by_role("button", name="Stop")).to_have_count(0)


def test_the_train_page_goes_from_waiting_to_the_result(server: Server, new_page: Callable[..., Page]) -> None:
    run, _ = made.made_run()
    page = new_page()
    page.goto(f"{server.url}/train?run={run.id}")
    expect(page.get_by_role("heading", name="Waiting its turn")).to_be_visible()
    with made.worked_on(run):
        made.begin(run)
        expect(page.get_by_role("heading", name="It is learning")).to_be_visible()
        made.one_epoch(run, 1)
        wait_for_points(page, 1)
        made.finish(run, 1)
        expect(page.get_by_role("heading", name="It has learned")).to_be_visible()
        wait_for_points(page, 1)


def test_it_survives_a_restart_of_the_server(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(1) as (run, token):
        page = new_page()
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 1)
        server.stop()
        made.one_epoch(run, 2)
        server.start()
        wait_for_points(page, 2)
        made.one_epoch(run, 3)
        wait_for_points(page, 3)


def test_a_run_that_is_deleted_while_one_watches(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(1) as (run, token):
        page = new_page()
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 1)
        remove_folder(run.folder)
        expect(page.locator("body")).to_contain_text("no longer here")


def test_it_fits_a_phone(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(2) as (_, token):
        page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 2)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate(f"{PLOT}._fullLayout.dragmode") is False
        loss, metric = (page.locator(f"[data-part=plot-{name}]").bounding_box() for name in ("loss", "metric"))
        assert loss and metric and metric["y"] > loss["y"] + loss["height"] and loss["width"] > 340
        heights = page.locator(".ll-live button:visible").evaluate_all("buttons => buttons.map(b => b.getBoundingClientRect().height)")
        assert min(heights) >= 44


def test_the_colours_follow_the_theme(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(1) as (_, token):
        page = new_page(color_scheme="light")
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 1)
        page.evaluate(f"{PLOT}.wasHere = true")
        light = page.evaluate(f"{PLOT}._fullLayout.font.color")
        page.emulate_media(color_scheme="dark")
        until(page, f"{PLOT}._fullLayout.font.color !== {light!r}")
        assert page.evaluate(f"{PLOT}.wasHere")


def model(page: Page, code: str) -> Any:
    """Run code against `history`, a RunHistory of the browser side, outside any app."""
    scripts = "\n".join((SCRIPTS / f"{name}.js").read_text() for name in ("words", "history"))
    return page.evaluate("([scripts, code]) => new Function(`${scripts}; const history = new RunHistory(); ${code}`)()", [scripts, code])


STEPS = "const steps = (from, to) => Array.from({length: to - from + 1}, (_, i) => ({kind: 'step', step: from + i, loss: from + i === 5000 ? 9 : 1}));"


def test_a_long_history_is_thinned_but_exact(new_page: Callable[..., Page]) -> None:
    loss, steps = model(new_page(), f"{STEPS} history.take(steps(1, 30000)); return [history.batch.loss, history.batch.step];")
    assert len(loss) <= 4000 and steps[0] == 1 and steps[-1] == 30000 and max(loss) == 9 and steps[loss.index(9)] == 5000


def test_the_same_events_twice_change_nothing(new_page: Callable[..., Page]) -> None:
    code = f"{STEPS} history.take(steps(1, 50)); history.take([{{kind: 'epoch', epoch: 1, step: 50}}]); history.take(steps(51, 60));"
    again = "history.take(steps(41, 50)); history.take([{kind: 'epoch', epoch: 1, step: 50}]); history.take(steps(51, 60));"
    once = model(new_page(), f"{code} return [history.batch.step, history.epochs];")
    twice = model(new_page(), f"{code} {again} return [history.batch.step, history.epochs];")
    assert once == twice and len(once[0]) == 60


def test_a_run_that_goes_back_to_its_checkpoint(new_page: Callable[..., Page]) -> None:
    steps = model(new_page(), f"{STEPS} history.take(steps(1, 50)); history.take(steps(21, 22)); return history.batch.step;")
    assert steps == list(range(1, 23))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("number(0.84213)", "0.842"), ("number(12345.6)", "12,300"), ("number(null)", "–"), ("number(0)", "0"), ("number(0.00001234)", "1.23e-5"),
        ("rounded(12345)", "12,300"), ("duration(80)", "1 min 20 s"), ("duration(7260)", "2 h 1 min"), ("duration(42.4)", "42 s"),
        ("duration(83, true)", "1 min 30 s"), ("duration(3.21)", "3.2 s"), ("bytes(612000000)", "612 MB"), ("bytes(3100000000)", "3.1 GB"),
    ],
)  # fmt: skip
def test_numbers_as_people_say_them(new_page: Callable[..., Page], call: str, text: str) -> None:
    assert model(new_page(), f"return {call};") == text
