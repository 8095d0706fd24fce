"""The report is one file that loads nothing, holds every number, and treats all that users gave as text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from core.charts import charts
from core.dataset.schema import Column, ColumnType, DatasetInfo, Part, SplitCounts, Task
from core.evaluation.compare import Comparison, Model, compare
from core.evaluation.predictions import Predictions
from core.report import Findings, report_html, table_csv

MADE = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EVIL = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>'
ALLOWED = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "figure", "figcaption", "div", "script", "section", "table", "thead",
           "tbody", "tr", "th", "td", "span", "details", "summary", "dl", "dt", "dd", "footer", "nav", "a", "h3"}  # fmt: skip


class Tags(HTMLParser):
    """Collects the tags and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and self.scripts:
            self.scripts[-1] += data


def info(labels: tuple[str, ...], name: str = "customers") -> DatasetInfo:
    return DatasetInfo(
        id="d0123", name=name, created="2026-11-22", source={"file_name": EVIL, "sha256": "ab12", "seed": 0}, rows=400,
        columns=(Column(name="x", type=ColumnType.NUMBER), Column(name=EVIL, type=ColumnType.CATEGORY)), target=EVIL,
        task=Task.BINARY, labels=labels, inputs=("x",), split=SplitCounts(train=280, validation=60, test=60),
    )  # fmt: skip


def comparison(labels: tuple[str, ...] = ("no", "yes"), name: str = "One") -> Comparison:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 120)
    p = np.clip(0.3 + 0.4 * truth + rng.normal(size=120) * 0.15, 0.01, 0.99)
    parts = np.repeat([Part.TEST.number, Part.VALIDATION.number], 60)
    made = Predictions(Task.BINARY, labels, np.arange(120), parts, truth, np.c_[1 - p, p])
    flat = Predictions(Task.BINARY, labels, np.arange(120), parts, truth, np.full((120, 2), 0.5))
    return compare([Model("r1", name, made, facts={"seed": 5, "backend": "jax", "seconds": 12.34}), Model("majority", "Majority", flat, "baseline")])


def without_plotly(page: str) -> str:
    from plotly.offline import get_plotlyjs

    shorter = page.replace(get_plotlyjs().replace("</script", "<\\/script"), "")
    assert len(shorter) < len(page) - 1_000_000  # it was inside
    return shorter


@pytest.fixture(scope="module")
def page() -> str:
    return without_plotly(report_html(Findings(comparison(), info(("no", "yes"))), made=MADE))


@pytest.fixture(scope="module")
def evil_page() -> str:
    labels = (EVIL, "other")
    return without_plotly(report_html(Findings(comparison(labels, EVIL), info(labels, EVIL)), made=MADE))


def test_it_loads_nothing(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert not any("src" in attributes for _, attributes in tags.tags)
    assert all((attributes.get("href") or "#").startswith("#") for _, attributes in tags.tags)
    assert "url(" not in page and "@import" not in page and "http" not in re.sub(r'http-equiv|"http://www.w3.org[^"]*"', "", page)
    assert any("default-src 'none'" in (attributes.get("content") or "") for tag, attributes in tags.tags if tag == "meta")


def test_user_text_stays_text(evil_page: str) -> None:
    tags = Tags()
    tags.feed(evil_page)
    assert {tag for tag, _ in tags.tags} <= ALLOWED
    assert not any(name.startswith("on") for _, attributes in tags.tags for name in attributes)
    assert "alert(2)" not in "".join(script for script in tags.scripts if "\\u003c" not in script)
    assert "onerror" in evil_page  # it is shown, as text


def test_chart_json_is_whole_and_cannot_end_its_script(evil_page: str) -> None:
    found = re.findall(r'<script type="application/json" class="(?:light|dark)">(.*?)</script>', evil_page, re.S)
    assert len(found) == 2 * len(charts(comparison())) >= 8
    for text in found:
        assert "<" not in text and ">" not in text
        assert {"data", "layout"} <= set(json.loads(text))


def test_every_number_is_there(page: str) -> None:
    made = comparison()
    for one in made.models:
        value = one.evaluation.metrics["accuracy"].value or 0
        assert f"<td>{value * 100:.1f} %" in page
    assert "No row was given this class." in page or (made.models[1].evaluation.metrics["precision"].value is not None)
    for fact in ("d0123", "ab12", "280 · 60 · 60", "jax", "12.3", "60 test rows"):
        assert fact in page, fact


def test_it_follows_light_and_dark(page: str) -> None:
    assert "prefers-color-scheme: dark" in page
    assert page.count('class="light"') 


def test_it_stands_without_a_dataset() -> None:
    page = without_plotly(report_html(Findings(comparison(), title="Mine & yours")))
    assert "<h1>Mine &amp; yours</h1>" in page
    assert "The data" not in page


def test_regression_has_its_own_charts() -> None:
    x = np.random.default_rng(0).normal(size=80)
    p = Predictions(Task.REGRESSION, (), np.arange(80), np.full(80, 2), x, x + 0.1)
    page = without_plotly(report_html(Findings(compare([Model("r", "R", p)]))))
    assert "of the variation" in page and "RMSE" in page and "By class" not in page


def test_the_csv_opens_in_a_spreadsheet_without_running() -> None:
    text = table_csv(comparison(name="=1+1")).decode("utf-8-sig")
    header, first = text.splitlines()[:2]
    assert header.startswith("id,name,kind,rows,accuracy,accuracy_low,accuracy_high")
    assert first.startswith("r1,'=1+1,run,60,")
