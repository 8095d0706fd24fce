"""Charts of explanations: what matters to each model, how its answer follows one column, the shares of one row, and words.

All models stand in one chart, each in its own colour and mark, so that it shows at a glance where they disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from core.charts.style import (
    Chart,
    empty_figure,
    error_bar,
    faint,
    legend_below,
    muted,
    number,
    plain,
    safe,
    short,
    two_lines,
)
from core.evaluation.intervals import Interval
from core.identity import Identity
from core.language import _, plural
from core.why.result import Contribution, Dependence, Importance, RowWhy, Why, Word

__all__ = ["Explained", "contributions_chart", "dependence_chart", "importance_chart", "words_chart"]

MOST = 10  # lines of a chart
LINE = 30  # characters of an axis title that fit beside the names on a phone
SPREAD = 0.62  # of the room between two lines, shared by the models


@dataclass(frozen=True, eq=False)
class Explained:
    """One model with its explanation.

    Attributes:
        name: shown to people.
        identity: how it is drawn.
        why: what matters to it.
        row: why it answers so for one row.
    """

    name: str
    identity: Identity
    why: Why | None = None
    row: RowWhy | None = None


def importance_chart(models: Sequence[Explained], *, alone: bool = False, dark: bool = False) -> Chart | None:
    """How much each model needs each column.

    Args:
        models: with explanations.
        alone: each column alone; else those that move together as one.
        dark: for a dark ground.

    Returns:
        The chart; None where the models read one text or one picture.
    """
    found = {one.name: {entry.columns: entry for entry in one.why.importance if _wanted(entry, alone)} for one in models if one.why}
    keys = _strongest(found)
    if not keys:
        return None
    metric = next(one.why.metric for one in models if one.why and one.why.importance)
    share = metric == "accuracy"
    drawn = [one for one in models if found.get(one.name)]  # a model that reads no column takes no room
    figure = _lines(drawn, [_names(key) for key in keys], dark, lambda one, at: _interval(found.get(one.name, {}).get(keys[at])), lambda i: number(i, share))
    figure.update_xaxes(title=_folded(_worse(metric)), tickformat=".0%" if share else None)
    figure.add_vline(x=0, line={"color": muted(dark), "width": 1, "dash": "dot"})
    leaders = {name: max(entries.values(), key=lambda entry: entry.value) for name, entries in found.items() if entries}
    return Chart(figure, _leading(leaders), _alt_importance(found, keys, share))


def dependence_chart(models: Sequence[Explained], column: str, label: str = "", *, dark: bool = False) -> Chart | None:
    """How the answer of each model follows one column.

    Args:
        models: with explanations.
        column: of numbers, times or categories.
        label: the class; default: the only one.
        dark: for a dark ground.
    """
    curves = [(one, curve) for one in models if one.why and (curve := next((c for c in one.why.dependence if c.column == column), None)) is not None]
    curves = [(one, curve) for one, curve in curves if not curve.labels or not label or label in curve.labels]
    if not curves:
        return None
    figure = empty_figure(dark, height=330 + 24 * len(curves))
    figure.update_layout(legend=legend_below())
    share = bool(curves[0][1].labels)
    crowded = len(curves) > 1 and any(not one.identity.is_simple for one, _curve_of in curves)
    for one, curve in curves:
        _curve(figure, one, curve, _place(curve, label), share, band=not (crowded and one.identity.is_simple))
    figure.update_xaxes(title=short(column), nticks=6)
    figure.update_yaxes(title=_("Probability of “{label}”").format(label=short(label or curves[0][1].labels[-1])) if share else _("Answer"), tickformat=".0%" if share else None, nticks=6)
    spans = {one.name: _span(curve, _place(curve, label)) for one, curve in curves}
    name = max(spans, key=lambda key: spans[key][1] - spans[key][0])
    low, high = (f"{value * 100:.0f} %" if share else plain(value) for value in spans[name])
    title = _("“{column}” alone moves the answer of {model} between {low} and {high}").format(column=column, model=name, low=low, high=high)
    alt = "; ".join(f"{one.name}: " + ", ".join(f"{point} {_number(mean, share)}" for point, mean in zip(curve.points, curve.mean[_place(curve, label)], strict=True)) for one, curve in curves)
    return Chart(figure, title, f"{title}. {alt}.")


def contributions_chart(models: Sequence[Explained], label: str = "", *, dark: bool = False) -> Chart | None:
    """What each column added to the answer for one row, model by model.

    Args:
        models: with explanations of the same row.
        label: the class whose probability is explained; default: the last one.
        dark: for a dark ground.
    """
    rows = [(one, one.row) for one in models if one.row is not None and one.row.contributions]
    if not rows:
        return None
    at = rows[0][1].labels.index(label) if label in rows[0][1].labels else len(rows[0][1].base) - 1
    share = bool(rows[0][1].labels)
    shown = {entry.name: entry.shown for _one, row in rows for entry in row.contributions}
    values = {one.name: {entry.name: entry for entry in row.contributions} for one, row in rows}
    names = sorted(shown, key=lambda name: -max(abs(entries[name].values[at]) if name in entries else 0.0 for entries in values.values()))[:MOST]
    labels = [f"{name} = {shown[name]}" if shown[name] else name for name in names]
    scale = 100 if share else 1
    figure = _lines([one for one, _row in rows], labels, dark, lambda one, place: _share_of(values[one.name].get(names[place]), at, scale), lambda i: number(i, share=False), bars=True)
    figure.add_vline(x=0, line={"color": muted(dark), "width": 1.5})
    word = rows[0][1].labels[at] if share else ""
    figure.update_xaxes(title=_folded(_("Points added to the probability of “{label}”").format(label=short(word))) if share else _("Added to the answer"))
    one, row = rows[0]
    first = max(row.contributions, key=lambda entry: abs(entry.values[at]))
    up = first.values[at] > 0
    said = f"{first.name} = {first.shown}" if first.shown else first.name
    if share:
        title = (_("{model}: “{cause}” speaks most for “{label}”") if up else _("{model}: “{cause}” speaks most against “{label}”")).format(model=one.name, cause=said, label=word)
    else:
        title = (_("{model}: “{cause}” raises the answer most") if up else _("{model}: “{cause}” lowers the answer most")).format(model=one.name, cause=said)
    alt = "; ".join(f"{one.name}: " + ", ".join(f"{text} {values[one.name][name].values[at] * scale:+.3g}" for name, text in zip(names, labels, strict=True) if name in values[one.name]) for one, _row in rows)
    return Chart(figure, title, f"{title}. {alt}.")


def words_chart(models: Sequence[Explained], label: str = "", *, dark: bool = False) -> Chart | None:
    """What single words do to the answer of each model, those that raise it on top.

    Args:
        models: with explanations.
        label: the class; default: the last one.
        dark: for a dark ground.
    """
    found: dict[str, dict[str, Word]] = {}
    for one in models:
        words = one.why.words if one.why else ()
        wanted = label or (words[-1].label if words else "")
        found[one.name] = {word.word: word for word in words if word.label == wanted}
    each = {word for words in found.values() for word in words}
    if not each:
        return None
    mean = {word: float(np.mean([words[word].value for words in found.values() if word in words])) for word in each}
    order = sorted(each, key=lambda word: -mean[word])
    kept = order if len(order) <= 2 * MOST else order[:MOST] + order[-MOST:]
    share = any(word.label for words in found.values() for word in words.values())
    scale = 100 if share else 1
    figure = _lines([one for one in models if found[one.name]], kept, dark, lambda one, at: _interval_of(found[one.name].get(kept[at]), scale), lambda i: number(i, share=False))
    figure.add_vline(x=0, line={"color": muted(dark), "width": 1, "dash": "dot"})
    word = label or next(entry.label for words in found.values() for entry in words.values())
    figure.update_xaxes(title=_folded(_("Points of the probability of “{label}”").format(label=short(word))) if share else _("Change of the answer"))
    up, down = order[0], order[-1]
    if mean[up] > 0 > mean[down]:
        title = _("“{up}” speaks for “{label}”, “{down}” against it").format(up=up, down=down, label=word)
    else:
        title = _("The word that moves the answer most is “{word}”").format(word=max(order, key=lambda one: abs(mean[one])))
    alt = "; ".join(f"{name}: " + ", ".join(f"{text} {words[text].value * scale:+.3g}" for text in kept if text in words) for name, words in found.items())
    return Chart(figure, title, f"{title}. {alt}.")


def _lines(
    models: Sequence[Explained], labels: Sequence[str], dark: bool, interval: Callable[[Explained, int], Interval | None],
    write: Callable[[Interval], str], *, bars: bool = False,
) -> go.Figure:
    """One line a label, the first on top; on each line one mark with its interval for each model."""
    figure = empty_figure(dark, height=130 + len(labels) * (22 + 14 * len(models)) + 24 * len(models))
    figure.update_layout(legend=legend_below())
    step = SPREAD / max(len(models), 1)
    for number_, one in enumerate(models):
        places = [len(labels) - 1 - at + SPREAD / 2 - step * (number_ + 0.5) for at in range(len(labels))]
        given = [(place, found, label) for at, (place, label) in enumerate(zip(places, labels, strict=True)) if (found := interval(one, at)) is not None]
        if bars:
            figure.add_bar(x=[i.value for _p, i, _l in given], y=[p for p, _i, _l in given], orientation="h", width=step * 0.55, marker={"color": one.identity.colour}, showlegend=False, hoverinfo="skip")
        bar = [error_bar(i.value or 0.0, i.low, i.high, one.identity.colour) for _p, i, _l in given]
        figure.add_scatter(
            x=[i.value for _p, i, _l in given], y=[p for p, _i, _l in given], mode="markers", name=short(one.name),
            marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": 9, "line": {"width": 1.5, "color": one.identity.colour}},
            error_x={"type": "data", "symmetric": False, "color": one.identity.colour, "thickness": 2, "width": 0,
                     "array": [b["array"][0] if "array" in b else 0 for b in bar], "arrayminus": [b["arrayminus"][0] if "arrayminus" in b else 0 for b in bar]},
            customdata=[f"{safe(label)}<br>{safe(one.name)}: {write(i)}" for _p, i, label in given], hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(tickvals=[len(labels) - 1 - at for at in range(len(labels))], ticktext=[two_lines(label) for label in labels], showgrid=False, range=[-0.6, len(labels) - 0.4])
    figure.update_xaxes(nticks=6)
    return figure


def _curve(figure: go.Figure, one: Explained, curve: Dependence, at: int, share: bool, *, band: bool) -> None:
    points, style = list(curve.points), one.identity
    if curve.kind == "category":
        points = [short(str(point)) for point in points]
    elif band:
        figure.add_scatter(x=[*points, *points[::-1]], y=[*curve.high[at], *curve.low[at][::-1]], fill="toself", fillcolor=faint(style.colour), line={"width": 0}, hoverinfo="skip", showlegend=False)
    error = {"type": "data", "symmetric": False, "array": list(np.subtract(curve.high[at], curve.mean[at])), "arrayminus": list(np.subtract(curve.mean[at], curve.low[at])), "color": style.colour, "thickness": 1.5, "width": 4}
    figure.add_scatter(
        x=points, y=list(curve.mean[at]), mode="markers" if curve.kind == "category" else "lines+markers", name=short(one.name),
        line={"color": style.colour, "dash": style.dash, "width": 2.5}, marker={"color": style.colour, "symbol": style.marker, "size": 11 if curve.kind == "category" else 6},
        error_y=error if curve.kind == "category" else None, hovertemplate=f"{safe(one.name)}<br>%{{x}}: %{{y{':.1%' if share else ':.4g'}}}<extra></extra>",
    )  # fmt: skip


def _wanted(entry: Importance, alone: bool) -> bool:
    return entry.alone if alone else not entry.grouped


def _strongest(found: dict[str, dict[tuple[str, ...], Importance]]) -> list[tuple[str, ...]]:
    each = {key for entries in found.values() for key in entries}
    return sorted(each, key=lambda key: -max(entries[key].value for entries in found.values() if key in entries))[:MOST]


def _names(columns: tuple[str, ...]) -> str:
    """One name, or two with how many more."""
    if len(columns) <= 2:
        return " + ".join(columns)
    return _("{first} and {n} more").format(first=columns[0], n=len(columns) - 1)


def _interval(entry: Importance | None) -> Interval | None:
    return None if entry is None else Interval(entry.value, entry.low, entry.high)


def _interval_of(word: Word | None, scale: float) -> Interval | None:
    if word is None:
        return None
    return Interval(word.value * scale, None if word.low is None else word.low * scale, None if word.high is None else word.high * scale)


def _share_of(entry: Contribution | None, at: int, scale: float) -> Interval | None:
    if entry is None:
        return None
    value, reach = entry.values[at] * scale, 1.96 * entry.errors[at] * scale
    return Interval(value, value - reach, value + reach) if reach else Interval(value)


def _worse(metric: str) -> str:
    names = {"roc_auc": _("Loss of ROC AUC when shuffled"), "accuracy": _("Loss of accuracy when shuffled"), "rmse": _("Growth of the typical error (RMSE) when shuffled")}
    return names[metric]


def _leading(leaders: dict[str, Importance]) -> str:
    names = {name: _names(entry.columns) for name, entry in leaders.items()}
    if len(set(names.values())) == 1:
        column = next(iter(names.values()))
        return _("Every model relies most on “{column}”").format(column=column) if len(names) > 1 else _("{model} relies most on “{column}”").format(column=column, model=next(iter(names)))
    by_column: dict[str, list[str]] = {}
    for name, column in names.items():
        by_column.setdefault(column, []).append(name)
    who = {column: ", ".join(each) if len(each) < 3 else plural("{n} model", "{n} models", len(each)) for column, each in by_column.items()}
    return _("The models rely on different columns: {list}").format(list="; ".join(f"{who[column]}: “{column}”" for column in by_column))


def _alt_importance(found: dict[str, dict[tuple[str, ...], Importance]], keys: Sequence[tuple[str, ...]], share: bool) -> str:
    def text(entries: dict[tuple[str, ...], Importance]) -> str:
        return ", ".join(f"{_names(key)} {number(Interval(entries[key].value, entries[key].low, entries[key].high), share)}" for key in keys if key in entries)

    return "; ".join(f"{name}: {text(entries)}" for name, entries in found.items()) + "."


def _place(curve: Dependence, label: str) -> int:
    return curve.labels.index(label) if label in curve.labels else len(curve.mean) - 1


def _span(curve: Dependence, at: int) -> tuple[float, float]:
    return min(curve.mean[at]), max(curve.mean[at])


def _folded(title: str) -> str:
    """An axis title in lines that fit a phone."""
    return "<br>".join(wrap(title, LINE, break_long_words=False))


def _number(value: float, share: bool) -> str:
    return f"{value * 100:.0f} %" if share else plain(value)
