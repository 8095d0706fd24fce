"""The paper: the same findings are the same bytes, every name is only text, charts are drawn, Chinese has its font."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode

import numpy as np
import plotly.graph_objects as go
import pytest
from reportlab.graphics.shapes import Group, Line, Path

from core.charts.style import Chart
from core.dataset.schema import Task
from core.evaluation.compare import Model, compare
from core.evaluation.predictions import Predictions
from core.language import speaking
from core.report import Findings, report_pdf
from core.report.axes import axis_of
from core.report.drawing import drawing
from tests.report.test_report import EVIL, MADE, comparison, info


def drawn_bytes(pdf: bytes) -> list[bytes]:
    """The strings that a PDF of ours draws, as they are in its streams, without escapes."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)~>endstream", pdf, re.S):
        for raw in re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", zlib.decompress(a85decode(stream)), re.S):
            found.append(re.sub(rb"\\([0-7]{3}|.)", lambda part: bytes([int(part[1], 8)]) if len(part[1]) == 3 else part[1], raw, flags=re.S))
    return found


def shown(pdf: bytes) -> str:
    """The Latin text of a PDF of ours."""
    return " ".join(text.decode("cp1252", "replace") for text in drawn_bytes(pdf))


@pytest.fixture(scope="module")
def first() -> bytes:
    return report_pdf(Findings(comparison(), info(("no", "yes"))), made=MADE)


def test_the_same_findings_are_the_same_bytes(first: bytes) -> None:
    assert first.startswith(b"%PDF-1.") and 8_000 < len(first) < 200_000
    assert first == report_pdf(Findings(comparison(), info(("no", "yes"))), made=MADE)


def test_it_says_what_the_page_says(first: bytes) -> None:
    text = shown(first)
    for word in ("All numbers", "Accuracy", "93.3 %", "84.1", "McNemar", "280 · 60 · 60", "2026-11-22 09:30 UTC"):
        assert word in text, word


def test_names_are_only_text() -> None:
    name = EVIL + "<b>&amp;</font> \u202egpj العربية 😀 한국어 日本 \\(\\) Tj ET\n\nb" + "x" * 5_000
    pdf = report_pdf(Findings(comparison((name, "other"), name), info((name, "other"), name)), made=MADE)
    assert b"/JavaScript" not in pdf and b"/URI" not in pdf and b"/Launch" not in pdf
    assert "All numbers" in shown(pdf)


def test_it_speaks_chinese() -> None:
    with speaking("zh_CN"):
        pdf = report_pdf(Findings(comparison(), info(("no", "yes"), "客户")), made=MADE)
    assert b"STSong-Light" in pdf
    text = b" ".join(drawn_bytes(pdf))
    assert "准确率".encode("utf-16-be") in text and "客户".encode("utf-16-be") in text


@pytest.mark.nightly
def test_twelve_models_still_fit() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 80)
    models = [
        Model(f"r{number}", f"Model {number}", Predictions(Task.BINARY, ("a", "b"), np.arange(80), np.full(80, 2), truth, np.c_[1 - p, p]))
        for number in range(12)
        for p in [np.clip(0.5 + 0.2 * (truth - 0.5) + 0.1 * rng.normal(size=80), 0.01, 0.99)]
    ]
    text = shown(report_pdf(Findings(compare(models)), made=MADE))
    assert all(f"Model {number}" in text for number in range(12))


def drawn(figure: go.Figure) -> list[object]:
    found = drawing(Chart(figure, "t", "a"), 400.0).contents
    return [mark for one in found for mark in (one.contents if isinstance(one, Group) else [one])]


def kinds(figure: go.Figure) -> set[str]:
    return {type(one).__name__ for one in drawn(figure)}


def test_charts_are_drawn_again() -> None:
    assert {"PolyLine", "Circle", "Line", "String"} <= kinds(go.Figure([go.Scatter(x=[0, 1], y=[0, 1], mode="lines+markers", name="a")]))
    assert "Polygon" in kinds(go.Figure([go.Scatter(x=[0, 1, 1], y=[0, 1, 0], fill="toself", fillcolor="rgba(0,0,0,0.2)", mode="lines", line={"width": 0})]))
    assert sum(type(one).__name__ == "Rect" for one in drawn(go.Figure([go.Bar(x=["a", "b", "c"], y=[1, 2, 3])]))) == 3
    assert sum(type(one).__name__ == "Rect" for one in drawn(go.Figure([go.Heatmap(x=["a", "b"], y=["c", "d"], z=[[0, 1], [1, 0]], colorscale=[[0, "#FFFFFF"], [1, "#000000"]])]))) == 4


def test_what_lies_outside_the_frame_is_cut_off_and_a_mean_is_a_line() -> None:
    figure = go.Figure([go.Scatter(x=[0, 1], y=[0, -100], mode="lines")]).update_yaxes(range=[-1, 1])
    (inside,) = [one for one in drawing(Chart(figure, "t", "a"), 400.0).contents if isinstance(one, Group)]
    assert isinstance(inside.contents[0], Path) and inside.contents[0].isClipPath
    stroke = go.Figure([go.Scatter(x=[1], y=[1], mode="markers", marker={"symbol": "line-ns-open", "size": 26})])
    assert "Circle" not in kinds(stroke) and any(isinstance(one, Line) and one.x1 == one.x2 and one.strokeWidth > 1 for one in drawn(stroke))


def test_a_place_on_paper_is_where_the_number_is() -> None:
    figure = go.Figure([go.Scatter(x=[0, 10], y=[0, 5])]).update_xaxes(range=[0, 10])
    found = figure.to_plotly_json()
    axis = axis_of("x", found["layout"], found["data"])
    assert [axis.place(value) for value in (0, 5, 10)] == [0, 0.5, 1]
    assert [text for _at, text in axis.ticks] == ["0", "2", "4", "6", "8", "10"]
    names = axis_of("x", {}, [{"x": ["low", "high"]}])
    assert names.place("low") == 0.25 and names.place("high") == 0.75


def test_nothing_to_draw_is_no_error() -> None:
    for figure in (go.Figure(), go.Figure([go.Scatter(x=[], y=[])]), go.Figure([go.Scatter(x=[None, 1], y=[2, None])]), go.Figure([go.Heatmap(z=[])]), go.Figure([go.Scatter(x=[1], y=[1])])):
        assert drawn(figure) is not None
