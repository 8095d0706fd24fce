"""What series of runs say, as sections of a report: luck from seed to seed, folds, and whether more data would help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from core.charts.style import number
from core.errors import BadSettings
from core.evaluation.intervals import Interval
from core.evaluation.names import is_share, metric_word
from core.evaluation.verdict_words import size_words
from core.language import _
from core.report.content import Block, Cell, Figure, Head, Section, Sentence, Table
from core.seal import look_at
from core.series_results import SeriesResult, judge_folds, judge_two_seeds
from core.series_shown import identity_of, newest, series_names, strips_of

if TYPE_CHECKING:
    from core.charts.style import Chart
    from core.dataset.dataset import Dataset
    from core.runs.run import Run

__all__ = ["curves_section", "folds_section", "seeds_section"]

MOST_CURVES = 4


def seeds_section(series: Sequence[SeriesResult], runs: Sequence[Run], dataset: Dataset | None) -> Section | None:
    """How much of a result is luck, and with two networks which is better, luck taken in; None without such a series.

    Args:
        series: results on the dataset, the newest first.
        runs: of the comparison, whose colours are kept.
        dataset: whose test rows judge two networks, which counts as a look.
    """
    found = newest(series, "seeds")
    if not found:
        return None
    blocks = [*_spread(found, runs), Sentence(_("Each dot is one training with another seed, judged on the same test rows; the bar is their mean. What lies inside this spread is luck."), quiet=True)]
    if len(found) > 1:
        ours, theirs = found[:2]
        if dataset is not None:
            with suppress(OSError):  # a copy on a read-only disk can be told of all the same
                look_at(dataset, "more", [one.run.id for result in (ours, theirs) for one in result.scored], metric=ours.metric)
        verdict = judge_two_seeds(ours, theirs)
        blocks += [Sentence(verdict.sentence), Sentence(verdict.why, quiet=True)]
    return Section(_("From seed to seed"), blocks)


def folds_section(series: Sequence[SeriesResult], runs: Sequence[Run]) -> Section | None:
    """The spread over folds with the corrected interval, and with two networks which is better; None without such a series.

    Args:
        series: results on the dataset, the newest first.
        runs: of the comparison, whose colours are kept.
    """
    found = newest(series, "folds")
    if not found:
        return None
    how = _("Each dot is one fold; the bar is their mean with a 95 % interval that is widened because folds share their training rows (Nadeau and Bengio). The sealed test rows were not opened.")
    blocks = [*_spread(found, runs), Sentence(how, quiet=True)]
    if len(found) > 1:
        ours, theirs = found[:2]
        with suppress(BadSettings):  # two networks on other folds cannot be compared
            blocks.append(Sentence(judge_folds(ours, theirs).sentence))
    return Section(_("Fold by fold"), blocks)


def curves_section(series: Sequence[SeriesResult], runs: Sequence[Run]) -> Section | None:
    """A learning curve for each network that has one, and the rows that a further gain needs; None without one.

    Args:
        series: results on the dataset, the newest first.
        runs: of the comparison, whose colours are kept.
    """
    from core.charts.learning_curve import learning_curve_chart

    found = [result for result in newest(series, "shares") if result.curve is not None][:MOST_CURVES]
    blocks: list[Block] = []
    for place, (result, name) in enumerate(zip(found, series_names(found), strict=True)):
        curve = result.curve
        assert curve is not None  # the others are left out above
        own = identity_of(result, runs, place)
        if len(found) > 1:
            blocks.append(Sentence(name))
        blocks.append(_both(lambda dark, curve=curve, own=own, name=name: learning_curve_chart(curve, own, name, dark=dark)))  # type: ignore[misc]
        heads = [Head(text) for text in (_("Rows to learn from"), metric_word(curve.metric), _("Runs"))]
        blocks.append(Table(heads, [(Cell(f"{point.rows:,}"), _value(curve.metric, Interval(point.mean)), Cell(str(len(point.values)))) for point in curve.points]))
        blocks += _needed(size_words(curve.metric, curve.margin), curve.rows_needed)
    if not blocks:
        return None
    blocks.append(Sentence(_("Judged on the validation rows; read the differences, not the level. The dashed part is a forecast from a power law; the shade is its 95 % band."), quiet=True))
    return Section(_("Would more data help?"), blocks)


def _spread(found: Sequence[SeriesResult], runs: Sequence[Run]) -> list[Block]:
    from core.charts.spread import spread_chart

    strips, metric = strips_of(found, runs), found[0].metric
    heads = [Head(text) for text in (_("Network"), _("Runs"), _("{metric}, mean").format(metric=metric_word(metric)), _("Lowest"), _("Highest"), _("Standard deviation"))]
    rows = [
        (Cell(strip.name), Cell(str(len(strip.values))), _value(metric, strip.mean), _value(metric, Interval(min(strip.values))), _value(metric, Interval(max(strip.values))),
         Cell("–" if result.spread is None else size_words(metric, result.spread)))
        for result, strip in zip(found, strips, strict=True)
    ]  # fmt: skip
    return [_both(lambda dark: spread_chart(strips, metric, dark=dark)), Table(heads, rows)]


def _both(draw: Callable[[bool], Chart]) -> Figure:
    return Figure(draw(False), draw(True))


def _value(metric: str, found: Interval) -> Cell:
    value, _dot, limits = number(found, is_share(metric)).partition(" · ")
    return Cell(value, limits)


def _needed(gain: str, rows: Interval) -> list[Block]:
    if rows.low is None:
        return []
    if rows.high is None:
        return [Sentence(_("For {gain} it needs {low} rows to learn from at the very least.").format(gain=gain, low=f"{int(rows.low):,}"))]
    return [Sentence(_("For {gain} it needs {low} to {high} rows to learn from.").format(gain=gain, low=f"{int(rows.low):,}", high=f"{int(rows.high):,}"))]
