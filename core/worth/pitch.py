"""The sentence for the pitch: what a model is worth a month, with its interval, so that nobody has to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import _
from core.worth.currency import money_range, money_text

if TYPE_CHECKING:
    from core.worth.worth import ModelWorth, Worth

__all__ = ["break_even_sentences", "pitch", "pitch_details", "policy_word"]


def policy_word(policy: str) -> str:
    """What one would do without a model."""
    return _("acting on no case") if policy == "never" else _("acting on every case")


def pitch(worth: Worth) -> str:
    """One sentence that an investor can repeat: the best model's gain a month over the best way without a model.

    The model was picked, and its threshold set, on the validation rows; the amount is of the test rows.
    """
    best = worth.best
    if best is None:
        return _("There is no model of yours to put a value on.")
    words = {
        "name": best.one.model.name, "policy": policy_word(worth.policy), "cases": f"{worth.values.cases:,.0f}",
        "gain": money_text(best.gain.value, worth.values.currency), "range": money_range(best.gain, worth.values.currency),
    }  # fmt: skip
    if best.gain.value is None or best.gain.low is None or best.gain.high is None:
        return _("What {name} is worth cannot be said: the test rows are all of one class.").format(**words)
    if best.silent:
        return _("At these values {name} brings nothing over {policy}: no threshold does better on the validation rows.").format(**words)
    if best.gain.low > 0:
        return _("{name} is worth {gain} a month more than {policy} (95 % interval {range}), at {cases} cases a month.").format(**words)
    if best.gain.high < 0:
        return _("At these values {name} loses money: {gain} a month against {policy} (95 % interval {range}), at {cases} cases a month.").format(**words)
    return _("{name} may be worth {gain} a month against {policy}, but the test rows leave open whether it is worth anything (95 % interval {range}), at {cases} cases a month.").format(**words)


def pitch_details(worth: Worth) -> list[str]:
    """What stands behind the sentence: the simple model beside it, the rows, and what the interval leaves out."""
    best, sentences = worth.best, []
    if best is None:
        return []
    reference = worth.simple
    if reference is not None and best.versus is not None and best.versus.value is not None:
        words = {
            "name": best.one.model.name, "other": reference.one.model.name, "difference": money_text(best.versus.value, worth.values.currency, signed=True),
            "range": money_range(best.versus, worth.values.currency, signed=True), "money": money_text(reference.gain.value, worth.values.currency),
        }  # fmt: skip
        if best.clear and best.versus.value > 0:
            sentences.append(_("The best simple model, {other}, brings {money}; {name} brings {difference} a month against it on the same rows ({range}).").format(**words))
        elif best.clear:
            sentences.append(_("The best simple model, {other}, brings more: {money}. Against it {name} makes {difference} a month on the same rows ({range}).").format(**words))
        else:
            sentences.append(_("The best simple model, {other}, brings {money}; on these rows {name} cannot be told apart from it ({difference}, {range}).").format(**words))
    rows = worth.rows_words
    if best.chosen == "validation":
        sentences.append(_("Model and threshold were chosen on the validation rows and judged on {rows}.").format(rows=rows))
    else:
        sentences.append(_("Judged on {rows} at the usual threshold of 0.5, because there are no validation rows to choose one on.").format(rows=rows))
    sentences.append(_("The interval counts what the test rows leave open. It does not know whether your values, cases and real-life share are right."))
    return sentences


def break_even_sentences(worth: Worth) -> list[str]:
    """From where on it pays: precision, share in real life, and what the model may cost."""
    from core.worth.values import break_even_precision

    best, needed, found = worth.best, break_even_precision(worth.values), []
    if needed is None:
        return [_("At these values a false alarm costs nothing, or finding a case brings nothing, so there is no break-even point.")]
    found.append(_("An alarm pays when at least {needed} of alarms are right.").format(needed=_share(needed)))
    if best is None or best.silent:
        return found
    if best.precision.value is not None and best.precision.low is not None and best.precision.high is not None:
        words = {"name": best.one.model.name, "value": _share(best.precision.value), "low": _share(best.precision.low), "high": _share(best.precision.high)}
        found.append(_("Of the alarms of {name}, {value} are right ({low} to {high}).").format(**words))
    if best.break_even_rate is not None:
        found.append(_break_even_rate(worth, best))
    if best.gain.low is not None and best.gain.low > 0:
        found.append(_("To be on the safe side, everything that the model costs a month must stay below {low}.").format(low=money_text(best.gain.low, worth.values.currency)))
    return found


def _break_even_rate(worth: Worth, best: ModelWorth) -> str:
    words = {"label": worth.label, "rate": _share(best.break_even_rate or 0.0), "now": _share(worth.rate)}
    return _("If “{label}” were rarer than {rate} of cases (here {now}), these alarms would cost more than they bring.").format(**words)


def _share(value: float) -> str:
    percent = value * 100
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %" if percent >= 0.1 else f"{percent:.2g} %"
