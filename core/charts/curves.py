"""ROC, precision-recall and DET charts: all models for one class, runs with the band in which their curve may lie."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import plotly.graph_objects as go

from core.charts.lines import band, clickable, evenly, guide, layered, model_line
from core.charts.style import Chart, number, plain, safe, square_figure
from core.dataset.schema import Task
from core.evaluation.averaged_curves import Average, averaged_roc
from core.evaluation.compare import Comparison, Judged
from core.evaluation.curves import Curve, precision_recall_of, roc_of
from core.evaluation.ranking import Ranking, ranked
from core.language import _

__all__ = ["averaged", "banded", "det", "nothing_to_rank", "precision_recall", "roc", "usual_class"]

POINTS = 300  # corners drawn of a curve
DET_TICKS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
DET_ENDS = (0.001, 0.9)


def roc(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """Share of one class that is found against share of false alarms.

    Args:
        comparison: of classifiers.
        label: the class; default: the second of two; of more, the hardest for the first model.
        dark: for a dark ground.
    """
    chosen = label or usual_class(comparison)
    figure = square_figure(dark, len(comparison.models))
    guide(figure, (0, 1), (0, 1), dark, _("a coin"))
    best = _draw(figure, comparison, chosen, "roc_auc", lambda ranks: roc_of(ranks, POINTS), "linear")
    figure.update_xaxes(title=_("False alarms, share of the others"))
    figure.update_yaxes(title=_("Found (recall)"))
    if best is None:
        return nothing_to_rank(figure, chosen)
    ranks = ranked(best.model.predictions, comparison.labels.index(chosen))
    at = float(np.interp(0.1, np.r_[0, ranks.alarms] / ranks.negatives, np.r_[0, ranks.hits] / ranks.positives))
    title = _("With 10 false alarms in 100 others, {name} finds {n} of 100 “{label}”").format(name=best.model.name, n=f"{at * 100:.0f}", label=chosen)
    return Chart(figure, title, _areas(comparison, chosen, "roc_auc"))


def precision_recall(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """Share of alarms that are right against share of one class that is found.

    Args:
        comparison: of classifiers.
        label: the class; default: the second of two; of more, the hardest for the first model.
        dark: for a dark ground.
    """
    chosen = label or usual_class(comparison)
    figure = square_figure(dark, len(comparison.models))
    best = _draw(figure, comparison, chosen, "average_precision", lambda ranks: precision_recall_of(ranks, POINTS), "vh")
    figure.update_xaxes(title=_("Found (recall)"))
    figure.update_yaxes(title=_("Right when called (precision)"))
    if best is None:
        return nothing_to_rank(figure, chosen)
    ranks = ranked(best.model.predictions, comparison.labels.index(chosen))
    share = ranks.positives / ranks.rows
    guide(figure, (0, 1), (share, share), dark)
    half = int(np.searchsorted(ranks.hits, ranks.positives / 2))
    right = f"{ranks.hits[half] / ranks.called[half] * 100:.0f}"
    title = _("To find half of “{label}”, {name} is right in {n} of 100 calls").format(name=best.model.name, n=right, label=chosen)
    return Chart(figure, title, _areas(comparison, chosen, "average_precision"))


def det(comparison: Comparison, label: str | None = None, *, dark: bool = False) -> Chart:
    """Share of one class that is missed against share of false alarms, on axes that open up the corner where good models lie.

    Args:
        comparison: of classifiers.
        label: the class; default: the second of two; of more, the hardest for the first model.
        dark: for a dark ground.
    """
    chosen = label or usual_class(comparison)
    figure = square_figure(dark, len(comparison.models))
    column = comparison.labels.index(chosen)
    equal = {one.model.id: _equal_error(ranked(one.model.predictions, column)) for one in comparison.models}
    best = _draw(figure, comparison, chosen, "roc_auc", _stretched_det, "linear", lambda one: _percent(equal[one.model.id]))
    ends = [_stretch(end) for end in DET_ENDS]
    ticks = {"tickvals": [_stretch(tick) for tick in DET_TICKS], "ticktext": [f"{tick * 100:g} %" for tick in DET_TICKS], "range": ends, "tickformat": None}
    figure.update_xaxes(title=_("False alarms, share of the others"), tickangle=-45, **ticks)
    figure.update_yaxes(title=_("Missed, share of the class"), **ticks)
    if best is None:
        return nothing_to_rank(figure, chosen)
    guide(figure, ends, ends, dark)
    title = _("Set so that misses and false alarms are equally frequent, {name} has {share} of each").format(name=best.model.name, share=_percent(equal[best.model.id]))
    each = "; ".join(f"{one.model.name} {_percent(equal[one.model.id])}" for one in comparison.models)
    return Chart(figure, title, _("Equal error rate for “{label}”: {each}.").format(label=chosen, each=each))


def averaged(comparison: Comparison, how: Average = "macro", *, dark: bool = False) -> Chart:
    """One ROC curve a model for all classes together.

    Args:
        comparison: of classifiers of more than two classes.
        how: macro (every class counts alike), weighted (by its rows) or micro (every row and class is one case).
        dark: for a dark ground.
    """
    figure = square_figure(dark, len(comparison.models))
    guide(figure, (0, 1), (0, 1), dark, _("a coin"))
    found: list[tuple[float, Judged, Curve]] = []
    shaded = banded(comparison, "roc_auc")
    for one in layered(comparison.models):
        curve = averaged_roc(one.model.predictions.truth, one.model.predictions.scores, how)
        if curve is None:
            continue
        if one in shaded:
            band(figure, (curve.low[:, 0], curve.low[:, 1]), (curve.high[:, 0], curve.high[:, 1]), one.identity.colour)
        kept = one.evaluation.metrics.get({"macro": "roc_auc", "weighted": "roc_auc_weighted"}.get(how, ""))  # exact, as in the tables
        area = float(np.trapezoid(curve.y, curve.x)) if kept is None or kept.value is None else kept.value
        model_line(figure, one, curve.x, curve.y, f"{area:.3f}")
        found.append((area + (1 if one.model.kind == "run" else 0), one, curve))
    figure.update_xaxes(title=_("False alarms, share of the others"))
    figure.update_yaxes(title=_("Found (recall), over all classes"))
    if not found:
        return Chart(figure, _("There is nothing to rank: the test rows are all of one class"), _("No curve can be drawn."))
    _rank, best, curve = max(found, key=lambda item: item[0])
    at = f"{np.interp(0.1, curve.x, curve.y) * 100:.0f}"
    said = _("With 10 false alarms in 100 others, {name} finds {n} of 100 rows of a class on average")
    if comparison.task is Task.MANY_LABELS:
        pairs = _("With 10 false alarms in 100 others, {name} finds {n} of 100 labels, all labels taken together")
        said = pairs if how == "micro" else _("With 10 false alarms in 100 others, {name} finds {n} of 100 rows of a label on average")
    title = said.format(name=best.model.name, n=at)
    each = "; ".join(f"{one.model.name} {rank - (one.model.kind == 'run'):.3f}" for rank, one, _curve in reversed(found))
    words = {"macro": _("Area under the ROC curve, every class alike: {each}."), "weighted": _("Area under the ROC curve, classes by their rows: {each}.")}
    return Chart(figure, title, words.get(how, _("Area under the ROC curve over all pairs of row and class: {each}.")).format(each=each))


def usual_class(comparison: Comparison) -> str:
    """The class to draw first: the second of two; of more, the hardest for the first model."""
    if comparison.task is Task.BINARY:
        return comparison.labels[1]
    areas = {label: found["roc_auc"].value for label, found in comparison.models[0].evaluation.per_class.items()}
    return min(areas, key=lambda label: 2.0 if areas[label] is None else areas[label] or 0.0)


def banded(comparison: Comparison, metric: str, label: str | None = None) -> tuple[Judged, ...]:
    """Runs drawn with a band: both of two; of more only the best, because bands on bands are mud."""
    if len(comparison.runs) <= 2:
        return comparison.runs

    def value(one: Judged) -> float:
        found = one.evaluation.metrics if label is None else one.evaluation.per_class[label]
        return (found[metric].value or 0.0) if metric in found else 0.0  # many labels have no calibration error of all

    return (max(comparison.runs, key=value),)


def nothing_to_rank(figure: go.Figure, label: str) -> Chart:
    """The chart where all rows are of one class."""
    return Chart(figure, _("There is nothing to rank: the test rows are all “{label}”, or none is").format(label=label), _("No curve can be drawn."))


def _draw(figure: go.Figure, comparison: Comparison, label: str, metric: str, make: Callable[[Ranking], Curve | None], shape: str, value: Callable[[Judged], str] | None = None) -> Judged | None:
    """Draw baselines first, then runs, some with their bands, each with its `value` or area; return the best run (or model)."""
    column, best = comparison.labels.index(label), []
    shaded = banded(comparison, metric, label)
    for one in layered(comparison.models):
        curve = make(ranked(one.model.predictions, column))
        if curve is None:
            continue
        if one in shaded:
            band(figure, (curve.low[:, 0], curve.low[:, 1]), (curve.high[:, 0], curve.high[:, 1]), one.identity.colour)
        area = one.evaluation.per_class[label][metric].value or 0.0
        model_line(figure, one, curve.x, curve.y, value(one) if value else f"{area:.3f}", shape=shape)
        _thresholds(figure, one, curve, column)
        best.append((area + (1 if one.model.kind == "run" else 0), one))
    return max(best, key=lambda pair: pair[0])[1] if best else None


def _thresholds(figure: go.Figure, one: Judged, curve: Curve, column: int) -> None:
    """Points of the curve that lead to the rows decided wrongly there."""
    places = evenly(curve.x, curve.y)
    places = places[np.isfinite(curve.threshold[places])]
    texts = [_("{name}<br>called from {threshold} on").format(name=safe(one.model.name), threshold=plain(float(curve.threshold[place]))) for place in places]
    custom = [["threshold", float(curve.threshold[place]), column, one.model.id] for place in places]
    clickable(figure, one, curve.x[places], curve.y[places], custom, texts)


def _stretched_det(ranks: Ranking) -> Curve | None:
    """The DET curve with both axes stretched by the normal quantile; corners chosen by logarithms, where the axes are long."""
    count, rest = ranks.positives, ranks.negatives
    if not count or not rest:
        return None
    hits, alarms = ranks.hits, ranks.alarms
    steps = np.geomspace(1, max(count, rest), POINTS // 2)
    last = len(hits) - 1
    places = np.unique(np.r_[np.searchsorted(alarms, steps), np.searchsorted(hits, count - steps), last].clip(0, last))
    curve = roc_of(Ranking(ranks.order, ranks.hit, ranks.threshold[places], hits[places], ranks.called[places]))
    assert curve is not None  # there are rows of both kinds
    seen = np.flatnonzero((curve.x <= DET_ENDS[1]) & (1 - curve.y <= DET_ENDS[1]))
    seen = seen if len(seen) else np.arange(len(curve.x))
    x, y = _stretch_all(curve.x[seen]), _stretch_all(1 - curve.y[seen])
    low = np.c_[_stretch_all(curve.high[seen, 0]), _stretch_all(1 - curve.high[seen, 1])]
    high = np.c_[_stretch_all(curve.low[seen, 0]), _stretch_all(1 - curve.low[seen, 1])]
    return Curve(x, y, curve.threshold[seen], low, high)


def _stretch(share: float) -> float:
    return NormalDist().inv_cdf(min(max(share, 1e-4), 1 - 1e-4))


def _stretch_all(shares: np.ndarray) -> np.ndarray:
    return np.array([_stretch(float(share)) for share in shares])


def _equal_error(ranks: Ranking) -> float:
    """The share at which misses and false alarms are equally many, between two corners on the straight line."""
    if not ranks.positives or not ranks.negatives:
        return 0.5
    alarms, missed = np.r_[0, ranks.alarms] / ranks.negatives, 1 - np.r_[0, ranks.hits] / ranks.positives
    after = int(np.searchsorted(alarms - missed, 0.0))
    before = max(after - 1, 0)
    step, gap = (alarms - missed)[after] - (alarms - missed)[before], -(alarms - missed)[before]
    part = gap / step if step else 0.0
    return float(alarms[before] + part * (alarms[after] - alarms[before]))


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _areas(comparison: Comparison, label: str, metric: str) -> str:
    each = "; ".join(f"{one.model.name} {number(one.evaluation.per_class[label][metric], share=False)}" for one in comparison.models)
    words = {
        "roc_auc": _("Area under the ROC curve for “{label}” on {rows} test rows: {each}."),
        "average_precision": _("Average precision for “{label}” on {rows} test rows: {each}."),
    }  # fmt: skip
    return words[metric].format(label=label, rows=f"{comparison.rows_judged:,}", each=each)
