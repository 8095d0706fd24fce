"""What models are worth, as sections of a report: money of a threshold or of every mix-up, the cost of errors, the price of a point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.charts.style import number, plain
from core.evaluation.compare import Comparison
from core.evaluation.intervals import Interval
from core.language import _
from core.report.content import Block, Cell, Facts, Figure, Head, Section, Sentence, Table
from core.worth.currency import money_range, money_text, price_text
from core.worth.goals import Ranking
from core.worth.pitch import policy_word
from core.worth.rates import Rates, energy_text, seconds_text

if TYPE_CHECKING:
    from core.runs.run import Run
    from core.worth.cost_matrix import CostMatrix
    from core.worth.error_cost import Prices
    from core.worth.last_point import LastPoint
    from core.worth.price import Step
    from core.worth.values import Values
    from core.worth.worth import ModelWorth

__all__ = ["error_cost_section", "from_score", "matrix_section", "money_section", "price_section"]


def money_section(ranking: Ranking, values: Values) -> Section:
    """Money a month at the threshold that is best for two kinds of right and wrong.

    Args:
        ranking: of a comparison of classifiers.
        values: what each kind is worth.
    """
    from core.charts.money import money_chart
    from core.worth.worth import worth_of

    found = worth_of(ranking, values)
    heads = _heads(_("Model"), _("Acts from"), _("Gain a month"), _("Money a month"), _("Against the best simple model"), _("Alarms that are right"))
    pairs = [
        (_("Found"), money_text(values.tp, values.currency)), (_("False alarm"), money_text(values.fp, values.currency)), (_("Missed"), money_text(values.fn, values.currency)),
        (_("Rightly left alone"), money_text(values.tn, values.currency)), (_("Cases a month"), f"{values.cases:,.0f}"),
        (_("Share in real life, %"), _("as in the data") if values.rate is None else f"{values.rate * 100:.3g}"),
    ]  # fmt: skip
    gain = _("**Gain**: what a model brings over {policy}, the best way without one. In smaller type: the 95 % interval.").format(policy=policy_word(found.policy))
    return Section(_("What it is worth"), [
        *_told(found.sentence, found.details), Table(heads, [_worth_row(one, values.currency) for one in found.models]), Sentence(gain.replace("**", ""), quiet=True),
        Figure(money_chart(ranking, found), money_chart(ranking, found, dark=True)), *(Sentence(text) for text in found.break_even), Facts(pairs),
    ])  # fmt: skip


def matrix_section(comparison: Comparison, matrix: CostMatrix) -> Section:
    """Money a month where every mix-up of several classes has a value of its own.

    Args:
        comparison: of classifiers.
        matrix: a row and a column a class.

    Raises:
        BadSettings: the matrix is of another size.
    """
    from core.worth.cost_matrix import matrix_worth

    found, currency = matrix_worth(comparison, matrix), matrix.currency
    heads = _heads(_("Model"), _("Gain a month"), _("Money a month"), _("Against the best simple model"), _("Decides by value"))
    rows = [
        (Cell(one.one.model.name), _money(one.gain, currency), _money(one.money, currency), _money(one.versus, currency, signed=True), Cell(_("yes") if one.by_value else _("no")))
        for one in found.models
    ]
    values = [(Cell(label), *(Cell(money_text(float(value), currency)) for value in line)) for label, line in zip(comparison.labels, matrix.values, strict=True)]
    notes = (
        _("**Gain**: what a model brings over the best single answer for all cases. In smaller type: the 95 % interval."),
        _("**Decides by value**: not for the most probable class, but for the answer that brings most on average, given all probabilities; where that was better on the validation rows."),
        _("Money a case: down the true class, across the answer of the model."),
    )
    blocks: list[Block] = [*_told(found.sentence, found.details), Table(heads, rows), *(Sentence(text.replace("**", ""), quiet=True) for text in notes[:2])]
    blocks += [Sentence(notes[2]), Table([Head(_("True class")), *(Head(label) for label in comparison.labels)], values)]
    return Section(_("What it is worth"), [*blocks, Facts([(_("Cases a month"), f"{matrix.cases:,.0f}"), *_shares(comparison, matrix)])])


def error_cost_section(comparison: Comparison, prices: Prices) -> Section:
    """What the errors of predicted numbers cost a month.

    Args:
        comparison: of regressions.
        prices: of a unit too much and a unit too little.
    """
    from core.worth.error_cost import error_cost

    found, currency = error_cost(comparison, prices), prices.currency
    heads = _heads(_("Model"), _("Cost a month"), _("Saved against the best simple model"), _("Offset"), _("Cost without offset"))
    rows = [
        (Cell(one.one.model.name), _money(one.cost, currency), _money(one.saved, currency, signed=True), Cell(("+" if one.offset > 0 else "") + plain(one.offset).replace("-", "−")), _money(one.plain, currency))
        for one in found.models
    ]
    pairs = [
        (_("One unit too high costs"), money_text(prices.over, currency)), (_("One unit too low costs"), money_text(prices.under, currency)), (_("Cases a month"), f"{prices.cases:,.0f}"),
    ]  # fmt: skip
    offset = _("**Offset**: added to each prediction, because too much and too little cost differently; chosen on the validation rows. In smaller type: the 95 % interval.")
    return Section(_("What errors cost"), [*_told(found.sentence, found.details), Table(heads, rows), Sentence(offset.replace("**", ""), quiet=True), Facts(pairs)])


def price_section(comparison: Comparison, rates: Rates | None = None, runs: Sequence[Run] = ()) -> Section | None:
    """What the last point cost, between models and inside each training; None where nothing can be said.

    Args:
        comparison: of models whose training time is known.
        rates: what the machine costs.
        runs: folders of the runs in it.
    """
    from core.worth.price import price_of_a_point

    found = price_of_a_point(comparison, rates, runs=runs)
    blocks: list[Block] = []
    if found.steps:
        heads = _heads(_("Model"), _("Points more"), _("Training time more"), _("Energy more"), _("Time a point"), _("Money a point"))
        blocks += [Sentence(found.sentence), Table(heads, [_step_row(step, found.rates.currency) for step in found.steps])]
    if found.within:
        heads = _heads(_("Inside each training"), _("Best on validation rows"), _("Time of the last point"), _("Energy of the last point"), _("Money of the last point"))
        blocks += [*(Sentence(one.sentence) for one in found.within[:1] if len(found.within) == 1), Table(heads, [_last_row(one) for one in found.within])]
        blocks.append(Sentence(found.within[0].meaning.replace("**", ""), quiet=True))
    if not blocks:
        return None
    currency = found.rates.currency
    return Section(_("Price of a point"), [*blocks, Facts([
        (_("An hour of the machine costs"), money_text(found.rates.hour, currency)), (_("A kilowatt hour costs"), money_text(found.rates.kwh, currency)),
    ])])  # fmt: skip


def from_score(threshold: float) -> str:
    """From which score on a model acts."""
    return f"{threshold:.3g}" if math.isfinite(threshold) else _("never")


def _heads(*names: str) -> list[Head]:
    return [Head(name) for name in names]


def _told(sentence: str, details: Sequence[str]) -> list[Block]:
    return [Sentence(sentence), *(Sentence(text) for text in details)]


def _money(found: Interval | None, currency: str, *, signed: bool = False) -> Cell:
    return Cell("–") if found is None else Cell(money_text(found.value, currency, signed=signed), money_range(found, currency, signed=signed))


def _worth_row(one: ModelWorth, currency: str) -> tuple[Cell, ...]:
    value, _dot, limits = number(one.precision).partition(" · ")
    return Cell(one.one.model.name), Cell(from_score(one.threshold)), _money(one.gain, currency), _money(one.money, currency), _money(one.versus, currency), Cell(value, limits)


def _shares(comparison: Comparison, matrix: CostMatrix) -> list[tuple[str, str]]:
    if matrix.rates is None:
        return [(_("Share in real life, %"), _("as in the data"))]
    shares = ", ".join(_("{name}: {share}").format(name=label, share=f"{rate * 100:.3g} %") for label, rate in zip(comparison.labels, matrix.rates, strict=True))
    return [(_("Share in real life, %"), shares)]


def _step_row(step: Step, currency: str) -> tuple[Cell, ...]:
    def points(value: float | None) -> str:
        return "–" if value is None else f"{value:+.1f}".replace("-", "−")

    known = step.points.low is not None and step.points.high is not None
    limits = _("{low} to {high}").format(low=points(step.points.low), high=points(step.points.high)) if known else ""
    time, money = step.per_point(step.seconds), step.per_point(step.money)
    return (
        Cell(step.dearer.model.name, _("after {name}").format(name=step.cheaper.model.name)), Cell(points(step.points.value), limits), Cell(seconds_text(step.seconds)),
        Cell(energy_text(step.joules)), Cell(_("cannot tell") if time.value is None else seconds_text(time.value)), Cell(price_text(money.value, currency)),
    )  # fmt: skip


def _last_row(one: LastPoint) -> tuple[Cell, ...]:
    def cost(text: str) -> str:
        return _("at most {cost}").format(cost=text) if one.bound == "at_most" else text

    return (
        Cell(one.name), Cell(one.best_text, _("epoch {epoch} of {epochs}").format(epoch=one.best_epoch, epochs=one.epochs)),
        Cell(cost(seconds_text(one.seconds)), _("{share} of all learning").format(share=f"{one.share * 100:.0f} %")),
        Cell(energy_text(None) if one.joules is None else cost(energy_text(one.joules))), Cell(cost(price_text(one.money, one.currency))),
    )  # fmt: skip
