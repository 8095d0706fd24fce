"""Standing: how models stand in money, whatever it comes from: a threshold, a value for each mix-up, the cost of an error.

The run that a sentence is about, and the simple model that it stands beside, are the ones that promise most on the
validation rows; the test rows only say what came of it. A difference is clear when its interval leaves out 0 at a
level that is corrected for how many runs stand beside the same simple model (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from core.evaluation.compare import Judged
from core.evaluation.intervals import LEVEL, Interval, student_t
from core.language import _, plural

__all__ = ["Standing", "against", "monthly_mean", "most_promising", "runs_of"]


class InMoney(Protocol):
    """One model with what it brings or costs."""

    @property
    def one(self) -> Judged:
        """The judged model."""

    def to_json(self) -> dict[str, Any]:
        """As JSON."""


M = TypeVar("M", bound=InMoney)


@dataclass(frozen=True, eq=False)
class Standing(Generic[M]):
    """All models of a comparison in money.

    Attributes:
        rows: test rows judged.
        models: in the order of the comparison.
        best_id: of the run that promises most on the validation rows; None without a run.
        reference: id of the simple model that promises most there; None without one.
    """

    rows: int
    models: tuple[M, ...]
    best_id: str | None
    reference: str | None

    @property
    def best(self) -> M | None:
        """The run that the sentence is about."""
        return next((found for found in self.models if found.one.model.id == self.best_id), None)

    @property
    def simple(self) -> M | None:
        """The best simple model."""
        return next((found for found in self.models if found.one.model.id == self.reference), None)

    @property
    def rows_words(self) -> str:
        """The judged rows in words, as far as something is known about them."""
        if not any(found.one.model.outside for found in self.models):
            return plural("{n} sealed test row", "{n} sealed test rows", self.rows)
        return plural("{n} row of these files", "{n} rows of these files", self.rows)

    @property
    def sentence(self) -> str:
        """For the pitch."""
        raise NotImplementedError

    @property
    def details(self) -> list[str]:
        """What stands behind the sentence."""
        raise NotImplementedError

    def standing_json(self) -> dict[str, Any]:
        """What all of them say as JSON."""
        return {
            "rows_judged": self.rows, "best": self.best_id, "reference": self.reference,
            "models": [found.to_json() for found in self.models], "sentence": self.sentence, "details": self.details,
        }  # fmt: skip


def most_promising(models: Sequence[Judged], promised: Sequence[float | None], kind: str) -> str | None:
    """Id of the model of a kind that promises most on the validation rows, the first of equals; None without one.

    Args:
        models: of a comparison.
        promised: money of each; None where there are no validation rows.
        kind: `run` or `baseline`.
    """
    of_kind = [(one.model.id, -math.inf if money is None else money) for one, money in zip(models, promised, strict=True) if one.model.kind == kind]
    return max(of_kind, key=lambda pair: pair[1])[0] if of_kind else None


def runs_of(models: Sequence[Judged]) -> int:
    """How many runs stand beside the same simple model, which a claim is corrected for; at least 1."""
    return max(sum(one.model.kind == "run" for one in models), 1)


def against(difference: Callable[[float], Interval], compared: int) -> tuple[Interval, bool]:
    """A paired difference, and whether it is clear of 0 when so many are compared (Bonferroni; Dunn 1961).

    Args:
        difference: its interval at a level.
        compared: 1 or more.

    Example:
        >>> against(lambda level: Interval(2.0, 2 - level, 2 + level), 3)[1]
        True
    """
    strict = difference(1 - (1 - LEVEL) / compared)
    return difference(LEVEL), strict.low is not None and strict.high is not None and not strict.low <= 0 <= strict.high


def monthly_mean(values: np.ndarray, cases: float, level: float = LEVEL) -> Interval:
    """Money a month: the mean of rows with Student's t, times the cases.

    Args:
        values: (n,) money of each row.
        cases: a month.
        level: of the interval.

    Returns:
        One row has a mean but no limits.
    """
    n, mean = len(values), float(values.mean()) if len(values) else math.nan
    if n < 2:
        return Interval(cases * mean, None, None, _("One row cannot tell how far off this is.")) if n else Interval.undefined(_("The rows are too few to say."))
    reach = student_t(n - 1, level) * float(values.std(ddof=1)) / math.sqrt(n)
    return Interval(cases * mean, cases * (mean - reach), cases * (mean + reach))
