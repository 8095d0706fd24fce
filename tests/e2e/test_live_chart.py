"""The live chart in a real browser: it grows, keeps the viewer's zoom, and finds another way when one is closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from core.files import remove_folder
from core.runs.run import Run
from core.runs.state import RunState
from tests.e2e.conftest import PATIENCE_MS, Server
from tests.ui import live_made as made

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("home")]
SCRIPTS = Path(__file__).parent.parent.parent / "ui" / "live_chart"

BOX = "document.querySelector('[data-part=plot-loss]')"
PLOT = f"{BOX}?.limelight"  # the figure, as it was last drawn
POINTS = f"Object.values({PLOT}?.rows ?? {{}}).map(([x]) => x.length)"
AXES = f"JSON.stringify({PLOT}.ranges)"
WAY = "document.querySelector('.ll-live')?.dataset.way"
SPARKS = "[...document.querySelectorAll('.ll-live svg:not([hidden])')].map((svg) => [svg.dataset.part, svg.firstChild.getAttribute('points').split(' ').length])"
QUIET_MS = 7500  # between two things that a screen reader is told; half a second less than the promise, for the clock of the test
LISTEN = """
new MutationObserver((changes) => {
  if (changes.some((change) => change.target.parentElement?.closest("[data-part=voice]") || change.target.dataset?.part === "voice")) (window.told ??= []).push(performance.now());
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
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
    assert met, f"points {page.evaluate(POINTS)} by {page.evaluate(WAY)} instead of {condition}\n{page.locator('body').inner_text()}"


def wait_for_points(page: Page, epochs: int) -> None:
    """Until both curves are drawn: training has the batches and the epochs."""
    until(page, f"JSON.stringify({POINTS}) === '[{epochs * (made.STEPS + 1)},{epochs}]'")


def sockets_of(page: Page) -> list[WebSocket]:
    """The live sockets that a page opens from now on."""
    found: list[WebSocket] = []
    page.on("websocket", lambda socket: found.append(socket) if "/live/" in socket.url else None)
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => Boolean(window.isHidden) });")
    return found


def hide(page: Page, sockets: list[WebSocket]) -> None:
    """Bring another tab to the front, and wait until this one rests."""
    page.evaluate("window.isHidden = true; document.dispatchEvent(new Event('visibilitychange'))")
    until_closed(sockets)


def until_closed(sockets: list[WebSocket]) -> None:
    for socket in sockets:
        if not socket.is_closed():
            socket.wait_for_event("close")


def show(page: Page) -> None:
    page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")


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
        page.add_init_script(LISTEN)
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 2)
        assert page.evaluate(WAY) == "socket"
        expect(page.locator("[data-part=progress]")).to_have_text("Epoch 2 of 5 · batch 10 of 10")
        page.evaluate(f"{BOX}.limelight.wasHere = true")
        page.locator("[data-trace=raw]").click()
        axes = zoom(page)
        for number in (3, 4):
            made.one_epoch(run, number)
            wait_for_points(page, number)
        assert page.evaluate(AXES) == axes
        told = page.evaluate("window.told")
        assert told and min((later - earlier for earlier, later in pairwise(told)), default=QUIET_MS) >= QUIET_MS  # epochs come faster
        made.finish(run, 4)
        expect(page.get_by_text("0.842")).to_be_visible()  # the page noticed the end by itself
        expect(page.locator("[data-part=state]")).to_have_text("Finished")
        expect(page.locator("[data-part=title-loss]")).to_have_text("Kept: epoch 4, validation loss 0.150")
        expect(page.locator("[data-part=progress]")).to_have_text("4 epochs · epoch 4 is kept")
        expect(page.locator("[data-part=plot-loss]")).to_have_attribute("aria-label", re.compile("Kept: epoch 4, validation loss 0.150"))
        assert page.evaluate(AXES) == axes and page.evaluate(f"{PLOT}.wasHere")  # never made anew
        assert page.evaluate(f"[...{PLOT}.hidden]") == ["raw"]
        page.locator("[data-chart=loss] .ll-whole").click()
        until(page, f"{AXES} !== {axes!r}")


def test_it_says_what_happens(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(2) as (run, token):
        page = new_page()
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 2)
        expect(page.locator("[data-part=voice]")).to_contain_text("Epoch 2 of 5, Validation accuracy 0.770")
        expect(page.locator("[data-part=title-loss]")).to_have_text("Validation loss 0.300, the best epoch so far")
        expect(page.locator("[data-part=value-val_metric]")).to_have_text("0.770")
        expect(page.locator("[data-part=speed]")).to_have_text("1,300")
        made.event(run, "device", cpu_percent=87.4, memory_bytes=512_000_000, gpus=[])
        expect(page.locator("[data-part=processor]")).to_have_text("87 %")
        expect(page.locator("[data-part=memory]")).to_have_text("512 MB")
        expect(page.locator("[data-part=gpu-cell]")).to_be_hidden()
        made.event(run, "device", cpu_percent=1.0, memory_bytes=1, gpus=[{"name": "A", "percent": 43.0, "memory_bytes": 3e9}])
        expect(page.locator("[data-part=gpu]")).to_have_text("43 %")
        page.get_by_text("Numbers by epoch").first.click()
        expect(page.locator("[data-part=rows] tr")).to_have_count(2)

        plot, tip = page.locator("[data-part=plot-loss]"), page.locator("[data-part=plot-loss] .ll-tip")
        expect(plot).to_have_attribute("aria-label", re.compile("arrow keys read the numbers"))
        plot.focus()
        for key, epoch in (("ArrowLeft", 2), ("ArrowLeft", 1), ("ArrowLeft", 1), ("ArrowRight", 2), ("Home", 1), ("End", 2)):
            plot.press(key)
            expect(tip).to_contain_text(f"Epoch {epoch}")
        expect(plot.locator(".ll-voice")).to_have_text("Epoch 2, Training 0.250, Validation 0.300.")
        made.one_epoch(run, 3)
        wait_for_points(page, 3)
        expect(tip).to_contain_text("Epoch 2")  # it stays where it was while the curve grows
        plot.press("Escape")
        expect(tip).to_be_hidden()
        expect(plot.locator(".ll-voice")).to_have_text("")


def test_the_room_sees_what_happens_to_the_run(server: Server, new_page: Callable[..., Page]) -> None:
    run, token = made.made_run(epochs=5)
    made.begin(run, patience=3, resumed_from_step=0)
    made.one_epoch(run, 1, patience_left=3)
    made.event(run, "learning_rate", step=12, epoch=2, value=0.0005)
    made.one_epoch(run, 2, best_epoch=1, patience_left=2, learning_rate=0.0005, time_left_s=7200.0, time_left_low_s=5400.0, time_left_high_s=10_800.0)
    rows = [{"row": 0, "truth": "yes", "answer": "yes", "share": 0.9}, {"row": 1, "truth": "yes", "answer": "<b>no</b>", "share": 0.6}]
    made.event(run, "examples", epoch=2, rows=rows)
    made.event(run, "notice", code="overfitting", message="It learns <i>by heart</i>.", epoch=2)
    with made.worked_on(run):
        page = new_page()
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 2)
        expect(page.locator("[data-part=left]")).to_have_text(re.compile(r"^About (2 h|1 h 59 min) left, 1 h \d+ min – (3 h|2 h 59 min)$"))
        expect(page.locator("[data-part=patience]")).to_have_text("Stops after 2 more epochs without improvement")
        expect(page.locator("[data-part=dots] i.ll-on")).to_have_count(2)
        expect(page.locator("[data-part=rate]")).to_have_text("0.0005")
        expect(page.locator("[data-part=notices] li")).to_have_text("It learns <i>by heart</i>. (epoch 2)")
        expect(page.locator("[data-part=examples-title]")).to_have_text("1 of 2 right after epoch 2 · rows it never learned from")
        expect(page.locator("[data-part=examples-list] .ll-answer")).to_have_text(["✓ yes", "✗ <b>no</b>"])  # text, never markup
        made.event(run, "examples", epoch=3, rows=[rows[0], rows[1] | {"answer": "yes", "share": 0.7}])
        expect(page.locator("[data-part=examples-list] .ll-answer")).to_have_text(["✓ yes", "✓ yes"])  # the room sees it learn
        for load in (10.0, 60.0, 90.0):
            made.event(run, "device", cpu_percent=load, memory_bytes=1, gpus=[])
        expect(page.locator("[data-part=processor]")).to_have_text("90 %")
        assert dict(page.evaluate(SPARKS)) == {"spark-rate": 2, "spark-speed": 20, "spark-processor": 3}
        sizes = page.locator(".ll-cells b").evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
        assert min(sizes) >= 32  # read from the back of the room
        page.locator("[data-part=smoothing]").fill("0")
        expect(page.locator("[data-part=how]")).to_contain_text("Not smoothed")
        run.update(state=RunState.PAUSED)
        expect(page.locator("[data-part=state]")).to_have_text("Paused")
        expect(page.locator("[data-part=left]")).to_have_text("")
        made.event(run, "device", cpu_percent=90.0, memory_bytes=1, memory_available_bytes=3_000_000_000, gpus=[])
        expect(page.locator("[data-part=memory-words]")).to_have_text("memory, 3.0 GB free")
        page.locator(".st-key-language button").click()  # nothing new comes from the run, and all of it is said anew
        for part, words in (("memory-words", "剩余 3.0 GB"), ("examples-title", "个中答对"), ("state", "暂停"), ("examples-list", "把握")):
            expect(page.locator(f"[data-part={part}]")).to_contain_text(words)
        expect(page.locator("[data-part=plot-loss]")).to_have_attribute("aria-label", re.compile("方向键"))


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


def test_a_tab_in_the_background_rests_and_goes_on_without_a_gap(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(1) as (run, token):
        page = new_page()
        sockets = sockets_of(page)
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 1)
        page.evaluate(f"{BOX}.wasHere = true")
        hide(page, sockets)
        offset = page.evaluate("document.querySelector('.ll-live').dataset.offset")
        for number in (2, 3):
            made.one_epoch(run, number)
        assert page.evaluate(POINTS) == [made.STEPS + 1, 1]  # nothing came
        show(page)
        wait_for_points(page, 3)
        assert page.evaluate(f"{BOX}.wasHere")
        assert len(sockets) == 2 and sockets[-1].url.endswith(f"?offset={offset}") and int(offset) > 0
        made.finish(run, 3)
        expect(page.get_by_text("0.842")).to_be_visible()  # Python looks again too


def test_everybody_sees_an_interruption_and_that_it_goes_on(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(2) as (run, token):
        first = new_page()
        first.goto(f"{server.url}/train?run={run.id}")
        wait_for_points(first, 2)
        first.reload()
        wait_for_points(first, 2)
        second = new_page()
        sockets = sockets_of(second)
        second.goto(f"{server.url}/?view={token}")
        wait_for_points(second, 2)
        made.one_epoch(run, 3)
        wait_for_points(first, 3)
        wait_for_points(second, 3)
        expect(first.get_by_role("button", name="Stop")).to_be_visible()
        expect(second.get_by_role("button", name="Stop")).to_have_count(0)
    for page in (first, second):  # its worker is gone
        expect(page.locator("[data-part=state]")).to_have_text("Interrupted")
        expect(page.locator("[data-part=title-loss]")).to_have_text("Best: epoch 3, validation loss 0.200")  # no model is kept
        expect(page.locator("[data-part=progress]")).to_have_text("3 epochs · epoch 3 was the best")
    until_closed(sockets)  # the server takes it for over
    first.locator(".st-key-resume button").click()
    expect(first.get_by_role("heading", name="Waiting its turn")).to_be_visible()
    with made.worked_on(run):
        made.begin(run, resumed_from_step=2 * made.STEPS)
        made.one_epoch(run, 3)
        made.one_epoch(run, 4)
        for page in (first, second):
            expect(page.locator("[data-part=state]")).to_have_text("Learning")
            wait_for_points(page, 4)
            assert page.evaluate(f"{PLOT}.history.resumed") == [2 * made.STEPS]


def test_the_train_page_goes_from_waiting_to_the_result(server: Server, new_page: Callable[..., Page]) -> None:
    run, _ = made.made_run()
    page = new_page()
    page.goto(f"{server.url}/train?run={run.id}")
    expect(page.get_by_role("heading", name="Waiting its turn")).to_be_visible()
    with made.worked_on(run):
        made.begin(run)
        expect(page.get_by_role("heading", name="It is learning")).to_be_visible()
        for number in range(1, made.STEPS + 1):
            made.step(run, number)
            if number == 2:  # of few batches none is left out of the picture
                until(page, f"{PLOT}?.ranges.y[0] <= 0.5 && {PLOT}.ranges.y[1] >= 1.0")
        made.epoch(run, 1)
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
        loss, metric = (page.locator(f"[data-part=plot-{name}]").bounding_box() for name in ("loss", "metric"))
        assert loss and metric and metric["y"] > loss["y"] + loss["height"] and loss["width"] > 340
        heights = page.locator(".ll-live button:visible").evaluate_all("buttons => buttons.map(b => b.getBoundingClientRect().height)")
        assert min(heights) >= 44


def test_the_colours_follow_the_theme(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(1) as (_, token):
        page = new_page(color_scheme="light")
        page.goto(f"{server.url}/?view={token}")
        wait_for_points(page, 1)
        page.evaluate(f"{BOX}.limelight.wasHere = true")
        light = page.evaluate(f"{PLOT}.palette.text")
        page.emulate_media(color_scheme="dark")
        until(page, f"{PLOT}.palette.text !== {light!r}")
        assert page.evaluate(f"{PLOT}.wasHere")
