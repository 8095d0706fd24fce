"""Files that real people have, from the box to a dataset, in a real browser: other encodings, Excel, the inbox, a leak."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.files import FOLDER_MODE
from tests.e2e.conftest import Server
from tests.e2e.visitor import bring, finished, on_stage, quick, says, sound, train, use

pytestmark = [pytest.mark.browser, pytest.mark.training]
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def usable(page: Page) -> None:
    """What was read can be stored."""
    expect(page.locator(".st-key-use button").first).to_be_enabled()
    sound(page)


def people(rows: int = 240) -> str:
    return "年龄,职业,流失\n" + "".join(f"{20 + i % 40},{'厨师' if i % 3 else '铁匠'},{'是' if i % 2 else '否'}\n" for i in range(rows))


def leaky() -> bytes:
    """Who lived? `boat` is only known of those who did."""
    generator = np.random.default_rng(5)
    age, sex = generator.integers(1, 80, 400), generator.choice(["male", "female"], 400)
    lived = np.where((sex == "female") ^ (generator.random(400) < 0.2), "yes", "no")
    boats = generator.integers(1, 16, 400)
    rows = zip(age, sex, np.where(lived == "yes", boats.astype(str), ""), lived, strict=True)
    return ("age,sex,boat,lived\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)).encode()


def chinese_zip() -> bytes:
    """Two classes whose folders Windows in China named in GBK, without saying so."""
    generator, content = np.random.default_rng(6), io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for folder, low in (("NAME-A", 0), ("NAME-B", 150)):
            for number in range(20):
                picture = io.BytesIO()
                Image.fromarray(generator.integers(low, low + 100, (16, 16, 3), dtype=np.uint8)).save(picture, "PNG")
                archive.writestr(f"{folder}/{number}.png", picture.getvalue())
    return content.getvalue().replace(b"NAME-A", "小猫咪".encode("gbk")).replace(b"NAME-B", "大黄狗".encode("gbk"))


def workbook() -> bytes:
    """An Excel workbook whose first sheet is empty."""
    table = [line.split(",") for line in people().splitlines()]
    sheets = {"封面": [], "数据": table}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        override = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>' for n in (1, 2))
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{override}</Types>')
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        named = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{SHEET}" xmlns:r="{RELATION}"><sheets>{named}</sheets></workbook>')
        links = "".join(f'<Relationship Id="rId{n}" Type="{RELATION}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in (1, 2))
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>')
        for n, rows in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{SHEET}"><sheetData>{"".join(map(_row, rows))}</sheetData></worksheet>')
    return content.getvalue()


def _row(cells: list[str]) -> str:
    return "<row>" + "".join(f"<c><v>{cell}</v></c>" if cell.isdigit() else f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells) + "</row>"


@pytest.mark.nightly
def test_a_gbk_file_with_chinese_headers(app: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    bring(page, f"{app.url}/data", "客户.csv", people().encode("gbk"))
    says(page, re.compile("How it was read: GB"))
    says(page, "流失")
    page.reload()  # nothing is lost, and nothing is read twice
    says(page, "流失")
    usable(page)
    page.set_viewport_size({"width": 390, "height": 844})  # on a phone the table of columns becomes cards
    age = page.locator("[class*=st-key-column_]").filter(has_text="年龄")
    age.get_by_role("combobox").scroll_into_view_if_needed()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")  # a page that scrolls closes a list that is open
    age.get_by_role("combobox").click()
    page.get_by_role("option", name="category").click()
    expect(age.get_by_role("combobox")).to_have_value("category")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")


def test_a_zip_from_chinese_windows(app: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    bring(page, f"{app.url}/data", "动物.zip", chinese_zip())
    says(page, "小猫咪")
    says(page, "大黄狗")
    usable(page)


@pytest.mark.nightly
def test_a_workbook_whose_first_sheet_is_empty(app: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    bring(page, f"{app.url}/data", "客户.xlsx", workbook())
    says(page, re.compile("240 rows"))
    says(page, "流失")
    usable(page)


def test_a_file_of_the_inbox(app: Server, new_page: Callable[..., Page]) -> None:
    inbox = app.home / "inbox"
    inbox.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    (inbox / "big 大.csv").write_text(people(1200), encoding="utf-8")
    page = new_page()
    page.goto(f"{app.url}/data")
    says(page, "big 大.csv")
    page.get_by_role("button", name="Read it").click()
    says(page, re.compile("1,200 rows"))
    use(page)
    assert (inbox / "big 大.csv").exists()


@pytest.mark.nightly
def test_a_folder_of_pictures(app: Server, new_page: Callable[..., Page], tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(chinese_zip())) as archive:
        for number, member in enumerate(archive.infolist()):
            place = tmp_path / "pictures" / ("dark" if number < 20 else "bright")
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{number}.png").write_bytes(archive.read(member))
    page = new_page()
    page.goto(f"{app.url}/data")
    page.get_by_text("A folder of pictures or texts", exact=True).click()
    page.get_by_test_id("stFileUploader").nth(1).locator("input[type=file]").set_input_files(tmp_path / "pictures")
    says(page, re.compile("40 pictures"))
    says(page, "bright")
    usable(page)


@pytest.mark.nightly
def test_a_leak_is_repaired_by_a_click_and_the_rest_trained(app: Server, new_page: Callable[..., Any]) -> None:
    page = new_page()
    bring(page, f"{app.url}/data", "passengers.csv", leaky())
    says(page, re.compile("“boat” alone"))
    page.get_by_role("button", name=re.compile("Leave “boat” out")).click()
    says(page, "Repaired")
    expect(page.get_by_role("button", name=re.compile("Leave “boat” out"))).to_have_count(0)
    use(page)
    quick(page)
    train(page)
    finished(page)
    on_stage(page)
    says(page, "sex")
    expect(page.get_by_test_id("stMain").get_by_text("boat")).to_have_count(0)
    sound(page)
