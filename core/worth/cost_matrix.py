"""Cost matrix: what each mix-up of several classes is worth, and the decisions that bring most.

With two classes a threshold is enough. With more, each row gets the answer whose expected value is highest: the sum
over classes of probability times value (Elkan, "The foundations of cost-sensitive learning", IJCAI 2001). That needs
nothing chosen; whether it beats the usual most probable class depends on how honest the probabilities are, so which
of both a model uses is chosen on the validation rows and judged on the test rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from core.errors import BadSettings
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import LEVEL, Interval, quantile
from core.evaluation.predictions import Predictions
from core.language import _
from core.worth.currency import check_cases, check_currency, money_range, money_text
from core.worth.standing import Standing, against, monthly_mean, most_promising, runs_of

__all__ = ["CostMatrix", "MatrixWorth", "ModelMatrixWorth", "matrix_worth"]

MOST = 1e12


@dataclass(frozen=True, eq=False)
class CostMatrix:
    """Value of every decision for every truth.

    Attributes:
        values: (classes, classes) money a case; axis 0 the truth, axis 1 the decision; costs have a minus.
        currency: a sign or a code of at most 5 characters.
        cases: a month, more than 0.
        rates: (classes,) shares in real life that sum to 1; None: as in the test rows.
    """

    values: np.ndarray
    currency: str = "€"
    cases: float = 1_000.0
    rates: np.ndarray | None = None

    def __post_init__(self) -> None:
        shape = np.shape(self.values)
        if len(shape) != 2 or shape[0] != shape[1] or not np.isfinite(self.values).all() or float(np.abs(self.values).max(initial=0.0)) > MOST:
            raise BadSettings(_("A value matrix has a row and a column for each class, and each value is a number."))
        check_cases(self.cases)
        check_currency(self.currency)
        if self.rates is not None and (np.shape(self.rates) != shape[:1] or bool((np.asarray(self.rates) < 0).any()) or not math.isclose(float(np.sum(self.rates)), 1, abs_tol=1e-6)):
            raise BadSettings(_("The shares in real life must be one for each class, and together 100 %."))

    def decide(self, scores: np.ndarray, shift: np.ndarray | None = None) -> np.ndarray:
        """The answer with the highest expected value for each row, (n,) int64.

        Args:
            scores: (n, classes) probabilities.
            shift: (classes,) share in real life over share in the data, where they differ.
        """
        weighted = scores if shift is None else scores * shift
        return np.asarray(np.argmax(weighted @ self.values, axis=1).astype(np.int64))

    def of(self, truth: np.ndarray, decisions: np.ndarray) -> np.ndarray:
        """Value of each row, (n,)."""
        return np.asarray(self.values[truth, decisions], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class ModelMatrixWorth:
    """What one model brings.

    Attributes:
        one: the judged model.
        by_value: it decides by expected value; else for the most probable class.
        money: a month, on the test rows.
        gain: over the best single answer for all cases.
        versus: what it brings more than the reference, paired; None for the reference itself or without one.
        clear: `versus` is not 0, corrected for how many models are compared with the reference.
    """

    one: Judged
    by_value: bool
    money: Interval
    gain: Interval
    versus: Interval | None
    clear: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "run": self.one.model.id, "name": self.one.model.name, "kind": self.one.model.kind, "decides_by_value": self.by_value,
            "money_a_month": self.money.to_json(), "gain_a_month": self.gain.to_json(),
            "difference_to_reference": self.versus.to_json() if self.versus else None, "clear": self.clear,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class MatrixWorth(Standing[ModelMatrixWorth]):
    """All models of a comparison in money.

    Attributes:
        matrix: what the user entered.
        policy: number of the best single answer for all cases, chosen on the validation rows.
        label: its name.
    """

    matrix: CostMatrix
    policy: int
    label: str

    @property
    def sentence(self) -> str:
        """For the pitch."""
        best = self.best
        if best is None:
            return _("There is no model of yours to put a value on.")
        currency = self.matrix.currency
        words = {
            "name": best.one.model.name, "gain": money_text(best.gain.value, currency), "range": money_range(best.gain, currency), "label": self.label,
            "cases": f"{self.matrix.cases:,.0f}",
        }  # fmt: skip
        if best.gain.value is None:
            return _("What {name} is worth cannot be said: {reason}").format(name=best.one.model.name, reason=_(best.gain.reason))
        if best.gain.low is not None and best.gain.low > 0:
            return _("{name} is worth {gain} a month more than always answering “{label}” (95 % interval {range}), at {cases} cases a month.").format(**words)
        if best.gain.high is not None and best.gain.high < 0:
            return _("At these values {name} loses money: {gain} a month against always answering “{label}” (95 % interval {range}), at {cases} cases a month.").format(**words)
        return _("{name} may be worth {gain} a month against always answering “{label}”, but the test rows leave open whether it is worth anything (95 % interval {range}), at {cases} cases a month.").format(**words)

    @property
    def details(self) -> list[str]:
        """What stands behind the sentence."""
        return [
            _("Which model, and how it decides, was chosen on the validation rows and judged on {rows}.").format(rows=self.rows_words),
            _("The interval counts what the test rows leave open. It does not know whether your values, cases and real-life share are right."),
        ]

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        about = {"values": self.matrix.values.tolist(), "currency": self.matrix.currency, "cases": self.matrix.cases}
        about |= {"rates": None if self.matrix.rates is None else [float(rate) for rate in self.matrix.rates]}
        return about | {"always": self.label} | self.standing_json()


def matrix_worth(comparison: Comparison, matrix: CostMatrix) -> MatrixWorth:
    """Put a value on every model of a comparison of two or more classes.

    Args:
        comparison: of classifiers.
        matrix: with a row and a column for each class, in the order of `comparison.labels`.

    Raises:
        BadSettings: a regression, or a matrix of another size.
    """
    if not comparison.task.is_classification or len(matrix.values) != len(comparison.labels):
        raise BadSettings(_("The value matrix must have {n} rows and columns, one for each class.").format(n=len(comparison.labels)))
    choices = [_choose(one, matrix) for one in comparison.models]
    best, reference = (most_promising(comparison.models, [hoped for _by_value, hoped in choices], kind) for kind in ("run", "baseline"))
    rows = comparison.models[0].validation or comparison.models[0].model.predictions
    policy = int(np.argmax(_shares(rows, matrix) @ matrix.values))
    decided = [_decisions(one.model.predictions, matrix, by_value, _shift(one, matrix)) for one, (by_value, _hoped) in zip(comparison.models, choices, strict=True)]
    place = None if reference is None else next(at for at, one in enumerate(comparison.models) if one.model.id == reference)
    compared = runs_of(comparison.models)
    models = []
    for at, (one, (by_value, _hoped)) in enumerate(zip(comparison.models, choices, strict=True)):
        truth = one.model.predictions.truth
        value = matrix.of(truth, decided[at])
        versus, clear = None, False
        if place is not None and at != place:
            gap = value - matrix.of(truth, decided[place])
            versus, clear = against(partial(_mean, gap, truth, matrix), compared)
        gain = value - matrix.of(truth, np.full(len(truth), policy))
        models.append(ModelMatrixWorth(one, by_value, _mean(value, truth, matrix), _mean(gain, truth, matrix), versus, clear))
    return MatrixWorth(comparison.rows_judged, tuple(models), best, reference, matrix, policy, comparison.labels[policy])


def _choose(one: Judged, matrix: CostMatrix) -> tuple[bool, float]:
    """Whether a model decides by value, and what it brings a case on the validation rows."""
    if one.validation is None:
        return True, -math.inf
    brings = []
    for by_value in (True, False):
        found = _mean(matrix.of(one.validation.truth, _decisions(one.validation, matrix, by_value, _shift(one, matrix))), one.validation.truth, matrix).value
        brings.append(-math.inf if found is None else found)
    return brings[0] >= brings[1], max(brings)


def _decisions(p: Predictions, matrix: CostMatrix, by_value: bool, shift: np.ndarray | None) -> np.ndarray:
    return matrix.decide(p.scores, shift) if by_value else p.decisions()


def _shift(one: Judged, matrix: CostMatrix) -> np.ndarray | None:
    """Shares in real life over those of the data, which the validation rows tell: the test rows have no say in decisions."""
    if matrix.rates is None:
        return None
    return np.asarray(matrix.rates / np.maximum(_data_shares(one.validation or one.model.predictions), 1e-12))


def _data_shares(p: Predictions) -> np.ndarray:
    return np.asarray(np.bincount(p.truth, minlength=len(p.labels)) / max(len(p), 1))


def _shares(p: Predictions, matrix: CostMatrix) -> np.ndarray:
    return _data_shares(p) if matrix.rates is None else np.asarray(matrix.rates)


def _mean(values: np.ndarray, truth: np.ndarray, matrix: CostMatrix, level: float = LEVEL) -> Interval:
    """Money a month: the mean of rows, or of classes weighted by their shares in real life (a stratified mean, Cochran 1977).

    Half of the widest possible distance between two values of a class is spread over its rows as one more row, so that
    a class in which all rows went alike has an error too.
    """
    n = len(values)
    if n < 2:
        return Interval.undefined(_("The rows are too few to say."))
    if matrix.rates is None:
        return monthly_mean(values, matrix.cases, level)
    counts = np.bincount(truth, minlength=len(matrix.values))
    if bool((counts[np.asarray(matrix.rates) > 0] == 0).any()):
        return Interval.undefined(_("A class that occurs in real life has no test row, so nothing can be said about money."))
    means = np.bincount(truth, values, minlength=len(counts)) / np.maximum(counts, 1)
    spread = np.bincount(truth, (values - means[truth]) ** 2, minlength=len(counts)) + (np.ptp(matrix.values, axis=1) / 2) ** 2
    error = math.sqrt(float((matrix.rates**2 * spread / np.maximum(counts, 1) ** 2).sum()))
    mean, reach = float((matrix.rates * means).sum()), quantile(level) * error
    return Interval(matrix.cases * mean, matrix.cases * (mean - reach), matrix.cases * (mean + reach))
