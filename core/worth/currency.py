"""Money as people read it: one way to write an amount, in a sentence, a table and along an axis.

Three significant digits, the currency in front, a true minus before it (−€5k, not €−5k), and a space behind a code of
letters (CHF 12). What is asked of a currency and of a number of cases stands here too, for everything that has both.
"""

from __future__ import annotations

import math

from core.errors import BadSettings
from core.evaluation.intervals import Interval
from core.language import _

__all__ = ["MOST_CASES", "check_cases", "check_currency", "money_range", "money_short", "money_text", "money_ticks", "price_text"]

MINUS = "\u2212"
MOST_CASES = 1e12
UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def check_currency(currency: str) -> None:
    """Refuse what is no currency.

    Raises:
        BadSettings: empty, longer than 5 characters, or not printable.
    """
    if not 0 < len(currency) <= 5 or not currency.isprintable():
        raise BadSettings(_("A currency is a sign or a code of at most 5 characters, such as € or CHF."))


def check_cases(cases: float) -> None:
    """Refuse what is no number of cases a month.

    Raises:
        BadSettings: not above 0, or more than 10¹².
    """
    if not 0 < cases <= MOST_CASES:
        raise BadSettings(_("The number of cases a month must be above 0; received {cases}.").format(cases=cases))


def money_text(value: float | None, currency: str, *, signed: bool = False) -> str:
    """Money with three significant digits, its currency in front, a true minus.

    Args:
        value: None or not finite: a dash.
        currency: a sign or a code.
        signed: whether a gain gets a plus.

    Example:
        >>> money_text(-12345.6, "€"), money_text(0.5, "CHF", signed=True), money_text(None, "€")
        ('−€12,300', '+CHF 0.50', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    rounded = float(f"{abs(value):.3g}") if abs(value) >= 0.005 else 0.0
    decimals = 2 if rounded < 10 else 1 if rounded < 100 else 0
    written = f"{rounded:,.{decimals}f}".removesuffix(".00").removesuffix(".0")
    return _written(written, currency, 0 if rounded == 0 else value, signed)


def money_short(value: float, currency: str) -> str:
    """Money for an axis, where there is no room: thousands and millions as a letter.

    Example:
        >>> money_short(-5000, "€"), money_short(1.5e6, "CHF"), money_short(0, "¥"), money_short(-0.25, "$")
        ('−€5k', 'CHF 1.5M', '¥0', '−$0.25')
    """
    size = abs(value)
    factor, letter = next(((factor, letter) for factor, letter in UNITS if size >= factor * 0.9995), (1.0, ""))
    return _written(f"{size / factor:.3g}{letter}", currency, value, False)


def money_range(found: Interval, currency: str, *, signed: bool = False) -> str:
    """The interval behind an amount; empty where there is none.

    Example:
        >>> money_range(Interval(5.0, -3.0, 12.0), "€")
        '−€3 to €12'
    """
    if found.low is None or found.high is None:
        return ""
    low, high = (money_text(end, currency, signed=signed) for end in (found.low, found.high))
    return _("{low} to {high}").format(low=low, high=high)


def price_text(value: float | None, currency: str) -> str:
    """Money, also where it is next to nothing.

    Example:
        >>> price_text(0.0003, "€"), price_text(12.34, "€"), price_text(None, "€")
        ('under €0.01', '€12.3', '–')
    """
    if value is not None and 0 < value < 0.01:
        return _("under {amount}").format(amount=money_text(0.01, currency))
    return money_text(value, currency)


def money_ticks(low: float, high: float, currency: str, steps: int = 6) -> tuple[list[float], list[str]]:
    """Round amounts between two ends with their texts: places and labels of an axis of money.

    Args:
        low, high: ends of the axis.
        currency: a sign or a code.
        steps: at most so many from end to end.

    Example:
        >>> money_ticks(-6_000, 11_000, "€")
        ([-5000.0, 0.0, 5000.0, 10000.0], ['−€5k', '€0', '€5k', '€10k'])
    """
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return [0.0], [money_short(0.0, currency)]
    least = (high - low) / steps
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * 0.999)
    places = [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return places, [money_short(place, currency) for place in places]


def _written(amount: str, currency: str, value: float, signed: bool) -> str:
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{currency}{' ' if currency[-1:].isalpha() else ''}{amount}"
