"""The screens in the README, made anew: a run that learns, and a race in four moments.

    python -m bench.screens     writes docs/train.png and docs/race.png, about five minutes

Real trainings of the shipped pictures through the real app, so that a picture cannot show what the app does not.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from bench.road import ROOT, core
from bench.web import serve, stop
from core.dataset.samples import TEMPLATES
from core.workspace import Workspace
from tests.browser import chromium
from tests.e2e.conftest import ARGUMENTS, free_port

LIMIT_S = 900.0
LANES = ("quick", "balanced", "thorough")
SHOWN_EPOCH = 9  # of the run: far enough for a best epoch, a time left, and answers that changed
COLUMNS, MARGIN = 2, 20  # of the film strip; pixels around each of its pictures
COLOURS = 128  # in a picture: a third of the bytes, and nobody sees it


def wait(condition: Callable[[], bool]) -> None:
    """Look ten times a second until it holds."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"Nothing happened within {LIMIT_S:.0f} s.")
        time.sleep(0.1)


def train_screen(browser: Browser, url: str, workspace: Workspace, dataset: str) -> None:
    """`docs/train.png`: the page Train in the middle of a run, which is stopped then."""
    run = workspace.run(core(workspace.home, "train", dataset, "--detach")["run"])
    with opened(browser, f"{url}/train?run={run.id}&dataset={dataset}", width=1280, height=1180, scheme="light") as page:
        wait(lambda: run.status.epoch >= SHOWN_EPOCH or run.status.state.is_over)
        save(Image.open(io.BytesIO(page.screenshot())), "train.png")
    run.request_stop()
    wait(lambda: run.status.state.is_over)


def race_screen(browser: Browser, url: str, workspace: Workspace, dataset: str) -> None:
    """`docs/race.png`: board and lanes early, when the first leads; when the second overtakes; when that one is over; when all are."""
    words = [word for lane in LANES for word in ("--preset", lane)]
    race = core(workspace.home, "race", dataset, *words, "--detach")
    quick, balanced, thorough = (workspace.run(lane["run"]) for lane in race["lanes"])
    moments: Sequence[Callable[[], bool]] = (
        lambda: quick.status.epoch >= 2,
        lambda: balanced.status.epoch >= 4,
        lambda: balanced.status.state.is_over,
        lambda: thorough.status.state.is_over,
    )
    frames = []
    with opened(browser, f"{url}/train?race={race['race']}&dataset={dataset}", width=830, height=1400, scheme="dark") as page:
        lanes = page.locator("[data-part=lead]").locator("xpath=ancestor::*[contains(@class, 'st-key-race_')][1]")
        for moment in moments:
            wait(moment)
            frames.append(taken(page, lanes))
    save(joined(frames), "race.png")


@contextmanager
def opened(browser: Browser, address: str, *, width: int, height: int, scheme: str) -> Iterator[Page]:
    """A page of the app in a window of so many pixels."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(LIMIT_S * 1000)
    page.goto(address)
    try:
        yield page
    finally:
        context.close()


def taken(page: Page, part: Locator) -> Image.Image:
    """One part of a page as it stands now."""
    page.wait_for_timeout(600)  # the browser draws at most ten times a second, and rows of the board change places slowly
    return Image.open(io.BytesIO(part.screenshot()))


def joined(frames: Sequence[Image.Image]) -> Image.Image:
    """Pictures side by side, in the order in which one reads."""
    width, height = (max(size) + 2 * MARGIN for size in zip(*(frame.size for frame in frames), strict=True))
    strip = Image.new("RGB", (width * COLUMNS, height * -(-len(frames) // COLUMNS)), frames[0].convert("RGB").getpixel((0, 0)))
    for number, frame in enumerate(frames):
        strip.paste(frame, (MARGIN + number % COLUMNS * width, MARGIN + number // COLUMNS * height))
    return strip


def save(picture: Image.Image, name: str) -> None:
    """Write it into `docs/`."""
    path = ROOT / "docs" / name
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(f"docs/{name}: {picture.width} × {picture.height} pixels, {path.stat().st_size / 1000:.0f} kB", flush=True)


def main() -> int:
    """Take both."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        home, port = Path(folder), free_port()
        ready = next(template for template in TEMPLATES if template.kind == "pictures")
        dataset = core(home, "ingest", str(ready.file), "--target", ready.target)["dataset"]
        server, _ = serve(home, port)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            for screen in (train_screen, race_screen):
                screen(browser, f"http://localhost:{port}", Workspace.local(home), dataset)
        finally:
            browser.close()
            stop(server)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
