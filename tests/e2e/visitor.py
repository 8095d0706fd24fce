"""What a visitor does on the way from a file to a trained model, for the tests in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

TRAINING_MS = 150_000  # on a busy machine, libraries and export included


def choose_file(page: Page, name: str, content: bytes) -> None:
    """Give a file to the first upload box of the page."""
    box = page.get_by_test_id("stFileUploader").locator("input[type=file]").first
    box.set_input_files([{"name": name, "mimeType": "application/octet-stream", "buffer": content}])


def bring(page: Page, address: str, name: str, content: bytes) -> None:
    """From a page with an upload box to a file that is read."""
    page.goto(address)
    choose_file(page, name, content)
    expect(page.get_by_role("heading", name="What is in it")).to_be_visible()


def press(page: Page, key: str) -> None:
    """Press the button with this key, once the page lets it."""
    button = page.locator(f".st-key-{key} button").first
    expect(button).to_be_enabled()
    button.click()


def use(page: Page) -> None:
    """From a file that is read to a dataset, and on to the choice of a network."""
    press(page, "use")
    expect(page.get_by_role("heading", name="Choose a network")).to_be_visible()
    sound(page)


def quick(page: Page) -> None:
    """Choose the smallest network."""
    page.get_by_role("radio", name="Quick").click()
    expect(page.get_by_role("radio", name="Quick")).to_be_checked()


def train(page: Page) -> None:
    """Press Train, and wait for the page of the run."""
    press(page, "train")
    expect(page).to_have_url(re.compile(r"/train\?.*run=r\d{8}-"))


def finished(page: Page) -> None:
    """Wait for the end of the run and its result."""
    expect(page.get_by_role("heading", name="It has learned")).to_be_visible(timeout=TRAINING_MS)
    expect(page.get_by_text("on the test rows", exact=False).first).to_be_visible()


def on_stage(page: Page) -> None:
    """From any page of a run to its stage."""
    page.get_by_role("link", name=re.compile("Stage")).click()
    expect(page.get_by_role("heading", name="Put it on stage")).to_be_visible()


def says(page: Page, text: str | re.Pattern[str]) -> None:
    """The page shows this text."""
    expect(page.get_by_test_id("stMain").get_by_text(text).first).to_be_visible()


def sound(page: Page) -> None:
    """The page shows no exception."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
