"""The spread of a series as drawn: a dot for each run, the mean with its interval, names as text."""

from __future__ import annotations

import pytest

from core.charts.spread import Strip, spread_chart
from core.evaluation.intervals import Interval
from core.identity import identity_of_number

STRIPS = (
    Strip("<i>First</i>", identity_of_number(0), ("seed 0", "seed 1", "<u>seed 2</u>"), (0.80, 0.82, 0.81), Interval(0.81)),
    Strip("Second", identity_of_number(1), ("fold 1 of 2", "fold 2 of 2"), (0.70, 0.75), Interval(0.725, 0.6, 0.85)),
)


def test_the_first_is_on_top_and_each_run_is_a_dot() -> None:
    chart = spread_chart(STRIPS, "accuracy")
    second, second_mean, first, first_mean = chart.figure.data
    assert list(first.x) == [0.80, 0.82, 0.81] and list(second.x) == [0.70, 0.75]
    assert min(first.y) > max(second.y) and [tick.replace("<br>", " ") for tick in chart.figure.layout.yaxis.ticktext][0] == "Second"
    assert list(first_mean.x) == [0.81] and first_mean.error_x.visible is False
    assert second_mean.error_x.array[0] == pytest.approx(0.125) and second_mean.error_x.arrayminus[0] == pytest.approx(0.125)


def test_the_title_names_the_widest_and_the_words_hold_all_numbers() -> None:
    chart = spread_chart(STRIPS, "accuracy")
    assert "“Second” moves by 5.0 points" in chart.title
    assert "80.0 %, 82.0 %, 81.0 %" in chart.alt and "70.0 %, 75.0 %" in chart.alt
    assert "left is better" in spread_chart(STRIPS, "rmse").figure.layout.xaxis.title.text


def test_names_and_labels_stay_text() -> None:
    drawn = spread_chart(STRIPS, "accuracy", dark=True).figure.to_json()
    assert "<i>" not in drawn and "<u>" not in drawn
