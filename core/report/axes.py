"""The axes of a chart on paper: which part of the numbers is seen, where the ticks are, and what they say."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import numpy as np

__all__ = ["Axis", "axis_of", "plain_text", "values_of"]

TAG = re.compile(r"<(?!br)[^<>]*>")


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        low, high: what is at its two ends; high below low: it is reversed.
        ticks: (place in numbers, text).
        title: what it shows, in one line.
        names: category → its place; empty for numbers.
        log: places are powers of ten.
        grid: whether a line stands at each tick.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    title: str
    names: dict[str, int]
    log: bool = False
    grid: bool = True

    def place(self, value: Any) -> float:
        """Where a value lies: 0 at the low end, 1 at the high end; nan where it is none."""
        number = self.number(value)
        return (number - self.low) / (self.high - self.low)

    def number(self, value: Any) -> float:
        """A value, or the name of a category, as a number of this axis."""
        if value is None:
            return math.nan
        if isinstance(value, str):
            return float(self.names.get(value, math.nan))
        return math.log10(value) if self.log and value > 0 else float(value)


def plain_text(text: Any) -> str:
    r"""What Plotly would show: entities read, tags gone, line breaks as `\n`.

    Example:
        >>> plain_text("a &lt;b&gt;<br>50 <b>%</b>")
        'a <b>\n50 %'
    """
    return unescape(TAG.sub("", str(text)).replace("<br>", "\n"))


def values_of(trace: dict[str, Any], key: str) -> list[Any]:
    """The values of a trace along one axis as a list."""
    found = trace.get(key)
    return [] if found is None else list(found.tolist() if isinstance(found, np.ndarray) else found)


def axis_of(letter: str, layout: dict[str, Any], traces: Sequence[dict[str, Any]]) -> Axis:
    """The axis of a figure.

    Args:
        letter: "x" or "y".
        layout, traces: of the figure.
    """
    about = layout.get(f"{letter}axis") or {}
    log = about.get("type") == "log"
    given = [value for trace in traces for value in values_of(trace, letter)]
    names = {name: place for place, name in enumerate(dict.fromkeys(value for value in given if isinstance(value, str)))}
    title = plain_text((about.get("title") or {}).get("text") or "").replace("\n", " ")
    low, high = _ends(about, letter, traces, names, log)
    if about.get("autorange") == "reversed":
        low, high = high, low
    return Axis(low, high, tuple(_ticks(about, low, high, names, log)), title, names, log, about.get("showgrid", True) is not False)


def _ends(about: dict[str, Any], letter: str, traces: Sequence[dict[str, Any]], names: dict[str, int], log: bool) -> tuple[float, float]:
    if about.get("range") is not None and None not in list(about["range"]):
        return float(about["range"][0]), float(about["range"][1])
    if names:
        return -0.5, len(names) - 0.5
    reached = [value for trace in traces for value in _reached(trace, letter)]
    numbers = [math.log10(value) if log else float(value) for value in reached if not isinstance(value, str) and math.isfinite(value) and (value > 0 or not log)]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    room = 0.04 * (high - low) or 0.5
    return low - room, high + room


def _reached(trace: dict[str, Any], letter: str) -> list[Any]:
    """All places that a trace touches: its values, the ends of its error bars, and 0 for bars."""
    values = [value for value in values_of(trace, letter) if value is not None]
    error = trace.get(f"error_{letter}") or {}
    ends: list[Any] = []
    for key, sign in (("array", 1), ("arrayminus", -1)):
        lengths = error.get(key)
        if lengths is not None and not any(isinstance(value, str) for value in values):
            ends += [value + sign * (length or 0) for value, length in zip(values, lengths, strict=False)]
    grows = "x" if trace.get("orientation") == "h" else "y"
    return values + ends + ([0.0] if trace.get("type") == "bar" and letter == grows else [])


def _ticks(about: dict[str, Any], low: float, high: float, names: dict[str, int], log: bool) -> list[tuple[float, str]]:
    ends = (min(low, high), max(low, high))
    if about.get("tickvals") is not None:
        values = list(about["tickvals"])
        texts = about.get("ticktext")
        written = [plain_text(text).replace("\n", " ") for text in texts] if texts is not None else [_write(value, about) for value in values]
        return [(float(at), text) for at, text in zip(values, written, strict=False) if ends[0] <= (math.log10(at) if log else at) <= ends[1]]
    if names:
        return [(float(place), plain_text(name)) for name, place in names.items()]
    if log:
        return [(10.0**power, f"{10.0**power:g}") for power in range(math.ceil(ends[0]), math.floor(ends[1]) + 1)]
    step = _step((ends[1] - ends[0]) / 6)
    first = math.ceil(ends[0] / step)
    return [(number * step, _write(number * step, about)) for number in range(first, math.floor(ends[1] / step + 1e-9) + 1)]


def _step(about: float) -> float:
    """The round number (1, 2 or 5 times a power of ten) that is not below `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= about * 0.999)


def _write(value: float, about: dict[str, Any]) -> str:
    if "%" in str(about.get("tickformat") or ""):
        return f"{value * 100:.4g} %"
    text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:.3g}"
    return f"{about.get('tickprefix') or ''}{text}{about.get('ticksuffix') or ''}"
