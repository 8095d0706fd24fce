"""The learning curve as drawn: every run a dot, the forecast told apart from what was seen, and words for all of it."""

from __future__ import annotations

import numpy as np
import pytest

from core.charts.learning_curve import learning_curve_chart
from core.evaluation.learning_curve import CurvePoint, LearningCurve, learning_curve
from core.identity import identity_of_number

NAME = "<b>Mine</b>"


def curve(metric: str = "accuracy", shares: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0)) -> LearningCurve:
    chance = np.random.default_rng(0)
    values = {int(2_000 * share): 0.1 + 2 * (2_000 * share) ** -0.5 + chance.normal(0, 0.004, 3) for share in shares}
    return learning_curve(metric, [CurvePoint(rows, tuple(1 - found if metric == "accuracy" else found)) for rows, found in values.items()])


@pytest.mark.parametrize("metric", ["accuracy", "rmse"])
@pytest.mark.parametrize("dark", [False, True])
def test_each_run_is_a_dot_and_the_forecast_is_dashed(metric: str, dark: bool) -> None:
    found = curve(metric)
    chart = learning_curve_chart(found, identity_of_number(0), NAME, dark=dark)
    band, seen, ahead, dots = chart.figure.data
    assert list(dots.x) == [200] * 3 + [500] * 3 + [1_000] * 3 + [2_000] * 3
    assert np.allclose(dots.y, [value for point in found.points for value in point.values], rtol=1e-4)
    assert seen.line.dash == "solid" and ahead.line.dash == "dash" and max(seen.x) <= 2_000.5 < max(ahead.x) == 4_000
    assert seen.x[-1] == ahead.x[0]
    assert max(band.y) == pytest.approx(found.high.max(), rel=1e-4) and min(band.y) == pytest.approx(found.low.min(), rel=1e-4)
    assert chart.title == found.sentence


def test_without_a_forecast_only_the_dots_are_drawn() -> None:
    found = curve(shares=(0.5, 1.0))
    chart = learning_curve_chart(found, identity_of_number(1), NAME)
    assert len(chart.figure.data) == 1 and found.reason in chart.title


def test_the_words_hold_the_numbers_and_a_name_stays_text() -> None:
    found = curve()
    chart = learning_curve_chart(found, identity_of_number(0), NAME)
    assert "200 rows: " in chart.alt and f"{100 * found.points[0].mean:.1f} %" in chart.alt and found.sentence in chart.alt
    assert "<b>Mine" not in chart.figure.to_json()
