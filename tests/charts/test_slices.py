"""The chart of slices says what the slices say, and every point leads to its rows."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from core.charts import Chart
from core.charts.slices import MAX_SLICES, slice_chart
from core.charts.style import number
from core.dataset.schema import Task
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.slices.grouping import Grouping, by_category, crossed
from core.slices.slices import Slice, slices
from tests.evaluation.made import binary, predictions, regression

EVIL = '<img src=x onerror=alert(1)> & "q"'


def cut(comparison: Comparison, grouping: Grouping, metric: str = "accuracy") -> dict[str, tuple[Slice, ...]]:
    return {one.model.id: slices(one.model.predictions, grouping, (metric,)) for one in comparison.models}


def two(task: Task, rows: int = 300) -> Comparison:
    rng = np.random.default_rng(1)
    truth, scores = (binary if task is Task.BINARY else regression)(rng, rows)
    return compare([Model("a", EVIL, predictions(task, truth, scores)), Model("b", "B", predictions(task, truth, scores[::-1].copy()))])


def towns(rows: int = 300, different: int = 3) -> Grouping:
    return by_category(f"town {EVIL}", pl.Series([f"{EVIL}{row % different}" for row in range(rows)]), most=60)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_each_model_has_its_value_in_each_slice(task: Task, dark: bool) -> None:
    comparison, metric = two(task), "accuracy" if task is Task.BINARY else "rmse"
    found = cut(comparison, towns(), metric)
    chart = slice_chart(comparison, found, metric, dark=dark)
    for trace, one in zip(chart.figure.data, comparison.models, strict=True):
        assert list(trace.x) == [part.metrics[metric].value for part in found[one.model.id]]
        assert [list(custom) for custom in trace.customdata] == [["slice", part.number, one.model.id] for part in found[one.model.id]]
        assert trace.marker.symbol == one.identity.marker
    worst = (min if metric == "accuracy" else max)(found["a"], key=lambda part: part.metrics[metric].value or 0.0)
    assert chart.title.startswith("Lowest accuracy" if metric == "accuracy" else "Highest RMSE")
    assert worst.conditions[0][1] in chart.title
    assert all(number(part.metrics[metric], metric == "accuracy") in chart.alt for part in found["a"])


def test_user_text_is_text() -> None:
    chart = drawn(two(Task.BINARY), towns())
    assert "<img" not in json.dumps(chart.figure.to_plotly_json(), default=str)


def drawn(comparison: Comparison, grouping: Grouping, metric: str = "accuracy") -> Chart:
    return slice_chart(comparison, cut(comparison, grouping), metric)


def test_many_slices_are_not_all_drawn_and_it_says_so() -> None:
    chart = drawn(two(Task.BINARY), crossed(towns(different=9), by_category("b", pl.Series([f"{row % 4}" for row in range(300)]))))
    assert len(chart.figure.data[0].x) == MAX_SLICES
    assert f"The {MAX_SLICES} largest of 36 slices are drawn." in chart.alt


def test_one_slice_has_nothing_to_compare() -> None:
    chart = drawn(two(Task.BINARY), towns(different=1))
    assert chart.title == "There are not two slices to compare"
