"""Cost of an error: what a model that predicts a number costs a month by being too high or too low.

A regression has no threshold. What takes its place is an offset: if too little costs more than too much, one orders a
little more than predicted. The best offset is the quantile under / (under + over) of what predictions fell short
(the critical ratio of the newsvendor: Arrow, Harris and Marschak, Econometrica 1951), taken from the validation rows;
the test rows say what it costs then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from core.errors import BadSettings
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval, mean_interval
from core.language import _
from core.worth.currency import check_cases, check_currency, money_range, money_text
from core.worth.standing import Standing, against, monthly_mean, most_promising, runs_of

__all__ = ["ErrorCost", "ModelCost", "Prices", "error_cost"]

MOST = 1e12


@dataclass(frozen=True)
class Prices:
    """What one unit of error costs.

    Attributes:
        over: for each unit that a prediction is too high, 0 or more.
        under: for each unit that it is too low, 0 or more.
        currency: a sign or a code of at most 5 characters.
        cases: predictions a month, more than 0.
    """

    over: float
    under: float
    currency: str = "€"
    cases: float = 1_000.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(cost) and 0 <= cost <= MOST for cost in (self.over, self.under)) or not self.over + self.under:
            raise BadSettings(_("The cost of a unit too much and of a unit too little must be 0 or more, and one of them above 0."))
        check_cases(self.cases)
        check_currency(self.currency)

    def of(self, predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Cost of each row, (n,)."""
        error = predicted - truth
        return np.asarray(np.where(error > 0, self.over * error, -self.under * error))


@dataclass(frozen=True, eq=False)
class ModelCost:
    """What the errors of one model cost.

    Attributes:
        one: the judged model.
        offset: added to each prediction, chosen on the validation rows; 0 without them.
        cost: a month, on the test rows.
        plain: a month without the offset.
        saved: what it saves a month against the reference; None for the reference itself or without one.
        clear: `saved` is not 0, at a level that is corrected for how many models are compared with the reference.
    """

    one: Judged
    offset: float
    cost: Interval
    plain: Interval
    saved: Interval | None
    clear: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "run": self.one.model.id, "name": self.one.model.name, "kind": self.one.model.kind, "offset": self.offset,
            "cost_a_month": self.cost.to_json(), "cost_without_offset": self.plain.to_json(),
            "saved_against_reference": self.saved.to_json() if self.saved else None, "clear": self.clear,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class ErrorCost(Standing[ModelCost]):
    """All models of a comparison.

    Attributes:
        prices: what the user entered.
    """

    prices: Prices

    @property
    def sentence(self) -> str:
        """For the pitch: what the best model saves against the best simple one."""
        best, other = self.best, self.simple
        if best is None:
            return _("There is no model of yours to put a value on.")
        currency, cases = self.prices.currency, f"{self.prices.cases:,.0f}"
        words = {"name": best.one.model.name, "cases": cases, "cost": money_text(best.cost.value, currency), "range": money_range(best.cost, currency)}
        if best.saved is None or other is None:
            return _("The errors of {name} cost {cost} a month ({range}), at {cases} cases a month.").format(**words)
        words |= {"other": other.one.model.name, "saved": money_text(best.saved.value, currency), "range": money_range(best.saved, currency)}
        if best.clear and (best.saved.value or 0.0) > 0:
            return _("{name} saves {saved} a month against {other} (95 % interval {range}), at {cases} cases a month.").format(**words)
        if best.clear:
            return _("{name} costs more than {other}: it saves {saved} a month (95 % interval {range}), at {cases} cases a month.").format(**words)
        return _("{name} may save {saved} a month against {other}, but the test rows leave open whether it saves anything (95 % interval {range}), at {cases} cases a month.").format(**words)

    @property
    def details(self) -> list[str]:
        """What stands behind the sentence."""
        return [
            _("Model and offset were chosen on the validation rows and judged on {rows}.").format(rows=self.rows_words),
            _("The interval counts what the test rows leave open. It does not know whether your costs and cases are right."),
        ]

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        prices = {"over": self.prices.over, "under": self.prices.under, "currency": self.prices.currency, "cases": self.prices.cases}
        return {"prices": prices} | self.standing_json()


def error_cost(comparison: Comparison, prices: Prices) -> ErrorCost:
    """What the errors of every model cost a month.

    Args:
        comparison: of regressions.
        prices: what a unit of error costs.

    Raises:
        BadSettings: the models predict classes.
    """
    if comparison.task.is_classification:
        raise BadSettings(_("These models predict classes: ask for the worth of right and wrong decisions instead."))
    offsets = [_offset(one, prices) for one in comparison.models]
    hoped = [-_on_validation(one, prices, offset) for one, offset in zip(comparison.models, offsets, strict=True)]
    best, reference = (most_promising(comparison.models, hoped, kind) for kind in ("run", "baseline"))
    costs = {one.model.id: prices.of(one.model.predictions.scores + offset, one.model.predictions.truth) for one, offset in zip(comparison.models, offsets, strict=True)}
    compared, models = runs_of(comparison.models), []
    for one, offset in zip(comparison.models, offsets, strict=True):
        p = one.model.predictions
        saved, clear = None, False
        if reference not in (None, one.model.id):
            saved, clear = against(partial(monthly_mean, costs[str(reference)] - costs[one.model.id], prices.cases), compared)
        models.append(ModelCost(
            one, offset, _times(mean_interval(costs[one.model.id]), prices.cases), _times(mean_interval(prices.of(p.scores, p.truth)), prices.cases),
            saved, clear,
        ))  # fmt: skip
    return ErrorCost(comparison.rows_judged, tuple(models), best, reference, prices)


def _offset(one: Judged, prices: Prices) -> float:
    if one.validation is None:
        return 0.0
    short = one.validation.truth - one.validation.scores
    return float(np.quantile(short, prices.under / (prices.under + prices.over)))


def _on_validation(one: Judged, prices: Prices, offset: float) -> float:
    return math.inf if one.validation is None else float(prices.of(one.validation.scores + offset, one.validation.truth).mean())


def _times(found: Interval, factor: float) -> Interval:
    value, low, high = (None if end is None else end * factor for end in (found.value, found.low, found.high))
    return Interval(value, low, high, found.reason)

