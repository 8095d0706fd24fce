"""A phone on a weak line: it falls behind, its page stays alive, and in the end it has every number, none twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.runs.run import Run
from tests.e2e.conftest import Server
from tests.e2e.test_live_chart import learning, until
from tests.ui import live_made as made

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.usefixtures("home")]

HISTORY = "document.querySelector('[data-part=plot-loss]')?.limelight?.history"
OFFSET = "Number(document.querySelector('.ll-live').dataset.offset)"
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # Chromium's own preset
GONE = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
FREE = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
SLOW_CPU = 6
BATCHES = 1_200  # written at once: about 13 s of such a line


def write(run: Run, first: int, last: int) -> None:
    """Epochs of ten batches in one go, each event as long as a real one."""
    lines = []
    for epoch in range(first, last + 1):
        for batch in range(1, made.STEPS + 1):
            number = (epoch - 1) * made.STEPS + batch
            facts = {"kind": "step", "time_s": number / 10, "step": number, "epoch": epoch, "batch": batch, "loss": 1 / number, "metric": 0.5, "samples_per_s": 1234.5}
            lines.append(json.dumps({**facts, "learned_s": number / 10, "filler": "x" * 380}))
        numbers = {"loss": 1 / epoch, "metric": 0.5, "val_loss": 1 / epoch, "val_metric": 0.5, "best": True, "best_epoch": epoch, "learning_rate": 0.001}
        lines.append(json.dumps({"kind": "epoch", "time_s": epoch, "epoch": epoch, "step": epoch * made.STEPS, **numbers}))
    with run.events.open("a") as file:
        file.write("\n".join(lines) + "\n")


def everything_is_there(page: Page, epochs: int) -> None:
    """Each batch and each epoch once, with its own number."""
    until(page, f"{HISTORY}?.epochs.length === {epochs}")
    steps, losses, known = page.evaluate(f"[{HISTORY}.batch.step, {HISTORY}.batch.loss, {HISTORY}.epochs.map((epoch) => epoch.epoch)]")
    assert steps == list(range(1, epochs * made.STEPS + 1)) and known == list(range(1, epochs + 1))
    assert losses == [1 / step for step in steps]


def test_it_falls_behind_and_catches_up_and_holds_nobody_up(server: Server, new_page: Callable[..., Page]) -> None:
    with learning(0) as (run, token):
        write(run, 1, 2)
        phone = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        desk = new_page()
        for page in (phone, desk):
            page.goto(f"{server.url}/?view={token}")
            everything_is_there(page, 2)
        line: Any = phone.context.new_cdp_session(phone)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
        line.send("Network.enable")

        line.send("Network.emulateNetworkConditions", SLOW_3G)
        epochs = 2 + BATCHES // made.STEPS
        write(run, 3, epochs)
        everything_is_there(desk, epochs)
        assert phone.evaluate(OFFSET) < run.events.stat().st_size  # it is behind
        raw = phone.locator("[data-trace=raw]")
        raw.tap()
        expect(raw).to_have_attribute("aria-pressed", "false")  # and alive
        everything_is_there(phone, epochs)

        line.send("Network.emulateNetworkConditions", GONE)  # a tunnel
        write(run, epochs + 1, epochs + 20)
        everything_is_there(desk, epochs + 20)
        everything_is_there(phone, epochs)
        line.send("Network.emulateNetworkConditions", SLOW_3G)
        everything_is_there(phone, epochs + 20)
        assert phone.locator("[data-part=note]").inner_text() == ""
