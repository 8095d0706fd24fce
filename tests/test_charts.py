"""Charts say what the numbers say, in both grounds, with user text as text, and stay small."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from core.charts import (
    Chart,
    averaged,
    calibration,
    charts,
    confusion,
    confusion_difference,
    det,
    error_by_size,
    forest,
    gain,
    histogram,
    lift,
    number,
    per_class,
    precision_recall,
    predicted_actual,
    residuals,
    roc,
)
from core.charts.style import on_cell, plain, two_lines, unique
from core.dataset.schema import Part, Task
from core.evaluation.compare import Comparison, Model, compare
from core.evaluation.intervals import Interval
from core.evaluation.predictions import Predictions
from core.slices.rows_behind import rows_behind, where_of

EVIL = '<img src=x onerror=alert(1)> & "q"'


def both_parts(task: Task, labels: tuple[str, ...], truth: np.ndarray, scores: np.ndarray) -> Predictions:
    n = len(truth)
    parts = np.repeat([Part.TEST.number, Part.VALIDATION.number], n)
    return Predictions(task, labels, np.arange(2 * n), parts, np.r_[truth, truth], np.concatenate([scores, scores]))


def classified(labels: tuple[str, ...], rows: int = 300, skill: float = 3.0, seed: int = 0) -> Predictions:
    truth = np.random.default_rng(0).integers(0, len(labels), rows)
    logits = np.random.default_rng(seed).normal(size=(rows, len(labels)))
    logits[np.arange(rows), truth] += skill
    grown = np.exp(logits)
    task = Task.BINARY if len(labels) == 2 else Task.MULTICLASS
    return both_parts(task, labels, truth, grown / grown.sum(1, keepdims=True))


def majority(labels: tuple[str, ...], rows: int = 300) -> Predictions:
    truth = np.random.default_rng(0).integers(0, len(labels), rows)
    task = Task.BINARY if len(labels) == 2 else Task.MULTICLASS
    return both_parts(task, labels, truth, np.tile(np.full(len(labels), 1 / len(labels)), (rows, 1)))


def versus_majority(labels: tuple[str, ...] = ("stay", "leave"), name: str = "B", skill: float = 3.0) -> Comparison:
    return compare([Model("b", name, classified(labels, skill=skill)), Model("majority", "Majority", majority(labels), "baseline")])


def numbers(rows: int = 500, noise: float = 0.5) -> Comparison:
    rng = np.random.default_rng(1)
    x = rng.normal(size=rows) * 3
    p = both_parts(Task.REGRESSION, (), x, x + rng.normal(size=rows) * noise)
    mean = both_parts(Task.REGRESSION, (), x, np.full(rows, x.mean()))
    return compare([Model("b", "B", p), Model("majority", "Mean", mean, "baseline")])


def all_text(chart: Chart) -> str:
    return str(chart.figure.to_json())


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", [versus_majority, lambda: versus_majority(("a", "b", "c")), numbers])
def test_every_chart_is_complete_valid_and_transparent(make: Any, dark: bool) -> None:
    comparison = make()
    drawn = charts(comparison, dark=dark)
    assert len(drawn) >= 3
    for chart in drawn:
        layout = chart.figure.layout
        assert chart.title and chart.alt and "nan" not in (chart.title + chart.alt).lower()
        assert layout.title.text is None  # the page writes it
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
        assert layout.xaxis.title.text and (layout.yaxis.title.text or layout.yaxis.ticktext)
        assert 200 <= layout.height <= 800
        assert layout.font.color == ("#EEEEEC" if dark else "#1C1C1A")
        json.loads(all_text(chart))
        assert "NaN" not in all_text(chart)


def test_the_forest_says_who_beats_the_baseline_and_by_how_much() -> None:
    comparison = versus_majority()
    chart = forest(comparison)
    gap = comparison.models[0].difference
    assert gap is not None and gap.clear
    assert chart.title == f"B gets {(gap.interval.value or 0) * 100:.0f} more of 100 rows right than “Majority”"
    value = comparison.models[0].evaluation.headline.value or 0
    assert f"B {value * 100:.1f} %" in chart.alt
    assert list(chart.figure.data[-1].x) == [value]  # best on top: drawn last


def test_the_forest_does_not_claim_what_is_not_clear() -> None:
    assert "cannot be told apart" in forest(versus_majority(skill=0.05)).title


def test_the_forest_of_errors_has_the_smallest_on_top() -> None:
    chart = forest(numbers())
    assert "smaller than with “Mean”" in chart.title
    assert len(chart.figure.data) == 1 and chart.figure.layout.annotations[0].y == 0  # the mean, far off, below


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "precision"])
def test_the_forest_takes_any_metric(metric: str) -> None:
    chart = forest(versus_majority(), metric)
    assert "has the best" in chart.title or "B has" in chart.title


def test_a_far_majority_does_not_squeeze_the_others() -> None:
    labels = tuple(f"c{n}" for n in range(10))
    comparison = compare([Model("b", "B", classified(labels, 2_000)), Model("majority", "Majority", majority(labels, 2_000), "baseline")])
    figure = forest(comparison).figure
    low, high = figure.layout.xaxis.range
    assert low < figure.data[0].x[0] < high and high - low < 0.1
    assert figure.layout.annotations[0].text.startswith("◂ ")  # it is named at the edge
    assert "Majority" in forest(comparison).alt


def test_models_with_the_same_name_have_a_place_each() -> None:
    p = classified(("a", "b"))
    chart = forest(compare([Model("1", "Same", p), Model("2", "Same", p)]))
    assert sorted(trace.y[0] for trace in chart.figure.data) == [0, 1]


def test_the_roc_title_is_read_from_the_exact_curve() -> None:
    comparison = versus_majority()
    p = comparison.models[0].model.predictions
    positive, scores = p.truth == 1, p.scores[:, 1]
    found = max((scores[positive] >= t).mean() for t in scores if (scores[~positive] >= t).mean() <= 0.1)
    title = roc(comparison).title
    assert title.startswith("With 10 false alarms in 100 others, B finds ")
    assert int(title.split("finds ")[1].split(" ")[0]) == pytest.approx(found * 100, abs=2)


def test_curves_are_thinned_for_drawing_only() -> None:
    big = compare([Model("b", "B", classified(("a", "b"), rows=30_000, skill=1.0))])
    for chart in (roc(big), precision_recall(big)):
        assert len(all_text(chart)) < 60_000


def test_identity_is_colour_and_dash_and_marker() -> None:
    figure = roc(versus_majority()).figure
    shown = {trace.name.split(" · ")[0]: trace for trace in figure.data if trace.mode == "lines+markers"}
    assert shown["B"].line.color == "#0072B2" and shown["Majority"].line.color == "#8A8F98"
    assert shown["B"].line.dash != shown["Majority"].line.dash
    assert shown["B"].marker.symbol != shown["Majority"].marker.symbol


def test_one_class_in_the_test_rows_is_said() -> None:
    p = both_parts(Task.BINARY, ("no", "yes"), np.zeros(20, int), np.tile([0.9, 0.1], (20, 1)))
    comparison = compare([Model("b", "B", p)])
    for chart in charts(comparison):
        assert chart.title
    assert "nothing to rank" in roc(comparison).title


def test_the_confusion_title_names_the_most_frequent_mistake() -> None:
    truth = np.array([0] * 10 + [1] * 10)
    p = np.array([0.1] * 9 + [0.9] + [0.9] * 6 + [0.1] * 4)
    one = compare([Model("b", "B", both_parts(Task.BINARY, ("stay", "leave"), truth, np.c_[1 - p, p]))]).models[0]
    chart = confusion(one)
    assert chart.title == "B takes “leave” for “stay” most often: 4 of 10 rows"
    assert "9 of 10 “stay”" in chart.alt and "6 of 10 “leave”" in chart.alt
    assert chart.figure.data[0].z[1][0] == 0.4


def test_no_mistake_is_said() -> None:
    p = both_parts(Task.BINARY, ("a", "b"), np.array([0, 1]), np.eye(2))
    assert confusion(compare([Model("b", "B", p)]).models[0]).title == "B makes no mistake on these 2 rows"


def test_many_classes_stay_readable_and_small() -> None:
    labels = tuple(f"class {number:03}" for number in range(300))
    comparison = compare([Model("b", "B", classified(labels, rows=3_000, skill=4.0))])
    for chart in (confusion(comparison.models[0]), per_class(comparison)):
        assert len(all_text(chart)) < 150_000
        assert "20" in chart.alt and "300" in chart.alt
        assert chart.figure.layout.height <= 900


def test_labels_that_look_like_numbers_or_alike_stay_apart() -> None:
    labels = ("1", "10", "x" * 40 + "a", "x" * 40 + "b")
    figure = confusion(compare([Model("b", "B", classified(labels))]).models[0]).figure
    assert len(set(figure.data[0].x)) == 4
    assert figure.layout.xaxis.type == "category"


def test_user_text_is_text() -> None:
    comparison = versus_majority((EVIL, "other", "third"), name=EVIL)
    for chart in charts(comparison):
        drawn = json.loads(all_text(chart))
        assert "<img" not in json.dumps(drawn)
        assert "&amp;lt;" not in json.dumps(drawn)  # and is not escaped twice
    assert EVIL in forest(comparison).alt  # titles and alt are plain text: who shows them escapes them


def test_predicted_against_actual() -> None:
    comparison = numbers(5_000)
    chart = predicted_actual(comparison.models[0])
    assert "97% of the variation" in chart.title
    assert "2,000 of 5,000 rows are drawn" in chart.alt
    assert len(chart.figure.data[-1].x) == 2_000


def test_residuals_say_how_far_9_of_10_are_off() -> None:
    comparison = numbers(5_000)
    p = comparison.models[0].model.predictions
    wide = np.quantile(np.abs(p.scores - p.truth), 0.9)
    assert residuals(comparison.models[0]).title == f"B: 9 of 10 predictions are off by less than {plain(float(wide))}"


def test_numbers_are_written_as_people_read_them() -> None:
    assert number(Interval(0.842, 0.821, 0.861)) == "84.2 % · 82.1–86.1"
    assert number(Interval(1234.5, 1200.0, 1300.0), share=False) == "1,234 · 1,200–1,300"
    assert number(Interval.undefined("why")) == "—"
    assert [plain(value) for value in (0, 0.00012345, -3.14159, 45678.9, 1e12)] == ["0", "0.000123", "-3.14", "45,679", "1e+12"]


def test_text_on_cells_can_be_read() -> None:
    assert on_cell("#0072B2", 1.0, False) == "#FFFFFF"
    assert on_cell("#0072B2", 0.05, False) != "#FFFFFF"
    assert on_cell("#0072B2", 0.05, True) == "#FFFFFF"


def test_names_are_wrapped_and_told_apart() -> None:
    assert two_lines("Always the most frequent class") == "Always the most<br>frequent class"
    assert two_lines("A very long name that somebody pasted from a sheet… · f468") == "A very long name<br>… a sheet… · f468"
    assert unique(["a" * 40, "a" * 41]) == [f"{'a' * 24}…{'a' * 7}", f"{'a' * 24}…{'a' * 7} (2)"]


def clickable_rows(chart: Chart) -> list[list[Any]]:
    """`customdata` of the points that can be clicked."""
    traces = json.loads(all_text(chart))["data"]
    return [row for trace in traces if trace.get("customdata") and trace["type"] != "heatmap" for row in trace["customdata"]]


@pytest.mark.parametrize("make", [roc, precision_recall, det, gain, lift, calibration])
def test_every_point_leads_to_rows(make: Any) -> None:
    comparison = versus_majority()
    found = clickable_rows(make(comparison))
    assert len(found) > 10
    for row in found:
        place = where_of(row)
        assert place is not None and place[0] in ("b", "majority"), row
        assert rows_behind(comparison, *place, limit=1).total >= 0


def test_a_bin_of_the_calibration_holds_the_rows_that_it_says() -> None:
    comparison = versus_majority()
    found = [row for row in clickable_rows(calibration(comparison)) if row[-1] == "b"]
    totals = [rows_behind(comparison, "b", where_of(row)[1]).total for row in found]  # type: ignore[index]
    assert totals == [30] * 10


def test_cells_of_the_matrix_and_bars_of_the_histogram_lead_to_rows() -> None:
    comparison = versus_majority(("a", "b", "c"))
    one = comparison.models[0]
    cells = clickable_rows(confusion(one))
    assert sum(rows_behind(comparison, "b", where_of(row)[1]).total for row in cells) == 300  # type: ignore[index]
    bars = clickable_rows(histogram(comparison, one, "b"))
    assert sum(rows_behind(comparison, "b", where_of(row)[1]).total for row in bars[:20]) == 300  # type: ignore[index]


def test_the_bins_of_errors_lead_to_rows() -> None:
    found = [row for row in clickable_rows(error_by_size(numbers())) if row[-1] == "b"]
    totals = [rows_behind(numbers(), "b", where_of(row)[1]).total for row in found]  # type: ignore[index]
    assert sum(totals) == 500 and len(totals) == 8


def test_the_difference_of_two_matrices_says_who_is_ahead() -> None:
    comparison = compare([Model("b", "Good", classified(("x", "y"), skill=3)), Model("c", "Poor", classified(("x", "y"), skill=0.5, seed=1))])
    good, poor = comparison.models
    gained = int(np.trace(good.evaluation.confusion) - np.trace(poor.evaluation.confusion))  # type: ignore[arg-type]
    assert confusion_difference(good, poor).title == f"Good gets {gained} more rows right than Poor"
    assert confusion_difference(poor, good).title == f"Poor gets {gained} fewer rows right than Good"
    assert confusion_difference(good, good).title == "Good and Good get equally many rows right"
    z = np.array(confusion_difference(good, poor).figure.data[0].z)
    assert z[0][0] > 0 and z[0][1] > 0  # more right and fewer mistakes both help


def test_the_equal_error_rate_is_that_of_the_exact_curve() -> None:
    """By hand: positives 0.9 0.8 0.3, others 0.7 0.2 0.1. Calling the top three, 1 of 3 is missed and 1 of 3 alarmed."""
    truth, p = np.array([1, 1, 1, 0, 0, 0]), np.array([0.9, 0.8, 0.3, 0.7, 0.2, 0.1])
    comparison = compare([Model("b", "B", both_parts(Task.BINARY, ("no", "yes"), truth, np.c_[1 - p, p]))])
    assert det(comparison).title == "Set so that misses and false alarms are equally frequent, B has 33.3 % of each"


def test_gain_and_lift_say_what_the_top_tenth_holds() -> None:
    truth, p = np.r_[np.ones(4, int), np.zeros(16, int)], np.linspace(1, 0.05, 20)
    comparison = compare([Model("b", "B", both_parts(Task.BINARY, ("no", "yes"), truth, np.c_[1 - p, p]))])
    assert gain(comparison).title == "In the top 10 % of its list, B has 50 of 100 “yes”"
    assert lift(comparison).title == "In the top 10 % of its list, B finds 5.0 times as many “yes” as chance would"


def test_the_averaged_curve_has_the_area_of_the_metric() -> None:
    comparison = versus_majority(("a", "b", "c"))
    area = comparison.models[0].evaluation.metrics["roc_auc"].value or 0
    assert f"B {area:.3f}" in averaged(comparison).alt
    assert averaged(comparison, "micro").alt.startswith("Area under the ROC curve over all pairs")


def test_calibration_does_not_call_one_better_by_chance() -> None:
    same = compare([Model("b", "B", classified(("x", "y"))), Model("c", "C", classified(("x", "y"), seed=1))])
    assert "closest" not in calibration(same).title and "the models give" in calibration(same).title


def test_axis_titles_stay_small() -> None:
    figure = roc(versus_majority()).figure
    assert figure.layout.template.layout.xaxis.title.font.size == 13
