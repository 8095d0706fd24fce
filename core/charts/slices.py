"""The chart of slices: one metric of all models in each part that a column cuts the rows into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.charts.style import Chart, empty_figure, error_bars, legend_below, muted, number, safe, short, two_lines
from core.evaluation.compare import Comparison
from core.evaluation.names import LOWER_IS_BETTER, is_share, metric_word
from core.language import _, plural
from core.slices.slices import Slice

__all__ = ["MAX_SLICES", "slice_chart"]

MAX_SLICES = 24  # drawn: the largest ones; a chart that leaves some out says so
ALONE = "majority"  # far below the others, it would squeeze them; a click on its name draws it
BESIDE = 30  # characters, on two lines
ROOM = 0.6  # of the distance between two slices, shared by the models


def slice_chart(comparison: Comparison, cut: Mapping[str, Sequence[Slice]], metric: str, *, dark: bool = False) -> Chart:
    """One metric for each slice and model, in the order of the slices.

    Args:
        comparison: of one or more models.
        cut: id of the model → its slices, the same ones for all.
        metric: a stable name that the task has.
        dark: for a dark ground.

    Returns:
        The chart; each point carries `customdata` ["slice", number of the slice, id of the model].
    """
    all_slices = cut[comparison.models[0].model.id]
    kept = {one.number for one in sorted(all_slices, key=lambda one: -one.rows)[:MAX_SLICES]}
    drawn = [one for one in all_slices if one.number in kept]
    places = {one.number: len(drawn) - 1 - place for place, one in enumerate(drawn)}
    figure = empty_figure(dark, height=120 + max(40, 16 * len(comparison.models) + 14) * len(drawn) + 24 * len(comparison.models))
    for rank, one in enumerate(comparison.models):
        known = [(part, part.metrics[metric]) for part in cut[one.model.id] if part.number in kept and part.metrics[metric].value is not None]
        offset = ROOM * ((rank + 0.5) / len(comparison.models) - 0.5)
        figure.add_scatter(
            x=[interval.value for _part, interval in known], y=[places[part.number] - offset for part, _interval in known],
            mode="markers", name=short(one.model.name), visible="legendonly" if one.model.id == ALONE and len(comparison.models) > 1 else True, marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": 11},
            error_x=error_bars([interval for _part, interval in known], one.identity.colour),
            unselected={"marker": {"opacity": 1}}, customdata=[["slice", part.number, one.model.id] for part, _interval in known],
            text=[f"{safe(_name(part))}: {number(interval, is_share(metric))}" for part, interval in known], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    _axes(figure, drawn, places, metric, dark)
    return Chart(figure, _title(comparison, drawn, cut, metric), _alt(comparison, drawn, cut, metric, len(all_slices)))


def _axes(figure: go.Figure, drawn: Sequence[Slice], places: Mapping[int, int], metric: str, dark: bool) -> None:
    names = [two_lines(_beside(one)) for one in drawn]
    texts = [f"{name}<br><span style='font-size:11px;color:{muted(dark)}'>{plural('{n} row', '{n} rows', one.rows)}</span>" for name, one in zip(names, drawn, strict=True)]
    figure.update_xaxes(title=_("{metric} with 95 % interval").format(metric=metric_word(metric)), tickformat=".0%" if is_share(metric) else None, nticks=6)
    figure.update_yaxes(tickvals=[places[one.number] for one in drawn], ticktext=texts, showgrid=False, range=[-0.6, len(drawn) - 0.4])
    figure.update_layout(legend=legend_below())


def _title(comparison: Comparison, drawn: Sequence[Slice], cut: Mapping[str, Sequence[Slice]], metric: str) -> str:
    """Which slice is lowest for the first model; what is lowest by chance is for the search to say."""
    lead = comparison.models[0].model
    known = [(one, one.metrics[metric]) for one in cut[lead.id] if one.metrics[metric].value is not None and any(one.number == other.number for other in drawn)]
    if len(known) < 2:
        return _("There are not two slices to compare")
    worst = (max if metric in LOWER_IS_BETTER else min)(known, key=lambda pair: pair[1].value or 0.0)
    values = {"name": lead.name, "slice": _name(worst[0]), "metric": _inside(metric_word(metric)), "value": number(worst[1], is_share(metric))}
    if metric in LOWER_IS_BETTER:
        return _("Highest {metric} of {name}: {value}, where {slice}").format(**values)
    return _("Lowest {metric} of {name}: {value}, where {slice}").format(**values)

def _alt(comparison: Comparison, drawn: Sequence[Slice], cut: Mapping[str, Sequence[Slice]], metric: str, total: int) -> str:
    said = []
    for one in comparison.models[:3]:
        named = {part.number: part for part in cut[one.model.id]}
        parts = "; ".join(f"{_name(named[part.number])} {number(named[part.number].metrics[metric], is_share(metric))}" for part in drawn[:8] if part.number in named)
        said.append(f"{one.model.name}: {parts}.")
    left = " " + _("The {drawn} largest of {total} slices are drawn.").format(drawn=len(drawn), total=total) if len(drawn) < total else ""
    return _("{metric} by slice.").format(metric=metric_word(metric)) + " " + " ".join(said) + left


def _inside(word: str) -> str:
    """A metric's name within a sentence: `accuracy`, but `F1`."""
    return word[0].lower() + word[1:] if word[1:2].islower() else word


def _beside(one: Slice) -> str:
    """What stands beside the axis: the column too, where there is room, because a label may be just 0 or 1."""
    whole = _name(one)
    return whole if len(whole) <= BESIDE else " · ".join(label for _column, label in one.conditions)


def _name(one: Slice) -> str:
    return ", ".join(_("{column} is {value}").format(column=column, value=label) for column, label in one.conditions)
