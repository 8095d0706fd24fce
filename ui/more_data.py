"""More data: how many rows would settle what is open, how much is luck, and whether more rows would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.intervals import Interval
from core.language import _, plural
from core.runs.repeats import label_of, network_of
from core.runs.series import Series, all_series
from ui.charted import show_chart
from ui.comparison import Compared
from ui.guard import guarded
from ui.metric_words import gap_text, range_text, title, value_text
from ui.series_start import series_start
from ui.series_view import identity_of, progress, series_rows
from ui.state import current_workspace
from ui.words import count, plain

if TYPE_CHECKING:
    from core.evaluation.verdict import Verdict
    from core.series_results import SeriesResult

__all__ = ["more_data_part"]

MOST_CURVES = 4
MOST_SERIES = 40  # the newest; the files of older ones are not opened
MOST_NETWORKS = 8  # of one chart
SENTENCE = 400


def more_data_part(found: Compared) -> None:
    """Draw what would settle the open questions, the way into a series, and what the series of these data say."""
    st.subheader(_("How much more until we know"), anchor=False)
    _rows_until(found)
    st.subheader(_("Train it several times"), anchor=False)
    series_start(found)
    mine = all_series(current_workspace(), found.dataset.id)
    progress(mine)
    results = _results(mine)
    with guarded():
        _seeds(found, _newest(results, "seeds"))
    with guarded():
        _folds(found, _newest(results, "folds"))
    with guarded():
        _curves(found, _newest(results, "shares"))
    if results:
        st.subheader(_("Series on these data"), anchor=False)
        series_rows(results)


def _rows_until(found: Compared) -> None:
    """For each open pair of the verdict, the test rows that would settle it."""
    field = found.comparison.field if found.comparison is not None else None
    if field is None:
        st.markdown(_("Nothing stands beside this model yet, so there is no open question."))
        return
    first = [one for one in field.verdicts if one.finding == "cannot_tell"]
    others = [one for one in field.pairs if one.finding == "cannot_tell" and field.reference not in (one.model, one.reference)]
    if not first and not others:
        st.markdown(_("Every question of the verdict is settled with the {rows} test rows at hand.").format(rows=count(found.comparison.rows_judged)))  # type: ignore[union-attr]
        return
    for one in first:
        _until(one)
    if others:
        with st.expander(plural("{n} more open question among your models", "{n} more open questions among your models", len(others)), key="more_open"):
            for one in others:
                _until(one)
    st.caption(_("Test rows make the judgement sharper; rows to learn from make the model better. The learning curve below is about the second."))


def _until(one: Verdict) -> None:
    ours, theirs = (plain(name, 60) for name in one.names)
    if one.rows_needed is None:
        st.markdown(_("**{ours}** against **{theirs}**: too little is known to say how many rows would settle it.").format(ours=ours, theirs=theirs))
        return
    st.markdown(
        _("**{ours}** against **{theirs}**: about {rows} test rows would settle it in 8 of 10 cases; there are {have}.").format(
            ours=ours, theirs=theirs, rows=count(one.rows_needed), have=count(one.difference.rows)
        )
    )


def _results(series: Sequence[Series]) -> list[SeriesResult]:
    from core.series_results import result_of

    found = []
    for one in series[:MOST_SERIES]:
        with guarded():
            found.append(result_of(one, current_workspace()))
    return found


def _newest(results: Sequence[SeriesResult], kind: str) -> list[SeriesResult]:
    """Of each network its newest series of this kind that has two judged runs, the newest first."""
    chosen: dict[str, SeriesResult] = {}
    for result in results:
        if result.series.kind == kind and len(result.scored) > 1:
            chosen.setdefault(network_of(result.scored[0].spec), result)
    return list(chosen.values())[:MOST_NETWORKS]


def _names(results: Sequence[SeriesResult]) -> list[str]:
    """Different names, though two networks may be called the same."""
    names = [result.series.name or _("Network") for result in results]
    return [name if names.count(name) == 1 else f"{name} · {result.series.id[-4:]}" for name, result in zip(names, results, strict=True)]


# ---- what they say


def _seeds(found: Compared, results: list[SeriesResult]) -> None:
    if not results:
        return
    st.subheader(_("From seed to seed"), anchor=False)
    _spread(found, results, "seeds")
    st.caption(_("Each dot is one training with another seed, judged on the same test rows; the bar is their mean. What lies inside this spread is luck."))
    if len(results) < 2:
        st.markdown(_("Train a second network with several seeds too; then it can be said which one is better, luck taken in."))
        return
    from core.seal import look_at
    from core.series_results import judge_two_seeds

    ours, theirs = _pair(results, "seeds")
    look_at(found.dataset, "more", [one.run.id for result in (ours, theirs) for one in result.scored], metric=ours.metric)
    verdict = judge_two_seeds(ours, theirs)
    st.markdown(f"**{plain(verdict.sentence, SENTENCE)}**")
    st.caption(plain(verdict.why, SENTENCE))


def _folds(found: Compared, results: list[SeriesResult]) -> None:
    if not results:
        return
    st.subheader(_("Fold by fold"), anchor=False)
    _spread(found, results, "folds")
    st.caption(
        _("Each dot is one fold; the bar is their mean with a 95 % interval that is widened because folds share their training rows (Nadeau and Bengio). The sealed test rows were not opened.")
    )
    if len(results) < 2:
        st.markdown(_("Cross-validate a second network on the same folds; then it can be said which one is better."))
        return
    from core.series_results import judge_folds

    ours, theirs = _pair(results, "folds")
    verdict = judge_folds(ours, theirs)
    worse, same, better = (f"{100 * chance:.0f} %" for chance in verdict.chances)
    st.markdown(f"**{plain(verdict.sentence, SENTENCE)}**")
    st.markdown(
        _("Difference {difference}. Probability of worse {worse}, of practically the same {same}, of better {better}.").format(
            difference=gap_text(verdict.metric, verdict.interval), worse=worse, same=same, better=better
        )
    )
    st.caption(_("Practically the same: a difference of less than {margin}. Bayesian correlated t-test (Corani and Benavoli); p-value of the corrected resampled t-test {p}.").format(margin=_gain(verdict.metric, verdict.margin), p=f"{verdict.p_value:.3f}"))


def _curves(found: Compared, results: list[SeriesResult]) -> None:
    shown = [result for result in results if result.curve is not None][:MOST_CURVES]
    if not shown:
        return
    from core.charts.learning_curve import learning_curve_chart

    st.subheader(_("Would more data help?"), anchor=False)
    for place, (result, name) in enumerate(zip(shown, _names(shown), strict=True)):
        curve = result.curve
        assert curve is not None  # the others are left out above
        if len(shown) > 1:
            st.markdown(f"**{plain(name)}**")
        show_chart(learning_curve_chart(curve, identity_of(result, found.runs, place), name, dark=_dark()), f"learning_{place}")
        if (needed := curve.rows_needed).low is not None:
            _needed(curve.metric, curve.margin, needed.low, needed.high)
        if result.waiting:
            st.caption(_("Not all of its runs are judged yet, so this may still change."))
    st.caption(_("Judged on the validation rows; read the differences, not the level. The dashed part is a forecast from a power law; the shade is its 95 % band."))


def _needed(metric: str, margin: float, low: float, high: float | None) -> None:
    gain = _gain(metric, margin)
    if high is None:
        st.markdown(_("For {gain} it needs {low} rows to learn from at the very least.").format(gain=gain, low=count(int(low))))
    else:
        st.markdown(_("For {gain} it needs {low} to {high} rows to learn from.").format(gain=gain, low=count(int(low)), high=count(int(high))))


def _gain(metric: str, margin: float) -> str:
    return gap_text(metric, Interval(margin)).removeprefix("+")


def _spread(found: Compared, results: list[SeriesResult], kind: str) -> None:
    from core.charts.spread import Strip, spread_chart

    strips = [
        Strip(name, identity_of(result, found.runs, place), tuple(label_of(one.spec) for one in result.scored), result.values, result.mean)
        for place, (result, name) in enumerate(zip(results, _names(results), strict=True))
    ]
    show_chart(spread_chart(strips, results[0].metric, dark=_dark()), f"spread_{kind}")
    for result, strip in zip(results, strips, strict=True):
        value, span = value_text(result.metric, result.mean.value), range_text(result.metric, result.mean)
        text = _("{name}: {metric} {value} on average over {runs} runs").format(name=plain(strip.name, 60), metric=title(result.metric), value=f"**{value}**", runs=len(strip.values))
        st.markdown(text + (f" :small[{span}]" if span else ""))


def _pair(results: list[SeriesResult], kind: str) -> tuple[SeriesResult, SeriesResult]:
    by_name = dict(zip(_names(results), results, strict=True))
    names = list(by_name)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ours = st.selectbox(_("Is"), names, index=0, key=f"{kind}_ours", width=260)
        theirs = st.selectbox(_("better than"), [name for name in names if name != ours], index=0, key=f"{kind}_theirs", width=260)
    return by_name[ours], by_name[theirs]


def _dark() -> bool:
    return st.context.theme.type == "dark"
