"""The walk through the page Compare in a real browser: verdict, numbers, curves, rows, threshold, money, export, and the export offline.

Nothing is trained: three runs and the simple models are written as a worker leaves them, about customers like those of
a telephone company.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Page, expect

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.workspace import Workspace
from tests.e2e.conftest import Server
from tests.e2e.visitor import press, says, sound
from tests.pages import results_made as made

pytestmark = pytest.mark.browser
ROWS = 1_200
TOO_LOW = """() => [...document.querySelectorAll('[data-testid=stMain] :is(button, summary, input, [role=combobox])')]
  .filter((one) => one.getBoundingClientRect().height > 0 && !one.closest('[data-testid=stElementToolbar], [data-testid=stTooltipIcon], [role=group]'))
  .filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.innerText || one.ariaLabel)"""  # for a thumb


@pytest.fixture
def churn(home: Path, request: pytest.FixtureRequest) -> Dataset:
    """Customers of whom a quarter leave, three models and the simple ones; other customers for each test, because all share a server."""
    chance = np.random.default_rng(len(request.node.name))
    contract = chance.choice(["month to month", "one year", "两年"], ROWS, p=[0.55, 0.25, 0.2])
    fee = chance.normal(65, 20, ROWS).round(2)
    leaves = chance.random(ROWS) < np.where(contract == "month to month", 0.42, 0.06)
    frame = pl.DataFrame({"contract": contract, "fee": fee, "churn": np.where(leaves, "yes", "no")})
    workspace = Workspace.local()
    dataset = ingest(frame.write_csv().encode(), workspace, file_name="customers.csv", target="churn", name="Customers")
    made.baselines(dataset, skill=0.2)
    for name, skill, seed in (("Small", 0.25, 1), ("<b>Deep</b>", 0.9, 2), ("Wide", 0.5, 3)):
        made.model(workspace, dataset, name=name, skill=skill, seed=seed)
    return dataset


def open_part(page: Page, name: str, where: str) -> None:
    """Choose a part as a visitor does; the address says so once it is drawn."""
    page.locator(".st-key-look_part").get_by_text(name, exact=True).click()
    expect(page).to_have_url(re.compile(rf"[?&]look={where}"))
    expect(page.locator(".stApp[data-test-script-state=notRunning]")).to_be_visible()
    sound(page)


def choose(page: Page, key: str, option: str) -> None:
    """Take an option of a select box, once the page has come to rest: a list that is open closes when the page is drawn again."""
    expect(page.locator(".stApp[data-test-script-state=notRunning]")).to_be_visible()
    box = page.locator(f".st-key-{key}").get_by_role("combobox")
    box.click()
    box.fill(option)
    box.press("Enter")


def dragged(page: Page) -> None:
    """Drag the threshold: the table follows while the button is still down; then a key moves it by one step."""
    slider, table = page.locator(".st-key-threshold_own").get_by_role("slider"), page.get_by_role("table").nth(1)
    slider.scroll_into_view_if_needed()
    place = slider.bounding_box()
    assert place is not None
    across, down = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(across, down)
    page.mouse.down()
    page.mouse.move(across - place["width"] / 4, down, steps=4)
    reached = float(slider.get_attribute("aria-valuetext") or "nan")
    assert 0.2 < reached < 0.3
    expect(table).to_contain_text(f"{reached:.3g}")
    page.mouse.up()
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", f"{reached - 0.005:.3f}")
    expect(table).to_contain_text(f"{reached - 0.005:.3g}")


def test_from_the_verdict_to_the_report_offline(server: Server, churn: Dataset, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}/compare?dataset={churn.id}")
    expect(page.get_by_role("heading", name="“<b>Deep</b>” is better than “Linear model”")).to_be_visible()
    says(page, "looked at")
    sound(page)

    open_part(page, "Numbers", "numbers")
    for name in ("<b>Deep</b>", "Small", "Wide", "Always the most frequent class", "Linear model"):
        expect(page.get_by_role("table").first.get_by_text(name)).to_be_visible()
    open_part(page, "Curves", "curves")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()

    open_part(page, "Rows", "rows")
    choose(page, "rows_place", "One class taken for another")
    expect(page.get_by_text(re.compile(r"\d+ rows")).first).to_be_visible()
    expect(page.get_by_label("The rows behind the number, with what each model said").first).to_be_visible()
    sound(page)

    open_part(page, "Worth", "worth")
    pitch = page.locator(".st-key-pitch")
    expect(pitch).to_contain_text(re.compile("is worth|a month"))
    before = pitch.inner_text()
    cases = page.get_by_label("Cases a month")
    cases.fill("50000")
    cases.press("Enter")
    expect(pitch).not_to_have_text(before)
    expect(pitch).to_contain_text("50,000")
    choose(page, "threshold_aim", "A threshold of my own")
    dragged(page)
    sound(page)

    page.reload()  # the address knows where one was
    expect(pitch).to_be_visible()
    open_part(page, "Take along", "take")
    with page.expect_download() as report:
        press(page, "compare_html")
    html = Path(report.value.path()).read_text(encoding="utf-8")
    assert "<b>Deep</b>" not in html
    offline = new_page(offline=True)
    offline.set_content(html)
    expect(offline.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(offline.get_by_text("is better than", exact=False).first).to_be_visible()
    expect(offline.get_by_text("looked at", exact=False).first).to_be_visible()
    with page.expect_download() as table:
        press(page, "compare_csv")
    assert Path(table.value.path()).read_text(encoding="utf-8-sig").count("\n") == 6  # a header, three models, two simple ones


def test_on_a_phone_everything_is_reached_with_a_thumb(server: Server, churn: Dataset, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{server.url}/compare?dataset={churn.id}")
    verdict = page.get_by_role("heading", name=re.compile("is better than"))
    expect(verdict).to_be_in_viewport()  # without scrolling
    for name, where in (("Numbers", "numbers"), ("Worth", "worth"), ("Take along", "take")):
        open_part(page, name, where)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
        assert page.evaluate(TOO_LOW) == []
    open_part(page, "Numbers", "numbers")
    expect(page.locator(".st-key-model_card_0")).to_be_visible()  # cards, no table wider than the phone
