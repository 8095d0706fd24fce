"""The forest chart: one metric of all models, each with its interval, under what the paired differences say."""

from __future__ import annotations

from collections.abc import Sequence

from core.charts.style import Chart, empty_figure, error_bar, number, plain, safe, two_lines
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval
from core.evaluation.names import headline, higher_is_better, is_share, metric_word
from core.evaluation.verdict_words import metric_name, size_words
from core.language import _

__all__ = ["forest"]


def forest(comparison: Comparison, metric: str | None = None, *, dark: bool = False) -> Chart:
    """One metric of all models with its interval, best on top.

    Args:
        comparison: of one or more models.
        metric: a name of `core.evaluation.metrics.METRICS`; default: the one that stands first.
        dark: for a dark ground.
    """
    name = metric or headline(comparison.task)
    word, share = metric_word(name), is_share(name)
    scored = [(one, one.evaluation.metrics[name]) for one in comparison.models]
    known = [(one, interval) for one, interval in scored if interval.value is not None]
    known.sort(key=lambda pair: (pair[1].value or 0.0), reverse=not higher_is_better(name))
    figure = empty_figure(dark, height=150 + 46 * max(len(known), 1))
    ends = _ends(known)
    for place, (one, interval) in enumerate(known):
        if ends and not ends[0] <= (interval.value or 0.0) <= ends[1]:
            left = (interval.value or 0.0) < ends[0]
            figure.add_annotation(
                x=0 if left else 1, xref="paper", xanchor="left" if left else "right", y=place, showarrow=False,
                text=f"◂ {number(interval, share)}" if left else f"{number(interval, share)} ▸", font={"color": one.identity.colour},
            )  # fmt: skip
            continue
        value, low, high = interval.value or 0.0, interval.low, interval.high
        figure.add_scatter(
            x=[value], y=[place], mode="markers", name=safe(one.model.name), showlegend=False,
            marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": 13, "line": {"width": 2, "color": one.identity.colour}},
            error_x=error_bar(value, low, high, one.identity.colour), hovertemplate=f"{safe(one.model.name)}<br>{number(interval, share)}<extra></extra>",
        )  # fmt: skip
    words = _("{metric} with 95 % interval;<br>right is better") if higher_is_better(name) else _("{metric} with 95 % interval;<br>left is better")
    figure.update_xaxes(range=ends, title=words.format(metric=word), tickformat=".0%" if share else None, nticks=6)
    names = [two_lines(one.model.name) for one, _ in known]
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, showgrid=False, range=[-0.6, max(len(known), 1) - 0.4])
    each = "; ".join(f"{one.model.name} {number(interval, share)}" for one, interval in reversed(known))
    alt = _("{metric} on {rows} test rows: {each}.").format(metric=word, rows=f"{comparison.rows_judged:,}", each=each)
    return Chart(figure, _verdict(comparison) if name == headline(comparison.task) else _leader(known, word, share), alt)


def _ends(known: Sequence[tuple[Judged, Interval]]) -> list[float] | None:
    """The ends of the axis when the majority baseline lies so far off that the others would be squeezed; else None."""
    others = [(i.low if i.low is not None else i.value or 0.0, i.high if i.high is not None else i.value or 0.0) for one, i in known if one.model.id != "majority"]
    far = [i.value or 0.0 for one, i in known if one.model.id == "majority"]
    if not others or not far:
        return None
    low, high = min(pair[0] for pair in others), max(pair[1] for pair in others)
    gap = max(low - far[0], far[0] - high)
    return [low - 0.1 * (high - low), high + 0.1 * (high - low)] if gap > 3 * (high - low) > 0 else None


def _verdict(comparison: Comparison) -> str:
    """What the paired differences to the best baseline say, in a sentence."""
    judged = [one for one in comparison.runs if one.difference is not None]
    key, up = headline(comparison.task), higher_is_better(headline(comparison.task))
    if not judged:
        known = [(one, one.evaluation.metrics[key]) for one in comparison.models if one.evaluation.metrics[key].value is not None]
        known.sort(key=lambda pair: pair[1].value or 0.0, reverse=not up)
        return _leader(known, metric_word(key), share=up)
    best = max(judged, key=lambda one: (one.evaluation.metrics[key].value or 0.0) * (1 if up else -1))
    difference = best.difference
    assert difference is not None  # judged holds only such
    reference = next(one.model.name for one in comparison.models if one.model.id == difference.reference)
    gap = abs(difference.interval.value or 0.0)
    names = {"name": best.model.name, "other": reference}
    if not difference.clear:
        return _("{name} cannot be told apart from “{other}” on {rows} test rows").format(rows=f"{comparison.rows_judged:,}", **names)
    if difference.metric not in ("accuracy", "rmse"):
        words = _("{name} is ahead of “{other}” by {gap} in {metric}") if difference.better else _("{name} is behind “{other}” by {gap} in {metric}")
        return words.format(gap=size_words(difference.metric, gap), metric=metric_name(difference.metric), **names)
    if comparison.task.is_classification:
        count = f"{gap * 100:.0f}" if gap >= 0.0095 else f"{gap * 100:.1f}"
        words = _("{name} gets {n} more of 100 rows right than “{other}”") if difference.better else _("{name} gets {n} fewer of 100 rows right than “{other}”")
        return words.format(n=count, **names)
    words = _("{name}: the typical error is {n} smaller than with “{other}”") if difference.better else _("{name}: the typical error is {n} larger than with “{other}”")
    return words.format(n=plain(gap), **names)


def _leader(known: Sequence[tuple[Judged, Interval]], word: str, share: bool) -> str:
    if not known:
        return _("{metric} is not defined for these rows").format(metric=word)
    one, interval = known[-1]
    said = _("{name} has the best {metric} on these rows: {value}") if len(known) > 1 else _("{name} has this {metric} on these rows: {value}")
    return said.format(name=one.model.name, metric=word, value=number(interval, share))
