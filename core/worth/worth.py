"""Worth: what every model of a comparison brings a month at the threshold that is best for the user's values.

Threshold, best model and reference are chosen on the validation rows; the test rows only say what came of it. The
amount that counts is the gain over the best way without a model (act on every case, or on none): money that was there
anyway is no merit of a model, and the gain does not depend on where one puts the zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval
from core.worth.goals import USUAL, Ranked, Ranking, rank
from core.worth.money import Pairs, break_even_rate, money, money_difference, money_values, real_precision
from core.worth.pitch import break_even_sentences, pitch, pitch_details
from core.worth.standing import Standing, against, most_promising, runs_of
from core.worth.threshold import Counts, Thresholds
from core.worth.values import Values, break_even_precision

__all__ = ["ModelWorth", "Worth", "best_threshold", "value_json", "worth", "worth_of"]


@dataclass(frozen=True, eq=False)
class ModelWorth:
    """What one model brings.

    Attributes:
        one: the judged model.
        threshold: from this score on it acts; infinity: it never does.
        chosen: on the validation rows; or the usual 0.5, because there are none; or given by the user.
        money: a month, on the test rows.
        gain: of that, what the best way without a model would not have brought.
        usual: what the chosen threshold brings a month more than 0.5 would.
        versus: what it brings a month more than the reference; None for the reference itself or without one.
        clear: `versus` is not 0, at a level that is corrected for how many models are compared with the reference.
        precision: share of its alarms that are right, at the base rate of real life.
        break_even_rate: share of the class below which its alarms cost more than they bring.
        counts: of the test rows.
        hoped: money a month on the validation rows, where the threshold was chosen: too good on average.
    """

    one: Judged
    threshold: float
    chosen: Literal["validation", "usual", "given"]
    money: Interval
    gain: Interval
    usual: Interval
    versus: Interval | None
    clear: bool
    precision: Interval
    break_even_rate: float | None
    counts: Counts
    hoped: float | None

    @property
    def silent(self) -> bool:
        """Whether it acts on no case, or on every case, so that it is no better than no model."""
        return not self.counts.tp + self.counts.fp or not self.counts.fn + self.counts.tn

    def to_json(self) -> dict[str, Any]:
        """As JSON; `threshold` is null where it never acts."""
        return {
            "run": self.one.model.id, "name": self.one.model.name, "kind": self.one.model.kind,
            "threshold": self.threshold if math.isfinite(self.threshold) else None, "chosen_on": self.chosen,
            "money_a_month": self.money.to_json(), "gain_a_month": self.gain.to_json(), "gain_over_usual_threshold": self.usual.to_json(),
            "difference_to_reference": self.versus.to_json() if self.versus else None, "clear": self.clear,
            "precision": self.precision.to_json(), "break_even_rate": self.break_even_rate, "counts": self.counts.to_json(),
            "validation_money_a_month": self.hoped,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Worth(Standing[ModelWorth]):
    """All models of a comparison in money.

    Attributes:
        values: what the user entered.
        label: the class that a model acts on.
        rate: its share in real life; where the user named none, that of the test rows.
        policy: the best way without a model: act on every case (`always`) or on none (`never`).
        policy_money: what that brings a month.
    """

    values: Values
    label: str
    rate: float
    policy: Literal["always", "never"]
    policy_money: float

    @property
    def sentence(self) -> str:
        """For the pitch."""
        return pitch(self)

    @property
    def details(self) -> list[str]:
        """What stands behind the sentence."""
        return pitch_details(self)

    @property
    def break_even(self) -> list[str]:
        """From where on it pays, in sentences."""
        return break_even_sentences(self)

    def to_json(self) -> dict[str, Any]:
        """The document that `--value` prints."""
        return {
            "values": self.values.to_json(), "positive": self.label, "rate": self.rate,
            "without_a_model": {"policy": self.policy, "money_a_month": self.policy_money},
            "break_even_precision": break_even_precision(self.values), **self.standing_json(), "break_even": self.break_even,
        }  # fmt: skip


def worth(comparison: Comparison, values: Values, positive: str | None = None) -> Worth:
    """Put a value on every model of a comparison.

    Args:
        comparison: of classifiers.
        values: what each kind of right and wrong is worth.
        positive: the class that a model acts on; default: the second of two, the rarest of more.

    Raises:
        BadSettings: a regression, or there is no such class.
    """
    return worth_of(rank(comparison, positive), values)


def worth_of(ranking: Ranking, values: Values) -> Worth:
    """The same where the scores are sorted already, so that a dial can be turned.

    Args:
        ranking: of a comparison of classifiers.
        values: what each kind of right and wrong is worth.
    """
    chosen = [best_threshold(ranked.validation, values) for ranked in ranking.models]
    ours = [ranked.one for ranked in ranking.models]
    best, reference = (most_promising(ours, [hoped for _, hoped in chosen], kind) for kind in ("run", "baseline"))
    policy = _policy(ranking, values)
    compared = runs_of(ours)
    place = None if reference is None else next(at for at, ranked in enumerate(ranking.models) if ranked.one.model.id == reference)
    beside = None if place is None else ranking.models[place].alarms(chosen[place][0])
    models = tuple(
        _judged(ranked, values, policy, *found, beside if at != place else None, compared) for at, (ranked, found) in enumerate(zip(ranking.models, chosen, strict=True))
    )
    rate = values.rate if values.rate is not None else _share(ranking.models[0].test)
    rows = len(ranking.models[0].test)
    return Worth(rows, models, best, reference, values, ranking.label, rate, policy, values.of_policy(policy, rate))


def value_json(comparison: Comparison, values: Values | str, positive: str | None = None) -> dict[str, Any]:
    """What every model is worth, as JSON: what `--value` prints.

    Args:
        comparison: of classifiers.
        values: or their words (`Values.parse`).
        positive: the class that a model acts on.

    Raises:
        BadSettings: a regression, no such class, or the values cannot be read.
    """
    return worth(comparison, Values.parse(values) if isinstance(values, str) else values, positive).to_json()


def best_threshold(scores: Thresholds | None, values: Values) -> tuple[float, float | None]:
    """The threshold that brings most on these rows, and how much it brings there a month.

    Args:
        scores: of the validation rows; None or rows of one class: the usual 0.5, and None.
        values: what each kind of right and wrong is worth.
    """
    if scores is None or not len(scores.hits) or not len(scores.others):
        return USUAL, None
    brought = money_values(scores.corners, values)
    good = np.flatnonzero(brought >= brought.max() - 1e-9 * max(1.0, float(np.abs(brought).max())))
    place = int(good[len(good) // 2])
    return scores.corners.between(place), float(brought[place])


def _judged(
    ranked: Ranked, values: Values, policy: str, threshold: float, hoped: float | None, beside: np.ndarray | None, compared: int
) -> ModelWorth:
    counts, alarms = ranked.test.counts(threshold), ranked.alarms(threshold)
    measured = values.against_never() if policy == "never" else values.against_always()
    versus, clear = None, False
    if beside is not None:
        pairs = Pairs.of(ranked.truth, alarms, beside)
        versus, clear = against(partial(money_difference, pairs, values), compared)
    return ModelWorth(
        ranked.one, threshold, "usual" if hoped is None else "validation", money(counts, values), money(counts, measured),
        money_difference(Pairs.of(ranked.truth, alarms, ranked.alarms(USUAL)), values), versus, clear,
        real_precision(counts, values.rate), break_even_rate(counts, values), counts, hoped,
    )  # fmt: skip


def _policy(ranking: Ranking, values: Values) -> Literal["always", "never"]:
    """The better way without a model; where the base rate is not known, by that of the validation rows."""
    rows = next((ranked.validation for ranked in ranking.models if ranked.validation is not None), ranking.models[0].test)
    rate = values.rate if values.rate is not None else _share(rows)
    return "always" if values.of_policy("always", rate) > values.of_policy("never", rate) else "never"


def _share(scores: Thresholds) -> float:
    return len(scores.hits) / max(len(scores), 1)
