"""The whole road as a first-time user walks it, in a real browser: upload, choose, train, reload, compare, try."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server
from tests.e2e.visitor import TRAINING_MS, bring, choose_file, finished, on_stage, press, quick, sound, train, use

pytestmark = [pytest.mark.browser, pytest.mark.training]
TEMPLATES = Path(__file__).parent.parent.parent / "core" / "templates"


def customers(rows: int = 400) -> bytes:
    """A table with a Chinese category and a hostile one."""
    generator = np.random.default_rng(3)
    months = generator.integers(0, 60, rows)
    plan = generator.choice(["basic", "专业版", "<b>plus</b>"], rows)
    left = np.where((months < 20) ^ (generator.random(rows) < 0.1), "yes", "no")
    return pl.DataFrame({"months": months, "plan": plan, "left": left}).write_csv().encode()


def pictures() -> bytes:
    """A zip of two classes: bright and dark squares."""
    generator = np.random.default_rng(4)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for label, low in (("dark", 0), ("bright", 150)):
            for number in range(60):
                archive.writestr(f"{label}/{number}.png", picture(generator.integers(low, low + 100, (16, 16, 3), dtype=np.uint8)))
    return content.getvalue()


def picture(pixels: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def chinese_reviews() -> bytes:
    """The head of the reviews that we ship, in the encoding that Excel in China writes."""
    table = pl.read_csv(TEMPLATES / "chinese_reviews.csv").head(500)
    return table.write_csv().encode("gb18030")


def upload(page: Page, app: Server, name: str, content: bytes) -> None:
    """From the start page to a stored dataset."""
    bring(page, app.url, name, content)
    use(page)


def test_a_table_from_upload_to_prediction(app: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    upload(page, app, "客户 customers.csv", customers())
    quick(page)
    page.get_by_text("Training", exact=True).click()
    epochs = page.get_by_label("Epochs")
    expect(page.locator("input[aria-label=Epochs][value='20']")).to_have_count(1)  # those of the smallest network
    expect(epochs).to_have_count(1)  # for a moment, the field of the other network stands beside it
    epochs.fill("10000")  # with small batches: more than a minute on any machine, so that it learns while two people look
    page.keyboard.press("Enter")
    page.get_by_label("Batch size").fill("8")
    page.keyboard.press("Enter")
    patience = page.get_by_label("Patience")
    patience.fill("0")
    page.keyboard.press("Enter")
    train(page)
    shown = page.locator("[data-part=epoch]")
    expect(page.get_by_text(re.compile(r"[Ee]poch [2-9]\d* of 10,?000")).first).to_be_visible(timeout=TRAINING_MS)

    page.reload()
    expect(page.get_by_role("heading", name="It is learning")).to_be_visible()
    before = shown.inner_text() if shown.count() else ""
    expect(page.get_by_text(re.compile(r"[Ee]poch \d{2,} of 10,?000")).first).to_be_visible(timeout=TRAINING_MS)
    second = new_page()  # another visitor of the same address sees it too
    second.goto(page.url)
    expect(second.get_by_role("heading", name="It is learning")).to_be_visible()
    second.close()
    press(page, "stop")
    finished(page)
    assert before != "" or shown.count() == 0

    press(page, "compare")
    expect(page.locator(".st-key-verdict")).to_be_visible(timeout=TRAINING_MS)
    page.locator(".st-key-look_part").get_by_text("Numbers", exact=True).click()
    for simple in ("Always the most frequent", "Linear model", "Gradient-boosted trees"):
        expect(page.get_by_text(simple).first).to_be_visible(timeout=TRAINING_MS)
    page.locator(".st-key-look_part").get_by_text("Take along", exact=True).click()
    with page.expect_download() as table:
        press(page, "compare_csv")
    csv = Path(table.value.path()).read_text(encoding="utf-8-sig")
    assert "accuracy" in csv
    assert csv.count("\n") >= 5  # a header, a model, three simple ones
    with page.expect_download() as report:
        press(page, "compare_html")
    html = Path(report.value.path()).read_text(encoding="utf-8")
    assert "<b>plus</b>" not in html
    offline = new_page(offline=True)
    offline.set_content(html)
    expect(offline.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    sound(page)

    on_stage(page)
    expect(page.get_by_text("The model says", exact=False).first).to_be_visible()
    rows = b"months,plan\n3,basic\n55,basic\n"
    choose_file(page, "new.csv", rows)
    with page.expect_download() as answers:
        page.get_by_role("button", name=re.compile(r"\(CSV\)")).click()
    predicted = pl.read_csv(Path(answers.value.path()))
    assert predicted["prediction"].to_list() == ["yes", "no"]
    sound(page)


@pytest.mark.nightly
def test_pictures_from_upload_to_prediction(app: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    upload(page, app, "squares.zip", pictures())
    quick(page)
    train(page)
    page.reload()
    finished(page)
    on_stage(page)
    one = picture(np.full((16, 16, 3), 230, np.uint8))
    choose_file(page, "new.png", one)
    expect(page.get_by_text(re.compile("bright · ")).first).to_be_visible()
    sound(page)


@pytest.mark.nightly
def test_chinese_text_from_upload_to_prediction(app: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(color_scheme="dark")
    upload(page, app, "评论.csv", chinese_reviews())
    quick(page)
    train(page)
    page.reload()
    finished(page)
    on_stage(page)
    box = page.get_by_role("textbox").first
    box.fill("房间很干净，服务非常好，下次还会再来。")
    box.blur()
    expect(page.get_by_text(re.compile(r"positive · \d")).first).to_be_visible()
    sound(page)


BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b" \n", "blank lines"),
    "picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(300), "PNG"),
    "flat zip": ("a.zip", b"", "folder"),
}


@pytest.mark.parametrize("case", ["picture", *(pytest.param(case, marks=pytest.mark.nightly) for case in ("empty", "flat zip"))])
def test_a_bad_upload_gets_a_sentence(case: str, app: Server, new_page: Callable[..., Any]) -> None:
    name, content, word = BAD[case]
    if case == "flat zip":
        flat = io.BytesIO()
        with zipfile.ZipFile(flat, "w") as archive:
            archive.writestr("one.png", picture(np.zeros((8, 8, 3), np.uint8)))
        content = flat.getvalue()
    page = new_page()
    page.goto(app.url)
    choose_file(page, name, content)
    expect(page.get_by_test_id("stMain").get_by_text(word, exact=False).first).to_be_visible()
    expect(page.locator(".st-key-use button").first).not_to_be_visible()
    sound(page)
