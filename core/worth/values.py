"""Values: what each kind of right and wrong decision is worth to the user, and how often a case comes up."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import BadSettings
from core.language import _
from core.worth.currency import MOST_CASES, check_cases, check_currency

__all__ = ["KINDS", "MOST", "MOST_CASES", "Values", "break_even_precision", "shifted"]

KINDS = ("tp", "fp", "fn", "tn")
MOST = 1e12  # of one kind, in any currency


@dataclass(frozen=True)
class Values:
    """What each kind of right and wrong is worth, and how often it comes up.

    Attributes:
        tp: money gained (or, with a minus, lost) by a case that was found.
        fp: by a false alarm.
        fn: by a case that was missed.
        tn: by a case that was rightly left alone.
        currency: a sign or a code, such as € or CHF; at most 5 characters.
        cases: how many cases the model decides in a month, more than 0.
        rate: share of the class in real life, between 0 and 1; None: as in the test rows.

    Example:
        >>> Values.parse("tp=80,fp=-10,cases=2000,rate=5%")
        Values(tp=80.0, fp=-10.0, fn=0.0, tn=0.0, currency='€', cases=2000.0, rate=0.05)
    """

    tp: float
    fp: float
    fn: float = 0.0
    tn: float = 0.0
    currency: str = "€"
    cases: float = 1_000.0
    rate: float | None = None

    def __post_init__(self) -> None:
        if any(not math.isfinite(getattr(self, kind)) or abs(getattr(self, kind)) > MOST for kind in KINDS):
            raise BadSettings(_("A value must be a number between −10¹² and 10¹². Check what a case of each kind is worth."))
        check_cases(self.cases)
        if self.rate is not None and not 0 < self.rate < 1:
            raise BadSettings(_("The share in real life must lie between 0 and 1 (0 % and 100 %); received {rate}.").format(rate=self.rate))
        check_currency(self.currency)

    @classmethod
    def parse(cls, text: str) -> Values:
        """Read `tp=80,fp=-10,fn=0,tn=0,cases=2000,rate=5%,currency=EUR`; tp and fp are needed.

        Raises:
            BadSettings: a name is unknown or missing, or a number is none.
        """
        parts = [part.partition("=") for part in text.split(",") if part.strip()]
        found = {name.strip().lower(): value.strip() for name, equal, value in parts}
        known = (*KINDS, "cases", "rate", "currency")
        if not {"tp", "fp"} <= set(found) or set(found) - set(known):
            raise BadSettings(_("Values look like tp=80,fp=-10,fn=0,tn=0,cases=2000,rate=5%,currency=EUR; received “{text}”.").format(text=text[:120]))
        try:
            numbers = {name: _number(value) for name, value in found.items() if name != "currency"}
        except ValueError as error:
            raise BadSettings(_("A value in “{text}” is not a number. Write tp=80,fp=-10 without thousands separators.").format(text=text[:120])) from error
        return cls(**numbers, **({"currency": found["currency"]} if "currency" in found else {}))  # type: ignore[arg-type]

    @property
    def found_gain(self) -> float:
        """What finding one case of the class is worth, against missing it."""
        return self.tp - self.fn

    @property
    def alarm_cost(self) -> float:
        """What one false alarm costs, against leaving the case alone; positive when it costs."""
        return self.tn - self.fp

    def against_never(self) -> Values:
        """The same decisions, measured against never raising an alarm."""
        return replace(self, tp=self.tp - self.fn, fp=self.fp - self.tn, fn=0.0, tn=0.0)

    def against_always(self) -> Values:
        """The same decisions, measured against always raising one."""
        return replace(self, tp=0.0, fp=0.0, fn=self.fn - self.tp, tn=self.tn - self.fp)

    def of_policy(self, policy: str, rate: float) -> float:
        """Money a month without a model: `never` or `always` an alarm, at a base rate."""
        of_class, of_others = (self.fn, self.tn) if policy == "never" else (self.tp, self.fp)
        return self.cases * (rate * of_class + (1 - rate) * of_others)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {**{kind: getattr(self, kind) for kind in KINDS}, "currency": self.currency, "cases": self.cases, "rate": self.rate}


def break_even_precision(values: Values) -> float | None:
    """Of all alarms, the share that must be right for alarms to pay: (tn − fp) / (tp − fn + tn − fp).

    Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, equation 2; for calibrated probabilities it is
    also the best threshold. None where a false alarm costs nothing or finding brings nothing: then always, or never,
    is best, whatever the model says.

    Example:
        >>> break_even_precision(Values(tp=80, fp=-20))
        0.2
    """
    gain, cost = values.found_gain, values.alarm_cost
    return cost / (gain + cost) if gain > 0 and cost > 0 else None


def shifted(probability: np.ndarray, data_rate: float, real_rate: float) -> np.ndarray:
    """Probabilities of a model as they are where the class has another share (Saerens et al. 2002, equation 2.4).

    Args:
        probability: (n,) of the class, in the data.
        data_rate: share of the class in the data that the model learned from.
        real_rate: share in real life.

    Example:
        >>> shifted(np.array([0.5]), 0.5, 0.1).tolist()
        [0.1]
    """
    of_class, of_others = probability * (real_rate / data_rate), (1 - probability) * ((1 - real_rate) / (1 - data_rate))
    return np.asarray(of_class / (of_class + of_others))


def _number(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)
