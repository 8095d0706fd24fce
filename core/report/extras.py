"""Parts of a report that not every comparison has: threshold, money, price of a point, weak slices, groups of people, series, reasons.

Each is made from what the comparison, its dataset and its runs already hold; a part that cannot be made (a regression
has no threshold, nobody asked for reasons) is left out, and never spoils the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.charts.style import Chart, number
from core.errors import LimelightError
from core.evaluation.compare import Comparison
from core.language import _, plural
from core.report.content import Block, Cell, Figure, Head, Section, Sentence, Table
from core.report.groups import groups_section
from core.report.series import curves_section, folds_section, seeds_section
from core.report.slices import people_section, weakest_section
from core.report.worth import error_cost_section, from_score, matrix_section, money_section, price_section
from core.worth.goals import USUAL, AtGoal, Goal, rank
from core.worth.values import Values

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset
    from core.runs.run import Run
    from core.series_results import SeriesResult
    from core.worth.cost_matrix import CostMatrix
    from core.worth.error_cost import Prices
    from core.worth.rates import Rates

__all__ = ["extras"]

LOG = logging.getLogger(__name__)
AT = ("recall", "precision", "f1", "alarm_share")  # columns of the table at a threshold


def extras(
    comparison: Comparison, dataset: Dataset | None = None, runs: Sequence[Run] = (), *,
    values: Values | None = None, aim: float | Goal = USUAL, positive: str | None = None, columns: Sequence[str] = (),
    matrix: CostMatrix | None = None, prices: Prices | None = None, rates: Rates | None = None, series: Sequence[SeriesResult] = (),
) -> list[Section]:  # fmt: skip
    """All further parts that can be made, in reading order.

    Args:
        comparison: the models.
        dataset: whose test rows they were judged on; None: nothing is said about its columns.
        runs: the folders of the runs, where reasons may lie.
        values: what right and wrong is worth; None: nothing is said about money.
        aim: a threshold for all models, or a goal that is solved on the validation rows; default 0.5.
        positive: the class that a model acts on; default: the second of two, the rarest of more.
        columns: one or two that name groups to be compared; none: those whose names say who a person is (`core.slices.people`).
        matrix: the worth of every mix-up of several classes, instead of `values`.
        prices: what the errors of predicted numbers cost.
        rates: what the machine costs, for the price of a point; default: the usual ones.
        series: what series of runs on the dataset say, the newest first (`core.series_shown.results_on`).
    """
    makers: list[Callable[[], Section | None]] = []
    if comparison.task.is_classification:
        makers.append(lambda: _threshold(comparison, aim, positive))
        if matrix is not None:
            makers.append(lambda: matrix_section(comparison, matrix))
        elif values is not None:
            makers.append(lambda: money_section(rank(comparison, positive), values))
    elif prices is not None:
        makers.append(lambda: error_cost_section(comparison, prices))
    makers.append(lambda: price_section(comparison, rates, runs))
    if dataset is not None:
        groups = (lambda: people_section(comparison, dataset, columns)) if columns else (lambda: groups_section(comparison, dataset, positive))
        makers += [lambda: weakest_section(comparison, dataset), groups]
    makers += [lambda: seeds_section(series, runs, dataset), lambda: folds_section(series, runs), lambda: curves_section(series, runs)]
    makers.append(lambda: _reasons(comparison, runs))
    return [section for make in makers if (section := _made(make)) is not None and section.blocks]


def _made(make: Callable[[], Section | None]) -> Section | None:
    try:
        return make()
    except LimelightError as error:
        LOG.info("a part of the report is left out: %s", error)
        return None


def _both(draw: Callable[[bool], Chart | None]) -> list[Block]:
    light, dark = draw(False), draw(True)
    return [Figure(light, dark)] if light is not None else []


def _threshold(comparison: Comparison, aim: float | Goal, positive: str | None) -> Section:
    from core.charts.threshold import metric_title, threshold_chart

    ranking = rank(comparison, positive)
    chosen = ranking.at(aim)
    goal = aim if isinstance(aim, Goal) else None
    heads = [Head(_("Model")), Head(_("Threshold")), *(Head(metric_title(name)) for name in AT)]
    rows = [(Cell(one.one.model.name), Cell(from_score(one.threshold)), *(_metric(one, name) for name in AT)) for one in chosen]
    if not ranking.can_choose:
        how = _("These models have no validation rows, so lines and marks are both of the test rows.")
    else:
        how = _("Lines are of the validation rows, where thresholds are chosen. Marks with their intervals are of the test rows, which judge.")
    words = _("**Threshold**: from this probability on a model says “{label}”. Lower finds more and raises more false alarms.").format(label=ranking.label)
    blocks: list[Block] = [Sentence(words.replace("**", "")), Table(heads, rows)]
    blocks += _both(lambda dark: threshold_chart(ranking, chosen, goal.metric if goal else "f1", goal=goal, dark=dark))
    return Section(_("The threshold"), [*blocks, Sentence(how, quiet=True)])


def _metric(one: AtGoal, name: str) -> Cell:
    value, _dot, limits = number(one.metrics[name]).partition(" · ")
    return Cell(value, limits)


def _reasons(comparison: Comparison, runs: Sequence[Run]) -> Section | None:
    from core import why
    from core.charts.why import Explained, dependence_chart, importance_chart, words_chart

    judged = {one.model.id: one for one in comparison.runs}
    loaded = [(judged[run.id], why.load(run)) for run in runs if run.id in judged]
    ready = [Explained(one.model.name, one.identity, found) for one, found in loaded if found is not None]
    if not ready:
        return None
    blocks = _both(lambda dark: importance_chart(ready, dark=dark))
    columns = list(dict.fromkeys(entry.column for one in ready if one.why for entry in one.why.dependence))[:3]
    for column in columns:
        blocks += _both(lambda dark, column=column: dependence_chart(ready, column, dark=dark))  # type: ignore[misc]
    blocks += _both(lambda dark: words_chart(ready, dark=dark))
    rows = plural("Computed on {n} validation row.", "Computed on {n} validation rows.", max(one.why.rows for one in ready if one.why))
    blocks.append(Sentence(rows, quiet=True))
    return Section(_("Why they answer so"), blocks)
