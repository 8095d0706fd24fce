"""Rates: what a machine costs, and how its time and energy are written."""

from __future__ import annotations

from dataclasses import dataclass

from core.language import _

__all__ = ["Rates", "energy_text", "seconds_text"]

JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Rates:
    """What a machine costs.

    Attributes:
        hour: money for an hour of it.
        kwh: money for a kilowatt hour; 0 where the hour includes it.
        currency: a sign or a code.
    """

    hour: float = 0.5
    kwh: float = 0.3
    currency: str = "€"

    def money(self, seconds: float, joules: float | None) -> float:
        """What so much time and energy cost; energy that nobody measured costs nothing.

        Example:
            >>> Rates(hour=2, kwh=0.5).money(1800, 7.2e6)
            2.0
        """
        return seconds / 3600 * self.hour + (joules or 0.0) / JOULES_PER_KWH * self.kwh


def seconds_text(value: float) -> str:
    """A duration with two digits, also where it is next to nothing.

    Example:
        >>> seconds_text(0.0123), seconds_text(80), seconds_text(600)
        ('0.012 s', '80 s', '10 min')
    """
    if value < 90:
        return _("{seconds} s").format(seconds=f"{value:.2g}" if value < 10 else f"{value:.0f}")
    return _("{minutes} min").format(minutes=f"{value / 60:.0f}") if value < 5_400 else _("{hours} h").format(hours=f"{value / 3600:.1f}")


def energy_text(joules: float | None) -> str:
    """Energy in joules, or kilowatt hours where it is much.

    Example:
        >>> energy_text(1_234.5), energy_text(7.2e6), energy_text(None)
        ('1,234 J', '2 kWh', 'not told')
    """
    if joules is None:
        return _("not told")
    if abs(joules) >= 3.6e5:
        return f"{joules / JOULES_PER_KWH:,.3g} kWh"
    return f"{joules:,.0f} J" if abs(joules) >= 100 else f"{joules:.3g} J"
