"""Parts of a report that not every comparison has: the threshold, the worth in money, weak slices, groups of people, reasons.

Each is made from what the comparison, its dataset and its runs already hold; a part that cannot be made (a regression
has no threshold, nobody asked for reasons) is left out, and never spoils the rest.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.charts.style import Chart, number
from core.errors import LimelightError
from core.evaluation.compare import Comparison
from core.evaluation.intervals import Interval
from core.language import _, plural
from core.report.content import Block, Cell, Facts, Figure, Head, Section, Sentence, Table
from core.report.slices import people_section, weakest_section
from core.worth.goals import USUAL, AtGoal, Goal, rank
from core.worth.pitch import money_range, money_text, policy_word
from core.worth.values import Values

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset
    from core.runs.run import Run
    from core.worth.worth import ModelWorth

__all__ = ["extras"]

LOG = logging.getLogger(__name__)
AT = ("recall", "precision", "f1", "alarm_share")  # columns of the table at a threshold


def extras(
    comparison: Comparison, dataset: Dataset | None = None, runs: Sequence[Run] = (), *,
    values: Values | None = None, aim: float | Goal = USUAL, positive: str | None = None, columns: Sequence[str] = (),
) -> list[Section]:  # fmt: skip
    """All further parts that can be made, in reading order.

    Args:
        comparison: the models.
        dataset: whose test rows they were judged on; None: nothing is said about its columns.
        runs: the folders of the runs, where reasons may lie.
        values: what right and wrong is worth; None: nothing is said about money.
        aim: a threshold for all models, or a goal that is solved on the validation rows; default 0.5.
        positive: the class that a model acts on; default: the second of two, the rarest of more.
        columns: one or two that name groups to be compared.
    """
    makers: list[Callable[[], Section | None]] = []
    if comparison.task.is_classification:
        makers.append(lambda: _threshold(comparison, aim, positive))
        if values is not None:
            makers.append(lambda: _money(comparison, values, positive))
    makers.append(lambda: _price(comparison))
    if dataset is not None:
        makers += [lambda: weakest_section(comparison, dataset), lambda: people_section(comparison, dataset, columns)]
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
    rows = [(Cell(one.one.model.name), Cell(_from(one.threshold)), *(_metric(one, name) for name in AT)) for one in chosen]
    if not ranking.can_choose:
        how = _("These models have no validation rows, so lines and marks are both of the test rows.")
    else:
        how = _("Lines are of the validation rows, where thresholds are chosen. Marks with their intervals are of the test rows, which judge.")
    words = _("**Threshold**: from this probability on a model says “{label}”. Lower finds more and raises more false alarms.").format(label=ranking.label)
    blocks: list[Block] = [Sentence(words.replace("**", "")), Table(heads, rows)]
    blocks += _both(lambda dark: threshold_chart(ranking, chosen, goal.metric if goal else "f1", goal=goal, dark=dark))
    return Section(_("The threshold"), [*blocks, Sentence(how, quiet=True)])


def _from(threshold: float) -> str:
    return f"{threshold:.3g}" if math.isfinite(threshold) else _("never")


def _metric(one: AtGoal, name: str) -> Cell:
    value, _dot, limits = number(one.metrics[name]).partition(" · ")
    return Cell(value, limits)


def _money(comparison: Comparison, values: Values, positive: str | None) -> Section:
    from core.charts.money import money_chart
    from core.worth.worth import worth_of

    ranking = rank(comparison, positive)
    found = worth_of(ranking, values)
    heads = [Head(text) for text in (_("Model"), _("Acts from"), _("Gain a month"), _("Money a month"), _("Against the best simple model"), _("Alarms that are right"))]
    pairs = [
        (_("Found"), money_text(values.tp, values.currency)), (_("False alarm"), money_text(values.fp, values.currency)), (_("Missed"), money_text(values.fn, values.currency)),
        (_("Rightly left alone"), money_text(values.tn, values.currency)), (_("Cases a month"), f"{values.cases:,.0f}"),
        (_("Share in real life, %"), _("as in the data") if values.rate is None else f"{values.rate * 100:.3g}"),
    ]  # fmt: skip
    gain = _("**Gain**: what a model brings over {policy}, the best way without one. In smaller type: the 95 % interval.").format(policy=policy_word(found.policy))
    blocks: list[Block] = [Sentence(found.sentence), *(Sentence(text) for text in found.details), Table(heads, [_worth_row(one, values.currency) for one in found.models])]
    blocks.append(Sentence(gain.replace("**", ""), quiet=True))
    blocks += _both(lambda dark: money_chart(ranking, found, dark=dark))
    return Section(_("What it is worth"), [*blocks, *(Sentence(text) for text in found.break_even), Facts(pairs)])


def _worth_row(one: ModelWorth, currency: str) -> tuple[Cell, ...]:
    def cell(found: Interval | None) -> Cell:
        return Cell("–") if found is None else Cell(money_text(found.value, currency), money_range(found, currency))

    value, _dot, limits = number(one.precision).partition(" · ")
    return Cell(one.one.model.name), Cell(_from(one.threshold)), cell(one.gain), cell(one.money), cell(one.versus), Cell(value, limits)


def _price(comparison: Comparison) -> Section | None:
    from core.worth.price import price_of_a_point

    found = price_of_a_point(comparison)
    return Section(_("Price of a point"), [Sentence(found.sentence)]) if found.steps else None


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
