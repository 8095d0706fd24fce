"""The words of a verdict: sentences that an investor can repeat and a statistician cannot fault. Plain text, never Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.evaluation.paired import TESTS
from core.language import N_, _, plural

if TYPE_CHECKING:
    from core.evaluation.verdict import FieldVerdict, Verdict

__all__ = [
    "NAMES", "about_rows", "chance_words", "field_headline", "field_sentence", "first_verdict", "gap_words", "metric_name", "pair_evidence", "pair_next", "pair_note", "pair_reason", "pair_sentence",
    "power_sentence", "range_words", "size_words",
]  # fmt: skip

MINUS = "\u2212"
NAMES: dict[str, str] = {
    "accuracy": N_("accuracy"), "balanced_accuracy": N_("balanced accuracy"), "precision": N_("precision"), "recall": N_("recall"),
    "specificity": N_("specificity"), "f1": N_("F1"), "mcc": N_("MCC"), "brier": N_("Brier score"), "log_loss": N_("log loss"),
    "precision_macro": N_("precision averaged over classes"), "recall_macro": N_("recall averaged over classes"),
    "specificity_macro": N_("specificity averaged over classes"), "f1_macro": N_("F1 averaged over classes"),
    "precision_weighted": N_("precision weighted by class"), "recall_weighted": N_("recall weighted by class"),
    "specificity_weighted": N_("specificity weighted by class"), "f1_weighted": N_("F1 weighted by class"),
    "roc_auc": N_("ROC AUC"), "average_precision": N_("average precision"), "rmse": N_("typical error (RMSE)"), "mae": N_("mean error"),
    "median_absolute_error": N_("median error"), "mape": N_("mean error in percent (MAPE)"), "r2": N_("R²"),
    "subset_accuracy": N_("subset accuracy"), "hamming_loss": N_("Hamming loss"),
    "precision_micro": N_("precision over all labels"), "recall_micro": N_("recall over all labels"), "f1_micro": N_("F1 over all labels"),
    "roc_auc_micro": N_("ROC AUC over all labels"), "average_precision_micro": N_("average precision over all labels"),
    "ranking_average_precision": N_("ranking average precision"),
    "ece": N_("calibration error"), "roc_auc_weighted": N_("ROC AUC weighted by class"), "average_precision_weighted": N_("average precision weighted by class"),
}  # fmt: skip
POINTS = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "ece", "mape", "subset_accuracy", "hamming_loss", "ranking_average_precision"})  # written in points of 100
FARTHEST = 5  # models named in a sentence; of more only the number


def metric_name(metric: str) -> str:
    """What people call a metric, in a sentence."""
    return _(NAMES[metric]) if metric in NAMES else metric


def gap_words(metric: str, value: float | None, *, sign: bool = True) -> str:
    """A difference with its sign: in points for shares, else in the metric's unit.

    Example:
        >>> gap_words("accuracy", 0.0312), gap_words("rmse", -12.345)
        ('+3.1 points', '−12.3')
    """
    if value is None:
        return "–"
    if _in_points(metric):
        return _("{number} points").format(number=_points(value, sign=sign))
    return _signed(value, sign=sign)


def size_words(metric: str, value: float) -> str:
    """A difference without sign, such as a margin.

    Example:
        >>> size_words("accuracy", 0.01), size_words("rmse", 2.5)
        ('1 point', '2.50')
    """
    if _in_points(metric):
        if abs(value - 0.01) < 1e-9:
            return _("1 point")
        return _("{number} points").format(number=f"{value * 100:.3g}")
    return _signed(value, sign=False)


def range_words(verdict: Verdict) -> str:
    """The ends of the 95 % interval, such as `+1.2 to +5.0`."""
    low, high = verdict.difference.interval.low, verdict.difference.interval.high
    if low is None or high is None:
        return _("not known")
    write = _points if _in_points(verdict.metric) else _signed
    return _("{low} to {high}").format(low=write(low), high=write(high))


def chance_words(chance: float | None) -> str:
    """A probability in percent, never 0 or 100: no number of rows proves that.

    Example:
        >>> chance_words(0.9876), chance_words(1.0)
        ('98.8 %', 'over 99.9 %')
    """
    if chance is None:
        return "–"
    if chance > 0.999:
        return _("over {n} %").format(n="99.9")
    return _("under {n} %").format(n="0.1") if chance < 0.001 else _("{n} %").format(n=f"{chance * 100:.1f}")


SENTENCES: dict[str, str] = {
    "better": N_("“{model}” is better than “{reference}”: {gap} in {metric} (95 % interval {range}), on the same {rows}."),
    "worse": N_("“{model}” is worse than “{reference}”: {gap} in {metric} (95 % interval {range}), on the same {rows}."),
    "no_practical_difference": N_(
        "“{model}” and “{reference}” make no practical difference: {gap} in {metric} (95 % interval {range}), inside the margin of {margin}, on the same {rows}."
    ),
    "cannot_tell": N_("{rows} cannot tell yet whether “{model}” or “{reference}” is better: {gap} in {metric} (95 % interval {range})."),
}


def pair_sentence(verdict: Verdict) -> str:
    """The finding about two models."""
    difference, (model, reference) = verdict.difference, verdict.names
    about = {
        "model": model, "reference": reference, "metric": metric_name(verdict.metric), "gap": gap_words(verdict.metric, difference.interval.value),
        "range": range_words(verdict), "rows": _rows(difference.rows), "margin": size_words(verdict.metric, verdict.margin),
    }  # fmt: skip
    if difference.interval.value is None:
        return _("“{model}” and “{reference}” cannot be compared by {metric} on these rows.").format(**about)
    return _(SENTENCES[verdict.finding.value]).format(**about)


def pair_reason(verdict: Verdict) -> str:
    """Which test was taken and why, in a sentence; where there is none, why not."""
    return _(TESTS[verdict.test]) if verdict.test else _(verdict.difference.interval.reason)


def pair_evidence(verdict: Verdict) -> str:
    """The p-value, and what it becomes when all comparisons are counted."""
    difference, n = verdict.difference, verdict.comparisons
    if difference.p_value is None or difference.adjusted_p is None:
        return ""
    if n < 2:
        return _("p-value {p}: were the two equally good, chance would make a difference this large so often.").format(p=_p(difference.p_value))
    return _("p-value {p}: were the two equally good, chance would make a difference this large so often. Corrected for {n} comparisons: {corrected}.").format(
        p=_p(difference.p_value), n=n, corrected=_p(difference.adjusted_p)
    )


def pair_note(verdict: Verdict) -> str:
    """What the finding leaves open: a real difference too small to matter, one that may be, or one that came by trying; else empty."""
    interval, margin, found = verdict.difference.interval, size_words(verdict.metric, verdict.margin), verdict.finding.value
    if interval.low is None or interval.high is None:
        return ""
    if found == "no_practical_difference":
        return _("There is a difference, but it is too small to matter.") if verdict.difference.clear else ""
    if found == "cannot_tell":
        lucky = verdict.difference.p_value is not None and verdict.difference.p_value < 0.05 and verdict.comparisons > 1
        return _("Alone the difference would count as real. With {n} comparisons, one like it often comes by luck.").format(n=verdict.comparisons) if lucky else ""
    if verdict.margin <= 0:
        return ""
    if min(abs(interval.low), abs(interval.high)) > verdict.margin:
        return _("The difference is larger than the margin of {margin}.").format(margin=margin)
    return _("Whether the difference is larger than the margin of {margin} is not settled.").format(margin=margin)


def about_rows(rows: int) -> str:
    """A number of rows that is only known about: two significant digits, never fewer rows.

    Example:
        >>> about_rows(3165)
        '3,200'
    """
    return f"{_upwards(rows):,}"


def pair_next(verdict: Verdict) -> str:
    """What would settle an open question; empty for a settled one."""
    if verdict.rows_needed is None:
        return ""
    return _("If the difference is really as large as it looks, about {rows} would settle it in 8 of 10 cases.").format(rows=_rows(_upwards(verdict.rows_needed)))


def power_sentence(verdict: Verdict) -> str:
    """What the rows at hand can find at all; empty where nothing is known."""
    if verdict.detectable is None:
        return ""
    return _("These {rows} find a true difference of {gap} in 8 of 10 cases.").format(
        rows=_rows(verdict.difference.rows), gap=gap_words(verdict.metric, verdict.detectable, sign=False)
    )


HEADLINES: dict[str, str] = {
    "better": N_("“{model}” is better than “{reference}”"),
    "worse": N_("“{model}” is worse than “{reference}”"),
    "no_practical_difference": N_("“{model}” and “{reference}” make no practical difference"),
    "cannot_tell": N_("The rows cannot tell yet whether “{model}” or “{reference}” is better"),
}


def field_headline(field: FieldVerdict) -> str:
    """The finding about all models in a few words, without numbers."""
    if field.leader == field.reference and len(field.verdicts) > 1:
        everyone = all(one.finding.value == "worse" for one in field.verdicts)
        said = _("“{model}” is better than each of the others") if everyone else _("“{model}” leads, but not clearly")
        return said.format(model=field.verdicts[0].names[1])
    first = first_verdict(field)
    return "" if first is None else _(HEADLINES[first.finding.value]).format(model=first.names[0], reference=first.names[1])


def field_sentence(field: FieldVerdict) -> str:
    """The finding about all models: how the first stands to the reference, then how it stands to the others."""
    first = first_verdict(field)
    if first is None:
        return ""
    if field.leader == field.reference and len(field.verdicts) > 1:
        return _reference_leads(field)
    others = [_seen_from(pair, first.model) for pair in field.pairs if first.model in (pair.model, pair.reference)]
    said = [first.sentence]
    if others and all(finding == "better" for finding, _name in others):
        said.append(_("It is better than each of the other models too."))
    elif alike := [name for finding, name in others if finding != "better"]:
        said.append(_("It is not clearly better than {names}.").format(names=_listed(alike)))
    return " ".join(said)


def first_verdict(field: FieldVerdict) -> Verdict | None:
    """The model that the sentence is about: the best of those found better, else the one that leads by its value."""
    from core.evaluation.metrics import higher_is_better

    sign = 1 if higher_is_better(field.metric) else -1
    ahead = [one for one in field.verdicts if one.finding.value == "better"]
    if ahead:
        return max(ahead, key=lambda one: sign * (one.difference.interval.value or 0.0))
    return field.of(field.leader or "") or next(iter(field.verdicts), None)


def _reference_leads(field: FieldVerdict) -> str:
    behind = [one for one in field.verdicts if one.finding.value == "worse"]
    about = {"model": field.verdicts[0].names[1], "metric": metric_name(field.metric), "rows": _rows(field.verdicts[0].difference.rows)}
    if len(behind) == len(field.verdicts):
        return _("“{model}” is better in {metric} than each of the others, on the same {rows}.").format(**about)
    names = _listed([one.names[0] for one in field.verdicts if one.finding.value != "worse"])
    return _("“{model}” leads in {metric} on {rows}, but it is not clearly better than {names}.").format(**about, names=names)


def _seen_from(pair: Verdict, model: str) -> tuple[str, str]:
    """The finding of a pair as it stands for one of the two, and the name of the other."""
    if pair.model == model:
        return pair.finding.value, pair.names[1]
    turned = {"better": "worse", "worse": "better"}
    return turned.get(pair.finding.value, pair.finding.value), pair.names[0]


def _listed(names: list[str]) -> str:
    if len(names) > FARTHEST:
        return plural("{n} other model", "{n} other models", len(names))
    return _(", ").join(_("“{name}”").format(name=name) for name in names)


def _rows(n: int) -> str:
    return plural("{n} test row", "{n} test rows", n)


def _upwards(rows: int) -> int:
    """Two significant digits, never fewer rows."""
    size = int(10 ** max(0, len(str(rows)) - 2))
    return -(-rows // size) * size


def _p(value: float) -> str:
    return _("below {p}").format(p="0.001") if value < 0.001 else f"{value:.3f}"


def _in_points(metric: str) -> bool:
    return metric.removesuffix("_macro").removesuffix("_weighted").removesuffix("_micro") in POINTS


def _points(share: float, *, sign: bool = True) -> str:
    """Points of 100 with one decimal, or more where that would be 0.0."""
    value = share * 100
    return _signed(value, sign=sign, digits=1) if abs(value) >= 0.05 or value == 0 else _signed(value, sign=sign)


def _signed(value: float, *, sign: bool = True, digits: int | None = None) -> str:
    """Three significant digits, or so many decimals."""
    from core.charts.style import plain

    text = f"{abs(value):.{digits}f}" if digits is not None else plain(abs(value))
    if not sign or value == 0:
        return text
    return f"{MINUS if value < 0 else '+'}{text}"
