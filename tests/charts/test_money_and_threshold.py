"""The charts of threshold and money: lines of validation rows, marks of test rows, words that say the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from core.charts.money import money_chart
from core.charts.threshold import legend_name, threshold_chart
from core.dataset.schema import Part, Task
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from core.worth.goals import Goal, rank
from core.worth.threshold import AT_THRESHOLD
from core.worth.values import Values
from core.worth.worth import worth_of
from tests.evaluation.made import binary
from tests.worth.test_goals import both
from tests.worth.test_worth import blurred

EVIL = '<img src=x onerror=alert(1)> & "q"'
VALUES = Values(tp=60, fp=-25, cases=2_000)


def made(rows: int = 300, name: str = "B", labels: tuple[str, str] = ("no", "yes")) -> Comparison:
    rng = np.random.default_rng(0)
    validation, test = binary(rng, rows), binary(rng, rows)
    worse = [blurred(part, 0.4, rng) for part in (validation, test)]
    return compare([Model("b", name, both(Task.BINARY, labels, validation, test)), Model("linear", "Linear", both(Task.BINARY, labels, *worse), "baseline")])


def trace(figure: Any, group: str, mode: str) -> Any:
    return next(one for one in figure.data if one.legendgroup == group and one.mode == mode)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("metric", AT_THRESHOLD)
def test_threshold_charts_are_complete(metric: str, dark: bool) -> None:
    ranking = rank(made())
    chart = threshold_chart(ranking, ranking.at(0.5), metric, dark=dark)
    assert chart.title and chart.alt and "NaN" not in str(chart.figure.to_json())
    assert chart.figure.layout.paper_bgcolor == "rgba(0,0,0,0)" and chart.figure.layout.font.color == ("#EEEEEC" if dark else "#1C1C1A")
    assert chart.figure.layout.xaxis.title.text and chart.figure.layout.yaxis.title.text and 200 <= chart.figure.layout.height <= 800


def test_lines_are_of_the_validation_rows_and_marks_of_the_test_rows() -> None:
    ranking = rank(made())
    chosen = ranking.at(Goal("recall", "at least", 0.8))
    figure = threshold_chart(ranking, chosen, "recall", goal=Goal("recall", "at least", 0.8)).figure
    mark, line = trace(figure, "b", "lines+markers"), trace(figure, "b", "lines")
    assert mark.x[0] == chosen[0].threshold and mark.y[0] == chosen[0].metrics["recall"].value
    assert mark.customdata[0] == ["threshold", chosen[0].threshold, "b"]
    validation = ranking.models[0].validation
    assert validation is not None
    at = list(line.x).index(0.5)
    assert line.y[at] == pytest.approx(validation.metrics(0.5)["recall"].value, abs=1e-4)
    assert len(figure.layout.shapes) == 1  # the goal


def test_the_money_chart_says_the_gain_of_the_pitch() -> None:
    ranking = rank(made())
    worth = worth_of(ranking, VALUES)
    chart = money_chart(ranking, worth)
    best = worth.best
    assert best is not None and "brings €" in chart.title and "acting on no case" in chart.title
    mark, line = trace(chart.figure, "b", "lines+markers"), trace(chart.figure, "b", "lines")
    assert mark.y[0] == best.gain.value and mark.x[0] == pytest.approx((best.counts.tp + best.counts.fp) / best.counts.rows)
    assert (line.x[0], line.y[0]) == (0, 0) and line.x[-1] == 1  # nobody is acted on, everybody is
    assert max(line.y) == pytest.approx(best.hoped, rel=1e-3)  # the best threshold is on the line
    low, high = chart.figure.layout.yaxis.range
    assert low < 0 < high and "95 %" in chart.alt


def test_where_always_acting_is_best_the_right_end_is_zero() -> None:
    ranking = rank(made())
    worth = worth_of(ranking, Values(tp=60, fp=-2))
    chart = money_chart(ranking, worth)
    line = trace(chart.figure, "b", "lines")
    assert worth.policy == "always" and line.y[-1] == pytest.approx(0) and line.y[0] < 0
    lazy = money_chart(ranking, worth_of(ranking, Values(tp=-5, fp=-6)))
    assert "no threshold" in lazy.title


def test_user_text_is_text_and_names_stay_apart() -> None:
    ranking = rank(made(name=EVIL, labels=("a", EVIL)))
    worth = worth_of(ranking, Values(60, -25, currency="<b>"))
    for chart in (money_chart(ranking, worth), threshold_chart(ranking, ranking.at(0.5))):
        drawn = json.dumps(json.loads(str(chart.figure.to_json())))
        assert "<img" not in drawn and "<b>" not in drawn
    assert legend_name("Multilayer network (custom) · f41a") != legend_name("Multilayer network (custom) · 9cd8")


def test_many_rows_are_thinned_and_one_class_is_survived() -> None:
    ranking = rank(made(20_000))
    for chart in (money_chart(ranking, worth_of(ranking, VALUES)), threshold_chart(ranking, ranking.at(0.5))):
        assert len(str(chart.figure.to_json())) < 60_000
    truth, scores = np.zeros(20, int), np.tile([0.9, 0.1], (20, 1))
    alone = rank(compare([Model("b", "B", Predictions(Task.BINARY, ("no", "yes"), np.arange(20), np.full(20, Part.TEST.number), truth, scores))]))
    assert money_chart(alone, worth_of(alone, VALUES)).title and threshold_chart(alone, alone.at(0.5)).title
