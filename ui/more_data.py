"""More data: how many rows would settle what is open, how much is luck, and whether more rows would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.intervals import Interval
from core.evaluation.verdict_words import about_rows
from core.language import _, plural
from core.runs.series import all_series
from ui.charted import show_chart
from ui.comparison import Compared
from ui.guard import guarded
from ui.metric_words import gap_text, range_text, title, value_text
from ui.series_start import series_start
from ui.series_view import progress, series_rows
from ui.state import current_workspace
from ui.words import count, glued, percent, plain

if TYPE_CHECKING:
    from core.evaluation.verdict import Verdict
    from core.series_results import SeriesResult

__all__ = ["more_data_part"]

MOST_CURVES = 4
SENTENCE = 400


def more_data_part(found: Compared) -> None:
    """Draw what would settle the open questions, the way into a series, and what the series of these data say."""
    from core.series_shown import newest, results_on

    st.subheader(_("How much more until we know"), anchor=False)
    _rows_until(found)
    st.subheader(_("Train it several times"), anchor=False)
    series_start(found)
    mine = all_series(current_workspace(), found.dataset.id)
    progress(mine)
    results = results_on(current_workspace(), found.dataset.id)
    with guarded():
        _seeds(found, newest(results, "seeds"))
    with guarded():
        _folds(found, newest(results, "folds"))
    with guarded():
        _curves(found, newest(results, "shares"))
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
            ours=ours, theirs=theirs, rows=about_rows(one.rows_needed), have=count(one.difference.rows)
        )
    )


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
    st.caption(glued(_("Each dot is one fold; the bar is their mean with a 95 % interval that is widened because folds share their training rows (Nadeau and Bengio). The sealed test rows were not opened.")))
    if len(results) < 2:
        st.markdown(_("Cross-validate a second network on the same folds; then it can be said which one is better."))
        return
    from core.series_results import judge_folds

    ours, theirs = _pair(results, "folds")
    verdict = judge_folds(ours, theirs)
    worse, same, better = (percent(chance) for chance in verdict.chances)
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
    from core.series_shown import identity_of, series_names

    st.subheader(_("Would more data help?"), anchor=False)
    for place, (result, name) in enumerate(zip(shown, series_names(shown), strict=True)):
        curve = result.curve
        assert curve is not None  # the others are left out above
        if len(shown) > 1:
            st.markdown(f"**{plain(name)}**")
        show_chart(learning_curve_chart(curve, identity_of(result, found.runs, place), name, dark=_dark()), f"learning_{place}")
        if (needed := curve.rows_needed).low is not None:
            _needed(curve.metric, curve.margin, needed.low, needed.high)
        if result.waiting:
            st.caption(_("Not all of its runs are judged yet, so this may still change."))
    st.caption(glued(_("Judged on the validation rows; read the differences, not the level. The dashed part is a forecast from a power law; the shade is its 95 % band.")))


def _needed(metric: str, margin: float, low: float, high: float | None) -> None:
    gain = _gain(metric, margin)
    if high is None:
        st.markdown(_("For {gain} it needs {low} rows to learn from at the very least.").format(gain=gain, low=count(int(low))))
    else:
        st.markdown(_("For {gain} it needs {low} to {high} rows to learn from.").format(gain=gain, low=count(int(low)), high=count(int(high))))


def _gain(metric: str, margin: float) -> str:
    return gap_text(metric, Interval(margin)).removeprefix("+")


def _spread(found: Compared, results: list[SeriesResult], kind: str) -> None:
    from core.charts.spread import spread_chart
    from core.series_shown import strips_of

    strips = strips_of(results, found.runs)
    show_chart(spread_chart(strips, results[0].metric, dark=_dark()), f"spread_{kind}")
    for result, strip in zip(results, strips, strict=True):
        value, span = value_text(result.metric, result.mean.value), range_text(result.metric, result.mean)
        text = _("{name}: {metric} {value} on average over {runs} runs").format(name=plain(strip.name, 60), metric=title(result.metric), value=f"**{value}**", runs=len(strip.values))
        st.markdown(text + (f" :small[{span}]" if span else ""))


def _pair(results: list[SeriesResult], kind: str) -> tuple[SeriesResult, SeriesResult]:
    from core.series_shown import series_names

    by_name = dict(zip(series_names(results), results, strict=True))
    names = list(by_name)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ours = st.selectbox(_("Is"), names, index=0, key=f"{kind}_ours", width=260)
        theirs = st.selectbox(_("better than"), [name for name in names if name != ours], index=0, key=f"{kind}_theirs", width=260)
    return by_name[ours], by_name[theirs]


def _dark() -> bool:
    return st.context.theme.type == "dark"
