"""Charts of a regression: predicted against true values, and the errors."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.charts.lines import layered
from core.charts.style import (
    Chart,
    digits,
    empty_figure,
    error_bars,
    legend_below,
    muted,
    number,
    plain,
    safe,
    short,
    square_figure,
)
from core.evaluation.compare import Comparison, Judged
from core.evaluation.regression_errors import errors_by_size
from core.language import _

__all__ = ["error_by_size", "predicted_actual", "residuals"]

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
    figure.update_xaxes(title=_("True value (in the target’s unit)"), range=None, tickformat=None, autorange=True)
    figure.update_yaxes(title=_("Predicted value"), range=None, tickformat=None, autorange=True)
    r2, rmse = one.evaluation.metrics["r2"], one.evaluation.metrics["rmse"]
    title = _("{name}: predicted and true values").format(name=one.model.name)
    if r2.value is not None:
        title = _("{name} explains {share} of the variation").format(name=one.model.name, share=f"{max(r2.value, 0):.0%}")
    alt = _("Predicted against true values of {name}: R² {r2}, RMSE {rmse}.").format(name=one.model.name, r2=number(r2, share=False), rmse=number(rmse, share=False))
    return Chart(figure, title, alt + note)


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
    figure.update_xaxes(title=_("Predicted value (in the target’s unit)"))
    figure.update_yaxes(title=_("Error: predicted less true"))
    everything = one.model.predictions.scores - one.model.predictions.truth
    half, wide = np.quantile(np.abs(everything), [0.5, 0.9])
    mean = float(everything.mean())
    title = _("{name}: 9 of 10 predictions are off by less than {wide}").format(name=one.model.name, wide=plain(float(wide)))
    alt = _("Errors of {name}: half are below {half}, 9 of 10 below {wide}; on average {mean}.").format(name=one.model.name, half=plain(float(half)), wide=plain(float(wide)), mean=f"{mean:+.3g}")
    return Chart(figure, title, alt + note)


def error_by_size(comparison: Comparison, *, dark: bool = False) -> Chart:
    """Mean error of each model where it predicts little and where it predicts much, eight bins of equally many rows.

    Args:
        comparison: of regression models.
        dark: for a dark ground.
    """
    figure = empty_figure(dark, height=360 + 24 * len(comparison.models))
    lead = None
    for one in layered(comparison.models):
        p = one.model.predictions
        found = errors_by_size(p.truth, p.scores)
        if found is None:
            continue
        lead = (one, found) if one.model.kind == "run" and (lead is None or one is comparison.runs[0]) else lead or (one, found)
        middles, run = (found.low + found.high) / 2, one.model.kind == "run"
        texts = [
            _("{name}<br>predicts {low} to {high}<br>off by {error}; {rows} rows").format(name=safe(one.model.name), low=plain(float(low)), high=plain(float(high)), error=number(interval, share=False), rows=f"{rows:,}")
            for low, high, interval, rows in zip(found.low, found.high, found.error, found.rows, strict=True)
        ]  # fmt: skip
        figure.add_scatter(
            x=digits(middles), y=[interval.value for interval in found.error], mode="lines+markers", name=short(one.model.name), text=texts, hovertemplate="%{text}<extra></extra>",
            line={"color": one.identity.colour, "width": 3 if run else 1.5, "dash": one.identity.dash}, marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": 10 if run else 7},
            error_y=error_bars(found.error, one.identity.colour) if run else None, legendrank=500 if run else 1000, unselected={"marker": {"opacity": 1}},
            customdata=[["bin", float(low), float(high), one.model.id] for low, high in zip(found.low, found.high, strict=True)],
        )  # fmt: skip
    figure.update_xaxes(title=_("Predicted value (in the target’s unit)"))
    figure.update_yaxes(title=_("Mean error, with 95 % interval"), rangemode="tozero")
    figure.update_layout(legend=legend_below())
    assert lead is not None  # a comparison has rows
    one, found = lead
    worst = max(range(len(found.rows)), key=lambda place: found.error[place].value or 0.0)
    ends = {"low": plain(float(found.low[worst])), "high": plain(float(found.high[worst])), "error": plain(found.error[worst].value or 0.0)}
    title = _("{name} is furthest off where it predicts {low} to {high}: by {error} on average").format(name=one.model.name, **ends)
    each = "; ".join(f"{plain(float(low))}–{plain(float(high))}: {number(interval, share=False)}" for low, high, interval in zip(found.low, found.high, found.error, strict=True))
    return Chart(figure, title, _("Mean error of {name} by predicted value: {each}.").format(name=one.model.name, each=each))


def _dots(one: Judged) -> tuple[np.ndarray, np.ndarray, str]:
    truth, predicted = one.model.predictions.truth, one.model.predictions.scores
    if len(truth) <= MAX_DOTS:
        return truth, predicted, ""
    chosen = np.random.default_rng(0).choice(len(truth), MAX_DOTS, replace=False)
    return truth[chosen], predicted[chosen], " " + _("{drawn} of {all} rows are drawn, by chance.").format(drawn=f"{MAX_DOTS:,}", all=f"{len(truth):,}")


def _scatter(figure: go.Figure, one: Judged, x: np.ndarray, y: np.ndarray) -> None:
    figure.add_scatter(
        x=digits(x), y=digits(y), mode="markers", showlegend=False, name=safe(one.model.name),
        marker={"color": one.identity.colour, "size": 5, "opacity": 0.45 if len(x) > 300 else 0.8, "symbol": one.identity.marker},
        hovertemplate="%{x:.4g} → %{y:.4g}<extra></extra>",
    )  # fmt: skip
