"""Charts of a regression: predicted against true values, and the errors."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.charts.style import Chart, digits, empty_figure, muted, number, plain, safe, square_figure
from core.evaluation.compare import Judged

__all__ = ["predicted_actual", "residuals"]

MAX_DOTS = 2_000  # drawn of a scatter


def predicted_actual(one: Judged, *, dark: bool = False) -> Chart:
    """Predicted against true values of one regression model; on the line is right.

    Args:
        one: a judged regression model; of more than 2,000 rows so many are drawn, by chance.
        dark: for a dark ground.
    """
    truth, predicted, note = _dots(one)
    figure = square_figure(dark, 1)
    ends = [float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max()))]
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": muted(dark), "width": 1.5, "dash": "dash"}, hoverinfo="skip", showlegend=False)
    _scatter(figure, one, truth, predicted)
    figure.update_xaxes(title="True value (in the target’s unit)", range=None, tickformat=None, autorange=True)
    figure.update_yaxes(title="Predicted value", range=None, tickformat=None, autorange=True)
    r2, rmse = one.evaluation.metrics["r2"], one.evaluation.metrics["rmse"]
    title = f"{one.model.name} explains {max(r2.value, 0):.0%} of the variation" if r2.value is not None else f"{one.model.name}: predicted and true values"
    return Chart(figure, title, f"Predicted against true values of {one.model.name}: R² {number(r2, share=False)}, RMSE {number(rmse, share=False)}.{note}")


def residuals(one: Judged, *, dark: bool = False) -> Chart:
    """Errors of one regression model against what it predicted.

    Args:
        one: a judged regression model; of more than 2,000 rows so many are drawn, by chance.
        dark: for a dark ground.
    """
    truth, predicted, note = _dots(one)
    errors = predicted - truth
    figure = empty_figure(dark, height=380)
    figure.add_hline(y=0, line={"color": muted(dark), "width": 1.5, "dash": "dash"})
    _scatter(figure, one, predicted, errors)
    figure.update_xaxes(title="Predicted value (in the target’s unit)")
    figure.update_yaxes(title="Error: predicted less true")
    everything = one.model.predictions.scores - one.model.predictions.truth
    half, wide = np.quantile(np.abs(everything), [0.5, 0.9])
    mean = float(everything.mean())
    title = f"{one.model.name}: 9 of 10 predictions are off by less than {plain(float(wide))}"
    return Chart(figure, title, f"Errors of {one.model.name}: half are below {plain(float(half))}, 9 of 10 below {plain(float(wide))}; on average {mean:+.3g}.{note}")


def _dots(one: Judged) -> tuple[np.ndarray, np.ndarray, str]:
    truth, predicted = one.model.predictions.truth, one.model.predictions.scores
    if len(truth) <= MAX_DOTS:
        return truth, predicted, ""
    chosen = np.random.default_rng(0).choice(len(truth), MAX_DOTS, replace=False)
    return truth[chosen], predicted[chosen], f" {MAX_DOTS:,} of {len(truth):,} rows are drawn, by chance."


def _scatter(figure: go.Figure, one: Judged, x: np.ndarray, y: np.ndarray) -> None:
    figure.add_scatter(
        x=digits(x), y=digits(y), mode="markers", showlegend=False, name=safe(one.model.name),
        marker={"color": one.identity.colour, "size": 5, "opacity": 0.45 if len(x) > 300 else 0.8, "symbol": one.identity.marker},
        hovertemplate="%{x:.4g} → %{y:.4g}<extra></extra>",
    )  # fmt: skip
