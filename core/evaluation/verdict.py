"""Verdict: which of four things the rows say about two models, and about a whole field of them.

    better, worse             the paired test finds a difference, corrected for how many were compared (Holm)
    no practical difference   the difference lies inside the margin: two one-sided tests (Schuirmann 1987), Holm too
    cannot tell               neither; then how many rows would settle it

For one pair at most one of the two null hypotheses "no difference" and "a difference of at least the margin" is true,
so asking both needs no further correction. Each kind of claim is right for all pairs at once in 95 of 100 cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Any

from core.errors import BadSettings
from core.evaluation.difference import Difference, difference_of
from core.evaluation.equivalence import better_probability, chances, margin_in_unit, same_p
from core.evaluation.metrics import headline, higher_is_better
from core.evaluation.model import Model
from core.evaluation.paired import Prepared, paired, prepare
from core.evaluation.power import POWER, detectable, rows_needed
from core.evaluation.significance import holm

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison

__all__ = ["MARGIN", "FieldVerdict", "Finding", "Verdict", "judge_field", "judge_pair", "verdicts_of"]

ALPHA = 0.05
MARGIN = 0.01


class Finding(StrEnum):
    """What the rows say about a model beside the reference."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "no_practical_difference"
    OPEN = "cannot_tell"


@dataclass(frozen=True)
class Verdict:
    """What the rows say about one model beside another.

    Attributes:
        model, reference: ids.
        names: of both, for sentences; text of strangers.
        metric: stable name.
        finding: one of four.
        difference: model minus reference, with interval, test and p-values.
        margin: what is too small to matter, in the metric's unit.
        probability: that the model is truly the better one, given these rows: a flat prior and a normal
            likelihood (Student's t where rows are few). None where nothing is known about the error.
        chances: the same for three outcomes: worse by more than the margin, inside it, better by more than it.
        same_p: p-value of "no practical difference", corrected (Holm).
        rows_needed: rows in all that would settle an open question in 8 of 10 cases; None for a settled one.
        comparisons: how many pairs were judged together.
    """

    model: str
    reference: str
    names: tuple[str, str]
    metric: str
    finding: Finding
    difference: Difference
    margin: float
    probability: float | None = None
    chances: tuple[float, float, float] | None = None
    same_p: float | None = None
    rows_needed: int | None = None
    comparisons: int = 1

    @property
    def test(self) -> str:
        """Key of the test in `core.evaluation.paired.TESTS`."""
        return self.difference.test

    @property
    def detectable(self) -> float | None:
        """The smallest true difference that these rows find in 8 of 10 cases, in the metric's unit."""
        return detectable(self.difference, POWER, self.comparisons)

    @property
    def sentence(self) -> str:
        """The finding in one sentence, in the language of the visitor; plain text, not Markdown."""
        from core.evaluation.verdict_words import pair_sentence

        return pair_sentence(self)

    @property
    def why(self) -> str:
        """Which test was taken and why; plain text."""
        from core.evaluation.verdict_words import pair_reason

        return pair_reason(self)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "model": self.model, "reference": self.reference, "metric": self.metric, "finding": self.finding.value,
            "difference": self.difference.to_json(), "margin": self.margin, "probability": self.probability,
            "chances": dict(zip(("worse", "same", "better"), self.chances, strict=True)) if self.chances else None,
            "same_p": self.same_p, "test": self.test, "why": self.why, "sentence": self.sentence,
            "rows_needed": self.rows_needed, "detectable": self.detectable, "comparisons": self.comparisons,
        }  # fmt: skip


@dataclass(frozen=True)
class FieldVerdict:
    """What the rows say about all models of a comparison.

    Attributes:
        reference: id of the model that all are compared with.
        metric: stable name.
        margin: as set: a share (0.01 is 1 point); for errors and losses a share of the reference's value.
        verdicts: of each model beside the reference, runs first; baselines only where a run is the reference.
        pairs: of the runs among one another, corrected among themselves.
        leader: id of the run with the best value on these rows; None where the metric is not defined.
    """

    reference: str
    metric: str
    margin: float
    verdicts: tuple[Verdict, ...]
    pairs: tuple[Verdict, ...]
    leader: str | None = None

    @property
    def sentence(self) -> str:
        """The finding for the whole field, in the language of the visitor; plain text, not Markdown."""
        from core.evaluation.verdict_words import field_sentence

        return field_sentence(self)

    def of(self, model: str) -> Verdict | None:
        """The verdict on one model beside the reference."""
        return next((verdict for verdict in self.verdicts if verdict.model == model), None)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "reference": self.reference, "metric": self.metric, "margin": self.margin, "leader": self.leader, "sentence": self.sentence,
            "verdicts": [verdict.to_json() for verdict in self.verdicts], "pairs": [verdict.to_json() for verdict in self.pairs],
        }  # fmt: skip


def judge_pair(ours: Model, theirs: Model, metric: str | None = None, margin: float = MARGIN, comparisons: int = 1) -> Verdict:
    """Judge two models on the same rows.

    Args:
        ours, theirs: with predictions of the same rows in the same order.
        metric: stable name; default: the one that stands first for the task.
        margin: as for `judge_field`.
        comparisons: how many pairs are judged together (Bonferroni).

    Returns:
        The verdict on `ours`.
    """
    name = metric or headline(ours.predictions.task)
    raw = _raw((ours, prepare(ours.predictions, name)), (theirs, prepare(theirs.predictions, name)), name)
    return verdicts_of([raw], margin, comparisons)[0]


def judge_field(comparison: Comparison, *, reference: str | None = None, metric: str | None = None, margin: float = MARGIN) -> FieldVerdict:
    """Judge all models of a comparison.

    Args:
        comparison: of two or more models.
        reference: id of the model to compare with; default: the one that was best on the validation rows.
        metric: stable name; default: the one that stands first for the task.
        margin: what is too small to matter: 0.01 is 1 point of a share, AUC, MCC or R², and 1 % of the reference's
            value for errors and losses, which have no scale of their own.

    Returns:
        Verdicts against the reference, and of the runs among one another.

    Raises:
        BadSettings: no such model or metric, fewer than two models, or a margin outside 0 to 1.
    """
    name, chosen = metric or headline(comparison.task), reference or comparison.reference
    _check(comparison, chosen, name, margin)
    ready = {one.model.id: (one.model, prepare(one.model.predictions, name)) for one in comparison.models}
    runs = [one.model.id for one in comparison.runs]
    against = [one.model.id for one in comparison.models if one.model.id != chosen and (one.model.kind == "run" or chosen in runs)]
    verdicts = verdicts_of([_raw(ready[model], ready[str(chosen)], name) for model in against], margin)
    pairs = verdicts_of([_raw(ready[a], ready[b], name) for a, b in combinations([run for run in runs if run != chosen], 2)], margin)
    return FieldVerdict(str(chosen), name, margin, tuple(verdicts), tuple(pairs), _leader(comparison, name))


def _check(comparison: Comparison, reference: str | None, metric: str, margin: float) -> None:
    ids = [one.model.id for one in comparison.models]
    if len(ids) < 2:
        raise BadSettings("One model alone cannot be compared. Choose a second one, or wait for the simple models.")
    if reference not in ids:
        raise BadSettings(f"There is no model “{reference}” in this comparison. Choose one of: {', '.join(ids)}.")
    known = comparison.models[0].evaluation.metrics
    if metric not in known:
        raise BadSettings(f"“{metric}” is not a metric of these models. Choose one of: {', '.join(known)}.")
    if not 0 <= margin < 1:
        raise BadSettings(f"The margin must be a share from 0 to below 1, such as 0.01 for 1 point; received {margin}.")


def _leader(comparison: Comparison, metric: str) -> str | None:
    sign = 1 if higher_is_better(metric) else -1
    known = [(sign * value, one.model.id) for one in comparison.runs if (value := one.evaluation.metrics[metric].value) is not None]
    return max(known, key=lambda pair: pair[0])[1] if known else None


Ready = tuple[Model, Prepared]


def _raw(ours: Ready, theirs: Ready, metric: str) -> tuple[Model, Model, Difference]:
    found = difference_of(paired(ours[1], theirs[1]), metric, theirs[0].id, len(ours[1].predictions))
    return ours[0], theirs[0], found


def verdicts_of(raw: Sequence[tuple[Model, Model, Difference]], margin: float, comparisons: int = 0) -> list[Verdict]:
    """Verdicts of pairs that were judged together: Holm among them, or Bonferroni for a stated number."""
    margins = [margin_in_unit(difference.metric, margin, difference.reference_value) for *_, difference in raw]
    same = [same_p(difference, size) for (*_, difference), size in zip(raw, margins, strict=True)]

    def corrected(p_values: Sequence[float]) -> list[float]:
        return [min(1.0, p * comparisons) for p in p_values] if comparisons else holm(p_values)

    different = corrected([1.0 if difference.p_value is None else difference.p_value for *_, difference in raw])
    alike, number = corrected([1.0 if p is None else p for p in same]), comparisons or len(raw)
    return [
        _verdict(pair, size, (p, None if unknown is None else q), number)
        for pair, size, p, q, unknown in zip(raw, margins, different, alike, same, strict=True)
    ]


def _verdict(pair: tuple[Model, Model, Difference], margin: float, p_values: tuple[float, float | None], comparisons: int) -> Verdict:
    ours, theirs, found = pair
    difference = found.adjusted(None if found.p_value is None else p_values[0])
    finding = _finding(difference, p_values[1])
    verdict = Verdict(
        ours.id, theirs.id, (ours.name, theirs.name), difference.metric, finding, difference, margin,
        better_probability(difference), chances(difference, margin), p_values[1], None, comparisons,
    )  # fmt: skip
    return verdict if finding is not Finding.OPEN else replace(verdict, rows_needed=rows_needed(difference, margin, POWER, comparisons))


def _finding(difference: Difference, same_p: float | None) -> Finding:
    if same_p is not None and same_p < ALPHA:
        return Finding.SAME
    if not difference.clear:
        return Finding.OPEN
    return Finding.BETTER if difference.better else Finding.WORSE
