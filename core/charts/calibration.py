"""The calibration chart: when a model says 70 %, does it happen 70 times in 100?"""

from __future__ import annotations

import plotly.graph_objects as go

from core.charts.curves import banded, usual_class
from core.charts.lines import band, clickable, guide, layered, model_line
from core.charts.style import Chart, muted, number, safe, square_figure
from core.dataset.schema import Task
from core.evaluation.calibration import Calibration, calibration_error, calibration_of
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval
from core.evaluation.ranking import ranked
from core.language import _

__all__ = ["calibration"]


def calibration(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """What each model said against what happened, in ten bins of equally many rows.

    Args:
        comparison: of classifiers.
        label: the class whose probability is judged; default: the second of two; of more, the hardest.
        dark: for a dark ground.
    """
    chosen = label or usual_class(comparison)
    column = comparison.labels.index(chosen)
    figure = square_figure(dark, len(comparison.models))
    _diagonal(figure, dark)
    errors: dict[str, Interval] = {}
    shaded = banded(comparison, "ece")
    for one in layered(comparison.models):
        found = calibration_of(ranked(one.model.predictions, column))
        if found is None:
            continue
        errors[one.model.id] = _error(comparison, one, found)
        if one in shaded:
            band(figure, (found.said, found.happened_low), (found.said, found.happened_high), one.identity.colour)
        value = errors[one.model.id].value or 0.0
        model_line(figure, one, found.said, found.happened, f"{value * 100:.1f} %", marks=found.said.tolist())
        _bins(figure, one, found, column)
    figure.update_xaxes(title=_("The model says (probability of “{label}”)").format(label=safe(chosen)))
    figure.update_yaxes(title=_("It happens"))
    return Chart(figure, _title(comparison, chosen, errors), _alt(comparison, chosen, errors))


def _diagonal(figure: go.Figure, dark: bool) -> None:
    """Where the words are true; above it a model says too little, below it too much."""
    colour = muted(dark)
    guide(figure, (0, 1), (0, 1), dark)
    figure.add_annotation(x=0.03, y=0.97, text=_("says too little"), showarrow=False, xanchor="left", font={"size": 12, "color": colour})
    figure.add_annotation(x=0.97, y=0.03, text=_("says too much"), showarrow=False, xanchor="right", font={"size": 12, "color": colour})


def _bins(figure: go.Figure, one: Judged, found: Calibration, column: int) -> None:
    custom = [["bin", float(low), float(high), column, one.model.id] for low, high in zip(found.low, found.high, strict=True)]
    texts = [
        _("{name}<br>says {said} · it happens in {happened}<br>{rows} rows").format(
            name=safe(one.model.name), said=f"{said:.1%}", happened=number(Interval(float(at), float(low), float(high))), rows=f"{rows:,}",
        )
        for said, at, low, high, rows in zip(found.said, found.happened, found.happened_low, found.happened_high, found.rows, strict=True)
    ]  # fmt: skip
    clickable(figure, one, found.said, found.happened, custom, texts)


def _error(comparison: Comparison, one: Judged, found: Calibration) -> Interval:
    kept = one.evaluation.metrics.get("ece") if comparison.task is Task.BINARY and found.error else None
    return kept if kept is not None and abs((kept.value or 0.0) - found.error) < 1e-9 else calibration_error(found)


def _title(comparison: Comparison, label: str, errors: dict[str, Interval]) -> str:
    known = [(errors[one.model.id], one) for one in (comparison.runs or comparison.models) if one.model.id in errors]
    if not known:
        return _("There are no rows to judge.")
    known.sort(key=lambda pair: pair[0].value or 0.0)
    interval, best = known[0]
    points = f"{(interval.value or 0.0) * 100:.1f}"
    if len(known) > 1 and (known[1][0].low or 0.0) <= (interval.value or 0.0):
        most = f"{(known[-1][0].value or 0.0) * 100:.1f}"
        return _("When the models give a probability of “{label}”, they are {points} to {most} points off on average").format(label=label, points=points, most=most)
    if len(known) > 1:
        return _("When it gives a probability of “{label}”, {name} is closest to what happens: {points} points off on average").format(label=label, name=best.model.name, points=points)
    if interval.low == 0:
        return _("{name} means what it says: {points} points off on average, no more than chance does in so few rows").format(name=best.model.name, points=points)
    return _("{name} is {points} points off on average when it gives a probability of “{label}”").format(name=best.model.name, points=points, label=label)


def _alt(comparison: Comparison, label: str, errors: dict[str, Interval]) -> str:
    each = "; ".join(f"{one.model.name} {number(errors[one.model.id])}" for one in comparison.models if one.model.id in errors)
    return _("Calibration error for “{label}” on {rows} test rows: {each}.").format(label=label, rows=f"{comparison.rows_judged:,}", each=each)
